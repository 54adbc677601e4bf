"""What speaks for and against a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

    from nnscope.records.heatmap import Heatmap


@dataclass(frozen=True, slots=True)
class Control:
    """A map that should differ from the one in doubt, and how much it does."""

    kind: Literal["randomised", "runner-up"]
    label: str
    heatmap: Heatmap
    similarity: float | None
    """Spearman's rank correlation with the map in doubt, -1 to 1; ``None`` where one of them is constant."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The class's probability while pixels go, or come, in the order of the map."""

    fractions: Tensor
    """How much of the image is gone (or there), 0 to 1, float32 ``[m]``."""
    values: Tensor
    """The probability then, 0 to 1, float32 ``[m]``."""

    @property
    def area(self) -> float:
        """Area under the curve, by trapezoids: 0 to 1."""
        steps = self.fractions.diff().double()
        return float(((self.values[1:] + self.values[:-1]).double() / 2 * steps).sum())


@dataclass(frozen=True, slots=True)
class Checks:
    """A map in doubt, the maps to compare it with, and two curves."""

    heatmap: Heatmap
    controls: tuple[Control, ...] = ()
    deletion: Curve | None = None
    """Pixels go, the most important first: the lower the area, the better the map."""
    insertion: Curve | None = None
    """Pixels come into a blurred image, the most important first: the higher, the better."""
    shuffled: Curve | None = None
    """Pixels go in the order of the map with its cells shuffled: what ``deletion`` is to be compared with."""
    done: float = 0.0
    """How much of the work is done, 0 to 1."""
    verdicts: tuple[str, ...] = ()
    """What follows, in sentences."""
