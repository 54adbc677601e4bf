"""What pictures of channels depend on, and those that were made lately: they are there at once again."""

from __future__ import annotations

import itertools
from collections.abc import Hashable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from nnscope.probe import ByteCache, Fingerprint
from nnscope.records import Colours, FeatureVisualization
from nnscope.widget.desk import Look, State

MEGABYTE = 2**20

PICTURES = (("fourier", False), ("pixels", False), ("fourier", True), ("pixels", True))
"""Method of each picture of a channel, and whether it is of what the channel dislikes; in this order."""


class Subject(NamedTuple):
    """A layer of a network in one state; what its channels want does not depend on the image shown."""

    weights: int
    """Number of the model and its weights."""
    layer: str
    silence: Hashable
    """What is silenced, and what is put in its place."""
    shape: tuple[int, int, int]
    """Channels, height and width of the network's input."""
    colours: Hashable
    """Which values of the input stand for which colours."""


class Recipe(NamedTuple):
    """How the pictures of the enlarged channel are made; the traits ``wants_…``."""

    steps: int
    size: int
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """The pictures of one channel, as far as they have grown."""

    channel: int
    recipe: Recipe
    steps: int
    """How many steps each picture is to have."""
    made: tuple[FeatureVisualization, ...] = ()
    """The first of ``PICTURES``, one each."""
    done: float = 0.0
    """How much of all four is done, 0 to 1."""

    @property
    def nbytes(self) -> int:
        """How much it keeps."""
        return sum(each.tensor.nbytes + each.drawn.nbytes + each.history.nbytes for each in self.made)


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """What a channel wants, small."""

    pixels: npt.NDArray[np.uint8]
    """``[h, w, 3]``."""
    step: int
    score: float
    """The mean of the channel: of the picture itself once it is whole, else as it was seen last."""
    note: str = ""
    whole: bool = False


wholes: ByteCache[Grown | Recipe] = ByteCache(24 * MEGABYTE)
"""By subject, channel and recipe: pictures that are whole; by subject and channel: the newest recipe."""

tiles: ByteCache[Tile] = ByteCache(16 * MEGABYTE)
"""By subject and channel."""


def subject_of(look: Look, state: State, layer: str, weights: Weights) -> Subject:
    """What pictures of a layer's channels depend on.

    Args:
        look: What is looked at; of a difference, this.
        state: The traits that say so.
        layer: The layer.
        weights: Numbers the states of the models.

    Raises:
        NnscopeError: This side has no such layer.
    """
    silence: Hashable = ""
    if state.silence and look.side != "other":
        other = look.epoch if state.fill == "other" else None  # the values of another image
        silence = (state.silence, state.fill, other)
    probe = look.probe
    row = probe.layers.feature_map(layer)
    specimen = probe.specimen
    return Subject(weights.number(probe.model), row.name, silence, specimen.shape, _key(specimen.colours))


def keep(subject: Subject, grown: Grown) -> None:
    """Keep pictures that are whole."""
    key = (subject, grown.channel)
    wholes.put(*key, grown.recipe, value=grown, nbytes=grown.nbytes)
    wholes.put(*key, value=grown.recipe, nbytes=64)


def kept(subject: Subject, channel: int, recipe: Recipe | None = None) -> Grown | None:
    """Whole pictures of a channel that are kept: by this recipe, or the newest."""
    newest = recipe or wholes.get(subject, channel)
    found = wholes.get(subject, channel, newest) if isinstance(newest, Recipe) else None
    return found if isinstance(found, Grown) else None


class Weights:
    """Numbers the states of models: another number for other weights, and never the same one again."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[nn.Module, Fingerprint, int]] = {}

    def number(self, model: nn.Module) -> int:
        """The number of a model as it is now."""
        known = self._known.get(id(model))
        if known is None or known[1].stale():
            known = self._known[id(model)] = model, Fingerprint(model), next(_serial)
        return known[2]


_serial = itertools.count()


def recoloured(picture: Tensor, ours: Colours, theirs: Colours) -> Tensor:
    """The same colours in another network's values, ``[C, H, W]``."""
    if _key(ours) == _key(theirs):
        return picture
    return torch.from_numpy(theirs.encode(ours.decode(picture.double().numpy()))).to(picture.dtype)


def _key(colours: Colours) -> Hashable:
    inverse = None if colours.inverse is None else colours.inverse.tobytes()
    return colours.black.tobytes(), colours.white.tobytes(), inverse
