"""What the layers are made of, and how single values come about."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

from torch import Tensor

from nnscope.errors import ChannelNotFoundError, NnscopeError, OptionError
from nnscope.network.calls import Given, given
from nnscope.network.convolution import kernels
from nnscope.network.flow import INPUT
from nnscope.network.histograms import Subject, nothing
from nnscope.network.parameters import cuts
from nnscope.network.silence import silenced
from nnscope.network.stages import chain, stages
from nnscope.network.sums.explain import arithmetic
from nnscope.probe.seen import _values
from nnscope.probe.sight import Sight
from nnscope.records import Arithmetic, Histogram, Kernels, Layer, Stage
from nnscope.records.histogram import KINDS, Numbers

MOST_BINS = 1024


class Anatomy(Sight):
    """One model looking at one image, taken apart: weights, sums, distributions."""

    def weights(self, layer: str) -> Tensor:
        """The weights of a convolution or linear layer as they were used; a copy, yours to change.

        Weights that are computed (weight norm, standardised weights) are those the layer multiplied with.

        Args:
            layer: Name of a convolution (also transposed, grouped, or a call of ``F.conv2d``) or of a linear
                layer.

        Returns:
            ``[out, in / groups, kH, kW]``, in the model's dtype, on its device; kH is 1 of a convolution
            along a line. Of a linear layer ``[out, in, 1, 1]``, or ``[out, C, H, W]`` where it reads a
            feature map ``[C, H, W]`` that was flattened just before.

        Raises:
            LayerNotFoundError: There is no such layer.
            OptionError: It has no such weights, or they have depth.
            ForwardError: The model raised.
        """
        return self.kernels(layer).weights.clone()

    def kernels(self, layer: str) -> Kernels:
        """The weights of ``weights`` and what goes with them; not copies, so not to be written to.

        Raises:
            NnscopeError: What ``weights`` raises.
        """
        row = self.layers[layer]
        return kernels(self._given(row), self._source(row))

    def arithmetic(self, layer: str, channel: int, y: int, x: int) -> Arithmetic:
        """How one value came about: the patch of the input it was made of, and the sum.

        Args:
            layer: Name of a convolution, linear layer, pooling, norm or activation that has pictures.
            channel: Counted from 0.
            y: Row of the cell.
            x: Its column.

        Returns:
            The terms, worked out in float64 without the network; ``total`` equals ``value`` but for rounding.

        Raises:
            LayerNotFoundError, ChannelNotFoundError: No such layer or channel.
            OptionError: No such cell, or none at all; or the layer has no pictures, or does something else.
            ForwardError: The model raised.
        """
        row = self.layers.feature_map(layer)
        channel, y, x = _whole(channel, "channel"), _whole(y, "row"), _whole(x, "column")
        row.check_channel(channel)
        row.check_cell(y, x)
        return arithmetic(self._given(row), row, self._source(row), channel, (y, x))

    def stages(self, layer: str, channel: int) -> tuple[Stage, ...]:
        """One channel through convolution, norm and activation, whichever of the three the layer is.

        Args:
            layer: Name of a convolution, a norm or an activation.
            channel: Counted from 0.

        Returns:
            One to three stages in the order of the pass; each reads the one before.

        Raises:
            LayerNotFoundError, ChannelNotFoundError: No such layer or channel.
            OptionError: The layer is none of the three, or has no pictures.
            ForwardError: The model raised.
        """
        row = self.layers.feature_map(layer)
        channel = _whole(channel, "channel")
        row.check_channel(channel)
        return stages(chain(self.layers, row), channel, self._activation, self._cuts)

    def histograms(
        self,
        layer: str,
        channel: int | None = None,
        *,
        target: Any = None,
        bins: int = 64,
        kinds: Numbers | Sequence[Numbers] = KINDS,
    ) -> tuple[Histogram, ...]:
        """How a layer's numbers are distributed.

        Args:
            layer: Any layer.
            channel: One channel of it, or ``None`` for all of them.
            target: What the gradients are of; see ``Probe.cam``.
            bins: How many bins each histogram has, 1 to 1024.
            kinds: Of numbers, one or several: ``"weights"``, ``"biases"``, ``"activations"`` on this image,
                and ``"gradients"`` of the target with respect to these, which need a backward pass.

        Returns:
            One of each kind. One of which there is nothing says why in its ``sentence``.

        Raises:
            LayerNotFoundError, ChannelNotFoundError: No such layer or channel.
            OptionError: Another kind, another number of bins, or a channel that is no whole number.
            ForwardError: The model raised.
        """
        bins = _whole(bins, "number of bins")
        if not 1 <= bins <= MOST_BINS:
            msg = f"A histogram has 1 to {MOST_BINS} bins, not {bins}."
            raise OptionError(msg)
        wanted = _kinds(kinds)
        row = self.layers[layer]
        values = self._rows(row)
        if channel is not None:
            channel = _whole(channel, "channel")
            if not 0 <= channel < len(values):
                msg = f"Layer {layer!r} has channels 0 to {len(values) - 1}, not {channel}."
                raise ChannelNotFoundError(msg)
        of = Subject(layer, channel, bins)
        return tuple(self._histogram(kind, of, row, values, target) for kind in wanted)

    # -- inside -----------------------------------------------------------------------------

    def _gradient(self, layer: str, target: Any) -> tuple[str, Tensor]:
        """What the target is, in words, and its gradient at a layer, ``[C, H, W]``."""
        raise NotImplementedError

    def _histogram(self, kind: Numbers, of: Subject, row: Layer, values: Tensor, target: Any) -> Histogram:
        if kind == "gradients":
            return self._of_gradient(row, of, target)
        made = self._seen(row)
        return of.activations(values, made) if kind == "activations" else of.parameters(kind, made)

    def _of_gradient(self, row: Layer, of: Subject, target: Any) -> Histogram:
        if not row.viewable:
            return nothing("gradients", f"Layer {row.name!r} has no pictures, at which gradients are taken.")
        try:
            what, slopes = self._gradient(row.name, target)
        except NnscopeError as error:
            return nothing("gradients", str(error))
        return of.counted("gradients", of.own(slopes), f"gradients of the {what} at {of.where}")

    def _given(self, row: Layer) -> Given:
        """The call of a layer; kept, as it is asked for cell by cell."""
        found: Given | None = _values.get(self._key, "given", row.source)
        if found is None:
            with silenced(self._silence):
                found = given(self.model, self.specimen.input, row.source)
            _values.put(self._key, "given", row.source, value=found, nbytes=found.nbytes)
        return found

    def _seen(self, row: Layer) -> Given | None:
        try:
            return self._given(row)
        except OptionError:  # inside a fused call, where nothing can be seen
            return None

    def _cuts(self, row: Layer) -> bool:
        """Whether an activation makes every negative value zero."""
        made = self._seen(row)
        return made is not None and cuts(made.function)

    def _source(self, row: Layer) -> str | None:
        """Name of the layer it reads; ``""``: the network's input; ``None``: several, or nothing."""
        before = self.layers.source(row)
        return before.name if before else "" if row.reads == (INPUT,) else None

    def _rows(self, row: Layer) -> Tensor:
        """The values of a layer, a row a channel."""
        return self._activation(row) if row.viewable else self._output(row).movedim(row.channel_axis, 0)


def _whole(value: Any, what: str) -> int:
    """A whole number, of whatever type."""
    try:
        return operator.index(value)
    except TypeError as error:
        msg = f"A {what} is a whole number, not {value!r}."
        raise OptionError(msg) from error


def _kinds(kinds: Any) -> tuple[Numbers, ...]:
    """Kinds of numbers that may be anything at all."""
    several = isinstance(kinds, Iterable) and not isinstance(kinds, str)
    wanted = tuple(kinds) if several else (kinds,)
    unknown = [kind for kind in wanted if kind not in KINDS]
    if unknown:
        msg = f"There are no histograms of {unknown[0]!r}; known: {', '.join(KINDS)}."
        raise OptionError(msg)
    return wanted
