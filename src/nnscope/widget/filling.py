"""What every channel of the layer wants, for the grid: made while nothing else is asked of the network."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from typing import Any

from nnscope.widget import wish
from nnscope.widget.asked import Wished
from nnscope.widget.wanting import Wanting
from nnscope.widget.wish import Grown, Subject
from nnscope.widget.wishlist import Wishlist, wished

TELLING = 0.25
"""Seconds between two words on how far the grid is filled."""


class Filling(Wanting):
    """The part of a scope that fills the grid with what channels want, and gives way to all else."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._wishlist: Wishlist | None = None
        self._filling = False  # whether a round is under way or waits for its turn
        self._halted = False  # by the user, until pictures are asked for again
        self._serial = itertools.count(1)
        self._wanted_sent = 0.0
        super().__init__(*args, **kwargs)

    def stop(self) -> None:
        """Leave off what takes long; the grid is filled with no more pictures until some are asked for."""
        self._halted = True
        super().stop()

    def _draw_wishes(self) -> None:
        """Have the list of the layer that is shown, where its channels' wishes are."""
        if not self.wants:
            self._wishlist = None
            self._wanted = {}
            return
        look = self._look
        subject = wish.subject_of(look, self._state(), self.layer, self._weights)
        if self._wishlist is None or self._wishlist.subject != subject:
            row = look.probe.layers.feature_map(self.layer)
            worker = self._worker
            hurry = lambda: worker.waiting or self._gives_way()  # noqa: E731
            self._wishlist = Wishlist(look.probe, subject, row.channels, hurry)
            self._halted = False
            self._tell_wanted(self._wishlist)
        elif self._wanted.get("epoch") != look.epoch:
            self._tell_wanted(self._wishlist)

    def _wished(self, layer: str, channels: Sequence[int]) -> Wished:
        """What there is of some channels; where their layer is shown, they are made first from now on."""
        subject = wish.subject_of(self._look, self._state(), layer, self._weights)
        if self._wishlist is not None and self._wishlist.subject == subject:
            self._wishlist.ask(channels)
            self._halted = False
            self._fill()
        return wished(subject, channels)

    # -- while nothing else is asked ------------------------------------------------------------

    def _rest(self) -> None:
        super()._rest()
        self._fill()

    def _gives_way(self) -> bool:
        """Whether the scope has anything else to do; ``_rest`` follows it."""
        return any(study.running for study in self._studies)

    def _fill(self) -> None:
        """Go on as soon as nothing waits, unless that is so already."""
        wishes = self._wishlist
        if wishes is not None and self._is_open() and not (self._filling or self._halted or wishes.finished):
            self._filling = True
            self._worker.submit_idle(self._fill_on)

    def _fill_on(self) -> None:
        """One round, and on; where something else runs, ``_rest`` follows it, and brings back here."""
        wishes = self._wishlist
        try:
            if wishes is not None and not self._halted and not self._gives_way():
                self._fill_round(wishes)
        except BaseException as error:  # noqa: BLE001  # it would vanish in the worker
            self._halted = True
            self._failed(error)
        finally:
            self._filling = False
        if not self._gives_way():
            self._fill()

    def _fill_round(self, wishes: Wishlist) -> None:
        changed = self._weights.number(wishes.model) != wishes.subject.weights
        if changed or not self._is_open():  # whoever looks next is told of it
            self._halted = True
            return
        wishes.round()
        late = time.monotonic() - self._wanted_sent > TELLING
        if wishes is self._wishlist and (late or wishes.finished):
            self._tell_wanted(wishes)

    def _tell_wanted(self, wishes: Wishlist) -> None:
        self._wanted = {
            "layer": wishes.subject.layer,
            "epoch": self._look.epoch,
            "serial": next(self._serial),
            "done": wishes.done,
            "of": wishes.of,
            "growing": wishes.growing,
        }
        self._wanted_sent = time.monotonic()

    def _made_whole(self, subject: Subject, grown: Grown) -> None:
        if self._wishlist is not None and self._wishlist.subject == subject:
            self._wishlist.take(grown)
            self._tell_wanted(self._wishlist)

    def _let_growths_go(self) -> None:
        super()._let_growths_go()
        self._wishlist = None
