"""What an image is to make large: a channel, a cell, a direction, a layer as a whole, or a class."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Objective:
    """One number that is read of a layer's picture, or of the class scores."""

    label: str
    """What the image is made for, in words: ``"channel 14 of features.3"``."""
    channel: int | None = None
    """A channel: the mean over its cells."""
    cell: tuple[int, int] | None = None
    """Row and column of the one cell that is read, in place of the mean over all."""
    weights: Tensor | None = None
    """A direction, ``[C]``: the sum of the channels, each times its weight."""
    index: int | None = None
    """A class: its logit."""

    @property
    def what(self) -> str:
        """The number, in words."""
        if self.index is not None:
            return f"logit of {self.label}"
        if self.channel is None and self.weights is None:
            return f"mean square of {self.label}"
        return self.label if self.cell else f"mean of {self.label}"

    def of(self, picture: Tensor) -> Tensor:
        """Read it.

        Args:
            picture: The layer's values ``[C, H, W]``; for a class the scores ``[classes]``.

        Returns:
            A scalar, float32, with its graph.
        """
        values = picture.float()
        if self.index is not None:
            return values[self.index]
        if self.weights is not None:
            values = torch.einsum("c,chw->hw", self.weights.to(values), values)
        elif self.channel is not None:
            values = values[self.channel]
        else:
            return values.square().mean()  # DeepDream: whatever the layer finds, more of it
        return values.mean() if self.cell is None else values[self.cell]


def likeness(pictures: Tensor) -> Tensor:
    """How alike images are in what a layer makes of them: the sum over pairs, divided by their number.

    Args:
        pictures: The layer's values for each image, ``[n, C, H, W]``.

    Returns:
        A scalar, 0 to n - 1: the mean over the images of the sum over the others of the cosine of their
        Gram matrices, as in Lucid's ``objectives.diversity``.
    """
    values = pictures.float().flatten(2)
    grams = torch.nn.functional.normalize(torch.bmm(values, values.transpose(1, 2)).flatten(1), dim=1)
    cosines = grams @ grams.T
    return (cosines.sum() - cosines.diagonal().sum()) / len(pictures)
