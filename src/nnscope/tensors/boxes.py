"""Where on a plane most of something is."""

from __future__ import annotations

import torch
from torch import Tensor

Span = tuple[int, int]


def support(plane: Tensor) -> tuple[Span, Span] | None:
    """The smallest box that holds every value that is not zero, as half-open rows and columns.

    Args:
        plane: ``[H, W]``, no value below 0.
    """
    spans = [along.nonzero()[:, 0] for along in (plane.amax(1), plane.amax(0))]
    if not all(len(span) for span in spans):
        return None
    rows, columns = ((int(span[0]), int(span[-1]) + 1) for span in spans)
    return rows, columns


def core(plane: Tensor, share: float = 0.95) -> tuple[Span, Span] | None:
    """The shortest run of rows, and of columns, that holds a share of the sum of all values.

    Of equally short runs the first; ``None`` where all values are zero.

    Args:
        plane: ``[H, W]``, no value below 0.
        share: 0 to 1. What lies in the box of both is at least ``2 · share − 1`` of the whole.
    """
    values = plane.double().cpu()
    if not bool(values.any()):
        return None
    return _shortest(values.sum(1), share), _shortest(values.sum(0), share)


def _shortest(values: Tensor, share: float) -> Span:
    """The shortest run of values whose sum is that share of the whole, half-open."""
    before = torch.cat([values.new_zeros(1), values.cumsum(0)])
    needed = share * before[-1]
    # For each beginning the first end at which enough lies between.
    ends = torch.searchsorted(before, before[:-1] + needed)
    lengths = torch.where(ends < len(before), ends - torch.arange(len(ends)), len(before))
    begin = int(lengths.argmin())
    return begin, int(ends[begin])
