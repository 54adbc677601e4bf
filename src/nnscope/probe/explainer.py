"""What drives what a model computes: maps, and what speaks for and against them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import torch
from torch import Tensor

from nnscope.attribution.aim import Aim
from nnscope.attribution.bench import Ask, Bench, Growing
from nnscope.attribution.checks import Checking
from nnscope.attribution.doubt import note
from nnscope.attribution.heatmap import less
from nnscope.attribution.registry import checked, method as lookup
from nnscope.attribution.styles import style as style_of
from nnscope.errors import OptionError, TargetError
from nnscope.network.labels import find_label
from nnscope.network.silence import silenced, stepwise
from nnscope.probe.anatomy import Anatomy
from nnscope.probe.seen import MEGABYTE, _summaries, _values
from nnscope.records import Checks, Heatmap, Unit
from nnscope.tensors.quantize import Codes, coarse_size, quantize, shrink

T = TypeVar("T")

Target = int | str | Unit | Callable[[Any], Tensor] | None
"""Class index, label, a channel or cell, a function of the model's output, or ``None`` for the top class."""

RANKINGS = ("max", "mean", "std", "l2", "active", "share", "effect")
"""What ``strongest`` can rank channels by."""


class Explainer(Anatomy):
    """One model looking at one image, and what drives what it computes."""

    @property
    def note(self) -> str:
        """What to know about this model and input before trusting scores or maps, or ``""``."""
        return self.bench.note

    @property
    def bench(self) -> Bench:
        """Every attribution method, on this model and image; see ``cam`` and ``attribute``."""
        self.refresh()
        return self._bench

    def strongest(self, layer: str, by: str = "max", k: int = 1) -> list[int]:
        """The ``k`` strongest channels of a layer, falling; ties go to the lower number.

        Args:
            layer: Name of a layer.
            by: ``"max"`` (the largest single value), ``"mean"``, ``"std"``, ``"l2"``, ``"active"``
                (fraction of cells above zero), ``"share"`` (contribution to the top class's Grad-CAM) or
                ``"effect"`` (what the top class's logit loses without the channel; a pass for each).
            k: How many.
        """
        if by not in RANKINGS:
            msg = f"Channels cannot be ranked by {by!r}; known: {', '.join(RANKINGS)}."
            raise OptionError(msg)
        order = self._ranked(layer, by).nan_to_num(nan=-torch.inf).sort(descending=True, stable=True).indices
        return [int(i) for i in order[: max(0, k)]]

    # -- what drives a target ---------------------------------------------------------------

    def cam(
        self,
        layer: str | None = None,
        target: Target = None,
        method: str = "gradcam",
        *,
        style: str = "paper",
        versus: int | str | None = None,
        progress: Callable[[Growing], object] | None = None,
    ) -> Heatmap:
        """The activation map of one layer.

        Args:
            layer: Its name; by default the last feature map of more than one cell that drives the
                target (behind its last attention, a class token no longer hears the patches).
            target: What is explained; a class's raw output (its logit), the positive part of a channel or
                the value of a cell (``Unit``), or a callable's value.
            method: A key of ``METHODS`` that makes maps of a layer.
            style: Whose conventions to follow: a key of ``STYLES``.
            versus: Another class, whose map is taken away.
            progress: Called with what is there so far; an exception it raises ends the work.

        Raises:
            LayerNotFoundError: There is no such layer.
            OptionError: The layer is no feature map, or an attention map; or no such method or style.
            TargetError: There is no such class or unit, or the output is no class scores.
            ForwardError: The model raised, or no gradient reaches the layer.
        """
        if lookup(method).at != "layer":
            msg = f"{lookup(method).label} makes a map at the pixels, not of a layer; call attribute(...)."
            raise OptionError(msg)
        return _map(self.growing(method, target, layer, style=style, versus=versus), progress)

    def attribute(
        self,
        target: Target = None,
        method: str = "gradient",
        *,
        layer: str | None = None,
        style: str = "paper",
        versus: int | str | None = None,
        progress: Callable[[Growing], object] | None = None,
        **options: Any,
    ) -> Heatmap:
        """What each pixel of the input has to do with the target.

        Args:
            target: See ``cam``.
            method: A key of ``METHODS`` that makes maps at the pixels.
            layer: Of Guided Grad-CAM, the layer of its Grad-CAM; see ``cam``.
            style: See ``cam``.
            versus: See ``cam``.
            progress: See ``cam``.
            options: Of the method: ``METHODS[method].options`` has their names and defaults.

        Returns:
            A map whose ``raw`` is ``[C, H, W]`` at the size of the input, signed; ``[H, W]`` of methods that
            cover places.

        Raises:
            OptionError: No such method, style or option; or the method cannot be used on this model.
            TargetError: There is no such class or unit, or the output is no class scores.
            ForwardError: The model raised, or no gradient reaches the image.
        """
        if lookup(method).at != "pixels":
            msg = f"{lookup(method).label} makes a map of a layer; call cam(layer, ...)."
            raise OptionError(msg)
        grown = self.growing(method, target, layer, style=style, versus=versus, **options)
        return _map(grown, progress)

    def growing(
        self,
        method: str,
        target: Target = None,
        layer: str | None = None,
        *,
        style: str = "paper",
        versus: int | str | None = None,
        ahead: bool = False,
        **options: Any,
    ) -> Iterator[Growing]:
        """The map of ``cam`` or ``attribute`` while it is made, step by step; the whole of it comes last.

        Between two steps nothing is held: leave off, and the work ends there. ``ahead`` makes the maps of
        all layers along with the one asked for, where that takes one backward pass.
        """
        steps = self._growing(_ask(method, style, options), target, layer, versus, ahead=ahead)
        return stepwise(self._silence, steps)

    def _growing(
        self, ask: Ask, target: Target, layer: str | None, versus: int | str | None, *, ahead: bool
    ) -> Iterator[Growing]:
        aim = self.aim(target)
        if versus is None:
            yield from self.bench.growing(aim, ask, layer, ahead=ahead)
            return
        if aim.index is None:
            msg = f"versus= takes the map of one class from that of another; the target is {aim.label}."
            raise TargetError(msg)
        maps: list[Heatmap] = []
        for half, each in enumerate((aim, self.aim(versus))):
            for step in self.bench.growing(each, ask, layer, ahead=ahead):
                if step.done < 1 or step.heatmap is None:
                    yield Growing((half + step.done) / 2, None)
                else:
                    maps.append(step.heatmap)
                    layer = step.heatmap.layer or layer
        yield Growing(1.0, less(*maps))

    def cams(
        self, target: Target = None, method: str = "gradcam", style: str = "paper"
    ) -> dict[str, Heatmap]:
        """The maps of all layers that a gradient reaches, from one forward and one backward pass.

        Raises:
            OptionError: The method is not made of activations and gradients.
        """
        ask = _ask(method, style, {})
        if ask.method.needs != "pair":
            msg = f"{ask.method.label} has no maps of all layers at once; ask for one with cam(layer, ...)."
            raise OptionError(msg)
        bench, aim = self.bench, self.aim(target)
        with silenced(self._silence):
            return bench.cams(aim, ask, bench.feature_maps)

    def checks(
        self,
        layer: str | None = None,
        target: Target = None,
        method: str = "gradcam",
        *,
        style: str = "paper",
        progress: Callable[[Checks], object] | None = None,
        **options: Any,
    ) -> Checks:
        """What speaks for and against a map.

        The same map is made with random weights (of the last layer, the last half, all layers of a copy of
        the model) and for the likeliest other class; and the class's probability is followed while pixels
        are taken away, or put into a blurred image, in the order of the map.

        Args:
            layer: See ``cam``; not read by most methods at the pixels.
            target: See ``cam``. Only of a class there are another one, and curves.
            method: A key of ``METHODS``.
            style: See ``cam``.
            progress: Called with what is there so far; an exception it raises ends the work.
            options: Of the method, see ``attribute``.

        Raises:
            NnscopeError: What making the map raises.
        """
        return _to_the_end(self.checking(method, target, layer, style=style, **options), progress)

    def checking(
        self,
        method: str,
        target: Target = None,
        layer: str | None = None,
        *,
        style: str = "paper",
        **options: Any,
    ) -> Iterator[Checks]:
        """The checks of ``checks`` as they are made; the whole of them comes last."""
        return stepwise(self._silence, self._checking(_ask(method, style, options), target, layer))

    def _checking(self, ask: Ask, target: Target, layer: str | None) -> Iterator[Checks]:
        aim = self.aim(target)
        for step in self.bench.growing(aim, ask, layer):
            if step.heatmap is None:
                continue
            if step.done < 1:
                yield Checks(step.heatmap)  # what is to be checked is not there yet
            else:
                yield from Checking(self.bench, aim, ask, step.heatmap, self._rival(aim)).run()

    def aim(self, target: Target) -> Aim:
        """What a target stands for.

        Raises:
            TargetError: There is no such class or unit, or the output is no class scores.
            LayerNotFoundError, ChannelNotFoundError: The unit has no such layer or channel.
        """
        if isinstance(target, Unit):
            return self._unit_aim(target)
        if callable(target):
            return Aim("the target function", function=target)
        index = self.target_index(target)
        return Aim(self.labels[index], index=index)

    def target_index(self, target: int | str | None) -> int:
        """Index of a class given by index, label, or ``None`` for the top class.

        Raises:
            TargetError: There is no such class, or the output is no class scores.
        """
        scores = self._class_scores()
        if target is None:
            return int(scores.argmax())
        if isinstance(target, str):
            return find_label(self.labels, target)
        try:
            index = operator.index(target)
        except TypeError:
            index = -1
        if isinstance(target, bool) or not 0 <= index < len(scores):
            msg = f"This model has classes 0 to {len(scores) - 1}; {target!r} is none of them."
            raise TargetError(msg)
        return index

    # -- inside -----------------------------------------------------------------------------

    def _ranked(self, layer: str, by: str) -> Tensor:
        """What channels are ranked by, ``[C]``."""
        values = self.cam(layer).shares if by == "share" else getattr(self.stats(layer), by)
        assert isinstance(values, Tensor)
        return values

    def _run(self) -> None:
        super()._run()
        self._bench = Bench(
            self.model,
            self.specimen,
            self._layers,
            self._overwritten,
            self._output,
            _values,
            self._key,
            self._make_room,
            self.name,
            note(self.model, self.specimen, self._scores),
        )

    def _gradient(self, layer: str, target: Target) -> tuple[str, Tensor]:
        bench, aim = self.bench, self.aim(target)
        with silenced(self._silence):
            return aim.what, bench.gradient(aim, layer)

    def _unit_aim(self, unit: Unit) -> Aim:
        layer = self.layers.feature_map(unit.layer)
        layer.check_channel(unit.channel)
        if layer.is_attention:
            msg = f"Layer {unit.layer!r} is an attention map; a unit is a channel of a feature map."
            raise TargetError(msg)
        _, height, width = layer.picture
        row, column = unit.cell or (0, 0)
        if not (0 <= row < height and 0 <= column < width):
            msg = f"Layer {unit.layer!r} has cells (0, 0) to ({height - 1}, {width - 1}), not {unit.cell}."
            raise TargetError(msg)
        return Aim(unit.label, unit=unit, layer=layer)

    def _rival(self, aim: Aim) -> Aim | None:
        """The likeliest class that is not the one explained."""
        if aim.index is None or len(self.labels) < 2:
            return None
        return self.aim(next(row.index for row in self.predictions(2) if row.index != aim.index))

    def _make_room(self, nbytes: int) -> None:
        """Let exact values, which can be computed again, make room for what a pass holds."""
        _values.trim(240 * MEGABYTE - _summaries.nbytes - nbytes)


def _ask(method: str, style: str, options: dict[str, Any]) -> Ask:
    found = lookup(method)
    return Ask(found, style_of(style, found), checked(found, options))


def _to_the_end(steps: Iterator[T], progress: Callable[[T], object] | None) -> T:
    """The last step, after telling of each."""
    step: T | None = None
    for step in steps:
        if progress is not None:
            progress(step)
    assert step is not None
    return step


def _map(grown: Iterator[Growing], progress: Callable[[Growing], object] | None) -> Heatmap:
    heatmap = _to_the_end(grown, progress).heatmap
    assert heatmap is not None
    return heatmap


def coarse_map(heatmap: Heatmap) -> Codes:
    """What is drawn of a map as codes ``[1, h, w]``, at most 256 × 256 cells."""
    height, width = heatmap.drawn.shape
    return quantize(shrink(heatmap.drawn[None], coarse_size(1, height, width, most=256 * 256)))
