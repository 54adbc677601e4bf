"""The window of its input that one cell of a convolution or a pooling reads."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from nnscope.network.calls import Function
from nnscope.network.convolution import Pair, pair

ROW_COLUMN = ("height", "width")


def window(planes: Tensor, rows: Sequence[int], columns: Sequence[int], fill: float = 0.0) -> Tensor:
    """The cells of ``[C, H, W]`` in these rows and columns, float64 CPU; ``fill`` where there are none."""
    patch = planes
    for axis, places in ((1, rows), (2, columns)):
        size = planes.shape[axis]
        inside = [min(max(place, 0), size - 1) for place in places]
        patch = patch.index_select(axis, torch.tensor(inside, device=planes.device))
    patch = patch.cpu().double()
    for axis, places in ((1, rows), (2, columns)):
        outside = [i for i, place in enumerate(places) if not 0 <= place < planes.shape[axis]]
        patch.index_fill_(axis, torch.tensor(outside, dtype=torch.long), fill)
    return patch


def place(index: tuple[int, ...], axes: int) -> tuple[int, int, Pair]:
    """Number in the batch, channel, and cell, of an index with or without a batch and a height."""
    *front, channel = index[:-axes]
    cell = index[-axes:]
    return front[0] if front else 0, channel, (0, cell[0]) if axes == 1 else (cell[0], cell[1])


def added(padded: Function | None, axes: int) -> tuple[Pair, Pair]:
    """Rows and columns that ``F.pad`` added before and after."""
    if padded is None:
        return (0, 0), (0, 0)
    amounts = [int(amount) for amount in padded.get(1, "pad")]  # the last axis comes first
    amounts += [0] * (2 * axes - len(amounts))
    before, after = (amounts[side : 2 * axes : 2][::-1] for side in (0, 1))
    return pair(before, axes, 0), pair(after, axes, 0)


def told(padded: Function | None) -> list[str]:
    """A line on padding that is no zeros."""
    mode = "constant" if padded is None else padded.get(2, "mode", "constant")
    return [f"the padding {_MODES[mode]} ({mode})"] if mode in _MODES else []


_MODES = {
    "reflect": "mirrors the input",
    "replicate": "repeats the input's border",
    "circular": "goes on at the input's other side",
}
