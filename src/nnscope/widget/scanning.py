"""What becomes of the score without each channel: asked for by the trait ``sort``."""

from __future__ import annotations

import time
from typing import Any

from nnscope.records import Effects
from nnscope.widget import pictures
from nnscope.widget.explaining import BETWEEN, Explaining
from nnscope.widget.study import Study


class Scanning(Explaining):
    """The part of a scope that silences channel after channel."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._effects_study: Study[Effects] = Study(self._show_effects, self._failed)
        self._effects_sent = 0.0
        super().__init__(*args, **kwargs)

    @property
    def _studies(self) -> tuple[Study[Any], ...]:
        return *super()._studies, self._effects_study

    def _draw_effects(self) -> None:
        if self.sort != "effect":
            self._effects_study.forget()
            return
        probe, target = self._look.probe, self._explains()
        asked = (self._look.epoch, self.layer, target if callable(target) else str(target), self.fill)
        if asked == self._effects_study.question:
            return
        self.set_trait("status", "silencing channel after channel")
        value: Any = "mean" if self.fill == "mean" else 0.0
        if self.fill == "other" and self._look.other is not None:
            value = self._look.other
        steps = probe.scanning(self.layer, target, value)
        self._effects_study.start(probe.model, asked, steps)

    def _show_effects(self, effects: Effects) -> None:
        whole = effects.done == 1
        self.set_trait("progress", None if whole else effects.done)
        if whole or time.monotonic() - self._effects_sent > BETWEEN:
            packet = pictures.effects_packet(effects, self._look.epoch)
            self._send_packet("_effects_header", "_effects", packet)
            self._effects_sent = time.monotonic()
        if whole:
            self._rest()
