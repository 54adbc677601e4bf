"""From the numbers of a map to the record that says how it was made and why it may be doubted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from torch import Tensor

from nnscope.attribution.aim import Aim
from nnscope.attribution.registry import METHODS, RECTIFIED, Method
from nnscope.attribution.step import Step
from nnscope.attribution.styles import Style, difference
from nnscope.attribution.weighted import LayerMap
from nnscope.records import Heatmap, Layer, Specimen


class About(NamedTuple):
    """What all maps of one question have in common."""

    model: str
    specimen: Specimen
    method: Method
    style: Style
    aim: Aim
    note: str
    """What to know about the model and its input before trusting any map, or ``""``."""
    options: Mapping[str, Any] = {}
    """Of the method, where they are not the defaults."""


def heatmap(layer: Layer | None, step: Step, about: About) -> Heatmap:
    """The map of one layer, or at the pixels, with its provenance."""
    made, (specimen, method, style) = step.made, about[1:4]
    raw, weights, shares = made if isinstance(made, LayerMap) else (made, None, None)
    drawing = style.draw(raw, method, specimen.shape[1:])
    doubts = [
        _doubt(layer, raw, weights, about),
        step.doubt,
        _by_method(about),
        style.remarks.get(method.key, ""),
        about.note,
    ]
    record = {
        "title": method.label,
        "citation": method.citation,
        "formula": method.formula,
        "model": about.model,
        "image": specimen.name,
        "transform": specimen.transform,
        "target": about.aim.what,
        "upsampling": drawing.upsampling,
        "scale": drawing.scale,
        "style": "" if style.key == "paper" else f"as {style.label} draws it",
        "settings": _settings(step, about),
        "done": "" if step.done == 1 else f"{step.used} of {step.total} {step.unit}",
        "doubt": " ".join(dict.fromkeys(filter(None, doubts))),
    }
    return Heatmap(
        raw=raw,
        method=method.key,
        layer=layer.name if layer else "",
        target=about.aim.index,
        label=about.aim.label,
        weights=weights,
        shares=shares,
        provenance=record,
        drawn=drawing.plane,
        ends=drawing.ends,
        signed=drawing.signed,
        done=step.done,
        unit=about.aim.unit,
        style=style.key,
        specimen=specimen,
    )


def less(one: Heatmap, other: Heatmap) -> Heatmap:
    """The map of one class less that of another, both before ReLU and scaling."""
    raw = one.raw - other.raw
    drawing = difference(raw, METHODS[one.method])
    both = one.weights is not None and other.weights is not None
    doubt = "" if bool((raw != 0).any()) else "Both classes have the same map, so that nothing is left."
    record = {
        **one.provenance,
        "target": f"{one.provenance['target']} less {other.label}",
        "upsampling": drawing.upsampling,
        "scale": drawing.scale,
        "style": "",
        "done": one.provenance["done"] or other.provenance["done"],
        "doubt": doubt or other.provenance["doubt"],
    }
    return Heatmap(
        raw=raw,
        method=one.method,
        layer=one.layer,
        target=one.target,
        label=f"{one.label} less {other.label}",
        weights=_minus(one.weights, other.weights) if both else None,
        shares=_minus(one.shares, other.shares),
        provenance=record,
        drawn=drawing.plane,
        ends=drawing.ends,
        signed=True,
        done=(one.done + other.done) / 2,
        versus=other.target,
        style=one.style,
        specimen=one.specimen,
    )


def _minus(one: Tensor | None, other: Tensor | None) -> Tensor | None:
    return None if one is None or other is None else one - other


def _settings(step: Step, about: About) -> str:
    counted = f"{step.total} {step.unit}" if step.unit and step.done == 1 else ""
    chosen = ", ".join(f"{name} {value}" for name, value in about.options.items() if value != step.total)
    return " · ".join(filter(None, [counted, chosen, step.note]))


def _doubt(layer: Layer | None, raw: Tensor, weights: Tensor | None, about: About) -> str:
    low, high = (float(end) for end in raw.aminmax())  # NaN where any cell is
    if not (math.isfinite(low) and math.isfinite(high)):
        return "The map has cells that are not finite: the layer or its gradient overflowed."
    if low == high == 0 and (weights is None or not bool(weights.any())):
        return _blank(layer)
    if about.method.look == "positive" and high <= 0:
        return "Blank: all contributions are negative, this layer argues against the target."
    if low == high and raw.numel() > raw.shape[0]:
        return "Constant: every place counts the same, so the map tells nothing about where."
    return ""


def _blank(layer: Layer | None) -> str:
    if layer is None:
        return "Blank: the target does not react to any pixel."
    if layer.layout is not None and any(axis.before for axis in layer.layout.axes):
        return (
            "Blank: from here on the target reads the class token alone, no patch of this layer "
            "drives it; choose an earlier layer."
        )
    return "Blank: the target does not react to this layer, every gradient is zero."


def _by_method(about: About) -> str:
    method = about.method
    if not method.knows_target:
        return f"{method.label} is the same whatever the target is."
    if method.group == RECTIFIED and method.key != "guided_gradcam":
        return "This method changes little with the target or the weights: check it."
    return ""
