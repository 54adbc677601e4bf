"""A map on its way: what a method that takes many passes has after each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor

from nnscope.attribution.weighted import LayerMap
from nnscope.network.guards import plain_arithmetic

T = TypeVar("T")


class Step(NamedTuple):
    """What there is of a map."""

    made: LayerMap | Tensor
    """The map of a layer; or ``[C, H, W]`` or ``[H, W]`` at the pixels, float32 CPU."""
    used: int = 1
    """Passes, masks or samples that were used."""
    total: int = 1
    """Those that make it whole."""
    unit: str = ""
    """What is counted: ``"masks"``."""
    note: str = ""
    """What is known about the map once it is whole, in a line."""
    doubt: str = ""
    """Why it should not be trusted, in a sentence, or ``""``."""

    @property
    def done(self) -> float:
        """The part of the work that is done, 0 to 1."""
        return self.used / self.total


def plainly(steps: Iterator[T], device: torch.device) -> Iterator[T]:
    """Make each step without gradients, outside ``inference_mode`` and autocast, and none of them outside.

    Args:
        steps: What makes them; between two of them the caller's own modes hold.
        device: Where it computes.
    """
    while True:
        with plain_arithmetic(device), torch.no_grad():
            try:
                step = next(steps)
            except StopIteration:
                return
        yield step
