"""Work that takes long: done step by step on the worker, so that other requests get their turn in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

from nnscope.widget.worker import Worker


class _Step(Protocol):
    @property
    def done(self) -> float: ...


S = TypeVar("S", bound=_Step)


class Study(Generic[S]):
    """At most one piece of work at a time; a new one takes the place of the old.

    ``leave_off``, ``forget``, ``running`` and ``question`` are for any thread, the rest for the worker alone.

    Args:
        show: Called with each step; where it is not whole, another one follows or ``leave_off`` is called.
        fail: Called with what went wrong, once; no other step follows.
    """

    def __init__(self, show: Callable[[S], None], fail: Callable[[BaseException], None]) -> None:
        self._show = show
        self._fail = fail
        self._steps: Iterator[S] | None = None
        self.question: object = None
        """What is being worked on, was last, or was left off by the user; ``None`` after ``forget``."""
        self.beginning = False
        """Whether the first step is being made, for which somebody may wait."""

    @property
    def running(self) -> bool:
        """Whether steps are still to come."""
        return self._steps is not None

    def start(self, worker: Worker, question: object, steps: Iterator[S]) -> None:
        """Begin, in place of what was going on; the first step is made here and now.

        Raises:
            Exception: Whatever the first step raised.
        """
        self._steps, self.question, self.beginning = steps, question, True
        try:
            first = next(steps)
            self.beginning = False
            if self.question is not question:  # let go of meanwhile
                return
            if first.done == 1:
                self._steps = None
            self._show(first)
        except BaseException:
            self.forget()
            raise
        finally:
            self.beginning = False
        if self._steps is steps:
            worker.submit(lambda: self._go_on(worker, steps))

    def leave_off(self) -> bool:
        """End after the step that is being made; says whether anything was going on."""
        running, self._steps = self.running, None
        return running

    def forget(self) -> None:
        """The same, and whoever asks the question again gets an answer."""
        self._steps = self.question = None

    def finish(self) -> None:
        """Make what steps are left here and now, unless they are left off meanwhile."""
        while (steps := self._steps) is not None and self._advance(steps):
            pass

    def _go_on(self, worker: Worker, steps: Iterator[S]) -> None:
        if self._advance(steps):
            worker.submit(lambda: self._go_on(worker, steps))

    def _advance(self, steps: Iterator[S]) -> bool:
        """Make one step and say whether another one follows."""
        if self._steps is not steps:
            return False
        whole = False
        try:
            step = next(steps)
            if self._steps is not steps:  # stopped meanwhile
                return False
            whole = step.done == 1
            if whole:
                self._steps = None
            self._show(step)
        except BaseException as error:  # noqa: BLE001  # it would vanish in the worker
            if whole or self._steps is steps:  # else it was stopped, and nobody asks how it ended
                self.forget()
                self._fail(error)
            return False
        return self._steps is steps
