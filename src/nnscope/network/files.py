"""Image files: found, checked and decoded within bounds, by nothing but Pillow."""

from __future__ import annotations

import io
import math
import os
import stat
from pathlib import Path
from typing import IO, Any

from PIL import Image, ImageFile, UnidentifiedImageError

from nnscope.errors import ImageError, enough_memory, nearest

_KINDS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF", "JPEG2000", "TGA", "ICO")
"""Only these, because to read some of the others Pillow runs other programs."""
LARGEST_FILE = 16 * 2**20
"""Bytes of a file that is dropped."""
MOST_PIXELS = 64 * 10**6
"""Of a file that is dropped; one that is given by its path may have as many as Pillow reads."""
_MOST_BYTES_OF_A_PATH = 2**30


def opened(data: Any, name: str) -> Image.Image:
    """Decode an image file that comes from who knows where, such as one dropped on the panel.

    Args:
        data: The bytes of the file, at most 16 MB: PNG, JPEG, JPEG 2000, WebP, GIF, BMP, TIFF, PPM, AVIF, TGA
            or ICO.
        name: What the file is called; no such file needs to exist.

    Returns:
        The (first) picture as it is stored: ``read`` puts it upright. Its ``filename`` is the name.

    Raises:
        ImageError: It is no such image, damaged, or too large: in bytes, or beyond 64 megapixels.
    """
    name = Path(str(name)).name[:80] or "image"  # a longer one would not fit a sentence
    if not isinstance(data, (bytes, bytearray, memoryview)):
        what = "None" if data is None else f"of type {type(data).__name__}"
        msg = f"{name!r} is {what}; give the bytes of an image file."
        raise ImageError(msg)
    if len(data) > LARGEST_FILE:
        raise too_large(name)
    with enough_memory(f"the image {name!r}"):
        image = _decoded(io.BytesIO(data), name, MOST_PIXELS)
    image.filename = name
    return image


def too_large(name: str) -> ImageError:
    """The error of a file that is dropped and has too many bytes."""
    return ImageError(f"{name!r} is too large; give an image file of at most {LARGEST_FILE >> 20} MB.")


def _decoded(file: IO[bytes], name: str, most: float = math.inf) -> ImageFile.ImageFile:
    """Decode an image of up to ``most`` pixels, or as many as Pillow reads, so that damage is told here."""
    known = [kind for kind in _KINDS if kind in Image.registered_extensions().values()]
    try:
        image = Image.open(file, formats=known)
        small = image.width * image.height <= most
        if small:
            image.load()
    except UnidentifiedImageError:
        msg = f"{name!r} is not an image that can be read here; convert it to PNG or JPEG."
        raise ImageError(msg) from None
    except Image.DecompressionBombError:
        small = False
    except MemoryError:
        raise
    except Exception as error:  # what damaged files raise is written down nowhere
        msg = f"{name!r} could not be read ({error}); check the file by opening it in an image viewer."
        raise ImageError(msg) from error
    if not small:
        millions = min(most, 2 * (Image.MAX_IMAGE_PIXELS or math.inf)) // 10**6
        msg = f"{name!r} has more than {millions:g} million pixels; give a smaller image or a part of it."
        raise ImageError(msg)
    return image


def loaded(path: Path, given: str) -> Image.Image:
    """Open and decode a file, so that none stays open."""
    try:
        _check_file(path.stat(), given)
        with path.open("rb") as file:
            return _decoded(file, given)
    except ImageError:
        raise
    except (FileNotFoundError, NotADirectoryError):
        raise ImageError(_missing(path, given)) from None
    except ValueError as error:  # a zero byte, or half a character
        msg = f"{given!r} is no name that a file can have ({error}); check the path."
        raise ImageError(msg) from error
    except OSError as error:
        msg = f"{given!r} could not be read ({error}); check the path and who may read it."
        raise ImageError(msg) from error


def _check_file(facts: os.stat_result, given: str) -> None:
    """Refuse what is no file, before it is opened: a pipe would be waited for."""
    if stat.S_ISDIR(facts.st_mode):
        msg = f"{given!r} is a folder; give the path of one image in it."
        raise ImageError(msg)
    if not stat.S_ISREG(facts.st_mode):
        msg = f"{given!r} is a pipe or a device, no file; give the path of an image file."
        raise ImageError(msg)
    if facts.st_size > _MOST_BYTES_OF_A_PATH:
        size, most = facts.st_size / 2**30, _MOST_BYTES_OF_A_PATH >> 30
        msg = f"{given!r} has {size:.1f} GB, more than {most}; give a smaller image or a part of it."
        raise ImageError(msg)


def _missing(path: Path, given: str) -> str:
    if "://" in given:
        return f"{given!r} is an address; download the image and give its path."
    folder = path.parent
    if not folder.is_dir():
        return f"There is no image {given!r}, because there is no folder {str(folder)!r}; check the path."
    try:
        names = sorted(entry.name for entry in folder.iterdir())
    except OSError:
        names = []
    hint = nearest(path.name, names) or f"the folder {str(folder.resolve())!r} has no such file."
    return f"There is no image {given!r}; {hint}"
