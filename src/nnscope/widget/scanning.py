"""What becomes of the score without each channel: asked for by the trait ``sort``."""

from __future__ import annotations

import time
from typing import Any

from nnscope.errors import OptionError
from nnscope.records import Effects
from nnscope.widget import pictures
from nnscope.widget.desk import NO_OTHER
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
        look, target = self._look, self._question_target()
        asked = (look.epoch, self.layer, target if callable(target) else str(target), self.fill)
        if asked == self._effects_study.question:
            return
        probe = look.probe
        opposite = look.other if probe is look.this else look.this
        if self.fill == "other" and opposite is None:
            raise OptionError(NO_OTHER)
        self.set_trait("status", "silencing channel after channel")
        values: dict[str, Any] = {"zero": 0.0, "mean": "mean", "other": opposite}
        steps = probe.scanning(self.layer, target, values[self.fill])
        self._effects_study.start(self._worker, asked, steps)

    def _show_effects(self, effects: Effects) -> None:
        whole = effects.done == 1
        self.set_trait("progress", None if whole else effects.done)
        if whole or time.monotonic() - self._effects_sent > BETWEEN:
            packet = pictures.effects_packet(effects, self._look.epoch)
            self._send_packet("_effects_header", "_effects", packet)
            self._effects_sent = time.monotonic()
        if whole:
            self._rest()
