"""How many values are how large."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

AT_ONCE = 2**18
"""Values that are looked at together: a fully connected layer has a hundred million."""


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Some values in bins, and what is said of them in numbers; over finite values but for ``nonfinite``."""

    counts: Tensor
    """int64 CPU ``[bins]``."""
    ends: tuple[float, float]
    count: int
    mean: float
    std: float
    """With divisor N."""
    min: float
    max: float
    zero: float
    """Fraction that is exactly 0."""
    dead: int
    """Rows that are 0 everywhere."""
    nonfinite: int


def tally(rows: Tensor, bins: int) -> Tally | None:
    """Count values in bins of equal width between the least and the largest of them.

    Args:
        rows: ``[n, …]``, a row a channel.
        bins: How many; of equal values, they are 1 wide in all, or more where those are large.

    Returns:
        ``None`` where no value is finite.
    """
    low, high, total = math.inf, -math.inf, 0.0
    count = zeros = 0
    for part in _finite(rows):
        least, most = part.aminmax()
        low, high = min(low, float(least)), max(high, float(most))
        total += float(part.sum())
        count += part.numel()
        zeros += int((part == 0).sum())  # ten times faster than count_nonzero
    if count == 0:
        return None
    mean = low if low == high else total / count
    margin = max(0.5, abs(low) * 1e-6) if low == high else 0.0  # beside 1e20, a half is nothing
    ends = (low - margin, high + margin)
    counts, square = torch.zeros(bins, dtype=torch.float64), 0.0
    for part in _finite(rows):
        counts += torch.histc(part, bins, *ends)
        square += float((part - mean).square().sum())
    return Tally(
        counts.long(),
        ends,
        count,
        mean,
        math.sqrt(square / count),
        low,
        high,
        zeros / count,
        int((rows.reshape(len(rows), -1) == 0).all(1).sum()),
        rows.numel() - count,
    )


def _finite(rows: Tensor) -> Iterator[Tensor]:
    """The finite values, float64 on the CPU, some at a time."""
    for part in rows.detach().flatten().split(AT_ONCE):
        exact = part.cpu().double()
        # One NaN or Inf makes the sum non-finite, so the common case needs no mask.
        finite = exact if bool(exact.sum().isfinite()) else exact[exact.isfinite()]
        if finite.numel():
            yield finite
