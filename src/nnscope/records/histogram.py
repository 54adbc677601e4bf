"""How the numbers of a layer are distributed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

Numbers = Literal["weights", "biases", "activations", "gradients"]
KINDS: tuple[Numbers, ...] = ("weights", "biases", "activations", "gradients")


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """One kind of a layer's numbers, counted in bins of equal width, over its finite values."""

    kind: Numbers
    sentence: str
    """What was counted: ``"activations of features.0 on this image"``; where ``counts`` is empty, why there
    is nothing to count."""
    counts: Tensor
    """How many values fall into each bin, int64 CPU ``[bins]``; ``[0]`` where there is nothing to count."""
    ends: tuple[float, float] = (0.0, 1.0)
    """Where the first bin begins and the last one ends; a value on an inner edge belongs to the bin above."""
    count: int = 0
    """Number of finite values."""
    mean: float = 0.0
    std: float = 0.0
    """With divisor N."""
    min: float = 0.0
    max: float = 0.0
    zero: float = 0.0
    """Fraction of the finite values that are exactly 0, 0 to 1."""
    dead: int = 0
    """Channels that are 0 everywhere."""
    channels: int = 0
    """Of how many."""
    saturated: int | None = None
    """How many values lie at a bound of their activation: at another one than 0, which ``zero`` tells, or
    within 0.01 of those that sigmoid and tanh never reach; ``None`` where there is no bound."""
    nonfinite: int = 0
    """Number of NaN and ±Inf values."""

    @property
    def known(self) -> bool:
        """Whether there is something to count."""
        return len(self.counts) > 0

    @property
    def edges(self) -> tuple[float, ...]:
        """Where the bins meet, one more than there are bins."""
        lo, hi = self.ends
        bins = len(self.counts)
        return (*(lo + (hi - lo) * i / bins for i in range(bins)), hi)
