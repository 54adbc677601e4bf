"""Packets of what compares and ranks: two sides, a part of the image, what a cell sees, held channels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nnscope.errors import UnavailableError
from nnscope.probe import Contrast, Probe
from nnscope.records import DifferenceTable, Field, RegionRanking
from nnscope.widget.asked import Asked
from nnscope.widget.pictures import Packet, finite
from nnscope.wire import packet

THUMB = 48
"""Rows or columns of a small tile, whichever are more."""
TOP = 254
"""The largest code; see ``wire/packet.py``."""

Floats = npt.NDArray[np.float32]


def pair(asked: Asked) -> Packet:
    """Some channels of this, of the other, and their difference."""
    contrast, get = _contrast(asked), asked.get
    seen = {"this": contrast.this, "other": contrast.other, "difference": contrast}
    arrays = {
        f"{side}_{name}": part.numpy()
        for side, each in seen.items()
        for name, part in each.tiles(get.layer, get.channels)._asdict().items()
    }
    size = list(arrays["this_tiles"].shape[1:])
    return packet.encode("pair", arrays, **asked.where, size=size)


def differences(asked: Asked) -> Packet:
    """How much each layer differs, and each channel of one."""
    contrast, layer = _contrast(asked), asked.get.layer
    table: DifferenceTable = asked.look.table()
    nothing = np.full(asked.look.this.layers[layer].channels, np.nan, np.float32)
    names = ("change", "correlation", "this_mean", "other_mean", "this_max", "other_max")
    found = None if contrast.reasons.get(layer) else contrast.channels(layer)
    columns = {name: nothing if found is None else getattr(found, name).numpy() for name in names}
    return packet.encode(
        "differences",
        columns,
        epoch=asked.look.epoch,
        layer=layer,
        names=list(contrast.names),
        layers=[
            {
                "name": row.name,
                **{key: _known(getattr(row, key)) for key in ("change", "correlation", "cka")},
                "sentence": row.sentence,
            }
            for row in table
        ],
        images=table.images,
    )


def region(asked: Asked) -> Packet:
    """Channels of all layers that answer to the region, and how those of one layer do."""
    if len(asked.region) != 4:
        msg = "There is no region; draw one on the image."
        raise UnavailableError(msg)
    probe, layer = asked.look.probe, asked.get.layer
    left, top, right, bottom = asked.region
    ranking: RegionRanking = asked.look.once(
        ("region", asked.region), lambda: probe.responding((left, top, right, bottom))
    )
    rows = ranking.rows()
    tile = _tile(probe)
    codes = probe.thumbs([(row.layer, row.channel) for row in rows], tile)
    tiles, lo, hi = (part.numpy() for part in codes)
    nothing = np.full(probe.layers[layer].channels, np.nan, np.float32)
    scores = ranking.scores.get(layer)
    return packet.encode(
        "region",
        {"tiles": tiles, "lo": lo, "hi": hi, "scores": nothing if scores is None else scores.numpy()},
        epoch=asked.look.epoch,
        layer=layer,
        box=list(ranking.box),
        tile=list(tile),
        rows=[
            {
                "layer": row.layer,
                "channel": row.channel,
                **{key: finite(getattr(row, key)) for key in ("score", "inside", "outside")},
            }
            for row in rows
        ],
    )


def field(asked: Asked) -> Packet:
    """What in the image one cell looks at."""
    get = asked.get
    assert get.cell is not None
    found: Field = asked.look.probe.effective_field(get.layer, *get.cell, get.channels[0])
    gradient: Floats = found.gradient.nan_to_num(0, 0, 0).numpy()
    most = float(gradient.max())
    codes = np.floor(gradient * (TOP / most if most > 0 else 0) + 0.5).astype(np.uint8)
    boxes = {"box": found.theoretical, "support": found.support, "core": found.core}
    return packet.encode(
        "field",
        {"tiles": codes[None], "lo": np.zeros(1, np.float32), "hi": np.array([most], np.float32)},
        **asked.where,
        cell=list(get.cell),
        **{name: box and list(box) for name, box in boxes.items()},
    )


def pins(asked: Asked) -> Packet:
    """The channels that are held in sight, as they are now."""
    probe, shown, units = asked.look.probe, asked.look.shown, asked.get.units
    tile = _tile(probe)
    tiles, lo, hi = (
        part.numpy() for part in shown.thumbs([(unit.layer, unit.channel) for unit in units], tile)
    )
    rows = []
    for unit in units:
        stats = shown.stats(unit.layer)
        numbers = {key: finite(float(getattr(stats, key)[unit.channel])) for key in ("min", "max", "mean")}
        rows.append({"unit": str(unit), "layer": unit.layer, "channel": unit.channel, **numbers})
    return packet.encode(
        "pins",
        {"tiles": tiles, "lo": lo, "hi": hi},
        epoch=asked.look.epoch,
        tile=list(tile),
        rows=rows,
    )


def _contrast(asked: Asked) -> Contrast:
    if asked.look.contrast is None:
        msg = "There is nothing to compare with: edit the image, silence a channel, or open two images."
        raise UnavailableError(msg)
    return asked.look.contrast


def _tile(probe: Probe) -> tuple[int, int]:
    """Height and width of small tiles, in the proportions of the image."""
    _, height, width = probe.specimen.shape
    longest = max(height, width)
    return max(1, height * THUMB // longest), max(1, width * THUMB // longest)


def _known(value: float | None) -> float | None:
    return None if value is None else finite(value)
