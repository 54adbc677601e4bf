"""One thread a model, where everything the browser asks for is computed.

Comm callbacks only check and submit: ipykernel 7 runs them beside the user's cells, and a
callback that computes would hold up the kernel's messages.
"""

from __future__ import annotations

import contextvars
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from torch import nn

Job = Callable[[], None]


class _Worker:
    """The thread, and how many jobs wait for it."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nnscope")
        self._lock = threading.Lock()
        self.waiting = 0

    def submit(self, job: Job) -> Future[None]:
        with self._lock:
            self.waiting += 1
        return self._put(self._begun, job)

    def submit_idle(self, job: Job) -> None:
        self._put(self._when_idle, job)

    def _put(self, run: Callable[[Job], None], job: Job) -> Future[None]:
        return self._pool.submit(contextvars.copy_context().run, run, job)

    def _begun(self, job: Job) -> None:
        with self._lock:
            self.waiting -= 1
        job()

    def _when_idle(self, job: Job) -> None:
        if self.waiting:  # they stand before this one once it is put back, so it does not go round in vain
            self.submit_idle(job)
        else:
            job()


_workers: weakref.WeakKeyDictionary[nn.Module, _Worker] = weakref.WeakKeyDictionary()


def submit(model: nn.Module, job: Job) -> Future[None]:
    """Run ``job`` on the model's thread, after the jobs submitted before.

    The caller's context goes along: ipykernel 7 finds the comm's reply address in it.
    """
    return _worker(model).submit(job)


def submit_idle(model: nn.Module, job: Job) -> None:
    """Run ``job`` on the model's thread once nothing that was submitted waits for it."""
    _worker(model).submit_idle(job)


def waiting(model: nn.Module) -> bool:
    """Whether a job that was submitted, but for idle ones, waits for the model's thread."""
    return _worker(model).waiting > 0


def _worker(model: nn.Module) -> _Worker:
    if model not in _workers:
        _workers[model] = _Worker()
    return _workers[model]
