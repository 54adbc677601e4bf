"""Convolutions, transposed ones and linear layers: patch times kernel, channel by channel."""

from __future__ import annotations

from nnscope.network.convolution import Convolution, convolution, linear_rows
from nnscope.network.sums.asked import Asked, number, plus
from nnscope.network.sums.windows import ROW_COLUMN, added, place, told, window
from nnscope.records import Arithmetic


def convolved(asked: Asked) -> Arithmetic:
    """One cell of a convolution.

    Raises:
        OptionError: Its kernels have depth.
    """
    conv = convolution(asked.layer, asked.function)
    axes = int(asked.function.name[-2])
    batch, channel, cell = place(asked.index, axes)
    inputs = conv.kernels.shape[1]
    first = channel // (len(conv.kernels) // conv.groups) * inputs
    reads = _gathered if not conv.transposed else _spread
    rows, columns = (reads(conv, axis, cell[axis]) for axis in (0, 1))
    patch = window(conv.input[batch, first : first + inputs], rows, columns)
    kernel = conv.kernels[channel].cpu().double()
    bias = None if conv.bias is None else float(conv.bias[channel])
    weighted = float((patch * kernel).sum())
    total = weighted + (bias or 0.0)
    size = " × ".join(str(length) for length in (inputs, *conv.size))
    formula = [f"{size} cells of the patch × {size} weights = {number(weighted)}"]
    if bias is not None:
        formula.append(f"{number(weighted)} {plus(bias)} (bias) = {number(total)}")
    top, left = added(asked.padded, axes)[0]
    return asked.answer(
        "transposed convolution" if conv.transposed else "convolution",
        total,
        patch,
        kernel=kernel,
        bias=bias,
        inputs=tuple(range(first, first + inputs)),
        rows=tuple(row - top for row in rows),
        columns=tuple(column - left for column in columns),
        formula=[*formula, *told(asked.padded)],
        shape=_sizes(conv, asked, axes),
    )


def linear(asked: Asked) -> Arithmetic:
    """One feature of one token."""
    function = asked.function
    weights, shift = linear_rows(function), function.get(2, "bias")
    # A row of weights alone makes one feature, which has no axis of its own.
    *token, feature = asked.index if function.get(1, "weight").dim() == 2 else (*asked.index, 0)
    patch = function.input[tuple(token)].cpu().double()[:, None, None]
    kernel = weights[feature].cpu().double()[:, None, None]
    bias = None if shift is None else float(shift.reshape(-1)[feature])
    weighted = float((patch * kernel).sum())
    total = weighted + (bias or 0.0)
    formula = [f"{len(patch)} features × {len(patch)} weights = {number(weighted)}"]
    if bias is not None:
        formula.append(f"{number(weighted)} {plus(bias)} (bias) = {number(total)}")
    row, column = asked.cell
    return asked.answer(
        "linear",
        total,
        patch,
        kernel=kernel,
        bias=bias,
        inputs=tuple(range(len(patch))),
        rows=(row,),
        columns=(column,),
        formula=formula,
        shape=(f"{len(patch)} features in, {len(weights)} out, for each place on its own",),
    )


def _gathered(conv: Convolution, axis: int, at: int) -> list[int]:
    """The rows (columns) of the input that one row (column) of the output reads."""
    start = at * conv.stride[axis] - conv.before[axis]
    return [start + i * conv.dilation[axis] for i in range(conv.size[axis])]


def _spread(conv: Convolution, axis: int, at: int) -> list[int]:
    """The same for a transposed one: input row t adds to output row t · stride − padding + i · dilation."""
    steps = [
        divmod(at + conv.before[axis] - i * conv.dilation[axis], conv.stride[axis])
        for i in range(conv.size[axis])
    ]
    return [row if between == 0 else -1 for row, between in steps]


def _sizes(conv: Convolution, asked: Asked, axes: int) -> tuple[str, ...]:
    lines = [
        "(input − 1) × stride − padding + dilation × (kernel − 1) + output padding + 1"
        if conv.transposed
        else "⌊(input + padding − dilation × (kernel − 1) − 1) / stride⌋ + 1"
    ]
    above, below = added(asked.padded, axes)
    for axis in range(2 - axes, 2):
        inner, out = int(conv.input.shape[2 + axis]), asked.output[axis - 2]
        before, after = conv.before[axis], conv.after[axis]
        span = f"{conv.dilation[axis]} × ({conv.size[axis]} − 1)"
        if conv.transposed:
            size = f"({inner} − 1) × {conv.stride[axis]} − {before + after} + {span} + {conv.extra[axis]} + 1"
        else:
            pad = above[axis] + below[axis]
            size = f"⌊({inner - pad} + {pad + before + after} − {span} − 1) / {conv.stride[axis]}⌋ + 1"
        lines.append(f"{ROW_COLUMN[axis]}: {size} = {out}")
    return tuple(lines)
