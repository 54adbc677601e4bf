"""One layer of a model, read in pass after pass that each end there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from nnscope.errors import TargetError
from nnscope.layout import Layout
from nnscope.network.capture import Call, forward
from nnscope.network.functions import function_name
from nnscope.network.parts import named_parts, uncompiled
from nnscope.network.silence import active
from nnscope.tensors.bits import same


class _Reached(BaseException):  # no error, and nothing a model may catch
    """The layer was read: what the model would do from here on is not needed."""


class Tap:
    """Reads one layer of a model, with its graph, on ever new inputs.

    To watch every call of a pass costs as much as the pass of a small network. So the first one alone is
    watched; it tells after how many calls of the layer's module, or of functions in it, the layer is there,
    and those that follow only count. They do where that was seen to read the very values, bit for bit.

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
        self._kind = self._block = ""  # of a function: its name, and that of the module it is called in
        self._counted: Callable[[Tensor], Any] | None = None
        if layer is None:
            self._counted = self._returned
            return
        with torch.no_grad():
            watched = self.watched(x)
            for way in self._ways(layer, x, watched):
                found = way(x.clone())
                if isinstance(found, Tensor) and same(found, watched):
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
                self._kind, self._block = "" if call.module is not None else call.kind, call.block
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
        blocks = [part for part, other in named_parts(self._model).items() if other == self._block]
        place = self._place(blocks[0], x, watched)
        if place is not None:
            yield partial(self._by_function, blocks[0], place)

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

    def _place(self, block: nn.Module, x: Tensor, watched: Tensor) -> _Place | None:
        """Where the values are made; ``None`` also where two functions make the very same, such as zeros."""

        def look(place: _Place, result: Tensor) -> None:
            if place.name == self._kind and same(result, watched):
                places.append(place)

        places: list[_Place] = []
        with suppress(Exception):  # behind the layer a model may refuse the size
            self._pass(block, look, x.clone())
        return places[0] if len(places) == 1 else None

    def _by_function(self, block: nn.Module, place: _Place, x: Tensor) -> Any:
        """What is made at a place, where a function of that name is called there."""

        def look(here: _Place, result: Tensor) -> None:
            if here[:2] == place[:2]:
                if here.name == place.name:
                    found.append(result)
                raise _Reached

        found: list[Tensor] = []
        with suppress(_Reached):
            self._pass(block, look, x)
        return found[0] if found else None

    def _pass(self, block: nn.Module, look: Callable[[_Place, Tensor], None], x: Tensor) -> None:
        """Run the model, and look at what functions return, counted from where a module begins."""
        counting, thread = _Counting(look), threading.get_ident()

        def begin(_module: nn.Module, _args: Any) -> None:
            if threading.get_ident() == thread:
                counting.begin()

        handle = block.register_forward_pre_hook(begin)
        try:
            with counting:
                self._returned(x)
        finally:
            handle.remove()


class _Place(NamedTuple):
    """Where in a pass a function is called, however many others are called before its module."""

    runs: int
    """How often the module has begun."""
    calls: int
    """How many functions have returned a tensor since, this one among them."""
    name: str
    """The function's."""


class _Counting(TorchFunctionMode):
    """Shows each tensor that a function returns, and the place of that call."""

    def __init__(self, look: Callable[[_Place, Tensor], None]) -> None:
        super().__init__()
        self._look = look
        self._runs = self._calls = 0

    def begin(self) -> None:
        """Count from here."""
        self._runs += 1
        self._calls = 0

    def __torch_function__(
        self,
        func: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, Tensor):
            self._calls += 1
            with torch._C.DisableTorchFunction():
                self._look(_Place(self._runs, self._calls, function_name(func)), result)
        return result
