"""Where the channels, rows and columns of a feature map lie among the axes of a tensor.

A convolution returns ``[1, C, H, W]``, a Swin block ``[1, H, W, C]``, a vision transformer
``[1, 1 + H·W, C]``, a window partition ``[windows, h·w, C]``. A ``Layout`` says which is which, so
that each of them is seen as the same picture, ``[C, H, W]``, by moving values and no arithmetic.

An axis is a product of parts, row-major, as in ``(h w)``: tokens are rows times columns; the two
axes of a window partition hold the high and the low part of both.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

Kind = Literal["channel", "row", "column"]


class Part(NamedTuple):
    """One factor of an axis."""

    kind: Kind
    size: int
    step: int = 1
    """Rows (columns) from one position to the next; of no meaning for channels."""
    shift: int = 0
    """By how many rows (columns) the whole picture was rolled."""


@dataclass(frozen=True)
class Axis:
    """One axis of a tensor: positions ``before`` the grid, its parts row-major, positions ``after``."""

    parts: tuple[Part, ...] = ()
    """None for an axis of one position, such as the batch."""
    before: int = 0
    """Prefix tokens: class token, registers."""
    after: int = 0

    @property
    def grid(self) -> int:
        """Number of positions that ``parts`` span."""
        return math.prod(part.size for part in self.parts)

    @cached_property
    def size(self) -> int:
        """Number of positions."""
        return self.before + self.grid + self.after

    @cached_property
    def spatial(self) -> bool:
        """Whether a place in the picture is told by the position."""
        return any(part.kind != "channel" for part in self.parts)


def channels(size: int) -> Axis:
    """An axis of channels."""
    return Axis((Part("channel", size),) if size > 1 else ())


@dataclass(frozen=True)
class Layout:
    """The axes of a tensor that holds a feature map."""

    axes: tuple[Axis, ...]

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Shape of the tensor."""
        return tuple(axis.size for axis in self.axes)

    @cached_property
    def spatial(self) -> int:
        """Number of axes along which the place in the picture changes."""
        return sum(axis.spatial for axis in self.axes)

    @cached_property
    def queries(self) -> Axis | None:
        """The axis of the asking patches where the tensor holds attention ``[…, queries, keys]``.

        The other axes may tell the window that queries and keys share.
        """
        *_, queries, keys = self.axes if len(self.axes) > 1 else (Axis(), Axis())
        return queries if keys.spatial and queries.parts == keys.parts else None

    @cached_property
    def picture_shape(self) -> tuple[int, int, int] | None:
        """``(C, H, W)`` of the picture, ``None`` where there is none."""
        layout = self._asked()
        parts = layout.parts()
        rows, columns = _ordered(parts, "row"), _ordered(parts, "column")
        if not (rows or columns) or not (_unbroken(rows) and _unbroken(columns)) or layout._flat:
            return None
        count = math.prod(part.size for part in parts if part.kind == "channel")
        shape = (count, math.prod(p.size for p in rows), math.prod(p.size for p in columns))
        return shape if min(shape) > 0 else None

    def parts(self) -> list[Part]:
        """Every part of every axis, in order."""
        return [part for axis in self.axes for part in axis.parts]

    def picture(self, tensor: Tensor, query: tuple[int, int] | None = None) -> Tensor:
        """Arrange a tensor of this layout as ``[C, H, W]``; a view where that is possible.

        Args:
            tensor: Of shape ``shape``.
            query: Of attention, the row and column of the patch that asks; by default the class
                token, or the mean over all patches where there is none. A patch sees its own
                window, attention elsewhere is 0.
        """
        if self._plain:
            return tensor[0]
        queries, asked = self.queries, self._asked()
        if queries is None:
            return self._arrange(tensor)
        if query is not None:
            return asked._arrange(self._answer(tensor, query))
        if queries.before:
            return asked._arrange(tensor.narrow(-2, 0, 1))
        return asked._arrange(tensor.narrow(-2, 0, queries.grid).mean(-2, keepdim=True))

    @cached_property
    def _plain(self) -> bool:
        """Whether this is ``[1, C, H, W]``, of which nothing need be moved."""
        return len(self.axes) == 4 and self.axes[0] == Axis() and self == image(self.shape)

    @property
    def _flat(self) -> bool:
        """Whether the tensor is a vector, as behind ``nn.Flatten``: all is there, but no picture is meant."""
        return len(self.axes) <= 2 and sum(axis.size > 1 for axis in self.axes) <= 1

    def _arrange(self, tensor: Tensor) -> Tensor:
        for dim, axis in enumerate(self.axes):
            if axis.before or axis.after:
                tensor = tensor.narrow(dim, axis.before, axis.grid)
        parts = self.parts()
        split = tensor.reshape([part.size for part in parts])
        kept = [i for i, part in enumerate(parts) if part.kind == "channel"]
        rows, columns = (
            sorted((i for i, part in enumerate(parts) if part.kind == kind), key=lambda i: -parts[i].step)
            for kind in ("row", "column")
        )
        count, height, width = (math.prod(parts[i].size for i in places) for places in (kept, rows, columns))
        picture = split.permute(*kept, *rows, *columns).reshape(count, height, width)
        shifts = [
            -parts[places[-1]].shift // parts[places[-1]].step if places else 0 for places in (rows, columns)
        ]
        return picture.roll(shifts, (1, 2)) if any(shifts) else picture

    def _asked(self) -> Layout:
        """The layout of the answer to one query."""
        if self.queries is None:
            return self
        return Layout((*self.axes[:-2], Axis(), self.axes[-1]))

    def _answer(self, tensor: Tensor, query: tuple[int, int]) -> Tensor:
        """What one patch attends to: its window's row of ``tensor`` in a field of zeros."""
        asked = self._asked()
        # Each position gets its number: the picture then tells where, among windows and keys, a patch is.
        numbers = tensor.new_ones(asked.shape).long().flatten().cumsum(0).reshape(asked.shape) - 1
        first = int(asked._arrange(numbers)[0][query])
        *window, _, key = (
            first // stride % size for size, stride in zip(asked.shape, numbers.stride(), strict=True)
        )
        queries, keys = self.axes[-2:]
        row = key - keys.before + queries.before
        own = [
            slice(i, i + 1) if axis.spatial else slice(None)
            for i, axis in zip(window, self.axes, strict=False)
        ]
        answer = tensor.narrow(-2, row, 1).new_zeros(asked.shape)
        answer[tuple(own)] = tensor.narrow(-2, row, 1)[tuple(own)]
        return answer


@lru_cache(1024)  # the same few shapes come back in every pass
def image(shape: tuple[int, ...], *, channels_last: bool = False) -> Layout:
    """The layout of ``[1, C, H, W]`` or ``[1, H, W, C]``."""
    if channels_last:
        _, height, width, count = shape
        return Layout((Axis(), Axis((Part("row", height),)), Axis((Part("column", width),)), channels(count)))
    _, count, height, width = shape
    return Layout((Axis(), channels(count), Axis((Part("row", height),)), Axis((Part("column", width),))))


def _ordered(parts: Iterable[Part], kind: Kind) -> list[Part]:
    return sorted((part for part in parts if part.kind == kind), key=lambda part: -part.step)


def _unbroken(parts: Sequence[Part]) -> bool:
    """Whether the parts, high to low, make one run of rows or columns, each of them once."""
    chained = all(high.step == low.step * low.size for high, low in pairwise(parts))
    return chained and len({part.shift for part in parts}) <= 1


# -- what becomes of a layout when the tensor is viewed otherwise ----------------------------------


def viewed(layout: Layout, view: Tensor) -> Layout | None:
    """The layout of a view of a tensor.

    Args:
        layout: Of the tensor viewed.
        view: What the view is of a *contiguous* tensor of that shape; its strides and its offset tell
            which positions it shows, its values are not read.

    Returns:
        The layout of the view, ``None`` where an axis of it is no run of whole parts.
    """
    blocks = list(_blocks(layout))
    axes = []
    for size, stride in zip(view.shape, view.stride(), strict=True):
        axis = Axis() if size == 1 else _covered(blocks, size, stride, int(view.storage_offset()))
        if axis is None:
            return None
        axes.append(axis)
    return Layout(tuple(axes))


class _Block(NamedTuple):
    """A part, or a whole axis with a prefix, and the distance between its positions."""

    axis: Axis
    stride: int

    @property
    def end(self) -> int:
        return self.stride * self.axis.size


def _blocks(layout: Layout) -> Iterator[_Block]:
    stride = math.prod(layout.shape)
    for axis in layout.axes:
        pieces = [axis] if axis.before or axis.after else [Axis((part,)) for part in axis.parts]
        for piece in pieces:
            stride //= max(1, piece.size)
            yield _Block(piece, stride)


def _covered(blocks: Sequence[_Block], size: int, stride: int, offset: int) -> Axis | None:
    """The axis whose positions lie ``stride`` apart, ``size`` of them."""
    parts: list[Part] = []
    for block in blocks:
        low, high = max(block.stride, stride), min(block.end, stride * size)
        if low >= high:
            continue
        if block.axis.before or block.axis.after:
            if parts or stride != block.stride or size > block.axis.size:
                return None
            return _sliced(block.axis, offset // block.stride % block.axis.size, size)
        begins = offset % block.end // stride * stride
        if low % block.stride or high % low or begins % low:
            return None
        (part,) = block.axis.parts
        parts.append(part._replace(size=high // low, step=part.step * (low // block.stride)))
    axis = Axis(_joined(parts))
    return axis if axis.size == size else None


def _joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Neighbouring parts of one kind that count on from each other, made one."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last and last.kind == part.kind and _counts_on(last, part):
            joined[-1] = part._replace(size=last.size * part.size)
        else:
            joined.append(part)
    return tuple(joined)


def _counts_on(high: Part, low: Part) -> bool:
    return low.kind == "channel" or high.step == low.step * low.size


def _sliced(axis: Axis, start: int, size: int) -> Axis | None:
    """Positions ``start … start + size`` of an axis with a prefix; the grid is in it whole, or it is none."""
    if start > axis.before or start + size < axis.before + axis.grid:
        return None
    return replace(axis, before=axis.before - start, after=start + size - axis.before - axis.grid)
