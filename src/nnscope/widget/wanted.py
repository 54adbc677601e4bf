"""From pictures that were made of channels to the packets that show them."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from nnscope.records import FeatureVisualization
from nnscope.widget.asked import Wished
from nnscope.widget.pictures import Packet, finite
from nnscope.widget.wish import PICTURES, Grown, Tile
from nnscope.wire import packet

MOST_BYTES = 16_000
"""Of one encoded picture: four of them are in what a notebook saves."""
EXACT_SIDE = 128
"""Most pixels of a side of a picture that is sent without loss once it is whole, where that fits."""
MOST_PIXELS = 6 * MOST_BYTES
"""Of a picture that is encoded; more would not fit at a quality that is worth it."""
_QUALITIES = (90, 80, 70, 60, 50, 40, 30)

Picture = npt.NDArray[np.uint8]


def wants_packet(
    grown: Grown, where: dict[str, Any], natural: tuple[str, float] | None, here: float | None, left: str
) -> Packet:
    """The pictures of a channel, each with its history.

    Args:
        grown: At least one picture.
        where: ``epoch`` and ``layer``.
        natural: Name and score of the image seen so far that the channel answers to most.
        here: The score of the present image.
        left: Why it ended early.
    """
    height, width = grown.made[0].pixels.shape[1:3]
    steps = max([grown.steps, *(each.step for each in grown.made)])
    history = np.full((len(grown.made), steps), np.nan, np.float32)
    for row, made in zip(history, grown.made, strict=True):
        row[: made.step] = made.history[0].numpy()
    files = [_file(made) for made in grown.made]
    return packet.encode(
        "wants",
        {"history": history} | {f"picture_{place}": data for place, (_, data) in enumerate(files)},
        **where,
        channel=grown.channel,
        size=[height, width],
        steps=steps,
        seed=grown.recipe.seed,
        done=grown.done,
        left=left,
        natural=natural and {"name": natural[0], "score": natural[1]},
        here=here,
        pictures=[
            {
                "method": method,
                "negative": negative,
                "step": made.step,
                "score": finite(_score(made)),
                "note": made.notes[0],
                "sentence": made.sentence,
                "type": kind,
            }
            for (method, negative), made, (kind, _) in zip(PICTURES, grown.made, files, strict=False)
        ],
    )


def tiles_packet(where: dict[str, Any], found: Wished) -> Packet:
    """What some channels want, small; grey where there is nothing yet.

    Args:
        where: ``epoch``, ``layer`` and ``channels``.
        found: What there is of each channel.
    """
    nothing = Tile(np.full((*found.size, 3), 128, np.uint8), 0, np.nan)
    shown = [tile or nothing for tile in found.tiles]
    return packet.encode(
        "wants_tiles",
        {
            "tiles": np.stack([tile.pixels for tile in shown]),
            "scores": np.array([tile.score for tile in shown], np.float32),
        },
        **where,
        size=list(found.size),
        of=found.of,
        steps=[found.of if tile.whole else min(tile.step, found.of - 1) for tile in shown],
        notes=[tile.note for tile in shown],
    )


def tiles_of(made: FeatureVisualization, size: tuple[int, int]) -> list[Tile]:
    """Small pictures of what was made."""
    whole = made.done == 1
    return [
        Tile(_shrunk(one.pixels[0], size), one.step, _score(one), one.notes[0], whole=whole) for one in made
    ]


def _score(made: FeatureVisualization) -> float:
    """Of one picture: of itself once it is whole, else as it was seen in the newest step."""
    if made.done == 1 or made.step == 0:
        return float(made.scores[0])
    return float(made.history[0, -1])


def _shrunk(pixels: Picture, size: tuple[int, int]) -> Picture:
    """``[H, W, 3 or 1]`` as ``[h, w, 3]``."""
    rgb = pixels if pixels.shape[2] == 3 else pixels.repeat(3, 2)
    if rgb.shape[:2] == size:
        return np.ascontiguousarray(rgb)
    return np.asarray(Image.fromarray(rgb).resize(size[::-1], Image.Resampling.BOX))


def _file(made: FeatureVisualization) -> tuple[str, Picture]:
    """The media type and the bytes of a picture as a file."""
    image = made.image
    data = b""
    if made.done == 1 and max(image.size) <= EXACT_SIDE:
        data = _saved(image, "PNG", optimize=True)
    kind = "image/png"
    if not 0 < len(data) <= MOST_BYTES:
        kind, data = "image/jpeg", _jpeg(image)
    return kind, np.frombuffer(data, np.uint8)


def _jpeg(image: Image.Image) -> bytes:
    """Of the best quality that fits, colours as sharp as brightness; a large picture is shrunk."""
    shrink = math.sqrt(image.width * image.height / MOST_PIXELS)
    while True:
        if shrink > 1:
            smaller = max(1, round(image.width / shrink)), max(1, round(image.height / shrink))
            image = image.resize(smaller, Image.Resampling.BOX)
        for quality in _QUALITIES:
            data = _saved(image, "JPEG", quality=quality, subsampling=0, optimize=True)
            if len(data) <= MOST_BYTES:
                return data
        shrink = 2


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
