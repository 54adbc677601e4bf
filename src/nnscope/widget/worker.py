"""One thread a model, where all that a panel shows is computed and drawn.

Comm callbacks only check and submit: ipykernel 7 runs them beside the user's cells, and a callback that
computes would hold up the kernel's messages. A cell that moves a panel waits until it is drawn. Nobody else
waits for a worker: it might wait in turn, and then neither would go on.
"""

from __future__ import annotations

import contextvars
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from torch import nn

from nnscope.errors import UnavailableError
from nnscope.probe import in_pass

Job = Callable[[], None]

HEEDED = 0.1
"""Seconds until an interrupt is heeded that came right before a wait, which Python hears of at its end."""


class Worker:
    """The thread, what waits for it, and whether it has anything to do."""

    def __init__(self) -> None:
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._process = os.getpid()
        self._pool = ThreadPoolExecutor(1, "nnscope", _never_wait)
        self._lock = threading.Lock()
        self._waiting = 0
        self._running = False
        self._thread = 0

    @property
    def waiting(self) -> bool:
        """Whether a job that was submitted, but for idle ones, waits for its turn."""
        return self._waiting > 0

    @property
    def busy(self) -> bool:
        """Whether there is anything to do or being done."""
        return self.waiting or self._running

    def submit(self, job: Job) -> Future[None]:
        """Run ``job`` on the thread, after the jobs submitted before.

        The caller's context goes along: ipykernel 7 finds the comm's reply address in it.

        Raises:
            RuntimeError: The interpreter ends.
        """
        if self._process != os.getpid():  # a child has the memory, but not the threads
            self._begin_anew()
        with self._lock:
            self._waiting += 1
        try:
            return self._put(self._begin, job)
        except RuntimeError:  # the interpreter ends
            self._waiting -= 1
            raise

    def submit_idle(self, job: Job) -> None:
        """Run ``job`` on the thread once nothing that was submitted waits for it."""
        self._put(self._when_idle, job)

    def run(self, job: Job) -> None:
        """Submit ``job``, and wait for its end where this thread may.

        Raises:
            Exception: What the job raised, where it was waited for.
            KeyboardInterrupt: The user would not wait; the job goes on.
        """
        finish(self.submit(job))

    def call(self, job: Job) -> None:
        """Have ``job`` done before this returns, also in a thread that else waits for nothing.

        Raises:
            UnavailableError: A worker waits for this thread, or may do so.
            Exception: What the job raised.
        """
        if threading.get_ident() == self._thread:
            job()
            return
        if _thread.works or in_pass():
            msg = (
                "This cannot be waited for in a pass, nor in an observer of another panel; call it in a cell."
            )
            raise UnavailableError(msg)
        _await(self.submit(job))

    # -- inside -----------------------------------------------------------------------------

    def _put(self, run: Callable[[Job], None], job: Job) -> Future[None]:
        return self._pool.submit(contextvars.copy_context().run, run, job)

    def _begin(self, job: Job) -> None:
        with self._lock:
            self._waiting -= 1
            self._running = True
        self._do(job)

    def _when_idle(self, job: Job) -> None:
        if self.waiting:  # they stand before this one once it is put back, so it does not go round in vain
            self.submit_idle(job)
        else:
            self._do(job)

    def _do(self, job: Job) -> None:
        self._running, self._thread = True, threading.get_ident()
        try:
            job()
        finally:
            self._running = False


class _Thread(threading.local):
    """Whether this thread may wait for a worker."""

    may_wait = True
    works = False
    """Whether it is a worker's own."""


_thread = _Thread()


def finish(job: Future[None]) -> bool:
    """Wait for the end of a job, where this thread may; says whether it has come."""
    if _thread.may_wait and not in_pass():
        _await(job)
    return job.done()


def _await(job: Future[None]) -> None:
    while not wait([job], HEEDED).done:
        pass
    job.result()


@contextmanager
def not_waiting() -> Iterator[None]:
    """Inside, this thread waits for no worker: it serves the browser."""
    before, _thread.may_wait = _thread.may_wait, False
    try:
        yield
    finally:
        _thread.may_wait = before


def _never_wait() -> None:
    _thread.may_wait, _thread.works = False, True


_workers: weakref.WeakKeyDictionary[nn.Module, Worker] = weakref.WeakKeyDictionary()
_making = threading.Lock()


def worker_of(model: nn.Module) -> Worker:
    """The worker of a model."""
    with _making:
        if model not in _workers:
            _workers[model] = Worker()
        return _workers[model]


def submit(model: nn.Module, job: Job) -> Future[None]:
    """Run ``job`` on the model's thread, after the jobs submitted before."""
    return worker_of(model).submit(job)
