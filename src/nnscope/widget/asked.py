"""A question of the browser, and what it is asked about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from nnscope.probe import Target
from nnscope.widget.desk import Look
from nnscope.widget.messages import Get
from nnscope.widget.wish import Tile


class Wished(NamedTuple):
    """Small pictures of channels, as far as they are there."""

    size: tuple[int, int]
    """Height and width of a tile."""
    of: int
    """Steps of a whole one."""
    tiles: Sequence[Tile | None]


class Asked(NamedTuple):
    """One question, with all that the traits say an answer depends on."""

    look: Look
    get: Get
    target: Target
    """What the panel explains at the moment."""
    region: tuple[float, ...] = ()
    """Left, top, right, bottom in pixels of the input, or nothing."""

    wished: Callable[[str, Sequence[int]], Wished] | None = None
    """What there is of what some channels of a layer want; to ask for them has them made."""

    @property
    def where(self) -> dict[str, Any]:
        """The facts that say what an answer is about."""
        return {"epoch": self.look.epoch, "layer": self.get.layer, "channels": list(self.get.channels)}
