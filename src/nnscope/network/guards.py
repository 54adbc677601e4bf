"""Do no harm: whatever happens inside, the model leaves as it came.

Each guard is a context manager that restores one thing; ``untouched`` stacks them all.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import torch
from torch import Tensor, nn

_T = TypeVar("_T")

_locks: weakref.WeakKeyDictionary[nn.Module, threading.RLock] = weakref.WeakKeyDictionary()
_locks_lock = threading.Lock()


@contextmanager
def exclusive(model: nn.Module) -> Iterator[None]:
    """Let one thread of ours at a time run this model."""
    with _locks_lock:
        lock = _locks.setdefault(model, threading.RLock())
    with lock:
        yield


@contextmanager
def untouched(model: nn.Module) -> Iterator[None]:
    """Evaluate a model without leaving a trace.

    Inside, every module is in eval mode, outside ``inference_mode`` and outside autocast. On the
    way out, also after an error or an interrupt, the following are as before: each module's
    ``training`` flag and ``inplace`` flag, the parameter objects and their ``requires_grad`` and
    ``.grad``, the buffers (objects and values), the state of the random number generators, and
    the grad and autocast modes.
    """
    device = next((p.device for p in model.parameters()), torch.device("cpu"))
    with ExitStack() as stack:
        stack.enter_context(exclusive(model))
        stack.enter_context(_random_state(device))
        stack.enter_context(_flags(model))
        stack.enter_context(_parameters(model))
        stack.enter_context(_buffers(model))
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.autocast(device.type, enabled=False))
        for module in model.modules():
            module.training = False
        yield


@contextmanager
def _random_state(device: torch.device) -> Iterator[None]:
    accelerator = device.type in ("cuda", "mps", "xpu")
    devices = [device.index or 0] if accelerator else []
    with torch.random.fork_rng(devices, device_type=device.type if accelerator else "cuda"):
        yield


@contextmanager
def _flags(model: nn.Module) -> Iterator[None]:
    kept: list[tuple[nn.Module, dict[str, bool]]] = [
        (m, {name: vars(m)[name] for name in ("training", "inplace") if name in vars(m)})
        for m in model.modules()
    ]
    try:
        yield
    finally:
        for module, flags in kept:
            vars(module).update(flags)
            if "inplace" not in flags:
                vars(module).pop("inplace", None)


@contextmanager
def _parameters(model: nn.Module) -> Iterator[None]:
    tables = [(module, dict(module._parameters)) for module in model.modules()]
    kept = [(p, p.requires_grad, p.grad) for p in model.parameters()]
    try:
        yield
    finally:
        for module, table in tables:
            _put_back(module._parameters, table)
        for parameter, requires_grad, grad in kept:
            if parameter.requires_grad != requires_grad:
                parameter.requires_grad_(requires_grad)
            if parameter.grad is not grad:
                parameter.grad = grad


@contextmanager
def _buffers(model: nn.Module) -> Iterator[None]:
    tables = [(module, dict(module._buffers)) for module in model.modules()]
    kept = [(buffer, buffer.detach().clone()) for buffer in model.buffers()]
    try:
        yield
    finally:
        for module, table in tables:
            _put_back(module._buffers, table)
        with torch.no_grad():
            for buffer, value in kept:
                if not _same(buffer, value):
                    buffer.copy_(value)


def _put_back(table: dict[str, _T], kept: dict[str, _T]) -> None:
    """Make ``table`` hold exactly what it held, in its order; untouched where it still does."""
    if [(name, id(value)) for name, value in table.items()] != [
        (name, id(value)) for name, value in kept.items()
    ]:
        table.clear()
        table.update(kept)


def _same(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors are equal bit for bit, NaN to NaN."""
    return a.shape == b.shape and bool(((a == b) | ((a != a) & (b != b))).all())
