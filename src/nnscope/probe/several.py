"""Two models over several images: what their layers differ in, and whether they tell images apart alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from nnscope.errors import ImageError
from nnscope.network import survey as network
from nnscope.network.preprocess import prepare
from nnscope.probe.contrast import Contrast, known
from nnscope.probe.explainer import Explainer, _to_the_end
from nnscope.probe.seen import MEGABYTE, _summaries, _values
from nnscope.records import DifferenceTable, Layer, LayerDifference
from nnscope.tensors.similarity import FEW, gram, likeness_of, linear_cka, sums

HELD = 128 * MEGABYTE
"""How much of the layers, of all images and both models, is held at a time."""


def differences(
    model_a: nn.Module,
    model_b: nn.Module,
    images: Any,
    *,
    transform: Any = "auto",
    progress: Callable[[DifferenceTable], object] | None = None,
) -> DifferenceTable:
    """What the layers of two models differ in, over some images; see ``nnscope.differences``."""
    several = _listed(images)
    if not several:
        msg = "There is no image; give one or more."
        raise ImageError(msg)
    this, other = (
        Explainer(model, several[0], transform=transform, labels=None) for model in (model_a, model_b)
    )
    contrast = Contrast(this, other)
    if len(several) == 1:
        return contrast.table(progress)
    inputs = (_inputs(explainer, several, transform) for explainer in (this, other))
    return _to_the_end(Several(contrast, *inputs).run(), progress)


class _Piece(NamedTuple):
    """Some channels of a layer."""

    layer: str
    begin: int
    end: int
    last: bool
    """Whether they are the last ones of it."""

    def of(self, values: Tensor) -> Tensor:
        """These channels of ``[C, H, W]``."""
        return values[self.begin : self.end]


class _Tally:
    """What is known of one layer so far: sums over cells a channel and image, Gram matrices of the images."""

    def __init__(self, images: int) -> None:
        self._rows: list[list[Tensor]] = [[] for _ in range(images)]
        self._grams = [torch.zeros(images, images, dtype=torch.float64) for _ in range(2)]

    def add(self, this: Tensor, other: Tensor) -> None:
        """Take some more channels, ``[images, c, H, W]``."""
        for rows, a, b in zip(self._rows, this, other, strict=True):
            rows.append(sums(a, b))
        if len(self._rows) >= FEW:
            for matrix, features in zip(self._grams, (this, other), strict=True):
                matrix.add_(gram(features))

    def difference(self, name: str) -> LayerDifference:
        """What they add up to."""
        alike = [likeness_of(torch.cat(rows)) for rows in self._rows]
        change, correlation = ([getattr(each, f"whole_{fact}") for each in alike] for fact in _MEANS)
        return LayerDifference(name, _mean(change), _mean(correlation), linear_cka(*self._grams))


_MEANS = ("change", "correlation")


class Several:
    """A walk through the layers of two models, as many at a time as fit for all images.

    Linear CKA needs every image at once, and a portion of the layers needs a pass of each image: the passes
    grow with the square of the images, what is held does not grow.

    Args:
        contrast: The two on the first image.
        this: Inputs of this one, all of one shape.
        other: Those of the other, of the same images.
    """

    def __init__(self, contrast: Contrast, this: Sequence[Tensor], other: Sequence[Tensor]) -> None:
        self._contrast = contrast
        self._sides = ((contrast.this, this), (contrast.other, other))
        self._found: dict[str, LayerDifference] = {}
        self._tallies: defaultdict[str, _Tally] = defaultdict(lambda: _Tally(len(this)))

    def run(self) -> Iterator[DifferenceTable]:
        """The table as it grows; the whole of it comes last."""
        reasons = self._contrast.reasons
        self._found = {name: LayerDifference(name, sentence=why) for name, why in reasons.items() if why}
        groups = list(self._groups())
        for number, group in enumerate(groups):
            self._take(group)
            if number < len(groups) - 1:
                yield self._table(reasons, (number + 1) / len(groups))
        yield self._table(reasons, 1.0)

    # -- inside -----------------------------------------------------------------------------

    def _table(self, order: Iterable[str], done: float) -> DifferenceTable:
        rows = [self._found[name] for name in order if name in self._found]
        return DifferenceTable(rows, self._contrast.names, len(self._sides[0][1]), done)

    def _groups(self) -> Iterator[list[_Piece]]:
        """The common layers, cut up so that what is held of each group stays small."""
        group: list[_Piece] = []
        room = HELD
        images = sum(x.element_size() for _, inputs in self._sides for x in inputs)
        for row in self._contrast.layers:
            channels, height, width = row.picture
            each = images * height * width
            begin = 0
            while begin < channels:
                fit = room // each
                if fit == 0 and group:
                    yield group
                    group, room = [], HELD
                    continue
                end = min(channels, begin + max(1, fit))
                group.append(_Piece(row.name, begin, end, end == channels))
                room -= (end - begin) * each
                begin = end
        if group:
            yield group

    def _take(self, group: list[_Piece]) -> None:
        _values.trim(240 * MEGABYTE - _summaries.nbytes - HELD)
        held = [self._held(sight, inputs, group) for sight, inputs in self._sides]
        for piece in group:
            pair = [side.pop(piece) for side in held]
            missed = [s.name for (s, _), values in zip(self._sides, pair, strict=True) if values is None]
            if missed:
                why = f"{missed[0]} does not run it alike on every image."
                self._found[piece.layer] = LayerDifference(piece.layer, sentence=why)
            elif piece.layer not in self._found:
                this, other = (values for values in pair if values is not None)
                self._tallies[piece.layer].add(this, other)
            if piece.last and piece.layer not in self._found:
                self._found[piece.layer] = self._tallies[piece.layer].difference(piece.layer)
            if piece.last:
                self._tallies.pop(piece.layer, None)

    def _held(
        self, sight: Explainer, inputs: Sequence[Tensor], group: Sequence[_Piece]
    ) -> dict[_Piece, Tensor | None]:
        """The pieces of all images, ``[images, c, H, W]``; ``None`` where an image has not that layer."""
        rows = {piece.layer: sight._layers[piece.layer] for piece in group}
        held: dict[_Piece, Tensor | None] = {}
        for number, x in enumerate(inputs):
            made = network.values(sight.model, x, {row.source for row in rows.values()})
            for piece in group:
                values = _arranged(rows[piece.layer], made)
                if number == 0 and values is not None:
                    size = (len(inputs), *piece.of(values).shape)
                    held[piece] = torch.empty(size, dtype=values.dtype, device=values.device)
                kept = held.get(piece)
                if values is None or kept is None:
                    held[piece] = None
                else:
                    kept[number] = piece.of(values)
        return held


def _arranged(row: Layer, made: dict[str, Tensor]) -> Tensor | None:
    output = made.get(row.source)
    fits = output is not None and row.layout is not None and tuple(output.shape) == row.layout.shape
    return row.arrange(output) if output is not None and fits else None


def _mean(values: Sequence[float]) -> float | None:
    """The mean of those that are numbers."""
    numbers = [value for value in values if known(value) is not None]
    return sum(numbers) / len(numbers) if numbers else None


def _listed(images: Any) -> list[Any]:
    """One image, or several."""
    several = isinstance(images, Iterable) and not isinstance(images, str)
    return list(images) if several and getattr(images, "ndim", 4) == 4 else [images]


def _inputs(sight: Explainer, images: Sequence[Any], transform: Any) -> list[Tensor]:
    first = sight.specimen.input
    rest = (
        prepare(image, sight.model, transform, device=first.device, dtype=first.dtype) for image in images[1:]
    )
    inputs = [first, *(specimen.input for specimen in rest)]
    sizes = [tuple(x.shape[1:]) for x in inputs]
    if len(set(sizes)) > 1:
        number = next(i for i, size in enumerate(sizes) if size != sizes[0])
        msg = (
            f"Image {number} gives {sight.name} an input of {list(sizes[number])}, image 0 one of "
            f"{list(sizes[0])}; several images are compared at one size, so pass a transform= that makes it."
        )
        raise ImageError(msg)
    return inputs
