"""What a panel shows, as a TensorBoard writer takes it."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from nnscope.imaging.mosaic import mosaic
from nnscope.probe import Contrast, Probe, Target
from nnscope.records import Heatmap, Histogram


class Writer(Protocol):
    """What is needed of a ``SummaryWriter``."""

    def add_image(
        self, tag: str, img_tensor: Any, global_step: int | None = None, *, dataformats: str
    ) -> None:
        """Write a picture."""

    def add_text(self, tag: str, text_string: str, global_step: int | None = None) -> None:
        """Write Markdown."""

    def add_histogram_raw(
        self,
        tag: str,
        *,
        min: float,  # noqa: A002
        max: float,  # noqa: A002
        num: int,
        sum: float,  # noqa: A002
        sum_squares: float,
        bucket_limits: list[float],
        bucket_counts: list[int],
        global_step: int | None = None,
    ) -> None:
        """Write a histogram that has been counted."""


class Logbook:
    """Writes one layer at one step of a training.

    Args:
        writer: A ``SummaryWriter`` of ``torch.utils.tensorboard`` or tensorboardX.
        layer: Its name is part of every tag: ``nnscope/features.0/channels``.
        step: The number of the step.
    """

    def __init__(self, writer: Writer, layer: str, step: int | None) -> None:
        self._writer = writer
        self._layer = layer
        self._step = step

    def channels(self, shown: Probe | Contrast, normalize: str, colormap: str) -> None:
        """The contact sheet of all channels."""
        tiles, lo, hi = (tensor.numpy() for tensor in shown.summary(self._layer).codes)
        self._image("channels", mosaic(tiles, lo, hi, normalize=normalize, colormap=colormap))

    def map(self, heatmap: Heatmap, opacity: float) -> None:
        """A map over the image, and how it was made."""
        self._image("map", heatmap.image(opacity=opacity))
        said = "\n\n".join(filter(None, (heatmap.sentence, heatmap.doubt)))
        self._writer.add_text(self._tag("map"), said, self._step)

    def histograms(self, probe: Probe, target: Target) -> None:
        """Those of the layer's numbers that there are."""
        for histogram in probe.histograms(self._layer, target=target):
            if histogram.known:
                self._histogram(histogram)

    def _histogram(self, histogram: Histogram) -> None:
        self._writer.add_histogram_raw(
            self._tag(histogram.kind),
            min=histogram.min,
            max=histogram.max,
            num=histogram.count,
            sum=histogram.mean * histogram.count,
            sum_squares=(histogram.std**2 + histogram.mean**2) * histogram.count,
            bucket_limits=list(histogram.edges[1:]),
            bucket_counts=histogram.counts.tolist(),
            global_step=self._step,
        )

    def _image(self, what: str, image: Any) -> None:
        pixels = np.asarray(image.convert("RGB"))
        self._writer.add_image(self._tag(what), pixels, self._step, dataformats="HWC")

    def _tag(self, what: str) -> str:
        return f"nnscope/{self._layer}/{what}"
