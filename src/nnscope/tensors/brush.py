"""What a brush does to an image: a soft round tip, drawn along a path, under which the pixels change.

Coordinates are pixels of the image, x to the right and y down; pixel edges lie at whole numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import torch
from torch import Tensor

from nnscope.records import Colours

Tool = Literal["blur", "mean", "noise", "copy", "erase"]
TOOLS: tuple[Tool, ...] = get_args(Tool)
"""Gaussian blur; each channel's mean; noise of the image's mean and deviation; pixels from elsewhere in
the image; mid-grey."""
_REACH = 3
"""The radius of the tip in sigmas of its blur: what lies under it is blurred with what lies under it."""
_CUT = 4
"""Where a Gaussian ends, in sigmas; 6e-5 of it lies beyond."""


class Dab(NamedTuple):
    """How much of what lies in a part of the image is covered."""

    left: int
    """First column of the part."""
    top: int
    """Its first row."""
    alpha: Tensor
    """float32 CPU ``[h, w]``, 0 to 1; it may be empty."""


def mask(points: Sequence[Sequence[float]], radius: float, size: tuple[int, int]) -> Dab:
    """What a round tip covers on its way along straight lines from point to point.

    A pixel's share is clip(radius + ½ − d, 0, 1) where its centre lies d from the path: an edge one
    pixel wide, half covered at the radius. The shares of two pieces of a path unite by their maximum,
    bit for bit.

    Args:
        points: At least one (x, y); they may lie outside of the image.
        radius: Of the tip, in pixels.
        size: Height and width of the image.

    Returns:
        The part of the image that may be covered, and by how much.
    """
    reach = radius + 0.5
    left, top, right, bottom = _box(points, reach, size)
    square = torch.full((bottom - top, right - left), math.inf, dtype=torch.float64)
    for start, end in zip(points[:-1] or points, points[1:] or points, strict=True):
        x0, y0, x1, y1 = _box((start, end), reach, size)
        if x0 < x1 and y0 < y1:
            part = square[y0 - top : y1 - top, x0 - left : x1 - left]
            torch.minimum(part, _square_distances(start, end, (x0, y0, x1, y1)), out=part)
    return Dab(left, top, (reach - square.sqrt_()).clamp_(0, 1).float())


def _box(points: Sequence[Sequence[float]], reach: float, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the pixels that may lie within ``reach`` of the points' hull."""
    (left, right), (top, bottom) = (
        (_clipped(min(line) - reach, limit), _clipped(max(line) + reach + 1, limit))
        for line, limit in zip(zip(*points, strict=True), size[::-1], strict=True)
    )
    return left, top, right, bottom


def _clipped(value: float, limit: int) -> int:
    return math.floor(min(max(value, 0), limit))


def _square_distances(start: Sequence[float], end: Sequence[float], box: tuple[int, int, int, int]) -> Tensor:
    """Squared distance of each pixel's centre to a segment, float64 ``[h, w]``."""
    x0, y0, x1, y1 = box
    x = torch.arange(x0, x1, dtype=torch.float64) + (0.5 - start[0])
    y = (torch.arange(y0, y1, dtype=torch.float64) + (0.5 - start[1]))[:, None]
    across, down = end[0] - start[0], end[1] - start[1]
    length = across * across + down * down
    if length == 0:
        return x * x + y * y
    along = (x * (across / length) + y * (down / length)).clamp_(0, 1)
    return (x - along * across).square_() + (y - along * down).square_()


@dataclass(frozen=True, slots=True)
class Brush:
    """A tool with a round tip."""

    tool: Tool
    radius: float
    """In pixels."""
    offset: tuple[int, int] | None = None
    """Of ``copy``: right and down, from each pixel to the one it becomes."""

    def paint(self, image: Tensor, colours: Colours, seed: int = 0) -> Tensor:
        """What is seen where the brush has been.

        Args:
            image: ``[C, H, W]``, any floating dtype and device.
            colours: What values of the image stand for.
            seed: Of the noise; the same one makes the same noise.

        Returns:
            Of float32 at least, ``[C, H, W]``, or ``[C, 1, 1]`` where it is the same everywhere.
        """
        values = image.to(torch.promote_types(image.dtype, torch.float32))
        if self.tool == "blur":
            return blur(values, self.radius / _REACH)
        if self.tool == "copy":
            return shifted(values, self.offset or (0, 0))
        if self.tool == "erase":
            return torch.tensor(colours.grey, dtype=values.dtype)[:, None, None].to(values.device)
        mean = values.mean((1, 2), keepdim=True)
        if self.tool == "mean":
            return mean
        generator = torch.Generator().manual_seed(seed)
        field = torch.randn(values.shape, generator=generator, dtype=values.dtype).to(values.device)
        return field.mul_(values.std((1, 2), correction=0, keepdim=True)).add_(mean)


class Stroke:
    """A stroke that grows; the tool is applied to the image as it was when the stroke began.

    What is covered twice is therefore changed once, and a stroke made in pieces equals, bit for bit, one
    made in one go.

    Args:
        brush: What it is drawn with.
        image: ``[C, H, W]``; it is never written to.
        colours: See ``Brush.paint``.
        seed: See ``Brush.paint``.
    """

    def __init__(self, brush: Brush, image: Tensor, colours: Colours, seed: int = 0) -> None:
        self.brush = brush
        self.image = image
        """The image with the stroke so far; another tensor after each piece that changes it."""
        self._before = image
        self._paint = brush.paint(image, colours, seed).expand(image.shape)
        self._size = (image.shape[1], image.shape[2])
        self._covered = torch.zeros(self._size)
        self._last: list[Sequence[float]] = []

    def extend(self, points: Sequence[Sequence[float]]) -> None:
        """Draw on from where the stroke ended; see ``mask``."""
        dab = mask([*self._last, *points], self.brush.radius, self._size)
        self._last = [points[-1]]
        if not dab.alpha.numel():
            return
        height, width = dab.alpha.shape
        rows, columns = slice(dab.top, dab.top + height), slice(dab.left, dab.left + width)
        covered = self._covered[rows, columns]
        torch.maximum(covered, dab.alpha, out=covered)
        under, over = self._before[:, rows, columns], self._paint[:, rows, columns]
        alpha = covered.to(over)
        mixed = torch.lerp(under.to(over.dtype), over, alpha).to(under.dtype)
        image = self.image.clone()
        # Where nothing is covered not even the sign of a zero changes.
        image[:, rows, columns] = torch.where(alpha > 0, mixed, under)
        self.image = image


def blur(image: Tensor, sigma: float) -> Tensor:
    """Gaussian blur of ``[C, H, W]``; beyond its edges the image goes on as it ends.

    Args:
        image: float32 or float64.
        sigma: In pixels, above 0. The kernel ends at 4 sigma.
    """
    # As a product of matrices it costs the same for any sigma.
    down, across = (_gaussian(length, sigma).to(image) for length in image.shape[1:])
    blurred: Tensor = down @ image @ across.T
    return blurred


def _gaussian(length: int, sigma: float) -> Tensor:
    """Weights of each pixel of a line in each blurred one, float64 ``[length, length]``; rows sum to 1."""
    reach = int(_CUT * sigma + 0.5)
    steps = torch.arange(-reach, reach + 1)
    weights = (-0.5 * (steps.double() / sigma).square()).exp()
    sources = (torch.arange(length)[:, None] + steps).clamp_(0, length - 1)
    matrix = torch.zeros(length, length, dtype=torch.float64)
    return matrix.scatter_add_(1, sources, (weights / weights.sum()).expand(length, -1))


def shifted(image: Tensor, offset: tuple[int, int]) -> Tensor:
    """Each pixel of ``[C, H, W]`` from ``offset`` (right, down) of it; beyond its edges the image goes on."""
    rows, columns = (
        (torch.arange(length, device=image.device) + step).clamp_(0, length - 1)
        for length, step in zip(image.shape[1:], offset[::-1], strict=True)
    )
    return image[:, rows][:, :, columns]
