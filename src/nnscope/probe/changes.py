"""What the network computes without some of its channels, and what each of them does to a score."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Collection, Iterable, Iterator
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import Tensor

from nnscope.attribution.masked import losses
from nnscope.attribution.step import plainly
from nnscope.errors import OptionError
from nnscope.network.silence import Silence, Value, stepwise
from nnscope.probe.explainer import Explainer, Target, _to_the_end
from nnscope.probe.seen import _values
from nnscope.probe.sight import Sight
from nnscope.records import Effects, Layer, Prediction

if TYPE_CHECKING:
    from typing_extensions import Self

Fill = float | Literal["mean"] | Sight
"""What a silenced channel holds: a number, its own mean, or what it holds in another probe."""


class Changes(Explainer):
    """One model looking at one image, and what becomes of it when channels fall silent."""

    def silenced(
        self,
        layer: str,
        channels: int | Iterable[int],
        value: Fill = 0.0,
        *,
        others: bool = False,
        wanted: Collection[str] = (),
    ) -> Self:
        """The same model and image, with channels of one layer silenced.

        What comes after the layer is computed from the changed values; every question may be asked. What is
        silenced here already is not silenced there: the new channels take its place.

        Args:
            layer: Name of a layer that has pictures, and is no attention map.
            channels: Which channels, counted from 0.
            value: What they hold in place of what the layer computed: a number, ``"mean"`` (each channel
                its own mean over its cells) or another probe, whose values of this layer they take.
            others: Silence all channels but these.
            wanted: Names of layers that will be asked for first: they are kept in the pass.

        Raises:
            LayerNotFoundError, ChannelNotFoundError: There is no such layer or channel.
            OptionError: The layer has no pictures or is an attention map, the value is no finite number, or
                the other probe's layer has another size.
            ForwardError: The model raised.
        """
        row = self._silenceable(layer)
        chosen = _channels(row, channels)
        if others:
            chosen = sorted(set(range(row.channels)).difference(chosen))
        held = self._held(row, value)
        return self.altered(silence=Silence(row, tuple(chosen), held), wanted=wanted)

    def ablate(self, layer: str, channels: int | Iterable[int], value: Fill = 0.0) -> list[Prediction]:
        """What the model says with channels of one layer silenced: every class, the likeliest first.

        Args:
            layer: See ``silenced``.
            channels: See ``silenced``.
            value: See ``silenced``.

        Raises:
            NnscopeError: What ``silenced`` raises; ``TargetError`` where the output is no class scores.
        """
        count = len(self._class_scores())
        return self.silenced(layer, channels, value).predictions(count)

    def effects(
        self,
        layer: str,
        target: Target = None,
        value: Fill = 0.0,
        *,
        progress: Callable[[Effects], object] | None = None,
    ) -> Effects:
        """What the score of a target loses without each channel of a layer, one at a time.

        Args:
            layer: See ``silenced``.
            target: See ``cam``.
            value: See ``silenced``.
            progress: Called with what is there so far; an exception it raises ends the work.

        Raises:
            NnscopeError: What ``silenced`` raises; ``TargetError`` where there is no such class or unit.
        """
        return _to_the_end(self.scanning(layer, target, value), progress)

    def scanning(self, layer: str, target: Target = None, value: Fill = 0.0) -> Iterator[Effects]:
        """The effects of ``effects`` as they become known; all of them come last.

        Between two steps nothing is held: leave off, and the work ends there.
        """
        return stepwise(self._silence, self._scanning(layer, target, value))

    def contributions(self, layer: str, target: Target = None, method: str = "gradcam") -> Tensor:
        """The part of each channel in a map, w_k A_k; they sum to ``Heatmap.raw``.

        Args:
            layer: See ``cam``.
            target: See ``cam``.
            method: A method of a layer in which each channel has one weight.

        Returns:
            ``[C, H, W]``, float32 CPU.

        Raises:
            OptionError: The method gives a channel no one weight.
            NnscopeError: What ``cam`` raises.
        """
        heatmap = self.cam(layer, target, method)
        if heatmap.weights is None:
            title = heatmap.provenance["title"]
            msg = f"{title} gives a channel no one weight; choose a method that does, such as 'gradcam'."
            raise OptionError(msg)
        values = self._activation(self.layers.feature_map(layer)).float().cpu()
        return heatmap.weights[:, None, None] * values

    # -- inside -----------------------------------------------------------------------------

    def _ranked(self, layer: str, by: str) -> Tensor:
        return self.effects(layer).effects if by == "effect" else super()._ranked(layer, by)

    def _scanning(self, layer: str, target: Target, value: Fill) -> Iterator[Effects]:
        row = self._silenceable(layer)
        held = self._held(row, value)
        aim = self.aim(target)
        key = (self._key, "effects", row.name, aim.key, held)
        repeatable = aim.key is not None and not isinstance(held, Tensor)
        kept: Effects | None = _values.get(*key) if repeatable else None
        if kept is not None:
            yield kept
            return
        passes, output = self.bench.passes(aim), self._output(row)
        for loss in plainly(losses(passes, row, output, held), output.device):
            made = Effects(
                layer=row.name,
                effects=loss.lost.float(),
                whole=loss.whole,
                label=aim.label,
                what=aim.what,
                fill=_words(value),
                target=aim.index,
                unit=aim.unit,
                done=loss.known / loss.total,
            )
            if made.done == 1 and repeatable:
                _values.put(*key, value=made, nbytes=made.effects.nbytes)
            yield made

    def _silenceable(self, layer: str) -> Layer:
        row = self.layers.feature_map(layer)
        if row.is_attention:
            msg = f"Layer {layer!r} is an attention map; only channels of feature maps can be silenced."
            raise OptionError(msg)
        return row

    def _held(self, row: Layer, value: Any) -> Value:
        """A value that may be anything at all, as ``Silence`` takes it."""
        if isinstance(value, Sight):
            found = value.layers.feature_map(row.name)
            if found.picture != row.picture:
                sizes = (" × ".join(map(str, size)) for size in (found.picture, row.picture))
                msg = f"Layer {row.name!r} of the other probe is {{}}, here {{}}; both must have one size."
                raise OptionError(msg.format(*sizes))
            return value.activations(row.name)
        if isinstance(value, str) and value == "mean":
            return "mean"
        if isinstance(value, Real) and value is not True and value is not False:
            number = float(value)
            if math.isfinite(number) and abs(number) <= torch.finfo(self.specimen.input.dtype).max:
                return number
        said = repr(value) if isinstance(value, (Real, str)) else f"a {type(value).__name__}"
        msg = f"A silenced channel holds a finite number, 'mean' or the values of another probe, not {said}."
        raise OptionError(msg)


def _channels(row: Layer, channels: Any) -> list[int]:
    """Numbers of channels, which may be anything at all; each once."""
    several = list(channels) if _is_several(channels) else [channels]
    numbers = set()
    for channel in several:
        try:
            number = operator.index(channel)
        except TypeError:
            number = None
        if number is None or isinstance(channel, bool):
            msg = f"A channel is a whole number, not {channel!r}."
            raise OptionError(msg)
        row.check_channel(number)
        numbers.add(number)
    return sorted(numbers)


def _is_several(channels: Any) -> bool:
    if isinstance(channels, Tensor):
        return channels.dim() > 0
    return isinstance(channels, Iterable) and not isinstance(channels, (str, bytes))


def _words(value: Fill) -> str:
    if isinstance(value, Sight):
        return f"its values in {value.name} on {value.specimen.name}"
    return "its mean" if value == "mean" else f"{value:g}"
