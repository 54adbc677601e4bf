"""Pictures as bytes, small enough for a saved notebook. The same picture gives the same bytes."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from nnscope.imaging.mosaic import mosaic

LARGEST_PX = 960
LEVELS = 64
"""Grey levels of a contact sheet: half the bytes of 254, and hardly told apart at this size."""
THUMBNAIL_PX = 320
_QUALITIES = (90, 80, 70, 60, 50, 40)
_HOPE = 1.25
"""How much too large a PNG made in haste may be for a smaller one to be tried, three times as slowly."""


def contact_sheet(
    tiles: npt.NDArray[np.uint8],
    lo: npt.ArrayLike,
    hi: npt.ArrayLike,
    *,
    normalize: str = "layer",
    colormap: str = "grey",
    max_bytes: int = 60_000,
) -> bytes:
    """Encode all channels of a layer as one PNG that fits a budget.

    The sheet is drawn as large as fits, up to 960 px; where even tiles of 1 px do not fit, only the
    first channels are drawn.

    Args:
        tiles: uint8 ``[C, h, w]``, coded as in `wire/packet.py`.
        lo: ``[C]``, value of code 0 of each channel.
        hi: ``[C]``, value of code 254.
        normalize: One scale for the ``"layer"``, per ``"channel"``, or ``"symmetric"``.
        colormap: One of ``colormap.NAMES``.
        max_bytes: Most bytes of the PNG; below about 1,500 no PNG with a palette fits.

    Returns:
        The PNG.

    Raises:
        OptionError: ``normalize`` or ``colormap`` is unknown.
    """
    lo, hi = np.asarray(lo), np.asarray(hi)
    shown, side = len(tiles), LARGEST_PX
    while True:
        part = tiles[:shown], lo[:shown], hi[:shown]
        sheet = mosaic(*part, normalize=normalize, colormap=colormap, limit_px=side, levels=LEVELS)
        data = _save(sheet, "PNG", optimize=True)
        if len(data) <= max_bytes or max(sheet.size) <= 1:
            return data
        if max(sheet.size) > side:  # tiles of one pixel cannot shrink
            shown = (shown + 1) // 2
        # Bytes go about with the area; a little above the estimate loses no size needlessly.
        factor = min(0.95, 1.05 * math.sqrt(max_bytes / len(data)))
        side = max(1, int(min(side, max(sheet.size)) * max(0.5, factor)))


def encode(image: Image.Image, max_bytes: int = 60_000) -> bytes:
    """Encode a picture: PNG where it fits, else JPEG of falling quality, else a smaller JPEG.

    Args:
        image: A picture of any mode; JPEG keeps RGB or L.
        max_bytes: Most bytes; at least about 800, or the smallest JPEG is returned.

    Returns:
        The bytes; ``media_type`` tells which of the two they are.
    """
    data = _save(image, "PNG", compress_level=1)
    if max_bytes < len(data) <= _HOPE * max_bytes:
        data = _save(image, "PNG", optimize=True)
    return data if len(data) <= max_bytes else _jpeg(image, max_bytes)


def thumbnail(image: Image.Image, max_bytes: int = 30_000, side: int = THUMBNAIL_PX) -> bytes:
    """Encode a picture as a small JPEG.

    Args:
        image: A picture of any mode.
        max_bytes: Most bytes; at least about 800, or the smallest JPEG is returned.
        side: Longest side of the result in pixels; a smaller picture is not enlarged.

    Returns:
        The JPEG.
    """
    return _jpeg(_shrunk(image, side / max(*image.size, side)), max_bytes)


def media_type(data: bytes) -> str:
    """Tell ``"image/png"`` from ``"image/jpeg"`` by the first bytes."""
    return "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"


def _jpeg(image: Image.Image, max_bytes: int) -> bytes:
    image = image if image.mode in ("L", "RGB") else image.convert("RGB")
    while True:
        for quality in _QUALITIES:
            data = _save(image, "JPEG", quality=quality, optimize=True)
            if len(data) <= max_bytes:
                return data
        if max(image.size) <= 8:
            return data
        image = _shrunk(image, min(0.9, math.sqrt(max_bytes / len(data))))


def _shrunk(image: Image.Image, factor: float) -> Image.Image:
    if factor >= 1:
        return image
    width, height = (max(1, round(length * factor)) for length in image.size)
    return image.resize((width, height), Image.Resampling.BICUBIC)


def _save(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
