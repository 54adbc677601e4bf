"""From a probe's answers to what the traits carry: packets, pictures and plain dicts."""

from __future__ import annotations

import math
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from nnscope.export.png import contact_sheet, thumbnail
from nnscope.probe import METHODS, Contrast, Probe, coarse_map, styles_of
from nnscope.records import Checks, Effects, Heatmap, Layer
from nnscope.widget.desk import Look
from nnscope.wire import packet

Packet = tuple[dict[str, Any], bytes]


def layer_packet(look: Look, layer: str) -> Packet:
    """The coarse tiles and statistics of every channel of a layer."""
    summary = look.shown.summary(layer)
    tiles, lo, hi = (tensor.numpy() for tensor in summary.codes)
    stats = {field.name: getattr(summary.stats, field.name).numpy() for field in fields(summary.stats)}
    return packet.encode(
        "layer",
        {"tiles": tiles, "lo": lo, "hi": hi, **stats},
        epoch=look.epoch,
        side=look.side,
        layer=layer,
        channels=len(lo),
        size=list(summary.size),
        tile=list(tiles.shape[1:]),
    )


def map_packet(heatmap: Heatmap, epoch: int) -> Packet:
    """What is drawn of a heat map, with the question it answers and its provenance."""
    question = {key: getattr(heatmap, key) for key in ("layer", "target", "versus", "method", "style")}
    tiles, lo, hi = (tensor.numpy() for tensor in coarse_map(heatmap))
    perhaps = {"shares": heatmap.shares, "weights": heatmap.weights}
    channels = {
        key: np.zeros(0, np.float32) if found is None else found.numpy() for key, found in perhaps.items()
    }
    return packet.encode(
        "map",
        {"tiles": tiles, "lo": lo, "hi": hi, **channels},
        epoch=epoch,
        **question,
        unit="" if heatmap.unit is None else str(heatmap.unit),
        at=METHODS[heatmap.method].at,
        sentence=heatmap.sentence,
        doubt=heatmap.doubt,
        done=heatmap.done,
        signed=heatmap.signed,
        ends=list(heatmap.ends),
        smooth=METHODS[heatmap.method].at == "layer",
    )


def checks_packet(checks: Checks, epoch: int) -> Packet:
    """A map, the maps to compare it with, and the curves."""
    maps = [checks.heatmap, *(control.heatmap for control in checks.controls)]
    codes = [coarse_map(heatmap) for heatmap in maps]
    tiles, lo, hi = (np.concatenate([part.numpy() for part in parts]) for parts in zip(*codes, strict=True))
    rows: list[dict[str, Any]] = [{"kind": "map", "label": "the map", "similarity": None}]
    facts = ("kind", "label", "similarity")
    rows += [{key: getattr(control, key) for key in facts} for control in checks.controls]
    curves = {"deletion": checks.deletion, "insertion": checks.insertion}
    known = [curve for curve in curves.values() if curve]
    nothing = np.zeros(0, np.float32)
    return packet.encode(
        "checks",
        {
            "tiles": tiles,
            "lo": lo,
            "hi": hi,
            "fractions": known[0].fractions.numpy() if known else nothing,
            **{name: curve.values.numpy() if curve else nothing for name, curve in curves.items()},
        },
        epoch=epoch,
        question=checks.heatmap.sentence,
        done=checks.done,
        signed=checks.heatmap.signed,
        smooth=METHODS[checks.heatmap.method].at == "layer",
        rows=[{**row, "ends": list(heatmap.ends)} for row, heatmap in zip(rows, maps, strict=True)],
        verdicts=list(checks.verdicts),
        **{name: curve.area if curve else None for name, curve in curves.items()},
    )


def effects_packet(effects: Effects, epoch: int) -> Packet:
    """What becomes of the score without each channel, as far as it is known."""
    return packet.encode(
        "effects",
        {"effects": effects.effects.numpy()},
        epoch=epoch,
        layer=effects.layer,
        target=effects.target,
        unit="" if effects.unit is None else str(effects.unit),
        what=effects.what,
        whole=finite(effects.whole),
        done=effects.done,
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
        "original": specimen.original_size and list(specimen.original_size[::-1]),
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
        {
            **{key: getattr(row, key) for key in keys},
            "shape": list(row.picture),
            "receptive_field": field_sides(row),
            "effective_stride": row.effective_stride and list(row.effective_stride),
            "receptive_start": row.receptive_start and [finite(side) for side in row.receptive_start],
        }
        for row in probe.layers.viewable
    ]


def field_sides(layer: Layer) -> list[float | str] | None:
    """Rows and columns of a layer's receptive field; "all" for infinity, which JSON has not."""
    sides = layer.receptive_field
    return sides and ["all" if math.isinf(side) else side for side in sides]


def finite(value: float) -> float | None:
    """A number that JSON has; ``None`` for NaN and ±Inf."""
    return value if math.isfinite(value) else None


def method_rows() -> list[dict[str, Any]]:
    """The methods, in the order of the menu; the trait ``_methods``."""
    keys = ("key", "label", "group", "at", "long", "hint", "citation")
    return [
        {**{key: getattr(method, key) for key in keys}, "styles": styles_of(method.key)}
        for method in METHODS.values()
    ]


def prediction_rows(
    probe: Probe, target: int | None, k: int = 5, *, before: Probe | None = None
) -> list[dict[str, Any]]:
    """The likeliest classes, and the chosen one where it is not among them; the trait ``predictions``.

    Args:
        probe: What is looked at.
        target: The chosen class.
        k: How many classes.
        before: What it is compared with; its likeliest class is shown too.
    """
    if not probe.labels:
        return []
    ranked = probe.predictions(len(probe.labels))
    earlier = before.predictions(len(before.labels)) if before is not None else []
    known = {row.index: {"logit": row.logit, "probability": row.probability} for row in earlier}
    chosen = {target, *(row.index for row in earlier[:1])}
    return [
        {**asdict(row), "before": known.get(row.index)}
        for rank, row in enumerate(ranked)
        if rank < k or row.index in chosen
    ]


def original(probe: Probe) -> bytes:
    """The original image, small; the trait ``_original``."""
    return b"" if probe.specimen.original is None else thumbnail(probe.specimen.original)


def still(shown: Probe | Contrast, layer: str, normalize: str, colormap: str) -> bytes:
    """A PNG of all channels, for hosts that show no widget."""
    tiles, lo, hi = (tensor.numpy() for tensor in shown.summary(layer).codes)
    return contact_sheet(tiles, lo, hi, normalize=normalize, colormap=colormap)
