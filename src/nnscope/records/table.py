"""The table of a network's layers."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, overload

from nnscope.errors import LayerNotFoundError, OptionError, nearest
from nnscope.records.layer import Layer
from nnscope.records.tabular import data_frame, html_table, text_table

if TYPE_CHECKING:
    import pandas as pd


class LayerTable(Sequence[Layer]):
    """All layers of one forward pass, in order; indexable by number or by name.

    Iterating yields every layer, also those that are no feature maps; ``viewable`` holds the
    ones that have pictures. In a notebook it renders as a table.

    Args:
        layers: In the order of the pass.
        model: What the model is called.
        parameters: How many numbers it has learned, also those that took no part in the pass.
        multiply_adds: Products summed in the whole pass, also by what is no layer.
    """

    def __init__(
        self, layers: Sequence[Layer], model: str = "", parameters: int = 0, multiply_adds: int = 0
    ) -> None:
        self._layers = tuple(layers)
        self._by_name = {layer.name: layer for layer in self._layers}
        self._names = tuple(self._by_name)
        self.model = model
        self.parameters = parameters
        self.multiply_adds = multiply_adds

    @overload
    def __getitem__(self, key: int | str) -> Layer: ...
    @overload
    def __getitem__(self, key: slice) -> Sequence[Layer]: ...
    def __getitem__(self, key: int | str | slice) -> Layer | Sequence[Layer]:
        if not isinstance(key, str):
            return self._layers[key]
        if key in self._by_name:
            return self._by_name[key]
        asked = _QUERY.fullmatch(key)
        if asked and asked[1] in self._by_name:
            return self._by_name[asked[1]].asked_by(int(asked[2]), int(asked[3]))
        hint = nearest(key, self._by_name) or f"its {len(self)} layers are listed by layers(...)."
        msg = f"{self.model or 'The model'} has no layer {key!r}; {hint}"
        raise LayerNotFoundError(msg)

    def __len__(self) -> int:
        return len(self._layers)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self._layers)

    def __contains__(self, item: object) -> bool:
        return item in self._by_name or item in self._layers

    @property
    def names(self) -> tuple[str, ...]:
        """Every layer's name, in order."""
        return self._names

    @property
    def viewable(self) -> tuple[Layer, ...]:
        """The layers whose channels are pictures, in order."""
        return tuple(layer for layer in self._layers if layer.viewable)

    def feature_map(self, name: str) -> Layer:
        """The layer of that name, which has pictures.

        Raises:
            LayerNotFoundError: There is no such layer.
            OptionError: Its output is no ``(C, H, W)``.
        """
        layer = self[name]
        if not layer.viewable:
            msg = (
                f"Layer {name!r} has output shape {list(layer.shape)}, in which no picture is known: "
                "neither [channels, height, width] nor tokens of a grid."
            )
            raise OptionError(msg)
        return layer

    def source(self, layer: Layer) -> Layer | None:
        """The one layer that a layer reads; ``None`` where it reads several, the image, or nothing."""
        return self._layers[layer.reads[0]] if len(layer.reads) == 1 and layer.reads[0] >= 0 else None

    @property
    def memory(self) -> int:
        """Bytes of all outputs together, a block's and its last layer's counted once."""
        return sum(layer.memory for layer in self._layers if layer.inside is None)

    def to_pandas(self) -> pd.DataFrame:
        """The table as a ``DataFrame``: a row a layer, by name, and a column for each field that says a fact.

        Raises:
            UnavailableError: pandas is not installed.
        """
        rows = ({fact: getattr(layer, fact) for fact in _FACTS} for layer in self._layers)
        return data_frame(rows, _FACTS).set_index("name")

    def __repr__(self) -> str:
        return text_table(tuple(_COLUMNS), map(_cells, self._layers))

    def _repr_html_(self) -> str:
        caption = (
            f"{self.model}: {len(self)} layers, {len(self.viewable)} with pictures · "
            f"{self.parameters:,} parameters · {self.multiply_adds:,} multiply-adds"
        )
        return html_table(caption, _COLUMNS, map(_cells, self._layers))


_QUERY = re.compile(r"(.+)@(\d{1,6}),(\d{1,6})")
"""An attention map asked by one patch, ``blocks.3.attn.softmax@3,5``."""

_FACTS = (
    "name",
    "kind",
    "family",
    "shape",
    "parameters",
    "multiply_adds",
    "memory",
    "receptive_field",
    "effective_stride",
    "kernel",
    "stride",
    "padding",
    "block",
)


def _cells(layer: Layer) -> tuple[str, ...]:
    return tuple(cell(layer) for cell in _COLUMNS.values())


_COLUMNS: dict[str, Callable[[Layer], str]] = {
    "name": lambda layer: layer.name,
    "kind": lambda layer: layer.kind,
    "output": lambda layer: _size(layer.shape) + _seen(layer),
    "parameters": lambda layer: _count(layer.parameters),
    "multiply-adds": lambda layer: _count(layer.multiply_adds),
    "receptive field": lambda layer: _field(layer.receptive_field),
    "kernel": lambda layer: _size(layer.kernel),
    "stride": lambda layer: _size(layer.stride),
    "padding": lambda layer: _size(layer.padding),
}


def _size(value: tuple[float, ...] | str | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else " × ".join(f"{side:g}" for side in value)


def _seen(layer: Layer) -> str:
    return "" if layer.picture in (layer.shape, (0, 0, 0)) else f" (seen as {_size(layer.picture)})"


def _count(value: int) -> str:
    return f"{value:,}" if value else ""


def _field(value: tuple[float, float] | None) -> str:
    return "all" if value and all(map(math.isinf, value)) else _size(value)
