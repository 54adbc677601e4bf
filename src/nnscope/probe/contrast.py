"""What two probes differ in, as pictures and in numbers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from nnscope.attribution.bench import Growing
from nnscope.attribution.heatmap import change
from nnscope.errors import OptionError
from nnscope.probe.explainer import Explainer, Target, _to_the_end
from nnscope.probe.seen import Seen, _forget, _summaries, _values
from nnscope.records import ChannelDifferences, DifferenceTable, Heatmap, Layer, LayerDifference, LayerTable
from nnscope.tensors.similarity import likeness


class Contrast(Seen):
    """This minus the other: two models on an image, a model on two images, or before and after a change.

    Compared are layers of the same name whose pictures have the same size; ``reasons`` has a sentence on
    every other. What it shows is kept in the caches of all probes, and computed again once one of the two
    has been run again.

    Args:
        this: What is looked at.
        other: What is taken away from it.
    """

    def __init__(self, this: Explainer, other: Explainer) -> None:
        self.this = this
        self.other = other
        self._begin()
        self._looking = threading.RLock()
        self._table = LayerTable(())
        self._reasons: dict[str, str] = {}
        self._epochs: tuple[int, int] | None = None
        self.refresh()

    @property
    def epoch(self) -> int:
        """Counts how often either model was found changed and run again."""
        return self.this.epoch + self.other.epoch

    @property
    def names(self) -> tuple[str, str]:
        """What this and the other are called: their models, or where these have one name, their images."""
        for one, two in (
            (self.this.name, self.other.name),
            (self.this.specimen.name, self.other.specimen.name),
        ):
            if one != two:
                return one, two
        return "this", "the other"

    @property
    def layers(self) -> LayerTable:
        """The layers that both have, in the order of this one's pass.

        A table of its own: its rows are counted anew and know nothing of what they read.
        """
        self.refresh()
        return self._table

    @property
    def reasons(self) -> dict[str, str]:
        """Why a layer with pictures cannot be compared, by name, in order; ``""`` where it can."""
        self.refresh()
        return dict(self._reasons)

    def refresh(self) -> None:
        """Run each model again if its weights are not those that were seen; every question asks for this."""
        self.this.refresh()
        self.other.refresh()
        with self._looking:
            epochs = (self.this.epoch, self.other.epoch)
            if epochs != self._epochs:
                _forget(self._key)
                self._compare_layers()
                self._epochs = epochs

    @contextmanager
    def settled(self) -> Iterator[None]:
        """Answer this thread from what was seen last, without looking for changed weights each time."""
        with ExitStack() as stack:
            for sight in (self.this, self.other):
                stack.enter_context(sight.settled())
            yield

    def at_hand(self, layer: str) -> bool:
        """Whether the summary of a layer can be given without running a model."""
        sights = (self.this, self.other)
        if self._epochs != (self.this.epoch, self.other.epoch) or any(s._fingerprint.stale() for s in sights):
            return False
        row = self._known(layer)
        kept = _summaries.get(self._key, row.name) is not None
        return kept or all(_values.get(sight._key, row.source) is not None for sight in sights)

    def channels(self, layer: str) -> ChannelDifferences:
        """What each channel of a layer differs in; see ``nnscope.tensors.similarity`` for the formulas.

        Raises:
            LayerNotFoundError: There is no such layer.
            OptionError: It cannot be compared, or has no pictures.
            ForwardError: A model raised.
        """
        row = self._row(layer)
        found: ChannelDifferences | None = _values.get(self._key, "channels", row.name)
        if found is None:
            alike = likeness(*self._pair(row))
            this, other = self.this.stats(row.name), self.other.stats(row.name)
            numbers = (alike.change.float(), alike.correlation.float(), this.mean, other.mean)
            found = ChannelDifferences(row.name, *numbers, this.max, other.max)
            _values.put(self._key, "channels", row.name, value=found, nbytes=24 * row.channels)
        return found

    def table(self, progress: Callable[[DifferenceTable], object] | None = None) -> DifferenceTable:
        """What each layer differs in.

        Args:
            progress: Called with what is there so far; an exception it raises ends the work.

        Raises:
            ForwardError: A model raised.
        """
        return _to_the_end(self.comparing(), progress)

    def comparing(self) -> Iterator[DifferenceTable]:
        """The table of ``table`` as it grows, layer by layer; the whole of it comes last.

        Of each model it takes a pass for every 32 MB of layers that are not kept, and holds no more of them.
        """
        reasons = self.reasons
        kept: DifferenceTable | None = _values.get(self._key, "table")
        if kept is not None:
            yield kept
            return
        rows: list[LayerDifference] = []
        for name, why in reasons.items():
            rows.append(LayerDifference(name, sentence=why) if why else self._difference(name))
            if not why and len(rows) < len(reasons):
                yield DifferenceTable(rows, self.names, done=len(rows) / len(reasons))
        made = DifferenceTable(rows, self.names)
        _values.put(self._key, "table", value=made, nbytes=256 * len(rows))
        yield made

    def growing(
        self, method: str, target: Target = None, layer: str | None = None, **how: Any
    ) -> Iterator[Growing]:
        """What the map of ``Probe.growing`` has more on this than on the other; the whole of it comes last.

        Raises:
            OptionError: The two maps have different sizes.
            NnscopeError: What making a map raises.
        """
        maps: list[Heatmap] = []
        for half, probe in enumerate((self.this, self.other)):
            for step in probe.growing(method, target, layer, **how):
                if step.done < 1 or step.heatmap is None:
                    yield Growing((half + step.done) / 2, None)
                else:
                    maps.append(step.heatmap)
                    layer = step.heatmap.layer or layer
        this, other = maps
        yield Growing(1.0, change(this, other, self.names))

    # -- inside -----------------------------------------------------------------------------

    def _difference(self, name: str) -> LayerDifference:
        alike = likeness(*self._pair(self._known(name)))
        return LayerDifference(name, known(alike.whole_change), known(alike.whole_correlation))

    def _compare_layers(self) -> None:
        """Find out which layers both have."""
        here, there = self.this._layers, self.other._layers
        both = {row.name: self._why_not(row, there) for row in here.viewable}
        rows = [here[name] for name, why in both.items() if not why]
        rows = [replace(row, index=i, reads=(), inside=None) for i, row in enumerate(rows)]
        self._table = LayerTable(rows, " − ".join(self.names))
        alone = [row.name for row in there.viewable if row.name not in both]
        missing = {name: _missing(self.names[0], name, here) for name in alone}
        self._reasons = {**both, **missing}

    def _why_not(self, row: Layer, there: LayerTable) -> str:
        other = there[row.name] if row.name in there.names else None
        if other is None or not other.viewable:
            return _missing(self.names[1], row.name, there)
        if other.picture != row.picture:
            sizes = (" × ".join(map(str, each.picture)) for each in (row, other))
            return ", ".join(f"{s} in {name}" for s, name in zip(sizes, self.names, strict=True)) + "."
        if other.is_attention != row.is_attention:
            return f"It is an attention map in {self.names[other.is_attention]} alone."
        return ""

    def _row(self, layer: str) -> Layer:
        self.refresh()
        return self._known(layer)

    def _known(self, layer: str) -> Layer:
        why = self._reasons.get(layer)
        if why:
            msg = f"Layer {layer!r} cannot be compared: {why}"
            raise OptionError(msg)
        return self._table.feature_map(layer)

    def _pair(self, layer: Layer) -> tuple[Tensor, Tensor]:
        """The values of both, ``[C, H, W]``, not copies."""
        this, other = (sight._activation(sight._row(layer.name)) for sight in (self.this, self.other))
        return this, other

    def _activation(self, layer: Layer) -> Tensor:
        return _less(*self._pair(layer))

    def _picked(self, layer: Layer, channels: Sequence[int]) -> Tensor:
        return _less(*(values[list(channels)] for values in self._pair(layer)))


def known(value: float) -> float | None:
    """A number, or ``None`` for NaN."""
    return None if value != value else value


def _less(this: Tensor, other: Tensor) -> Tensor:
    """The difference this − other, in float32 at least."""
    dtype = torch.promote_types(torch.promote_types(this.dtype, other.dtype), torch.float32)
    return this.to(dtype) - other.to(this.device, dtype)


def _missing(model: str, layer: str, table: LayerTable) -> str:
    return f"In {model} it has no pictures." if layer in table.names else f"{model} has no such layer."
