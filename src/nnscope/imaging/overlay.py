"""A heat map laid over a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from nnscope.errors import OptionError
from nnscope.imaging import colormap as maps

if TYPE_CHECKING:
    from nnscope.records import Heatmap, Specimen

Floats = npt.NDArray[np.float64]


def draw(
    heatmap: Heatmap,
    *,
    over: Literal["input", "original"] | None = "input",
    opacity: float = 0.5,
    colormap: str | None = None,
) -> Image.Image:
    """Draw a heat map: clipped to its ends, bilinear (``align_corners=False``), coloured.

    Args:
        heatmap: The map.
        over: What lies underneath: the network's input, the original image (the map covers exactly
            the pixels the network saw; where those are a part, they are framed), or nothing.
        opacity: Strength of the map over the picture, 0 to 1; ignored when ``over`` is ``None``.
        colormap: One of ``colormap.NAMES``; by default magma, and blue-red for signed maps.

    Returns:
        An RGB picture of the size of what lies underneath; of the input when nothing does.

    Raises:
        OptionError: An option is unknown or out of range, or the map carries no such picture.
    """
    if not 0 <= opacity <= 1:
        msg = f"opacity is {opacity!r}; give a number from 0 (only the picture) to 1 (only the map)."
        raise OptionError(msg)
    values = placed(_array(heatmap.drawn), heatmap.ends, 0.5 if heatmap.signed else 0.0)
    colormap = colormap or ("blue-red" if heatmap.signed else "magma")
    specimen = heatmap.specimen
    if over is None:
        height, width = values.shape if specimen is None else specimen.view.size[::-1]
        return _coloured(upsample(values, height, width), colormap)
    if over not in ("input", "original"):
        msg = f"over is {over!r}; it can be 'input', 'original' or None."
        raise OptionError(msg)
    if specimen is None:
        msg = f"This map carries no picture to lie over {over!r}; draw it with over=None."
        raise OptionError(msg)
    if over == "original":
        return _over_original(values, specimen, opacity, colormap)
    width, height = specimen.view.size
    return blend(specimen.view, _coloured(upsample(values, height, width), colormap), opacity)


def blend(picture: Image.Image, colours: Image.Image, opacity: float) -> Image.Image:
    """Mix two pictures of one size: ``(1 - opacity) * picture + opacity * colours``, as RGB."""
    below, above = (np.asarray(image.convert("RGB"), np.float64) for image in (picture, colours))
    mixed = (1 - opacity) * below + opacity * above
    return Image.fromarray(np.floor(mixed + 0.5).astype(np.uint8))  # Pillow's own blend truncates


def placed(values: npt.ArrayLike, ends: tuple[float, float], flat: float = 0.0) -> Floats:
    """Place values between the first colour and the last.

    Args:
        values: ``[h, w]`` of any float dtype.
        ends: The values of the two colours.
        flat: Where everything lies if both are one value.

    Returns:
        float64 ``[h, w]``, clipped to 0 … 1; cells that are not finite are NaN.
    """
    values = np.asarray(values, np.float64)
    low, high = ends
    finite = np.isfinite(values)
    if not high > low:
        return np.where(finite, flat, np.nan)
    return np.where(finite, np.clip((np.where(finite, values, low) - low) / (high - low), 0, 1), np.nan)


def upsample(values: npt.ArrayLike, height: int, width: int) -> Floats:
    """Resize a map bilinearly, as ``interpolate(mode="bilinear", align_corners=False)`` does.

    Args:
        values: ``[h, w]``; cells that are not finite stay so, over their own area only.
        height: Rows of the result.
        width: Columns of the result.

    Returns:
        float64 ``[height, width]``.
    """
    values = np.asarray(values, np.float64)
    h, w = values.shape
    return sample(values, (np.arange(height) + 0.5) * h / height, (np.arange(width) + 0.5) * w / width)


def sample(values: Floats, ys: Floats, xs: Floats) -> Floats:
    """Read a map at points between its cells, bilinearly.

    Args:
        values: ``[h, w]``.
        ys: ``[m]``, rows in cells, cell edges at whole numbers; beyond the outer centres the edge holds.
        xs: ``[n]``, columns likewise.

    Returns:
        float64 ``[m, n]``.
    """
    finite = np.isfinite(values)
    rows = _weights(ys, values.shape[0])
    columns = _weights(xs, values.shape[1])
    result: Floats = rows @ np.where(finite, values, 0) @ columns.T
    if not finite.all():
        y = np.clip(np.floor(ys), 0, values.shape[0] - 1).astype(np.intp)
        x = np.clip(np.floor(xs), 0, values.shape[1] - 1).astype(np.intp)
        result[~finite[y][:, x]] = np.nan
    return result


def _weights(at: Floats, cells: int) -> Floats:
    """Weight of each cell at each point along one axis: ``[points, cells]``, rows sum to 1."""
    place = np.clip(at - 0.5, 0, cells - 1)
    below = np.floor(place).astype(np.intp)
    above = np.minimum(below + 1, cells - 1)
    share = place - below
    matrix = np.zeros((len(at), cells))
    points = np.arange(len(at))
    matrix[points, below] += 1 - share
    matrix[points, above] += share
    return matrix


def _over_original(values: Floats, specimen: Specimen, opacity: float, colormap: str) -> Image.Image:
    original, geometry = specimen.original, specimen.geometry
    if original is None or geometry is None:
        lack = "there is no original image" if original is None else "where the input lies on it is unknown"
        msg = f"The map cannot be laid over the original, because {lack}; use over='input'."
        raise OptionError(msg)
    width, height = original.size  # smaller than the image was, where that was large
    scale_x, scale_y = width / geometry.original[1], height / geometry.original[0]
    left, top, right, bottom = np.multiply(geometry.box, (scale_x, scale_y, scale_x, scale_y))
    x = (np.arange(width) + 0.5 - left) / (right - left)  # 0 to 1 across what the network saw
    y = (np.arange(height) + 0.5 - top) / (bottom - top)
    in_x = np.flatnonzero((x >= 0) & (x < 1))
    in_y = np.flatnonzero((y >= 0) & (y < 1))
    result = original.convert("RGB")
    if not (in_x.size and in_y.size):
        return result
    cells = sample(values, y[in_y] * values.shape[0], x[in_x] * values.shape[1])
    corner = (int(in_x[0]), int(in_y[0]))
    seen = result.crop((*corner, int(in_x[-1]) + 1, int(in_y[-1]) + 1))
    result.paste(blend(seen, _coloured(cells, colormap), opacity), corner)
    return _framed(result, (*corner, int(in_x[-1]), int(in_y[-1])))


def _framed(picture: Image.Image, seen: tuple[int, int, int, int]) -> Image.Image:
    """Draw a white line just outside the seen rectangle, a black one beyond it; the map stays whole."""
    pixels = np.array(picture)
    width, height = picture.size
    left, top, right, bottom = seen  # first and last pixel, both inside
    if (left, top, right, bottom) == (0, 0, width - 1, height - 1):
        return picture  # nothing was cut off
    for distance, shade in ((2, 0), (1, 255)):
        x0, y0, x1, y1 = left - distance, top - distance, right + distance, bottom + distance
        columns, rows = slice(max(0, x0), x1 + 1), slice(max(0, y0), y1 + 1)
        for y in (y0, y1):
            if 0 <= y < height:
                pixels[y, columns] = shade
        for x in (x0, x1):
            if 0 <= x < width:
                pixels[rows, x] = shade
    return Image.fromarray(pixels)


def _coloured(values: Floats, colormap: str) -> Image.Image:
    return Image.fromarray(maps.colour(values, colormap, 0, 1))


def _array(raw: Any) -> npt.NDArray[Any]:
    """Read a tensor without importing torch."""
    return np.asarray(raw.numpy() if hasattr(raw, "numpy") else raw)
