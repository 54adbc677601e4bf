"""Large feature maps a few channels at a time, so that what is made on the way stays small."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

PORTION = 16 * 2**20
"""Bytes of float32 looked at in one go."""


def in_portions(reduce: Callable[[Tensor], Tensor], activation: Tensor) -> Tensor:
    """Reduce some channels at a time and join the results.

    Args:
        reduce: From float32 ``[c, H, W]`` to ``[c, …]``, each channel by itself.
        activation: ``[C, H, W]``, any floating dtype and device.
    """
    _, height, width = activation.shape
    portions = activation.detach().split(max(1, PORTION // (4 * height * width)))
    reduced = [reduce(portion.float()) for portion in portions]
    return reduced[0] if len(reduced) == 1 else torch.cat(reduced)
