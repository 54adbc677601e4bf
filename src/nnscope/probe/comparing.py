"""What one probe differs in from another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, overload

from nnscope.errors import OptionError
from nnscope.probe.contrast import Contrast
from nnscope.probe.explainer import Explainer
from nnscope.records import ChannelDifferences, DifferenceTable


class Comparing(Explainer):
    """One model looking at one image, compared with another model, or with another image."""

    @overload
    def compare(
        self,
        other: Explainer,
        layer: None = None,
        *,
        progress: Callable[[DifferenceTable], object] | None = None,
    ) -> DifferenceTable: ...
    @overload
    def compare(self, other: Explainer, layer: str) -> ChannelDifferences: ...
    def compare(
        self,
        other: Any,
        layer: str | None = None,
        *,
        progress: Callable[[DifferenceTable], object] | None = None,
    ) -> DifferenceTable | ChannelDifferences:
        """What this differs in from another probe, of the same model or of another one.

        Args:
            other: The other probe.
            layer: Of which layer to compare the channels; by default, all layers are compared.
            progress: Called with what is there of the table so far; an exception it raises ends the work.

        Returns:
            Of one layer, what each channel differs in; else a table of the layers, with a sentence on those
            that one of the two lacks, or has in another size.

        Raises:
            LayerNotFoundError: There is no such layer.
            OptionError: The layer cannot be compared, or the other is no probe.
            ForwardError: A model raised.
        """
        if not isinstance(other, Explainer):
            msg = f"A probe is compared with another Probe, not with a {type(other).__name__}."
            raise OptionError(msg)
        contrast = Contrast(self, other)
        return contrast.table(progress) if layer is None else contrast.channels(layer)
