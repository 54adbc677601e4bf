"""From what the user calls an image to what goes into the network, and back to a picture of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from nnscope.errors import ImageError, OptionError, enough_memory
from nnscope.network import recipe as recipes
from nnscope.network.expects import Expectation, expects, refused, timm_config
from nnscope.network.images import Picture, look, read, reduced_copy
from nnscope.network.measure import check_dense, measure
from nnscope.network.recipe import Recipe
from nnscope.records import Colours, Specimen

_CHANGE = "pass transform= to change it."
_MOST_SLENDER = 256
"""Longest picture that a callable gets, in shorter sides: many of them make the shorter side 256 pixels."""
_FORMS = "'auto', None, a callable, a torchvision weights enum member or a timm pretrained_cfg"


@dataclass(frozen=True, slots=True)
class _Choice:
    """How an image is going to be prepared."""

    how: Recipe | Callable[..., Any]
    assumption: str = ""


def prepare(
    image: Any, model: nn.Module, transform: Any = "auto", *, device: torch.device, dtype: torch.dtype
) -> Specimen:
    """Prepare one image for one model.

    Args:
        image: ``PIL.Image``, path, numpy array (H × W or H × W × C; uint8 or bool, or float in [0, 1]),
            or a tensor C × H × W or 1 × C × H × W, which is the model's own input and used as it is
            (H × W × C or 1 × H × W × C where the model has its channels last, as Keras models do).
        model: Says what it wants: timm ``pretrained_cfg``, Hugging Face ``config``, first convolution.
        transform: ``"auto"``; ``None`` (native size, normalised only); a callable; a torchvision weights
            enum member or its preset; a timm ``pretrained_cfg``.
        device: Where the input goes.
        dtype: Floating dtype of the input.

    Returns:
        The specimen: input ``[1, C, H, W]``, its picture, the original, and where the one lies on the
        other. A callable's normalisation and geometry are measured by running it on plain colours
        and ramps; every random state is left as it was.

    Raises:
        ImageError: The image cannot be used, it or its input is too large, or the transform failed on it.
        OptionError: ``transform`` is nothing nnscope knows.
    """
    wanted = expects(model)
    with enough_memory("the image and its input"):
        if isinstance(image, Tensor):
            specimen = _from_tensor(image, model, transform, channels_last=wanted.channels_last)
        else:
            choice = _choose(transform, wanted)
            picture = read(image, wanted.channels)
            if isinstance(choice.how, Recipe):
                specimen = _cooked(choice.how, choice.assumption, picture)
            else:
                specimen = _measured(choice.how, picture, model)
        tensor = specimen.input.to(device=device, dtype=dtype)
        if wanted.channels_last:
            tensor = tensor.permute(0, 2, 3, 1).contiguous()
    own = isinstance(image, Tensor) or callable(transform)
    return replace(specimen, input=tensor, channels_last=wanted.channels_last, own_input=own)


def with_input(specimen: Specimen, tensor: Tensor) -> Specimen:
    """The same specimen with other pixels: another input, and the picture of it in the same colours.

    Args:
        specimen: What it was made from: its name, transform and geometry are kept.
        tensor: Of the shape, dtype and device of ``specimen.input``; it is kept, not copied.

    Raises:
        ImageError: It has another shape, or values that are NaN or Inf.
    """
    if tensor.shape != specimen.input.shape:
        have, want = (" × ".join(map(str, each.shape)) for each in (tensor, specimen.input))
        msg = f"The tensor has the shape {have}; give {want}, as the specimen has it."
        raise ImageError(msg)
    if tensor is specimen.input:
        return specimen
    made = replace(specimen, input=tensor)
    _check_finite(made.planes, "The tensor")
    return replace(made, view=_view(made.planes, made.colours))


def _choose(transform: Any, wanted: Expectation) -> _Choice:
    """Turn the option and what the model says into a recipe or a callable."""
    if isinstance(transform, str) and transform == "auto":
        return _automatic(wanted)
    if transform is None:
        return _native(wanted)
    if not isinstance(transform, type):
        # A weights enum member makes its preset; `Compose.transforms` is a list, not a method.
        if callable(getattr(transform, "transforms", None)):
            transform = transform.transforms()
        recipe = recipes.from_preset(transform)
        if recipe is not None:
            return _fitted(recipe, wanted.channels, "transform")
        if callable(transform):
            return _Choice(transform)
        config = timm_config(transform)
        if config is not None:
            return _fitted(recipes.from_timm(config), wanted.channels, "timm configuration")
    shown = repr(transform) if isinstance(transform, (str, type)) else f"of type {type(transform).__name__}"
    cure = "; give a member of it, such as .DEFAULT" if hasattr(transform, "DEFAULT") else f"; give {_FORMS}"
    msg = f"transform is {shown}{cure}."
    raise OptionError(msg)


def _automatic(wanted: Expectation) -> _Choice:
    if wanted.timm is not None:
        return _fitted(recipes.from_timm(wanted.timm), wanted.channels, "timm configuration")
    if wanted.channels not in (None, 3):
        return _Choice(Recipe("native", (), ()), _unscaled(wanted.channels))
    if wanted.size is not None:
        height, width = wanted.size
        text = (
            f"Assumed {height} × {width} (the size it says it takes; resize, centre crop) and "
            "ImageNet mean and deviation, because the model does not carry its preprocessing; pass its image "
            "processor as transform= to change it."
        )
        return _Choice(replace(recipes.imagenet(), scale=wanted.size, crop=wanted.size), text)
    text = (
        "Assumed ImageNet evaluation (shorter side 256, centre crop 224, ImageNet mean and deviation) "
        f"because the model does not say how it was trained; {_CHANGE}"
    )
    return _Choice(recipes.imagenet(), text)


def _native(wanted: Expectation) -> _Choice:
    if wanted.timm is not None:
        recipe = replace(recipes.from_timm(wanted.timm), mode="native")
        return _fitted(recipe, wanted.channels, "timm configuration")
    if wanted.channels not in (None, 3):
        return _Choice(Recipe("native", (), ()), _unscaled(wanted.channels))
    text = f"Assumed ImageNet mean and deviation because the model does not say how it was trained; {_CHANGE}"
    return _Choice(recipes.imagenet("native"), text)


def _unscaled(channels: int | None) -> str:
    what = "greyscale values" if channels == 1 else f"the values of all {channels} channels"
    few = "1 channel" if channels == 1 else f"{channels} channels"
    return (
        f"Assumed {what} in [0, 1] at native size, without normalisation, because a model of {few} "
        f"has no convention and does not say how it was trained; {_CHANGE}"
    )


def _fitted(recipe: Recipe, channels: int | None, source: str) -> _Choice:
    """Give a recipe as many means as there are channels; the picture is read with 3 where unknown."""
    count, have = channels or 3, len(recipe.mean)
    if have == count and len(recipe.std) == count:
        return _Choice(recipe)
    mean, std = (float(np.mean(values)) for values in (recipe.mean, recipe.std))
    fitted = replace(recipe, mean=(mean,) * count, std=(std,) * count)
    if have == 1:
        return _Choice(fitted)
    few = "1 channel" if count == 1 else f"{count} channels"
    text = (
        f"Assumed the average of the {have} means and deviations of the {source}, "
        f"because the model takes {few}; {_CHANGE}"
    )
    return _Choice(fitted, text)


def _cooked(recipe: Recipe, assumption: str, picture: Picture) -> Specimen:
    tensor, view, geometry = recipes.cook(recipe, picture)
    shown = "" if picture.channels in (1, 3) else _drawn_as(picture.channels)
    return Specimen(
        input=tensor[None],
        view=view,
        original=reduced_copy(picture.shown),
        original_size=picture.size,
        geometry=geometry,
        name=picture.name,
        transform=" · ".join((recipes.describe(recipe, geometry.input), *picture.notes)),
        assumption=_joined(assumption, shown),
        colours=_normalised(recipe, picture.channels),
    )


def _normalised(recipe: Recipe, channels: int) -> Colours:
    """The colours of a recipe: (0 − mean) / std to (1 − mean) / std."""
    mean = np.array(recipe.mean or (0.0,) * channels)
    std = np.array(recipe.std or (1.0,) * channels)
    return Colours(-mean / std, (1 - mean) / std)


def _measured(transform: Callable[..., Any], picture: Picture, model: nn.Module) -> Specimen:
    """Prepare by a callable; it is given the picture, or a tensor of it."""
    name = getattr(transform, "__name__", type(transform).__name__)
    if picture.shown.mode != ("L" if picture.channels == 1 else "RGB") or picture.channels not in (1, 3):
        msg = (
            f"A transform takes pictures of 1 or 3 channels, and this one has {picture.channels}; "
            "prepare it yourself and give the model's own input as a tensor."
        )
        raise ImageError(msg)
    height, width = picture.size
    if max(height, width) > _MOST_SLENDER * min(height, width):
        msg = (
            f"The image {picture.name!r} has {height} × {width} pixels, and the transform {name} might make "
            f"it enormous; give a part of it whose longer side is at most {_MOST_SLENDER} times its shorter."
        )
        raise ImageError(msg)
    result = measure(transform, picture.shown)
    _check_channels(model, result.input.shape[0], f"The transform {name} returned")
    _check_finite(result.input, f"The result of the transform {name}")
    rounded = () if picture.values is None else ("8 bits",)
    scale = "scaled by it" if result.colours is None else _scale(result.colours)
    height, width = result.input.shape[1:]
    # What it does to colours has been explained already where it could not be measured.
    colours = result.colours or _assumed(result.input)[0]
    channels = result.input.shape[0]
    shown = "" if result.colours is None or channels in (1, 3) else _drawn_as(channels)
    return Specimen(
        input=result.input[None],
        view=_view(result.input, colours),
        original=reduced_copy(picture.shown),
        original_size=picture.size,
        geometry=result.geometry,
        name=picture.name,
        transform=" · ".join((f"{height} × {width}, by {name}", scale, *picture.notes, *rounded)),
        assumption=_joined(*result.doubts, shown),
        colours=colours,
    )


def _scale(colours: Colours) -> str:
    """Name the measured normalisation."""
    if colours.inverse is not None:
        mixing = np.abs(np.linalg.inv(colours.inverse))
        strongest = mixing.argmax(axis=1)
        if (np.sort(mixing, axis=1)[:, -2] > 0.02 * mixing.max(axis=1)).any():
            return "colours mixed"
        if list(strongest) != [0, 1, 2]:
            return "channels " + "".join("RGB"[index] for index in strongest)
    std = 1 / (colours.white - colours.black)
    return recipes.describe_scale(-colours.black * std, std)


def _from_tensor(image: Tensor, model: nn.Module, transform: Any, *, channels_last: bool) -> Specimen:
    """Use a tensor as the model's own input."""
    check_dense(image, "The tensor")
    shape = " × ".join(map(str, image.shape)) or "a single number"
    if image.ndim not in (3, 4) or (image.ndim == 4 and image.shape[0] != 1):
        cure = (
            "give one image of the batch, image[0]" if image.ndim == 4 else "give C × H × W or 1 × C × H × W"
        )
        msg = f"The tensor has the shape {shape}; {cure}."
        raise ImageError(msg)
    if not image.numel():
        msg = f"The tensor is empty ({shape}); give one with pixels."
        raise ImageError(msg)
    if not image.is_floating_point():
        msg = f"The tensor holds {image.dtype}; give the model's own input in floats, as image.float() / 255."
        raise ImageError(msg)
    tensor = image.detach().clone()
    tensor = tensor if tensor.ndim == 4 else tensor[None]
    if channels_last:
        tensor = tensor.permute(0, 3, 1, 2)
    _check_channels(model, tensor.shape[1], "The tensor has")
    _check_finite(tensor[0], "The tensor")
    unused = transform is not None and not (isinstance(transform, str) and transform == "auto")
    ignored = (
        "A tensor is the model's own input, so transform= was not applied; give a picture to have it applied."
    )
    colours, assumed = _assumed(tensor[0])
    shown = "" if tensor.shape[1] in (1, 3) else _drawn_as(tensor.shape[1])
    return Specimen(
        input=tensor,
        view=_view(tensor[0], colours),
        original=None,
        geometry=None,
        name="tensor",
        transform=f"{tensor.shape[2]} × {tensor.shape[3]}, tensor used as it is",
        assumption=_joined(ignored if unused else "", assumed, shown),
        colours=colours,
    )


def _check_channels(model: nn.Module, channels: int, subject: str) -> None:
    wants = refused(model, channels)
    if wants is not None:
        few = "1 channel" if channels == 1 else f"{channels} channels"
        msg = f"{subject} {few}, but the model's first convolution takes {wants}; give {wants} × H × W."
        raise ImageError(msg)


def _check_finite(tensor: Tensor, subject: str) -> None:
    """Refuse NaN and Inf in ``[C, H, W]``."""
    bad = ~torch.isfinite(tensor)
    if bad.any():
        channel, row, column = (int(i) for i in bad.nonzero()[0])
        msg = (
            f"{subject} has {int(bad.sum())} values that are NaN or Inf, the first in channel {channel} at "
            f"row {row}, column {column}; torch.nan_to_num replaces them."
        )
        raise ImageError(msg)


def _assumed(tensor: Tensor) -> tuple[Colours, str]:
    """The colours of an input ``[C, H, W]`` nobody knows the normalisation of, and what was assumed."""
    low, high = (float(value) for value in tensor.detach().double().aminmax())
    assumed = ""
    if low < 0 or high > 1:
        assumed = (
            f"The input reaches from {low:.3g} to {high:.3g} and its normalisation is unknown, "
            "so it is drawn min–max scaled; give a picture with transform= to see its colours."
        )
    else:
        low, high = 0.0, 1.0
    ones = np.ones(tensor.shape[0])
    return Colours(low * ones, (high if high > low else low + 1) * ones), assumed


def _view(tensor: Tensor, colours: Colours) -> Image.Image:
    """Draw an input ``[C, H, W]``."""
    values = colours.decode(tensor.detach().to("cpu", torch.float64).numpy())
    return look(np.moveaxis(values, 0, 2).astype(np.float32))


def _drawn_as(channels: int) -> str:
    how = "the mean" if channels == 2 else "the first three"
    return f"The picture shows {how} of {channels} channels; the network gets all of them."


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
