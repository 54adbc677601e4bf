"""A question of the browser, and what it is asked about."""

from __future__ import annotations

from typing import Any, NamedTuple

from nnscope.probe import Target
from nnscope.widget.desk import Look
from nnscope.widget.messages import Get


class Asked(NamedTuple):
    """One question, with all that the traits say an answer depends on."""

    look: Look
    get: Get
    target: Target
    """What the panel explains at the moment."""
    region: tuple[float, ...] = ()
    """Left, top, right, bottom in pixels of the input, or nothing."""

    @property
    def where(self) -> dict[str, Any]:
        """The facts that say what an answer is about."""
        return {"epoch": self.look.epoch, "layer": self.get.layer, "channels": list(self.get.channels)}
