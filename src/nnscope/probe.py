"""``Probe``: one model, one image, asked many things. No widget needed."""

from __future__ import annotations

import itertools
import math
import operator
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from nnscope.attribution.cam import ClassMap, Question, Score, class_maps
from nnscope.attribution.heatmap import About, heatmap
from nnscope.attribution.registry import METHODS, Method, method as lookup
from nnscope.errors import ModelError, OptionError, TargetError
from nnscope.network import survey as network
from nnscope.network.capture import check
from nnscope.network.fingerprint import Fingerprint
from nnscope.network.labels import find_label, labels_for
from nnscope.network.layers import model_name
from nnscope.network.outputs import class_scores, is_distribution, probabilities
from nnscope.network.parts import on_device
from nnscope.network.preprocess import prepare
from nnscope.records import ChannelStats, Heatmap, Layer, LayerTable, Prediction
from nnscope.tensors.cache import ByteCache
from nnscope.tensors.quantize import Codes, coarse_size, quantize, shrink
from nnscope.tensors.summary import Summary, summarize

Target = int | str | Callable[[Any], Tensor] | None
"""Class index, label, a function of the model's output, or ``None`` for the top class."""

RANKINGS = ("max", "mean", "std", "l2", "active", "share")
"""What ``strongest`` can rank channels by."""

MEGABYTE = 2**20
_summaries: ByteCache[Summary] = ByteCache(96 * MEGABYTE)
_values: ByteCache[Any] = ByteCache(112 * MEGABYTE)
AT_ONCE = 192 * MEGABYTE
"""How much of the layers is held for their maps in one backward pass."""
AHEAD = 32 * MEGABYTE
"""How much of the layers behind a missing one is kept on the way."""
_serial = itertools.count()


class Probe:
    """One model looking at one image.

    The forward pass runs once, here; everything else is answered from what it left, or by
    another pass where that was too much to keep (256 MB in all, for every probe of the process).
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
        self._thread = threading.local()
        self._key = next(_serial)
        weakref.finalize(self, _forget, self._key)
        self._run()
        self.labels: list[str] = [] if self._scores is None else labels_for(labels, len(self._scores))
        """Name of each class; empty when the output is no class scores."""

    # -- what the forward pass showed -------------------------------------------------------

    @property
    def layers(self) -> LayerTable:
        """Every layer of the forward pass, in order."""
        self.refresh()
        return self._layers

    def refresh(self) -> None:
        """Run the model again if its weights are not those that were seen; every question asks for this."""
        if not getattr(self._thread, "settled", False) and self._fingerprint.stale():
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

    @property
    def note(self) -> str:
        """What to know about this model before trusting its scores, in a sentence, or ``""``."""
        if self._scores is not None and is_distribution(self._scores):
            return (
                "The output already sums to 1, as behind a softmax: maps explain a probability, not a logit."
            )
        return ""

    def activations(self, layer: str) -> Tensor:
        """The exact values of a layer, ``[C, H, W]``, in the model's dtype, on its device; yours to change.

        Tokens ``[N, C]`` stand on their grid, prefix tokens left out; an attention map has a channel
        a head and shows where the class token looks, or the patch in row 3 and column 5 for
        ``"blocks.3.attn.softmax@3,5"``.

        Raises:
            LayerNotFoundError: There is no such layer.
            OptionError: The layer's output is no feature map.
        """
        return self._activation(self.layers.feature_map(layer)).clone()

    def summary(self, layer: str) -> Summary:
        """Statistics and coarse tiles of a layer, at most about 100 KB."""
        row = self.layers.feature_map(layer)
        found = _summaries.get(self._key, row.name)
        if found is None:
            found = summarize(self._activation(row))
            _summaries.put(self._key, row.name, value=found, nbytes=found.nbytes)
        return found

    def at_hand(self, layer: str) -> bool:
        """Whether the summary of a layer can be given without running the model."""
        row = self._layers.feature_map(layer)
        kept = _summaries.get(self._key, row.name) is not None
        asked = row.query is not None and _values.get(self._key, row.source) is not None
        return (kept or asked) and not self._fingerprint.stale()

    def stats(self, layer: str) -> ChannelStats:
        """Statistics of each channel of a layer."""
        return self.summary(layer).stats

    def tiles(self, layer: str, channels: Sequence[int]) -> Codes:
        """Some channels of a layer at native size, quantised, ``[n, H, W]``."""
        return quantize(self._activation(self.layers.feature_map(layer))[list(channels)])

    def channel(self, layer: str, channel: int) -> Tensor:
        """The exact values of one channel, float32 CPU ``[H, W]``.

        Raises:
            ChannelNotFoundError: The layer has no such channel.
        """
        found = self.layers.feature_map(layer)
        found.check_channel(channel)
        return self._activation(found)[channel].float().cpu().clone()

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

    def strongest(self, layer: str, by: str = "max", k: int = 1) -> list[int]:
        """The ``k`` strongest channels of a layer, falling; ties go to the lower number.

        Args:
            layer: Name of a layer.
            by: ``"max"`` (the largest single value), ``"mean"``, ``"std"``, ``"l2"``, ``"active"``
                (fraction of cells above zero) or ``"share"`` (contribution to the top class's Grad-CAM).
            k: How many.
        """
        if by not in RANKINGS:
            msg = f"Channels cannot be ranked by {by!r}; known: {', '.join(RANKINGS)}."
            raise OptionError(msg)
        values = self.cam(layer).shares if by == "share" else getattr(self.stats(layer), by)
        order = values.nan_to_num(nan=-torch.inf).sort(descending=True, stable=True).indices
        return [int(i) for i in order[: max(0, k)]]

    # -- what drives a target ---------------------------------------------------------------

    def cam(self, layer: str | None = None, target: Target = None, method: str = "gradcam") -> Heatmap:
        """The class activation map of one layer.

        Args:
            layer: Its name; by default the last feature map of more than one cell that drives the
                target (behind its last attention, a class token no longer hears the patches).
            target: What is explained; a class's raw output (its logit), or a callable's value.
            method: A key of ``METHODS``.

        Raises:
            LayerNotFoundError: There is no such layer.
            OptionError: The layer is no feature map, or an attention map.
            TargetError: There is no such class, or the output is no class scores.
            ForwardError: The model raised, or no gradient reaches the layer.
        """
        if layer is None:
            return self._last(target, lookup(method))
        found = self.layers.feature_map(layer)
        maps = self._maps(target, lookup(method), [found])
        if found.is_attention:
            msg = f"Layer {layer!r} is an attention map; class activation maps are made at feature maps."
            raise OptionError(msg)
        if found.name not in maps:
            msg = (
                f"No gradient of the target reaches layer {found.name!r}, so it has no map: its output is "
                "not used for this target, or the model runs it under no_grad. Choose another layer."
            )
            raise TargetError(msg)
        return maps[found.name]

    def cams(self, target: Target = None, method: str = "gradcam") -> dict[str, Heatmap]:
        """The maps of all layers that a gradient reaches, from one forward and one backward pass."""
        self.refresh()
        return self._maps(target, lookup(method), self._layers.viewable)

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

    def _run(self) -> None:
        _forget(self._key)
        layers, output, self._overwritten = network.survey(self.model, self.specimen.input, self._keep)
        self._fingerprint = Fingerprint(self.model)
        self._layers = LayerTable(layers, self.name)
        scores = class_scores(output)
        self._scores = None if scores is None else scores.detach().clone()
        if not self._layers.viewable:
            shapes = ", ".join(f"{row.name} {list(row.shape)}" for row in layers[:3]) or "none"
            msg = (
                f"{self.name} has no layer whose output is a picture, [1, channels, height, width] or tokens "
                f"of a grid (seen: {shapes}); nnscope looks into networks that keep places apart."
            )
            raise ModelError(msg)

    def _keep(self, layer: Layer, output: Tensor, twin: Layer | None) -> None:
        found = _summaries.get(self._key, twin.name) if twin else None
        found = found or summarize(layer.arrange(output))
        _summaries.put(self._key, layer.name, value=found, nbytes=found.nbytes)
        if _values.fits(output.nbytes):
            exact = _values.get(self._key, twin.name) if twin else None
            exact = output.clone() if exact is None else exact
            _values.put(self._key, layer.name, value=exact, nbytes=exact.nbytes)

    def _last(self, target: Target, method: Method) -> Heatmap:
        """The map of the last layer, or where that is blank, of the last one as wide that is not."""
        rows = [row for row in self.layers.viewable if not row.is_attention]
        rows = [row for row in rows if row.picture[1] * row.picture[2] > 1] or rows
        alike = [row for row in rows if row.width == rows[-1].width]
        for asked in (alike[-1:], alike):
            maps = list(self._maps(target, method, asked).values())
            driving = [heatmap for heatmap in maps if bool((heatmap.weights != 0).any())]
            if driving:
                return driving[-1]
        if maps:
            return maps[-1]
        msg = "No gradient of the target reaches any layer: the model runs under no_grad or detaches."
        raise TargetError(msg)

    def _activation(self, layer: Layer) -> Tensor:
        """The values of a layer, not a copy; on a miss the next layers come along, as far as they fit."""
        found: Tensor | None = _values.get(self._key, layer.source)
        if found is None:
            made = network.values(self.model, self.specimen.input, self._following(layer.source))
            for other, value in made.items():
                _values.put(self._key, other, value=value, nbytes=value.nbytes)
            found = made[layer.source]
        return layer.arrange(found)

    @property
    def maps_at_once(self) -> bool:
        """Whether the maps of all layers come from one backward pass; of large inputs they need several."""
        return sum(map(self._nbytes, self.layers.viewable)) <= AT_ONCE

    def _portions(self, rows: Sequence[Layer]) -> Iterator[Sequence[Layer]]:
        portion: list[Layer] = []
        for row in rows:
            if portion and sum(map(self._nbytes, (*portion, row))) > AT_ONCE:
                yield portion
                portion = []
            portion.append(row)
        yield portion

    def _nbytes(self, layer: Layer) -> int:
        return self.specimen.input.element_size() * math.prod(layer.shape)

    def _following(self, name: str) -> set[str]:
        rows = [row for row in self._layers.viewable if row.index >= self._layers[name].index]
        sizes = itertools.accumulate(map(self._nbytes, rows))
        return {name, *(row.name for row, total in zip(rows, sizes, strict=True) if total <= AHEAD)}

    def _class_scores(self) -> Tensor:
        self.refresh()
        if self._scores is None:
            msg = (
                f"The output of {self.name} is no class scores [1, classes]; "
                "pass target= a function from it to a scalar, such as lambda out: out['out'][0, 15].mean()."
            )
            raise TargetError(msg)
        return self._scores

    def _maps(self, target: Target, method: Method, rows: Sequence[Layer]) -> dict[str, Heatmap]:
        if callable(target):
            return self._explain(target, method, rows, None)
        index = self.target_index(target)
        # None marks a layer that no gradient reaches, so that it is not tried again.
        atlas: dict[str, Heatmap | None] = _values.get(self._key, method.key, index) or {}
        rows = [row for row in rows if not row.is_attention]
        missing = [row for row in rows if row.name not in atlas]
        if missing:
            made = self._explain(_score(index), method, missing, index)
            atlas = {**atlas, **{row.name: made.get(row.name) for row in missing}}
            _values.put(self._key, method.key, index, value=atlas, nbytes=_nbytes(atlas.values()))
        wanted = ((row.name, atlas[row.name]) for row in rows)
        return {name: heatmap for name, heatmap in wanted if heatmap is not None}

    def _explain(
        self, score: Score, method: Method, rows: Sequence[Layer], index: int | None
    ) -> dict[str, Heatmap]:
        made: dict[str, ClassMap] = {}
        for portion in self._portions(rows):
            # Exact values, which can be computed again, make room for what the pass holds.
            _values.trim(240 * MEGABYTE - _summaries.nbytes - sum(map(self._nbytes, portion)))
            layouts = {row.name: row.layout for row in portion if row.layout is not None}
            question = Question(score, method, layouts, self._overwritten)
            made.update(class_maps(self.model, self.specimen.input, question))
        label = "the target function" if index is None else self.labels[index]
        about = About(self.name, self.specimen, method, index, label, self.note)
        return {row.name: heatmap(row, made[row.name], about) for row in rows if row.name in made}


def coarse_map(heatmap: Heatmap) -> Codes:
    """The raw map as codes ``[1, h, w]``, at most 128 × 128 cells: what the panel draws."""
    height, width = heatmap.raw.shape
    return quantize(shrink(heatmap.raw[None], coarse_size(1, height, width, most=128 * 128)))


def _score(index: int) -> Score:
    def score(output: Any) -> Tensor:
        scores = class_scores(output)
        if scores is None:
            msg = "The output is no class scores this time, though it was before; pass a callable target."
            raise TargetError(msg)
        return scores[index]

    return score


def _nbytes(maps: Iterable[Heatmap | None]) -> int:
    return sum(m.raw.nbytes + m.weights.nbytes + m.shares.nbytes for m in maps if m is not None)


def _forget(key: int) -> None:
    _summaries.discard(key)
    _values.discard(key)


__all__ = ["METHODS", "RANKINGS", "Probe", "Target", "coarse_map"]
