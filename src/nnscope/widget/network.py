"""The graph of the recorded pass, as the panel draws it."""

from __future__ import annotations

from typing import Any

from nnscope.records import Layer
from nnscope.widget.asked import Asked
from nnscope.widget.pictures import Packet, field_sides
from nnscope.wire import packet

THUMB = 32
"""Rows or columns of a thumbnail, whichever are more."""


def network_packet(asked: Asked) -> Packet:
    """Every layer with its facts and a thumbnail of its strongest channel, and what reads what."""
    probe = asked.look.probe
    layers = probe.layers
    rows = [_node(layer) for layer in layers]
    height, width = probe.specimen.shape[-2:]
    longest = max(height, width)
    tile = (max(1, height * THUMB // longest), max(1, width * THUMB // longest))
    strongest = {layer.name: probe.strongest(layer.name)[0] for layer in layers.viewable}
    for place, layer in enumerate(layers.viewable):
        rows[layer.index].update(channel=strongest[layer.name], thumb=place)
    tiles, lo, hi = (part.numpy() for part in probe.thumbs(strongest.items(), tile))
    return packet.encode(
        "network",
        {"tiles": tiles, "lo": lo, "hi": hi},
        epoch=asked.look.epoch,
        tile=list(tile),
        nodes=rows,
        edges=[[source, layer.index] for layer in layers for source in layer.reads],
        totals={key: getattr(layers, key) for key in ("parameters", "multiply_adds", "memory")},
    )


def _node(layer: Layer) -> dict[str, Any]:
    keys = ("name", "kind", "family", "parameters", "multiply_adds", "memory", "viewable", "block")
    return {
        **{key: getattr(layer, key) for key in keys},
        "shape": list(layer.shape),
        "receptive_field": field_sides(layer),
        "effective_stride": layer.effective_stride and list(layer.effective_stride),
        "inside": layer.inside and list(layer.inside),
        "channel": None,
        "thumb": None,
    }
