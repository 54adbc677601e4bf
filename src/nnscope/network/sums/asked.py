"""The cell whose arithmetic is asked for, and what the explanations of it share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nnscope.network.calls import Function
from nnscope.records import Arithmetic
from nnscope.records.arithmetic import Operation


@dataclass(frozen=True)
class Asked:
    """One cell, and the function that made it."""

    layer: str
    channel: int
    cell: tuple[int, int]
    source: str | None
    value: float
    """What the network computed."""
    function: Function
    index: tuple[int, ...]
    """Where in the function's result the cell lies."""
    output: tuple[int, ...]
    """The shape of that result."""
    padded: Function | None
    """What padded the function's input, where that was done apart."""
    inner: str | None
    """The function inside the layer that made what this one works on; ``None``: it works on its input."""

    def answer(self, operation: Operation, total: float, patch: Tensor, **rest: Any) -> Arithmetic:
        """The record; the last line of its formula is the comparison with the network's own value."""
        inside = f"this works on the result of {self.inner} inside the layer, not on the layer's input"
        first = (inside,) if self.inner else ()
        formula = (*first, *rest.pop("formula"), f"the network has {number(self.value)}")
        return Arithmetic(
            self.layer,
            self.channel,
            self.cell,
            operation,
            self.source,
            self.value,
            total,
            patch,
            formula=formula,
            **rest,
        )


def one(value: float) -> Tensor:
    """A patch of a single cell."""
    return torch.tensor(value, dtype=torch.float64).reshape(1, 1, 1)


def number(value: float) -> str:
    """A number for people, with a minus that is one."""
    return f"{value:.5g}".replace("-", "−")


def plus(value: float) -> str:
    """``"+ 0.5"`` or ``"− 0.5"``."""
    return f"− {number(-value)}" if value < 0 else f"+ {number(value)}"


def unchanged(shape: Sequence[int]) -> tuple[str, ...]:
    """What is said of the size of an output that is as large as its input."""
    return (f"the same size as the input: {' × '.join(map(str, shape))}",)
