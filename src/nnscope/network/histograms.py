"""From a layer's numbers to histograms of them, and to sentences where there is nothing to count."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from nnscope.network.calls import Given
from nnscope.network.parameters import bounds, parameters
from nnscope.records import Histogram
from nnscope.records.histogram import Numbers
from nnscope.tensors.tally import tally


@dataclass(frozen=True)
class Subject:
    """What is counted: a layer or one of its channels, in so many bins."""

    layer: str
    channel: int | None
    bins: int

    @property
    def where(self) -> str:
        """Its name, for people."""
        return self.layer if self.channel is None else f"channel {self.channel} of {self.layer}"

    def own(self, rows: Tensor) -> Tensor:
        """Its part of ``[n, …]``, a row a channel."""
        return rows if self.channel is None else rows[self.channel : self.channel + 1]

    def counted(self, kind: Numbers, rows: Tensor, what: str) -> Histogram:
        """Count values.

        Args:
            kind: Of numbers.
            rows: ``[n, …]``, a row a channel; all of them are counted.
            what: They are, in words: ``"activations of features.0 on this image"``.
        """
        found = tally(rows, self.bins)
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

    def parameters(self, kind: Numbers, made: Given | None) -> Histogram:
        """Its weights or biases.

        Args:
            kind: Which of the two.
            made: The layer's call; ``None`` where that could not be seen.
        """
        learnt = parameters(made) if made is not None else None
        rows = learnt and (learnt.weights if kind == "weights" else learnt.biases)
        if learnt is None or rows is None:
            return nothing(kind, f"Layer {self.layer!r} has no {kind}.")
        if self.channel is not None and not (learnt.by_channel and self.channel < len(rows)):
            return nothing(kind, f"The {kind} of layer {self.layer!r} belong to no single channel.")
        return self.counted(kind, self.own(rows), f"{kind} of {self.where}")

    def activations(self, rows: Tensor, made: Given | None) -> Histogram:
        """Its values on this image, with the number of those at a bound of the activation that made them."""
        values = self.own(rows)
        found = self.counted("activations", values, f"activations of {self.where} on this image")
        limits, margin = bounds(made.function) if made is not None else ((), 0.0)
        if not limits or not found.known:
            return found
        return replace(found, saturated=sum(int(((values - b).abs() <= margin).sum()) for b in limits))


def nothing(kind: Numbers, why: str) -> Histogram:
    """A histogram of no values, and the reason."""
    return Histogram(kind, why, torch.zeros(0, dtype=torch.int64))
