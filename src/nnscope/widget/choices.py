"""What traits may be, beyond their types: each takes what was proposed and gives what is set, or refuses."""

from __future__ import annotations

import math

from nnscope.errors import NnscopeError, OptionError
from nnscope.records import LayerTable, Unit
from nnscope.widget.messages import MOST_PINS
from nnscope.widget.silence import Silenced


def specimen(value: int | None, count: int, other_than: int | None) -> int | None:
    """One of ``count`` specimens; not the one it would be compared with."""
    if value is None:
        return None
    if not 0 <= value < count:
        msg = f"There are specimens 0 to {count - 1}, not {value}; show(model, [a, b]) opens several."
        raise OptionError(msg)
    if value == other_than:
        msg = f"Specimen {value} is under the microscope already; compare it with another one, or with None."
        raise OptionError(msg)
    return value


def silence(value: str, layers: LayerTable) -> str:
    """Channels that there are, in the one way to write them."""
    if not value:
        return ""
    asked = Silenced.parse(value)
    asked.check(layers)
    return str(asked)


def pins(value: list[str], layers: LayerTable) -> list[str]:
    """Channels, each once."""
    units = [Unit.parse(each) for each in value]
    for unit in units:
        layers.feature_map(unit.layer).check_channel(unit.channel)
        if unit.cell is not None:
            msg = f"{str(unit)!r} is a cell; what is held in sight is a channel, such as 'features.3[14]'."
            raise OptionError(msg)
    once = list(dict.fromkeys(map(str, units)))
    if len(once) > MOST_PINS:
        msg = f"At most {MOST_PINS} channels are held in sight; let go of one first."
        raise OptionError(msg)
    return once


def has(layers: LayerTable, pin: str) -> bool:
    """Whether a network has a channel that was held in sight."""
    try:
        pins([pin], layers)
    except NnscopeError:
        return False
    return True


def region(value: list[float], height: int, width: int) -> list[float]:
    """A box within an image of ``height`` × ``width`` pixels, cut off at its edges."""
    if not value:
        return []
    if len(value) != 4 or not all(map(math.isfinite, value)):
        msg = "A region is left, top, right and bottom in pixels of the network's input, or nothing."
        raise OptionError(msg)
    left, top, right, bottom = value
    left, right = max(0.0, left), min(float(width), right)
    top, bottom = max(0.0, top), min(float(height), bottom)
    if not (left < right and top < bottom):
        msg = f"The region {value} holds nothing of the image, which has {height} × {width} pixels."
        raise OptionError(msg)
    return [left, top, right, bottom]


def scale(value: list[float]) -> list[float]:
    """The values of the first and the last colour."""
    if not value:
        return []
    if len(value) != 2 or not all(map(math.isfinite, value)) or not value[0] < value[1]:
        msg = f"A held scale is its lowest and its highest value, or nothing, not {value}."
        raise OptionError(msg)
    return value
