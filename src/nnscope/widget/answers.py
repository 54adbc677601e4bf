"""From a question of the browser to the packet that answers it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from nnscope.errors import UnavailableError
from nnscope.probe import Probe, Target
from nnscope.widget import numbers
from nnscope.widget.messages import Get, What
from nnscope.widget.network import network_packet
from nnscope.widget.pictures import Packet, layer_packet
from nnscope.wire import packet

STATIC = Path(__file__).parent.parent / "static"


def answer(probe: Probe, get: Get, target: Target) -> Packet:
    """What the browser asked for.

    Args:
        probe: What answers.
        get: The question.
        target: What the panel explains at the moment.

    Raises:
        UnavailableError: It cannot be given now; the sentence says why.
        NnscopeError: What the probe raises.
    """
    if get.what not in _UNASKED:
        probe.refresh()
    with probe.settled():
        return _ANSWERS[get.what](probe, get, target)


def built(name: str) -> str:
    """The text of a built part of the frontend; "" where it was not built."""
    path = STATIC / name
    return path.read_text("utf-8") if path.is_file() else ""


def _coarse(probe: Probe, get: Get, _target: Target) -> Packet:
    """All of a layer that will perhaps be picked next; nobody asked for it, so the model is not run."""
    if not probe.at_hand(get.layer):
        msg = f"Layer {get.layer!r} is not at hand."
        raise UnavailableError(msg)
    return layer_packet(probe, get.layer)


def _native(probe: Probe, get: Get, _target: Target) -> Packet:
    codes = probe.tiles(get.layer, get.channels)
    return _detail(probe, get, {name: part.numpy() for name, part in codes._asdict().items()})


def _exact(probe: Probe, get: Get, _target: Target) -> Packet:
    return _detail(probe, get, {"values": probe.channel(get.layer, get.channels[0]).numpy()[None]})


def _detail(probe: Probe, get: Get, arrays: dict[str, Any]) -> Packet:
    size = next(iter(arrays.values())).shape[1:]
    return packet.encode(
        get.what, arrays, epoch=probe.epoch, layer=get.layer, channels=list(get.channels), size=list(size)
    )


def _network(probe: Probe, _get: Get, _target: Target) -> Packet:
    return network_packet(probe)


def _rooms(_probe: Probe, _get: Get, _target: Target) -> Packet:
    """The code of the panel's other rooms, sent as pictures are: a host loads one file alone."""
    code = built("rooms.js")
    if not code:
        msg = "This part of the frontend is not built; run `make bundle` in the checkout (it needs Node)."
        raise UnavailableError(msg)
    return packet.encode("rooms", {"code": np.frombuffer(code.encode(), np.uint8)})


_UNASKED = frozenset[What](("coarse", "rooms"))
"""What nobody asked of the network: for these it is not run, though its weights have changed."""

_ANSWERS: dict[What, Callable[[Probe, Get, Target], Packet]] = {
    "coarse": _coarse,
    "native": _native,
    "exact": _exact,
    "kernels": numbers.kernels,
    "statistics": numbers.statistics,
    "sum": numbers.total,
    "stages": numbers.stages,
    "network": _network,
    "rooms": _rooms,
}
