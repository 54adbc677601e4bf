"""What in the image one cell of a layer depends on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from nnscope.records.specimen import Box


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """The effective receptive field of one cell on this image; boxes in pixels of the network's input."""

    layer: str
    channel: int | None
    """``None``: all channels of the cell, each weighted by its own value."""
    cell: tuple[int, int]
    """Row and column."""
    gradient: Tensor
    """max over the input's channels of |∂a/∂x|, float32 CPU ``[H, W]``, at the size of the input."""
    support: Box | None
    """The smallest box outside of which the gradient is zero; ``None`` where it is zero everywhere."""
    core: Box | None
    """Where most of the gradient is: the shortest run of columns that holds 95 % of its magnitude, by the
    shortest run of rows that does. It holds at least 90 % of it. Of equally short runs, the first."""
    theoretical: Box | None
    """What the cell could see at most; ``None`` where nobody knows, or it is all padding."""
    sentence: str = ""
    """Why there is no gradient, or ``""``."""
