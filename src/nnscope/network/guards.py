"""Do no harm: whatever happens inside, the model leaves as it came.

Each guard is a context manager that restores one thing; ``untouched`` stacks them all.
"""

from __future__ import annotations

import copy
import gc
import operator
import random
import signal
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd.grad_mode import _unsafe_preserve_version_counter

from nnscope.network.parts import all_modules
from nnscope.tensors.bits import same

_T = TypeVar("_T")

_locks: weakref.WeakKeyDictionary[nn.Module, threading.RLock] = weakref.WeakKeyDictionary()
_locks_lock = threading.Lock()
_thread = threading.local()


@contextmanager
def untouched(model: nn.Module) -> Iterator[None]:
    """Evaluate a model without leaving a trace.

    Inside, every module is in eval mode, outside ``inference_mode`` and outside autocast. On the
    way out, also after an error or an interrupt, the following are as before: each module's
    ``training`` and ``inplace`` flags, the tensors and caches among its attributes, its parameters and
    buffers, each parameter's ``requires_grad`` and ``.grad``, the values of the buffers, the state of
    the random number generators, and the grad and autocast modes. An interrupt is raised in the midst of it
    only at an ``interruption_point``.
    """
    device = next((p.device for p in model.parameters()), torch.device("cpu"))
    with _interrupts_held(), ExitStack() as stack:
        stack.enter_context(_exclusive(model))
        stack.enter_context(_passing())
        stack.enter_context(_random_state(device))
        stack.enter_context(_attributes(model))
        stack.enter_context(_parameters(model))
        stack.enter_context(_buffers(model))
        stack.enter_context(plain_arithmetic(device))
        for module in all_modules(model):
            _set_training(module, value=False)
        yield


def in_pass() -> bool:
    """Whether this thread runs a model inside ``untouched``: a hook of the user's must not wait then."""
    return getattr(_thread, "passes", 0) > 0


@contextmanager
def plain_arithmetic(device: torch.device) -> Iterator[None]:
    """Compute outside ``inference_mode`` and autocast, whatever the caller has set; the modes come back."""
    with torch.inference_mode(False), torch.autocast(device.type, enabled=False):  # brings grad mode back too
        yield


@contextmanager
def collector_held() -> Iterator[None]:
    """Let the garbage collector wait: in a pass it would go through every object of every library again."""
    held = gc.isenabled()
    try:
        gc.disable()
        yield
    finally:
        if held:
            gc.enable()


# -- interrupts -----------------------------------------------------------------------------


def interruption_point() -> None:
    """Raise an interrupt that came since ``untouched`` was entered: here it does no harm."""
    if _HeldInterrupt.waiting and threading.current_thread() is threading.main_thread():
        held = signal.getsignal(signal.SIGINT)
        if isinstance(held, _HeldInterrupt):
            held.deliver()


def _interrupts_held() -> AbstractContextManager[Any]:
    handler = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()  # no other thread gets an interrupt
    return _HeldInterrupt(handler) if main and callable(handler) else nullcontext()


class _HeldInterrupt:
    """Takes the place of a SIGINT handler and calls it later: when asked to, at the latest on leaving.

    A model that asks for nothing in a second hangs in code of its own; the next interrupt strikes there.
    """

    waiting = False
    """Whether one came that was not passed on; asking the signal module at each call of a layer is slow."""

    def __init__(self, handler: Any) -> None:
        self._handler = handler
        self._came: float | None = None

    def __enter__(self) -> None:
        signal.signal(signal.SIGINT, self)

    def __exit__(self, *_error: object) -> None:
        signal.signal(signal.SIGINT, self._handler)
        self.deliver()

    def __call__(self, _signal: int, _frame: object) -> None:
        now = time.monotonic()
        if self._came is None:
            self._came = now
            _HeldInterrupt.waiting = True
        elif now - self._came > 1:
            self.deliver()

    def deliver(self) -> None:
        """Pass on what came."""
        if self._came is not None:
            self._came = None
            _HeldInterrupt.waiting = False
            self._handler(signal.SIGINT, None)


# -- one guard a thing ----------------------------------------------------------------------


@contextmanager
def _exclusive(model: nn.Module) -> Iterator[None]:
    """Let one thread of ours at a time run this model."""
    with _locks_lock:
        lock = _locks.setdefault(model, threading.RLock())
    while not lock.acquire(timeout=0.1):
        interruption_point()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _passing() -> Iterator[None]:
    before = getattr(_thread, "passes", 0)
    _thread.passes = before + 1
    try:
        yield
    finally:
        _thread.passes = before


@contextmanager
def _random_state(device: torch.device) -> Iterator[None]:
    accelerator = device.type in ("cuda", "mps", "xpu")
    devices = [device.index or 0] if accelerator else []
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002  # what a model may draw from
    with torch.random.fork_rng(devices, device_type=device.type if accelerator else "cuda"):
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)  # noqa: NPY002


@contextmanager
def _attributes(model: nn.Module) -> Iterator[None]:
    """What a pass may leave on a module: flags, tensors, caches it filled, its parameters and buffers.

    Parts and hooks are left alone: a cell may change them while a pass runs in another thread.
    """
    kept = [(m, m.training, dict(vars(m)), _contents(vars(m))) for m in all_modules(model)]
    try:
        yield
    finally:
        for module, training, before, contents in kept:
            _set_training(module, training)
            after = vars(module)
            for name in [*before, *(after.keys() - before.keys())]:
                if before.get(name) is not after.get(name) and _is_trace(name, before.get(name), after):
                    _put_back_one(after, before, name)
            for name, content in contents.items():
                _refill(before[name], content)


def _is_trace(name: str, before: object, after: dict[str, Any]) -> bool:
    """Whether an attribute that is another one now was changed by the pass, as far as that can be told."""
    filled = before is None or isinstance(before, (bool, Tensor, *_CONTAINERS))
    return filled or isinstance(after.get(name), Tensor)


def _put_back_one(after: dict[str, Any], before: dict[str, Any], name: str) -> None:
    if name in before:
        after[name] = before[name]
    else:
        del after[name]


def _contents(attributes: dict[str, Any]) -> dict[str, Any]:
    """Copies of the containers among some attributes, but for parts and hooks."""
    mine = (name for name in attributes if name != "_modules" and "hook" not in name)
    return {name: copy.copy(attributes[name]) for name in mine if type(attributes[name]) in _CONTAINERS}


_CONTAINERS = (dict, OrderedDict, list, set)


def _refill(container: Any, content: Any) -> None:
    """Make a container hold exactly what it held; untouched where it still does."""
    if isinstance(container, dict):
        _put_back(container, content)
    elif isinstance(container, list):
        if len(container) != len(content) or not all(map(operator.is_, container, content)):
            container[:] = content
    elif container != content:
        container &= content
        container |= content


def _set_training(module: nn.Module, value: bool) -> None:
    if "training" in vars(module):
        vars(module)["training"] = value  # past a __setattr__ of its own
    else:
        module.training = value  # TorchScript keeps it elsewhere


@contextmanager
def _parameters(model: nn.Module) -> Iterator[None]:
    kept = [(p, p.requires_grad, p.grad) for p in model.parameters()]
    try:
        yield
    finally:
        for parameter, requires_grad, grad in kept:
            if parameter.requires_grad != requires_grad:
                parameter.requires_grad_(requires_grad)
            if parameter.grad is not grad:
                parameter.grad = grad


@contextmanager
def _buffers(model: nn.Module) -> Iterator[None]:
    kept = [(b, b.detach().clone(), _version(b)) for b in model.buffers() if b.layout is torch.strided]
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, value, version in kept:
                if not same(buffer, value):
                    with version:
                        buffer.copy_(value)


def _put_back(table: dict[str, _T], kept: dict[str, _T]) -> None:
    """Make ``table`` hold exactly what it held, in its order; never empty while another thread may look."""
    if len(table) == len(kept) and all(map(operator.is_, table.values(), kept.values())):
        return
    for name in [name for name in table if name not in kept]:
        del table[name]
    for name, value in kept.items():
        if name not in table or table[name] is not value:
            table[name] = value
    if list(table) != list(kept):  # something was taken out, and is now at the end
        for name, value in kept.items():
            del table[name]
            table[name] = value


def _version(tensor: Tensor) -> AbstractContextManager[Any]:
    """On leaving it, the tensor counts as written as often as now."""
    return nullcontext() if tensor.is_inference() else _unsafe_preserve_version_counter(tensor)
