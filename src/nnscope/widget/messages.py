"""Custom messages between a view and its scope: what is legal, checked before anything runs.

Flat JSON, both ways. ``rid`` is an int chosen by the browser (a string ``id`` leaks in
ipykernel 7.4).

Browser → kernel::

    {"k": "get", "rid": 1, "epoch": 0, "layer": "features.0", "level": "native", "channels": [3, 9]}
    {"k": "get", "rid": 2, "epoch": 0, "layer": "features.0", "level": "exact", "channels": [3]}
    {"k": "get", "rid": 3, "epoch": 0, "layer": "features.1", "level": "coarse", "channels": []}
    {"k": "cancel", "rid": 1}
    {"k": "ping", "rid": 4}
    {"k": "stop", "rid": 5}

Kernel → browser::

    {"k": "data", "rid": 1, "part": 0, "parts": 2, "header": {…}} + one buffer
    {"k": "error", "rid": 1, "code": "layer", "message": "…"}
    {"k": "pong", "rid": 4}

The buffers of a ``data`` reply, joined in the order of ``part``, are the body of one packet
(``wire/packet.py``); the header comes with part 0. A cancelled request gets no reply, nor does
``stop``, which ends what takes long (``progress`` is a number then): what is there of it stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from nnscope.errors import OptionError
from nnscope.records import LayerTable

MOST_CHANNELS = 4096
"""Most channels one request may ask for."""

Level = Literal["coarse", "native", "exact"]

_COUNTS = {"coarse": (0, 0), "native": (1, MOST_CHANNELS), "exact": (1, 1)}


@dataclass(frozen=True, slots=True)
class Get:
    """A whole layer as it would be shown, some of its channels at native size, or one as exact values."""

    rid: int
    epoch: int
    layer: str
    level: Level
    channels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cancel:
    """The answer to an earlier request is no longer wanted."""

    rid: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for an empty answer."""

    rid: int


@dataclass(frozen=True, slots=True)
class Stop:
    """What takes long is no longer wanted."""

    rid: int


def parse(content: object, layers: LayerTable) -> Get | Cancel | Ping | Stop:
    """Check a message from the browser, which may be anything at all.

    Raises:
        OptionError: It is no legal message; the sentence says why.
        LayerNotFoundError: It names no layer of this model.
    """
    if not isinstance(content, Mapping):
        msg = f"A message is an object, not a {type(content).__name__}."
        raise OptionError(msg)
    rid = _whole(content.get("rid"), "rid", 2**53)
    match content.get("k"):
        case "ping":
            return Ping(rid)
        case "cancel":
            return Cancel(rid)
        case "stop":
            return Stop(rid)
        case "get":
            return _parse_get(rid, content, layers)
    msg = "A message's k is 'get', 'cancel', 'stop' or 'ping'."
    raise OptionError(msg)


def _parse_get(rid: int, content: Mapping[Any, Any], layers: LayerTable) -> Get:
    epoch = _whole(content.get("epoch"), "epoch", 2**53)
    name, level, channels = content.get("layer"), content.get("level"), content.get("channels")
    if not isinstance(name, str):
        msg = "A message's layer is a name."
        raise OptionError(msg)
    found = layers.feature_map(name)
    if not isinstance(level, str) or level not in _COUNTS:
        msg = "A message's level is 'coarse', 'native' or 'exact'."
        raise OptionError(msg)
    least, most = _COUNTS[level]
    if not isinstance(channels, list) or not least <= len(channels) <= most:
        msg = f"A message's channels is a list of {least} to {most} numbers."
        raise OptionError(msg)
    numbers = tuple(_whole(channel, "channels", found.channels) for channel in channels)
    return Get(rid, epoch, found.name, cast(Level, level), numbers)


def _whole(value: object, name: str, below: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < below:
        msg = f"A message's {name} holds whole numbers from 0 to {below - 1}."
        raise OptionError(msg)
    return value


def rid_of(content: object) -> int:
    """The request number of a message that may be anything; 0 when it has none."""
    rid = content.get("rid") if isinstance(content, Mapping) else None
    return rid if isinstance(rid, int) and not isinstance(rid, bool) and 0 <= rid < 2**53 else 0
