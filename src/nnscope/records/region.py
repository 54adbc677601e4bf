"""Which channels answer to a part of the image."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from nnscope.records.tabular import data_frame, html_table, number, text_table

if TYPE_CHECKING:
    import pandas as pd
    from torch import Tensor

    from nnscope.records.specimen import Box

MOST_ROWS = 60
"""Rows of a ranking unless more are asked for."""


@dataclass(frozen=True, slots=True)
class RegionRow:
    """How one channel answers to the region."""

    layer: str
    channel: int
    score: float
    """(inside − outside) / standard deviation over all cells; 0 of a constant channel."""
    inside: float
    """Mean value in the region, in activation units."""
    outside: float
    """Mean value elsewhere."""


@dataclass(frozen=True, slots=True, eq=False)
class RegionRanking:
    """How every channel of some layers answers to a region, over its finite cells.

    A cell stands for its even share of the image, and counts in the region by the part of it that lies there.
    Each tensor is float32 CPU ``[C]``; NaN where no finite cell lies inside, or none outside.
    """

    box: Box
    """Left, top, right, bottom in pixels of the network's input, clipped to the image."""
    scores: Mapping[str, Tensor]
    """(inside − outside) / standard deviation, by layer."""
    inside: Mapping[str, Tensor]
    outside: Mapping[str, Tensor]
    repeats: frozenset[str] = frozenset()
    """Layers that hand on the very values of the layer before, as a block does those of its last part."""
    most: int = 3
    """How many channels of one layer ``rows`` lists."""
    done: float = 1.0
    """How much of the work is done, 0 to 1."""

    def rows(self, k: int = MOST_ROWS, most_per_layer: int | None = None) -> list[RegionRow]:
        """The ``k`` channels that answer most to the region, falling; ties in the order of the pass.

        Args:
            k: How many.
            most_per_layer: Of one layer at most so many, by default ``most``. Layers that repeat the one
                before are left out.
        """
        most = self.most if most_per_layer is None else most_per_layer
        found = [row for name in self.scores if name not in self.repeats for row in self._of(name, most)]
        return sorted(found, key=lambda row: -row.score)[: max(0, k)]

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a ``DataFrame``.

        Raises:
            UnavailableError: pandas is not installed.
        """
        return data_frame(map(asdict, self.rows()), tuple(field.name for field in fields(RegionRow)))

    def __repr__(self) -> str:
        return text_table(_HEAD, self._cells())

    def _repr_html_(self) -> str:
        left, top, right, bottom = (f"{side:g}" for side in self.box)
        caption = f"Channels that answer to columns {left} to {right} and rows {top} to {bottom}"
        return html_table(caption, _HEAD, self._cells())

    def _of(self, name: str, most: int) -> Iterator[RegionRow]:
        scores = self.scores[name].tolist()
        known = [i for i, score in enumerate(scores) if score == score]
        for i in heapq.nsmallest(max(0, most), known, key=lambda i: (-scores[i], i)):
            yield RegionRow(name, i, scores[i], float(self.inside[name][i]), float(self.outside[name][i]))

    def _cells(self) -> Iterator[tuple[str, ...]]:
        for row in self.rows():
            facts = (number(row.score), number(row.inside), number(row.outside))
            yield (row.layer, str(row.channel), *facts)


_HEAD = ("layer", "channel", "score", "inside", "outside")
