"""From a probe's answers to what the traits carry: packets, pictures and plain dicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from nnscope.errors import UnavailableError
from nnscope.export.png import contact_sheet, encode, thumbnail
from nnscope.probe import Probe, coarse_map
from nnscope.records import Heatmap
from nnscope.wire import packet

Packet = tuple[dict[str, Any], bytes]


def layer_packet(probe: Probe, layer: str) -> Packet:
    """The coarse tiles and statistics of every channel of a layer."""
    summary = probe.summary(layer)
    tiles, lo, hi = (tensor.numpy() for tensor in summary.codes)
    stats = {field.name: getattr(summary.stats, field.name).numpy() for field in fields(summary.stats)}
    return packet.encode(
        "layer",
        {"tiles": tiles, "lo": lo, "hi": hi, **stats},
        epoch=probe.epoch,
        layer=layer,
        channels=len(lo),
        size=list(summary.size),
        tile=list(tiles.shape[1:]),
    )


def map_packet(heatmap: Heatmap, epoch: int) -> Packet:
    """A heat map, unscaled, with its provenance."""
    tiles, lo, hi = (tensor.numpy() for tensor in coarse_map(heatmap))
    return packet.encode(
        "map",
        {"tiles": tiles, "lo": lo, "hi": hi, "shares": heatmap.shares.numpy()},
        epoch=epoch,
        layer=heatmap.layer,
        target=heatmap.target,
        method=heatmap.method,
        sentence=heatmap.sentence,
        doubt=heatmap.doubt,
    )


def detail_packet(probe: Probe, layer: str, level: str, channels: Sequence[int]) -> Packet:
    """What the browser pulls.

    That is some channels at native size (level ``"native"``), one as the network computed it
    (``"exact"``), or all of a layer that will perhaps be picked next (``"coarse"``).

    Raises:
        UnavailableError: That layer is not at hand; nobody asked for it, so the model is not run.
    """
    if level == "coarse":
        if not probe.at_hand(layer):
            msg = f"Layer {layer!r} is not at hand."
            raise UnavailableError(msg)
        return layer_packet(probe, layer)
    arrays: dict[str, Any]
    if level == "exact":
        arrays = {"values": probe.channel(layer, channels[0]).numpy()[None]}
    else:
        arrays = {name: codes.numpy() for name, codes in probe.tiles(layer, channels)._asdict().items()}
    size = next(iter(arrays.values())).shape[1:]
    return packet.encode(
        level, arrays, epoch=probe.epoch, layer=layer, channels=list(channels), size=list(size)
    )


def about(probe: Probe, *, explains: bool) -> dict[str, Any]:
    """What is under the microscope, and whether a map has something to explain; the trait ``_about``."""
    specimen = probe.specimen
    crop = None
    if specimen.geometry is not None:
        height, width = specimen.geometry.original
        left, top, right, bottom = specimen.geometry.box
        crop = [left / width, top / height, right / width, bottom / height]
    return {
        "model": probe.name,
        "image": specimen.name,
        "original": None if specimen.original is None else list(specimen.original.size),
        "input": list(specimen.shape),
        "transform": specimen.transform,
        "assumption": specimen.assumption,
        "crop": crop,
        "note": probe.note,
        "explains": explains,
    }


def layer_rows(probe: Probe) -> list[dict[str, Any]]:
    """The picker's rows; the trait ``layers``."""
    keys = ("name", "kind", "family", "parameters", "asked")
    return [
        {**{key: getattr(row, key) for key in keys}, "shape": list(row.picture)}
        for row in probe.layers.viewable
    ]


def prediction_rows(probe: Probe, target: int | None, k: int = 5) -> list[dict[str, Any]]:
    """The likeliest classes, and the chosen one where it is not among them; the trait ``predictions``."""
    if not probe.labels:
        return []
    ranked = probe.predictions(len(probe.labels))
    return [asdict(row) for rank, row in enumerate(ranked) if rank < k or row.index == target]


def picture(probe: Probe) -> bytes:
    """The image as the network saw it; the trait ``_picture``."""
    return encode(probe.specimen.view)


def original(probe: Probe) -> bytes:
    """The original image, small; the trait ``_original``."""
    return b"" if probe.specimen.original is None else thumbnail(probe.specimen.original)


def still(probe: Probe, layer: str, normalize: str, colormap: str) -> bytes:
    """A PNG of all channels, for hosts that show no widget."""
    tiles, lo, hi = (tensor.numpy() for tensor in probe.summary(layer).codes)
    return contact_sheet(tiles, lo, hi, normalize=normalize, colormap=colormap)
