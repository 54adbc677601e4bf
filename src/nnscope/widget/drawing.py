"""From what the traits say to what the panel shows, drawn by one worker.

Other threads set traits and ask for a drawing: cells, which wait for it, and the threads on which the browser
is heard. No lock is held while a trait's observers run, for they may do anything.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, cast

import anywidget
import ipywidgets

from nnscope.errors import UnavailableError
from nnscope.probe import Probe
from nnscope.records import Layer, Specimen
from nnscope.widget import pictures, specimens
from nnscope.widget.desk import Desk, Look, Side, State
from nnscope.widget.filling import Filling
from nnscope.widget.outbox import Outbox
from nnscope.widget.worker import Worker, finish, not_waiting

LOOKING = ("layer", "specimen", "against", "side", "silence", "fill")
"""The traits that change what is looked at."""

LET_GO = "The cell that opened this scope ran again, so its model was let go; use the new scope."


class _Changing(threading.local):
    """Traits that this thread is about to change together."""

    depth = 0
    draws = False
    """Whether there is something to draw when all are changed."""


class Drawing(Filling, anywidget.AnyWidget):
    """The part of a scope that draws."""

    _closed = False
    _own_layout: ipywidgets.Layout | None = None

    def __init__(self, desk: Desk, *args: Any, **kwargs: Any) -> None:
        self._opened: Desk | None = desk
        self._looked: Look | None = desk.settle(State())
        self._drawing: Future[None] | None = None  # asked for, and not yet begun
        self._drawing_lock = threading.Lock()
        self._outbox = Outbox()
        self._changing = _Changing()
        self._refreshing = False
        self._editing: set[object] = set()  # edits of the browser that wait or are made
        self._stopped = False  # by the user, while something was asked for
        self._listed: tuple[int, int | None] | None = None
        self._modelled: tuple[int, int, tuple[int, ...]] | None = None
        self._pictured: int | None = None
        super().__init__(*args, **kwargs)

    @property
    def _desk(self) -> Desk:
        desk = self._opened
        if desk is None:
            raise UnavailableError(LET_GO)
        return desk

    @property
    def _look(self) -> Look:
        looked = self._looked
        if looked is None:
            raise UnavailableError(LET_GO)
        return looked

    @property
    def _worker(self) -> Worker:
        """What draws this panel."""
        return self._desk.worker

    def _let_go(self) -> None:
        """Keep no model and no picture of one."""
        worker = self._worker
        self._opened = None
        self._looked = None
        self._leave_all(worker)

    def _leave_all(self, worker: Worker) -> None:
        """End what takes long, for nobody waits for it any more."""
        for study in self._studies:
            study.forget()
        with contextlib.suppress(RuntimeError):  # the interpreter ends, and the worker has ended
            worker.submit(self._let_growths_go)
            worker.submit(self._rest)

    def close(self) -> None:
        """Take the panel away; what is still being made for it ends, and no comm stays."""
        self._closed = True
        if self.comm is not None:
            if self._opened is not None:
                self._leave_all(self._worker)
            if self._own_layout is not None:
                self._own_layout.close()
        super().close()

    # -- what is sent to the browser ----------------------------------------------------------

    @contextmanager
    def hold_sync(self) -> Iterator[None]:
        """Send what this thread changes inside in one message; what others change goes at once, as ever."""
        with self._outbox.gathered(self.send_state):
            yield

    def _should_send_property(self, key: str, value: Any) -> bool:
        return self._outbox.sends(key, self.trait_metadata(key, "to_json", self._trait_to_json)(value, self))

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:  # noqa: ARG002
        """The values of the synced traits, defaults too: the panel's own code is one."""
        state: dict[str, Any] = super().get_state(key)
        return state

    # -- drawing ------------------------------------------------------------------------------

    def _state(self) -> State:
        return State(self.specimen, self.against, cast("Side", self.side), self.silence, self.fill)

    def _is_open(self) -> bool:
        return self._opened is not None and not self._closed

    def _natural(self, probe: Probe) -> list[Specimen]:
        return self._desk.natural(probe.model)

    def _settle(self) -> None:
        """Have what is looked at ready, also where weights have changed."""
        self._looked = self._desk.settle(self._state(), {self.layer})
        if self._opened is None:  # it was let go of meanwhile
            self._looked = None

    @contextmanager
    def _drawn_once(self) -> Iterator[None]:
        """Inside, traits of this thread's change together: what they say is drawn once, at the end."""
        self._changing.depth += 1
        try:
            yield
        except BaseException:  # of an observer of the user's, or an interrupt: what was changed is drawn
            with not_waiting():
                self._end_change()
            raise
        self._end_change()

    def _end_change(self) -> None:
        changing = self._changing
        changing.depth -= 1
        if changing.depth == 0 and changing.draws:
            changing.draws = False
            if self._opened is not None:
                self._ask_to_draw()

    def _ask_to_draw(self) -> bool:
        """Have drawn what the traits say, and wait for it in a cell; says whether it is done.

        The job reads the traits when it runs, so one that waits for its turn is enough for all who ask.
        """
        with self._drawing_lock:
            if self._drawing is None:
                self._drawing = self._worker.submit(self._draw_what_is_asked)
            drawing = self._drawing
        return finish(drawing)

    def _draw_what_is_asked(self) -> None:
        with self._drawing_lock:
            self._drawing = None
        if self._is_open():
            self._refresh()

    def stop(self) -> None:
        """Leave off what takes long; so is what was asked for, and has not begun, after its first step."""
        self._stopped = self._refreshing or self._drawing is not None or bool(self._editing)
        super().stop()

    def _refresh(self) -> None:
        """Draw what the traits say. Never raises: a failure is a sentence in the panel."""
        self._refreshing = True
        try:
            self._settle()
            with self._look.this.settled():
                self._draw()
            self.set_trait("error", "")
            if self._stopped:
                super().stop()
        except BaseException as error:  # noqa: BLE001  # whatever it is, it must not vanish in a thread
            if self._drawing is None:  # else the traits are others by now, and what they say is drawn next
                self._failed(error)
        finally:
            self._refreshing = self._stopped = False
            self._rest()

    def _draw(self) -> None:
        self._publish()
        self._draw_layer()
        self._draw_classes()
        try:
            self._draw_map()
            self._draw_effects()
        finally:  # whatever becomes of the map
            self._draw_wishes()
            self._draw_wants()

    def _draw_layer(self) -> None:
        layer, epoch = self.layer, self._look.epoch
        if (self._header.get("layer"), self._header.get("epoch")) == (layer, epoch):
            return
        self._send_packet("_header", "_tiles", pictures.layer_packet(self._look, layer))

    def _draw_classes(self) -> None:
        shown = (self._look.epoch, self.target)
        if self._listed != shown:
            rows = pictures.prediction_rows(self._look.this, self.target, before=self._look.other)
            self.set_trait("predictions", rows)
            self._listed = shown

    def _publish(self) -> None:
        """Write what depends on the model and the image alone."""
        look, whole = self._look, self._whole_probe
        with self.hold_sync():
            modelled = (self.specimen, self._desk.wholes[self.specimen].epoch, whole.specimen.shape)
            if self._modelled != modelled:
                self._labels = whole.labels
                self._methods = pictures.method_rows()
                self._specimens = specimens.rows(self._desk.wholes)
                self.set_trait("layers", pictures.layer_rows(whole))
                self._modelled = modelled
            if self._pictured != look.epoch:
                explains = bool(whole.labels) or self._explained is not None
                self._about = pictures.about(look.this, explains=explains)
                self._picture = specimens.picture(look)
                self._original = pictures.original(look.this)
                self._other = specimens.other(look, before=self.against is None)
                self._pictured = look.epoch
            self._edits = specimens.edits(self._desk, self.specimen)

    @property
    def _whole_probe(self) -> Probe:
        """This specimen with all its channels: what a trait may be depends on it alone."""
        return self._desk.seen(int(self.specimen))

    def _current(self) -> Layer:
        with self._whole_probe.settled():
            return self._whole_probe.layers.feature_map(self.layer)

    def _send_packet(self, header: str, body: str, packet: pictures.Packet) -> None:
        with self.hold_sync():
            setattr(self, header, packet[0])
            setattr(self, body, packet[1])
