"""From a cell to the part of the image it depends on, and from a part of the image to channels."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from torch import Tensor

from nnscope.attribution.aim import Aim
from nnscope.errors import OptionError
from nnscope.network import survey as network
from nnscope.network.silence import silenced
from nnscope.probe.anatomy import _whole
from nnscope.probe.explainer import Explainer
from nnscope.records import Box, Field, Layer, RegionRanking, Unit
from nnscope.tensors.boxes import Span, core, support
from nnscope.tensors.regions import Answer, answer, shares


class Places(Explainer):
    """One model looking at one image, asked about places on it."""

    def receptive_field(self, layer: str, y: int, x: int) -> Box:
        """What one cell could see of the image: its theoretical receptive field.

        At the border it may see less, where a layer's padding takes the place of cells. Behind an upsampling
        cells differ, and the box may be off by a step of the coarser layer.

        Args:
            layer: Name of a layer that has pictures.
            y: Row of the cell.
            x: Its column.

        Returns:
            Left, top, right, bottom in pixels of the network's input, clipped to the image.

        Raises:
            LayerNotFoundError: There is no such layer.
            OptionError: It has no such cell or no pictures, the field is not known, or it is all padding.
        """
        row, cell = self._cell(layer, y, x)
        _, *extent = self.specimen.shape
        spans = [_span(row, axis, cell[axis], extent[axis]) for axis in (0, 1)]
        if any(begin >= end for begin, end in spans):
            msg = f"Cell {cell} of layer {layer!r} sees nothing of the image, only the padding around it."
            raise OptionError(msg)
        (top, bottom), (left, right) = spans
        return left, top, right, bottom

    def effective_field(self, layer: str, y: int, x: int, channel: int | None = None) -> Field:
        """What in this image one cell depends on: the gradient of its value at the pixels.

        Args:
            layer: Name of a feature map.
            y: Row of the cell.
            x: Its column.
            channel: Counted from 0. ``None``: all channels a_k of the cell together, by the gradient of
                ½ Σ a_k², in which each channel counts by its own value.

        Returns:
            The gradient's magnitude, and where it is.

        Raises:
            LayerNotFoundError, ChannelNotFoundError: No such layer or channel.
            OptionError: It has no such cell, or no pictures.
            TargetError: The layer is an attention map.
            ForwardError: The model raised, or no gradient can reach the image.
        """
        row, cell = self._cell(layer, y, x)
        channel = None if channel is None else _whole(channel, "channel")
        aim = self.aim(Unit(layer, channel or 0, cell))
        if channel is None:
            aim = Aim(f"cell {cell} of {layer}", layer=row, reading=lambda picture: _weighted(picture, cell))
        passes = self.bench.passes(aim)
        with silenced(self._silence):
            gradient = passes.gradients(passes.image[None])[0].abs().amax(0)
        known = gradient.nan_to_num(0, 0, 0)
        why = "" if bool(known.any()) else self._no_gradient(aim, gradient)
        try:
            theoretical = self.receptive_field(layer, *cell)
        except OptionError:
            theoretical = None
        boxes = _box(support(known)), _box(core(known))
        return Field(layer, channel, cell, gradient, *boxes, theoretical, why)

    def responding(
        self,
        region: Sequence[float],
        layers: Iterable[str] | None = None,
        *,
        progress: Callable[[RegionRanking], object] | None = None,
        most: int = 3,
    ) -> RegionRanking:
        """Which channels answer to a part of the image: those that are larger there than elsewhere.

        A cell stands for its even share of the image, and counts in the region by the part of it that lies
        there: score = (mean inside − mean outside) / standard deviation over all cells. All layers are looked
        at in one pass, as each is made.

        Args:
            region: Left, top, right, bottom in pixels of the network's input; what lies outside is cut off.
            layers: Names of feature maps of more than one cell; by default all of them.
            progress: Called with what is there so far, in the midst of the pass; an exception it raises ends
                the work.
            most: How many channels of one layer the ranking lists.

        Raises:
            OptionError: The region is none, lies outside or covers everything; or a layer has no places.
            LayerNotFoundError: There is no such layer.
            ForwardError: The model raised.
        """
        box = self._region(region)
        rows = self._placed(layers)
        seer = _Seer(rows, box, self.specimen.shape[1:], _whole(most, "number of channels"), progress)
        with silenced(self._silence):
            network.watch(self.model, self.specimen.input, seer.look)
        return seer.ranking(1.0)

    # -- inside -----------------------------------------------------------------------------

    def _cell(self, layer: str, y: int, x: int) -> tuple[Layer, tuple[int, int]]:
        row = self.layers.feature_map(layer)
        cell = (_whole(y, "row"), _whole(x, "column"))
        row.check_cell(*cell)
        return row, cell

    def _no_gradient(self, aim: Aim, gradient: Tensor) -> str:
        if not bool(gradient.isfinite().all()):
            return f"The gradient of {aim.label} is not finite."
        return (
            f"No pixel has a gradient: {aim.label} stays as it is when the image changes a little, as behind "
            "a ReLU that cuts it off."
        )

    def _region(self, region: Any) -> Box:
        _, height, width = self.specimen.shape
        try:
            left, top, right, bottom = map(float, region)
        except (TypeError, ValueError) as error:
            msg = f"A region is four numbers, left, top, right and bottom in pixels, not {region!r}."
            raise OptionError(msg) from error
        if not (all(map(math.isfinite, (left, top, right, bottom))) and left < right and top < bottom):
            msg = f"A region has left < right and top < bottom, in pixels; {region!r} has not."
            raise OptionError(msg)
        box = (max(0.0, left), max(0.0, top), min(float(width), right), min(float(height), bottom))
        if box[0] >= box[2] or box[1] >= box[3]:
            msg = f"The region {region!r} lies outside of the image, which is {width} × {height} pixels."
            raise OptionError(msg)
        if box == (0.0, 0.0, float(width), float(height)):
            msg = "The region covers the whole image, so there is nothing elsewhere to compare it with."
            raise OptionError(msg)
        return box

    def _placed(self, layers: Iterable[str] | None) -> list[Layer]:
        """The layers that tell places apart."""
        if layers is None:
            return [row for row in self.layers.viewable if _tells_places(row)]
        rows = [self.layers.feature_map(name) for name in ([layers] if isinstance(layers, str) else layers)]
        for row in rows:
            if not _tells_places(row):
                what = "is an attention map" if row.is_attention else "has one cell alone"
                msg = f"Layer {row.name!r} {what}; regions are looked for in feature maps of several cells."
                raise OptionError(msg)
        return rows


class _Seer:
    """Looks at each layer as it is made, and keeps three numbers a channel."""

    def __init__(
        self,
        rows: Sequence[Layer],
        box: Box,
        extent: tuple[int, int],
        most: int,
        progress: Callable[[RegionRanking], object] | None,
    ) -> None:
        self._rows = {row.name: row for row in rows}
        self._box = box
        self._extent = extent
        self._most = most
        self._progress = progress
        self._found: dict[str, Answer] = {}
        self._repeats: set[str] = set()

    def look(self, name: str, output: Tensor, twin: str | None) -> None:
        """Take a layer in."""
        row = self._rows.get(name)
        if row is None or row.layout is None or tuple(output.shape) != row.layout.shape:
            return
        if twin in self._found and self._rows[twin].layout == row.layout:
            self._found[name] = self._found[twin]
            self._repeats.add(name)
        else:
            self._found[name] = self._answer(row, output)
        if self._progress is not None:
            self._progress(self.ranking(len(self._found) / len(self._rows)))

    def ranking(self, done: float) -> RegionRanking:
        """What there is so far."""
        score, inside, outside = (
            {name: found[fact] for name, found in self._found.items()} for fact in range(3)
        )
        return RegionRanking(self._box, score, inside, outside, frozenset(self._repeats), self._most, done)

    def _answer(self, row: Layer, output: Tensor) -> Answer:
        _, height, width = row.picture
        left, top, right, bottom = self._box
        rows = shares(height, self._extent[0], top, bottom)
        return answer(row.arrange(output), rows, shares(width, self._extent[1], left, right))


def _tells_places(row: Layer) -> bool:
    _, height, width = row.picture
    return height * width > 1 and not row.is_attention


def _span(row: Layer, axis: int, cell: int, extent: int) -> tuple[float, float]:
    """First and last pixel, half-open, that a cell could see along an axis, clipped to the image."""
    size = row.receptive_field and row.receptive_field[axis]
    if size is not None and math.isinf(size):
        return 0.0, float(extent)
    start = row.receptive_start and row.receptive_start[axis]
    # Of a single cell no step is needed.
    step = 0.0 if row.picture[1 + axis] == 1 else row.effective_stride and row.effective_stride[axis]
    if size is None or start is None or step is None:
        msg = (
            f"What layer {row.name!r} could see is not known, for something before it has no rule; "
            "effective_field(...) tells what it depends on."
        )
        raise OptionError(msg)
    begin = start + cell * step
    return max(0.0, begin), min(float(extent), begin + size)


def _weighted(picture: Tensor, cell: tuple[int, int]) -> Tensor:
    """A scalar whose gradient is that of ½ Σ a_k²; squares of half precision would overflow."""
    values = picture[:, cell[0], cell[1]].float()
    return (values.detach() * values).sum()


def _box(spans: tuple[Span, Span] | None) -> Box | None:
    if spans is None:
        return None
    (top, bottom), (left, right) = spans
    return float(left), float(top), float(right), float(bottom)
