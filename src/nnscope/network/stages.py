"""A channel's way through convolution, norm and activation."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from nnscope.errors import OptionError
from nnscope.records import Layer, LayerTable, Stage

ORDER = ("convolution", "norm", "activation")


def stages(
    rows: list[Layer],
    channel: int,
    values: Callable[[Layer], Tensor],
    cuts: Callable[[Layer], bool],
) -> tuple[Stage, ...]:
    """What each layer of a chain makes of a channel.

    Args:
        rows: See ``chain``.
        channel: Counted from 0.
        values: A layer's output, ``[C, H, W]``, not to be written to.
        cuts: Whether an activation makes every negative value zero.
    """
    made: list[Stage] = []
    before: Tensor | None = None
    for row in rows:
        after = values(row)
        cut = None
        if row.family == "activation" and before is not None and cuts(row):
            cut = float((before[channel] < 0).double().mean())
        made.append(Stage(row.name, row.kind, row.family, after[channel].float().cpu().clone(), cut))
        before = after
    return tuple(made)


def chain(layers: LayerTable, row: Layer) -> list[Layer]:
    """The layers around this one that make a convolution, a norm and an activation in turn.

    Args:
        layers: All layers.
        row: One of the chain.

    Raises:
        OptionError: It is none of the three.
    """
    if row.family not in ORDER:
        msg = (
            f"Layer {row.name!r} ({row.kind}) is no convolution, norm or activation; "
            "choose one of those to see a channel on its way through the three."
        )
        raise OptionError(msg)
    found = [row]
    while (before := layers.source(found[0])) is not None and _leads_to(before, found[0]):
        found.insert(0, before)
    while after := _reader(layers, found[-1]):
        found.append(after)
    return found


def _reader(layers: LayerTable, row: Layer) -> Layer | None:
    """The first layer behind this one that reads it and comes next in the order."""
    readers = (other for other in layers if layers.source(other) is row)
    return next((other for other in readers if _leads_to(row, other)), None)


def _leads_to(before: Layer, after: Layer) -> bool:
    """Whether two layers stand in the order of the chain, channel for channel."""
    known = before.family in ORDER and after.family in ORDER and before.viewable
    return (
        known and before.picture == after.picture and ORDER.index(before.family) < ORDER.index(after.family)
    )
