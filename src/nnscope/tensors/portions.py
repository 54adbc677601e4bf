"""Large feature maps a few channels at a time, so that what is made on the way stays small."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

PORTION = 16 * 2**20
"""Bytes of float32 looked at in one go."""
EXACT_PORTION = 2 * 2**20
"""Bytes of float64, of which several copies are made: they had better stay in the processor's cache."""


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


def in_exact_portions(reduce: Callable[..., Tensor], *activations: Tensor) -> Tensor:
    """The same in float64, fewer channels at a time.

    Args:
        reduce: From float64 ``[c, cells]``, one of each activation, to ``[c, …]``, each channel by itself.
        activations: ``[C, H, W]`` each, all on one device, any floating dtype.
    """
    _, height, width = activations[0].shape
    some = max(1, EXACT_PORTION // (8 * height * width))
    parts = zip(*(activation.detach().split(some) for activation in activations), strict=True)
    reduced = [reduce(*(exact(values).flatten(1) for values in part)) for part in parts]
    return reduced[0] if len(reduced) == 1 else torch.cat(reduced)


def exact(values: Tensor) -> Tensor:
    """Values in float64; on the CPU where their device has none."""
    return values.cpu().double() if values.device.type == "mps" else values.double()
