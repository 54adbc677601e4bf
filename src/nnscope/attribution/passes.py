"""Passes over batches: scores of many inputs, gradients at them, scores with parts of a layer changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn

from nnscope.attribution.aim import Aim, CoupledError, Reached, Reading, differentiable
from nnscope.errors import ForwardError
from nnscope.network.capture import Call, forward
from nnscope.network.guards import untouched
from nnscope.network.rerun import Rerun
from nnscope.records import Layer, Specimen

Handed = Callable[[Call, Tensor], "Tensor | None"]

ROOM = 256 * 2**20
"""Most bytes that what a batch computes may hold at once, roughly: it decides how large a batch is."""
MOST = 16
"""Most images of a batch."""


class Passes:
    """One model asked for one aim on many inputs, in batches as large as memory allows.

    A model that does not answer a batch image by image, be it that it raises, that it mixes them or that
    the aim is a function of the user's, is given one image at a time.

    Args:
        model: The model; it leaves each pass as it came.
        specimen: The image; inputs are variations of its ``input``.
        aim: What is read.
        weight: Bytes of the largest layer, and of all layers, for one image.
    """

    def __init__(self, model: nn.Module, specimen: Specimen, aim: Aim, weight: tuple[int, int]) -> None:
        self.model = model
        self.specimen = specimen
        self.aim = aim
        largest, total = weight
        self.batch = max(1, min(MOST, ROOM // max(1, 2 * largest)))
        """Inputs of one forward pass."""
        self.small_batch = max(1, min(MOST, ROOM // max(1, total)))
        """Inputs of one forward and backward pass, which keeps every layer."""
        self._works = dict.fromkeys(("batches", "tails"), False) if aim.function else {}
        """Which ways to run a batch were found to work, and not to work."""
        self._reruns: dict[tuple[str, int], Rerun] = {}

    # -- inputs ------------------------------------------------------------------------------

    @property
    def image(self) -> Tensor:
        """The input as ``[C, H, W]``, whatever the model's own order."""
        x = self.specimen.input[0]
        return x.movedim(-1, 0) if self.specimen.channels_last else x

    def _placed(self, images: Tensor) -> Tensor:
        """Images ``[n, C, H, W]`` in the order of axes that the model wants."""
        return images.movedim(1, -1) if self.specimen.channels_last else images

    # -- questions ---------------------------------------------------------------------------

    def score(self) -> float:
        """The aim of the image itself."""
        return float(self.scores(self.image[None])[0])

    def scores(self, images: Tensor, *, chance: bool = False) -> Tensor:
        """The aim of each image, float64 CPU ``[n]``, without gradients.

        Args:
            images: ``[n, C, H, W]``.
            chance: Read the probability of a class rather than its logit; other aims are what they are.
        """
        return self._together(
            images, lambda part: self._scores(part, Reading(self.aim, len(part), chance=chance))
        )

    def gradients(
        self, images: Tensor, rule: Callable[[], AbstractContextManager[Any]] = nullcontext
    ) -> Tensor:
        """The gradient of the aim at each image, float32 CPU ``[n, C, H, W]``.

        Args:
            images: ``[n, C, H, W]``.
            rule: Entered around the forward pass; it may change how gradients flow.

        Raises:
            ForwardError: No gradient reaches the input.
        """
        return self._together(images, lambda part: self._gradients(part, rule))

    def changed(self, layer: Layer, values: Tensor) -> Tensor:
        """The aim with other values in place of a layer's, float64 CPU ``[n]``.

        Args:
            layer: The layer.
            values: ``[n, …]``, each laid out as the layer's output without its batch.
        """
        # Up to the layer all images are one and the same: one is enough, where the model then takes many.
        made = self._try("tails", values, lambda part: self._changed(layer, 1, part))
        if made is not None:
            return made
        return self._together(values, lambda part: self._changed(layer, len(part), part))

    # -- inside ------------------------------------------------------------------------------

    def _changed(self, layer: Layer, count: int, part: Tensor) -> Tensor:
        """The aim where a layer hands on other values, in a pass over so many images."""

        def handed(call: Call, output: Tensor) -> Tensor | None:
            return part.flatten(0, 1).to(output) if call.name == layer.name else None

        images = self.image[None].expand(count, *self.image.shape)
        reading = Reading(self.aim, len(part))
        # A unit ends its pass, which then is no longer than it need be, and cannot be recorded.
        run = None if self.aim.unit else self._rerun(layer, images)
        return self._scores(images, reading, handed, run)

    def _rerun(self, layer: Layer, images: Tensor) -> Rerun:
        key = (layer.name, len(images))
        if key not in self._reruns:
            self._reruns[key] = Rerun(self.model, self._placed(images), layer.name)
        return self._reruns[key]

    def _scores(
        self, images: Tensor, reading: Reading, handed: Handed | None = None, run: Rerun | None = None
    ) -> Tensor:
        guard = untouched(self.model) if run is None else nullcontext()  # it has guards of its own
        with guard, torch.no_grad():
            return self._read(reading, images, handed, run).double().cpu()

    def _gradients(self, images: Tensor, rule: Callable[[], AbstractContextManager[Any]]) -> Tensor:
        reading = Reading(self.aim, len(images))
        with untouched(self.model), torch.enable_grad():
            images = images.detach().clone().requires_grad_()
            with rule():
                values = self._read(reading, images, None)
            try:
                (gradient,) = torch.autograd.grad(differentiable(values), [images])
            except RuntimeError as error:
                msg = (
                    f"The backward pass raised: {error}. An operation of this model has no gradient, "
                    "or none reaches the image; choose a method that needs no gradients, such as occlusion."
                )
                raise ForwardError(msg) from error
            return gradient.detach().float().cpu()

    def _read(
        self, reading: Reading, images: Tensor, handed: Handed | None, run: Rerun | None = None
    ) -> Tensor:
        def visit(call: Call, output: Tensor) -> Tensor | None:
            replaced = handed(call, output) if handed else None
            reading.see(call, output if replaced is None else replaced)
            return replaced

        try:
            if run is None:
                output = forward(self.model, self._placed(images), visit, attention=False)
            else:
                output = run(visit, attention=False)
        except Reached:
            output = None
        return reading.values(output)

    def _together(self, images: Tensor, run: Callable[[Tensor], Tensor]) -> Tensor:
        """Run a batch; one by one where this model, or this aim, has no batches."""
        made = self._try("batches", images, run)
        return torch.cat([run(image[None]) for image in images]) if made is None else made

    def _try(self, way: str, images: Tensor, run: Callable[[Tensor], Tensor]) -> Tensor | None:
        """Run a batch, unless this way to do so was found not to answer image by image."""
        works = self._works.get(way)
        if works is False or (len(images) == 1 and not works):
            return None
        try:
            made = run(images)
            self._works[way] = works or self._agrees(made[-1], run(images[-1:])[0])
        except (CoupledError, ForwardError):
            self._works[way] = False
        return made if self._works[way] else None

    @staticmethod
    def _agrees(batched: Tensor, single: Tensor) -> bool:
        """Whether an image has the same answer in company as alone, but for rounding."""
        return bool(torch.allclose(batched, single, rtol=1e-2, atol=1e-3 * float(single.abs().max()) + 1e-6))


def portions(count: int, size: int) -> Iterator[slice]:
    """Slices of at most ``size`` that cover ``count``."""
    for begin in range(0, count, size):
        yield slice(begin, min(count, begin + size))
