"""Every method on one model and one image: what is kept, and what need not be computed again."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, NoReturn

import torch
from torch import Tensor, nn

from nnscope.attribution.aim import Aim
from nnscope.attribution.cam import Maps, Question, gradient, layer_maps
from nnscope.attribution.head import Head, find_head, refuse
from nnscope.attribution.heatmap import About, heatmap
from nnscope.attribution.passes import Passes
from nnscope.attribution.registry import METHODS, Method
from nnscope.attribution.step import Step, plainly
from nnscope.attribution.styles import STYLES, Style
from nnscope.attribution.weighted import LayerMap, Pair, combined
from nnscope.errors import OptionError, TargetError
from nnscope.records import Heatmap, Layer, LayerTable, Specimen
from nnscope.tensors.cache import ByteCache

MEGABYTE = 2**20
AT_ONCE = 192 * MEGABYTE
"""How much of the layers is held for their maps in one backward pass."""

TOGETHER = {key: method.make for key, method in METHODS.items() if method.needs == "pair" and method.each}
"""The methods that are made of a pair whenever a gradient comes by: none of them need be asked for twice."""


class Growing(NamedTuple):
    """A map on its way."""

    done: float
    """How much of the work is done, 0 to 1."""
    heatmap: Heatmap | None
    """What there is of the map; the whole map last."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A method, and how it is to be used."""

    method: Method
    style: Style
    options: Mapping[str, Any]

    @property
    def arguments(self) -> dict[str, Any]:
        """What the method's function is given besides its subject."""
        return {**self.style.methods[self.method.key], **self.options}

    @property
    def key(self) -> tuple[Hashable, ...]:
        """The same for what computes the same numbers."""
        return (self.method.key, *sorted(self.arguments.items()))


@dataclass(frozen=True)
class Bench:
    """One model and one image, ready for every method.

    Args:
        model: The model; it leaves each pass as it came.
        specimen: The image.
        layers: The layers of its forward pass.
        overwritten: Those whose values a later in-place operation changes.
        values: From a layer to its exact output, batch included; not to be written to.
        cache: What is made is kept here, under ``owner``.
        owner: First item of every key.
        room: Called with the bytes that a pass is going to hold.
        name: What the model is called.
        note: What to know before trusting any map of this model and image, or ``""``.
    """

    model: nn.Module
    specimen: Specimen
    layers: LayerTable
    overwritten: frozenset[str]
    values: Callable[[Layer], Tensor]
    cache: ByteCache[Any]
    owner: Hashable
    room: Callable[[int], None]
    name: str
    note: str

    # -- maps of many layers -----------------------------------------------------------------

    @cached_property
    def feature_maps(self) -> tuple[Layer, ...]:
        """The layers that have maps: those with pictures, but for attention."""
        return tuple(row for row in self.layers.viewable if not row.is_attention)

    def cams(self, aim: Aim, ask: Ask, rows: Sequence[Layer]) -> dict[str, Heatmap]:
        """The maps of those layers that a gradient reaches, in one forward and one backward pass.

        Of large inputs it takes several. What was made for this aim before is not made again.
        """
        atlas = self._atlas(aim, ask, rows)
        about = self._about(aim, ask)
        key = ask.method.key
        return {row.name: heatmap(row, Step(found[key]), about) for row in rows if (found := atlas[row.name])}

    @property
    def at_once(self) -> bool:
        """Whether the maps of all layers come from one backward pass; of large inputs they need several."""
        return sum(map(self.nbytes, self.feature_maps)) <= AT_ONCE

    # -- one map -----------------------------------------------------------------------------

    def growing(self, aim: Aim, ask: Ask, layer: str | None, *, ahead: bool = False) -> Iterator[Growing]:
        """One map, as it grows; what was made before comes at once.

        Args:
            aim: What is explained.
            ask: How.
            layer: Where; ``None`` for the last layer that drives the target. Not read by most methods
                at the pixels.
            ahead: Make the maps of all layers along with this one where that takes one pass.

        Raises:
            OptionError: The method cannot be used here.
            TargetError: No gradient reaches the layer, or the target is no class where one is needed.
            ForwardError: The model raised.
        """
        row = None if ask.method.needs == "passes" else self._row(aim, ask, layer)
        if ask.method.needs == "pair":
            assert row is not None
            if ahead and self.at_once:
                self._atlas(aim, ask, self.feature_maps)
            yield Growing(1.0, self._reached(aim, ask, row))
            return
        place = row if ask.method.at == "layer" else None
        about = self._about(aim, ask, None if place else row)
        for step in self._kept(aim, ask, row):
            yield Growing(step.done, heatmap(place, step, about))

    def gradient(self, aim: Aim, layer: str) -> Tensor:
        """The gradient of an aim at a layer, ``[C, H, W]``.

        Raises:
            OptionError: The layer is no feature map, or an attention map.
            TargetError: No gradient reaches the layer.
            ForwardError: The model raised.
        """
        row = self._row(aim, _GRADCAM, layer)
        self.room(self.nbytes(row))
        found = gradient(self.model, self.specimen.input, aim, row, self.overwritten)
        if found is None:
            self._unreached(row)
        return found

    def passes(self, aim: Aim) -> Passes:
        """The model, asked for an aim."""
        sizes = [self.nbytes(row) for row in self.layers if row.batched] or [0]
        return Passes(self.model, self.specimen, aim, (max(sizes), sum(sizes)))

    def nbytes(self, layer: Layer) -> int:
        """Size of a layer's output."""
        return self.specimen.input.element_size() * layer.elements

    # -- inside ------------------------------------------------------------------------------

    def _about(self, aim: Aim, ask: Ask, through: Layer | None = None) -> About:
        defaults = ask.method.options
        chosen = {name: value for name, value in ask.options.items() if value != defaults.get(name)}
        if through is not None:  # a layer's Grad-CAM is in it
            chosen["Grad-CAM at"] = through.name
        return About(self.name, self.specimen, ask.method, ask.style, aim, self.note, chosen)

    def _kept(self, aim: Aim, ask: Ask, row: Layer | None) -> Iterator[Step]:
        """The steps of a method that takes passes of its own; the last one is kept."""
        key = (self.owner, aim.key, row and row.name, *ask.key)
        kept: Step | None = self.cache.get(*key) if aim.key is not None else None
        if kept is not None:
            yield kept
            return
        for step in plainly(self._run(aim, ask, row), self.specimen.input.device):
            if step.done == 1 and aim.key is not None:
                self.cache.put(*key, value=step, nbytes=_nbytes(step.made))
            yield step

    def _run(self, aim: Aim, ask: Ask, row: Layer | None) -> Iterator[Step]:
        method, arguments = ask.method, ask.arguments
        if method.needs == "passes":
            yield from method.make(self.passes(aim), **arguments)
            return
        assert row is not None
        if method.needs == "layer":
            yield from method.make(self.passes(aim), row, self.values(row), **arguments)
        elif method.needs == "cam":
            cam = self._atlas(aim, _GRADCAM, [row])[row.name]
            if not cam:
                self._unreached(row)
            yield from method.make(self.passes(aim), cam["gradcam"], **arguments)
        elif method.needs == "values":
            picture = row.arrange(self.values(row))
            yield Step(method.make(Pair(picture, picture), **arguments))
        else:
            yield Step(method.make(row.arrange(self.values(row)), self._head_weights(aim, row)))

    def _head_weights(self, aim: Aim, row: Layer) -> Tensor:
        if aim.index is None:
            msg = f"CAM explains a class, not {aim.label}; use 'gradcam'."
            raise TargetError(msg)
        head = self._head
        if head is None or row.name not in head.layers:
            refuse(head, row.name)
        return head.weights[aim.index]

    @cached_property
    def _head(self) -> Head | None:
        return find_head(self.model, self.specimen.input, self.layers.viewable)

    def _row(self, aim: Aim, ask: Ask, layer: str | None) -> Layer:
        if layer is None:
            return self._last(aim, ask)
        row = self.layers.feature_map(layer)
        if row.is_attention:
            msg = f"Layer {layer!r} is an attention map; class activation maps are made at feature maps."
            raise OptionError(msg)
        return row

    def _last(self, aim: Aim, ask: Ask) -> Layer:
        """The last layer that drives the aim, or where that is blank, the last one as wide that is not."""
        if ask.method.needs == "head" and self._head is not None:
            return self.layers[self._head.layers[-1]]
        rows = [row for row in self.feature_maps if row.picture[1] * row.picture[2] > 1]
        rows = rows or list(self.feature_maps)
        if aim.layer is not None:  # what comes before the unit, and is not the unit's own layer
            rows = [row for row in rows if row.index < aim.layer.index] or rows
        if ask.method.needs == "values":
            return rows[-1]
        alike = [row for row in rows if row.width == rows[-1].width]
        found: list[Layer] = []
        for asked in (alike[-1:], alike):
            atlas = self._atlas(aim, _GRADCAM, asked)
            found = [row for row in asked if atlas[row.name]]
            driving = [row for row in found if _drives(atlas[row.name])]
            if driving:
                return driving[-1]
        if found:
            return found[-1]
        msg = "No gradient of the target reaches any layer: the model runs under no_grad or detaches."
        raise TargetError(msg)

    def _reached(self, aim: Aim, ask: Ask, row: Layer) -> Heatmap:
        maps = self.cams(aim, ask, [row])
        if row.name not in maps:
            self._unreached(row)
        return maps[row.name]

    @staticmethod
    def _unreached(row: Layer) -> NoReturn:
        msg = (
            f"No gradient of the target reaches layer {row.name!r}, so it has no map: its output is "
            "not used for this target, or the model runs it under no_grad. Choose another layer."
        )
        raise TargetError(msg)

    def _atlas(self, aim: Aim, ask: Ask, rows: Sequence[Layer]) -> Mapping[str, Maps | None]:
        """The maps of some layers by their names; ``None`` marks one that no gradient reaches."""
        key, arguments = ask.method.key, ask.arguments
        together = key in TOGETHER and not arguments
        place = (self.owner, "atlas", aim.key, *(() if not arguments else ask.key))
        known: dict[str, Maps | None] = (self.cache.get(*place) if aim.key is not None else None) or {}
        missing = [row for row in rows if row.name not in known or key not in (known[row.name] or {key})]
        if not missing:
            return known

        def make(pair: Pair) -> Maps:
            if together:
                return combined(pair, {name: method(pair) for name, method in TOGETHER.items()})
            made = ask.method.make(pair, **arguments)
            return {key: made} if isinstance(made, LayerMap) else combined(pair, {key: made})

        made: dict[str, Maps] = {}
        for portion in self._portions(missing):
            self.room(sum(map(self.nbytes, portion)))
            layouts = {row.name: row.layout for row in portion if row.layout is not None}
            question = Question(aim, make, layouts, self.overwritten)
            made.update(layer_maps(self.model, self.specimen.input, question))
        new = {row.name: _joined(known.get(row.name), made.get(row.name)) for row in missing}
        known = {**known, **new}
        if aim.key is not None:
            held = itertools.chain.from_iterable(maps.values() for maps in known.values() if maps)
            self.cache.put(*place, value=known, nbytes=sum(map(_nbytes, held)))
        return known

    def _portions(self, rows: Sequence[Layer]) -> Iterator[Sequence[Layer]]:
        portion: list[Layer] = []
        held = 0
        for row in rows:
            size = self.nbytes(row)
            if portion and held + size > AT_ONCE:
                yield portion
                portion, held = [], 0
            portion.append(row)
            held += size
        yield portion


_GRADCAM = Ask(METHODS["gradcam"], STYLES["paper"], {})


def _drives(maps: Maps | None) -> bool:
    weights = maps["gradcam"].weights if maps else None
    return weights is not None and bool((weights != 0).any())


def _joined(known: Maps | None, new: Maps | None) -> Maps | None:
    return {**(known or {}), **new} if new is not None else known


def _nbytes(made: LayerMap | Tensor) -> int:
    tensors: Iterable[Tensor | None] = (made,) if isinstance(made, torch.Tensor) else made
    return sum(tensor.nbytes for tensor in tensors if tensor is not None)
