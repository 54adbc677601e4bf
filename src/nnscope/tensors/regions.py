"""How feature maps answer to a part of the image."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from nnscope.tensors.portions import in_exact_portions


class Answer(NamedTuple):
    """How each channel answers to a region, float32 CPU ``[C]`` each; NaN where nobody knows."""

    score: Tensor
    """(inside − outside) / standard deviation over all cells, 0 of a constant channel."""
    inside: Tensor
    """Mean over the region."""
    outside: Tensor
    """Mean elsewhere."""


def shares(cells: int, extent: int, begin: float, end: float) -> Tensor:
    """Which part of each cell lies in a span, where the cells share an axis evenly.

    Args:
        cells: How many.
        extent: Length of the axis, in pixels.
        begin: First end of the span, in pixels.
        end: Its second end.

    Returns:
        float64 CPU ``[cells]``, 0 to 1.
    """
    # Counted in cells: of a cell that lies inside, exactly 1.
    first = torch.arange(cells, dtype=torch.float64)
    low, high = begin * cells / extent, end * cells / extent
    return ((first + 1).clamp(max=high) - first.clamp(min=low)).clamp(0, 1)


def answer(activation: Tensor, rows: Tensor, columns: Tensor) -> Answer:
    """Compare each channel in a region with what it is elsewhere, over its finite cells, in float64.

    Args:
        activation: ``[C, H, W]``, any floating dtype and device.
        rows: Which part of each row of cells lies in the region, ``[H]``; see ``shares``.
        columns: The same of the columns, ``[W]``.
    """
    inside = torch.outer(rows, columns).flatten()
    weights = torch.stack([inside, 1 - inside], 1)
    made = in_exact_portions(lambda part: _columns(part, weights), activation).cpu()
    return Answer(*made.float().T.contiguous().unbind())


def _columns(values: Tensor, weights: Tensor) -> Tensor:
    weights = weights.to(values.device)
    if bool(values.sum().isfinite()):  # one NaN or Inf makes it non-finite
        cells = torch.ones_like(values[:1])
        first = values[:, :1]
        values = values - first
    else:
        finite = values.isfinite()
        cells = finite.double()
        first = values.gather(1, cells.argmax(1, keepdim=True)).nan_to_num(0, 0, 0)
        values = torch.where(finite, values - first, 0)
    # Counted from one of its own values, a channel of equal numbers varies by nothing, not by a rounding.
    means = (values @ weights) / (cells @ weights)
    count = cells.sum(1)
    variance = values.square().sum(1) / count - (values.sum(1) / count).square()
    inside, outside = means.unbind(1)
    score = torch.where(variance > 0, (inside - outside) / variance.sqrt(), (inside - outside) * 0)
    return torch.stack([score, first[:, 0] + inside, first[:, 0] + outside], 1)
