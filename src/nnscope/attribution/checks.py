"""What speaks for and against a map: random weights, another class, and the score as its pixels go or come.

Random weights after Adebayo et al., Sanity Checks for Saliency Maps, NeurIPS 2018 (cascading randomisation);
deletion and insertion after Petsiuk et al., RISE, BMVC 2018, section 4.1.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from nnscope.attribution.aim import Aim
from nnscope.attribution.bench import Ask, Bench
from nnscope.attribution.passes import Passes, portions
from nnscope.attribution.step import plainly
from nnscope.attribution.verdicts import verdicts
from nnscope.errors import ModelError
from nnscope.network import survey
from nnscope.network.parts import named_parts
from nnscope.records import Checks, Control, Curve, Heatmap, Layer
from nnscope.tensors.cache import ByteCache
from nnscope.tensors.ranks import spearman

POINTS = 21
"""Points of a curve, from the whole image to none of it."""
Kind = Literal["randomised", "runner-up"]
CURVES = ("deletion", "insertion", "shuffled")


@dataclass(frozen=True, slots=True)
class Checking:
    """A map, and what is needed to make it again otherwise."""

    bench: Bench
    aim: Aim
    ask: Ask
    heatmap: Heatmap
    runner_up: Aim | None
    """The likeliest class besides the one that is explained."""

    def run(self) -> Iterator[Checks]:
        """Check the map, step by step; each step has what was found so far.

        Raises:
            NnscopeError: What making a map raises.
        """
        yield from plainly(self._run(), self.bench.specimen.input.device)

    def _run(self) -> Iterator[Checks]:
        checks = Checks(self.heatmap)
        weighted = _weighted(self.bench)
        stages = [count for count in dict.fromkeys((1, (len(weighted) + 1) // 2, len(weighted))) if count]
        curves = CURVES if self.aim.index is not None else ()
        total = len(stages) + (self.runner_up is not None) + len(curves) + 1
        made = 0
        for found in self._controls(weighted, stages):
            if isinstance(found, Control):
                made += 1
                checks = replace(checks, controls=(*checks.controls, found), done=made / total)
            yield checks if isinstance(found, Control) else replace(checks, done=(made + found) / total)
        for name in curves:
            made += 1
            curve: dict[str, Any] = {name: self._curve(name)}
            checks = replace(checks, done=made / total, **curve)
            yield checks
        yield replace(checks, done=1.0, verdicts=verdicts(checks))

    # -- other maps --------------------------------------------------------------------------

    def _controls(self, weighted: list[str], stages: list[int]) -> Iterator[Control | float]:
        """The maps to compare with, each after how much of it is done, 0 to 1."""
        for count in stages:
            try:
                bench = self._random_bench(weighted[-count:])
            except ModelError:  # the other checks need no copy
                break
            some = f"the last {count} of" if count > 1 else "the last of"
            label = f"{'all' if count == len(weighted) else some} {len(weighted)} layers random"
            yield from self._control("randomised", label, bench, self.aim)
        if self.runner_up is not None:
            label = f"runner-up: {self.runner_up.label}"
            yield from self._control("runner-up", label, self.bench, self.runner_up)

    def _control(self, kind: Kind, label: str, bench: Bench, aim: Aim) -> Iterator[Control | float]:
        for step in bench.growing(aim, self.ask, self.heatmap.layer or None):
            if step.done < 1 or step.heatmap is None:
                yield step.done
            else:
                yield Control(kind, label, step.heatmap, spearman(self.heatmap.drawn, step.heatmap.drawn))

    def _random_bench(self, names: list[str]) -> Bench:
        model, x = randomised(self.bench.model, names), self.bench.specimen.input

        def values(layer: Layer) -> Tensor:
            return survey.values(model, x, {layer.source})[layer.source]

        nothing: ByteCache[Any] = ByteCache(0)
        return replace(self.bench, model=model, values=values, cache=nothing, owner=object(), note="")

    # -- curves ------------------------------------------------------------------------------

    def _curve(self, name: str) -> Curve:
        passes = self.bench.passes(self.aim)
        plane = shuffled(self.heatmap.drawn) if name == "shuffled" else self.heatmap.drawn
        order = importance(plane, passes.image.shape[1:])
        start, end = passes.image, torch.zeros_like(passes.image)
        if name == "insertion":
            start, end = blurred(passes.image), passes.image
        return curve(passes, order, start, end)


def shuffled(plane: Tensor) -> Tensor:
    """The same cells at other places: as coarse as the map, so that what is covered is as large."""
    order = torch.randperm(plane.numel(), generator=torch.Generator().manual_seed(0))
    return plane.flatten()[order].reshape(plane.shape)


def importance(plane: Tensor, size: tuple[int, int] | torch.Size) -> Tensor:
    """The pixels in the order of a map, the largest value first, as numbers row by row, ``[H · W]``."""
    finite = plane[plane.isfinite()]
    plane = plane.nan_to_num(nan=float(finite.min()) if len(finite) else 0.0)
    if plane.shape != torch.Size(size):
        plane = F.interpolate(plane[None, None], tuple(size), mode="bilinear", align_corners=False)[0, 0]
    return plane.flatten().sort(descending=True, stable=True).indices


def curve(passes: Passes, order: Tensor, start: Tensor, end: Tensor) -> Curve:
    """The class's probability while the pixels of one image are replaced by those of another.

    Args:
        passes: The model and the class.
        order: Numbers of the pixels, ``[H · W]``.
        start: ``[C, H, W]``.
        end: ``[C, H, W]``.
    """
    fractions = torch.linspace(0, 1, POINTS)
    counts = (fractions * len(order)).round().long().tolist()
    values = []
    for part in portions(POINTS, passes.batch):
        images = start.repeat(part.stop - part.start, 1, 1, 1)
        for image, count in zip(images, counts[part], strict=True):
            image.flatten(1)[:, order[:count]] = end.flatten(1)[:, order[:count]]
        values.append(passes.scores(images, chance=True))
    return Curve(fractions, torch.cat(values).float())


def blurred(image: Tensor) -> Tensor:
    """A picture ``[C, H, W]`` through a Gaussian of 11 × 11 pixels and σ = 5, its edge pixels repeated."""
    taps = torch.exp(-((torch.arange(11) - 5.0) ** 2) / (2 * 5.0**2))
    kernel = (taps / taps.sum()).to(image)
    soft = F.pad(image[:, None], (5, 5, 5, 5), mode="replicate")
    soft = F.conv2d(F.conv2d(soft, kernel[None, None, None]), kernel[None, None, :, None])
    return soft[:, 0]


# -- random weights ------------------------------------------------------------------------------


def randomised(model: nn.Module, names: list[str]) -> nn.Module:
    """A copy of the model in which some parts have weights drawn anew, as many and as wide as before.

    Each parameter gets the normal distribution of its own mean and deviation, so that activations keep
    their size; biases and other single numbers of no deviation stay.

    Args:
        model: The model; it is not touched.
        names: Names of the parts.

    Raises:
        ModelError: The model cannot be copied.
    """
    try:
        other = copy.deepcopy(model)
    except Exception as error:
        msg = f"{type(model).__name__} cannot be copied ({error}), so no control with random weights is made."
        raise ModelError(msg) from error
    draw = torch.Generator().manual_seed(0)
    parts = {name: part for part, name in named_parts(other).items()}
    with torch.no_grad():
        for name in names:
            for parameter in parts[name].parameters(recurse=False):
                if parameter.numel() > 1 and parameter.is_floating_point():
                    drawn = torch.randn(parameter.shape, generator=draw).to(parameter)
                    parameter.copy_(drawn * parameter.std() + parameter.mean())
    return other


def _weighted(bench: Bench) -> list[str]:
    """The parts that have weights of their own, in the order in which they ran."""
    places = {layer.name: layer.index for layer in bench.layers}
    named = {name: part for part, name in named_parts(bench.model).items()}
    own = [name for name, part in named.items() if any(True for _ in part.parameters(recurse=False))]
    return sorted(own, key=lambda name: places.get(name, len(places)))
