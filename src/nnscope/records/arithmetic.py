"""How one value of a feature map came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

Operation = Literal[
    "convolution",
    "transposed convolution",
    "linear",
    "max-pooling",
    "average pooling",
    "norm",
    "activation",
]


@dataclass(frozen=True, slots=True, eq=False)
class Arithmetic:
    """One cell of one channel, and the sum that made it, worked out anew in float64 on the CPU."""

    layer: str
    channel: int
    cell: tuple[int, int]
    """Row and column."""
    operation: Operation
    source: str | None
    """The layer it reads; ``""``: the network's input; ``None``: several, nothing, or values that never left
    the layer, of which ``formula`` tells and to which ``inputs``, ``rows`` and ``columns`` then refer."""
    value: float
    """What the network computed."""
    total: float
    """What the terms come to; equal to ``value`` but for rounding."""
    patch: Tensor
    """The cells it reads, ``[I, kH, kW]``: padding is part of it, -inf around a maximum."""
    kernel: Tensor | None = None
    """What they are multiplied with, ``[I, kH, kW]``; ``None`` where the patch is no sum's."""
    bias: float | None = None
    inputs: tuple[int, ...] = (0,)
    """Which channel of its input each of the I is."""
    rows: tuple[int, ...] = ()
    """Which row of its input each row of the patch is: negative or too large in the padding, -1 between the
    cells of a transposed convolution."""
    columns: tuple[int, ...] = ()
    """The same for columns."""
    winner: tuple[int, int, int] | None = None
    """Of a maximum, where in the patch it stands."""
    terms: Mapping[str, float] = field(default_factory=dict)
    """The numbers of a norm or an activation by their names: ``before``, ``mean``, ``variance`` …"""
    formula: tuple[str, ...] = ()
    """The arithmetic in words and numbers, line by line."""
    shape: tuple[str, ...] = ()
    """How the size of the output follows from that of the input, line by line."""

    @property
    def products(self) -> Tensor | None:
        """Patch times kernel, ``[I, kH, kW]``."""
        return None if self.kernel is None else self.patch * self.kernel

    @property
    def partial(self) -> Tensor | None:
        """The part of each input channel in the sum, ``[I]``."""
        products = self.products
        return None if products is None else products.sum((1, 2))
