"""What one forward pass showed of a model on an image, and what of it is kept."""

from __future__ import annotations

import copy
import itertools
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from nnscope.errors import ModelError, TargetError
from nnscope.network import survey as network
from nnscope.network.check import check
from nnscope.network.fingerprint import Fingerprint
from nnscope.network.labels import labels_for
from nnscope.network.layers import model_name
from nnscope.network.outputs import class_scores, probabilities
from nnscope.network.parts import on_device
from nnscope.network.preprocess import prepare
from nnscope.network.rerun import Rerun
from nnscope.network.silence import Silence, silenced
from nnscope.probe.seen import MEGABYTE, Seen, _forget, _summaries, _values
from nnscope.records import Layer, LayerTable, Prediction, Specimen
from nnscope.tensors.summary import summarize

if TYPE_CHECKING:
    from typing_extensions import Self

AHEAD = 32 * MEGABYTE
"""How much of the layers behind a missing one is kept on the way."""


class Sight(Seen):
    """One model that has looked at one image.

    The forward pass runs once, here; everything else is answered from what it left, or by
    another pass where that was too much to keep (256 MB in all, for the whole process).
    When the model's weights have changed since, the next question runs it again.

    Args:
        model: Any eager ``nn.Module``. It is never changed: see the do-no-harm contract.
        image: ``PIL.Image``, path, array ``H × W`` or ``H × W × C`` (uint8, or float in [0, 1]),
            or a tensor ``[C, H, W]`` / ``[1, C, H, W]``, taken as the model's own input.
        transform: ``"auto"``, ``None`` (native size, normalised only), a callable, a torchvision
            weights enum, or a timm ``pretrained_cfg``.
        labels: ``"auto"`` (ImageNet names for 1000 classes), a sequence, a mapping, or ``None``.
        device: Where to run; another device than the model's own gets a copy of the model.
        name: What to call the model; by default its architecture or class.

    Raises:
        ModelError: Not an ``nn.Module``, TorchScript, on ``meta``, or without a feature map.
        ImageError: The image cannot be used.
        ForwardError: The model raised on this image; its error is the cause.
    """

    def __init__(
        self,
        model: nn.Module,
        image: Any,
        *,
        transform: Any = "auto",
        labels: str | Sequence[str] | Mapping[int, str] | None = "auto",
        device: torch.device | str | None = None,
        name: str | None = None,
    ) -> None:
        self.model = on_device(check(model), device)
        self.name = name or model_name(self.model)
        sample = next((p for p in self.model.parameters() if p.is_floating_point()), torch.empty(0))
        self.specimen = prepare(image, self.model, transform, device=sample.device, dtype=sample.dtype)
        self.epoch = 0
        """Counts how often the model was found changed and run again."""
        self._transform = transform
        self._whole: Sight | None = None
        self._silence: Silence | None = None
        self._wanted: Collection[str] = ()
        self._begin()
        self._run()
        self.labels: list[str] = [] if self._scores is None else labels_for(labels, len(self._scores))
        """Name of each class; empty when the output is no class scores."""

    def altered(
        self,
        specimen: Specimen | None = None,
        silence: Silence | None = None,
        *,
        wanted: Collection[str] = (),
    ) -> Self:
        """The same model on another image of the same size, or with channels silenced.

        It takes over the table of layers, so that a look costs one plain pass.

        Args:
            specimen: The image; by default the same one.
            silence: What is silenced; by default what is silenced here.
            wanted: Names of the layers that will be asked for first: they are kept in that pass.

        Raises:
            ForwardError: The model raised.
        """
        other = copy.copy(self)
        other.specimen = specimen or self.specimen
        other._silence = silence or self._silence
        other._whole = self._whole or self
        other._wanted = wanted
        other._begin()
        other._run()
        return other

    # -- what the forward pass showed -------------------------------------------------------

    @property
    def layers(self) -> LayerTable:
        """Every layer of the forward pass, in order."""
        self.refresh()
        return self._layers

    def refresh(self) -> None:
        """Run the model again if its weights are not those that were seen; every question asks for this."""
        if getattr(self._thread, "settled", False):
            return
        with self._looking:  # one of several threads runs it, the others wait
            if self._fingerprint.stale():
                self.epoch += 1
                self._run()

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Answer this thread from what was seen last, without looking for changed weights each time."""
        before = getattr(self._thread, "settled", False)
        self._thread.settled = True
        try:
            yield
        finally:
            self._thread.settled = before

    def at_hand(self, layer: str) -> bool:
        """Whether the summary of a layer can be given without running the model."""
        row = self._layers.feature_map(layer)
        kept = _summaries.get(self._key, row.name) is not None
        asked = row.query is not None and _values.get(self._key, row.source) is not None
        return (kept or asked) and not self._fingerprint.stale()

    def predictions(self, k: int = 5) -> list[Prediction]:
        """The ``k`` likeliest classes, falling.

        Raises:
            TargetError: The output is no class scores.
        """
        scores = self._class_scores()
        chance = probabilities(scores)
        order = chance.sort(descending=True, stable=True).indices[: max(0, k)].tolist()
        logits, chances = scores.tolist(), chance.tolist()
        return [Prediction(i, self.labels[i], logits[i], chances[i]) for i in order]

    # -- inside -----------------------------------------------------------------------------

    def _begin(self) -> None:
        """What each probe has of its own, also a copy."""
        super()._begin()
        self._thread = threading.local()
        self._looking = threading.RLock()

    def _run(self) -> None:
        _forget(self._key)
        output = self._survey() if self._whole is None else self._glance(self._whole)
        self._fingerprint = Fingerprint(self.model)
        scores = class_scores(output)
        self._scores = None if scores is None else scores[0].detach().clone()

    def _survey(self) -> Any:
        """Find out what layers there are, and look at each; returns the model's output."""
        seen = network.survey(self.model, self.specimen.input, self._keep)
        layers, self._overwritten = seen.layers, seen.overwritten
        count = sum(parameter.numel() for parameter in self.model.parameters())
        self._layers = LayerTable(layers, self.name, count, seen.multiply_adds)
        if not self._layers.viewable:
            shapes = ", ".join(f"{row.name} {list(row.shape)}" for row in layers[:3]) or "none"
            msg = (
                f"{self.name} has no layer whose output is a picture, [1, channels, height, width] or tokens "
                f"of a grid (seen: {shapes}); nnscope looks into networks that keep places apart."
            )
            raise ModelError(msg)
        return seen.output

    def _glance(self, whole: Sight) -> Any:
        """Look at what is wanted, where the layers are known; returns the model's output."""
        whole.refresh()
        self._layers, self._overwritten = whole._layers, whole._overwritten
        with self._changing() as run:
            made, output = network.glance(self.model, self.specimen.input, self._wanted, run)
        for name, value in made.items():
            _values.put(self._key, name, value=value, nbytes=value.nbytes)
        return output

    @contextmanager
    def _changing(self) -> Iterator[Rerun | None]:
        """Silence what is silenced here, in passes that need not begin before it."""
        whole, silence = self._whole, self._silence
        if whole is None or silence is None or any(not self._hears(name) for name in self._wanted):
            with silenced(silence):
                yield None
            return
        key = (whole._key, "rerun", id(self.specimen.input), silence.layer.name)
        rerun: Rerun = _values.get(*key) or Rerun(self.model, self.specimen.input, silence.layer.name)
        with silenced(silence):
            yield rerun
        _values.put(*key, value=rerun, nbytes=rerun.nbytes)

    def _hears(self, name: str) -> bool:
        """Whether a layer comes at or behind what is silenced."""
        silence = self._silence
        return silence is None or self._layers[name].index >= silence.layer.index

    def _keep(self, layer: Layer, output: Tensor, twin: Layer | None) -> None:
        found = _summaries.get(self._key, twin.name) if twin else None
        found = found or summarize(layer.arrange(output))
        _summaries.put(self._key, layer.name, value=found, nbytes=found.nbytes)
        if _values.fits(output.nbytes):
            exact = _values.get(self._key, twin.name) if twin else None
            exact = output.clone() if exact is None else exact
            _values.put(self._key, layer.name, value=exact, nbytes=exact.nbytes)

    def _activation(self, layer: Layer) -> Tensor:
        """The values of a layer as ``[C, H, W]``, not a copy."""
        return layer.arrange(self._output(layer))

    def _output(self, layer: Layer) -> Tensor:
        """What a layer returned, not a copy; on a miss the next layers come along, as far as they fit."""
        found: Tensor | None = _values.get(self._key, layer.source)
        whole = self._whole
        if found is None and whole is not None and not self._hears(layer.source):
            if whole.specimen is self.specimen:
                return whole._output(layer)
            found = network.values(self.model, self.specimen.input, [layer.source])[layer.source]
            _values.put(self._key, layer.source, value=found, nbytes=found.nbytes)
        if found is None:
            with self._changing() as run:
                names = self._following(layer.source)
                made = network.values(self.model, self.specimen.input, names, run)
            for other, value in made.items():
                _values.put(self._key, other, value=value, nbytes=value.nbytes)
            found = made[layer.source]
        return found

    def _following(self, name: str) -> set[str]:
        rows = [row for row in self._layers.viewable if row.index >= self._layers[name].index]
        sizes = itertools.accumulate(map(self._nbytes, rows))
        return {name, *(row.name for row, total in zip(rows, sizes, strict=True) if total <= AHEAD)}

    def _nbytes(self, layer: Layer) -> int:
        return self.specimen.input.element_size() * layer.elements

    def _class_scores(self) -> Tensor:
        self.refresh()
        if self._scores is None:
            msg = (
                f"The output of {self.name} is no class scores [1, classes]; "
                "pass target= a function from it to a scalar, such as lambda out: out['out'][0, 15].mean()."
            )
            raise TargetError(msg)
        return self._scores
