"""Functions that turn each value into one of its own: ReLU and its relatives."""

from __future__ import annotations

import torch
from torch import Tensor

from nnscope.network.calls import POINTWISE
from nnscope.network.sums.asked import Asked, number, one, unchanged
from nnscope.records import Arithmetic


def activated(asked: Asked) -> Arithmetic:
    """One cell of an activation: the value before it, and after."""
    function = asked.function
    before = float(function.input[asked.index])
    value = torch.tensor([before], dtype=torch.float64)
    args, kwargs = list(function.args[1:]), {**function.kwargs}
    kwargs.pop("input", None)
    if function.name == "prelu":
        args, kwargs = [_slope(asked)], {}
    total = float(function.called(value, *args, **kwargs))
    row, column = asked.cell
    return asked.answer(
        "activation",
        total,
        one(before),
        inputs=(asked.channel,),
        rows=(row,),
        columns=(column,),
        terms={"before": before, "after": total},
        formula=[f"{POINTWISE[function.name]}, for a = {number(before)}: {number(total)}"],
        shape=unchanged(asked.output),
    )


def _slope(asked: Asked) -> Tensor:
    """The channel's own slope, where they have one each."""
    slopes: Tensor = asked.function.get(1, "weight").cpu().double()
    return slopes if slopes.numel() == 1 else slopes[asked.index[1]][None]
