"""What was done to the image that the network sees: a history, every state of which can be had again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from nnscope.errors import ImageError, OptionError
from nnscope.network.guards import plain_arithmetic
from nnscope.network.preprocess import with_input
from nnscope.records import Specimen
from nnscope.tensors import adjust
from nnscope.tensors.brush import TOOLS, Brush, Stroke

MOST_BYTES = 64 * 2**20
"""Of all that only the history keeps; the oldest states are forgotten."""
MOST_RADIUS = 1000.0
_FAR = 1e6
"""How far outside of the image a point may lie, in pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """The image after one step."""

    specimen: Specimen
    words: str = ""
    kind: Brush | str | None = None
    """What goes on with this step, rather than beginning another one."""
    natural: bool = False
    """Whether this is an image as it came."""


class Edits:
    """An image that is painted on, turned, lit; every step can be undone, and is then as it was to the bit.

    A step that another one goes on with (``begin=False``) grows, as a stroke does, or is replaced, as what
    a slider says is; where the newest step is of another kind, or was undone or done again since, a
    new one begins.

    Args:
        specimen: The image to begin with.
        prepare: Makes a specimen of another picture, for ``open``.
    """

    def __init__(self, specimen: Specimen, prepare: Callable[[Any], Specimen] | None = None) -> None:
        self._start = specimen
        self._prepare = prepare
        self._past = [_State(specimen, natural=True)]
        self._future: list[_State] = []
        self._growing: Brush | str | None = None
        self._stroke: Stroke | None = None
        self._strokes = 0

    @property
    def specimen(self) -> Specimen:
        """The image as it is now."""
        return self._past[-1].specimen

    @property
    def changed(self) -> bool:
        """Whether the network sees other pixels than in the beginning."""
        now, then = self.specimen.input, self._start.input
        return now is not then and not (now.shape == then.shape and torch.equal(now, then))

    @property
    def natural(self) -> bool:
        """Whether the image is as it came: the one in the beginning or one that was opened, untouched."""
        return self._past[-1].natural

    @property
    def undoable(self) -> int:
        """How many steps can be undone."""
        return len(self._past) - 1

    @property
    def redoable(self) -> int:
        """How many undone steps can be done again."""
        return len(self._future)

    @property
    def words(self) -> str:
        """The newest step, such as ``"blurred, 12 px"``; ``""`` where there is none to undo."""
        return self._past[-1].words if self.undoable else ""

    # -- steps ------------------------------------------------------------------------------

    def stroke(
        self,
        tool: str,
        points: Iterable[Iterable[float]],
        radius: float,
        *,
        offset: Iterable[float] | None = None,
        begin: bool = True,
    ) -> Specimen:
        """Draw a stroke, or go on with the newest one from where it ended.

        Args:
            tool: ``"blur"``, ``"mean"``, ``"noise"``, ``"copy"`` or ``"erase"``; applied to the image as it
                was when the stroke began.
            points: (x, y) in pixels of the input, joined by straight lines; they may lie outside of it.
            radius: Of the round tip, 0.5 to 1000 pixels.
            offset: Of ``"copy"``: how far to the right and down lies what is copied, in pixels (rounded).
            begin: Whether this is a new step; a stroke of another tool, radius or offset always is.

        Returns:
            The image as it is now.

        Raises:
            OptionError: No such tool, or numbers that are none or out of range.
        """
        brush, path = _brush(tool, radius, offset), _path(points)
        goes_on = self._goes_on(brush, begin)
        specimen = self.specimen
        with _arithmetic():
            if not goes_on or self._stroke is None:
                self._strokes += 1
                self._stroke = Stroke(brush, specimen.planes.cpu(), specimen.colours, seed=self._strokes)
            stroke, before = self._stroke, self._stroke.image
            stroke.extend(path)
            if stroke.image is not before:
                specimen = _repainted(specimen, stroke.image)
        return self._put(_State(specimen, f"{_DONE[brush.tool]}, {brush.radius:g} px", brush), goes_on)

    def flip(self, axis: str) -> Specimen:
        """Mirror the image: ``"horizontal"`` swaps left and right, ``"vertical"`` top and bottom.

        Raises:
            OptionError: There is no such axis.
        """
        known = next((each for each in adjust.AXES if each == axis), None)
        if known is None:
            msg = f"An image is flipped along 'horizontal' or 'vertical', not {axis!r}."
            raise OptionError(msg)
        with _arithmetic():
            specimen = _moved(self.specimen, adjust.flip(self.specimen.planes.cpu(), known))
        sides = "left and right" if known == "horizontal" else "top and bottom"
        return self._put(_State(specimen, f"{sides} swapped"))

    def turn(self, degrees: float, *, begin: bool = True) -> Specimen:
        """Turn the image around its middle.

        Args:
            degrees: Counter-clockwise, from how it lay before this step. What comes in is mid-grey.
            begin: Whether this is a new step, or takes the place of the newest turn.

        Raises:
            OptionError: The angle is no finite number.
        """
        angle = _number(degrees, "An angle", -math.inf, math.inf, "degrees")
        goes_on = self._goes_on("turn", begin)
        before = self._past[-2 if goes_on else -1].specimen
        with _arithmetic():
            planes = before.planes.cpu()
            turned = adjust.turn(planes, angle, before.colours)
            specimen = before if turned is planes else _moved(before, turned)
        return self._put(_State(specimen, f"turned by {angle:g}°", "turn"), goes_on)

    def light(self, brightness: float, contrast: float, *, begin: bool = True) -> Specimen:
        """Change brightness and contrast: each colour c becomes (c − ½) · contrast + ½ + brightness.

        Args:
            brightness: -1 to 1; 0 leaves it as it was before this step.
            contrast: 0 to 4; 1 leaves it as it was before this step.
            begin: Whether this is a new step, or takes the place of the newest one of its kind.

        Raises:
            OptionError: One of them is out of range.
        """
        brightness = _number(brightness, "Brightness", -1, 1)
        contrast = _number(contrast, "Contrast", 0, 4)
        goes_on = self._goes_on("light", begin)
        before = self._past[-2 if goes_on else -1].specimen
        with _arithmetic():
            planes = before.planes.cpu()
            lit = adjust.light(planes, brightness, contrast, before.colours)
            specimen = before if lit is planes else _repainted(before, lit)
        words = f"brightness {brightness:+.2f}, contrast {contrast:.2f}"
        return self._put(_State(specimen, words, "light"), goes_on)

    def open(self, image: Any) -> Specimen:
        """Put another picture in this one's place, prepared in the same way; its size may differ.

        Args:
            image: A specimen, or what ``prepare`` takes.

        Raises:
            OptionError: The history was begun without a way to prepare pictures.
            ImageError: The image cannot be used.
        """
        if not isinstance(image, Specimen):
            if self._prepare is None:
                msg = "These edits know no way to prepare a picture; begin them with probe.edits()."
                raise OptionError(msg)
            image = self._prepare(image)
        return self._put(_State(image, f"{image.name} opened", natural=True))

    def show(self, picture: Tensor, what: str) -> Specimen:
        """Put a picture that was made, such as one of ``Probe.maximize``, in this one's place.

        Args:
            picture: The network's own values, ``[C, H, W]``; at another size than this image's it is resized,
                bilinearly.
            what: What it shows, such as ``"what channel 14 of features.3 wants"``; it becomes its name.

        Raises:
            ImageError: It has other channels than this image, or values that are NaN or Inf.
        """
        before = self.specimen
        channels, *size = before.shape
        if picture.dim() != 3 or picture.shape[0] != channels:
            shape = " × ".join(map(str, picture.shape))
            msg = f"The picture has the shape {shape}; give {channels} × height × width."
            raise ImageError(msg)
        made = " × ".join(map(str, picture.shape[1:]))
        with _arithmetic():
            planes = picture.detach().float().cpu()
            if list(planes.shape[1:]) != size:
                planes = F.interpolate(planes[None], size, mode="bilinear", antialias=True)[0]
            specimen = _repainted(before, planes.to(before.input.dtype))
        fitted = "as it was made" if list(picture.shape[1:]) == size else f"bilinear from {made}"
        specimen = replace(
            specimen,
            name=what,
            original=None,
            original_size=None,
            geometry=None,
            transform=f"{size[0]} × {size[1]}, {fitted}",
            assumption="",
        )
        return self._put(_State(specimen, f"{what}, made at {made}"))

    def reset(self) -> Specimen:
        """Go back to the image in the beginning: a step like any other, unless nothing is to be undone."""
        if self.specimen is self._start:
            return self._start
        return self._put(_State(self._start, "back to the beginning", natural=True))

    # -- back and forth ---------------------------------------------------------------------

    def undo(self) -> Specimen:
        """Undo the newest step, where there is one; returns the image as it is now, the very same as then."""
        if self.undoable:
            self._future.append(self._past.pop())
        self._end()
        return self.specimen

    def redo(self) -> Specimen:
        """Do the step undone last again, where there is one; returns the image as it is now."""
        if self._future:
            self._past.append(self._future.pop())
        self._end()
        return self.specimen

    # -- inside -----------------------------------------------------------------------------

    def _goes_on(self, kind: Brush | str, begin: bool) -> bool:
        return not begin and self._growing == kind and self.undoable > 0

    def _put(self, state: _State, goes_on: bool = False) -> Specimen:
        """Make a state the newest one."""
        if goes_on:
            self._past.pop()
        self._past.append(state)
        self._future.clear()
        self._growing = state.kind
        if not isinstance(state.kind, Brush):
            self._stroke = None
        # What the newest step began with is needed to go on with it.
        while len(self._past) > 2 and self._held() > MOST_BYTES:
            del self._past[0]
        return self.specimen

    def _end(self) -> None:
        """Let nothing go on with what was the newest step."""
        self._growing = self._stroke = None

    def _held(self) -> int:
        """Bytes of the tensors and pictures that only the history keeps."""
        past: dict[int, int] = {}
        for state in self._past:
            past.update(_sizes(state.specimen))
        kept = {**_sizes(self._start), **_sizes(self.specimen)}
        return sum(size for thing, size in past.items() if thing not in kept)


_DONE = {"blur": "blurred", "mean": "averaged", "noise": "noise", "copy": "copied", "erase": "erased"}


@contextmanager
def _arithmetic() -> Iterator[None]:
    """Compute as the user's modes do not say. All of it is on the CPU: nothing depends on the device."""
    with plain_arithmetic(torch.device("cpu")), torch.no_grad():
        yield


def _repainted(specimen: Specimen, planes: Tensor) -> Specimen:
    """A specimen with other pixels, ``[C, H, W]``, in the same places."""
    tensor = (planes.movedim(0, -1) if specimen.channels_last else planes)[None].contiguous()
    made = with_input(specimen, tensor.to(specimen.input.device))
    transform = specimen.transform
    return replace(made, transform=transform if transform.endswith(_EDITED) else transform + _EDITED)


_EDITED = " · edited"


def _moved(specimen: Specimen, planes: Tensor) -> Specimen:
    """A specimen whose pixels lie elsewhere: no upright box says any longer where on the original."""
    return replace(_repainted(specimen, planes), geometry=None)


def _sizes(specimen: Specimen) -> dict[int, int]:
    """Bytes of each tensor and picture of a specimen, by identity."""
    pictures = [image for image in (specimen.view, specimen.original) if image is not None]
    sizes = {id(image): image.width * image.height * len(image.getbands()) for image in pictures}
    return {id(specimen.input): specimen.input.nbytes, **sizes}


def _brush(tool: Any, radius: Any, offset: Any) -> Brush:
    known = next((each for each in TOOLS if each == tool), None)
    if known is None:
        msg = f"There is no tool {tool!r} to paint with; known: {', '.join(TOOLS)}."
        raise OptionError(msg)
    radius = _number(radius, "The radius of a brush", 0.5, MOST_RADIUS, "pixels")
    if (offset is None) == (known == "copy"):
        lack = "needs an offset, [right, down]" if offset is None else "takes no offset"
        msg = f"The tool {known!r} {lack}."
        raise OptionError(msg)
    if offset is None:
        return Brush(known, radius)
    right, down = (round(value) for value in _pair(offset, "An offset"))
    return Brush(known, radius, (right, down))


def _path(points: Any) -> list[tuple[float, float]]:
    try:
        path = list(points)
    except TypeError:
        path = []
    if not path:
        msg = "A stroke goes through at least one point, [x, y]."
        raise OptionError(msg)
    return [_pair(point, "A point") for point in path]


def _pair(pair: Any, what: str) -> tuple[float, float]:
    try:
        x, y = pair
    except (TypeError, ValueError):
        msg = f"{what} is two numbers, [x, y], not {pair!r}."
        raise OptionError(msg) from None
    limits = (f"{what}'s coordinate", -_FAR, _FAR, "pixels")
    return _number(x, *limits), _number(y, *limits)


def _number(value: Any, what: str, least: float, most: float, unit: str = "") -> float:
    """A finite number within its limits, of whatever type."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if math.isfinite(number) and least <= number <= most:
        return number
    limits = f"a finite number of {unit}" if math.isinf(most) else f"{least:g} to {most:g} {unit}".rstrip()
    msg = f"{what} is {limits}, not {value!r}."
    raise OptionError(msg)
