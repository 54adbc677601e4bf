"""The traits of a scope, each with its meaning and who writes it. `js/src/model.ts` mirrors the names.

Public traits move the panel from a cell and follow the panel when the user moves it.
Private ones (``_…``) carry what the panel draws; only Python writes them. What the browser may
write is listed in ``FROM_BROWSER``; anything else that arrives is ignored.
"""

from __future__ import annotations

from typing import Any

import traitlets as t

from nnscope.errors import OptionError
from nnscope.probe import METHODS, STYLES

NORMALIZE = ("layer", "channel", "symmetric")
COLORMAPS = ("grey", "viridis", "magma", "cividis", "blue-red")
SORTS = ("index", "max", "mean", "std", "l2", "active", "share", "effect", "change", "region")
VIEWS = ("channels", "kernels", "statistics", "network", "differences", "region")
SIDES = ("this", "other", "difference")
FILLS = ("zero", "mean", "other")
RANGES = {
    "opacity": (0.0, 1.0),
    "tile": (48, 160),
    "wants_steps": (1, 4096),
    "wants_size": (16, 1024),
    "wants_seed": (0, 2**31 - 1),
}

FROM_BROWSER = (
    "layer",
    "view",
    "channel",
    "target",
    "versus",
    "unit",
    "cam",
    "method",
    "map_style",
    "contours",
    "checks",
    "opacity",
    "normalize",
    "colormap",
    "sort",
    "smooth",
    "tile",
    "specimen",
    "against",
    "side",
    "silence",
    "fill",
    "region",
    "shares",
    "scale",
    "pins",
    "wants",
    "growing",
    "wants_steps",
    "wants_size",
    "wants_seed",
)
"""Traits the browser may write."""


def shared(trait: Any) -> Any:
    """Tag a trait that both sides write; the browser's own writes are not echoed back to it."""
    return trait.tag(sync=True, echo_update=False)


def kernel(trait: Any) -> Any:
    """Tag a trait that only Python writes."""
    return trait.tag(sync=True, echo_update=False)


class ScopeTraits(t.HasTraits):
    """Every synced trait of ``Scope``; no behaviour."""

    layer = shared(t.Unicode(""))
    """Name of the layer whose channels are shown."""

    view = shared(t.Enum(VIEWS, "channels"))
    """What the right column shows: the layer's channels, its kernels, its histograms, the network, what
    differs from the other specimen, or the channels of all layers that answer to ``region``."""

    channel = shared(t.Int(None, allow_none=True))
    """The enlarged channel, counted from 0; ``None`` when none is enlarged. Setting it opens the dialog."""

    target = shared(t.Int(None, allow_none=True))
    """Index of the class that the map explains; ``None`` follows the top class."""

    versus = shared(t.Int(None, allow_none=True))
    """Index of a class whose map is taken away from that of ``target``; ``None``: nothing is."""

    unit = shared(t.Unicode(""))
    """What the map explains in place of a class: a channel, ``"features.3[14]"`` (the mean of its positive
    part), or one of its cells, ``"features.3[14,3,5]"`` (channel, row, column); ``""``: a class."""

    cam = shared(t.Bool(False))
    """Whether the map lies over the image."""

    method = shared(t.Enum(tuple(METHODS), "gradcam"))
    """How the map is made: a key of the attribution registry; ``_methods`` describes them."""

    map_style = shared(t.Enum(tuple(STYLES), "paper"))
    """Whose conventions the map follows: the paper's, or those of another library. (ipywidgets takes a trait
    called ``style`` for a widget of its own.)"""

    contours = shared(t.Bool(False))
    """Whether the map is drawn as lines of equal value rather than as heat."""

    checks = shared(t.Bool(False))
    """Whether what speaks for and against the map is worked out and shown: ``_checks``."""

    opacity = shared(t.Float(0.5))
    """Strength of whatever lies over the image, 0 to 1. The browser writes it when the slider is let go."""

    normalize = shared(t.Enum(NORMALIZE, "layer"))
    """Scale of the tiles. ``layer``: min→0, max→1 over the layer; ``channel``: over each channel;
    ``symmetric``: −m … m with m the largest magnitude of the layer, zero in the middle."""

    colormap = shared(t.Enum(COLORMAPS, "grey"))
    """Colours of the tiles. ``blue-red`` is pinned at zero whatever the scale."""

    sort = shared(t.Enum(SORTS, "index"))
    """Order of the tiles: by number, or falling by a statistic of the channel. ``share`` is the channel's
    signed contribution to the map, ``effect`` what the score loses without it, ``change`` how much it differs
    from the other specimen, ``region`` how much more it answers there than elsewhere."""

    smooth = shared(t.Bool(False))
    """Whether enlarged maps are drawn bilinear rather than in exact cells."""

    tile = shared(t.Int(64))
    """Side of a tile in the grid, in CSS pixels, 48 to 160."""

    specimen = shared(t.Int(0))
    """Which of the scope's specimens, counted from 0, is under the microscope: *this*."""

    against = shared(t.Int(None, allow_none=True))
    """Which of them it is compared with: *the other*. ``None``: this one as it was before it was edited and
    before channels were silenced; nothing, where it was not."""

    side = shared(t.Enum(SIDES, "this"))
    """Which of the two is drawn, or what this has more than the other."""

    silence = shared(t.Unicode(""))
    """Channels of a layer that are silenced, ``"layer4.1[14,47]"``, or all but some, ``"layer4.1[~14]"``."""

    fill = shared(t.Enum(FILLS, "zero"))
    """What silenced channels hold: zero, the mean of each, or the values of the other specimen."""

    region = shared(t.List(t.Float()))
    """A part of the image: left, top, right, bottom in pixels of the network's input; ``[]``: none."""

    shares = shared(t.Bool(False))
    """Whether tiles are drawn as their part of the map, w_k A_k, all of which sum to it."""

    scale = shared(t.List(t.Float()))
    """Values at the ends of the colours, held whatever is shown; ``[]``: they follow ``normalize``."""

    pins = shared(t.List(t.Unicode()))
    """Channels that are held in sight whatever the layer, at most 12: ``"features.3[14]"``."""

    wants = shared(t.Bool(False))
    """Whether the grid shows what each channel wants in place of its values. Pictures of that are made while
    nothing else is asked of the network; the message ``stop`` ends that until some are asked for again."""

    growing = shared(t.Bool(False))
    """Whether the pictures of the enlarged channel grow; ``False``: they pause, and can go on from there. It
    goes back to ``False`` when they are whole, and when something changes that they depend on; where the
    browser chose another channel or layer, those of that one grow."""

    wants_steps = shared(t.Int(128))
    """Steps of gradient ascent of each picture of the enlarged channel, 1 to 4096."""

    wants_size = shared(t.Int(0))
    """Height and width of these pictures in pixels, 16 to 1024; 0: 128, or the network's own size where that
    is smaller or it takes no other."""

    wants_seed = shared(t.Int(0))
    """Seed of their noise and of the random transformations, 0 to 2³¹ - 1."""

    layers = kernel(t.List(read_only=True))
    """The layers that have pictures, in order: dicts of ``name``, ``kind``, ``family``
    (``convolution``, ``norm``, ``activation``, ``pooling``, ``other``), ``shape`` [C, H, W],
    ``parameters``, ``asked``, and what a cell sees, as ``Layer`` has it: ``receptive_field`` [h, w], each
    a number or "all", ``effective_stride``, ``receptive_start`` [y, x]; each may be None."""

    predictions = kernel(t.List(read_only=True))
    """The likeliest classes, falling: dicts of ``index``, ``label``, ``logit``, ``probability``, and
    ``before``, the last two of what this is compared with, or None. Empty when the output is no class
    scores: then there is no classes panel."""

    status = kernel(t.Unicode("ready", read_only=True))
    """``"ready"``, or what the kernel is doing, in words."""

    progress = kernel(t.Float(None, allow_none=True, read_only=True))
    """How far it is, 0 to 1; ``None`` when nothing runs or nobody knows."""

    error = kernel(t.Unicode("", read_only=True))
    """The last thing that went wrong, one sentence with the cure; ``""`` when all is well."""

    _about = kernel(t.Dict())
    """What is under the microscope: ``model`` (name), ``image`` (name), ``original`` [W, H] | None,
    ``input`` [C, H, W], ``transform`` (a line), ``assumption`` (a sentence or ""), ``crop``
    [left, top, right, bottom] as fractions of the original | None, ``note`` (a sentence about the
    model, e.g. that it ends in a softmax, or ""), ``explains`` (whether a map has a target)."""

    _labels = kernel(t.List())
    """Name of each class by index; ``[]`` when the output is no class scores."""

    _picture = kernel(t.Bytes())
    """The image as the network saw it, an encoded PNG or JPEG; of a difference, middle grey is none."""

    _original = kernel(t.Bytes())
    """The original image, small, JPEG; empty when there is none."""

    _header = kernel(t.Dict())
    """Header of the ``layer`` packet (see ``wire/packet.py``); its body is ``_tiles``."""

    _tiles = kernel(t.Bytes())
    """Body of the ``layer`` packet: coarse tiles of all channels and their statistics."""

    _methods = kernel(t.List())
    """The methods, in the order of the menu: dicts of ``key``, ``label``, ``group`` (the menu's heading),
    ``at`` (``"layer"`` or ``"pixels"``), ``long`` (whether it takes many passes), ``hint`` (a line on how it
    works), ``citation``, ``styles`` (keys of the styles it can be drawn in)."""

    _map_header = kernel(t.Dict())
    """Header of the ``map`` packet, or ``{}`` when no map is wanted; its body is ``_map``."""

    _map = kernel(t.Bytes())
    """Body of the ``map`` packet."""

    _checks_header = kernel(t.Dict())
    """Header of the ``checks`` packet, or ``{}``; its body is ``_checks``."""

    _checks = kernel(t.Bytes())
    """Body of the ``checks`` packet."""

    _specimens = kernel(t.List())
    """The scope's specimens, where there are several: dicts of ``name`` (of the image), ``model``,
    ``picture`` (an encoded PNG or JPEG)."""

    _other = kernel(t.Dict())
    """What this is compared with, or ``{}``: ``kind`` ("before" or "specimen"), ``name``, ``model``,
    ``picture``."""

    _edits = kernel(t.Dict())
    """How the image was edited: ``undo`` and ``redo`` (how many steps), ``words`` (the newest step), ``able``
    (whether it can be), ``why`` (it cannot, a sentence)."""

    _effects_header = kernel(t.Dict())
    """Header of the ``effects`` packet, or ``{}``; its body is ``_effects``."""

    _effects = kernel(t.Bytes())
    """Body of the ``effects`` packet."""

    _wants_header = kernel(t.Dict())
    """Header of the ``wants`` packet, or ``{}``; its body is ``_wants``."""

    _wants = kernel(t.Bytes())
    """Body of the ``wants`` packet: what the enlarged channel wants, as far as its pictures have grown."""

    _wanted = kernel(t.Dict())
    """How far the grid is filled with what channels want, or ``{}``: ``layer``, ``epoch``, ``serial``
    (another one says: ask again for what is in sight and not whole), ``done`` and ``of`` (channels),
    ``growing`` (a list of those at work). At most four a second."""

    @t.validate(*RANGES)
    def _in_range(self, proposal: Any) -> Any:
        name, value = proposal.trait.name, proposal.value
        low, high = RANGES[name]
        own_size = name == "wants_size"
        if not low <= value <= high and not (own_size and value == 0):  # NaN is in no range
            or_zero = "is 0 or " if own_size else ""
            msg = f"The trait {name} {or_zero}lies between {low} and {high}; {value} does not."
            raise OptionError(msg)
        return value
