"""How alike two feature maps are: relative L2, correlation, and linear CKA over several images."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from nnscope.tensors.portions import PORTION, exact, in_exact_portions

FEW = 3
"""Fewest images that linear CKA says something about."""


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """How alike two feature maps a (this) and b (the other) are, over the cells where both are finite.

    Relative L2 is ‖a − b‖ / ‖b‖: 0 where a equals b, infinite where b alone is zero everywhere.
    Correlation is Pearson's, -1 to 1; NaN where a or b is constant. Both are NaN where no cell is left.
    """

    change: Tensor
    """Relative L2 of each channel, float64 CPU ``[C]``."""
    correlation: Tensor
    """Of each channel, float64 CPU ``[C]``."""
    whole_change: float
    """Relative L2 over all channels together."""
    whole_correlation: float
    """Correlation over all cells of all channels."""


def likeness(this: Tensor, other: Tensor) -> Likeness:
    """Compare two feature maps cell by cell, in float64, some channels at a time.

    Args:
        this: ``[C, H, W]``, any floating dtype and device.
        other: Of the same shape.
    """
    return likeness_of(sums(this, other))


def sums(this: Tensor, other: Tensor) -> Tensor:
    """What a likeness is made of; sums of channels that belong together may be joined with ``torch.cat``.

    Args:
        this: ``[C, H, W]``.
        other: Of the same shape.

    Returns:
        float64 CPU ``[C, 8]``: number of cells where both are finite, Σ (a − b)², Σ b², mean of a, mean of b,
        Σ (a − ā)², Σ (b − b̄)², Σ (a − ā)(b − b̄).
    """
    return in_exact_portions(_columns, this, other.to(this.device)).cpu()


def likeness_of(rows: Tensor) -> Likeness:
    """The likeness that ``sums`` add up to, ``[C, 8]``."""
    count, apart, square, *moments = rows.T
    whole = _joined(rows)
    correlation = _correlation(*moments[2:])
    return Likeness(
        _ratio(apart, square).masked_fill(count == 0, torch.nan),
        correlation.masked_fill(count == 0, torch.nan),
        float(_ratio(whole[1], whole[2])) if whole[0] else math.nan,
        float(_correlation(*whole[5:])) if whole[0] else math.nan,
    )


def gram(features: Tensor) -> Tensor:
    """The products of several images' features, each less those of the first image.

    Grams of parts of the features add up to that of the whole. What is taken away makes no difference once
    the matrix is centred, but keeps small differences between images from drowning in what they share.

    Args:
        features: ``[n, …]``, a row an image, any floating dtype and device.

    Returns:
        float64 CPU ``[n, n]``.
    """
    rows = features.detach().flatten(1)
    made = torch.zeros(len(rows), len(rows), dtype=torch.float64)
    for part in rows.split(max(1, PORTION // (8 * len(rows))), 1):
        apart = exact(part)
        apart = apart - apart[:1]
        made += (apart @ apart.T).cpu()
    return made


def linear_cka(this: Tensor, other: Tensor) -> float | None:
    """Linear centred kernel alignment of two sets of features of the same images.

    With K and L the centred Gram matrices, ⟨K, L⟩ / (‖K‖ ‖L‖): 0 to 1, the same after turning or scaling
    either set of features (Kornblith et al., "Similarity of Neural Network Representations Revisited", 2019).
    A centred matrix of two images has rank 1, so that CKA of two is always 1: it is given from three on. With
    few images and many features it is high for any two networks; compare it between layers, not to 1.

    Args:
        this: The first set's ``gram``, float64 ``[n, n]``.
        other: The second's, of the same images in the same order.

    Returns:
        CKA; ``None`` of fewer than three images, where features do not differ between images, or where some
        are not finite.
    """
    if len(this) < FEW:
        return None
    one, two = _centred(this), _centred(other)
    scale = float(one.norm() * two.norm())
    shared = float((one * two).sum())
    return min(1.0, max(0.0, shared / scale)) if math.isfinite(shared) and 0 < scale < math.inf else None


# -- inside ---------------------------------------------------------------------------------


def _columns(a: Tensor, b: Tensor) -> Tensor:
    apart = a - b
    # One NaN or Inf makes the sum non-finite, so the common case needs no mask.
    if bool(a.sum().isfinite()) and bool(b.sum().isfinite()):
        count = torch.full_like(a[:, 0], a.shape[1])
        here, there = a[:, :1], b[:, :1]
        square, apart = b.square().sum(1), apart.square().sum(1)
        a, b = a - here, b - there
    else:
        both = a.isfinite() & b.isfinite()
        count = both.sum(1).double()
        first = both.double().argmax(1, keepdim=True)
        here, there = (values.gather(1, first).nan_to_num(0, 0, 0) for values in (a, b))
        square = torch.where(both, b, 0).square().sum(1)
        apart = torch.where(both, apart, 0).square().sum(1)
        a, b = torch.where(both, a - here, 0), torch.where(both, b - there, 0)
    # Counted from one of its own values, a channel of equal numbers varies by nothing, not by a rounding.
    some = count.clamp(min=1)
    low, high = a.sum(1) / some, b.sum(1) / some
    moments = [a.square().sum(1) - some * low.square(), b.square().sum(1) - some * high.square()]
    product = (a * b).sum(1) - some * low * high
    return torch.stack([count, apart, square, here[:, 0] + low, there[:, 0] + high, *moments, product], 1)


def _joined(rows: Tensor) -> Tensor:
    """The row of all channels together."""
    rows = rows[rows[:, 0] > 0]
    if not len(rows):
        return torch.zeros(8, dtype=torch.float64)
    count, _, _, a, b, *_ = rows.T
    total = rows.sum(0)
    a, b = a - a[0], b - b[0]
    low, high = (count * a).sum() / total[0], (count * b).sum() / total[0]
    between = [(count * p * q).sum() for p, q in ((a - low, a - low), (b - high, b - high))]
    total[5:] += torch.stack([*between, (count * (a - low) * (b - high)).sum()])
    return total


def _ratio(apart: Tensor, square: Tensor) -> Tensor:
    return torch.where(apart == 0, 0.0, (apart / square).sqrt())


def _correlation(one: Tensor, other: Tensor, product: Tensor) -> Tensor:
    scale = (one * other).sqrt()
    return torch.where(scale > 0, (product / scale).clamp(-1, 1), torch.nan)


def _centred(matrix: Tensor) -> Tensor:
    return matrix - matrix.mean(0, keepdim=True) - matrix.mean(1, keepdim=True) + matrix.mean()
