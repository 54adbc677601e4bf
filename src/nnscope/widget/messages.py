"""Custom messages between a view and its scope: what is legal, checked before anything runs.

Flat JSON, both ways. ``rid`` is an int chosen by the browser (a string ``id`` leaks in
ipykernel 7.4).

Browser → kernel::

    {"k": "get", "rid": 1, "epoch": 0, "what": "native", "layer": "features.0", "channels": [3, 9]}
    {"k": "get", "rid": 2, "epoch": 0, "what": "sum", "layer": "features.0", "channels": [3], "cell": [5, 8]}
    {"k": "get", "rid": 3, "epoch": 0, "what": "network", "layer": "", "channels": []}
    {"k": "cancel", "rid": 1}
    {"k": "ping", "rid": 4}
    {"k": "stop", "rid": 5}
    {"k": "get", "rid": 6, "epoch": 0, "what": "pins", "layer": "", "channels": [], "units": ["a.3[14]"]}
    {"k": "edit", "rid": 7, "op": "stroke", …}
    {"k": "grow", "rid": 8, "op": "more"}
    {"k": "views", "rid": 9, "page": "f3a9…", "views": 2}

An ``edit`` changes the image; ``widget/edit.py`` lists its operations. What a ``get`` asks for is one of
``WHATS``; the packet that answers is described in ``wire/packet.py``.

Kernel → browser::

    {"k": "data", "rid": 1, "part": 0, "parts": 2, "header": {…}} + one buffer
    {"k": "error", "rid": 1, "code": "layer", "message": "…"}
    {"k": "pong", "rid": 4, "busy": "making the map: RISE"}
    {"k": "done", "rid": 7}

The buffers of a ``data`` reply, joined in the order of ``part``, are the body of one packet
(``wire/packet.py``); the header comes with part 0. A cancelled request gets no reply, nor does
``stop``, which ends what takes long (``progress`` is a number then): what is there of it stays. Pictures
that grow pause, and the grid is filled with no more of them until some are asked for again. An ``edit`` is
``done`` once the traits say what became of it.

``pong`` tells what is being done, or "". ``views`` tells how many views of the scope a page has, under a name
that it gave itself, and gets no reply: where no page has any more, what takes long ends as with ``stop``.

``grow`` is about the pictures of the enlarged channel, and gets no reply either: "cancel" ends what grows and
throws it away (whole pictures that were there before come back), "again" begins anew with the present
settings, "more" makes ``wants_steps`` more steps of what is there. ``get`` "wants" is answered at once with
what there is of such pictures of some channels, small; while the trait ``wants`` is on, those that are asked
for last are made first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from nnscope.errors import OptionError
from nnscope.records import Layer, LayerTable, Unit
from nnscope.widget.edit import Edit, Part, Wanted, parse_edit

MOST_CHANNELS = 4096
"""Most channels one request may ask for."""

MOST_PINS = 12
"""Most channels that are held in sight."""

LONGEST_PAGE = 64
"""Characters of what a page calls itself."""

What = Literal[
    "coarse",
    "native",
    "exact",
    "kernels",
    "statistics",
    "sum",
    "stages",
    "network",
    "rooms",
    "tools",
    "wanting",
    "pair",
    "differences",
    "region",
    "field",
    "pins",
    "wants",
]


class Kind(NamedTuple):
    """What a ``get`` of one kind has to name."""

    least: int
    """Fewest channels."""
    most: int
    """Most channels."""
    of: Literal["picture", "layer", "model"] = "picture"
    """Whether it is about a layer with pictures, any layer, or the model as a whole."""
    cell: bool = False
    """Whether it names a cell of the layer's pictures."""
    units: bool = False
    """Whether it names channels of any layers."""


WHATS: dict[What, Kind] = {
    "coarse": Kind(0, 0),
    "native": Kind(1, MOST_CHANNELS),
    "exact": Kind(1, 1),
    "kernels": Kind(1, 64, of="layer"),
    "statistics": Kind(0, 1, of="layer"),
    "sum": Kind(1, 1, cell=True),
    "stages": Kind(1, 1),
    "network": Kind(0, 0, of="model"),
    "rooms": Kind(0, 0, of="model"),
    "tools": Kind(0, 0, of="model"),
    "wanting": Kind(0, 0, of="model"),
    "pair": Kind(1, 32),
    "differences": Kind(0, 0),
    "region": Kind(0, 0),
    "field": Kind(1, 1, cell=True),
    "pins": Kind(0, 0, of="model", units=True),
    "wants": Kind(1, 64),
}
"""A whole layer as it would be shown; some channels at native size; one as exact values; the kernels of
some output channels; histograms of a layer or of one channel; the arithmetic of one cell; a channel
through convolution, norm and activation; the network's graph; the code of the panel's other rooms, of its
tools and of what shows what channels want; some channels of both specimens; what differs between them; which
channels answer to the region; where a cell looks from; channels that are held in sight; what some channels
want, small."""


@dataclass(frozen=True, slots=True)
class Get:
    """One question, to be answered with one packet; see ``WHATS``."""

    rid: int
    epoch: int
    what: What
    layer: str = ""
    channels: tuple[int, ...] = ()
    cell: tuple[int, int] | None = None
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True)
class Cancel:
    """The answer to an earlier request is no longer wanted."""

    rid: int


@dataclass(frozen=True, slots=True)
class Ping:
    """Asks for a sign of life, and what is being done."""

    rid: int


@dataclass(frozen=True, slots=True)
class Stop:
    """What takes long is no longer wanted."""

    rid: int


@dataclass(frozen=True, slots=True)
class Views:
    """How many views of the scope a page has."""

    page: str
    views: int


@dataclass(frozen=True, slots=True)
class Grow:
    """The pictures of the enlarged channel are to end, to begin anew, or to have more steps."""

    rid: int
    op: Literal["cancel", "again", "more"]


_PLAIN: dict[str, type[Ping | Cancel | Stop]] = {"ping": Ping, "cancel": Cancel, "stop": Stop}
"""Those that say no more than that."""

Message = Get | Edit | Part | Wanted | Cancel | Ping | Stop | Views | Grow


def parse(content: object, layers: LayerTable, buffers: object = ()) -> Message:
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
        case "ping" | "cancel" | "stop" as kind:
            return _PLAIN[kind](rid)
        case "get":
            return _parse_get(rid, content, layers)
        case "views":
            return Views(_page(content.get("page")), _whole(content.get("views"), "views", 2**16))
        case "edit":
            return parse_edit(rid, content, buffers)
        case "grow":
            return Grow(rid, _grow_op(content.get("op")))
    msg = "A message's k is 'get', 'edit', 'grow', 'views', 'cancel', 'stop' or 'ping'."
    raise OptionError(msg)


def _parse_get(rid: int, content: Mapping[Any, Any], layers: LayerTable) -> Get:
    epoch, what = _whole(content.get("epoch"), "epoch", 2**53), content.get("what")
    if not isinstance(what, str) or what not in WHATS:
        msg = f"A message's what is one of {', '.join(WHATS)}."
        raise OptionError(msg)
    kind, name, channels = WHATS[what], content.get("layer"), content.get("channels")
    if not isinstance(name, str):
        msg = "A message's layer is a name."
        raise OptionError(msg)
    if not isinstance(channels, list) or not kind.least <= len(channels) <= kind.most:
        msg = f"A message's channels is a list of {kind.least} to {kind.most} numbers."
        raise OptionError(msg)
    if kind.of == "model":
        return Get(rid, epoch, what, units=_units(content.get("units"), layers) if kind.units else ())
    found = layers.feature_map(name) if kind.of == "picture" else layers[name]
    numbers = tuple(_whole(channel, "channels", found.units) for channel in channels)
    return Get(
        rid, epoch, what, found.name, numbers, _cell(content.get("cell"), found) if kind.cell else None
    )


def _grow_op(value: object) -> Literal["cancel", "again", "more"]:
    for known in ("cancel", "again", "more"):
        if value == known:
            return known
    msg = "The op of a message 'grow' is cancel, again or more."
    raise OptionError(msg)


def _page(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_PAGE:
        msg = f"A message's page is a name of 1 to {LONGEST_PAGE} characters."
        raise OptionError(msg)
    return value


def _units(value: object, layers: LayerTable) -> tuple[Unit, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_PINS:
        msg = f"A message's units is a list of 1 to {MOST_PINS} channels."
        raise OptionError(msg)
    units = tuple(Unit.parse(str(each)) for each in value)
    for unit in units:
        layers.feature_map(unit.layer).check_channel(unit.channel)
    return units


def _cell(value: object, layer: Layer) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        msg = "A message's cell is a row and a column."
        raise OptionError(msg)
    _, height, width = layer.picture
    return _whole(value[0], "cell", height), _whole(value[1], "cell", width)


def _whole(value: object, name: str, below: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < below:
        msg = f"A message's {name} holds whole numbers from 0 to {below - 1}."
        raise OptionError(msg)
    return value


def rid_of(content: object) -> int:
    """The request number of a message that may be anything; 0 when it has none."""
    rid = content.get("rid") if isinstance(content, Mapping) else None
    return rid if isinstance(rid, int) and not isinstance(rid, bool) and 0 <= rid < 2**53 else 0
