"""What the traits say of the specimens: this, the other, all of them, and how this was edited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image
from torch.utils.weak import WeakIdKeyDictionary

from nnscope.export.png import encode
from nnscope.probe import Probe
from nnscope.widget.desk import Desk, Look

_encoded = WeakIdKeyDictionary()
"""From a picture to its bytes: while a brush moves, the image before stays the same."""


def rows(wholes: Sequence[Probe]) -> list[dict[str, Any]]:
    """All of them, where there are several; the trait ``_specimens``."""
    return [_row(probe) for probe in wholes] if len(wholes) > 1 else []


def other(look: Look, *, before: bool) -> dict[str, Any]:
    """What this is compared with; the trait ``_other``.

    Args:
        look: What is looked at.
        before: Whether the other is this before it was changed.
    """
    if look.other is None:
        return {}
    return {"kind": "before" if before else "specimen", **_row(look.other)}


def picture(look: Look) -> bytes:
    """The image of the side that is drawn; the trait ``_picture``."""
    ours = look.probe.specimen.view
    if look.side != "difference" or look.other is None or look.other.specimen.view.size != ours.size:
        return _bytes(ours)
    return encode(_difference(ours, look.other.specimen.view))


def edits(desk: Desk, specimen: int) -> dict[str, Any]:
    """How this was edited; the trait ``_edits``."""
    history = desk.edits(specimen)
    return {
        "undo": history.undoable,
        "redo": history.redoable,
        "words": history.words,
        "able": True,
        "why": "",
    }


def _row(probe: Probe) -> dict[str, Any]:
    return {"name": probe.specimen.name, "model": probe.name, "picture": _bytes(probe.specimen.view)}


def _bytes(image: Image.Image) -> bytes:
    if image not in _encoded:
        _encoded[image] = encode(image)
    made: bytes = _encoded[image]
    return made


def _difference(ours: Image.Image, theirs: Image.Image) -> Image.Image:
    """Middle grey where two pictures of one size are equal; half of what this is brighter, or darker."""
    a, b = (np.asarray(each.convert("RGB"), np.int16) for each in (ours, theirs))
    return Image.fromarray(((a - b) // 2 + 128).clip(0, 255).astype(np.uint8))
