"""From images in [0, 1] to what a network is given, and back."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from nnscope.records import Specimen


class Paint:
    """The colours of a network's input, and its order of axes.

    Args:
        specimen: An image that was prepared for it.
    """

    def __init__(self, specimen: Specimen) -> None:
        channels, _, _ = specimen.shape
        like, colours = specimen.input, specimen.colours
        self._colours = colours
        self._like = like
        self._last = specimen.channels_last
        # The affine map of colours to values, read off at black and at each channel's own full strength.
        corners = np.concatenate([np.zeros((channels, 1)), np.eye(channels)], axis=1)[:, :, None]
        ends = torch.from_numpy(colours.encode(corners)[:, :, 0].astype(np.float32)).to(like.device)
        self._black = ends[:, :1]
        self._matrix = ends[:, 1:] - self._black
        self._mixed = colours.inverse is not None

    def encoded(self, images: Tensor) -> Tensor:
        """What the network is given for images ``[n, C, H, W]`` in [0, 1], with their graph."""
        black = self._black[:, :, None]
        if self._mixed:
            values = torch.einsum("ck,nkhw->nchw", self._matrix, images) + black
        else:
            values = images * self._matrix.diagonal()[:, None, None] + black
        values = values.to(self._like.dtype)
        return values.movedim(1, -1) if self._last else values

    def decoded(self, planes: Tensor) -> Tensor:
        """Which image in [0, 1] an input ``[C, H, W]`` shows: float32 on its device, clipped."""
        values = self._colours.decode(planes.detach().double().cpu().numpy())
        return torch.from_numpy(values.astype(np.float32)).clamp(0, 1).to(planes.device)
