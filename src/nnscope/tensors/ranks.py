"""Order, and how alike two orders are."""

from __future__ import annotations

import torch
from torch import Tensor


def ranks(values: Tensor) -> Tensor:
    """The rank of each value, from 1; equal values share the mean of theirs.

    Args:
        values: Of any shape.

    Returns:
        float64 ``[n]``.
    """
    _, place, count = values.flatten().double().unique(return_inverse=True, return_counts=True)
    last = count.cumsum(0).double()
    mean: Tensor = last - (count.double() - 1) / 2
    return mean[place]


def spearman(one: Tensor, other: Tensor) -> float | None:
    """Spearman's rank correlation, -1 to 1.

    Args:
        one: Of any shape.
        other: Of the same number of values.

    Returns:
        The correlation over the places where both are finite; ``None`` where one of them is constant.
    """
    both = (one.isfinite() & other.isfinite()).flatten()
    if int(both.sum()) < 2:
        return None
    x, y = (ranks(values.flatten()[both]) for values in (one, other))
    x, y = x - x.mean(), y - y.mean()
    scale = float(x.norm() * y.norm())
    return None if scale == 0 else max(-1.0, min(1.0, float(torch.dot(x, y)) / scale))
