"""The parameters of a layer as they were used, by channel, and the bounds of its values."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from nnscope.network.calls import CONVOLUTIONS, NORMS, Function, Given, is_block
from nnscope.network.convolution import kernels


class Parameters(NamedTuple):
    """What a layer has learnt."""

    weights: Tensor | None
    """``[rows, …]``, or ``None``."""
    biases: Tensor | None
    by_channel: bool
    """Whether there is a row a channel; else there is one row of all."""


def parameters(made: Given) -> Parameters:
    """The parameters of a layer; of a block, those of all its parts."""
    if is_block(made.called):
        return _all(made.called)
    names = [each.name for each in made.functions]
    if sum(name in CONVOLUTIONS or name == "linear" for name in names) == 1 and "conv3d" not in names:
        found = kernels(made)
        return Parameters(found.weights, found.bias, by_channel=True)
    function = made.function
    if function is not None and function.name in NORMS:
        weight, bias = affine(function)
        flat = [tensor is None or tensor.dim() == 1 for tensor in (weight, bias)]
        if all(flat):
            return Parameters(weight, bias, by_channel=True)
    return (
        _all(made.called) if isinstance(made.called, nn.Module) else Parameters(None, None, by_channel=True)
    )


def affine(function: Function) -> tuple[Tensor | None, Tensor | None]:
    """What a norm multiplies with and adds at the end."""
    first = 2 if function.name in ("group_norm", "layer_norm") else 3
    return function.get(first, "weight"), function.get(first + 1, "bias")


def bounds(function: Function | None) -> tuple[tuple[float, ...], float]:
    """The bounds of an activation's values but for 0, and how near is at one; ``()`` where there are none."""
    if function is None:
        return (), 0.0
    if function.name in _ASYMPTOTES:
        return _ASYMPTOTES[function.name], 0.01
    found: list[float | None] = [None, None]
    if function.name in _CLIPS:
        lowest, highest, low, high = _CLIPS[function.name]
        found = [function.get(1, lowest, low), function.get(2, highest, high)]
    return tuple(float(bound) for bound in found if isinstance(bound, (int, float)) and bound != 0), 0.0


def cuts(function: Function | None) -> bool:
    """Whether a function makes every negative value zero."""
    if function is None:
        return False
    if function.name == "threshold":
        return bool(function.get(1, "threshold") == function.get(2, "value") == 0)
    if function.name in ("hardtanh", "clamp"):
        lowest, _, low, _ = _CLIPS[function.name]
        bound = function.get(1, lowest, low)
        return isinstance(bound, (int, float)) and bound == 0
    return function.name in ("relu", "relu6")


_ASYMPTOTES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
_CLIPS: dict[str, tuple[str, str, float | None, float | None]] = {
    "relu6": ("", "", 0.0, 6.0),
    "hardsigmoid": ("", "", 0.0, 1.0),
    "hardtanh": ("min_val", "max_val", -1.0, 1.0),
    "clamp": ("min", "max", None, None),
}
"""The names of their bounds, and the bounds unless told otherwise."""


def _all(module: nn.Module) -> Parameters:
    named = [(name, value.detach().flatten()) for name, value in module.named_parameters()]
    biases = [value for name, value in named if name.endswith("bias")]
    weights = [value for name, value in named if not name.endswith("bias")]
    whole, added = (torch.cat(values)[None] if values else None for values in (weights, biases))
    return Parameters(whole, added, by_channel=False)
