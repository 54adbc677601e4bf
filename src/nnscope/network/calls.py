"""One call of the forward pass in full: what a layer was given, and the functions it was made with.

A convolution that standardises its weights or pads by hand is taken at its word: what counts is the call
of ``conv2d`` inside it, with the weights and the padding it was given there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode

from nnscope.errors import OptionError
from nnscope.layout import Layout
from nnscope.network.axes import argument, tensors
from nnscope.network.capture import Call, forward
from nnscope.network.guards import untouched
from nnscope.network.parts import all_modules, is_operation


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where the values of a tensor lie: enough to find a cell of it in a view of it."""

    storage: StorageWeakRef
    """Keeps no memory; while it is held, no other storage is taken for this one."""
    version: int
    """How often the values had been written to."""
    offset: int
    shape: tuple[int, ...]
    stride: tuple[int, ...]

    @classmethod
    def of(cls, tensor: Tensor) -> Place:
        """Where a tensor lies now."""
        version = 0 if tensor.is_inference() else tensor._version
        storage = StorageWeakRef(tensor.untyped_storage())
        return cls(storage, version, int(tensor.storage_offset()), tuple(tensor.shape), tensor.stride())

    def same_values(self, other: Place) -> bool:
        """Whether both show the same memory, and nobody wrote to it in between."""
        return self.storage.cdata == other.storage.cdata and self.version == other.version

    def address(self, number: int) -> int:
        """Where in the storage a cell lies, counted in the order of ``flatten``."""
        address = self.offset
        for size, stride in zip(reversed(self.shape), reversed(self.stride), strict=True):
            number, index = divmod(number, size)
            address += index * stride
        return address

    def index(self, address: int) -> tuple[int, ...]:
        """The index of the cell that lies there."""
        rest = address - self.offset
        found = dict.fromkeys(range(len(self.shape)), 0)
        for axis in sorted(found, key=lambda axis: -self.stride[axis]):
            if self.shape[axis] > 1:
                found[axis], rest = divmod(rest, self.stride[axis])
        return tuple(found[axis] for axis in range(len(self.shape)))


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """One function that ran in a layer."""

    name: str
    """Without underscores: ``F.relu``, ``torch.relu_`` and ``Tensor.relu`` are all ``relu``."""
    called: Callable[..., Any]
    args: tuple[Any, ...]
    """What it was given; the input is a copy, made before it ran."""
    kwargs: Mapping[str, Any]
    """Without ``out``, the memory that it wrote to."""
    read: Place
    """Where its input lay."""
    place: Place
    """Where its result lies."""

    @property
    def input(self) -> Tensor:
        """What it worked on."""
        found: Tensor = self.get(0, "input")
        return found

    def get(self, place: int, name: str, default: Any = None) -> Any:
        """An argument, given by its place or by its name; ``None`` counts as not given."""
        value = argument(self.args, self.kwargs, place, name)
        return default if value is None else value


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """One call of a layer."""

    name: str
    called: Any
    """The module, or the function."""
    functions: tuple[Function, ...]
    """Those of ``KNOWN`` that ran in it, in order; in a block, without any tensors that they were given."""
    output: Tensor
    """What it returned, a copy."""
    read: tuple[Place, ...]
    """Where the tensors lay that it was given."""
    place: Place
    """Where its output lay."""
    flattened: tuple[int, int, int] | None
    """``(C, H, W)`` of the feature map that it was given as one row of numbers; ``None``: it was not."""
    nbytes: int
    """Bytes that are kept alive here alone: those of the copies, and of weights that were computed."""

    @property
    def function(self) -> Function | None:
        """The function whose result is the output; ``None`` where none of ``KNOWN`` made it."""
        made = (each for each in reversed(self.functions) if each.place.same_values(self.place))
        return next(made, None)

    def before(self, function: Function) -> Function | None:
        """The function whose result this one worked on; ``None`` where none of ``KNOWN`` made that."""
        earlier = reversed(self.functions[: self.functions.index(function)])
        return next((each for each in earlier if each.place.same_values(function.read)), None)

    def inner(self, function: Function) -> Function | None:
        """What made, inside the layer, the values that a function works on.

        ``None``: it works on the layer's input, padded or not.
        """
        padding = self.before(function)
        read = padding.read if padding is not None and padding.name == "pad" else function.read
        if any(read.same_values(place) for place in self.read):
            return None
        earlier = self.functions[: self.functions.index(function)]
        return next((each for each in reversed(earlier) if each.name != "pad"), None)

    @property
    def kind(self) -> str:
        """What ran: name of the class or of the function."""
        module = isinstance(self.called, nn.Module)
        return type(self.called).__name__ if module else str(getattr(self.called, "__name__", "function"))


CONVOLUTIONS = frozenset(f"conv{kind}{axes}d" for kind in ("", "_transpose") for axes in (1, 2, 3))
POOLINGS = frozenset(
    f"{kind}_pool{axes}d" for kind in ("max", "avg", "adaptive_max", "adaptive_avg") for axes in (1, 2, 3)
)
NORMS = frozenset(("batch_norm", "instance_norm", "layer_norm", "group_norm"))
POINTWISE = {
    "relu": "max(0, a)",
    "relu6": "min(max(0, a), 6)",
    "hardtanh": "a, cut off at its two bounds",
    "clamp": "a, cut off at its bounds",
    "leaky_relu": "a where a ≥ 0, else a × slope",
    "prelu": "a where a ≥ 0, else a × the channel's slope",
    "elu": "a where a ≥ 0, else α × (exp(a) − 1)",
    "celu": "a where a ≥ 0, else α × (exp(a / α) − 1)",
    "selu": "1.0507 × (a where a ≥ 0, else 1.6733 × (exp(a) − 1))",
    "gelu": "a × the share of a normal distribution below a",
    "silu": "a / (1 + exp(−a))",
    "mish": "a × tanh(ln(1 + exp(a)))",
    "hardswish": "a × min(max(0, a + 3), 6) / 6",
    "hardsigmoid": "min(max(0, a + 3), 6) / 6",
    "sigmoid": "1 / (1 + exp(−a))",
    "tanh": "tanh(a)",
    "softplus": "ln(1 + exp(β × a)) / β",
    "softsign": "a / (1 + |a|)",
    "log_sigmoid": "−ln(1 + exp(−a))",
    "threshold": "a where a is above the threshold, else a constant",
}
"""Functions that turn each value into one of its own, and how, of a value a."""
KNOWN = CONVOLUTIONS | POOLINGS | NORMS | POINTWISE.keys() | {"linear", "pad"}
"""The functions whose arithmetic is told."""


OUTPUT = "output"
"""The name of the layer that a model of one operation is."""


def given(model: nn.Module, x: Tensor, name: str) -> Given:
    """Run the model as far as the named layer and see what that is given.

    Args:
        model: The model; it leaves as it came.
        x: Its input.
        name: Name of a layer.

    Raises:
        OptionError: The layer is computed inside a fused call, or is one of several outputs.
        ForwardError: The model raised.
    """
    watch = _Watch(name, _memory(model))
    try:
        with untouched(model), torch.no_grad(), watch:
            forward(model, x, watch.leave, attention=False, enter=watch.enter)
    except _Passed:
        pass
    if watch.found is None:
        msg = (
            f"Layer {name!r} is computed inside a call that hides what it works on; "
            "nnscope can show its values, not how they came about."
        )
        raise OptionError(msg)
    return watch.found


def is_block(called: Any) -> bool:
    """Whether what was called is a module made of layers that tell of themselves."""
    return isinstance(called, nn.Module) and not is_operation(called)


def operation(made: Given) -> Given:
    """The same call, unless it is a block.

    Raises:
        OptionError: It is.
    """
    if is_block(made.called):
        msg = f"Layer {made.name!r} is a block ({made.kind}) made of other layers; choose one of those."
        raise OptionError(msg)
    return made


class _Passed(BaseException):  # no error, and nothing a model may catch
    """The layer has been seen: what the model would do from here on is not needed."""


class _Watch(TorchFunctionMode):
    """Waits for one layer, and takes down the functions that run in it."""

    def __init__(self, name: str, owned: frozenset[int]) -> None:
        super().__init__()
        self.found: Given | None = None
        self._name = name
        self._owned = owned  # memory that the model keeps anyway
        self._called: Any = None
        self._read: tuple[Place, ...] = ()
        self._flattened: tuple[int, int, int] | None = None
        self._functions: list[Function] | None = None
        self._picture: tuple[Layout, Tensor] | None = None

    def enter(self, name: str, called: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """A call begins."""
        if (name or OUTPUT) == self._name:
            self._called, self._functions = called, []
            read = tuple(tensors((*args, *kwargs.values())))
            self._read = tuple(map(Place.of, read))
            self._flattened = self._unrolled(next(iter(read), None))

    def leave(self, call: Call, output: Tensor) -> None:
        """A call has returned."""
        if call.name == self._name and self._functions is not None:
            functions, copy = tuple(self._functions), output.detach().clone()
            kept = {_address(t): t.untyped_storage().nbytes() for t in (copy, *_held(functions))}
            self.found = Given(
                self._name,
                self._called,
                functions,
                copy,
                self._read,
                Place.of(output),
                self._flattened,
                sum(nbytes for address, nbytes in kept.items() if address not in self._owned),
            )
            raise _Passed
        if call.layout is not None and call.layout.queries is None:
            self._picture = (call.layout, output)

    def _unrolled(self, row: Tensor | None) -> tuple[int, int, int] | None:
        """The shape of the last feature map, where this is all of it as one row of numbers."""
        if row is None or self._picture is None or not row.shape[-1] == row.numel() > 0:
            return None
        layout, output = self._picture
        shape = layout.picture_shape
        if shape is None or math.prod(shape) != row.numel():
            return None
        return shape if torch.equal(layout.picture(output).flatten(), row.flatten()) else None

    def __torch_function__(
        self,
        func: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        name = str(getattr(func, "__name__", "")).strip("_")
        if self._functions is None or name not in KNOWN or func in (torch.batch_norm, torch.instance_norm):
            return func(*args, **kwargs)
        kept, named = self._kept(args, kwargs)
        read = Place.of(argument(args, kwargs, 0, "input"))
        result = func(*args, **kwargs)
        if isinstance(result, Tensor):
            self._functions.append(Function(name, func, kept, named, read, Place.of(result)))
        return result

    def _kept(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """What a function is given, to be looked at later."""
        block = is_block(self._called)
        kept = [_alone(value, block) for value in args]
        # Without ``out``: whoever runs the function again must not write there.
        named = {key: _alone(value, block) for key, value in kwargs.items() if key != "out"}
        if not block and kept:
            kept[0] = kept[0].clone()  # the function may write into it
        elif not block:
            named["input"] = named["input"].clone()
        return tuple(kept), named


def _alone(value: Any, block: bool) -> Any:
    """An argument without its graph; a block's parts tell of their own tensors."""
    if not isinstance(value, Tensor):
        return value
    return None if block else value.detach()


def _held(functions: Iterable[Function]) -> Iterator[Tensor]:
    return (tensor for each in functions for tensor in tensors((*each.args, *each.kwargs.values())))


def _memory(model: nn.Module) -> frozenset[int]:
    """Where the parameters and buffers of a model lie."""
    kept = (tensor for part in all_modules(model) for tensor in (*part.parameters(), *part.buffers()))
    return frozenset(_address(tensor) for tensor in kept if tensor.layout == torch.strided)


def _address(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()
