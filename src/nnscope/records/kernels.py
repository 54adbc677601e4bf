"""What a layer multiplies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Kernels:
    """The weights of a convolution or a linear layer, as they were used on this image."""

    layer: str
    weights: Tensor
    """``[out, in / groups, kH, kW]``, in the model's dtype, on its device."""
    bias: Tensor | None
    """``[out]``, or ``None`` where nothing is added."""
    groups: int = 1
    transposed: bool = False
    """Whether each input cell spreads over the output, rather than each output cell gathering."""
    source: str | None = None
    """The layer it reads; ``""``: the network's input; ``None``: several, or nothing."""
    note: str = ""
    """How the weights were arranged, in a sentence, or ``""``."""

    def first(self, channel: int) -> int:
        """Number of the first input channel that an output channel reads: the first of its group."""
        outputs, inputs = self.weights.shape[:2]
        return channel // (outputs // self.groups) * inputs
