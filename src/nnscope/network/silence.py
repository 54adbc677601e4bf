"""Channels of one layer get other values on the way: what the network computes without them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
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

    @cached_property
    def _places(self) -> Tensor:
        """Where the cells of the channels lie in the output of one image, ``[n, H, W]``."""
        assert self.layer.layout is not None
        numbers = torch.arange(self.layer.elements).reshape(self.layer.layout.shape)
        return self.layer.arrange(numbers)[list(self.channels)]

    def applied(self, output: Tensor, count: int) -> Tensor:
        """A copy of what the layer returned for ``count`` images, with the channels silenced."""
        rows = output.reshape(count, -1).clone()
        places = self._places.to(output.device)
        if isinstance(self.value, Tensor):
            rows[:, places] = self.value[list(self.channels)].to(rows)
        elif self.value == "mean":
            rows[:, places] = rows[:, places].mean((2, 3), keepdim=True)
        else:
            rows[:, places] = self.value
        return rows.reshape(output.shape)


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
