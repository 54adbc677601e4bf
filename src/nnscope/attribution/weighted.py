"""Maps of one layer from its activations A and the gradient of the target at them.

Each function is one method. Most say how much each channel weighs, ``[C]``, and the map is Σ_k w_k A_k;
the others say what each cell of each channel contributes, summed over channels and over cells at once:
to hold more than one or two such products takes longer than to make them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor


class LayerMap(NamedTuple):
    """A map of one layer, and what it is made of, all float32 on the CPU."""

    raw: Tensor
    """``[H, W]``, before ReLU."""
    weights: Tensor | None
    """w_k, ``[C]``, where the map is Σ w_k A_k."""
    shares: Tensor
    """What each channel contributes, summed over the map, ``[C]``."""


class Sums(NamedTuple):
    """What each cell of each channel contributes, ``[C, N]``, summed both ways."""

    cells: Tensor
    """Over the channels, ``[N]``: the map."""
    channels: Tensor
    """Over the cells, ``[C]``: the shares."""

    @classmethod
    def of(cls, parts: Tensor) -> Sums:
        """Sum contributions ``[C, N]``."""
        return cls(parts.sum(0), parts.sum(1))


class Pair:
    """Activations and the gradient at them, and what several methods make of the two.

    Args:
        activation: A, ``[C, H, W]``.
        gradient: ∂y/∂A, ``[C, H, W]``.
    """

    def __init__(self, activation: Tensor, gradient: Tensor) -> None:
        wide = activation.dtype == torch.float64
        self.shape = activation.shape[1:]
        self.a = (activation if wide else activation.float()).flatten(1)
        """``[C, N]``, as are the others."""
        self.g = gradient.to(self.a.dtype).flatten(1)

    @cached_property
    def sums(self) -> Tensor:
        """Σ A_k, ``[C]``."""
        return self.a.sum(1)

    @cached_property
    def product(self) -> Sums:
        """∂y/∂A · A, summed."""
        return Sums.of(self.g * self.a)

    @cached_property
    def positive(self) -> Tensor:
        """The gradient where it is positive."""
        return self.g.clamp(min=0)


def gradcam(pair: Pair) -> Tensor:
    """w_k = mean of ∂y/∂A_k."""
    return pair.g.sum(1) / pair.g.shape[1]


def gradcam_plus_plus(pair: Pair, *, eps: float = 0.0, denominator: bool = True) -> Tensor:
    """w_k = Σ α · relu(g), α = g² / (2g² + S_k g³) with S_k = Σ A_k, and 0 where g = 0.

    Args:
        pair: Activations and gradient.
        eps: Added to the denominator; the paper has none, and g² is small.
        denominator: Whether to divide at all.
    """
    if not denominator:
        return (pair.g.square() * pair.positive).sum(1)
    if eps:
        squared = pair.g.square()
        alpha = squared / (2 * squared + pair.sums[:, None] * squared * pair.g + eps)
        return (alpha * pair.positive).sum(1)
    # Only where g > 0 does relu(g) count, and there g² cancels: α = 1 / (2 + S g).
    below = (pair.positive * pair.sums[:, None]).add_(2)
    return torch.div(pair.positive, below, out=below).sum(1)


def xgradcam(pair: Pair, *, eps: float = 0.0) -> Tensor:
    """w_k = Σ g A_k / Σ A_k, and 0 where a channel sums to 0.

    Args:
        pair: Activations and gradient.
        eps: Added to the denominator.
    """
    whole = pair.sums + eps
    return torch.where(whole == 0, 0.0, pair.product.channels / whole)


def hirescam(pair: Pair) -> Sums:
    """Each cell contributes g A."""
    return pair.product


def layercam(pair: Pair) -> Sums:
    """Each cell contributes relu(g) A."""
    return Sums.of(pair.positive * pair.a)


def combined(pair: Pair, made: Mapping[str, Tensor | Sums]) -> dict[str, LayerMap]:
    """Maps of what several methods said.

    Args:
        pair: Activations and gradient.
        made: By method, weights ``[C]`` or summed contributions.
    """
    weights = {key: value for key, value in made.items() if not isinstance(value, Sums)}
    maps = {key: _layer_map(pair, *value) for key, value in made.items() if isinstance(value, Sums)}
    if weights:
        together = torch.stack(list(weights.values()))
        raws, shares = together @ pair.a, together * pair.sums  # A is read once for all of them
        for i, key in enumerate(weights):
            maps[key] = _layer_map(pair, raws[i], shares[i], together[i])
    return maps


def weighed(activation: Tensor, weights: Tensor) -> LayerMap:
    """The map Σ w_k A_k.

    Args:
        activation: A, ``[C, H, W]``.
        weights: w, ``[C]``.
    """
    pair = Pair(activation, activation)
    return combined(pair, {"": weights.to(pair.a)})[""]


def _layer_map(pair: Pair, raw: Tensor, shares: Tensor, weights: Tensor | None = None) -> LayerMap:
    raw, shares = raw.reshape(pair.shape).float().cpu(), shares.float().cpu()
    return LayerMap(raw, None if weights is None else weights.float().cpu(), shares)
