"""What a channel, a class or a direction wants to see: images made by gradient ascent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from nnscope.errors import OptionError, nearest
from nnscope.probe.editing import Editing
from nnscope.probe.explainer import _to_the_end
from nnscope.probe.seen import MEGABYTE
from nnscope.records import FeatureVisualization, Layer, Specimen
from nnscope.synthesis.ascent import Ascent, Subject
from nnscope.synthesis.objective import Objective
from nnscope.synthesis.paint import Paint
from nnscope.synthesis.settings import MOST_IMAGES, Settings

ROOM = 192 * MEGABYTE
"""Most bytes that the layers of one pass may hold at once, roughly: it decides how many images are in it."""

Channels = int | Sequence[int] | None
Size = int | tuple[int, int] | None


class Maximizing(Editing):
    """One model, and the images that make the most of a part of it."""

    def maximize(
        self,
        layer: str | None = None,
        channel: Channels = None,
        *,
        cell: tuple[int, int] | None = None,
        target: int | str | None = None,
        direction: Tensor | Sequence[float] | None = None,
        size: Size = None,
        start: Any = None,
        progress: Callable[[FeatureVisualization], object] | None = None,
        **settings: Any,
    ) -> FeatureVisualization:
        """Make the image that a channel answers to most, by gradient ascent.

        What is made large is the mean of the channel over its cells, or one cell of it; of ``target`` the
        logit; of ``direction`` the mean of the weighted sum of the channels; of a layer without a channel
        the mean of its squared values (DeepDream). Two methods:

        - ``"fourier"``: Adam on decorrelated Fourier coefficients, the image moved a little before each step
          (Olah, Mordvintsev, Schubert 2017, with Lucid's numbers): what comes out does not hang on single
          pixels.
        - ``"pixels"``: plain ascent on the pixels with L2 and total variation (Simonyan, Vedaldi, Zisserman
          2014; Mahendran, Vedaldi 2015): the classic picture.

        The same arguments make the same image, bit for bit on one CPU.

        Args:
            layer: Name of a layer that has pictures.
            channel: Its number, or several, which are made in one batch.
            cell: Row and column of the one cell that is read.
            target: A class, by index or label, in place of a layer. Several ``pictures`` of it differ by
                their noise alone.
            direction: A weight for each channel, ``[C]``.
            size: Height and width of the images in pixels, or one number for both; by default those of this
                probe's input, and those of ``start``.
            start: An image to start from, as a ``Probe`` takes one; by default noise.
            progress: Called with what is there so far; an exception it raises ends the work.
            settings: ``method="fourier"``, ``steps=512``, ``seed=0``, ``negative=False`` (what it
                dislikes), ``pictures=1`` (of each channel), ``diversity=1.0``, ``robust=True``,
                ``rate=None``, ``l2=0.25``, ``tv=0.25``; see ``synthesis.settings.Settings``.

        Raises:
            LayerNotFoundError, ChannelNotFoundError, TargetError: There is no such layer, channel or class.
            OptionError: The layer has no pictures or is an attention map, a setting has a value it cannot
                have, or the model takes no images of that size.
            ImageError: The image to start from cannot be used.
            ForwardError: The model raised, no gradient reaches the image, or the objective is no number.
        """
        wish = {"cell": cell, "target": target, "direction": direction, "size": size, "start": start}
        every = 0.25 if progress else 2.0
        return _to_the_end(self.maximizing(layer, channel, **wish, every=every, **settings), progress)

    def maximizing(
        self,
        layer: str | None = None,
        channel: Channels = None,
        *,
        cell: tuple[int, int] | None = None,
        target: int | str | None = None,
        direction: Tensor | Sequence[float] | None = None,
        size: Size = None,
        start: Any = None,
        every: float = 0.25,
        hurry: Callable[[], bool] = lambda: False,
        **settings: Any,
    ) -> Ascent:
        """The images of ``maximize`` while they are made; the whole of them come last.

        Each round takes ``every`` seconds, at least one step, and ends sooner where ``hurry`` says so after a
        step. Between two rounds nothing is held: leave off, and the work ends there.
        """
        self.refresh()
        image = None if start is None else self._image(start, size)
        _check_names(settings)
        chosen = Settings(size=self._size(size, image), **settings)
        self._check_silence(chosen.size)
        if target is not None:
            read, objectives = None, [self._class_objective(target, layer, channel, cell, direction)]
        else:
            row = self._read_layer(layer)
            objectives, read = _objectives(row, channel, cell, direction), row.name
        objectives = [objective for objective in objectives for _ in range(chosen.pictures)]
        if len(objectives) > MOST_IMAGES:
            msg = f"{len(objectives)} images at once are more than {MOST_IMAGES}; ask for fewer at a time."
            raise OptionError(msg)
        subject = Subject(
            self.model, self.name, read, self.specimen, self._silence, self._at_once(chosen.size)
        )
        return Ascent(subject, objectives, chosen, image, every=every, hurry=hurry)

    # -- inside -----------------------------------------------------------------------------

    def _read_layer(self, layer: str | None) -> Layer:
        if layer is None:
            msg = "Name a layer, or a class by target=."
            raise OptionError(msg)
        row = self.layers.feature_map(layer)
        if row.is_attention:
            msg = f"Layer {layer!r} is an attention map; images are made for channels of feature maps."
            raise OptionError(msg)
        return row

    def _class_objective(self, target: Any, *others: Any) -> Objective:
        if any(other is not None for other in others):
            msg = "target= is a class; it goes with no layer, channel, cell= or direction=."
            raise OptionError(msg)
        index = self.target_index(target)
        return Objective(self.labels[index], index=index)

    def _image(self, start: Any, size: Size) -> Tensor:
        """The image to start from, ``[C, H, W]`` in [0, 1]."""
        specimen = start if isinstance(start, Specimen) else self.prepared(start)
        if isinstance(start, Tensor):  # the model's own input, whose colours are those of this one
            specimen = replace(specimen, colours=self.specimen.colours)
        image = Paint(specimen).decoded(specimen.planes)
        wanted = None if size is None else _pair(size)
        if wanted is None or wanted == tuple(image.shape[1:]):
            return image
        return F.interpolate(image[None], wanted, mode="bilinear", align_corners=False, antialias=True)[0]

    def _size(self, size: Size, image: Tensor | None) -> tuple[int, int]:
        if size is not None:
            return _pair(size)
        _, height, width = self.specimen.shape if image is None else image.shape
        return height, width

    def _check_silence(self, size: tuple[int, int]) -> None:
        """Channels are silenced by their places, which are others at another size."""
        _, height, width = self.specimen.shape
        if self._silence is not None and size != (height, width):
            msg = (
                f"Where channels of {self._silence.layer.name} are silenced, images have the size of this "
                f"probe's input; choose size=({height}, {width})."
            )
            raise OptionError(msg)

    def _at_once(self, size: tuple[int, int]) -> int:
        """How many images of a size one pass may hold."""
        _, height, width = self.specimen.shape
        each = sum(row.memory for row in self._layers) * size[0] * size[1] / (height * width)
        return max(1, int(ROOM // max(1, each)))


def _objectives(row: Layer, channel: Channels, cell: Any, direction: Any) -> list[Objective]:
    where = f"layer {row.name}"
    if cell is not None:
        cell = _cell(cell)
        where = f"cell {cell} of {where}"
    if direction is not None:
        if channel is not None:
            msg = "direction= weighs all channels; it goes with no channel."
            raise OptionError(msg)
        return [Objective(f"a direction of {where}", cell=cell, weights=_weights(row, direction))]
    if channel is None:
        if cell is not None:
            msg = "cell= is a cell of a channel; name one."
            raise OptionError(msg)
        return [Objective(where)]
    several = _listed(channel)
    if not several:
        msg = "Name at least one channel."
        raise OptionError(msg)
    made = []
    for each in several:
        if isinstance(each, bool) or not hasattr(each, "__index__"):
            msg = f"A channel is a whole number, not {each!r}."
            raise OptionError(msg)
        number = each.__index__()
        row.check_channel(number)
        label = f"channel {number} of {row.name}"
        made.append(Objective(f"cell {cell} of {label}" if cell else label, channel=number, cell=cell))
    return made


def _listed(channel: Any) -> list[Any]:
    """One or several; a tensor or array of no dimension is one."""
    try:
        return list(channel)
    except TypeError:
        return [channel]


def _cell(cell: Any) -> tuple[int, int]:
    """A row and a column; how many there are tells the pass that is made at the size of the images."""
    try:
        y, x = (each.__index__() for each in cell)
    except (TypeError, ValueError, AttributeError):
        msg = f"cell= is a row and a column, not {cell!r}."
        raise OptionError(msg) from None
    return y, x


def _weights(row: Layer, direction: Any) -> Tensor:
    try:
        with torch.inference_mode(False):  # a copy that autograd takes, whatever it is of
            weights = torch.as_tensor(direction, dtype=torch.float32).detach().cpu().clone()
    except (TypeError, ValueError, RuntimeError):
        weights = torch.empty(0)
    if weights.shape != (row.channels,) or not bool(weights.isfinite().all()):
        msg = f"direction= is {row.channels} finite numbers, a weight for each channel of {row.name!r}."
        raise OptionError(msg)
    return weights


def _pair(size: Any) -> tuple[int, int]:
    """Height and width of what may be anything; ``Settings`` checks the numbers."""
    try:
        height, width = size if isinstance(size, Iterable) else (size, size)
    except ValueError:
        msg = f"size= is a number of pixels, or height and width, not {size!r}."
        raise OptionError(msg) from None
    return height, width


def _check_names(settings: dict[str, Any]) -> None:
    known = [field.name for field in fields(Settings) if field.name != "size"]
    for name in settings:
        if name not in known:
            msg = f"There is no setting {name!r}; {nearest(name, known) or ', '.join(known)}"
            raise OptionError(msg)
