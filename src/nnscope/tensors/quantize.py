"""Feature maps as bytes: one code a cell, one range a channel.

The range belongs to the channel, so that a weak channel keeps all its grey levels; scales over
the whole layer are applied later, as colour tables.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from nnscope.tensors.portions import in_portions

NONFINITE = 255
TOP = 254
COARSE_BYTES = 96 * 1024
"""Most bytes the coarse tiles of one layer may take; with base64 it keeps a saved scope under 400 KB."""


class Codes(NamedTuple):
    """Quantised channels: ``value ≈ lo + (hi - lo) * code / 254``; code 255 is a cell that is not finite."""

    tiles: Tensor
    """uint8 CPU ``[C, H, W]``."""
    lo: Tensor
    """Value of code 0, float32 CPU ``[C]``."""
    hi: Tensor
    """Value of code 254, float32 CPU ``[C]``."""


def quantize(activation: Tensor) -> Codes:
    """Code each channel over its own finite range; the error is at most (hi - lo) / 508.

    Args:
        activation: ``[C, H, W]``, any floating dtype and device.

    Returns:
        Codes on the CPU; a channel with no finite cell has the range 0 … 0.
    """
    values = activation.detach().float()
    lo, hi = values.amin((1, 2)), values.amax((1, 2))
    clean = bool((hi - lo).isfinite().all())
    if not clean:
        finite = values.isfinite()
        some = finite.flatten(1).any(1)
        lo = torch.where(some, torch.where(finite, values, torch.inf).amin((1, 2)), 0.0)
        hi = torch.where(some, torch.where(finite, values, -torch.inf).amax((1, 2)), 0.0)
    span = hi - lo
    scale = torch.where(span > 0, TOP / span, 0.0)[:, None, None]
    # + 0.5 and truncation round to the nearest code, and cost one pass less than round().
    codes = values.sub(lo[:, None, None]).mul_(scale).add_(0.5)
    if not clean:
        codes = torch.where(finite, codes, float(NONFINITE))
    return Codes(codes.to(torch.uint8).cpu(), lo.cpu(), hi.cpu())


def shrink(activation: Tensor, size: tuple[int, int]) -> Tensor:
    """Average a feature map down to ``size``; a tile with a cell that is not finite is not finite there.

    Args:
        activation: ``[C, H, W]``.
        size: ``(h, w)`` in cells, at most ``(H, W)``.

    Returns:
        float32 ``[C, h, w]`` on the same device.
    """
    if tuple(activation.shape[1:]) == size:
        return activation.detach().float()
    return in_portions(lambda values: F.adaptive_avg_pool2d(values, size), activation)


def coarse_size(channels: int, height: int, width: int, most: int = COARSE_BYTES) -> tuple[int, int]:
    """Size of coarse tiles: as large as fits ``most`` bytes, with the aspect ratio of the layer.

    Args:
        channels: Number of channels C.
        height: Native height H in cells.
        width: Native width W in cells.
        most: Bytes for all channels.

    Returns:
        ``(h, w)``, at most ``(H, W)``, at least ``(1, 1)``.
    """
    ratio = min(1.0, math.sqrt(most / (channels * height * width)))
    return max(1, int(height * ratio)), max(1, int(width * ratio))
