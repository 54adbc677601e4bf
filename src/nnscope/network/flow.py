"""Which layers feed which, how far each sees, and what it multiplies: followed through one forward pass."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import reduce
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry
from torch.utils.weak import WeakTensorKeyDictionary

from nnscope.network.axes import Axes, tensors
from nnscope.network.receptive import PIXELS, Field, Fields

INPUT = -1
"""Stands for the image among the layers that a layer reads."""


class Origin(NamedTuple):
    """Where the values of a tensor come from."""

    reads: frozenset[int]
    """The layers, by number, whose values it was computed from with no layer in between."""
    field: Field | None
    """What its cells see of the image; ``None`` where nobody knows."""


class Flow:
    """The origins of the tensors of one pass."""

    def __init__(self) -> None:
        self._origins: Any = WeakTensorKeyDictionary()
        self._products = _Products()
        self._written: Tensor | None = None

    def begin(self, x: Tensor, axes: Axes) -> None:
        """The pass begins.

        Args:
            x: The network's input.
            axes: Which axis of each tensor is which; told of each function before this is.
        """
        self._origins[x] = Origin(frozenset([INPUT]), PIXELS)
        self._fields = Fields(axes)

    @property
    def multiply_adds(self) -> int:
        """How many products were summed until now."""
        return self._products.total

    def of(self, tensor: Tensor) -> Origin:
        """Where a tensor comes from."""
        found: Origin | None = self._origins.get(tensor)
        return found or Origin(frozenset(), None)

    def put(self, tensor: Tensor, origin: Origin) -> None:
        """Note where a tensor comes from: what is shown as a layer comes from there."""
        self._origins[tensor] = origin
        if self._written is not None and tensor._base is self._written:
            self._origins[self._written] = Origin(self.of(self._written).reads | origin.reads, None)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what the functions inside multiply."""
        with self._products:
            yield

    def follow(
        self,
        name: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        result: Any,
        written: Tensor | None = None,
    ) -> None:
        """Note where what a function returned comes from.

        Args:
            name: Of the function, without underscores.
            args: What it was given.
            kwargs: The same.
            result: What it returned.
            written: The tensor it wrote into, where it did.
        """
        self._written = None if written is None else written._base
        given = [
            (tensor, origin)
            for tensor in tensors((*args, *kwargs.values()))
            if (origin := self._origins.get(tensor)) is not None
        ]
        if not given:
            return
        reads = reduce(operator.or_, (origin.reads for _, origin in given))
        if name == "setitem":
            self._origins[args[0]] = Origin(reads, None)
            return
        seen = [(tensor, origin.field) for tensor, origin in given]
        for made in tensors([result]):
            self.put(made, Origin(reads, self._fields.after(name, args, kwargs, made, seen)))


def _multiply_adds(function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> int:
    """The products that an operator summed, by a formula of torch where it has the right one.

    Fused attention has none on some devices, and one that refuses grouped queries in some versions.
    """
    name = function._overloadpacket.__name__
    if name.startswith("_scaled_dot_product_") and not name.endswith("_backward"):
        return _attention(*args[:3])
    formula = flop_registry.get(function._overloadpacket)
    if formula is None:
        return 0
    operations: int = formula(*args, **kwargs, out_val=result)
    return operations // 2  # a product and its sum are two


def _attention(query: Tensor, key: Tensor, value: Tensor) -> int:
    """The products of q·kᵀ and of a·v: each head of the queries has them, also where several share a key."""
    queries, width = query.shape[:-1].numel(), query.shape[-1]
    return queries * key.shape[-2] * (width + value.shape[-1])


class _Products(TorchDispatchMode):
    """Counts multiply-adds on every operator that runs."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.total = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if torch.is_inference_mode_enabled():  # a model's own: operators come here undivided
            with self:
                parts = func.decompose(*args, **kwargs)
            if parts is not NotImplemented:
                return parts
        result = func(*args, **kwargs)
        self.total += _multiply_adds(func, args, kwargs, result)
        return result
