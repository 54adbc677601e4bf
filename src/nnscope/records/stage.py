"""One channel on its way through convolution, norm and activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from nnscope.records.layer import Family


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What one of the layers made of the channel."""

    layer: str
    kind: str
    """Class of the module or name of the function."""
    family: Family
    values: Tensor
    """float32 CPU ``[H, W]``."""
    cut: float | None = None
    """Share of cells below zero before an activation that cuts there, 0 to 1; ``None`` of other layers."""
