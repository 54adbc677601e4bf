"""Convolutions of any kind, read from the function that ran, and their kernels."""

from __future__ import annotations

from typing import Any, NamedTuple

from torch import Tensor

from nnscope.errors import OptionError
from nnscope.network.calls import CONVOLUTIONS, Function, Given, operation
from nnscope.records import Kernels

Pair = tuple[int, int]
"""Along rows and along columns."""


class Convolution(NamedTuple):
    """One convolution with its numbers; one along a line has a height of 1."""

    input: Tensor
    """``[N, C, H, W]``, with whatever was padded to it before."""
    kernels: Tensor
    """``[out, in / groups, kH, kW]``, whether or not it is transposed."""
    bias: Tensor | None
    stride: Pair
    before: Pair
    """Rows above and columns left of the input, filled with zeros; of a transposed one, those cut off."""
    after: Pair
    """Rows below and columns right."""
    dilation: Pair
    groups: int
    transposed: bool
    extra: Pair
    """Rows and columns that a transposed one adds at the end."""

    @property
    def size(self) -> Pair:
        """Of the kernel."""
        height, width = self.kernels.shape[2:]
        return height, width


def kernels(made: Given, source: str | None = None) -> Kernels:
    """The weights of a layer that has some.

    Args:
        made: Its call.
        source: Name of the layer it reads; see ``Kernels``.

    Raises:
        OptionError: It has none, or none that are drawn as kernels.
    """
    functions = operation(made).functions
    found = [each for each in functions if each.name in CONVOLUTIONS or each.name == "linear"]
    if len(found) != 1:
        why = "multiplies its input more than once" if found else "multiplies no patches of its input"
        msg = f"Layer {made.name!r} ({made.kind}) {why}; choose a convolution or a linear layer."
        raise OptionError(msg)
    (function,) = found
    if function.name == "linear":
        return _linear(made, function, source)
    _check_axes(made.name, function)
    weights, transposed = _weights(function), _is_transposed(function)
    note = "Transposed: its weights are stored as [in, out / groups, …]." if transposed else ""
    bias, groups = _added(made, function), _groups(function)
    return Kernels(made.name, weights, bias, groups, transposed, source, note)


def convolution(layer: str, function: Function) -> Convolution:
    """Read a convolution.

    Raises:
        OptionError: Its kernels have depth.
    """
    _check_axes(layer, function)
    axes, transposed = int(function.name[-2]), _is_transposed(function)
    weights = _weights(function)
    dilation = pair(function.get(7 if transposed else 5, "dilation", 1), axes, 1)
    size = (int(weights.shape[2]), int(weights.shape[3]))
    padding = function.get(4, "padding", 0)
    before, after = _padding(padding, axes, size, dilation)
    return Convolution(
        planes(function.input, axes),
        weights,
        _bias(function),
        pair(function.get(3, "stride", 1), axes, 1),
        before,
        after,
        dilation,
        _groups(function),
        transposed,
        pair(function.get(5, "output_padding", 0) if transposed else 0, axes, 0),
    )


def planes(tensor: Tensor, axes: int) -> Tensor:
    """``[N, C, H, W]`` of an input with one or two spatial axes, with or without a batch."""
    batch = tensor if tensor.dim() == axes + 2 else tensor[None]
    return batch if axes == 2 else batch[:, :, None]


def linear_rows(function: Function) -> Tensor:
    """The weights of a linear layer, ``[out, in]``; those of a single feature may be a row alone."""
    weight: Tensor = function.get(1, "weight")
    return weight if weight.dim() == 2 else weight[None]


def pair(value: Any, axes: int, alone: int) -> Pair:
    """A size along rows and columns.

    Args:
        value: One number for all axes, or one for each.
        axes: How many there are.
        alone: What holds along the rows where there is one axis only.
    """
    values = [int(v) for v in value] if isinstance(value, (tuple, list)) else [int(value)] * axes
    values = values * axes if len(values) < axes else values
    return (alone, values[0]) if axes == 1 else (values[0], values[1])


def _linear(made: Given, function: Function, source: str | None) -> Kernels:
    weight = linear_rows(function)
    outputs, inputs = weight.shape
    shape, note = (inputs, 1, 1), ""
    if made.flattened is not None and made.flattened[1:] != (1, 1):
        shape = made.flattened
        size = " × ".join(map(str, shape))
        note = f"Arranged as the {size} feature map that the layer reads flattened."
    bias = _added(made, function)
    bias = None if bias is None else bias.reshape(-1)
    return Kernels(made.name, weight.reshape(outputs, *shape), bias, source=source, note=note)


def _weights(function: Function) -> Tensor:
    """``[out, in / groups, kH, kW]``."""
    weight: Tensor = function.get(1, "weight")
    if weight.dim() == 3:
        weight = weight[:, :, None]
    if not _is_transposed(function):
        return weight
    # Stored as [in, out / groups, …]: the inputs of a group stand together.
    inputs, outputs, *size = weight.shape
    groups = _groups(function)
    apart = weight.reshape(groups, inputs // groups, outputs, *size)
    return apart.transpose(1, 2).reshape(groups * outputs, inputs // groups, *size)


def _is_transposed(function: Function) -> bool:
    return "transpose" in function.name


def _bias(function: Function) -> Tensor | None:
    found: Tensor | None = function.get(2, "bias")
    return found


def _added(made: Given, function: Function) -> Tensor | None:
    """The bias; some layers, such as those of Keras, add theirs after the function."""
    given = _bias(function)
    if given is not None or made.function is function:
        return given
    own = getattr(made.called, "bias", None)
    own = getattr(own, "value", own)
    return own.detach() if isinstance(own, Tensor) else None


def _groups(function: Function) -> int:
    return int(function.get(6, "groups", 1))


def _padding(padding: Any, axes: int, size: Pair, dilation: Pair) -> tuple[Pair, Pair]:
    """Before and after; of an odd number of rows that ``"same"`` adds, the greater half comes after."""
    if padding == "same":
        rows, columns = (d * (k - 1) for d, k in zip(dilation, size, strict=True))
        return (rows // 2, columns // 2), (rows - rows // 2, columns - columns // 2)
    both = pair(0 if padding == "valid" else padding, axes, 0)
    return both, both


def _check_axes(layer: str, function: Function) -> None:
    if "3d" in function.name:
        msg = f"The kernels of layer {layer!r} have depth; nnscope shows those of one or two axes."
        raise OptionError(msg)
