"""What each channel of a layer does to a score: what the score loses without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from nnscope.records.heatmap import Unit


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """The causal effect of each channel of a layer on a target, each silenced alone."""

    layer: str
    effects: Tensor
    """The score less the score without channel k, in units of the score, float32 CPU ``[C]``: positive where
    the channel speaks for the target. NaN where it is not known yet."""
    whole: float
    """The score with nothing more silenced than was."""
    label: str
    """Name of the target, for people."""
    what: str
    """The score, in words: ``"logit of Egyptian cat"``."""
    fill: str
    """What a channel holds while it is silent, in words: ``"0"``, ``"its mean"``."""
    target: int | None = None
    """Index of the class; ``None`` for a unit or a callable target."""
    unit: Unit | None = None
    """The channel or cell that is explained in place of a class."""
    done: float = 1.0
    """How much of the work is done, 0 to 1."""

    @property
    def sentence(self) -> str:
        """How the numbers were made, in one line."""
        count = len(self.effects)
        known = "" if self.done == 1 else f" \N{MIDDLE DOT} {round(self.done * count)} of {count} channels"
        return f"{self.what} less what is left of it with one channel of {self.layer} at {self.fill}{known}"
