"""What the map explains and how: the traits that ask, and the packets that answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import traitlets as t

from nnscope.errors import OptionError, sentence
from nnscope.probe import METHODS, Growing, Probe, Target, styles_of
from nnscope.records import Checks, Heatmap, Unit
from nnscope.widget import pictures
from nnscope.widget.desk import Look
from nnscope.widget.study import Study
from nnscope.widget.traits import ScopeTraits
from nnscope.widget.worker import Worker

BETWEEN = 0.2
"""Seconds between two pictures of a map that is being made."""

ASKING = ("target", "versus", "unit", "cam", "method", "map_style", "checks", "sort", "shares")
"""The traits that change what is asked."""


class Question(NamedTuple):
    """What a map is asked, as the probe takes it."""

    epoch: int
    method: str
    target: Any
    layer: str | None
    style: str
    versus: int | None


class Explaining(ScopeTraits):
    """The part of a scope that asks for maps and their checks."""

    @property
    def _look(self) -> Look:
        """What the panel looks at."""
        raise NotImplementedError

    @property
    def probe(self) -> Probe:
        """What answers."""
        raise NotImplementedError

    @property
    def _whole_probe(self) -> Probe:
        """What says what a trait may be."""
        raise NotImplementedError

    @property
    def _worker(self) -> Worker:
        """What draws the panel."""
        raise NotImplementedError

    def __init__(self, explained: Callable[[Any], Any] | None = None) -> None:
        self._explained = explained
        self._whole: tuple[Question, Heatmap] | None = None  # the last map that was finished
        self._last: tuple[Question, Heatmap] | None = None  # the last that was begun
        self._last_sent = 0.0
        self._map_study: Study[Growing] = Study(self._show_map, self._map_failed)
        self._check_study: Study[Checks] = Study(self._show_checks, self._failed)
        super().__init__()

    # -- what a trait may be ----------------------------------------------------------------

    @t.validate("target", "versus")
    def _known_class(self, proposal: Any) -> int | None:
        probe = self._whole_probe
        with probe.settled():
            return None if proposal.value is None else probe.target_index(proposal.value)

    @t.validate("unit")
    def _known_unit(self, proposal: Any) -> str:
        if not proposal.value:
            return ""
        unit = Unit.parse(proposal.value)
        with self._whole_probe.settled():
            self._whole_probe.aim(unit)
        return str(unit)

    @t.validate("map_style")
    def _known_style(self, proposal: Any) -> str:
        value: str = proposal.value
        if value not in styles_of(self.method):
            known = ", ".join(styles_of(self.method))
            msg = f"{METHODS[self.method].label} has no style {value!r}; it has {known}."
            raise OptionError(msg)
        return value

    def _settle_question(self, changed: str) -> None:
        """Let go of what no longer fits a trait that was changed."""
        if changed == "target":
            self._explained = None
            self.unit = ""
        if changed == "unit" and self.unit:
            self._explained = None
            self.versus = None
        if changed == "method" and self.map_style not in styles_of(self.method):
            self.map_style = "paper"

    # -- maps -------------------------------------------------------------------------------

    def stop(self) -> None:
        """Leave off what takes long; what is there of it stays, and says so. A cell waits until it does."""
        asked = self._map_study.question
        left = [study for study in self._studies if study.leave_off()]
        if left:
            self.set_trait("status", "stopping")
            self._worker.run(lambda: self._show_what_is_left(left, asked))

    def _show_what_is_left(self, left: list[Study[Any]], asked: object) -> None:
        """Show what there is of work that was left off.

        Args:
            left: The work.
            asked: What the map was asked.
        """
        if self._map_study in left:
            if self._last is not None and self._last[0] == asked:
                self._send_map(self._last[1])
            elif self._map_study.question == asked:
                self.set_trait("error", "Stopped before there was a map; the one shown was made earlier.")
        self._rest()

    def _maps_wanted(self) -> bool:
        return bool(self.cam or self.shares or self.checks) or self.sort == "share"

    def _explains(self) -> Target:
        """What the panel explains, as a probe is asked for it."""
        return Unit.parse(self.unit) if self.unit else self._explained or self.target

    def _question_target(self) -> Target:
        """The same, with the top class of this by its number: on both sides one class is explained."""
        target = self._explains()
        if isinstance(target, Unit) or callable(target):
            return target
        return self._look.this.target_index(target)

    def _question(self) -> Question:
        method, target = METHODS[self.method], self._question_target()
        layer = self.layer if method.at == "layer" else None
        versus = None if isinstance(target, Unit) or callable(target) else self.versus
        return Question(self._look.epoch, method.key, target, layer, self.map_style, versus)

    def _draw_map(self) -> None:
        if not self._maps_wanted():
            self._map_study.forget()
            self._draw_checks()
            return
        asked = self._question()
        if asked != self._map_study.question:
            self.set_trait("status", f"making the map: {METHODS[asked.method].label}")
            steps = self._look.shown.growing(
                asked.method,
                asked.target,
                asked.layer,
                style=asked.style,
                versus=asked.versus,
                ahead=not callable(asked.target),
            )
            self._map_study.start(self._worker, asked, steps)
        self._draw_checks()

    def _show_map(self, step: Growing) -> None:
        whole, asked = step.done == 1, self._map_study.question
        if not whole:
            self.set_trait("progress", step.done)
        if step.heatmap is not None:
            assert isinstance(asked, Question)
            new = self._last is None or self._last[0] != asked
            self._last = asked, step.heatmap
            if whole or new or time.monotonic() - self._last_sent > BETWEEN:
                self._send_map(step.heatmap)
        if whole:
            self._whole = self._last
            self._rest()
            self._draw_checks()

    def _finished(self) -> Heatmap | None:
        """The map that is asked for, made to its end; ``None`` where none is, or it was stopped."""
        self._map_study.finish()
        if self._whole is None or self._whole[0] != self._map_study.question:
            return None
        return self._whole[1]

    def _send_map(self, heatmap: Heatmap) -> None:
        self._send_packet("_map_header", "_map", pictures.map_packet(heatmap, self._look.epoch))
        self._last_sent = time.monotonic()

    def _map_failed(self, error: BaseException) -> None:
        if self._whole is not None and self._last is not self._whole:
            self._send_map(self._whole[1])
        self._failed(error)

    # -- their checks -----------------------------------------------------------------------

    def _draw_checks(self) -> None:
        if not self.checks:
            self._check_study.forget()
            if self._checks_header:
                self._send_packet("_checks_header", "_checks", ({}, b""))
            return
        if self._map_study.running or self._whole is None or self._check_study.question is self._whole:
            return
        asked, _ = self._whole
        self.set_trait("status", "checking the map")
        if asked.versus is not None:
            msg = "What is checked is the map of one class; take the other class away from 'versus' first."
            raise OptionError(msg)
        if self._look.side == "difference":
            msg = "What is checked is one map, not the difference of two; look at this or at the other."
            raise OptionError(msg)
        probe = self._look.probe
        steps = probe.checking(asked.method, asked.target, asked.layer, style=asked.style)
        self._check_study.start(self._worker, self._whole, steps)

    def _show_checks(self, checks: Checks) -> None:
        self._send_packet("_checks_header", "_checks", pictures.checks_packet(checks, self._look.epoch))
        if checks.done == 1:
            self._rest()
        else:
            self.set_trait("status", "checking the map")
            self.set_trait("progress", checks.done)

    @property
    def _studies(self) -> tuple[Study[Any], ...]:
        """All that may take long, the map first."""
        return self._map_study, self._check_study

    # -- how it goes ------------------------------------------------------------------------

    def _rest(self) -> None:
        """Say that nothing is going on, where that is so."""
        if not any(study.running for study in self._studies):
            self.set_trait("progress", None)
            self.set_trait("status", "ready")

    def _failed(self, error: BaseException) -> None:
        self.set_trait("error", sentence(error))
        self._rest()

    def _send_packet(self, header: str, body: str, packet: pictures.Packet) -> None:
        raise NotImplementedError
