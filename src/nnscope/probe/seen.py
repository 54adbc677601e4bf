"""What can be read of layers as pictures, and the two caches that all pictures share."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from nnscope.records import ChannelStats, Layer, LayerTable
from nnscope.tensors.cache import ByteCache
from nnscope.tensors.quantize import Codes, quantize
from nnscope.tensors.summary import Summary, summarize

MEGABYTE = 2**20
_summaries: ByteCache[Summary] = ByteCache(96 * MEGABYTE)
_values: ByteCache[Any] = ByteCache(112 * MEGABYTE)
_serial = itertools.count()


class Seen:
    """Layers that hold pictures, whatever the pictures are of: values, or the difference of two.

    Who draws needs to know no more than this.
    """

    _key: int
    """First item of what is kept in the caches."""

    @property
    def layers(self) -> LayerTable:
        """The layers, in the order of the pass."""
        raise NotImplementedError

    def activations(self, layer: str) -> Tensor:
        """The exact values of a layer, ``[C, H, W]``, in the model's dtype, on its device; yours to change.

        Tokens ``[N, C]`` stand on their grid, prefix tokens left out; an attention map has a channel
        a head and shows where the class token looks, or the patch in row 3 and column 5 for
        ``"blocks.3.attn.softmax@3,5"``.

        Raises:
            LayerNotFoundError: There is no such layer.
            OptionError: The layer's output is no feature map.
        """
        return self._activation(self._row(layer)).clone()

    def summary(self, layer: str) -> Summary:
        """Statistics and coarse tiles of a layer, at most about 100 KB."""
        row = self._row(layer)
        found = _summaries.get(self._key, row.name)
        if found is None:
            found = summarize(self._activation(row))
            _summaries.put(self._key, row.name, value=found, nbytes=found.nbytes)
        return found

    def at_hand(self, layer: str) -> bool:
        """Whether the summary of a layer can be given without running a model."""
        raise NotImplementedError

    def stats(self, layer: str) -> ChannelStats:
        """Statistics of each channel of a layer."""
        return self.summary(layer).stats

    def tiles(self, layer: str, channels: Sequence[int]) -> Codes:
        """Some channels of a layer at native size, quantised, ``[n, H, W]``."""
        return quantize(self._picked(self._row(layer), channels))

    def thumbs(self, channels: Iterable[tuple[str, int]], size: tuple[int, int]) -> Codes:
        """Channels of any layers, by name and number, small, quantised, ``[n, h, w]``."""
        pictures = [self.summary(layer).thumb(channel, size) for layer, channel in channels]
        return quantize(torch.stack(pictures))

    def channel(self, layer: str, channel: int) -> Tensor:
        """The exact values of one channel, float32 CPU ``[H, W]``.

        Raises:
            ChannelNotFoundError: The layer has no such channel.
        """
        found = self._row(layer)
        found.check_channel(channel)
        return self._picked(found, [channel])[0].float().cpu()

    # -- inside -----------------------------------------------------------------------------

    def _begin(self) -> None:
        """Take a key of its own; what is kept under it goes with its owner."""
        self._key = next(_serial)
        weakref.finalize(self, _forget, self._key)

    def _row(self, layer: str) -> Layer:
        """The layer of that name, which has pictures."""
        return self.layers.feature_map(layer)

    def _activation(self, layer: Layer) -> Tensor:
        """The values of a layer as ``[C, H, W]``, not a copy."""
        raise NotImplementedError

    def _picked(self, layer: Layer, channels: Sequence[int]) -> Tensor:
        """Some channels of a layer, a copy."""
        return self._activation(layer)[list(channels)]


def _forget(key: int) -> None:
    _summaries.discard(key)
    _values.discard(key)
