"""What is explained: a class, a channel or a cell of a layer, or a function of the output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nnscope.errors import ForwardError, NnscopeError, TargetError
from nnscope.network.capture import Call
from nnscope.network.outputs import class_scores, probabilities
from nnscope.records import Layer, Unit


@dataclass(frozen=True, slots=True)
class Aim:
    """One scalar of one pass, by name and by how it is read."""

    label: str
    """Its name, for people: ``"Egyptian cat"``, ``"channel 14 of features.3"``."""
    index: int | None = None
    """Index of a class, or ``None``."""
    unit: Unit | None = None
    layer: Layer | None = None
    """The layer of ``unit``, or the one that ``reading`` reads."""
    function: Callable[[Any], Tensor] | None = None
    """From the model's output to a scalar."""
    reading: Callable[[Tensor], Tensor] | None = None
    """From the values of ``layer``, ``[C, H, W]``, to a scalar."""

    @property
    def what(self) -> str:
        """The value that is explained, in words."""
        if self.index is not None:
            return f"logit of {self.label}"
        return f"positive part of {self.label}" if self.unit and self.unit.cell is None else self.label

    @property
    def key(self) -> object:
        """The same for the same aim; ``None`` where nothing can tell, as with functions."""
        return self.index if self.unit is None else self.unit

    def of(self, picture: Tensor) -> Tensor:
        """What is read of the values of ``layer``, ``[C, H, W]``."""
        if self.reading is not None:
            return self.reading(picture)
        assert self.unit is not None
        channel = picture[self.unit.channel]
        # Of a channel that is positive here and negative there, a plain mean cancels out.
        return channel.clamp(min=0).mean() if self.unit.cell is None else channel[self.unit.cell]


class Reached(BaseException):  # no error, and nothing a model may catch
    """The unit has been seen: what the model would do from here on is not needed."""


class CoupledError(Exception):
    """A batch was not answered image by image."""


class Reading:
    """Reads the aim in one pass over ``count`` images; with ``chance``, the probability of a class."""

    def __init__(self, aim: Aim, count: int = 1, *, chance: bool = False) -> None:
        self._aim = aim
        self._count = count
        self._chance = chance
        self._seen: Tensor | None = None

    def see(self, call: Call, output: Tensor) -> None:
        """Read a unit when its layer goes by.

        Raises:
            Reached: It went by, and no gradient needs the rest of the pass.
        """
        layer = self._aim.layer
        if layer is None or call.name != layer.name:
            return
        parts = output.chunk(self._count)
        if any(tuple(part.shape) != layer.layout.shape for part in parts if layer.layout):
            raise CoupledError
        self._seen = torch.stack([self._aim.of(layer.arrange(part)) for part in parts])
        raise Reached

    def values(self, output: Any) -> Tensor:
        """The aim of each image, ``[n]``, with its graph.

        Raises:
            TargetError: The output holds no such value.
            CoupledError: The output does not tell the images apart.
        """
        aim = self._aim
        if aim.layer is not None:
            if self._seen is None:
                msg = f"The model did not run layer {aim.layer.name!r} this time; choose another one."
                raise TargetError(msg)
            return self._seen
        if aim.function is not None:
            if self._count > 1:
                raise CoupledError  # a function of the user's reads the output of one image
            return _scalar(aim.function, output)[None]
        scores = class_scores(output, self._count)
        if scores is None:
            if self._count > 1:
                raise CoupledError
            msg = "The output is no class scores this time, though it was before; pass a callable target."
            raise TargetError(msg)
        if self._chance:
            scores = torch.stack([probabilities(row) for row in scores])
        return scores[:, aim.index]


def _scalar(function: Callable[[Any], Tensor], output: Any) -> Tensor:
    try:
        value = function(output)
    except NnscopeError:
        raise
    except Exception as error:
        msg = f"The target function raised {type(error).__name__}: {error}; it gets the model's output."
        raise TargetError(msg) from error
    if not isinstance(value, Tensor) or value.numel() != 1:
        shape = f" of shape {tuple(value.shape)}" if isinstance(value, Tensor) else ""
        msg = (
            f"The target function returned a {type(value).__name__}{shape}; "
            "it must return a scalar tensor, such as output[0, 5]."
        )
        raise TargetError(msg)
    return value.reshape(())


def differentiable(values: Tensor) -> Tensor:
    """The sum of the values, from which a backward pass starts.

    Raises:
        ForwardError: No gradient can flow.
    """
    if not values.requires_grad:
        msg = "No gradient flows from the target to any layer: the model detaches its output."
        raise ForwardError(msg)
    return values.sum()
