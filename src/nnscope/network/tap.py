"""One layer of a model, read in pass after pass that each end there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from nnscope.errors import TargetError
from nnscope.layout import Layout
from nnscope.network.capture import Call, forward
from nnscope.network.functions import function_name
from nnscope.network.parts import named_parts, uncompiled
from nnscope.network.silence import active


class _Reached(BaseException):  # no error, and nothing a model may catch
    """The layer was read: what the model would do from here on is not needed."""


class Tap:
    """Reads one layer of a model, with its graph, on ever new inputs.

    To watch every call of a pass costs as much as the pass of a small network. So the first one alone is
    watched; it tells after how many calls of the layer's module, or of functions, the layer is there, and
    those that follow only count. They do where that was seen to read the very values, bit for bit.

    Args:
        model: The model. Reading it is to be guarded by ``untouched``.
        layer: Name of the layer; ``None`` reads what the model returns.
        x: An input, ``[1, …]``, of the size that all others will have. Noise is best: of an even image one
            layer's values may be another's by chance.

    Raises:
        ForwardError: The model raised on it.
        TargetError: It did not come by the layer.
    """

    def __init__(self, model: nn.Module, layer: str | None, x: Tensor) -> None:
        self._model = model
        self._name = layer
        self.layout: Layout | None = None
        """Which axis of the layer's output for one image holds what; ``None`` where it is no picture."""
        self._kind = ""
        self._counted: Callable[[Tensor], Any] | None = None
        if layer is None:
            self._counted = self._returned
            return
        with torch.no_grad():
            watched = self.watched(x)
            for way in self._ways(layer, x, watched):
                found = way(x.clone())
                if isinstance(found, Tensor) and _equal(found, watched):
                    self._counted = way
                    break

    def __call__(self, x: Tensor) -> Any:
        """The layer's output, or the model's, on an input ``[n, …]``, with its graph.

        Raises:
            ForwardError: The model raised.
            TargetError: It did not come by the layer.
        """
        if self._counted is not None and active() is None:
            with suppress(Exception):  # watched, it says what is wrong
                found = self._counted(x.clone())  # the first operation may be in-place
                if found is not None:
                    return found
        return self.watched(x)

    def watched(self, x: Tensor) -> Any:
        """The same, by a pass that sees every call."""
        found: list[Tensor] = []

        def visit(call: Call, output: Tensor) -> None:
            if call.name == self._name:
                self.layout = self.layout or call.layout
                self._kind = "" if call.module is not None else call.kind
                found.append(output)
                raise _Reached

        with suppress(_Reached):
            output = forward(self._model, x, visit, attention=False)
            if self._name is None:
                return output
        if not found:
            msg = f"The model did not run layer {self._name!r} this time; choose another one."
            raise TargetError(msg)
        return found[0]

    # -- inside -----------------------------------------------------------------------------

    def _ways(self, layer: str, x: Tensor, watched: Tensor) -> Iterator[Callable[[Tensor], Any]]:
        """Cheaper ways to read the layer, to be tried."""
        name, _, number = layer.rpartition(":")
        name, nth = (name, int(number)) if name and number.isdecimal() else (layer, 1)
        if not self._kind:
            for module, other in named_parts(self._model).items():
                if other == name and not isinstance(module, torch.jit.ScriptModule):
                    yield partial(self._by_module, module, nth)
            return
        place = self._place(x, watched)
        if place is not None:
            yield partial(self._by_function, *place)

    def _returned(self, x: Tensor) -> Any:
        with uncompiled(self._model):
            return self._model(x)

    def _by_module(self, module: nn.Module, nth: int, x: Tensor) -> Any:
        """What a module returns the n-th time, where it is called in this thread."""
        thread, found, calls = threading.get_ident(), [], 0

        def leave(_module: nn.Module, _args: Any, output: Any) -> None:
            nonlocal calls
            if threading.get_ident() == thread:
                calls += 1
                if calls == nth:
                    found.append(output)
                    raise _Reached

        handle = module.register_forward_hook(leave)
        try:
            with suppress(_Reached):
                self._returned(x)
        finally:
            handle.remove()
        return found[0] if found else None

    def _place(self, x: Tensor, watched: Tensor) -> tuple[int, str] | None:
        """After how many calls of functions the values are there, and the name of the one that made them.

        ``None`` also where two of them made the very same values, such as zeros: either could be the layer.
        """

        def look(count: int, name: str, result: Tensor) -> None:
            if name == self._kind and _equal(result, watched):
                places.append((count, name))

        places: list[tuple[int, str]] = []
        x = x.clone()
        with suppress(Exception), _Counting(look):  # behind the layer a model may refuse the size
            self._returned(x)
        return places[0] if len(places) == 1 else None

    def _by_function(self, nth: int, name: str, x: Tensor) -> Any:
        """What the n-th function returns, if it has that name."""

        def look(count: int, called: str, result: Tensor) -> None:
            if count == nth:
                if called == name:
                    found.append(result)
                raise _Reached

        found: list[Tensor] = []
        with suppress(_Reached), _Counting(look):
            self._returned(x)
        return found[0] if found else None


class _Counting(TorchFunctionMode):
    """Shows each tensor that a function returns, with its number and the function's name."""

    def __init__(self, look: Callable[[int, str, Tensor], None]) -> None:
        super().__init__()
        self._look = look
        self._count = 0

    def __torch_function__(
        self,
        func: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            self._count += 1
            with torch._C.DisableTorchFunction():
                self._look(self._count, function_name(func), result)
        return result


def _equal(ours: Tensor, theirs: Tensor) -> bool:
    """Whether two tensors are the same, NaN included."""
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return False
    return bool(torch.equal(ours, theirs) or torch.equal(ours.nan_to_num(), theirs.nan_to_num()))
