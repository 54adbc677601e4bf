"""The theoretical receptive field, followed through the functions of one forward pass.

With k the kernel, s the stride, d the dilation and p the padding of a window, r the size of the
receptive field of what goes in, j the step between the fields of two neighbouring cells and a the
first pixel of the first cell's field, what comes out has (Araujo, Norris and Sim, "Computing
Receptive Fields of Convolutional Neural Networks", Distill 2019)::

    r' = r + (k - 1) · d · j        j' = j · s        a' = a - p · j

It says what a cell could see, were the image boundless; sizes are in pixels of the network's input. A
field without bound (after a global mean, a group norm or attention over all patches) has size infinity.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from nnscope.layout import Layout
from nnscope.network.axes import VIEWS, Axes, argument, tensors

Args = Sequence[Any]
Kwargs = Mapping[str, Any]


class Extent(NamedTuple):
    """The receptive fields of a row (or column) of cells, along it."""

    size: float
    """Pixels that each cell sees; infinite where it sees all there are."""
    step: float
    """Pixels from the field of one cell to that of the next."""
    start: float
    """First pixel that the first cell sees; below 0 in the padding."""


class Field(NamedTuple):
    """The receptive fields of the cells of a picture."""

    rows: Extent
    columns: Extent


PIXELS = Field(Extent(1, 1, 0), Extent(1, 1, 0))
"""Of the input itself."""


class Fields:
    """Tells the receptive field of what a function returned.

    Args:
        axes: Which axis of each tensor is which; told of the function before.
    """

    def __init__(self, axes: Axes) -> None:
        self._axes = axes

    def after(self, name: str, args: Args, kwargs: Kwargs, made: Tensor, seen: list[Seen]) -> Field | None:
        """The field of a result.

        Args:
            name: Of the function, without underscores.
            args: What it was given.
            kwargs: The same.
            made: What it returned.
            seen: The tensors it was given that depend on the input, with their fields.

        Returns:
            The field, or ``None`` where nobody knows.
        """
        if not seen or any(field is None for _, field in seen):
            return None
        field = _known(seen[0])
        if name in VIEWS:
            return self._viewed(seen[0], made)
        if name in _WINDOWED or name in _RESIZED:
            rule = _WINDOWED.get(name)
            turned = self._upright(seen[0], field)
            if turned is None:
                return None
            after = rule(turned, args, kwargs) if rule else _resized(turned, args, kwargs, made)
            return after if turned is field or after is None else Field(after.columns, after.rows)
        return self._mixing(name, args, kwargs, made, seen)

    def _mixing(self, name: str, args: Args, kwargs: Kwargs, made: Tensor, seen: list[Seen]) -> Field | None:
        """The field after what brings places, or tensors, together."""
        dims = _MIXED[name](args, kwargs) if name in _MIXED else ()
        if dims != ():
            return self._mixed(seen[0], dims)
        if name in _PRODUCTS:
            return self._product(name, args, kwargs, seen)
        if name in ("cat", "concat", "concatenate"):
            return self._joined(seen, made, along=int(argument(args, kwargs, 1, "dim", "axis", default=0)))
        return self._joined(seen, made) if name in _MIXED or is_pointwise(name) else None

    def _upright(self, seen: Seen, field: Field) -> Field | None:
        """The field along the last two axes, which windows move along: rows and columns, or the reverse."""
        layout = self._axes.of(seen[0])
        if layout is None or len(layout.axes) < 2:
            return field if _is_boundless(field) else None
        sides = [{p.kind for p in axis.parts if p.size > 1} for axis in layout.axes]
        if any(kinds - {"channel"} for kinds in sides[:-2]):
            return None  # part of the places stand along another axis
        if sides[-2] <= {"row"} and sides[-1] <= {"column"}:
            return field
        return Field(field.columns, field.rows) if sides[-2:] == [{"column"}, {"row"}] else None

    def _viewed(self, seen: Seen, made: Tensor) -> Field | None:
        """Values were moved about: the same field where rows and columns are still the same ones."""
        before, after = self._axes.of(seen[0]), self._axes.of(made)
        same = before is not None and after is not None and _sides(before) == _sides(after)
        one_place = after is not None and not after.spatial
        return seen[1] if same or one_place or _is_boundless(_known(seen)) else None

    def _mixed(self, seen: Seen, dims: Iterable[int] | None) -> Field | None:
        """Values along some axes were brought together; along all of them for ``None``."""
        layout, field = self._axes.of(seen[0]), _known(seen)
        if layout is None:
            return field if _is_boundless(field) else None
        count = len(layout.axes)
        within = {dim % count for dim in (range(count) if dims is None else dims)}
        extents = []
        for kind, extent in zip(("row", "column"), field, strict=True):
            places = [
                i
                for i, axis in enumerate(layout.axes)
                if any(p.kind == kind and p.size > 1 for p in axis.parts)
            ]
            apart = [place not in within for place in places]
            if any(apart) and not all(apart):
                return None  # windows: part of the picture
            extents.append(extent if all(apart) else _boundless(extent))
        return Field(*extents)

    def _product(self, name: str, args: Args, kwargs: Kwargs, seen: list[Seen]) -> Field | None:
        if name == "linear":
            return self._mixed(seen[0], [-1])
        if name in ("matmul", "bmm") and len(seen) == 1:  # by a matrix of weights
            left = argument(args, kwargs, 0, "input", "self")
            return self._mixed(seen[0], [-1] if seen[0][0] is left else [-2])
        fields = [self._mixed(one, _tokens(name, one[0])) for one in seen]
        return None if None in fields else _joined(fields)  # type: ignore[arg-type]

    def _joined(self, seen: list[Seen], made: Tensor, along: int | None = None) -> Field | None:
        """Cells at the same place of several pictures were brought together."""
        layouts = [self._axes.of(tensor) for tensor, _ in seen]
        if along is not None and len(seen) > 1:
            whole = self._axes.of(made)
            if whole is None or whole.axes[along % made.dim()].spatial:
                return None
        sides = {_sides(layout) for layout in layouts if layout is not None and layout.spatial}
        fields = [_known(one) for one in seen]
        if len(sides) > 1:  # one cell of a small picture reaches all cells of a larger one
            small = min(sides)
            pairs = zip(fields, layouts, strict=True)
            if any(
                layout and _sides(layout) == small and not _is_boundless(field) for field, layout in pairs
            ):
                return None
        return _joined(fields)


Seen = tuple[Tensor, "Field | None"]


@cache
def is_pointwise(name: str) -> bool:
    """Whether a function makes each cell of cells at the same place, as torch itself declares."""
    packet = getattr(torch.ops.aten, name, None)
    known = packet is not None and any(
        torch.Tag.pointwise in getattr(packet, overload).tags for overload in packet.overloads()
    )
    return known or name in _POINTWISE or "dropout" in name


_POINTWISE = frozenset(
    "channel_shuffle clone contiguous copy detach double feature_dropout float half hardswish "
    "local_response_norm log_sigmoid masked_fill prelu softsign stack tanhshrink to truediv type type_as "
    "bfloat16 requires_grad cpu cuda".split()
)
"""What torch does not declare pointwise, and is so to each place."""


def _known(seen: Seen) -> Field:
    assert seen[1] is not None
    return seen[1]


def _sides(layout: Layout) -> tuple[int, int]:
    parts = layout.parts()
    rows, columns = (math.prod(p.size for p in parts if p.kind == kind) for kind in ("row", "column"))
    return rows, columns


def _boundless(extent: Extent) -> Extent:
    return Extent(math.inf, extent.step, -math.inf)


def _is_boundless(field: Field) -> bool:
    return all(math.isinf(extent.size) for extent in field)


def _joined(fields: Sequence[Field]) -> Field | None:
    joined = fields[0]
    for field in fields[1:]:
        rows, columns = _union(joined.rows, field.rows), _union(joined.columns, field.columns)
        if rows is None or columns is None:
            return None
        joined = Field(rows, columns)
    return joined


def _union(one: Extent, other: Extent) -> Extent | None:
    if math.isinf(one.size) or math.isinf(other.size):
        return _boundless(one if one.step <= other.step else other)
    if one.step != other.step:
        return None
    start = min(one.start, other.start)
    return Extent(max(one.start + one.size, other.start + other.size) - start, one.step, start)


# -- windows --------------------------------------------------------------------------------


def _window(extent: Extent, kernel: int, stride: int, padding: float, dilation: int) -> Extent:
    size, step, start = extent
    return Extent(size + (kernel - 1) * dilation * step, step * stride, start - padding * step)


def _convolved(field: Field, args: Args, kwargs: Kwargs) -> Field:
    kernel = argument(args, kwargs, 1, "weight").shape[-2:]
    stride, dilation = (_pair(argument(args, kwargs, i, key, default=1)) for i, key in _CONVOLUTION)
    padding = argument(args, kwargs, 4, "padding", default=0)
    if isinstance(padding, str):
        same = padding == "same"
        padding = [(k - 1) * d // 2 if same else 0 for k, d in zip(kernel, dilation, strict=True)]
    return Field(*map(_window, field, kernel, stride, _pair(padding), dilation))


_CONVOLUTION = ((3, "stride"), (5, "dilation"))


def _transposed(field: Field, args: Args, kwargs: Kwargs) -> Field:
    """Cell o comes of the cells i with o + p = i · s + d · m, m in 0 … k - 1: at most ⌊d (k - 1) / s⌋ + 1."""
    kernel = argument(args, kwargs, 1, "weight").shape[-2:]
    stride, padding = (_pair(argument(args, kwargs, i, key, default=d)) for i, key, d in _TRANSPOSED)
    dilation = _pair(argument(args, kwargs, 7, "dilation", default=1))
    extents = []
    for (size, step, start), k, s, p, d in zip(field, kernel, stride, padding, dilation, strict=True):
        reach = d * (k - 1)
        extents.append(Extent(size + reach // s * step, step / s, start + (p - reach) / s * step))
    return Field(*extents)


_TRANSPOSED = ((3, "stride", 1), (4, "padding", 0))


def _pooled(first: int) -> Callable[[Field, Args, Kwargs], Field]:
    """The rule of a pooling function whose kernel size is argument ``first``."""

    def rule(field: Field, args: Args, kwargs: Kwargs) -> Field:
        kernel = _pair(argument(args, kwargs, first, "kernel_size"))
        stride = argument(args, kwargs, first + 1, "stride") or kernel
        padding = argument(args, kwargs, first + 2, "padding", default=0)
        dilation = argument(args, kwargs, first + 3, "dilation", default=1)
        # Where a function has no such argument, its place is that of a switch.
        padding = 0 if isinstance(padding, bool) else padding
        dilation = 1 if isinstance(dilation, bool) else dilation
        return Field(*map(_window, field, kernel, _pair(stride), _pair(padding), _pair(dilation)))

    return rule


def _padded(field: Field, args: Args, kwargs: Kwargs) -> Field:
    pads = list(argument(args, kwargs, 1, "pad")) + [0] * 4
    left, top = pads[0], pads[2]
    (height, width) = field
    return Field(
        height._replace(start=height.start - top * height.step),
        width._replace(start=width.start - left * width.step),
    )


def _shuffled(field: Field, args: Args, kwargs: Kwargs) -> Field:
    factor = argument(args, kwargs, 1, "upscale_factor")
    return Field(*(extent._replace(step=extent.step / factor) for extent in field))


def _unshuffled(field: Field, args: Args, kwargs: Kwargs) -> Field:
    factor = argument(args, kwargs, 1, "downscale_factor")
    return Field(*(_window(extent, factor, factor, 0, 1) for extent in field))


_WINDOWED: dict[str, Callable[[Field, Args, Kwargs], Field]] = {
    "conv2d": _convolved,
    "conv_transpose2d": _transposed,
    "max_pool2d": _pooled(1),
    "max_pool2d_with_indices": _pooled(1),
    "avg_pool2d": _pooled(1),
    "lp_pool2d": _pooled(2),
    "pad": _padded,
    "pixel_shuffle": _shuffled,
    "pixel_unshuffle": _unshuffled,
}


def _resized(field: Field, args: Args, kwargs: Kwargs, made: Tensor) -> Field | None:
    """Interpolated, or pooled to a given size: ``made`` tells how many cells stand for how many."""
    given = next(tensors(args), None)
    given = kwargs["input"] if given is None else given
    mode = str(argument(args, kwargs, 3, "mode", default=""))
    pairs = list(zip(field, given.shape[-2:], made.shape[-2:], strict=True))
    if kwargs.get("antialias") and any(before > after for _, before, after in pairs):
        return None  # the window grows with the factor
    if mode and mode != "area":
        return Field(*(_interpolated(extent, n, m, _REACH.get(mode, 0)) for extent, n, m in pairs))
    return Field(*(_adapted(extent, n, m) for extent, n, m in pairs))


_REACH = {"bilinear": 1, "bicubic": 3}
"""Cells beside the nearest one that a mode looks at."""


def _interpolated(extent: Extent, before: int, after: int, reach: int) -> Extent:
    size, step, start = extent
    shift = (before / after - 1) / 2 - (reach - 1) // 2 if reach else 0
    return Extent(size + reach * step, step * before / after, start + shift * step)


def _adapted(extent: Extent, before: int, after: int) -> Extent:
    """Cell i of n' is made of the cells ⌊i n / n'⌋ … ⌈(i + 1) n / n'⌉ - 1."""
    if after == 1:
        return extent if before == 1 else _boundless(extent)
    most = max(-(-(i + 1) * before // after) - i * before // after for i in range(after))
    return Extent(extent.size + (most - 1) * extent.step, extent.step * before / after, extent.start)


_RESIZED = frozenset(
    "interpolate upsample adaptive_avg_pool2d adaptive_max_pool2d adaptive_max_pool2d_with_indices".split()
)


# -- what brings places together ------------------------------------------------------------


Dims = Sequence[int] | None
"""Axes along which values are brought together; ``None``: all, ``()``: none."""


def _dims(place: int) -> Callable[[Args, Kwargs], Dims]:
    """The axes a reduction names as argument ``place``."""

    def named(args: Args, kwargs: Kwargs) -> Dims:
        dims = argument(args, kwargs, place, "dim", "axis", "other")
        if isinstance(dims, Tensor):
            return ()  # the larger of two tensors, cell by cell
        if dims is None:
            return None
        return [dims] if isinstance(dims, int) else list(dims)

    return named


def _normalized(args: Args, kwargs: Kwargs) -> list[int]:
    shape = argument(args, kwargs, 1, "normalized_shape")
    return list(range(-len(shape), 0))


_MIXED: dict[str, Callable[[Args, Kwargs], Dims]] = {
    **dict.fromkeys("amax amin mean sum std var logsumexp all any max min prod median".split(), _dims(1)),
    **dict.fromkeys("softmax log_softmax softmin glu".split(), _dims(1)),
    **dict.fromkeys(("norm", "vector_norm"), _dims(2)),
    "normalize": lambda args, kwargs: [argument(args, kwargs, 2, "dim", default=1)],
    "layer_norm": _normalized,
    "rms_norm": _normalized,
    "group_norm": lambda _args, _kwargs: None,
    # These two may also use statistics that were learned.
    "instance_norm": lambda args, kwargs: (
        None if argument(args, kwargs, 5, "use_input_stats", default=True) else ()
    ),
    "batch_norm": lambda args, kwargs: None if argument(args, kwargs, 5, "training", default=False) else (),
}

_PRODUCTS = frozenset("linear matmul bmm scaled_dot_product_attention multi_head_attention_forward".split())


def _tokens(name: str, operand: Tensor) -> list[int]:
    """The axes of an operand of attention along which tokens meet."""
    return [0] if name.startswith("multi_head") else [-2, -1] if operand.dim() > 1 else [-1]


def _pair(value: Any) -> tuple[Any, Any]:
    if isinstance(value, (tuple, list)):
        return (value[0], value[-1])
    return (value, value)
