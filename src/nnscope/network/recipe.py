"""Evaluation transforms as data: resize, crop or pad, normalise. Made here, so known exactly.

Rounding follows torchvision and timm to the pixel and to the last bit; neither is needed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from nnscope.errors import OptionError, nearest
from nnscope.network.images import Picture, check_size, look
from nnscope.records import Geometry

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)

FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "nearest-exact": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "box": Image.Resampling.BOX,
    "hamming": Image.Resampling.HAMMING,
    "lanczos": Image.Resampling.LANCZOS,
}

_WHOLE = 2**24
"""Pixels of a resized picture up to which it is made whole: 65536 beside a shorter side of 256."""
_SPARE = 2
"""It is made whole, too, where it has at most that many pixels for each that is seen."""
_REACH = 3
"""How far the widest filter reaches, in pixels of the original or of the result, whichever are larger."""

Mode = Literal["native", "center", "squash", "border"]
MODES = ("center", "squash", "border")


@dataclass(frozen=True, slots=True)
class Recipe:
    """One evaluation transform."""

    mode: Mode
    """``native``: pixels as they are; ``center``: keep the shape, crop the centre; ``squash``: change
    the shape; ``border``: keep the shape, pad what is missing."""
    mean: tuple[float, ...]
    """Per channel, subtracted from values in [0, 1]; empty to leave the values alone."""
    std: tuple[float, ...]
    scale: tuple[int, int] = (256, 256)
    """Height and width the resize aims at."""
    crop: tuple[int, int] = (224, 224)
    """Height and width of the result."""
    filter: str = "bilinear"
    """One of ``FILTERS``."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A recipe for one size of image, all in whole pixels."""

    resized: tuple[int, int]
    """Height and width after the resize."""
    window: tuple[int, int, int, int]
    """Left, top, right, bottom in the resized picture; beyond it lies padding."""


def imagenet(mode: Mode = "center") -> Recipe:
    """The evaluation most ImageNet networks were trained for: 256, centre crop 224, bilinear."""
    return Recipe(mode, IMAGENET_MEAN, IMAGENET_STD)


def plan(recipe: Recipe, height: int, width: int) -> Plan:
    """Work out every size for an original of ``height`` × ``width`` pixels."""
    if recipe.mode == "native":
        return Plan((height, width), (0, 0, width, height))
    rows, columns = _resized(recipe, height, width)
    left, top = _offset(columns, recipe.crop[1]), _offset(rows, recipe.crop[0])
    return Plan((rows, columns), (left, top, left + recipe.crop[1], top + recipe.crop[0]))


def _resized(recipe: Recipe, h: int, w: int) -> tuple[int, int]:
    scale_h, scale_w = recipe.scale
    if recipe.mode == "squash":
        return scale_h, scale_w
    if recipe.mode == "center" and scale_h == scale_w:  # torchvision truncates the longer side
        return (scale_h, int(scale_h * w / h)) if h <= w else (int(scale_h * h / w), scale_h)
    ratios = (h / scale_h, w / scale_w)  # timm rounds both
    ratio = max(ratios) if recipe.mode == "border" else min(ratios)
    return max(1, round(h / ratio)), max(1, round(w / ratio))


def _offset(have: int, want: int) -> int:
    """Where a centred window of ``want`` begins; negative where it must be padded."""
    return -((want - have) // 2) if want > have else round((have - want) / 2)


def cook(recipe: Recipe, picture: Picture) -> tuple[Tensor, Image.Image, Geometry]:
    """Apply a recipe.

    Args:
        recipe: What to do.
        picture: The image, with as many channels as the recipe has means.

    Returns:
        The input, float32 ``[C, H, W]`` on the CPU; what it looks like before normalisation; and
        where it lies on the original.

    Raises:
        ImageError: The input would have more than 32 million pixels.
    """
    height, width = picture.size
    steps = plan(recipe, height, width)
    geometry = _geometry(steps, height, width)
    subject = f"The input made of {picture.name!r} would have"
    check_size(*geometry.input, subject, "give a smaller picture, or a transform= that makes it smaller")
    if picture.values is None:
        view = _placed(picture.shown, recipe, steps)
        pixels = np.array(view)
        bytes_ = torch.from_numpy(pixels if pixels.ndim == 3 else pixels[:, :, None])
        tensor = bytes_.permute(2, 0, 1).contiguous().to(torch.float32).div_(255)
    else:
        # Channel by channel in float, so that nothing is rounded to 8 bits on the way.
        planes = [
            np.asarray(_placed(Image.fromarray(plane), recipe, steps, index), np.float32)
            for index, plane in enumerate(np.moveaxis(picture.values, 2, 0))
        ]
        stack = np.clip(np.stack(planes), 0, 1)  # bicubic overshoots; 8 bits clip by nature
        view = look(np.moveaxis(stack, 0, 2))
        tensor = torch.from_numpy(stack)
    if recipe.mean:
        mean = torch.tensor(recipe.mean, dtype=torch.float32)[:, None, None]
        std = torch.tensor(recipe.std, dtype=torch.float32)[:, None, None]
        tensor = tensor.sub_(mean).div_(std)
    return tensor, view, geometry


def _placed(image: Image.Image, recipe: Recipe, steps: Plan, channel: int = 0) -> Image.Image:
    """Resize and crop one picture (mode RGB, L or F), padding with the recipe's colour; always a new one."""
    rows, columns = steps.resized
    left, top, right, bottom = steps.window
    inside = (max(0, left), max(0, top), min(right, columns), min(bottom, rows))
    part = _part(image, (columns, rows), inside, FILTERS[recipe.filter])
    if inside == steps.window:
        return part
    canvas = Image.new(image.mode, (right - left, bottom - top), _fill(image.mode, recipe, channel))
    canvas.paste(part, (inside[0] - left, inside[1] - top))
    return canvas


def _part(
    image: Image.Image, size: tuple[int, int], window: tuple[int, int, int, int], filter_: Image.Resampling
) -> Image.Image:
    """Cut ``window`` out of the picture resized to ``size``, both in whole pixels.

    A resized picture that would be large is not made: that of 1 × 60000 pixels would fill 15 GB. What
    is seen of it is made from that part of the original alone. It lies where it would to a thousandth of
    its pixels, not to the last bit: Pillow keeps the edges of a part in single precision, and rounds between
    its two passes, of which either may be the first.
    """
    if size == image.size:
        return image.crop(window)
    seen = (window[2] - window[0], window[3] - window[1])
    if math.prod(size) <= max(_WHOLE, _SPARE * math.prod(seen)):
        return _resampled(image, size, filter_, (0, 0, *image.size)).crop(window)
    left, right, *across = _span(window[0], window[2], image.width, size[0])
    top, bottom, *down = _span(window[1], window[3], image.height, size[1])
    box = (across[0], down[0], across[1], down[1])
    return _resampled(image.crop((left, top, right, bottom)), seen, filter_, box)


def _resampled(
    image: Image.Image,
    size: tuple[int, int],
    filter_: Image.Resampling,
    box: tuple[float, float, float, float],
) -> Image.Image:
    """Resize what lies in ``box``; rows first where Pillow before 12 would make a huge picture in between."""
    between = size[0] * image.height
    if between <= max(_WHOLE, _SPARE * math.prod(image.size), _SPARE * math.prod(size)):
        return image.resize(size, filter_, box)
    left, top, right, bottom = box
    low = image.resize((image.width, size[1]), filter_, (0, top, image.width, bottom))
    return low.resize(size, filter_, (left, 0, right, size[1]))


def _span(first: int, last: int, have: int, want: int) -> tuple[int, int, float, float]:
    """What makes up the pixels ``first`` to ``last`` of a side that is resized from ``have`` to ``want``.

    Returns:
        The first pixel of the original that a filter reaches and the one after the last; and where the
        edges lie, counted from there.
    """
    begins, ends = first * have / want, last * have / want
    margin = _REACH * max(1.0, have / want) + 1
    begin, end = max(0, math.floor(begins - margin)), min(have, math.ceil(ends + margin))
    return begin, end, begins - begin, min(ends - begin, end - begin)


def _fill(mode: str, recipe: Recipe, channel: int) -> float | tuple[int, ...]:
    """Colour of the padding: black as in torchvision, the mean where timm adds borders."""
    if recipe.mode != "border" or not recipe.mean:
        return (0, 0, 0) if mode == "RGB" else 0
    fill = tuple(round(255 * value) for value in recipe.mean)
    if mode == "F":
        return fill[channel] / 255
    return fill if mode == "RGB" else fill[0]


def _geometry(steps: Plan, height: int, width: int) -> Geometry:
    rows, columns = steps.resized
    left, top, right, bottom = steps.window
    scale_x, scale_y = width / columns, height / rows
    box = (left * scale_x, top * scale_y, right * scale_x, bottom * scale_y)
    return Geometry((height, width), (bottom - top, right - left), box)


def from_timm(config: Mapping[str, Any]) -> Recipe:
    """Read timm's evaluation from a ``pretrained_cfg``, with timm's own defaults for what it lacks.

    Raises:
        OptionError: A field has a value that timm does not know either.
    """
    size = tuple(config.get("input_size") or (3, 224, 224))[-2:]
    percent = float(config.get("crop_pct") or 0.875)
    mode = _known(config.get("crop_mode") or "center", MODES, "crop_mode")
    how = _known(config.get("interpolation") or "bicubic", tuple(FILTERS), "interpolation")
    return Recipe(
        mode=mode,  # type: ignore[arg-type]  # one of MODES, as just checked
        mean=_numbers(config.get("mean") or IMAGENET_MEAN),
        std=_numbers(config.get("std") or IMAGENET_STD),
        scale=(math.floor(size[0] / percent), math.floor(size[1] / percent)),
        crop=(int(size[0]), int(size[1])),
        filter=how,
    )


def from_preset(preset: Any) -> Recipe | None:
    """Read torchvision's ``ImageClassification`` preset; ``None`` for anything else.

    Reading its numbers beats measuring it: the geometry is then exact.
    """
    kind = type(preset)
    if kind.__name__ != "ImageClassification" or not kind.__module__.startswith("torchvision."):
        return None
    resize, crop = preset.resize_size, preset.crop_size
    how = str(getattr(preset.interpolation, "value", preset.interpolation))
    if len(resize) not in (1, 2) or len(crop) not in (1, 2) or how not in FILTERS:
        return None
    return Recipe(
        mode="center" if len(resize) == 1 else "squash",
        mean=_numbers(preset.mean),
        std=_numbers(preset.std),
        scale=(int(resize[0]), int(resize[-1])),
        crop=(int(crop[0]), int(crop[-1])),
        filter=how,
    )


def _known(value: Any, known: Sequence[str], field: str) -> str:
    if value not in known:
        hint = nearest(str(value), known) or f"it can be {', '.join(map(repr, known))}."
        msg = f"The timm configuration has {field} {value!r}; {hint}"
        raise OptionError(msg)
    return str(value)


def _numbers(values: Any) -> tuple[float, ...]:
    values = values if isinstance(values, Sequence) else (values,)
    return tuple(float(value) for value in values)


def describe(recipe: Recipe, size: tuple[int, int]) -> str:
    """Say in a few words what was done; ``size`` is the result's height and width."""
    how = {
        "native": ", native size",
        "center": ", centre crop",
        "squash": ", whole image squashed" if recipe.scale == recipe.crop else ", squashed, centre crop",
        "border": ", whole image padded",
    }[recipe.mode]
    return f"{size[0]} × {size[1]}{how} · {describe_scale(recipe.mean, recipe.std)}"


def describe_scale(mean: npt.ArrayLike, std: npt.ArrayLike) -> str:
    """Name a normalisation: ``"ImageNet mean/std"``, ``"values in [0, 1]"``, or its numbers."""
    mean, std = np.asarray(mean, float), np.asarray(std, float)
    if not mean.size or (not mean.any() and (std == 1).all()):
        return "values in [0, 1]"
    both, known = np.stack([mean, std]), np.array([IMAGENET_MEAN, IMAGENET_STD])
    if both.shape == known.shape and np.abs(both - known).max() < 2e-3:
        return "ImageNet mean/std"
    return f"mean {_listed(mean)}, std {_listed(std)}"


def _listed(values: npt.NDArray[Any]) -> str:
    shown = [f"{value:.3g}" for value in values]
    return shown[0] if len(set(shown)) == 1 else f"({', '.join(shown)})"
