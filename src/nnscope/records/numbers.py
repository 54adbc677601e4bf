"""What is said of channels and classes in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class ChannelStats:
    """Statistics of each channel of one layer, over its finite cells, in activation units.

    Each field is a float32 CPU tensor ``[C]``; a channel without a finite cell has NaN.
    """

    min: Tensor
    max: Tensor
    mean: Tensor
    std: Tensor
    """Standard deviation with divisor N."""
    l2: Tensor
    """Euclidean norm, sqrt(Σ a²)."""
    active: Tensor
    """Fraction of all cells that are finite and above zero, 0 to 1."""
    nonfinite: Tensor
    """Number of NaN and ±Inf cells (a float32 tensor, whole numbers)."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """One class of the model's output."""

    index: int
    label: str
    """The class's name, or ``"class 7"`` where no names are known."""
    logit: float
    """The raw output of the model for this class."""
    probability: float
    """Softmax of the logits, 0 to 1 (the output itself where it already is a distribution)."""
