"""From a question of the browser to the packet that answers it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from nnscope.errors import UnavailableError
from nnscope.widget import compared, numbers
from nnscope.widget.asked import Asked
from nnscope.widget.messages import What
from nnscope.widget.network import network_packet
from nnscope.widget.pictures import Packet, layer_packet
from nnscope.widget.wanted import tiles_packet
from nnscope.wire import packet

STATIC = Path(__file__).parent.parent / "static"


def answer(asked: Asked) -> Packet:
    """What the browser asked for.

    Raises:
        UnavailableError: It cannot be given now; the sentence says why.
        NnscopeError: What the probe raises.
    """
    with asked.look.this.settled():
        return _ANSWERS[asked.get.what](asked)


def built(name: str) -> str:
    """The text of a built part of the frontend; "" where it was not built."""
    path = STATIC / name
    return path.read_text("utf-8") if path.is_file() else ""


def _coarse(asked: Asked) -> Packet:
    """All of a layer that will perhaps be picked next; nobody asked for it, so the model is not run."""
    if not asked.look.shown.at_hand(asked.get.layer):
        msg = f"Layer {asked.get.layer!r} is not at hand."
        raise UnavailableError(msg)
    return layer_packet(asked.look, asked.get.layer)


def _native(asked: Asked) -> Packet:
    codes = asked.look.shown.tiles(asked.get.layer, asked.get.channels)
    return _detail(asked, {name: part.numpy() for name, part in codes._asdict().items()})


def _exact(asked: Asked) -> Packet:
    get = asked.get
    return _detail(asked, {"values": asked.look.shown.channel(get.layer, get.channels[0]).numpy()[None]})


def _detail(asked: Asked, arrays: dict[str, Any]) -> Packet:
    size = next(iter(arrays.values())).shape[1:]
    return packet.encode(asked.get.what, arrays, **asked.where, size=list(size))


def _code(asked: Asked) -> Packet:
    """The code of a part of the panel, sent as pictures are: a host loads one file alone."""
    code = built(f"{asked.get.what}.js")
    if not code:
        msg = "This part of the frontend is not built; run `make bundle` in the checkout (it needs Node)."
        raise UnavailableError(msg)
    return packet.encode(asked.get.what, {"code": np.frombuffer(code.encode(), np.uint8)})


def _wants(asked: Asked) -> Packet:
    assert asked.wished is not None
    return tiles_packet(asked.where, asked.wished(asked.get.layer, asked.get.channels))


UNASKED = frozenset[What](("coarse", "rooms", "tools", "wanting"))
"""What nobody asked of the network: for these it is not run, though its weights have changed."""

_ANSWERS: dict[What, Callable[[Asked], Packet]] = {
    "coarse": _coarse,
    "native": _native,
    "exact": _exact,
    "kernels": numbers.kernels,
    "statistics": numbers.statistics,
    "sum": numbers.total,
    "stages": numbers.stages,
    "network": network_packet,
    "rooms": _code,
    "tools": _code,
    "wanting": _code,
    "pair": compared.pair,
    "differences": compared.differences,
    "region": compared.region,
    "field": compared.field,
    "pins": compared.pins,
    "wants": _wants,
}
