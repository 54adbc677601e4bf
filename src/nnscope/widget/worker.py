"""One thread a model, where everything the browser asks for is computed.

Comm callbacks only check and submit: ipykernel 7 runs them beside the user's cells, and a
callback that computes would hold up the kernel's messages.
"""

from __future__ import annotations

import contextvars
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from torch import nn

_workers: weakref.WeakKeyDictionary[nn.Module, ThreadPoolExecutor] = weakref.WeakKeyDictionary()


def submit(model: nn.Module, job: Callable[[], None]) -> Future[None]:
    """Run ``job`` on the model's thread, after the jobs submitted before.

    The caller's context goes along: ipykernel 7 finds the comm's reply address in it.
    """
    if model not in _workers:
        _workers[model] = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nnscope")
    return _workers[model].submit(contextvars.copy_context().run, job)
