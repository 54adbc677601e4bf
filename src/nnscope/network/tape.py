"""A recorded pass, so that another one need compute only what comes after a layer.

A recording numbers each tensor that is made before the layer and notes, call by call, which function was
given which of them and what it returned. In a replay no function before the layer runs: each call returns
blank tensors in the sizes of those recorded, and plain results (sizes, numbers, truths) as they were, so that
the model's own code comes to the layer by the same way. Tensors that are read after the layer are kept, and
are there in the replay with their values. Whatever may not be so is no tape at all: see ``recording``.
"""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from nnscope.layout import Layout
from nnscope.network.parts import all_modules

MOST = 64 * 2**20
"""Most bytes that a tape keeps."""


class Ref(NamedTuple):
    """Stands for a tensor: one made in the pass by its number, one that was there before by -1 - place."""

    number: int


LAYER = object()
"""Stands for what the call returned that makes the layer."""


class Step(NamedTuple):
    """One call of a function before the layer."""

    function: Any
    given: tuple[int | None, ...]
    """The numbers of the tensors that it was given."""
    plain: tuple[Any, ...]
    """The numbers and words that it was given."""
    result: Any
    """What it returned, with a ``Ref`` for each tensor; or ``LAYER``."""


class Blank(NamedTuple):
    """A tensor without its values."""

    size: tuple[int, ...]
    stride: tuple[int, ...]
    dtype: torch.dtype
    device: torch.device

    @classmethod
    def of(cls, tensor: Tensor) -> Blank:
        """What is known of a tensor without its values."""
        return cls(tuple(tensor.shape), tensor.stride(), tensor.dtype, tensor.device)

    def made(self, *, poison: bool) -> Tensor:
        """A tensor like it; with ``poison`` of values that spoil whatever reads them, else of any."""
        if not poison:
            return torch.empty_strided(self.size, self.stride, dtype=self.dtype, device=self.device)
        bad: float = torch.nan if self.dtype.is_floating_point or self.dtype.is_complex else 113
        cells = torch.full((_span(self.size, self.stride),), bad, dtype=self.dtype, device=self.device)
        return cells.as_strided(self.size, self.stride)


class Kept(NamedTuple):
    """The values of a tensor, and what is known of its axes."""

    values: Tensor
    layout: Layout | None
    fixed: bool
    """Whether it was made of weights and constants alone."""


@dataclass(eq=False)
class Tape:
    """What was recorded of one pass; complete only with what ``Recording.finished`` adds."""

    layer: str
    outside: list[Tensor]
    """Tensors that were there before the pass."""
    steps: list[Step]
    blanks: list[Blank]
    """By number."""
    replaced: dict[str, Ref]
    """What was handed on in place of modules' outputs before the layer, by their names."""
    seen: Counter[str]
    """How often each name had been seen at the layer."""
    shown: int
    output: Kept
    """What the layer returned."""
    kept: dict[int, Kept]
    handed: Tensor | None
    """What was handed on in its place; forgotten once the tape is proved."""
    answer: list[Tensor]
    """What the model returned."""
    made: list[weakref.ref[Tensor]]
    """The tensors that were made before the layer: none of them may outlive its pass."""

    def alive(self) -> list[Tensor | None]:
        """The tensors of ``made`` that are still there."""
        return [ref() for ref in self.made]

    @property
    def nbytes(self) -> int:
        """Size of the tensors it keeps."""
        rows = (self.output, *self.kept.values())
        held = [*(row.values for row in rows), *self.answer, *([] if self.handed is None else [self.handed])]
        return sum(tensor.nbytes for tensor in held)


class Numbers:
    """Which number each tensor of a pass has; a tensor that is gone has none."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[Tensor], int]] = {}

    def of(self, tensor: Tensor) -> int | None:
        """The number of a tensor; ``None`` where it has none."""
        found = self._known.get(id(tensor))
        return found[1] if found is not None and found[0]() is tensor else None

    def put(self, tensor: Tensor, number: int) -> None:
        """Give a tensor its number."""
        self._known[id(tensor)] = (weakref.ref(tensor), number)

    def alive(self) -> Iterator[tuple[int, Tensor]]:
        """The tensors that are still there, with their numbers."""
        for ref, number in self._known.values():
            tensor = ref()
            if tensor is not None:
                yield number, tensor


PLAIN = frozenset(
    (type(None), bool, int, float, complex, str, torch.Size, torch.dtype, torch.device, torch.layout)
)
"""Types of results that are the same in the next pass, and that nobody can write to."""


def like(value: Any, items: list[Any]) -> Any:
    """A tuple or list of the same type."""
    return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)


def held(value: Any) -> Iterator[Tensor]:
    """The tensors in what a function is given or returns."""
    return (part for part in _within(value) if isinstance(part, Tensor))


def plain(value: Any) -> Iterator[Any]:
    """The numbers and words in what a function is given."""
    return (part for part in _within(value) if type(part) in PLAIN)


def _within(value: Any) -> Iterator[Any]:
    """What is in containers, and in containers in them."""
    if isinstance(value, (tuple, list)):
        for item in value:
            yield from _within(item)
    elif isinstance(value, dict):
        yield from _within(list(value.values()))
    elif isinstance(value, slice):
        yield from _within((value.start, value.stop, value.step))
    else:
        yield value


def outside_of(model: nn.Module) -> list[Tensor]:
    """The tensors that a model holds before a pass, each once."""
    values = (value for module in all_modules(model) for value in vars(module).values())
    found = {id(tensor): tensor for value in values for tensor in held(value)}
    return list(found.values())


def _span(size: Iterable[int], stride: Iterable[int]) -> int:
    """How many places of memory a tensor reaches over."""
    pairs = list(zip(size, stride, strict=True))
    return 0 if any(count == 0 for count, _ in pairs) else 1 + sum((n - 1) * step for n, step in pairs)


def copied(tensor: Tensor) -> Tensor:
    """A copy that lies in memory as the tensor does: functions may sum otherwise where it does not."""
    span = _span(tensor.shape, tensor.stride())
    cells = tensor.as_strided((span,), (1,), tensor.storage_offset()).clone()
    return cells.as_strided(tensor.shape, tensor.stride())
