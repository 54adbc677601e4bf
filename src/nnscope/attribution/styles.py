"""Whose conventions a map follows: the paper's, or those of another library at a known version.

A style is data, too: which methods the library has, the numbers by which its formula differs from the
paper's (arguments of the method's function), and how it scales what it draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from nnscope.attribution.registry import METHODS, Method
from nnscope.errors import OptionError, nearest

Size = tuple[int, int]


class Drawing(NamedTuple):
    """What colours stand for."""

    plane: Tensor
    """``[h, w]``."""
    ends: tuple[float, float]
    signed: bool
    upsampling: str
    scale: str


@dataclass(frozen=True, slots=True)
class Style:
    """A library's way to make and draw maps."""

    key: str
    label: str
    methods: Mapping[str, Mapping[str, Any]]
    """The methods it has, each with the arguments by which its formula is another one than the paper's."""
    draw: Callable[[Tensor, Method, Size], Drawing]
    """From a raw map and the input's height and width."""
    remarks: Mapping[str, str] = field(default_factory=dict)
    """What to know about a method of this library, in a sentence."""


def _paper(raw: Tensor, method: Method, _size: Size) -> Drawing:
    if method.look == "range":
        return Drawing(raw, _range(raw), False, "", "min … max")
    plane, top, upsampling, kind = _plane(raw, method)
    if method.look == "signed":
        return Drawing(plane, (-top, top), True, upsampling, f"± {kind}")
    top = top if raw.dim() == 3 else max(0.0, _range(plane)[1])
    return Drawing(plane, (0.0, top), False, upsampling, f"÷ {kind}")


def difference(raw: Tensor, method: Method) -> Drawing:
    """How the map of one class less that of another is drawn, in every style.

    Args:
        raw: ``[H, W]`` or ``[C, H, W]``.
        method: How both were made.
    """
    plane, top, upsampling, kind = _plane(raw, method)
    return Drawing(plane, (-top, top), True, upsampling, f"± {kind}")


def _plane(raw: Tensor, method: Method) -> tuple[Tensor, float, str, str]:
    """One number a place, the magnitude of the last colour, and both in words."""
    if raw.dim() == 3:  # of pixels a few are far beyond all others
        plane = raw.sum(0)
        return plane, _percentile(plane, 0.99), "summed over colours", "99th percentile"
    low, high = _range(raw)
    return raw, max(-low, high), "" if method.at == "pixels" else "bilinear", "max"


def _pytorch_grad_cam(raw: Tensor, _method: Method, size: Size) -> Drawing:
    low = _min_max(raw.clamp(min=0), 1e-7)
    high = F.interpolate(low[None, None], size, mode="bilinear", align_corners=False)[0, 0]
    return Drawing(_min_max(high, 1e-7), (0.0, 1.0), False, "bilinear", "ReLU, min–max, twice")


def _captum(raw: Tensor, method: Method, size: Size) -> Drawing:
    if method.at == "layer":
        plane = F.interpolate(raw[None, None], size)[0, 0]
    else:
        plane = raw.sum(0) if raw.dim() == 3 else raw
    plane = plane.abs()
    rising = plane.flatten().double().sort().values
    sums = rising.cumsum(0)
    top = float(rising[int((sums >= sums[-1] * 0.98).nonzero()[0, 0])]) if bool(sums[-1] > 0) else 0.0
    drawn = (plane / top).clamp(max=1) if top > 0 else plane
    upsampling = "nearest" if method.at == "layer" else "summed over colours" if raw.dim() == 3 else ""
    return Drawing(drawn, (0.0, 1.0), False, upsampling, "absolute, top 2 % of the sum clipped")


def _torchcam(raw: Tensor, method: Method, size: Size) -> Drawing:
    low = _min_max(raw if method.key == "cam" else raw.clamp(min=0), 1e-8)
    high = F.interpolate(low[None, None], size, mode="bicubic", antialias=True)[0, 0]
    return Drawing(high.square(), (0.0, 1.0), False, "bicubic", "ReLU, min–max, squared")


STYLES: dict[str, Style] = {
    style.key: style
    for style in (
        Style("paper", "paper", {key: {} for key in METHODS}, _paper),
        Style(
            "pytorch-grad-cam",
            "pytorch-grad-cam 1.5.7",
            {
                "gradcam": {},
                "gradcam++": {"eps": 1e-6},
                "hirescam": {},
                "layercam": {},
                "xgradcam": {"eps": 1e-7},
                "eigengradcam": {"centred": True},
                "eigencam": {"centred": True},
                "scorecam": {"align_corners": True, "eps": 1e-8},
                "ablationcam": {"far_below": True},
            },
            _pytorch_grad_cam,
            {
                "gradcam++": "Its 10⁻⁶ in the denominator outweighs g² where gradients are small.",
                "eigencam": "It centres the channels; the sign is what LAPACK returns.",
                "eigengradcam": "It centres the channels; the sign is what LAPACK returns.",
                "ablationcam": "Where a layer has negative values it sets channels to −10⁷, not to 0.",
            },
        ),
        Style(
            "captum",
            "Captum 0.9",
            {
                key: {}
                for key in (
                    "gradcam gradient gradient_x_input smoothgrad vargrad integrated_gradients "
                    "guided_backprop deconvnet occlusion"
                ).split()
            }
            | {"guided_gradcam": {"nearest": True}},
            _captum,
            {"gradcam": "It draws no ReLU: what argues against the target looks like what argues for it."},
        ),
        Style(
            "torchcam",
            "torchcam 0.5",
            {
                "gradcam": {},
                "gradcam++": {"denominator": False},
                "layercam": {},
                "xgradcam": {"eps": 1e-8},
                "cam": {},
                "scorecam": {"normalize_first": True, "eps": 1e-8},
            },
            _torchcam,
            {"gradcam++": "This version never applies the denominator of α, so it is not Grad-CAM++."},
        ),
    )
}


def style(key: str, method: Method) -> Style:
    """Look a style up, for a method.

    Raises:
        OptionError: There is none of that name, or that library has no such method.
    """
    if key not in STYLES:
        hint = nearest(str(key), STYLES) or f"known: {', '.join(STYLES)}."
        msg = f"There is no style {key!r}; {hint}"
        raise OptionError(msg)
    found = STYLES[key]
    if method.key not in found.methods:
        msg = f"{found.label} has no {method.label}; it has {', '.join(found.methods)}. Or use style 'paper'."
        raise OptionError(msg)
    return found


def styles_of(key: str) -> list[str]:
    """The styles a method can be drawn in."""
    return [style.key for style in STYLES.values() if key in style.methods]


def _min_max(plane: Tensor, eps: float) -> Tensor:
    plane = plane - plane.min()
    return plane / (plane.max() + eps)


def _range(plane: Tensor) -> tuple[float, float]:
    """Smallest and largest finite value; 0 and 0 where there is none."""
    low, high = (float(end) for end in plane.aminmax())
    if math.isfinite(low) and math.isfinite(high):
        return low, high
    finite = plane[plane.isfinite()]
    return (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)


def _percentile(plane: Tensor, share: float) -> float:
    """The value below which this share of the magnitudes lies; the largest where most are zero."""
    finite = plane[plane.isfinite()].abs().flatten()
    if not len(finite):
        return 0.0
    rank = max(1, min(len(finite), round(share * len(finite))))
    return float(finite.kthvalue(rank).values) or float(torch.max(finite))
