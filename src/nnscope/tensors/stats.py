"""Statistics of feature maps, on the device they live on."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nnscope.records import ChannelStats
from nnscope.tensors.portions import in_portions


def channel_stats(activation: Tensor) -> ChannelStats:
    """Reduce a feature map to one row of numbers a channel.

    Args:
        activation: ``[C, H, W]``, any floating dtype and device.

    Returns:
        Statistics over the finite cells of each channel, float32 on the CPU.
    """
    return ChannelStats(*in_portions(_rows, activation).T.contiguous().cpu().unbind())


def _rows(values: Tensor) -> Tensor:
    flat = values.flatten(1)
    # One NaN or Inf makes the sum non-finite, so the common case needs no mask.
    columns = _finite_columns(flat) if bool(flat.sum().isfinite()) else _masked_columns(flat)
    return torch.stack(columns, 1)


def _finite_columns(flat: Tensor) -> list[Tensor]:
    # Single reductions are vectorised; aminmax and var_mean over a dimension are 20 times slower.
    low, high = flat.amin(1), flat.amax(1)
    # The mean of equal numbers may be off by a rounding; a constant channel must not seem to vary.
    mean = torch.where(low == high, low, flat.mean(1))
    deviation = torch.linalg.vector_norm(flat - mean[:, None], dim=1) / math.sqrt(flat.shape[1])
    l2 = torch.linalg.vector_norm(flat, dim=1)
    active = torch.gt(flat, 0, out=torch.empty_like(flat)).mean(1)
    return [low, high, mean, deviation, l2, active, torch.zeros_like(mean)]


def _masked_columns(flat: Tensor) -> list[Tensor]:
    finite = flat.isfinite()
    count = finite.sum(1)
    nan = torch.tensor(torch.nan, device=flat.device)
    kept = torch.where(finite, flat, nan)
    low = torch.where(finite, flat, torch.inf).amin(1)
    high = torch.where(finite, flat, -torch.inf).amax(1)
    mean = kept.nanmean(1)
    square = kept.square().nansum(1)
    deviation = (kept - mean[:, None]).square().nanmean(1).sqrt()
    active = (finite & (flat > 0)).float().mean(1)
    empty = count == 0
    columns = [torch.where(empty, nan, column) for column in (low, high, mean, deviation, square.sqrt())]
    return [*columns, active, (flat.shape[1] - count).float()]
