"""Maps of a layer that weigh each channel by what becomes of the score: no gradients, many forward passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from nnscope.attribution.passes import Passes, portions
from nnscope.attribution.step import Step
from nnscope.attribution.weighted import weighed
from nnscope.network.silence import Value, apart
from nnscope.records import Layer


def scorecam(
    passes: Passes,
    layer: Layer,
    output: Tensor,
    *,
    align_corners: bool = False,
    normalize_first: bool = False,
    eps: float = 0.0,
) -> Iterator[Step]:
    """W = softmax over k of y(x ∘ H_k), H_k the channel upsampled to the image and scaled to 0 … 1.

    A constant channel masks everything, so all of them share one score.

    Args:
        passes: The model and the target.
        layer: The layer.
        output: Its values, batch included.
        align_corners: How channels are upsampled.
        normalize_first: Scale before upsampling rather than after it.
        eps: Added to the range by which channels are divided.

    Yields:
        The map of the channels so far.
    """
    activation = layer.arrange(output)
    image = passes.image
    size = image.shape[1:]
    lows, highs = activation.flatten(1).aminmax(dim=1)
    varied = (lows < highs).nonzero()[:, 0]
    scores = torch.full((len(activation),), -torch.inf, dtype=torch.float64)
    if len(varied) < len(activation):
        scores[(lows == highs).cpu()] = passes.scores(torch.zeros_like(image)[None])
    for part in portions(len(varied), passes.batch):
        channels = activation[varied[part]].to(image)
        if normalize_first:
            channels = _scaled(channels, eps)
        masks = F.interpolate(channels[:, None], size, mode="bilinear", align_corners=align_corners)
        masks = masks if normalize_first else _scaled(masks[:, 0], eps)[:, None]
        scores[varied[part].cpu()] = passes.scores(masks * image)
        made = weighed(activation, scores.softmax(0))
        yield Step(made, part.stop, len(varied), "channels")
    if not len(varied):
        yield Step(weighed(activation, scores.softmax(0)))


def _scaled(pictures: Tensor, eps: float) -> Tensor:
    low, high = pictures.amin((1, 2), keepdim=True), pictures.amax((1, 2), keepdim=True)
    return (pictures - low) / (high - low + eps)


def ablationcam(passes: Passes, layer: Layer, output: Tensor, *, far_below: bool = False) -> Iterator[Step]:
    """w_k = (y − y_k) / y, with y_k the score when channel k is 0.

    Args:
        passes: The model and the target.
        layer: The layer.
        output: Its values, batch included.
        far_below: Set channels to 10⁷ below the layer's minimum, unless that is 0.

    Yields:
        The map of the channels so far.
    """
    activation = layer.arrange(output)
    fill = 0.0 if not far_below or float(output.min()) == 0 else float(output.min()) - 1e7
    for loss in losses(passes, layer, output, fill):
        weights = torch.zeros_like(loss.lost)
        weights[: loss.known] = loss.lost[: loss.known] / loss.whole
        yield Step(weighed(activation, weights), loss.known, loss.total, "channels")


class Loss(NamedTuple):
    """What a score loses without each channel of a layer, as far as it is known."""

    whole: float
    """The score with all of them."""
    lost: Tensor
    """The score less the score without channel k, float64 CPU ``[C]``; NaN from ``known`` on."""
    known: int
    """Channels that were left out until now, 0 first."""

    @property
    def total(self) -> int:
        """Number of channels."""
        return len(self.lost)


def losses(passes: Passes, layer: Layer, output: Tensor, value: Value) -> Iterator[Loss]:
    """Silence each channel of a layer alone.

    Args:
        passes: The model and the target.
        layer: The layer.
        output: Its values, batch included.
        value: What a channel holds meanwhile.

    Yields:
        What is lost without the channels so far.
    """
    whole = passes.score()
    lost = torch.full((layer.channels,), torch.nan, dtype=torch.float64)
    for part in portions(layer.channels, passes.batch):
        without = apart(layer, output, range(part.start, part.stop), value)
        lost[part] = whole - passes.changed(layer, without)
        yield Loss(whole, lost.clone(), part.stop)
