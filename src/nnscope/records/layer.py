"""One layer of a network."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from nnscope.errors import ChannelNotFoundError, OptionError

if TYPE_CHECKING:
    from torch import Tensor

    from nnscope.layout import Layout

Family = Literal["convolution", "norm", "activation", "attention", "pooling", "other"]


@dataclass(frozen=True, slots=True)
class Layer:
    """One tensor-valued call of the forward pass.

    A layer is a call, not a module: a ReLU module that runs three times is three layers.
    """

    index: int
    """Place in the order of the forward pass, from 0."""
    name: str
    """Qualified module name; ``:2``, ``:3`` mark later calls, ``block.add`` a function inside ``block``."""
    kind: str
    """Class name of the module (``"Conv2d"``) or name of the function (``"add"``)."""
    family: Family
    """What the layer does, coarsely; the rail is tinted by it."""
    shape: tuple[int, ...]
    """Output shape without the batch axis: ``(C, H, W)`` of a convolution, ``(N, C)`` of tokens."""
    parameters: int = 0
    """Number of parameters of the module, its children included; 0 for a function."""
    kernel: tuple[int, ...] | None = None
    """Kernel size in cells, ``(kH, kW)``, where the layer has one."""
    stride: tuple[int, ...] | None = None
    """Stride in cells, where the layer has one."""
    padding: tuple[int, ...] | str | None = None
    """Padding in cells, or ``"same"`` / ``"valid"``, where the layer has one."""
    batched: bool = True
    """Whether the output began with the batch of one image; where not (regions, windows), ``shape``
    holds every axis."""
    layout: Layout | None = None
    """Which axis of the output holds channels, rows and columns; ``None`` where it holds no picture."""
    multiply_adds: int = 0
    """Products that are summed in it, and in what is inside: of convolutions, matrix products, attention."""
    memory: int = 0
    """Size of its output in bytes."""
    receptive_field: tuple[float, float] | None = None
    """Rows and columns of the network's input, in pixels, that one cell could see at most, were the image
    boundless; ``inf`` where it sees all there is, ``None`` where nobody knows. Behind an upsampling cells
    differ: some see less, and where a finer path joins it, some up to a step of the coarser one more."""
    effective_stride: tuple[float, float] | None = None
    """Rows and columns, in pixels of the input, from what one cell sees to what the next one sees; ``None``
    where nobody knows, or there is one cell alone."""
    receptive_start: tuple[float, float] | None = None
    """Row and column of the first pixel that cell (0, 0) could see; negative in the padding."""
    reads: tuple[int, ...] = ()
    """The layers, by ``index``, that it reads directly; -1 is the image. Empty for a layer made of others. A
    module that hands on the very tensor it was given (an identity) is read in its place from there on."""
    inside: tuple[int, int] | None = None
    """First and last ``index`` of the layers it is made of; ``None`` for an operation."""
    block: str = ""
    """Qualified name of the module in whose forward it is called; ``""`` for the model's own."""
    query: tuple[int, int] | None = None
    """Of an attention map, row and column of the patch that asks; ``None`` for the class token."""

    @property
    def viewable(self) -> bool:
        """Whether the output is a stack of channel pictures, none of them empty."""
        return self.layout is not None

    @property
    def picture(self) -> tuple[int, int, int]:
        """``(C, H, W)`` of the stack of pictures; ``(0, 0, 0)`` when the layer is not viewable."""
        return (self.layout and self.layout.picture_shape) or (0, 0, 0)

    @property
    def elements(self) -> int:
        """How many numbers the output holds."""
        return math.prod(self.shape)

    @property
    def channels(self) -> int:
        """Number of channels C (0 when the layer is not viewable)."""
        return self.picture[0]

    @property
    def width(self) -> int:
        """Number of channels where one axis holds them all; 0 where heads have split them."""
        axes = self.layout.axes if self.layout else ()
        widths = [axis.size for axis in axes if axis.parts and not axis.spatial]
        return widths[0] if len(widths) == 1 else 0

    @property
    def channel_axis(self) -> int:
        """Which axis of an output without pictures holds the channels, counted from the last one.

        It is the last one, as in tokens, unless the kind is one that has its channels first.
        """
        axis = -1
        if self.kind.endswith(_LINES) and self.family in ("convolution", "pooling"):
            axis = -1 - int(self.kind[-2])
        elif self.kind.endswith(_LINES) or self.kind in _FIRST:
            axis = -len(self.shape) if self.batched else 1 - len(self.shape)
        return axis if 0 < -axis <= len(self.shape) else -1

    @property
    def units(self) -> int:
        """Number of channels, also of a layer without pictures."""
        return self.channels or (self.shape[self.channel_axis] if self.shape else 1)

    @property
    def is_attention(self) -> bool:
        """Whether the channels are the heads of an attention map, as one query sees it."""
        return self.layout is not None and self.layout.queries is not None

    @property
    def asked(self) -> str:
        """Who asks an attention map unless a patch does; ``""`` for other layers."""
        if self.layout is None or self.layout.queries is None:
            return ""
        return "class token" if self.layout.queries.before else "mean of all patches"

    @property
    def source(self) -> str:
        """The name without the query: what the network computed once for all patches."""
        return self.name.rpartition("@")[0] if self.query is not None else self.name

    def asked_by(self, row: int, column: int) -> Layer:
        """The attention map as the patch at (row, column) sees it.

        Raises:
            OptionError: This is no attention map, or has no such patch.
        """
        if not self.is_attention:
            msg = (
                f"Layer {self.name!r} is no attention map; only those are asked by a patch, as in 'name@3,5'."
            )
            raise OptionError(msg)
        _, height, width = self.picture
        if not (0 <= row < height and 0 <= column < width):
            msg = f"Layer {self.source!r} has patches @0,0 to @{height - 1},{width - 1}, not @{row},{column}."
            raise OptionError(msg)
        return replace(self, name=f"{self.source}@{row},{column}", query=(row, column))

    def arrange(self, output: Tensor) -> Tensor:
        """The output of this layer, batch included, as ``[C, H, W]``; a view where that is possible."""
        assert self.layout is not None
        return self.layout.picture(output, self.query)

    def check_channel(self, channel: int) -> None:
        """Raise ``ChannelNotFoundError`` unless the layer has this channel."""
        if not 0 <= channel < self.channels:
            msg = f"Layer {self.name!r} has channels 0 to {self.channels - 1}, not {channel}."
            raise ChannelNotFoundError(msg)

    def check_cell(self, y: int, x: int) -> None:
        """Raise ``OptionError`` unless the pictures have this cell."""
        _, height, width = self.picture
        if not (0 <= y < height and 0 <= x < width):
            msg = f"Layer {self.name!r} has cells (0, 0) to ({height - 1}, {width - 1}), not ({y}, {x})."
            raise OptionError(msg)


_LINES = ("1d", "2d", "3d")
"""How the kinds end that say how many axes come after that of the channels."""
_FIRST = ("GroupNorm", "batch_norm", "instance_norm", "group_norm")
"""Others that have their channels behind the batch."""
