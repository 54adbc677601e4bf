"""Edits of the image that the browser asks for: what is legal, checked before anything is changed.

Lengths are in pixels of the network's input. ``begin`` says whether a step begins that can be undone by
itself; where it is false, the edit goes on with the last step of its kind, as while a brush or a slider
moves. ::

    {"op": "stroke", "tool": "blur", "radius": 8, "points": [[100.5, 80], …], "from": null, "begin": true}
    {"op": "stroke", "tool": "copy", "radius": 8, "points": […], "from": [-40, 0], "begin": false}
    {"op": "flip", "axis": "horizontal"}
    {"op": "turn", "degrees": 12.5, "begin": true}
    {"op": "light", "brightness": 0.1, "contrast": 1.2, "begin": false}
    {"op": "undo"}, {"op": "redo"}, {"op": "reset"}
    {"op": "open", "name": "cat.jpg", "part": 0, "parts": 3} + one buffer, that part of the file; all one rid
    {"op": "wanted", "method": "fourier", "negative": false}: the picture made of the enlarged channel
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nnscope.errors import OptionError
from nnscope.probe import LARGEST_FILE, TOOLS, Edits, opened, too_large
from nnscope.widget.wish import PICTURES

MOST_POINTS = 512
"""Most points of a message."""
MOST_PARTS = 256
"""Most parts of a file."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of the image."""

    rid: int
    make: Callable[[Edits], object]
    """Makes it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture made of the enlarged channel is to take the image's place."""

    method: str
    negative: bool
    """Whether it is of what the channel dislikes."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file that is to take the image's place."""

    name: str
    number: int
    """Counted from 0."""
    count: int
    """How many parts the file has."""
    data: bytes


def parse_edit(rid: int, content: Mapping[Any, Any], buffers: object) -> Edit | Part | Wanted:
    """Check an edit, which may hold anything at all.

    Raises:
        OptionError: It is none; the sentence says why.
        ImageError: The file is too large.
    """
    op = content.get("op")
    if op == "open":
        return _part(content, buffers)
    if op == "wanted":
        methods = tuple(dict.fromkeys(method for method, _ in PICTURES))
        return Wanted(_one_of(content.get("method"), "method", methods), _flag(content, "negative"))
    if not isinstance(op, str) or op not in _OPERATIONS:
        msg = f"An edit's op is one of {', '.join(_OPERATIONS)}, open, wanted."
        raise OptionError(msg)
    return Edit(rid, _OPERATIONS[op](content, buffers))


def _stroke(content: Mapping[Any, Any], _buffers: object) -> Callable[[Edits], object]:
    tool = _one_of(content.get("tool"), "tool", TOOLS)
    points, source = content.get("points"), content.get("from")
    if not isinstance(points, list) or not 1 <= len(points) <= MOST_POINTS:
        msg = f"A stroke has 1 to {MOST_POINTS} points."
        raise OptionError(msg)
    path = [_point(point) for point in points]
    offset = None if source is None else _point(source)
    radius, begin = _number(content.get("radius"), "radius", 1, 112), _flag(content)
    return lambda edits: edits.stroke(tool, path, radius, offset=offset, begin=begin)


def _flip(content: Mapping[Any, Any], _buffers: object) -> Callable[[Edits], object]:
    axis = _one_of(content.get("axis"), "axis", ("horizontal", "vertical"))
    return lambda edits: edits.flip(axis)


def _turn(content: Mapping[Any, Any], _buffers: object) -> Callable[[Edits], object]:
    degrees, begin = _number(content.get("degrees"), "degrees", -360, 360), _flag(content)
    return lambda edits: edits.turn(degrees, begin=begin)


def _light(content: Mapping[Any, Any], _buffers: object) -> Callable[[Edits], object]:
    brightness = _number(content.get("brightness"), "brightness", -1, 1)
    contrast, begin = _number(content.get("contrast"), "contrast", 0, 4), _flag(content)
    return lambda edits: edits.light(brightness, contrast, begin=begin)


def opening(rid: int, name: str, file: bytes) -> Edit:
    """The edit that puts an image file in the image's place."""
    return Edit(rid, lambda edits: edits.open(opened(file, name)))


def _part(content: Mapping[Any, Any], buffers: object) -> Part:
    name, number, count = content.get("name"), content.get("part", 0), content.get("parts", 1)
    held = buffers[0] if isinstance(buffers, list) and len(buffers) == 1 else None
    if not isinstance(name, str) or not isinstance(held, (bytes, bytearray, memoryview)):
        msg = "An image that is opened has a name and one buffer."
        raise OptionError(msg)
    whole = all(isinstance(each, int) and not isinstance(each, bool) for each in (number, count))
    if not whole or not 0 <= number < count <= MOST_PARTS:
        msg = (
            f"A part of a file has a number below that of the parts, of which there are at most {MOST_PARTS}."
        )
        raise OptionError(msg)
    if memoryview(held).nbytes > LARGEST_FILE:  # not copied first
        raise too_large(name)
    return Part(name, number, count, bytes(held))


_OPERATIONS: dict[str, Callable[[Mapping[Any, Any], object], Callable[[Edits], object]]] = {
    "stroke": _stroke,
    "flip": _flip,
    "turn": _turn,
    "light": _light,
    "undo": lambda _content, _buffers: Edits.undo,
    "redo": lambda _content, _buffers: Edits.redo,
    "reset": lambda _content, _buffers: Edits.reset,
}


def _flag(content: Mapping[Any, Any], name: str = "begin") -> bool:
    value = content.get(name)
    if not isinstance(value, bool):
        msg = f"An edit's {name} is true or false."
        raise OptionError(msg)
    return value


def _one_of(value: object, name: str, known: tuple[str, ...]) -> Any:
    if value not in known:
        msg = f"An edit's {name} is one of {', '.join(known)}."
        raise OptionError(msg)
    return value


def _point(value: object) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        msg = "A point of an edit is x and y."
        raise OptionError(msg)
    return _number(value[0], "x", -1e5, 1e5), _number(value[1], "y", -1e5, 1e5)


def _number(value: object, name: str, low: float, high: float) -> float:
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not plain or not low <= value <= high:  # type: ignore[operator]  # NaN is in no range
        msg = f"An edit's {name} is a number from {low:g} to {high:g}."
        raise OptionError(msg)
    return float(value)  # type: ignore[arg-type]
