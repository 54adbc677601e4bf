"""From what the traits say to what the panel draws. Everything here runs on the worker, or in a cell."""

from __future__ import annotations

import threading
from typing import Any, cast

import anywidget

from nnscope.errors import UnavailableError
from nnscope.probe import Probe
from nnscope.records import Layer, Specimen
from nnscope.widget import pictures, specimens
from nnscope.widget.desk import Desk, Look, Side, State
from nnscope.widget.filling import Filling

LOOKING = ("layer", "specimen", "against", "side", "silence", "fill")
"""The traits that change what is looked at."""


class Drawing(Filling, anywidget.AnyWidget):
    """The part of a scope that draws: it writes the private traits, and nothing else does."""

    def __init__(self, desk: Desk, *args: Any, **kwargs: Any) -> None:
        self._opened: Desk | None = desk
        self._looked = desk.settle(State())
        self._drawn: State | None = None
        self._lock = threading.RLock()
        self._queued = self._closed = False
        self._listed: tuple[int, int | None] | None = None
        self._modelled: tuple[int, int, tuple[int, ...]] | None = None
        self._pictured: int | None = None
        super().__init__(*args, **kwargs)

    @property
    def _desk(self) -> Desk:
        if self._opened is None:
            msg = "The cell that opened this scope ran again, so its model was let go; use the new scope."
            raise UnavailableError(msg)
        return self._opened

    @property
    def _look(self) -> Look:
        self._desk  # noqa: B018  # refuses where it was let go
        return self._looked

    def _let_go(self) -> None:
        """Keep no model and no picture of one."""
        with self._lock:
            self._opened = None
            del self._looked
        self._let_growths_go()

    def close(self) -> None:
        """Take the panel away; what is still being made for it ends."""
        self._closed = True
        super().close()

    def _state(self) -> State:
        return State(self.specimen, self.against, cast("Side", self.side), self.silence, self.fill)

    def _is_open(self) -> bool:
        return self._opened is not None and not self._closed

    def _natural(self, probe: Probe) -> list[Specimen]:
        return self._desk.natural(probe.model)

    def _settle(self) -> None:
        """Have what is looked at ready, also where weights have changed."""
        looked = self._desk.settle(self._state(), {self.layer})
        with self._lock:
            if self._opened is not None:  # else it was let go of meanwhile
                self._looked = looked

    def _refresh(self) -> None:
        """Draw what the traits say. Never raises: a failure is a sentence in the panel."""
        self._queued = False
        try:
            with self._busy():
                self._settle()
                with self._look.this.settled():
                    self._draw()
            self.set_trait("error", "")
        except Exception as error:  # noqa: BLE001  # a bug of ours must not vanish in a thread
            self._failed(error)
        finally:
            self._rest()

    def _draw(self) -> None:
        self._drawn = self._state()
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
        with self._lock, self.hold_sync():
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
        with self._lock, self.hold_sync():
            setattr(self, header, packet[0])
            setattr(self, body, packet[1])
