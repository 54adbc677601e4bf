"""Gradient ascent on images, step by step."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from nnscope.errors import ForwardError, OptionError, TargetError
from nnscope.network.guards import interruption_point, untouched
from nnscope.network.outputs import class_scores
from nnscope.network.silence import Silence, silenced
from nnscope.network.tap import Tap
from nnscope.records import FeatureVisualization, Specimen
from nnscope.synthesis import motion
from nnscope.synthesis.canvas import Pixels, Spectrum
from nnscope.synthesis.objective import Objective, likeness
from nnscope.synthesis.paint import Paint
from nnscope.synthesis.provenance import provenance
from nnscope.synthesis.settings import Settings
from nnscope.synthesis.wake import waking

BOTTOM = (
    "Nothing in this layer is below zero, so this is one of many images that leave the channel silent; a "
    "layer before the ReLU tells more of what it dislikes."
)
STILL = 48
"""Steps without a gradient after which an image is left as it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is asked: a model, the layer that is read, and the input that it is used to."""

    model: nn.Module
    name: str
    """What the model is called."""
    layer: str | None
    """The layer that is read; ``None`` for class scores."""
    specimen: Specimen
    """An image the model has seen: its colours and its order of axes hold for those that are made."""
    silence: Silence | None
    at_once: int
    """How many images memory allows in one pass."""


class _Found(NamedTuple):
    """What one pass read."""

    values: Tensor
    """The objective of each image, ``[m]``, with its graph."""
    pictures: Tensor
    """What the layer made of each, ``[m, C, H, W]``; of classes the scores ``[m, classes]``."""


class Ascent(Iterator[FeatureVisualization]):
    """Images on their way: each ``next`` is a round of steps, at least one.

    The model is held for a whole round, for to guard it costs as much as a step of a small network. Between
    two rounds nothing is held: leave off, and the work ends there; go on, and it goes on as if it had not
    stopped. The last one has ``done == 1``.

    Args:
        subject: What is asked.
        objectives: What each image is made for; those of one objective stand together.
        settings: How.
        start: An image ``[C, H, W]`` in [0, 1] to start from; by default noise.
        every: Seconds that a round takes.
        hurry: Asked after each step; where it says yes, the round ends there.

    Raises:
        OptionError: The model does not take images of that size.
        ForwardError: The model raised.
        TargetError: There are no such class scores, or the layer was not run.
    """

    def __init__(
        self,
        subject: Subject,
        objectives: Sequence[Objective],
        settings: Settings,
        start: Tensor | None = None,
        *,
        every: float = 0.25,
        hurry: Callable[[], bool] = lambda: False,
    ) -> None:
        self.settings = settings
        self.steps = settings.steps
        """How many steps were asked for."""
        self.latest: FeatureVisualization | None = None
        """What was shown last."""
        self._subject = subject
        self._objectives = list(objectives)
        self._from = "noise" if start is None else "an image"
        self._every, self._hurry = every, hurry
        self._paint = Paint(subject.specimen)
        self._sign = -1.0 if settings.negative else 1.0
        device = subject.specimen.input.device
        count = len(objectives)
        shape = (count, subject.specimen.shape[0], *settings.size)
        self._canvas: Spectrum | Pixels
        if settings.method == "fourier":
            self._canvas = Spectrum(shape, device, settings.step_size)
        else:
            self._canvas = Pixels(shape, device, settings.step_size, settings.l2, settings.tv)
        self._generator = torch.Generator().manual_seed(settings.seed)  # on the CPU: the same on all devices
        self._history: list[Tensor] = []
        self._notes = [""] * count
        self._resting = torch.zeros(count, dtype=torch.bool)  # given up, or dead
        self._still = torch.zeros(count, dtype=torch.long)  # steps without a gradient, in a row
        self._lived = torch.zeros(count, dtype=torch.bool)  # had a gradient once
        self._scores = torch.full((count,), math.nan)
        self._good = self._canvas.parameters.detach().clone()
        self._part = max(subject.at_once // settings.pictures, 1) * settings.pictures
        with self._held():
            self._tap = self._tapped(shape)
            self._begin(start)

    def extend(self, steps: int) -> None:
        """Ask for more steps, also after the last one."""
        self.steps += steps
        self._scores = torch.full_like(self._scores, math.nan)

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to do."""
        return len(self._history) >= self.steps or bool(self._resting.all())

    def __next__(self) -> FeatureVisualization:
        """The images after another round."""
        if self.latest is not None and self.latest.done == 1 and self.ended:
            raise StopIteration
        until = time.monotonic() + self._every
        with self._held():
            while not self.ended:
                interruption_point()
                self._step()
                if time.monotonic() >= until or self._hurry():
                    break
            if self.ended:
                self._settle()
        self.latest = self._record()
        return self.latest

    # -- steps ------------------------------------------------------------------------------

    @contextmanager
    def _held(self) -> Iterator[None]:
        """The model, guarded, with the channels silenced that are."""
        subject = self._subject
        with silenced(subject.silence), untouched(subject.model), torch.enable_grad():
            yield

    def _step(self) -> None:
        size = self.settings.size
        move = motion.draw(size, self._generator) if self.settings.moves else None
        values, gradient = self._ascend(move)
        strength = gradient.flatten(1).abs().amax(1).cpu()  # of it NaN and zero are seen at a glance
        self._wake(gradient, strength, move)
        for index in (~(values + strength).isfinite() & ~self._resting).nonzero().flatten().tolist():
            self._give_up(index, float(values[index]))
        parameters = self._canvas.parameters
        self._good = parameters.detach().clone()
        resting = self._resting.to(parameters.device)
        if resting.any():
            values[self._resting] = math.nan
            gradient[resting] = 0
        self._history.append(values)
        self._canvas.climb(gradient)
        if resting.any():  # Adam goes on without a gradient
            with torch.no_grad():
                parameters[resting] = self._good[resting]

    def _ascend(self, move: motion.Motion | None) -> tuple[Tensor, Tensor]:
        """The objective of each image, float32 CPU ``[n]``, and where its parameters go, ``[n, …]``."""
        parts = [self._pull(part, move) for part in self._parts()]
        values, gradients = zip(*parts, strict=True)
        return torch.cat(values), torch.cat(gradients)

    def _parts(self) -> list[slice]:
        return [slice(i, i + self._part) for i in range(0, len(self._objectives), self._part)]

    def _pull(self, part: slice, move: motion.Motion | None) -> tuple[Tensor, Tensor]:
        """The same for some of the images."""
        images = self._canvas.drawn(part)
        found = self._read(images if move is None else motion.moved(images, move), part)
        wanted = self._sign * found.values.sum() - self._sameness(found)
        parameters = self._canvas.parameters
        reached = wanted.requires_grad
        (gradient,) = torch.autograd.grad(wanted, [parameters], allow_unused=True) if reached else (None,)
        if gradient is None:
            raise ForwardError(self._unreached())
        return found.values.detach().float().cpu(), gradient[part]

    def _wake(self, gradient: Tensor, strength: Tensor, move: motion.Motion | None) -> None:
        """Find a way for images that have no gradient, and leave those for which there was none for long."""
        closed = (strength == 0) & ~self._resting
        self._still = torch.where(closed, self._still + 1, 0)
        self._lived |= ~closed
        for part in self._parts():
            if closed[part].any():
                with waking():
                    _, other = self._pull(part, move)
                gradient[part] = torch.where(_rows(closed[part], other), other, gradient[part])
        for index in (self._still >= STILL).nonzero().flatten().tolist():
            since = len(self._history) - STILL + 1
            label = self._objectives[index].label
            dead = (
                f"{label[:1].upper()}{label[1:]} is dead: nothing in {STILL} steps changes it, for its "
                "gradient is zero; start= takes an image that it answers to."
            )
            alive = f"From step {since} on nothing changes it: its gradient is zero."
            self._rest(index, alive if self._lived[index] else dead)

    def _sameness(self, found: _Found) -> Tensor | float:
        """What is taken away where the images of one objective are alike."""
        count, weight = self.settings.pictures, self.settings.diversity
        if count == 1 or weight == 0 or self._subject.layer is None:
            return 0.0
        pairs = (likeness(group) for group in found.pictures.split(count))
        scales = found.values.detach().abs().split(count)
        return weight * sum(
            (scale.mean() * alike for scale, alike in zip(scales, pairs, strict=True)), torch.zeros(())
        )

    def _read(self, images: Tensor, part: slice) -> _Found:
        """What the model makes of images in [0, 1]."""
        output = self._tap(self._paint.encoded(images))
        objectives = self._objectives[part]
        if self._subject.layer is None:
            scores = class_scores(output, len(images))
            if scores is None:
                name = self._subject.name
                msg = f"The output of {name} is no class scores [n, classes]; name a layer instead."
                raise TargetError(msg)
            pictures = scores
        else:
            layout = self._tap.layout
            assert layout is not None
            if output.shape[0] != len(images) * layout.shape[0]:
                raise OptionError(self._coupled())
            pictures = torch.stack([layout.picture(each) for each in output.split(layout.shape[0])])
        values = [objective.of(picture) for objective, picture in zip(objectives, pictures, strict=True)]
        return _Found(torch.stack(values), pictures)

    # -- the beginning and the end -------------------------------------------------------------

    def _tapped(self, shape: tuple[int, int, int, int]) -> Tap:
        _, channels, height, width = shape
        subject = self._subject
        noise = torch.rand(1, channels, height, width, generator=torch.Generator().manual_seed(0))
        given = self._paint.encoded(noise.to(subject.specimen.input.device))
        try:
            tap = Tap(subject.model, subject.layer, given)
            if subject.layer is None:
                tap(given)
        except ForwardError as error:
            _, own_height, own_width = subject.specimen.shape
            if (height, width) == (own_height, own_width):
                raise
            reason = str(error.__cause__ or error).strip().splitlines()[0].rstrip(".")
            msg = (
                f"{subject.name} takes no images of {height} × {width} pixels ({reason}); "
                f"choose another size=, such as its own, {own_height} × {own_width}."
            )
            raise OptionError(msg) from error
        if subject.layer is not None and tap.layout is None:
            msg = (
                f"Layer {subject.layer!r} has no picture at {height} × {width} pixels; choose a larger size=."
            )
            raise OptionError(msg)
        return tap

    def _begin(self, start: Tensor | None) -> None:
        """Lay out the start."""
        parameters = self._canvas.parameters
        with torch.no_grad():
            if start is not None:
                parameters.copy_(self._canvas.of(start[None].to(parameters)).expand_as(parameters))
            else:
                parameters.copy_(self._noise())
        self._check_apart()

    def _check_apart(self) -> None:
        """Make sure that the model answers several images as it answers each alone."""
        part = slice(0, min(2, self._part))
        if len(self._objectives[part]) == 1:
            return
        with torch.no_grad():
            images = self._canvas.drawn(part)
            images = torch.stack([images[0], torch.zeros_like(images[0])])
            together, alone = self._read(images, part).values, self._read(images[:1], slice(0, 1)).values
        if not torch.allclose(together[:1], alone, rtol=1e-2, atol=1e-6, equal_nan=True):
            raise OptionError(self._coupled())

    def _coupled(self) -> str:
        return f"{self._subject.name} does not answer several images one by one; ask for one at a time."

    def _noise(self) -> Tensor:
        """The same for the first image of each objective, and so on: no image depends on its company."""
        parameters, count = self._canvas.parameters, self.settings.pictures
        generator = torch.Generator().manual_seed(self.settings.seed)
        noise = self._canvas.noise(torch.Size((count, *parameters.shape[1:])), generator)
        return noise.repeat(len(parameters) // count, *[1] * (parameters.dim() - 1)).to(parameters)

    def _settle(self) -> None:
        """Read the objective of the images as they are."""
        with torch.no_grad():
            for part in self._parts():
                found = self._read(self._canvas.drawn(part), part)
                self._scores[part] = found.values.float().cpu()
                if self.settings.negative and self._subject.layer and not (found.pictures < 0).any():
                    self._notes[part] = [note or BOTTOM for note in self._notes[part]]

    def _rest(self, index: int, note: str) -> None:
        self._resting[index] = True
        self._notes[index] = note

    def _give_up(self, index: int, value: float) -> None:
        """Go back to the last image of which the objective was a number."""
        if not self._history:
            msg = f"{self._objectives[index].what} is {value} at the start; choose another layer or start=."
            raise ForwardError(msg[:1].upper() + msg[1:])
        with torch.no_grad():
            self._canvas.parameters[index] = self._good[index]
        self._rest(
            index, f"At step {len(self._history) + 1} the objective was {value}; this is the image before."
        )

    def _unreached(self) -> str:
        place = f"layer {self._subject.layer!r}" if self._subject.layer else "the class scores"
        return (
            f"No gradient flows from {place} of {self._subject.name} to the image, so nothing says how to "
            "change it; choose a layer that is computed from the image by differentiable operations."
        )

    def _record(self) -> FeatureVisualization:
        with torch.no_grad():
            images = self._canvas.drawn(slice(None))
            tensor = self._paint.encoded(images)
        count = len(self._objectives)
        history = torch.stack(self._history, 1) if self._history else torch.empty(count, 0)
        done = 1.0 if self.ended else min(len(self._history) / self.steps, 0.999)
        subject = self._subject
        about = {"layer": subject.layer or "", "transform": subject.specimen.transform, "start": self._from}
        facts = provenance(self._objectives, self.settings, self.steps, about)
        return FeatureVisualization(
            tensor=(tensor.movedim(-1, 1) if subject.specimen.channels_last else tensor).float().cpu(),
            drawn=images.detach().float().cpu().clone(),
            labels=[objective.label for objective in self._objectives],
            history=history,
            scores=self._scores.clone(),
            steps=self.steps,
            notes=list(self._notes),
            sentence=facts["sentence"],
            provenance=facts,
            done=done,
        )


def _rows(which: Tensor, like: Tensor) -> Tensor:
    """A choice of images, to be broadcast over what is held of each."""
    return which.to(like.device).reshape(-1, *[1] * (like.dim() - 1))
