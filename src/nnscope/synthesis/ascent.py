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
from nnscope.synthesis import motion, notes
from nnscope.synthesis.canvas import Pixels, Spectrum
from nnscope.synthesis.objective import Objective, likeness
from nnscope.synthesis.paint import Paint
from nnscope.synthesis.provenance import held, provenance
from nnscope.synthesis.settings import MOST_STEPS, Settings, whole
from nnscope.synthesis.wake import waking


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
        self._sign = -1.0 if settings.negative else 1.0
        self._generator = torch.Generator().manual_seed(settings.seed)  # on the CPU: the same on all devices
        self._fresh: list[Tensor] = []  # the objectives of the steps since what was shown last
        self._notes = [""] * len(objectives)
        self._part = max(subject.at_once // settings.pictures, 1) * settings.pictures
        with self._held():  # outside inference_mode and autocast from the first tensor on
            self._lay_out(len(objectives))
            self._tap = self._tapped()
            self._begin(start)

    def _lay_out(self, count: int) -> None:
        """All that is held of each image."""
        specimen, settings = self._subject.specimen, self.settings
        shape, device = (count, specimen.shape[0], *settings.size), specimen.input.device
        self._paint = Paint(specimen)
        self._canvas: Spectrum | Pixels
        if settings.method == "fourier":
            self._canvas = Spectrum(shape, device, settings.step_size)
        else:
            self._canvas = Pixels(shape, device, settings.step_size, settings.l2, settings.tv)
        self._good = self._canvas.parameters.detach().clone()
        self._history = torch.empty(count, 0, dtype=torch.float32)
        self._resting = torch.zeros(count, dtype=torch.bool)  # given up, or dead
        self._still = torch.zeros(count, dtype=torch.long)  # steps without a gradient, in a row
        self._lived = torch.zeros(count, dtype=torch.bool)  # had a gradient once
        self._scores = torch.full((count,), math.nan, dtype=torch.float32)

    def extend(self, steps: int) -> None:
        """Ask for more steps, 1 to 1,000,000, also after the last one.

        Raises:
            OptionError: It is no such number.
        """
        self.steps += whole("steps", steps, 1, MOST_STEPS)
        self._scores = torch.full_like(self._scores, math.nan)

    @property
    def step(self) -> int:
        """How many steps are done."""
        return self._history.shape[1] + len(self._fresh)

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to do."""
        return self.step >= self.steps or bool(self._resting.all())

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
            made = self._record()
        self.latest = made  # not before an interrupt had its turn: what was not handed out comes again
        return made

    # -- steps ------------------------------------------------------------------------------

    @contextmanager
    def _held(self) -> Iterator[None]:
        """The model, guarded, with the channels silenced that are."""
        subject = self._subject
        with silenced(subject.silence), untouched(subject.model), torch.enable_grad():
            yield

    def _step(self) -> None:
        before = self._generator.get_state()
        move = motion.draw(self.settings.size, self._generator) if self.settings.moves else None
        try:
            values, gradient = self._ascend(move)
            strength = gradient.flatten(1).abs().amax(1).cpu()  # of it NaN and zero are seen at a glance
            self._wake(gradient, strength, move)
        except BaseException:  # whoever goes on after an interrupt makes this very step
            self._generator.set_state(before)
            raise
        for index in (~(values + strength).isfinite() & ~self._resting).nonzero().flatten().tolist():
            self._give_up(index, float(values[index]))
        parameters = self._canvas.parameters
        self._good = parameters.detach().clone()
        resting = self._resting.to(parameters.device)
        if resting.any():
            values[self._resting] = math.nan
            gradient[resting] = 0
        self._fresh.append(values)
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
        for part in self._parts():
            if closed[part].any():
                with waking():
                    _, other = self._pull(part, move)
                gradient[part] = torch.where(_rows(closed[part], other), other, gradient[part])
        self._still = torch.where(closed, self._still + 1, 0)
        self._lived |= ~closed
        for index in (self._still >= notes.STILL).nonzero().flatten().tolist():
            never = notes.stuck(self._objectives[index], negative=self.settings.negative)
            self._rest(index, notes.halted(self.step - notes.STILL + 1) if self._lived[index] else never)

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

    def _tapped(self) -> Tap:
        subject, (height, width) = self._subject, self.settings.size
        channels, own_height, own_width = subject.specimen.shape
        noise = torch.rand(1, channels, height, width, generator=torch.Generator().manual_seed(0))
        given = self._paint.encoded(noise.to(subject.specimen.input.device))
        try:
            tap = Tap(subject.model, subject.layer, given)
            if subject.layer is None:
                tap(given)
        except ForwardError as error:
            if (height, width) == (own_height, own_width):
                raise
            reason = str(error.__cause__ or error).strip().splitlines()[0].rstrip(".")
            msg = (
                f"{subject.name} takes no images of {height} × {width} pixels ({reason}); "
                f"choose another size=, such as its own, {own_height} × {own_width}."
            )
            raise OptionError(msg) from error
        if subject.layer is not None:
            self._check_picture(tap)
        return tap

    def _check_picture(self, tap: Tap) -> None:
        """Make sure that the layer has a picture at this size, and the cells that are to be read."""
        shape = None if tap.layout is None else tap.layout.picture_shape
        place = f"at {self.settings.size[0]} × {self.settings.size[1]} pixels"
        if shape is None:
            msg = f"Layer {self._subject.layer!r} has no picture {place}; choose a larger size=."
            raise OptionError(msg)
        _, rows, columns = shape
        for cell in {objective.cell for objective in self._objectives if objective.cell}:
            if not (0 <= cell[0] < rows and 0 <= cell[1] < columns):
                last = f"({rows - 1}, {columns - 1})"
                msg = f"Layer {self._subject.layer!r} has cells (0, 0) to {last} {place}, not {cell}."
                raise OptionError(msg)

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
            alone = self._read(images[:1], slice(0, 1)).values
            try:
                together = self._read(images, part).values
            except ForwardError as error:
                raise OptionError(self._coupled()) from error
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
                if self.settings.negative:
                    seen = zip(self._objectives[part], found.pictures, self._notes[part], strict=True)
                    self._notes[part] = [notes.BOTTOM if notes.floored(o, p) else note for o, p, note in seen]

    def _rest(self, index: int, note: str) -> None:
        self._resting[index] = True
        self._notes[index] = note

    def _give_up(self, index: int, value: float) -> None:
        """Go back to the last image of which the objective was a number."""
        if not self.step:
            raise ForwardError(notes.hopeless(self._objectives[index], value))
        with torch.no_grad():
            self._canvas.parameters[index] = self._good[index]
        self._rest(index, notes.broken(self.step + 1, value))

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
        if self._fresh:
            self._history = torch.cat([self._history, torch.stack(self._fresh, 1)], 1)
            self._fresh = []
        done = 1.0 if self.ended else min(self.step / self.steps, 0.999)
        subject = self._subject
        about = {"layer": subject.layer or "", "transform": subject.specimen.transform, "start": self._from}
        if subject.silence is not None:
            about["silenced"] = held(subject.silence)
        facts = provenance(self._objectives, self.settings, self.steps, about)
        return FeatureVisualization(
            tensor=(tensor.movedim(-1, 1) if subject.specimen.channels_last else tensor).float().cpu(),
            drawn=images.detach().float().cpu().clone(),
            labels=[objective.label for objective in self._objectives],
            history=self._history,
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
