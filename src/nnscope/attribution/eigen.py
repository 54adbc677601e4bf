"""Maps along the first principal axis of a layer's channels."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from nnscope.attribution.weighted import LayerMap, Pair


def eigencam(pair: Pair, *, centred: bool = False) -> LayerMap:
    """Σ_k v_k A_k, v the first right singular vector of A as ``[cells, channels]``.

    Args:
        pair: Activations and gradient; the gradient is not read.
        centred: Take each channel's mean away first, with the sign that LAPACK happens to return.
    """
    return _projected(pair, pair.a, centred=centred)


def eigengradcam(pair: Pair, *, centred: bool = False) -> LayerMap:
    """The same for ∂y/∂A · A in place of A.

    Args:
        pair: Activations and gradient.
        centred: As in ``eigencam``.
    """
    return _projected(pair, pair.g * pair.a, centred=centred)


def _projected(pair: Pair, values: Tensor, *, centred: bool) -> LayerMap:
    cells = values.T.nan_to_num(nan=0.0)
    if centred:
        cells = cells - cells.mean(0)
        axis = torch.from_numpy(np.linalg.svd(cells.cpu().numpy(), full_matrices=False)[2][0]).to(cells)
    else:
        axis = _first_axis(cells)
        # A singular vector has no sign of its own: the map counts for, not against.
        axis = axis if float((cells @ axis).sum()) >= 0 else -axis
    raw, shares = (cells @ axis).reshape(pair.shape), cells.sum(0) * axis
    weights = axis.float().cpu() if values is pair.a else None
    return LayerMap(raw.float().cpu(), weights, shares.float().cpu())


def _first_axis(cells: Tensor) -> Tensor:
    """The first right singular vector of ``[N, C]``, by the smaller of its Gram matrices, in float64."""
    wide = cells.double()
    count, channels = wide.shape
    gram = wide.T @ wide if channels <= count else wide @ wide.T
    vector: Tensor = torch.linalg.eigh(gram).eigenvectors[:, -1]
    axis = vector if channels <= count else wide.T @ vector
    unit: Tensor = axis / axis.norm().clamp(min=torch.finfo(axis.dtype).tiny)
    return unit.to(cells)
