"""Small pictures of what a layer's channels want, made a few at a time, first what was asked for last."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import chain, islice
from typing import NamedTuple

import numpy as np
from torch import nn

from nnscope.errors import NnscopeError, OptionError
from nnscope.probe import Ascent, Probe
from nnscope.records import FeatureVisualization
from nnscope.widget.asked import Wished
from nnscope.widget.growth import default_size
from nnscope.widget.wanted import tiles_of
from nnscope.widget.wish import Grown, Subject, Tile, tiles

BATCH = 8
"""Channels that are made in one ascent."""
STEPS = 64
"""Of a whole picture."""
SIDE = 64
"""Pixels of a side, where the network's own input is not smaller."""
SHELVED = 2
"""Batches that were left for more urgent ones and can go on, the newest."""
_OVERHEAD = 256
"""Bytes of a tile beside its pixels, roughly."""


class _Way(NamedTuple):
    """How many channels are made at once, and at what size."""

    batch: int
    size: tuple[int, int]


class Wishlist:
    """The channels of a layer, and what there is of what each wants.

    Args:
        probe: Whose layer it is.
        subject: What the pictures depend on.
        channels: How many there are.
        hurry: Asked after each step; where it says yes, a round ends.
    """

    def __init__(self, probe: Probe, subject: Subject, channels: int, hurry: Callable[[], bool]) -> None:
        self.subject = subject
        self._probe = probe
        self._hurry = hurry
        self._tile = tile_size(subject)
        room = tiles.capacity // (3 * self._tile[0] * self._tile[1] + _OVERHEAD)
        self._every = range(min(channels, room))  # to make more would be to let go of the first
        self._whole = {channel for channel in range(channels) if self._is_whole(channel)}
        self._asked: tuple[int, ...] = ()
        self._alone: set[int] = set()  # failed together with others
        self._batch: tuple[int, ...] = ()
        self._ascent: Ascent | None = None
        self._shelf: dict[tuple[int, ...], Ascent] = {}  # batches that can go on where they were left
        self._ways = _ways(subject)

    @property
    def model(self) -> nn.Module:
        """The network."""
        return self._probe.model

    @property
    def growing(self) -> list[int]:
        """The channels at work."""
        return list(self._batch)

    @property
    def done(self) -> int:
        """How many channels are whole."""
        return len(self._whole.intersection(self._every))

    @property
    def of(self) -> int:
        """How many are to be."""
        return len(self._every)

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to do."""
        return not self._batch and not self._missing(1)

    def ask(self, channels: Sequence[int]) -> None:
        """Make these first, in this order."""
        self._asked = tuple(channels)
        self._whole -= {channel for channel in channels if not self._is_whole(channel)}
        urgent = set(channels) - self._whole
        if self._ascent is not None and urgent and urgent.isdisjoint(self._batch):
            self._shelf[self._batch] = self._ascent
            while len(self._shelf) > SHELVED:
                del self._shelf[next(iter(self._shelf))]
            self._end_batch()

    def take(self, grown: Grown) -> None:
        """Pictures of the enlarged channel are whole: the first of them is what it wants."""
        (tile,) = tiles_of(grown.made[0], self._tile)
        self._put(grown.channel, tile)

    def round(self) -> None:
        """Go on for a moment; nothing is held afterwards."""
        try:
            if self._ascent is None:
                self._ascent = self._begin()
            if self._ascent is not None:
                self._keep(next(self._ascent))
        except NnscopeError as error:
            self._give_up(str(error))

    # -- inside -----------------------------------------------------------------------------

    def _begin(self) -> Ascent | None:
        """The next ascent, in the first way that the network takes; ``None`` where nothing is missing."""
        while True:
            way = self._ways[0]
            self._batch = self._missing(way.batch)
            if self._batch in self._shelf:
                return self._shelf.pop(self._batch)
            if not self._batch:
                return None
            try:
                return self._probe.maximizing(
                    self.subject.layer,
                    self._batch,
                    size=way.size,
                    hurry=self._hurry,
                    method="fourier",
                    steps=STEPS,
                )
            except OptionError:  # not at this size, or not several at once
                if len(self._ways) == 1:
                    raise
                del self._ways[0]

    def _missing(self, most: int) -> tuple[int, ...]:
        """What is to be made next: of those asked for last, then of all."""
        order = dict.fromkeys(chain(self._asked, self._every))
        missing = [channel for channel in order if channel not in self._whole]
        shelved = {channel: batch for batch in self._shelf for channel in batch}
        if missing and missing[0] in shelved:
            return shelved[missing[0]]
        batch = tuple(islice((channel for channel in missing if channel not in shelved), most))
        return batch[:1] if not self._alone.isdisjoint(batch) else batch

    def _keep(self, made: FeatureVisualization) -> None:
        for channel, tile in zip(self._batch, tiles_of(made, self._tile), strict=True):
            self._put(channel, tile)
        if made.done == 1:
            self._end_batch()

    def _put(self, channel: int, tile: Tile) -> None:
        """Keep a tile, unless one is kept that has come further."""
        before = tiles.get(self.subject, channel)
        if before is None or tile.whole or (not before.whole and before.step <= tile.step):
            tiles.put(self.subject, channel, value=tile, nbytes=tile.pixels.nbytes + _OVERHEAD)
        if tile.whole:
            self._whole.add(channel)

    def _give_up(self, sentence: str) -> None:
        """What cannot be made together is made one by one, and what cannot be made says why."""
        if len(self._batch) > 1:
            self._alone.update(self._batch)
        for channel in self._batch if len(self._batch) == 1 else ():
            grey = np.full((*self._tile, 3), 128, np.uint8)
            self._put(channel, Tile(grey, 0, math.nan, sentence, whole=True))
        self._end_batch()

    def _end_batch(self) -> None:
        self._batch, self._ascent = (), None

    def _is_whole(self, channel: int) -> bool:
        tile = tiles.get(self.subject, channel)
        return tile is not None and tile.whole


def wished(subject: Subject, channels: Sequence[int]) -> Wished:
    """What there is of some channels."""
    return Wished(tile_size(subject), STEPS, [tiles.get(subject, channel) for channel in channels])


def tile_size(subject: Subject) -> tuple[int, int]:
    """Height and width of a tile."""
    height, width = default_size(subject.shape, SIDE)
    factor = min(1.0, SIDE / max(height, width))
    return max(1, round(height * factor)), max(1, round(width * factor))


def _ways(subject: Subject) -> list[_Way]:
    """From the cheapest to the one that suits every network."""
    _, height, width = subject.shape
    sizes = dict.fromkeys([default_size(subject.shape, SIDE), (height, width)])
    return [_Way(batch, size) for batch in (BATCH, 1) for size in sizes]
