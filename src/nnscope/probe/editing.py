"""Another image under the same microscope, and changes of the one that is there."""

from __future__ import annotations

import copy
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from torch import Tensor

from nnscope.errors import OptionError
from nnscope.network.edits import Edits
from nnscope.network.labels import labels_for
from nnscope.network.preprocess import prepare
from nnscope.probe.explainer import Explainer
from nnscope.records import Specimen

if TYPE_CHECKING:
    from typing_extensions import Self


class Editing(Explainer):
    """One model looking at one image, which may be changed."""

    def edits(self) -> Edits:
        """Begin a history of changes of this image; ``edited(edits.specimen)`` looks at its newest state."""
        return Edits(self.specimen, self.prepared)

    def prepared(self, image: Any) -> Specimen:
        """Another image, prepared for this model in the same way.

        Raises:
            ImageError: The image cannot be used, or the transform failed on it.
        """
        like = self.specimen.input
        return prepare(image, self.model, self._transform, device=like.device, dtype=like.dtype)

    def edited(self, image: Any, *, wanted: Collection[str] = ()) -> Self:
        """The same model looking at another image, or at this one after it was edited; this probe stays.

        An image of the same size costs one plain pass, one of another size a whole new look.

        Args:
            image: A specimen, as ``edits`` makes them, or whatever a ``Probe`` takes.
            wanted: Names of the layers that will be asked for first: they are kept in that pass.

        Raises:
            ImageError: The image cannot be used.
            ForwardError: The model raised.
            OptionError: Channels hold the values of another image here, and this one has another size.
        """
        specimen = image if isinstance(image, Specimen) else self.prepared(image)
        tensor = specimen.input.to(self.specimen.input)
        specimen = specimen if tensor is specimen.input else replace(specimen, input=tensor)
        if tensor.shape == self.specimen.input.shape:
            return self.altered(specimen, wanted=wanted)
        return self._anew(specimen, wanted)

    def _anew(self, specimen: Specimen, wanted: Collection[str]) -> Self:
        """A whole new look; what is silenced here is silenced there."""
        silence = self._silence
        if silence is not None and isinstance(silence.value, Tensor):
            _, *size = self.specimen.shape
            msg = (
                f"Channels of {silence.layer.name!r} hold the values of another image here; "
                f"give an image of the same size, {size[0]} × {size[1]}."
            )
            raise OptionError(msg)
        other = copy.copy(self)
        other.specimen, other.epoch = specimen, 0
        other._whole, other._silence, other._wanted = None, None, ()
        other._begin()
        other._run()
        count = 0 if other._scores is None else len(other._scores)
        if count != len(self.labels):
            other.labels = labels_for("auto", count) if count else []
        if silence is None:
            return other
        there = other.layers.feature_map(silence.layer.name)
        return other.altered(silence=replace(silence, layer=there), wanted=wanted)
