"""What the enlarged channel wants: pictures that grow while the trait ``growing`` says so."""

from __future__ import annotations

import contextlib
import operator
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Literal

import torch
from torch import Tensor

from nnscope.errors import NnscopeError, OptionError, UnavailableError, sentence
from nnscope.probe import ByteCache, Edits, Probe
from nnscope.records import FeatureVisualization, Specimen
from nnscope.widget import wanted, wish
from nnscope.widget.desk import State
from nnscope.widget.edit import Wanted
from nnscope.widget.explaining import BETWEEN
from nnscope.widget.growth import Growth
from nnscope.widget.pictures import finite
from nnscope.widget.scanning import Scanning
from nnscope.widget.study import Study
from nnscope.widget.wish import MEGABYTE, PICTURES, Grown, Recipe, Subject

GROWING = ("channel", "growing", "wants", "wants_steps", "wants_size", "wants_seed")
"""The traits that change what is made of channels."""

ENDING = ("layer", "channel", "wants_steps", "wants_size", "wants_seed")
"""The traits that end what grows, for it no longer fits them; others may change the network, which is seen
when it is looked at."""

PAUSED = 64 * MEGABYTE
"""Of pictures of other channels that can grow on; the oldest cannot any longer."""
SCORED = 64
"""Images and layers whose scores are remembered."""
CLOSED = "The panel was closed."
CHANGED = "The weights of the model have changed since; start again."


class Wanting(Scanning):
    """The part of a scope that makes pictures of the enlarged channel."""

    def _state(self) -> State:
        """What the traits say is looked at."""
        raise NotImplementedError

    def _natural(self, probe: Probe) -> list[Specimen]:
        """The images that were seen by the model of a probe as they came."""
        raise NotImplementedError

    def _is_open(self) -> bool:
        """Whether there is a panel still, and a model behind it."""
        raise NotImplementedError

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._weights = wish.Weights()
        self._growth: Growth | None = None  # of the enlarged channel, growing or paused
        self._enlarged: tuple[Subject, int] | None = None
        self._paused: ByteCache[Growth] = ByteCache(PAUSED)
        self._grow_study: Study[Grown] = Study(self._show_growth, self._growth_failed)
        self._asked_to_grow = ""
        self._wants_sent = 0.0
        self._wants_shown: tuple[Any, ...] | None = None
        self._means: OrderedDict[tuple[Subject, int], tuple[Specimen, Tensor | None]] = OrderedDict()
        self._told = threading.local()
        super().__init__(*args, **kwargs)

    @property
    def visualizations(self) -> list[FeatureVisualization]:
        """The pictures of the enlarged channel, as far as they have grown.

        What it wants by ``"fourier"`` and ``"pixels"``, then what it dislikes; ``[]`` where none is there.
        """
        grown = self._grown()
        return [] if grown is None else list(grown.made)

    @property
    def _studies(self) -> tuple[Study[Any], ...]:
        return *super()._studies, self._grow_study

    # -- what follows from a trait ------------------------------------------------------------

    def _settle_growing(self, changed: str, *, by_browser: bool) -> None:
        """Stop what grows where a trait says so; the browser goes on with another channel that it chose."""
        chosen = by_browser and changed in ("layer", "channel") and self.channel is not None
        if changed in ENDING and not chosen:
            self._tell_growing(growing=False)
        if changed in ENDING or (changed == "growing" and not self.growing):
            self._grow_study.leave_off()

    def _tell_growing(self, *, growing: bool) -> None:
        """Set the trait, which asks for nothing then."""
        self._told.growing = True
        try:
            self.growing = growing
        finally:
            self._told.growing = False

    @property
    def _tells(self) -> bool:
        return getattr(self._told, "growing", False)

    def stop(self) -> None:
        """Leave off what takes long; what is there of it stays, and says so. Growing pictures pause."""
        self._tell_growing(growing=False)
        super().stop()

    def _show_what_is_left(self, left: list[Study[Any]], asked: object) -> None:
        if self._grow_study in left:  # the round that was being made is behind it by now
            with contextlib.suppress(NnscopeError):  # let go of meanwhile
                self._send_wants()
        super()._show_what_is_left(left, asked)

    def _leave_growth(self, op: Literal["cancel", "again", "more"]) -> None:
        """End what grows at once; what else was asked for follows when it is drawn."""
        if op != "cancel":
            self._asked_to_grow = op
        self._grow_study.leave_off()

    def _cancel_growth(self) -> None:
        """Throw away what grows; whole pictures that were there before come back."""
        self._grow_study.forget()
        self._tell_growing(growing=False)
        self._paused.discard(self._enlarged)
        self._growth = None
        self._send_wants()
        self._rest()

    # -- from the traits to the pictures --------------------------------------------------------

    def _draw_wants(self) -> None:
        asked, self._asked_to_grow = self._asked_to_grow, ""
        try:
            if asked and self.channel is not None:
                self._tell_growing(growing=True)
            self._grow(asked)
        except Exception:
            self._tell_growing(growing=False)
            raise

    def _grow(self, asked: str) -> None:
        look, channel = self._look, self.channel
        if channel is None:
            self._enlarged = self._growth = None
            self._grow_study.forget()
            self._send_wants()
            if self.growing or asked:
                msg = "What grows are pictures of the enlarged channel; enlarge one: scope.channel = 3."
                raise OptionError(msg)
            return
        subject = wish.subject_of(look, self._state(), self.layer, self._weights)
        if (subject, channel) != self._enlarged:
            if self._grow_study.running and not asked:  # the network is another one now
                self._tell_growing(growing=False)
            self._grow_study.forget()
            self._enlarged = subject, channel
            self._growth = self._paused.get(self._enlarged)
        if not self.growing:
            self._grow_study.leave_off()
        elif not (self._grow_study.running and not asked):
            self._begin_growth(look.probe, subject, channel, asked)
        self._send_wants()

    def _begin_growth(self, probe: Probe, subject: Subject, channel: int, asked: str) -> None:
        """Go on, or begin, or find that it is all there."""
        recipe = Recipe(self.wants_steps, self.wants_size, self.wants_seed)
        growth = self._growth if asked == "more" or self._fits_recipe(recipe) else None
        whole = wish.kept(subject, channel, None if asked == "more" else recipe)
        if asked == "again" or (growth is None and (whole is None or asked == "more")):
            steps = None
            if whole is not None and asked == "more":  # to be made again: its ascents are no longer there
                recipe, steps = whole.recipe, whole.steps + self.wants_steps
            growth = Growth(probe, subject, channel, recipe, hurry=self._hurrying(), steps=steps)
        elif asked == "more" and growth is not None:
            growth.more(self.wants_steps)
        if growth is None or growth.grown.done == 1:
            if growth is None and whole is not None:
                wish.keep(subject, whole)  # the newest now
                self._paused.discard((subject, channel))
            self._growth = growth
            self._tell_growing(growing=False)
            return
        self._growth = growth
        self.set_trait("status", f"making what channel {channel} of {subject.layer} wants")
        self._grow_study.start(self._worker, growth, self._rounds(probe, growth))
        self._paused.put((subject, channel), value=growth, nbytes=growth.nbytes)

    def _fits_recipe(self, recipe: Recipe) -> bool:
        return self._growth is not None and self._growth.recipe == recipe

    def _rounds(self, probe: Probe, growth: Growth) -> Iterator[Grown]:
        for grown in growth.rounds():
            yield grown
            if not self._is_open():
                raise UnavailableError(CLOSED)
            if self._weights.number(probe.model) != growth.subject.weights:
                raise UnavailableError(CHANGED)

    def _hurrying(self) -> Callable[[], bool]:
        """Whether what grows is to end its round: somebody waits for it, or it was left off."""
        worker, study = self._worker, self._grow_study
        return lambda: study.beginning or not study.running or worker.waiting

    # -- from the pictures to the panel ---------------------------------------------------------

    def _show_growth(self, grown: Grown) -> None:
        growth = self._growth
        if growth is None or self._grow_study.question is not growth:
            return
        whole = grown.done == 1
        if whole:
            wish.keep(growth.subject, grown)
            self._made_whole(growth.subject, grown)
        else:
            self.set_trait("progress", grown.done)
        if whole or time.monotonic() - self._wants_sent > BETWEEN:
            self._send_wants()
        if whole:
            self._tell_growing(growing=False)
            self._rest()

    def _made_whole(self, subject: Subject, grown: Grown) -> None:
        """Told of whole pictures."""

    def _growth_failed(self, error: BaseException) -> None:
        changed = isinstance(error, UnavailableError)
        with contextlib.suppress(NnscopeError):
            self._send_wants(sentence(error))
        self._tell_growing(growing=False)
        if changed:
            self._rest()
        else:
            self._failed(error)

    def _showing(self, asked: Wanted) -> Callable[[Edits], object]:
        """Puts a picture of the enlarged channel in an image's place: the one that is there now.

        Raises:
            UnavailableError: There is none yet.
        """
        grown, place = self._grown(), PICTURES.index((asked.method, asked.negative))
        if grown is None or place >= len(grown.made):
            msg = "There is no such picture of this channel yet; let it grow first."
            raise UnavailableError(msg)
        made, colours = grown.made[place], self._look.probe.specimen.colours
        what = f"what channel {grown.channel} of {made.provenance['layer']} "
        what += "dislikes" if asked.negative else "wants"
        return lambda edits: edits.show(
            wish.recoloured(made.tensor[0], colours, edits.specimen.colours), what
        )

    def _grown(self) -> Grown | None:
        """What there is of the enlarged channel: what grows, or the newest whole pictures."""
        growth, enlarged = self._growth, self._enlarged
        grown = None if growth is None else growth.grown
        if enlarged is not None and (grown is None or not grown.made):
            return wish.kept(*enlarged)
        return grown

    def _send_wants(self, left: str = "") -> None:
        """Send what there is, unless that was sent already."""
        grown, look, enlarged = self._grown(), self._look, self._enlarged
        if grown is None or enlarged is None:
            if self._wants_header:
                self._send_packet("_wants_header", "_wants", ({}, b""))
            self._wants_shown = None
            return
        steps = tuple((id(made), made.step) for made in grown.made)
        shown = (enlarged, look.epoch, left, grown.steps, grown.done, steps)
        if shown == self._wants_shown:
            return
        where = {"epoch": look.epoch, "layer": enlarged[0].layer}
        means = self._means_of(enlarged[0].layer, look.probe.specimen)
        here = None if means is None else finite(float(means[enlarged[1]]))
        packet = wanted.wants_packet(grown, where, self._best(enlarged), here, left)
        self._send_packet("_wants_header", "_wants", packet)
        self._wants_sent = time.monotonic()
        self._wants_shown = shown

    def _let_growths_go(self) -> None:
        """Keep no model."""
        self._grow_study.forget()
        self._growth = self._enlarged = None
        self._weights, self._paused = wish.Weights(), ByteCache(PAUSED)

    # -- how far images as they came drive it ---------------------------------------------------

    def _best(self, enlarged: tuple[Subject, int]) -> tuple[str, float] | None:
        """Name and score of the image seen so far that the channel answers to most."""
        scored = [
            (specimen.name, score)
            for specimen in self._natural(self._look.probe)
            if (score := self._score(enlarged, specimen)) is not None
        ]
        return max(scored, key=operator.itemgetter(1), default=None)

    def _score(self, enlarged: tuple[Subject, int], specimen: Specimen) -> float | None:
        """The mean of the channel over an image, as the pictures are scored; ``None`` where there is none."""
        subject, channel = enlarged
        key = (subject, id(specimen.input))
        found = self._means.get(key)
        if found is None:
            # The specimen is kept with it: its identity may not become another one's.
            found = self._means[key] = specimen, self._means_of(subject.layer, specimen)
            while len(self._means) > SCORED:
                self._means.popitem(last=False)
        return None if found[1] is None else finite(float(found[1][channel]))

    def _means_of(self, layer: str, specimen: Specimen) -> Tensor | None:
        """The mean of every channel of a layer over an image."""
        probe = self._look.probe
        try:
            if specimen.input is not probe.specimen.input:
                probe = probe.edited(specimen, wanted={layer})
            with torch.no_grad():
                return probe.stats(layer).mean
        except NnscopeError:  # of another size, which the network does not take; the others tell
            return None
