"""The image under the microscope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

    from nnscope.records.colours import Colours

Box = tuple[float, float, float, float]
"""Left, top, right, bottom; pixel edges lie at whole numbers."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where the network's input lies on the original image: an axis-aligned affine map.

    ``(left, top, right, bottom)`` is the rectangle of the original, in original pixels, that
    the input of ``(height, width)`` network pixels shows. It may reach beyond the original
    where the transform pads.
    """

    original: tuple[int, int]
    """Height and width of the original image, in pixels."""
    input: tuple[int, int]
    """Height and width of the network's input, in pixels."""
    box: tuple[float, float, float, float]
    """Left, top, right, bottom of the part the network saw, in original pixels."""

    def to_original(self, x: float, y: float) -> tuple[float, float]:
        """Map a point (x, y) of the input to the original; pixel edges lie at whole numbers in both."""
        left, top, right, bottom = self.box
        height, width = self.input
        return left + x * (right - left) / width, top + y * (bottom - top) / height


@dataclass(frozen=True, slots=True)
class Specimen:
    """One image, prepared for one model: what goes in, what it looks like, and how it was made."""

    input: Tensor
    """The network's input, ``[1, C, H, W]``, on the model's device and in its dtype; ``[1, H, W, C]``
    for a model with its channels last."""
    view: Image.Image
    """The input as a picture, de-normalised: RGB or L, W × H."""
    original: Image.Image | None
    """The image as it was given, upright and made smaller to at most 2048 pixels on its longer side; ``None``
    when a tensor was given. Its size as it was given is ``original_size``."""
    geometry: Geometry | None
    """From input back to original pixels; ``None`` when there is no original or the map is unknown."""
    name: str
    """What the image is called: a file's stem, else ``"image"`` or ``"tensor"``."""
    transform: str
    """How the input was made, for a line of text: ``"224 × 224, centre crop · ImageNet mean/std"``."""
    assumption: str
    """What was assumed rather than known, one sentence with the cure; ``""`` when nothing was."""
    colours: Colours
    """Which values of the input stand for which colours: what ``view`` is drawn by."""
    channels_last: bool = False
    """Whether ``input`` is ``[1, H, W, C]``, as Keras models want it."""
    own_input: bool = False
    """Whether the user prepared the input, by a tensor or a callable, so that nobody knows how."""
    original_size: tuple[int, int] | None = None
    """Height and width of the image as it was given, in pixels; ``None`` when a tensor was given."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of the input."""
        _, *rest = self.input.shape
        channels, height, width = (rest[-1], *rest[:-1]) if self.channels_last else rest
        return channels, height, width

    @property
    def planes(self) -> Tensor:
        """The input as ``[C, H, W]``; not a copy."""
        return self.input[0].movedim(-1, 0) if self.channels_last else self.input[0]
