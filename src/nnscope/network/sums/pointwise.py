"""Functions that turn each value into one of its own: ReLU and its relatives."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from nnscope.network.calls import POINTWISE
from nnscope.network.sums.asked import Asked, number, one, unchanged
from nnscope.records import Arithmetic


def activated(asked: Asked) -> Arithmetic:
    """One cell of an activation: the value before it, and after."""
    function = asked.function
    value = _here(function.input, asked)
    before = float(value)
    if function.name == "prelu":
        args, kwargs = [_slope(asked)], {}
    else:
        args = [_here(each, asked) for each in function.args[1:]]
        kwargs = {name: _here(each, asked) for name, each in function.kwargs.items() if name != "input"}
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


def _here(value: Any, asked: Asked) -> Any:
    """What of an argument has to do with the cell, float64 CPU ``[1]``; all of what is no tensor."""
    if not isinstance(value, Tensor):
        return value
    return value.broadcast_to(asked.output)[asked.index].cpu().double()[None]


def _slope(asked: Asked) -> Tensor:
    """The channel's own slope, where they have one each."""
    slopes: Tensor = asked.function.get(1, "weight").cpu().double()
    return slopes if slopes.numel() == 1 else slopes[asked.index[1]][None]
