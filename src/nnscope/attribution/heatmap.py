"""From the numbers of a map to the record that says how it was made and why it may be doubted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from torch import Tensor

from nnscope.attribution.aim import Aim
from nnscope.attribution.registry import METHODS, RECTIFIED, Method
from nnscope.attribution.step import Step
from nnscope.attribution.styles import Style, difference
from nnscope.attribution.weighted import LayerMap
from nnscope.errors import OptionError
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
    both = one.weights is not None and other.weights is not None
    made = _difference(one, other, other.label, "Both classes have the same map, so that nothing is left.")
    weights = _minus(one.weights, other.weights) if both else None
    return replace(made, label=f"{one.label} less {other.label}", weights=weights, versus=other.target)


def change(one: Heatmap, other: Heatmap, names: tuple[str, str]) -> Heatmap:
    """What the same question gives here and not there, both before ReLU and scaling.

    Args:
        one: The map of this.
        other: The map of what it is compared with.
        names: What the two are called.

    Raises:
        OptionError: The maps have different sizes.
    """
    if one.raw.shape != other.raw.shape:
        sizes = (" × ".join(map(str, heatmap.raw.shape)) for heatmap in (one, other))
        msg = "The maps have {} and {} cells, so that no difference can be taken; give images of one size."
        raise OptionError(msg.format(*sizes))
    where = f"the same of {names[1]}"
    return _difference(one, other, where, f"The map is the same for {names[0]} and {names[1]}.")


def _difference(one: Heatmap, other: Heatmap, taken: str, alike: str) -> Heatmap:
    """One map less another: of weights nothing is known, for the channels may hold different values."""
    raw = one.raw - other.raw
    drawing = difference(raw, METHODS[one.method])
    doubt = "" if bool((raw != 0).any()) else alike
    record = {
        **one.provenance,
        "target": f"{one.provenance['target']} less {taken}",
        "upsampling": drawing.upsampling,
        "scale": drawing.scale,
        "style": "",
        "done": one.provenance["done"] or other.provenance["done"],
        "doubt": doubt or other.provenance["doubt"],
    }
    return replace(
        one,
        raw=raw,
        weights=None,
        shares=_minus(one.shares, other.shares),
        provenance=record,
        drawn=drawing.plane,
        ends=drawing.ends,
        signed=True,
        done=(one.done + other.done) / 2,
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
