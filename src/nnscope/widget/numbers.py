"""Packets of what a layer is made of: kernels, histograms, the sum of one cell, a channel's stages."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from nnscope.errors import ChannelNotFoundError
from nnscope.probe import Probe, Target
from nnscope.records import Histogram, Kernels, Stage, Unit
from nnscope.widget.asked import Asked
from nnscope.widget.pictures import Packet, finite
from nnscope.wire import packet

BINS = 64
_NOTHING = np.zeros(0, np.float32)


def kernels(asked: Asked) -> Packet:
    """What some output channels multiply."""
    probe, get = asked.look.probe, asked.get
    found = probe.kernels(get.layer)
    outputs, inputs, *size = found.weights.shape
    if max(get.channels) >= outputs:
        msg = f"Layer {get.layer!r} has output channels 0 to {outputs - 1}, not {max(get.channels)}."
        raise ChannelNotFoundError(msg)
    chosen = list(get.channels)
    arrays = {
        "weights": _float(found.weights[chosen]),
        "bias": _NOTHING if found.bias is None else _float(found.bias[chosen]),
        "first": np.array([found.first(channel) for channel in chosen], np.float32),
    }
    return packet.encode(
        "kernels",
        arrays,
        **asked.where,
        size=size,
        inputs=inputs,
        outputs=outputs,
        groups=found.groups,
        transposed=found.transposed,
        shared=list(_ends(found.weights)),
        colour=_sees_colours(probe, found),
        note=found.note,
    )


def statistics(asked: Asked) -> Packet:
    """Histograms of a layer, or of one of its channels."""
    probe, get, target = asked.look.probe, asked.get, asked.target
    channel = get.channels[0] if get.channels else None
    found = probe.histograms(get.layer, channel, target=target, bins=BINS)
    known = [each for each in found if each.known]
    counts = [each.counts.numpy().astype(np.float32) for each in known]
    return packet.encode(
        "statistics",
        {"counts": np.stack(counts) if counts else np.zeros((0, BINS), np.float32)},
        **asked.where,
        target=_class(probe, target),
        unit=str(target) if isinstance(target, Unit) else "",
        rows=[_row(each) for each in known],
        missing=[each.sentence for each in found if not each.known],
    )


def _class(probe: Probe, target: Target) -> int | None:
    """Index of the class that is explained, where it is a class."""
    if isinstance(target, Unit) or callable(target) or not probe.labels:
        return None
    return probe.target_index(target)


def total(asked: Asked) -> Packet:
    """How one cell came about."""
    probe, get = asked.look.probe, asked.get
    assert get.cell is not None
    found = probe.arithmetic(get.layer, get.channels[0], *get.cell)
    arrays = {
        "patch": found.patch.numpy().astype(np.float32),
        "kernel": _NOTHING if found.kernel is None else found.kernel.numpy().astype(np.float32),
        "partial": _NOTHING if found.partial is None else found.partial.numpy().astype(np.float32),
    }
    facts = ("operation", "source")
    return packet.encode(
        "sum",
        arrays,
        **asked.where,
        **{name: getattr(found, name) for name in facts},
        cell=list(found.cell),
        value=finite(found.value),
        total=finite(found.total),
        bias=None if found.bias is None else finite(found.bias),
        size=list(found.patch.shape[1:]),
        inputs=list(found.inputs),
        rows=list(found.rows),
        columns=list(found.columns),
        winner=None if found.winner is None else list(found.winner),
        formula=list(found.formula),
        shape=list(found.shape),
    )


def stages(asked: Asked) -> Packet:
    """One channel through convolution, norm and activation."""
    probe, get = asked.look.probe, asked.get
    found = probe.stages(get.layer, get.channels[0])
    codes = [probe.tiles(stage.layer, get.channels) for stage in found]
    tiles, lo, hi = (np.concatenate([part.numpy() for part in parts]) for parts in zip(*codes, strict=True))
    rows = [_stage(stage) for stage in found]
    ends = [[row[end] for row in rows if row[end] is not None] for end in ("min", "max")]
    return packet.encode(
        "stages",
        {"tiles": tiles, "lo": lo, "hi": hi},
        **asked.where,
        ends=[min(ends[0], default=0.0), max(ends[1], default=0.0)],
        stages=rows,
    )


def _float(tensor: Tensor) -> npt.NDArray[np.float32]:
    values: npt.NDArray[np.float32] = tensor.detach().float().cpu().numpy()
    return values


def _ends(values: Tensor) -> tuple[float, float]:
    """The least and the largest finite value; 0 and 0 where none is finite."""
    ends = float(values.min()), float(values.max())
    if all(map(math.isfinite, ends)):
        return ends
    known = values[values.isfinite()]
    return (float(known.min()), float(known.max())) if known.numel() else (0.0, 0.0)


def _sees_colours(probe: Probe, found: Kernels) -> bool:
    """Whether the three input channels of a kernel are red, green and blue."""
    first = next((row.name for row in probe.layers if row.family == "convolution"), None)
    near = found.source == "" or found.layer == first
    return near and found.weights.shape[1] == probe.specimen.shape[0] == 3


def _row(histogram: Histogram) -> dict[str, Any]:
    plain = ("kind", "sentence", "count", "zero", "dead", "channels", "saturated", "nonfinite")
    return {
        **{name: getattr(histogram, name) for name in plain},
        **{name: finite(getattr(histogram, name)) for name in ("mean", "std", "min", "max")},
        "ends": list(histogram.ends),
    }


def _stage(stage: Stage) -> dict[str, Any]:
    known = stage.values[stage.values.isfinite()]
    return {
        "layer": stage.layer,
        "kind": stage.kind,
        "family": stage.family,
        "size": list(stage.values.shape),
        "cut": stage.cut,
        "min": float(known.min()) if len(known) else None,
        "max": float(known.max()) if len(known) else None,
    }
