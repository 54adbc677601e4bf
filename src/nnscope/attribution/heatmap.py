"""From the numbers of a map to the record that says how it was made and why it may be doubted."""

from __future__ import annotations

from typing import NamedTuple

from nnscope.attribution.cam import ClassMap
from nnscope.attribution.registry import Method
from nnscope.records import Heatmap, Layer, Specimen


class About(NamedTuple):
    """What all maps of one question have in common."""

    model: str
    specimen: Specimen
    method: Method
    target: int | None
    label: str
    """Name of the target."""
    note: str
    """What to know about the model before trusting any map of it, or ``""``."""


def heatmap(layer: Layer, made: ClassMap, about: About) -> Heatmap:
    """The map of one layer, with its provenance."""
    specimen, method = about.specimen, about.method
    record = {
        "title": method.title,
        "citation": method.citation,
        "model": about.model,
        "image": specimen.name,
        "transform": specimen.transform,
        "target": about.label if about.target is None else f"logit of {about.label}",
        "upsampling": "bilinear",
        "scale": "÷ max",
        "doubt": _doubt(layer, made) or about.note,
    }
    return Heatmap(
        raw=made.raw,
        method=method.key,
        layer=layer.name,
        target=about.target,
        label=about.label,
        weights=made.weights,
        shares=made.shares,
        provenance=record,
        specimen=specimen,
    )


def _doubt(layer: Layer, made: ClassMap) -> str:
    if not bool(made.raw.isfinite().all()):
        return "The map has cells that are not finite: the layer or its gradient overflowed."
    if not bool((made.weights != 0).any()):
        if layer.layout is not None and any(axis.before for axis in layer.layout.axes):
            return (
                "Blank: from here on the target reads the class token alone, no patch of this layer "
                "drives it; choose an earlier layer."
            )
        return "Blank: the target does not react to this layer, every gradient is zero."
    if bool((made.raw <= 0).all()):
        return "Blank: all contributions are negative, this layer argues against the target."
    return ""
