"""Which values of a network's input stand for which colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Colours:
    """The affine map from colours in [0, 1] to the network's values: ``x = black + matrix @ colour``."""

    black: Floats
    """``[C]``, the values of black."""
    white: Floats
    """``[C]``, the values of white."""
    inverse: Floats | None = None
    """``[3, C]``, from values to red, green, blue; ``None`` where channels are read one by one."""

    @property
    def grey(self) -> Floats:
        """The values of mid-grey, ``[C]``."""
        return (self.black + self.white) / 2

    def decode(self, values: Floats) -> Floats:
        """Turn values ``[C, H, W]`` back to colours in [0, 1]: ``[C, H, W]``."""
        centred = values - self.black[:, None, None]
        if self.inverse is not None:
            result: Floats = np.einsum("kc,chw->khw", self.inverse, centred)
            return result
        return centred / (self.white - self.black)[:, None, None]

    def encode(self, colours: Floats) -> Floats:
        """Turn colours ``[C, H, W]`` into values ``[C, H, W]``: what ``decode`` undoes."""
        black = self.black[:, None, None]
        if self.inverse is not None:
            result: Floats = black + np.einsum("ck,khw->chw", np.linalg.inv(self.inverse), colours)
            return result
        return black + colours * (self.white - self.black)[:, None, None]
