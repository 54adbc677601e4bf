"""Pooling: the largest cell of a window, or the mean of it."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from nnscope.network.convolution import Pair, pair, planes
from nnscope.network.sums.asked import Asked, number
from nnscope.network.sums.windows import ROW_COLUMN, added, place, window
from nnscope.records import Arithmetic


def largest(asked: Asked) -> Arithmetic:
    """One cell of a maximum; in the padding nothing can win."""
    patch, rows, columns, shape = _window(asked, dilated=True, outside=-math.inf)
    # A cell that is no number wins, as it does in torch.
    at = int(patch.nan_to_num(nan=math.inf, posinf=math.inf, neginf=-math.inf).argmax())
    _, height, width = patch.shape
    winner = (0, at // width % height, at % width)
    total = float(patch[winner])
    formula = [f"the largest of {height} × {width} cells is {number(total)}"]
    where = f"it stands in row {rows[winner[1]]}, column {columns[winner[2]]} of the input"
    return asked.answer(
        "max-pooling",
        total,
        patch,
        inputs=(asked.channel,),
        rows=rows,
        columns=columns,
        winner=winner,
        formula=[*formula, where],
        shape=shape,
    )


def average(asked: Asked) -> Arithmetic:
    """One cell of a mean."""
    patch, rows, columns, shape = _window(asked, dilated=False, outside=0.0)
    weights = _shares(asked, rows, columns)
    summed = float((patch * (weights > 0)).sum())
    share = float(weights.max())
    total = float((patch * weights).sum())
    count = number(1 / share) if share else "0"
    formula = [f"the sum of the cells is {number(summed)}", f"{number(summed)} / {count} = {number(total)}"]
    return asked.answer(
        "average pooling",
        total,
        patch,
        kernel=weights,
        inputs=(asked.channel,),
        rows=rows,
        columns=columns,
        formula=formula,
        shape=shape,
    )


Window = tuple[Tensor, tuple[int, ...], tuple[int, ...], tuple[str, ...]]


def _window(asked: Asked, *, dilated: bool, outside: float) -> Window:
    """The cells, their rows and columns in the input, and how the size follows."""
    function = asked.function
    axes = int(function.name[-2])
    batch, channel, cell = place(asked.index, axes)
    pictures = planes(function.input, axes)
    size = (int(pictures.shape[2]), int(pictures.shape[3]))
    if "adaptive" in function.name:
        ranges, shape = _adaptive(size, asked, axes, cell)
    else:
        ranges, shape = _regular(size, asked, axes, cell, dilated=dilated)
    rows, columns = ranges
    top, left = added(asked.padded, axes)[0]
    patch = window(pictures[batch, channel : channel + 1], rows, columns, outside)
    return patch, tuple(row - top for row in rows), tuple(column - left for column in columns), shape


Ranges = tuple[list[int], list[int]]


def _adaptive(size: Pair, asked: Asked, axes: int, cell: Pair) -> tuple[Ranges, tuple[str, ...]]:
    out = pair(asked.output[-axes:], axes, 1)
    starts = [at * inner // outer for at, inner, outer in zip(cell, size, out, strict=True)]
    ends = [-(-(at + 1) * inner // outer) for at, inner, outer in zip(cell, size, out, strict=True)]
    lines = [
        f"{ROW_COLUMN[axis]}: {size[axis]} are divided among {out[axis]}; cell {cell[axis]} reads "
        f"{starts[axis]} to {ends[axis] - 1}"
        for axis in range(2 - axes, 2)
    ]
    rows, columns = (list(range(start, end)) for start, end in zip(starts, ends, strict=True))
    return (rows, columns), tuple(lines)


def _regular(
    size: Pair, asked: Asked, axes: int, cell: Pair, *, dilated: bool
) -> tuple[Ranges, tuple[str, ...]]:
    function = asked.function
    kernel, stride, padding = _kernel(asked, axes)
    dilation = pair(function.get(4, "dilation", 1), axes, 1) if dilated else (1, 1)
    up = bool(function.get(5 if dilated else 4, "ceil_mode", default=False))
    rule = "⌈…⌉" if up else "⌊…⌋"
    opening, closing = rule[0], rule[-1]
    lines = [f"{opening}(input + padding − dilation × (kernel − 1) − 1) / stride{closing} + 1"]
    places = []
    for axis in (0, 1):
        start = cell[axis] * stride[axis] - padding[axis]
        places.append([start + i * dilation[axis] for i in range(kernel[axis])])
        if axis < 2 - axes:
            continue
        span = f"{dilation[axis]} × ({kernel[axis]} − 1)"
        told = f"{opening}({size[axis]} + {2 * padding[axis]} − {span} − 1) / {stride[axis]}{closing} + 1"
        free = size[axis] + 2 * padding[axis] - dilation[axis] * (kernel[axis] - 1) - 1
        steps = (-(-free // stride[axis]) if up else free // stride[axis]) + 1
        out = asked.output[axis - 2]
        dropped = "" if steps == out else f", less one that would begin outside: {out}"
        lines.append(f"{ROW_COLUMN[axis]}: {told} = {steps}{dropped}")
    return (places[0], places[1]), tuple(lines)


def _kernel(asked: Asked, axes: int) -> tuple[Pair, Pair, Pair]:
    """Kernel, stride and padding of a pooling."""
    function = asked.function
    kernel = pair(function.get(1, "kernel_size"), axes, 1)
    steps = function.get(2, "stride")
    stride = pair(steps, axes, 1) if steps else kernel
    return kernel, stride, pair(function.get(3, "padding", 0), axes, 0)


def _shares(asked: Asked, rows: tuple[int, ...], columns: tuple[int, ...]) -> Tensor:
    """What each cell of the window counts in the mean, ``[1, kH, kW]``."""
    function = asked.function
    axes = int(function.name[-2])
    if "adaptive" in function.name:
        return torch.full((1, len(rows), len(columns)), 1 / (len(rows) * len(columns)), dtype=torch.float64)
    _, _, padding = _kernel(asked, axes)
    counted = bool(function.get(5, "count_include_pad", default=True))
    size = planes(function.input, axes).shape[2:]
    inside = []
    for places, length, pad, first in zip(
        (rows, columns), size, padding, added(asked.padded, axes)[0], strict=True
    ):
        margin = pad if counted else 0
        inside.append([float(-margin <= place + first < length + margin) for place in places])
    cells = torch.outer(*(torch.tensor(flags, dtype=torch.float64) for flags in inside))[None]
    divisor = function.get(6, "divisor_override") if axes == 2 else None
    return cells / float(divisor or cells.sum())
