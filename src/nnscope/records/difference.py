"""What two specimens differ in: in numbers, channel by channel and layer by layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, overload

from nnscope.errors import LayerNotFoundError, nearest
from nnscope.records.tabular import data_frame, html_table, number, text_table

if TYPE_CHECKING:
    import pandas as pd
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class ChannelDifferences:
    """What each channel of one layer differs in between this and the other.

    Each field of a channel is a float32 CPU tensor ``[C]``; NaN where a channel has no finite cell.
    """

    layer: str
    change: Tensor
    """Relative L2, ‖this − other‖ / ‖other‖: 0 where both are equal, infinite where the other alone is 0."""
    correlation: Tensor
    """Pearson's, -1 to 1; NaN where one of them is constant."""
    this_mean: Tensor
    other_mean: Tensor
    this_max: Tensor
    other_max: Tensor

    def ranked(self, k: int | None = None) -> list[int]:
        """The ``k`` channels that differ most (all of them by default), falling; unknown ones are left out.

        Ties go to the lower number.
        """
        known = [(change, i) for i, change in enumerate(self.change.tolist()) if change == change]
        order = [i for _, i in sorted(known, key=lambda pair: (-pair[0], pair[1]))]
        return order if k is None else order[: max(0, k)]

    def to_pandas(self) -> pd.DataFrame:
        """A ``DataFrame`` with a row a channel.

        Raises:
            UnavailableError: pandas is not installed.
        """
        names = [field.name for field in fields(self) if field.name != "layer"]
        columns = [getattr(self, name).tolist() for name in names]
        rows = (dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True))
        frame = data_frame(rows, names)
        frame.index.name = "channel"
        return frame


@dataclass(frozen=True, slots=True)
class LayerDifference:
    """What one layer differs in."""

    name: str
    change: float | None = None
    """Relative L2, ‖this − other‖ / ‖other‖, 0 to infinity; over several images their mean."""
    correlation: float | None = None
    """Pearson's over all cells of all channels, -1 to 1; over several images the mean where there is one."""
    cka: float | None = None
    """Linear CKA over three or more images, 0 to 1."""
    sentence: str = ""
    """Why nothing is known, or ``""``."""


class DifferenceTable(Sequence[LayerDifference]):
    """The layers of two specimens, in the order of this one's pass; indexable by number or by name.

    Layers that only the other has come last. In a notebook it renders as a table.

    Args:
        rows: A row a layer with pictures.
        names: What this and the other are called.
        images: How many images the numbers were taken over.
        done: How much of the work is done, 0 to 1.
    """

    def __init__(
        self,
        rows: Sequence[LayerDifference],
        names: tuple[str, str] = ("this", "the other"),
        images: int = 1,
        done: float = 1.0,
    ) -> None:
        self._rows = tuple(rows)
        self._by_name = {row.name: row for row in self._rows}
        self.names = names
        self.images = images
        self.done = done

    @overload
    def __getitem__(self, key: int | str) -> LayerDifference: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[LayerDifference]: ...
    def __getitem__(self, key: int | str | slice) -> LayerDifference | Sequence[LayerDifference]:
        if not isinstance(key, str):
            return self._rows[key]
        if key in self._by_name:
            return self._by_name[key]
        hint = nearest(key, self._by_name) or "only layers with pictures are compared."
        msg = f"Neither {self.names[0]} nor {self.names[1]} has a layer {key!r} with pictures; {hint}"
        raise LayerNotFoundError(msg)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[LayerDifference]:
        return iter(self._rows)

    def __contains__(self, item: object) -> bool:
        return item in self._by_name or item in self._rows

    @property
    def common(self) -> tuple[LayerDifference, ...]:
        """The layers that could be compared, in order."""
        return tuple(row for row in self._rows if row.change is not None)

    def ranked(self, k: int | None = None) -> list[LayerDifference]:
        """The ``k`` layers that differ most (all that could be compared, by default), falling.

        Ties stay in the order of the pass.
        """
        order = sorted(self.common, key=lambda row: -(row.change or 0.0))
        return order if k is None else order[: max(0, k)]

    def to_pandas(self) -> pd.DataFrame:
        """The table as a ``DataFrame``: a row a layer, by name.

        Raises:
            UnavailableError: pandas is not installed.
        """
        return data_frame(map(asdict, self._rows), _FACTS).set_index("name")

    def __repr__(self) -> str:
        return text_table(_HEAD, map(_cells, self._rows))

    def _repr_html_(self) -> str:
        images = "1 image" if self.images == 1 else f"{self.images} images"
        caption = f"{self.names[0]} − {self.names[1]}: {len(self.common)} of {len(self)} layers in common"
        return html_table(f"{caption} · {images}", _HEAD, map(_cells, self._rows))


_FACTS = tuple(field.name for field in fields(LayerDifference))
_HEAD = ("name", "change", "correlation", "CKA", "")


def _cells(row: LayerDifference) -> tuple[str, ...]:
    return (row.name, number(row.change), number(row.correlation), number(row.cka), row.sentence)
