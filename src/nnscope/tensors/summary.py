"""What is kept of every layer, whatever its size: numbers and a coarse picture a channel."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from nnscope.records import ChannelStats
from nnscope.tensors.quantize import NONFINITE, TOP, Codes, coarse_size, quantize, shrink
from nnscope.tensors.stats import channel_stats


class Summary(NamedTuple):
    """A feature map in at most about 100 KB."""

    size: tuple[int, int]
    """Native ``(H, W)`` in cells."""
    stats: ChannelStats
    codes: Codes
    """Coarse tiles, ``[C, h, w]``."""

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        return self.codes.tiles.nbytes + 9 * self.codes.lo.nbytes

    def thumb(self, channel: int, size: tuple[int, int]) -> Tensor:
        """One channel as float32 ``[h, w]`` of any size: averaged down, or cells repeated."""
        tiles, lo, hi = (part[channel] for part in self.codes)
        values = lo + (hi - lo) * tiles.float() / TOP
        values = values.masked_fill(tiles == NONFINITE, torch.nan)[None]
        height, width = values.shape[1:]
        small = shrink(values, (min(height, size[0]), min(width, size[1])))
        return F.interpolate(small[None], size)[0, 0]


def summarize(activation: Tensor) -> Summary:
    """Reduce a feature map ``[C, H, W]`` to its summary, on its own device first."""
    channels, height, width = activation.shape
    coarse = shrink(activation, coarse_size(channels, height, width))
    return Summary((height, width), channel_stats(activation), quantize(coarse))
