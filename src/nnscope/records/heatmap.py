"""A map of what drives a target, and what may stand in a class's place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from nnscope.errors import TargetError

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

    from nnscope.records.specimen import Specimen


@dataclass(frozen=True, slots=True)
class Unit:
    """A channel of a layer, or one of its cells, to be explained in place of a class.

    ``str(unit)`` indexes the layer as a tensor would be: ``"features.3[14]"``, ``"features.3[14,3,5]"``.
    """

    layer: str
    channel: int
    """Its number; what is explained is the mean over its cells of max(value, 0)."""
    cell: tuple[int, int] | None = None
    """Row and column of the one cell that is explained, or ``None``."""

    def __str__(self) -> str:
        return f"{self.layer}[{','.join(map(str, (self.channel, *(self.cell or ()))))}]"

    @classmethod
    def parse(cls, text: str) -> Unit:
        """Read what ``str(unit)`` wrote.

        Raises:
            TargetError: It is none.
        """
        found = _UNIT.fullmatch(text)
        if found is None:
            msg = f"{text!r} is no unit; write 'layer[channel]' or 'layer[channel,row,column]'."
            raise TargetError(msg)
        layer, channel, row, column = found.groups()
        return cls(layer, int(channel), None if row is None else (int(row), int(column)))

    @property
    def label(self) -> str:
        """The unit in words."""
        channel = f"channel {self.channel} of {self.layer}"
        return f"cell {self.cell} of {channel}" if self.cell else channel


_UNIT = re.compile(r"(.+)\[(\d{1,9})(?:, ?(\d{1,9}), ?(\d{1,9}))?\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heatmap:
    """A map of what drives a target, with the record of how it was made."""

    raw: Tensor
    """The map before ReLU, scaling and upsampling, float32 CPU: ``[H, W]`` of the layer; of methods at the
    pixels ``[C, H, W]``, signed, at the size of the input (``[H, W]`` where a method covers places)."""
    method: str
    layer: str
    """The layer, or ``""`` for methods at the pixels."""
    target: int | None
    """Index of the class; ``None`` for a unit or a callable target."""
    label: str
    """Name of the target, for people."""
    weights: Tensor | None
    """Weight w_k of each channel, float32 CPU ``[C]``; ``None`` where a channel has no one weight."""
    shares: Tensor | None
    """Signed contribution of each channel, float32 CPU ``[C]``, which sum to ``raw.sum()``; ``None`` for
    methods at the pixels."""
    provenance: dict[str, Any] = field(repr=False)
    """method, layer, target, scale, upsampling, transform: what is needed to make the map again."""
    drawn: Tensor = field(repr=False)
    """What colours stand for, float32 CPU ``[h, w]``; it may have NaN."""
    ends: tuple[float, float] = (0.0, 1.0)
    """The values of the first and the last colour; what lies beyond is clipped, before it is upsampled."""
    signed: bool = False
    """Whether zero is the middle of the colours."""
    done: float = 1.0
    """How much of the map is there, 0 to 1, while it is being made or where it was stopped."""
    unit: Unit | None = None
    """The channel or cell that is explained in place of a class."""
    versus: int | None = None
    """Index of the class whose map was taken away from that of ``target``."""
    style: str = "paper"
    specimen: Specimen | None = field(default=None, repr=False, compare=False)

    @property
    def relative_shares(self) -> Tensor | None:
        """Each channel's part of all that is said for and against: share_k / Σ|share|, -1 to 1, ``[C]``.

        0 where all shares are; ``None`` where there are none.
        """
        if self.shares is None:
            return None
        whole = self.shares.abs().sum()
        return self.shares / whole if bool(whole != 0) else self.shares.clone()

    @property
    def sentence(self) -> str:
        """How the map was made, in one line."""
        p = self.provenance
        said = [p["title"], p["target"], f"at {self.layer}" if self.layer else "", p.get("settings", "")]
        said += [p["upsampling"], p["scale"], p.get("style", ""), p.get("done", "")]
        return " · ".join(filter(None, said))

    @property
    def doubt(self) -> str:
        """Why the map should not be trusted, in a sentence, or ``""``."""
        return str(self.provenance.get("doubt", ""))

    def image(
        self,
        *,
        over: Literal["input", "original"] | None = "input",
        opacity: float = 0.5,
        colormap: str | None = None,
    ) -> Image.Image:
        """Draw the map: clipped to its ``ends``, upsampled (bilinear, ``align_corners=False``), coloured.

        Args:
            over: What lies underneath: the network's input, the original image (the map covers
                exactly the pixels the network saw, framed; at most 2048 pixels on its longer side), or
                nothing.
            opacity: Strength of the map over the picture, 0 to 1; ignored when ``over`` is ``None``.
            colormap: One of ``nnscope.imaging.colormap.NAMES``; by default ``"magma"``, and
                ``"blue-red"`` for signed maps.

        Returns:
            An RGB picture of the size of what lies underneath; of the input when nothing does.
        """
        from nnscope.imaging import overlay  # drawing is loaded only when something is drawn

        return overlay.draw(self, over=over, opacity=opacity, colormap=colormap)
