"""Reading what a user calls an image: a path, a Pillow picture, an array, into one `Picture`."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageOps

from nnscope.errors import ImageError
from nnscope.network.files import loaded

_KINDS = "a PIL image, a path, a numpy array or a torch tensor"
_MOST_ON_A_SIDE = 10**6
"""The weights of a resize take up to 48 bytes for each pixel of a side."""
KEPT_PX = 2048
"""Longer side of what is kept of an image: more than a page shows."""
MOST_INPUT = 32 * 10**6
"""Pixels of an input that nnscope, or a transform, makes."""
_ALPHA = ("RGBA", "RGBa", "LA", "La", "PA")
_ROUNDING = 1e-6
"""How far beyond [0, 1] a float picture may reach: the error of float32 arithmetic."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One image as it was given, upright and without transparency."""

    shown: Image.Image
    """RGB or L, 8 bits: what people see, and what a transform is given."""
    values: npt.NDArray[np.float32] | None
    """``[H, W, C]`` in [0, 1] where ``shown`` does not hold everything (floats, 16 bits, many channels)."""
    name: str
    notes: tuple[str, ...] = ()
    """What reading it changed, for the line of text about the transform."""

    @property
    def channels(self) -> int:
        """Number of channels of the data."""
        return len(self.shown.getbands()) if self.values is None else self.values.shape[2]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.shown.height, self.shown.width


def read(image: Any, channels: int | None = None) -> Picture:
    """Read an image that is not a tensor.

    Args:
        image: ``PIL.Image``, path, or numpy array (H × W, H × W × C; bool, uint8, or float in [0, 1]).
        channels: Number of channels the model wants, where known: 1 turns colour to grey, 3 repeats
            grey; four-channel data is transparency unless the model wants four.

    Returns:
        The picture, upright (EXIF), 8-bit RGB or L to look at.

    Raises:
        ImageError: There is no such file, it is no image, it is empty, or its values, axes or
            channels do not fit.
    """
    if isinstance(image, (str, os.PathLike)):
        given = os.fsdecode(image)
        path = Path(os.path.expanduser(given))  # noqa: PTH111  # Path's own raises where there is no such user
        picture = _from_pil(loaded(path, given), path.stem, channels)
    elif isinstance(image, Image.Image):
        stem = Path(str(getattr(image, "filename", "") or "")).stem
        picture = _from_pil(image, stem or "image", channels)
    elif isinstance(image, np.ndarray):
        picture = _from_array(image, channels)
    else:
        msg = f"The image is {_what(image)}; give {_KINDS}."
        raise ImageError(msg)
    height, width = picture.size
    if max(height, width) > _MOST_ON_A_SIDE:
        msg = (
            f"The image {picture.name!r} has {height} × {width} pixels, more than "
            f"{_MOST_ON_A_SIDE // 10**6} million on a side; give a part of it."
        )
        raise ImageError(msg)
    # The name of a file may hold bytes that are no text, and no page could show them.
    picture = replace(picture, name=picture.name.encode(errors="replace").decode())
    return _with_channels(picture, channels)


def reduced_copy(image: Image.Image) -> Image.Image:
    """A copy of a picture, of at most 2048 pixels on its longer side."""
    factor = min(1.0, KEPT_PX / max(image.size))
    width, height = (max(1, round(side * factor)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)


def check_size(height: int, width: int, subject: str, cure: str) -> None:
    """Refuse an input of more than 32 million pixels.

    Args:
        height: Of the input, in pixels.
        width: Likewise.
        subject: What makes it, with the verb: ``"The transform crop returned"``.
        cure: How to get a smaller one.

    Raises:
        ImageError: It is too large.
    """
    if height * width > MOST_INPUT:
        msg = f"{subject} {height} × {width} pixels, more than {MOST_INPUT // 10**6} million; {cure}."
        raise ImageError(msg)


def _what(thing: object) -> str:
    return "None" if thing is None else f"of type {type(thing).__name__}"


def _from_pil(image: Image.Image, name: str, channels: int | None) -> Picture:
    if not (image.width and image.height):
        msg = f"The image {name!r} is empty ({image.height} × {image.width} pixels); give one with pixels."
        raise ImageError(msg)
    image = _upright(image, name)
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        return _deep(image, name)
    if channels == 4 and image.mode in ("RGBA", "CMYK"):
        values = np.asarray(image, np.float32) / np.float32(255)
        return Picture(image.convert("RGB"), values, name)
    if image.mode in _ALPHA or (image.mode == "P" and "transparency" in image.info):
        return _over_white(image, name)
    # 1-bit is grey; a palette is how colours are stored, not what they are
    shown = image if image.mode in ("RGB", "L") else image.convert("L" if image.mode == "1" else "RGB")
    told = () if image.mode in ("RGB", "L", "1", "P") else (f"{image.mode} to RGB",)
    return Picture(shown, None, name, told)


def _upright(image: Image.Image, name: str) -> Image.Image:
    """The picture itself, or turned as its EXIF data say."""
    try:
        image.load()
    except MemoryError:
        raise
    except Exception as error:  # a picture that the user opened, of a file that is damaged or closed
        msg = f"The image {name!r} could not be read ({error}); check it by showing it."
        raise ImageError(msg) from error
    try:
        turned = image.getexif().get(ExifTags.Base.Orientation, 1) != 1
        return ImageOps.exif_transpose(image) if turned else image
    except Exception:  # noqa: BLE001  # broken EXIF data is no reason to refuse the pixels
        return image


def _over_white(image: Image.Image, name: str) -> Picture:
    """Lay a picture with transparency over white, as a page shows it."""
    grey = image.mode in ("L", "LA", "La")
    layer = (image.convert("LA") if image.mode == "La" else image).convert("RGBA")
    opaque = layer.getchannel("A").getextrema() == (255, 255)
    if not opaque:
        layer = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    # The red of a grey picture is its grey: no second rounding through luminance.
    shown = layer.getchannel("R") if grey else layer.convert("RGB")
    return Picture(shown, None, name, () if opaque else ("transparency over white",))


def _deep(image: Image.Image, name: str) -> Picture:
    """Read more than 8 bits: 16-bit integers over 65535, floats in [0, 1]."""
    values = np.asarray(image)
    if image.mode == "F":
        return _floats(values[:, :, None], name, f"The image {name!r}")
    if values.min() < 0 or values.max() > 65535:
        msg = (
            f"The image {name!r} holds integers from {values.min():g} to {values.max():g}, beyond 16 bits; "
            "scale it to an array of floats in [0, 1]."
        )
        raise ImageError(msg)
    scaled = values[:, :, None].astype(np.float32) / np.float32(65535)
    return Picture(look(scaled), scaled, name, ("16 bits, divided by 65535",))


def _from_array(array: npt.NDArray[Any], channels: int | None) -> Picture:
    array = np.asarray(array)
    _check_axes(array)
    array = array[:, :, None] if array.ndim == 2 else array
    if array.dtype == bool:
        array = array.astype(np.uint8) * np.uint8(255)
    if array.shape[2] == 4 and channels != 4:
        array, notes = _flat(array)
    else:
        notes = ()
    if array.dtype == np.uint8 and array.shape[2] in (1, 3):
        pixels = array if array.shape[2] == 3 else array[:, :, 0]
        return Picture(Image.fromarray(np.ascontiguousarray(pixels)), None, "array", notes)
    if array.dtype == np.uint8:
        scaled = array.astype(np.float32) / np.float32(255)
        return Picture(look(scaled), scaled, "array", notes)
    if np.issubdtype(array.dtype, np.floating):
        return replace(_floats(array, "array", "The array"), notes=notes)
    msg = (
        f"The array has dtype {array.dtype}; give uint8 (0 to 255) or floats in [0, 1], "
        "dividing by the full scale (65535 for 16 bits)."
    )
    raise ImageError(msg)


def _check_axes(array: npt.NDArray[Any]) -> None:
    shape = " × ".join(map(str, array.shape)) or "a single number"
    if array.ndim not in (2, 3):
        cure = "give one image of the batch, array[0]" if array.ndim == 4 else "give H × W or H × W × C"
        msg = f"The array has {array.ndim} axes ({shape}); {cure}."
        raise ImageError(msg)
    if array.size == 0:
        msg = f"The array is empty ({shape}); give one with pixels."
        raise ImageError(msg)
    if array.ndim == 3 and array.shape[0] in (1, 3, 4) and array.shape[2] > 16:
        msg = f"The array looks like C × H × W ({shape}); give array.transpose(1, 2, 0), channels last."
        raise ImageError(msg)


def _flat(array: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], tuple[str, ...]]:
    """Lay an H × W × 4 array over white: H × W × 3 of the same dtype, and the note about it."""
    colour, alpha = array[:, :, :3], array[:, :, 3:]
    if array.dtype == np.uint8:
        opaque = bool((alpha == 255).all())
        layer = Image.fromarray(np.ascontiguousarray(array))
        white = Image.new("RGBA", layer.size, "white")
        over = np.asarray(Image.alpha_composite(white, layer).convert("RGB"))
    elif np.issubdtype(array.dtype, np.floating):
        opaque = bool((alpha == 1).all())
        over = colour * alpha + (1 - alpha)
    else:
        return array, ()  # told by dtype further on
    return (colour, ()) if opaque else (over, ("transparency over white",))


def _floats(values: npt.NDArray[np.floating], name: str, subject: str) -> Picture:
    """Check floats ``[H, W, C]``: finite and in [0, 1]."""
    bad = ~np.isfinite(values)
    if bad.any():
        row, column, channel = (int(i) for i in np.argwhere(bad)[0])
        msg = (
            f"{subject} has {int(bad.sum())} values that are NaN or Inf, the first at row {row}, "
            f"column {column}, channel {channel}; np.nan_to_num replaces them."
        )
        raise ImageError(msg)
    low, high = float(values.min()), float(values.max())
    if low < -_ROUNDING or high > 1 + _ROUNDING:
        cure = "divide by 255 or pass uint8" if low >= 0 and high <= 255 else "scale it, or pass a tensor"
        msg = f"{subject} holds floats from {low:.4g} to {high:.4g}, outside [0, 1]; {cure}."
        raise ImageError(msg)
    scaled = np.clip(values, 0, 1).astype(np.float32)
    return Picture(look(scaled), scaled, name)


def look(values: npt.NDArray[np.float32]) -> Image.Image:
    """Draw values in [0, 1]: 1 channel as L, 2 as their mean, 3 as RGB, more as their first three.

    Args:
        values: ``[H, W, C]``.

    Returns:
        L or RGB, rounded to 8 bits.
    """
    count = values.shape[2]
    drawn = values[:, :, :3] if count >= 3 else values.mean(axis=2)
    levels = np.clip(drawn, 0, 1)
    levels *= 255
    levels += 0.5
    return Image.fromarray(levels.astype(np.uint8))


def _with_channels(picture: Picture, channels: int | None) -> Picture:
    """Turn grey to colour or colour to grey for a model of 3 or 1 channels."""
    have = picture.channels
    if channels is None and have in (1, 3):
        channels = 3  # the model does not say; most want colour
    if channels == have:
        return picture
    if channels == 3 and have == 1:
        values = None if picture.values is None else np.repeat(picture.values, 3, axis=2)
        return replace(
            picture,
            shown=picture.shown.convert("RGB"),
            values=values,
            notes=(*picture.notes, "grey repeated"),
        )
    if channels == 1 and have == 3:
        values = None if picture.values is None else _luminance(picture.values)
        shown = picture.shown.convert("L") if values is None else look(values)
        return replace(picture, shown=shown, values=values, notes=(*picture.notes, "colour to grey"))
    wanted = f"the model wants {channels}" if channels else "an image has 1, 3 or 4"
    msg = (
        f"The image {picture.name!r} has {have} channels and {wanted}; "
        "give an array H × W × C with that many channels, or the model's own input as a tensor."
    )
    raise ImageError(msg)


def _luminance(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """ITU-R 601 luma, as Pillow's ``convert("L")``: ``[H, W, 3]`` to ``[H, W, 1]``."""
    grey = values @ np.array([[0.299], [0.587], [0.114]], np.float32)
    return np.clip(grey, 0, 1)
