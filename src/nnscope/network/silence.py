"""Channels of one layer get other values on the way: what the network computes without them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal, TypeVar

import torch
from torch import Tensor

from nnscope.records import Layer

T = TypeVar("T")

Value = float | Literal["mean"] | Tensor
"""A number, the mean of each channel over its cells, or the values of another pass, ``[C, H, W]``."""


@dataclass(frozen=True, eq=False)
class Silence:
    """Some channels of a layer, and what they hold in place of what the layer computed."""

    layer: Layer
    """One with pictures; no attention map, for fused attention never hands it on."""
    channels: tuple[int, ...]
    value: Value = 0.0

    def applied(self, output: Tensor) -> Tensor:
        """A copy of what the layer returned for one image or several, with the channels silenced."""
        # Not to be a view: of one, an in-place operation that follows would rewrite the graph.
        changed = output.clone(memory_format=torch.contiguous_format)
        # Not the images of the pass: a visitor may have put several in the place of one.
        rows = changed.view(-1, self.layer.elements)
        places = _places(self.layer, output.device)[list(self.channels)]
        rows[:, places] = _held(self.value, rows[:, places], self.channels)
        return changed if output.is_contiguous() else torch.empty_like(output).copy_(changed)


def apart(layer: Layer, output: Tensor, channels: Sequence[int], value: Value) -> Tensor:
    """Copies of what a layer returned for one image, each with another channel silenced.

    Args:
        layer: The layer.
        output: What it returned.
        channels: The channels, n of them.
        value: What each holds in place of its values.

    Returns:
        ``[n, …]``, each laid out as ``output``.
    """
    places = _places(layer, output.device)[list(channels)]
    rows = output.reshape(1, -1).repeat(len(places), 1)
    cells = output.reshape(-1)[places]
    rows.scatter_(1, places.flatten(1), _held(value, cells, channels).expand_as(cells).flatten(1))
    return rows.reshape(len(places), *output.shape)


def _places(layer: Layer, device: torch.device) -> Tensor:
    """Where the cells of each channel lie in the output of one image, ``[C, H, W]``."""
    assert layer.layout is not None
    numbers = torch.arange(layer.elements, device=device).reshape(layer.layout.shape)
    return layer.arrange(numbers)


def _held(value: Value, cells: Tensor, channels: Sequence[int]) -> Tensor:
    """What is put in place of some cells ``[…, n, H, W]``, as far as it has to be told apart."""
    if isinstance(value, Tensor):
        return value[list(channels)].to(cells)
    if value == "mean":
        return cells.mean((-2, -1), keepdim=True)
    return cells.new_full((), value)


_active: ContextVar[Silence | None] = ContextVar("silence", default=None)


@contextmanager
def silenced(silence: Silence | None) -> Iterator[None]:
    """Every pass that this thread begins inside is made with these channels silenced; ``None``: as it is."""
    token = _active.set(silence)
    try:
        yield
    finally:
        _active.reset(token)


def active() -> Silence | None:
    """What is silenced now."""
    return _active.get()


def stepwise(silence: Silence | None, steps: Iterator[T]) -> Iterator[T]:
    """Make each step with channels silenced; between two steps nothing is."""
    while True:
        with silenced(silence):
            try:
                step = next(steps)
            except StopIteration:
                return
        yield step
