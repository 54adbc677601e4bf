"""From a cell of a layer to the sum that made it."""

from __future__ import annotations

from collections.abc import Callable

import torch

from nnscope.errors import OptionError
from nnscope.network.calls import CONVOLUTIONS, NORMS, POINTWISE, POOLINGS, Function, Given, operation
from nnscope.network.sums import convolution, norm, pointwise, pooling
from nnscope.network.sums.asked import Asked
from nnscope.records import Arithmetic, Layer

_HOW: dict[str, Callable[[Asked], Arithmetic]] = {
    **dict.fromkeys(CONVOLUTIONS, convolution.convolved),
    "linear": convolution.linear,
    **{name: pooling.largest if "max" in name else pooling.average for name in POOLINGS},
    **dict.fromkeys(NORMS, norm.normalised),
    **dict.fromkeys(POINTWISE, pointwise.activated),
}


def arithmetic(
    made: Given, layer: Layer, source: str | None, channel: int, cell: tuple[int, int]
) -> Arithmetic:
    """How one cell of a layer's pictures came about.

    Args:
        made: The layer's call.
        layer: Its row of the table.
        source: Name of the layer it reads; see ``Arithmetic``.
        channel: Counted from 0.
        cell: Row and column.

    Raises:
        OptionError: The layer does something whose arithmetic is not told.
    """
    function = operation(made).function
    if function is None or function.name not in _HOW or "3d" in function.name:
        msg = (
            f"How layer {layer.name!r} ({made.kind}) computes its values is not known; nnscope tells the "
            "arithmetic of convolutions, linear layers, pooling, norms and activations."
        )
        raise OptionError(msg)
    numbers = torch.arange(made.output.numel()).reshape(made.output.shape)
    at = int(layer.arrange(numbers)[channel][cell])
    inner = made.inner(function)
    asked = Asked(
        layer.name,
        channel,
        cell,
        source if inner is None else None,
        float(made.output.flatten()[at]),
        function,
        function.place.index(made.place.address(at)),
        function.place.shape,
        _padding(made, function),
        None if inner is None else inner.name,
    )
    return _HOW[function.name](asked)


def _padding(made: Given, function: Function) -> Function | None:
    """What padded the input, where a layer does that with a function of its own."""
    before = made.before(function)
    return before if before is not None and before.name == "pad" else None
