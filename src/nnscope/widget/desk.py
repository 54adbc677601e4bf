"""What the panel looks at: specimens as edited, with channels silenced, and which side is drawn."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal, NamedTuple, Protocol, TypeVar

from torch import nn
from torch.utils.weak import WeakIdKeyDictionary

from nnscope.errors import OptionError
from nnscope.probe import Contrast, Edits, Probe
from nnscope.records import DifferenceTable, Specimen
from nnscope.widget.silence import Silenced
from nnscope.widget.worker import worker_of

Side = Literal["this", "other", "difference"]
T = TypeVar("T")

OverAll = Callable[[Probe, Probe], DifferenceTable]

NO_OTHER = "Silenced channels can hold another specimen's values only where there is one; choose zero."
KEPT = 6
"""Altered probes that are kept, the newest: to go back to one costs no pass."""
REMEMBERED = 512
"""States whose numbers are remembered."""
NATURAL = 16
"""Images as they came that are remembered, the newest."""


class State(NamedTuple):
    """What the traits say is looked at; each trait's meaning is in ``traits``."""

    specimen: int = 0
    against: int | None = None
    side: Side = "this"
    silence: str = ""
    fill: str = "zero"


class Once(Protocol):
    """Makes a thing once, under a key."""

    def __call__(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing, made now or lately."""
        ...


class Look(NamedTuple):
    """What is looked at, ready to be asked."""

    this: Probe
    other: Probe | None
    """What it is compared with."""
    contrast: Contrast | None
    """What this has more than the other, where there is one."""
    side: Side
    epoch: int
    """Number of the state: the same one for the same weights, pixels, silence and side."""
    once: Once
    """Makes something of this state, unless it was made lately."""
    table: Callable[[], DifferenceTable]
    """What differs between this and the other, layer by layer."""

    @property
    def shown(self) -> Probe | Contrast:
        """What pictures are drawn of."""
        return self.contrast if self.side == "difference" and self.contrast is not None else self.probe

    @property
    def probe(self) -> Probe:
        """What is asked for all that no difference is taken of."""
        return self.other if self.side == "other" and self.other is not None else self.this


class Desk:
    """The specimens of a scope, and how each was edited. Once the panel is open, its worker alone settles it.

    Args:
        probes: One a specimen.
        over_all: Compares two of them over more images than are shown.
    """

    def __init__(self, probes: Sequence[Probe], over_all: OverAll | None = None) -> None:
        self._over_all = over_all
        self.wholes = tuple(probes)
        """Each specimen as it came."""
        self.worker = worker_of(self.wholes[0].model)
        """Does all that is done for the panel, with each of the models."""
        self._edits: dict[int, Edits] = {}
        self._seen: dict[int, Probe] = {}
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._pixels = WeakIdKeyDictionary()  # from an input to its number
        self._counter = itertools.count()
        self._epochs: OrderedDict[Hashable, int] = OrderedDict()
        self._numbers = itertools.count()
        self._natural: list[tuple[nn.Module, Specimen]] = []

    def edits(self, specimen: int) -> Edits:
        """The history of a specimen."""
        if specimen not in self._edits:
            self._edits[specimen] = self.wholes[specimen].edits()
        return self._edits[specimen]

    def seen(self, specimen: int) -> Probe:
        """A specimen as settled last, edited but not silenced: an opened image may have another size."""
        return self._seen.get(specimen, self.wholes[specimen])

    def natural(self, model: nn.Module) -> list[Specimen]:
        """The images that were looked at with a model and are as they came: neither painted on nor made."""
        return [specimen for each, specimen in self._natural if each is model]

    def compares(self, state: State) -> bool:
        """Whether there is another to compare with."""
        return state.against is not None or bool(state.silence) or self._is_edited(state.specimen)

    def settle(self, state: State, wanted: Collection[str] = ()) -> Look:
        """Have what is looked at ready; runs the models as far as they were not.

        Args:
            state: What is looked at.
            wanted: Layers that will be asked for first.

        Raises:
            NnscopeError: What running a model raises; or the other's values are to be put in where there is
                none.
        """
        one, this = self._edited(state.specimen, wanted)
        another, other = None, None
        if state.against is not None:
            another, other = self._edited(state.against, wanted)
        elif self.compares(state):
            other = self.wholes[state.specimen]
        if state.silence:
            source = another if state.fill == "other" else None
            one = (one, state.silence, state.fill, source)
            this = self._once(one, partial(self._silenced, this, state, other, wanted))
        pair = (one, another)
        contrast = None
        if other is not None:
            contrast = self._once(("contrast", pair), partial(Contrast, this, other))
        side: Side = state.side if other is not None else "this"
        epoch = self._epoch((pair, side))
        return Look(
            this,
            other,
            contrast,
            side,
            epoch,
            lambda key, make: self._once((pair, side, key), make),
            lambda: self._once(("table", pair), partial(self._table, contrast)),
        )

    # -- inside -----------------------------------------------------------------------------

    def _table(self, contrast: Contrast | None) -> DifferenceTable:
        """Over all images, where several were given and the pixels and channels of both are as they came."""
        if contrast is None:
            return DifferenceTable(())
        wholes = [whole for each in (contrast.this, contrast.other) for whole in self.wholes if whole is each]
        return self._over_all(*wholes) if self._over_all and len(wholes) == 2 else contrast.table()

    def _is_edited(self, specimen: int) -> bool:
        return specimen in self._edits and self._edits[specimen].changed

    def _edited(self, specimen: int, wanted: Collection[str]) -> tuple[Hashable, Probe]:
        """A specimen with its edits, and what tells it from others."""
        whole = self.wholes[specimen]
        whole.refresh()
        if not self._is_edited(specimen):
            self._seen[specimen] = whole
            self._came(whole.model, whole.specimen)
            return (specimen, whole.epoch), whole
        pixels = self._edits[specimen].specimen
        if self._edits[specimen].natural:
            self._came(whole.model, pixels)
        if pixels.input not in self._pixels:
            self._pixels[pixels.input] = next(self._counter)
        key = (specimen, whole.epoch, self._pixels[pixels.input])
        self._seen[specimen] = found = self._once(key, lambda: whole.edited(pixels, wanted=wanted))
        return key, found

    def _came(self, model: nn.Module, specimen: Specimen) -> None:
        """Remember an image that is as it came, but not the file that it came from, which may be large."""
        if any(each.input is specimen.input for _, each in self._natural):
            return
        self._natural.append((model, replace(specimen, original=None)))
        del self._natural[:-NATURAL]

    @staticmethod
    def _silenced(whole: Probe, state: State, other: Probe | None, wanted: Collection[str]) -> Probe:
        asked = Silenced.parse(state.silence)
        value: Any = {"zero": 0.0, "mean": "mean", "other": other}[state.fill]
        if state.fill == "other" and state.against is None:
            raise OptionError(NO_OTHER)
        return whole.silenced(asked.layer, asked.channels, value, others=asked.others, wanted=wanted)

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Make it, unless it was made lately."""
        kept: T = _newest(self._kept, key, self._kept[key] if key in self._kept else make(), KEPT)
        return kept

    def _epoch(self, key: Hashable) -> int:
        number = self._epochs[key] if key in self._epochs else next(self._numbers)
        return _newest(self._epochs, key, number, REMEMBERED)


def _newest(kept: OrderedDict[Hashable, T], key: Hashable, value: T, most: int) -> T:
    """Keep a value, unless another one is kept already, and let go of the oldest; returns what is kept."""
    value = kept.setdefault(key, value)
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
    return value
