"""From a layer's numbers to histograms of them, and to sentences where there is nothing to count."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from nnscope.network.calls import Given
from nnscope.network.parameters import bounds, parameters
from nnscope.records import Histogram
from nnscope.records.histogram import Numbers
from nnscope.tensors.tally import tally


def counted(kind: Numbers, rows: Tensor, what: str, bins: int) -> Histogram:
    """Count values.

    Args:
        kind: Of numbers.
        rows: ``[n, …]``, a row a channel.
        what: They are, in words, and of what: ``"activations of features.0 on this image"``.
        bins: How many.
    """
    found = tally(rows, bins)
    if found is None:
        return nothing(kind, f"None of the {what} is finite.")
    return Histogram(
        kind,
        what,
        found.counts,
        found.ends,
        found.count,
        found.mean,
        found.std,
        found.min,
        found.max,
        found.zero,
        found.dead,
        len(rows),
        None,
        found.nonfinite,
    )


def nothing(kind: Numbers, why: str) -> Histogram:
    """A histogram of no values, and the reason."""
    return Histogram(kind, why, torch.zeros(0, dtype=torch.int64))


def of_parameters(made: Given | None, layer: str, channel: int | None, bins: int) -> list[Histogram]:
    """Weights and biases of a layer, or of one of its channels.

    Args:
        made: Its call; ``None`` where that could not be seen.
        layer: Its name.
        channel: Counted from 0, or ``None`` for all.
        bins: How many.
    """
    learnt = parameters(made) if made is not None else None
    kinds: tuple[tuple[Numbers, Tensor | None], ...] = (
        ("weights", learnt and learnt.weights),
        ("biases", learnt and learnt.biases),
    )
    histograms = []
    for kind, rows in kinds:
        if rows is None or learnt is None:
            histograms.append(nothing(kind, f"Layer {layer!r} has no {kind}."))
        elif channel is None:
            histograms.append(counted(kind, rows, f"{kind} of {layer}", bins))
        elif learnt.by_channel and channel < len(rows):
            own = rows[channel : channel + 1]
            histograms.append(counted(kind, own, f"{kind} of channel {channel} of {layer}", bins))
        else:
            histograms.append(nothing(kind, f"The {kind} of layer {layer!r} belong to no single channel."))
    return histograms


def saturating(histogram: Histogram, values: Tensor, made: Given | None) -> Histogram:
    """The same histogram, with the number of values at a bound of the activation that made them."""
    limits, margin = bounds(made.function) if made is not None else ((), 0.0)
    if not limits or not histogram.known:
        return histogram
    return replace(histogram, saturated=sum(int(((values - b).abs() <= margin).sum()) for b in limits))
