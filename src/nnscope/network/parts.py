"""What a model is made of: its modules, their names, and which of them are one layer."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any

import torch
from torch import nn


def named_parts(model: nn.Module) -> dict[nn.Module, str]:
    """Every module that can run, by its qualified name; one with two names keeps the first.

    Keras layers on the torch backend are modules too, but a Keras model keeps them in a list of its
    own, where ``named_modules()`` does not look; they are called as Keras calls them.
    """
    found: dict[nn.Module, str] = {}

    def walk(module: nn.Module, name: str) -> None:
        module = getattr(module, "_orig_mod", module)  # what torch.compile wraps runs under its name
        if module in found:
            return
        found[module] = name
        for child, part in _children(module):
            walk(part, f"{name}.{child}" if name else child)

    walk(model, "")
    return found


def uncompiled(model: nn.Module) -> AbstractContextManager[Any]:
    """Run compiled parts as they were written: inside, ``torch.compile`` compiles nothing."""
    compiled = [module for module in model.modules() if hasattr(module, "_orig_mod")]
    if not compiled:
        return nullcontext()
    set_stance: Callable[[str], AbstractContextManager[Any]] | None
    set_stance = getattr(torch.compiler, "set_stance", None)  # torch 2.6
    return set_stance("force_eager") if set_stance else _written(compiled)


@contextmanager
def _written(compiled: list[Any]) -> Iterator[None]:
    """Call what is wrapped instead of what it was compiled to, until the end."""
    with ExitStack() as stack:
        for module in compiled:
            stack.callback(module.__dict__.__setitem__, "forward", module.__dict__["forward"])
            module.__dict__["forward"] = module._orig_mod.__call__
        yield


def on_device(model: nn.Module, device: torch.device | str | None) -> nn.Module:
    """The model where it is wanted: itself where it is there already, else a copy."""
    here = next((tensor.device for tensor in (*model.parameters(), *model.buffers())), None)
    if device is None or here is None or torch.device(device) == here:
        return model
    return copy.deepcopy(model).to(device)


def all_modules(model: nn.Module) -> list[nn.Module]:
    """Every module, also those that only keep parameters for another."""
    found = dict.fromkeys(model.modules())
    for part in named_parts(model):
        found.update(dict.fromkeys(part.modules()))
    return list(found)


def is_operation(module: nn.Module) -> bool:
    """Whether a module is one layer, whatever it calls inside.

    A module without children is, and so is every heir of an operation of ``torch.nn``: a
    convolution that pads with a child of its own is still one convolution.
    """
    return is_builtin(module) or not any(True for _ in _children(module))


def is_builtin(module: nn.Module) -> bool:
    """Whether a module is an operation of ``torch.nn``, or its heir."""
    homes = (base.__module__.rpartition(".") for base in type(module).__mro__)
    return any(home == "torch.nn.modules" and file not in _OPEN for home, _, file in homes)


_OPEN = ("module", "container", "transformer")
"""Files of ``torch.nn.modules`` whose classes are made of other layers."""


def is_keras(module: nn.Module) -> bool:
    """Whether a module is a Keras layer or model."""
    return any(base.__module__.startswith("keras.") for base in type(module).__mro__)


def _children(module: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    if not is_keras(module):
        # A parametrization computes weights, not features.
        parts = ((name, part) for name, part in module._modules.items() if name != "parametrizations")
        yield from ((name, part) for name, part in parts if part is not None)
        return
    for layer in getattr(module, "_layers", ()):
        if isinstance(layer, nn.Module):
            yield str(getattr(layer, "name", type(layer).__name__)), layer
    # Names with an underscore are Keras's own: stores of parameters, the graph of a Sequential.
    yield from ((name, part) for name, part in module._modules.items() if part is not None and name[0] != "_")
