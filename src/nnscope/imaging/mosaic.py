"""The contact sheet: every channel of a layer as a small tile, in one picture."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from nnscope.errors import OptionError, nearest
from nnscope.imaging import colormap as maps

SCALES = ("layer", "channel", "symmetric")

GAP = 1
"""Width of the line between tiles, in pixels."""
GAP_COLOUR = (128, 128, 128)
GAP_CODE = 254
"""Palette entry of the gaps; 0 … 253 are the colour map, 255 is a cell that is not finite."""
NONFINITE_CODE = 255
_TOP = 253
_CODE_TOP = 254
"""Code of a channel's largest value in a tile, as in `wire/packet.py`."""


def mosaic(
    tiles: npt.NDArray[np.uint8],
    lo: npt.ArrayLike,
    hi: npt.ArrayLike,
    *,
    normalize: str = "layer",
    colormap: str = "grey",
    limit_px: int = 960,
    levels: int = 254,
) -> Image.Image:
    """Draw all channels as one near-square sheet, row by row.

    Args:
        tiles: uint8 ``[C, h, w]``; codes 0 … 254 stand for ``lo + (hi - lo) * code / 254``, 255 for a
            cell that is not finite.
        lo: ``[C]``, value of code 0 of each channel, in activation units.
        hi: ``[C]``, value of code 254.
        normalize: One scale for the ``"layer"``, one per ``"channel"``, or ``"symmetric"`` about zero.
        colormap: One of ``colormap.NAMES``.
        limit_px: Longest side of the sheet in pixels. Tiles grow in whole steps or shrink (nearest)
            to fit; a tile is never smaller than 1 px, so thousands of channels may exceed it.
        levels: Number of distinct colours used, 2 to 254; fewer make a smaller file.

    Returns:
        A palette picture (mode ``"P"``); convert it to ``"RGB"`` to go on drawing.

    Raises:
        OptionError: ``normalize`` or ``colormap`` is unknown.
    """
    codes = _codes(tiles, np.asarray(lo, np.float64), np.asarray(hi, np.float64), normalize, colormap)
    coarse = np.floor(codes * (levels - 1) / _TOP + 0.5) * _TOP / (levels - 1)
    drawn = np.where(tiles == 255, NONFINITE_CODE, np.floor(coarse + 0.5)).astype(np.uint8)
    columns, rows = grid(*tiles.shape)
    sheet = Image.fromarray(_lay(drawn, columns, rows, limit_px))
    sheet.putpalette(_palette(colormap))  # an "L" picture turns into a "P" one
    return sheet


def grid(channels: int, height: int, width: int) -> tuple[int, int]:
    """Choose columns and rows so that the sheet is as square as whole tiles allow.

    Returns:
        ``(columns, rows)``, both at least 1, ``columns * rows >= channels``.
    """
    if not channels:
        return 1, 1
    guess = math.sqrt(channels * (height + GAP) / (width + GAP))
    choices = {max(1, min(channels, n)) for n in (math.floor(guess), math.ceil(guess))}

    def unsquare(columns: int) -> float:
        sheet = columns * (width + GAP) / (-(-channels // columns) * (height + GAP))
        return max(sheet, 1 / sheet)

    columns = min(sorted(choices), key=unsquare)
    return columns, -(-channels // columns)


def _codes(
    tiles: npt.NDArray[np.uint8],
    lo: npt.NDArray[np.float64],
    hi: npt.NDArray[np.float64],
    normalize: str,
    colormap: str,
) -> npt.NDArray[np.float64]:
    """Turn codes of each channel into codes of the sheet's scale: float64 ``[C, h, w]``, 0 … 253."""
    if normalize not in SCALES:
        hint = nearest(str(normalize), SCALES) or f"the scales are {', '.join(map(repr, SCALES))}."
        msg = f"There is no scale {normalize!r}; {hint}"
        raise OptionError(msg)
    maps.table(colormap)  # an unknown name is told before any work
    lo, hi = np.nan_to_num(lo), np.nan_to_num(hi)
    bottom, top = (float(lo.min()), float(hi.max())) if lo.size else (0.0, 0.0)
    if normalize == "symmetric":
        top = max(abs(bottom), abs(top))
        bottom = -top
    ramp = np.arange(256) / _CODE_TOP
    lookup = np.empty((len(lo), 256))
    for channel, (first, last) in enumerate(zip(lo, hi, strict=True)):
        limits = (first, last) if normalize == "channel" else (bottom, top)
        lookup[channel] = maps.position(first + (last - first) * ramp, colormap, *limits) * _TOP
    picked: npt.NDArray[np.float64] = lookup[np.arange(len(lo))[:, None, None], tiles]
    return picked


def _lay(drawn: npt.NDArray[np.uint8], columns: int, rows: int, limit_px: int) -> npt.NDArray[np.uint8]:
    """Put the tiles on the sheet, enlarged or thinned out: uint8 ``[sheet height, sheet width]``."""
    channels, height, width = drawn.shape
    room_x = (limit_px - GAP * (columns - 1)) / columns
    room_y = (limit_px - GAP * (rows - 1)) / rows
    scale = min(room_x / max(1, width), room_y / max(1, height))
    scale = math.floor(scale) if scale >= 1 else scale
    h, w = max(1, int(height * scale)), max(1, int(width * scale))
    ys = (np.arange(h) + 0.5) * height // h  # the cell under each pixel's centre
    xs = (np.arange(w) + 0.5) * width // w
    cells = drawn[:, ys.astype(np.intp)][:, :, xs.astype(np.intp)]
    sheet = np.full((rows, h + GAP, columns, w + GAP), GAP_CODE, np.uint8)
    for channel in range(channels):
        row, column = divmod(channel, columns)
        sheet[row, :h, column, :w] = cells[channel]
    whole = sheet.reshape(rows * (h + GAP), columns * (w + GAP))
    return np.ascontiguousarray(whole[:-GAP, :-GAP])


def _palette(colormap: str) -> bytes:
    """The 256 colours of a sheet: 254 of the map, the gaps, the cells that are not finite."""
    bottom = -_TOP if colormap in maps.DIVERGING else 0
    colours = maps.colour(np.linspace(bottom, _TOP, _TOP + 1), colormap, bottom, _TOP)
    return np.vstack([colours, [GAP_COLOUR], [maps.NONFINITE]]).astype(np.uint8).tobytes()
