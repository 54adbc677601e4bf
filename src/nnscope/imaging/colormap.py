"""Colour maps: 256 colours each, made from a handful of control points.

A map is a line of ``code:rrggbb`` points; between two points each of red, green and blue is
interpolated linearly in sRGB and rounded half up, ``floor(c + 0.5)``. The browser's copy uses the
same points and the same rule, so both sides draw the same colours.
"""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt

from nnscope.errors import OptionError, nearest

POINTS = {
    "grey": "0:000000 255:ffffff",
    "viridis": (
        "0:440154 23:482173 50:414287 81:32648e 132:1f948c 151:21a685 "
        "166:2fb47c 190:5ac864 203:77d153 239:d5e21a 246:e7e419 255:fde725"
    ),
    "magma": (
        "0:000004 12:06051a 25:140e36 42:2c115f 58:471078 93:7e2482 "
        "120:aa337d 149:d8456c 170:f1605d 192:fc8961 216:feb67c 255:fcfdbf"
    ),
    "cividis": (
        "0:00224e 20:003070 23:013271 28:123570 44:2d416d 86:585e6d "
        "134:828079 191:bbad6d 234:e9d34e 251:fde334 255:fee838"
    ),
    # Two middle codes of one colour: 0.5 lies between them, and zero must not lean to a side.
    "blue-red": "0:2166ac 43:67a9cf 85:d1e5f0 127:f7f7f7 128:f7f7f7 170:fddbc7 212:ef8a62 255:b2182b",
}
"""Control points of each map; viridis, magma and cividis stay within 3/255 of matplotlib's."""

NAMES = tuple(POINTS)
"""The maps there are: ``"grey"``, ``"viridis"``, ``"magma"``, ``"cividis"``, ``"blue-red"``."""

DIVERGING = frozenset({"blue-red"})
"""Maps whose middle colour stands for zero, whatever the range."""

NONFINITE = (255, 0, 255)
"""Colour of a NaN or ±Inf cell; no map contains it."""


@functools.cache
def table(name: str) -> npt.NDArray[np.uint8]:
    """Return the colours of a map.

    Args:
        name: One of ``NAMES``.

    Returns:
        uint8 ``[256, 3]``, sRGB, read-only.

    Raises:
        OptionError: There is no such map.
    """
    if name not in POINTS:
        hint = nearest(str(name), NAMES) or f"the maps are {', '.join(map(repr, NAMES))}."
        msg = f"There is no colour map {name!r}; {hint}"
        raise OptionError(msg)
    points = [point.split(":") for point in POINTS[name].split()]
    codes = [int(code) for code, _ in points]
    colours = np.array([list(bytes.fromhex(colour)) for _, colour in points], np.float64)
    channels = [np.interp(np.arange(256), codes, channel) for channel in colours.T]
    result = np.floor(np.stack(channels, axis=1) + 0.5).astype(np.uint8)
    result.flags.writeable = False
    return result


def position(values: npt.ArrayLike, name: str, lo: float, hi: float) -> npt.NDArray[np.float64]:
    """Place values on a colour map.

    Args:
        values: Numbers of any shape; not-finite ones stay not finite.
        name: One of ``NAMES``.
        lo: Value of the first colour.
        hi: Value of the last colour. A diverging map spans ±max(abs(lo), abs(hi)) instead.

    Returns:
        float64 of the same shape, 0 (first colour) to 1 (last colour), clipped. Where the range is
        empty everything lies at 0, in a diverging map at 0.5.
    """
    values = np.asarray(values, np.float64)
    top = max(abs(lo), abs(hi))
    start, span = (-top, 2 * top) if name in DIVERGING else (lo, hi - lo)
    finite = np.isfinite(values)
    if not span > 0:
        flat = 0.5 if name in DIVERGING else 0.0
        return np.where(finite, flat, np.nan)
    return np.where(finite, np.clip((np.where(finite, values, 0) - start) / span, 0, 1), np.nan)


def colour(values: npt.ArrayLike, name: str, lo: float, hi: float) -> npt.NDArray[np.uint8]:
    """Colour values by a map.

    Args:
        values: Numbers of any shape.
        name: One of ``NAMES``.
        lo: Value of the first colour.
        hi: Value of the last colour; a diverging map is pinned at zero instead (see ``position``).

    Returns:
        uint8 ``[..., 3]``, sRGB; cells that are not finite have ``NONFINITE``.

    Raises:
        OptionError: There is no such map.
    """
    colours = table(name)
    where = position(values, name, lo, hi)
    finite = np.isfinite(where)
    codes = np.floor(np.where(finite, where, 0) * 255 + 0.5).astype(np.intp)
    result: npt.NDArray[np.uint8] = np.where(finite[..., None], colours[codes], np.array(NONFINITE, np.uint8))
    return result
