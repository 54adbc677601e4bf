"""What came out of the model: class scores, or something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor


def class_scores(output: Any, count: int = 1) -> Tensor | None:
    """Find the class scores in what a classifier returned.

    Args:
        output: A tensor ``[n, K]``, or a tuple, mapping or dataclass with one in it (``logits`` first).
        count: The number n of images it was given.

    Returns:
        The scores, ``[n, K]`` with their graph, or ``None`` when the output is no class scores.
    """
    if isinstance(output, Tensor):
        return output if _is_scores(output, count) else None
    named = output.get("logits") if isinstance(output, Mapping) else getattr(output, "logits", None)
    if isinstance(named, Tensor):
        return class_scores(named, count)
    values = (
        output.values()
        if isinstance(output, Mapping)
        else output
        if isinstance(output, (tuple, list))
        else ()
    )
    return next((value for value in values if _is_scores(value, count)), None)


def probabilities(scores: Tensor) -> Tensor:
    """Turn scores ``[K]`` into probabilities, float64 ``[K]``.

    Softmax; the sigmoid where there is one score only; the scores themselves where they already
    are a distribution.
    """
    values = scores.detach().double()
    if is_distribution(values):
        return values
    return values.sigmoid() if len(values) == 1 else values.softmax(0)


def is_distribution(scores: Tensor) -> bool:
    """Whether scores ``[K]`` are non-negative and sum to 1, as behind a softmax."""
    values = scores.detach().double()
    return len(values) > 1 and bool((values >= 0).all()) and abs(float(values.sum()) - 1) < 1e-3


def _is_scores(value: Any, count: int) -> bool:
    return (
        isinstance(value, Tensor)
        and value.dim() == 2
        and value.shape[0] == count
        and value.shape[1] > 0
        and value.dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64)
    )
