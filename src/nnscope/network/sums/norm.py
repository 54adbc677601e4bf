"""Norms: away with the mean, divide by the deviation, scale and shift."""

from __future__ import annotations

import math

from torch import Tensor

from nnscope.network.parameters import affine
from nnscope.network.sums.asked import Asked, number, one, plus, unchanged
from nnscope.records import Arithmetic

SMALL = 1e-5
"""What torch adds to a variance unless told otherwise."""


def normalised(asked: Asked) -> Arithmetic:
    """One cell of a batch, instance, layer or group norm."""
    function, index = asked.function, asked.index
    before = float(function.input[index])
    mean, variance, of_what = _statistics(asked)
    epsilon = _epsilon(asked)
    scale, shift = _affine(asked)
    total = (before - mean) / math.sqrt(variance + epsilon)
    formula = [
        f"mean and variance {of_what}",
        f"({number(before)} {plus(-mean)}) / √({number(variance)} + {number(epsilon)}) = {number(total)}",
    ]
    terms = {"before": before, "mean": mean, "variance": variance, "epsilon": epsilon}
    if scale is not None:
        terms["weight"] = scale
        formula.append(f"{number(total)} × {number(scale)} (weight) = {number(total * scale)}")
        total *= scale
    if shift is not None:
        terms["bias"] = shift
        formula.append(f"{number(total)} {plus(shift)} (bias) = {number(total + shift)}")
        total += shift
    row, column = asked.cell
    return asked.answer(
        "norm",
        total,
        one(before),
        bias=shift,
        inputs=(asked.channel,),
        rows=(row,),
        columns=(column,),
        terms=terms,
        formula=formula,
        shape=unchanged(asked.output),
    )


def _statistics(asked: Asked) -> tuple[float, float, str]:
    """Mean and variance, and what they are of."""
    function, index = asked.function, asked.index
    values = function.input
    if function.name in ("batch_norm", "instance_norm"):
        mean, variance = function.get(1, "running_mean"), function.get(2, "running_var")
        own = function.get(5, "use_input_stats" if function.name == "instance_norm" else "training")
        own = function.name == "instance_norm" if own is None else bool(own)
        if mean is not None and not own:
            return float(mean[index[1]]), float(variance[index[1]]), "were kept from training"
        if function.name == "batch_norm":
            return _of(values[:, index[1]], f"of this image's channel {index[1]}")
        return _of(values[index[0], index[1]], f"of this image's channel {index[1]}")
    if function.name == "group_norm":
        width = values.shape[1] // int(function.get(1, "num_groups"))
        first = index[1] // width * width
        told = f"of this image's channels {first} to {first + width - 1}"
        return _of(values[index[0], first : first + width], told)
    axes = len(function.get(1, "normalized_shape"))
    what = f"of the {' × '.join(map(str, values.shape[-axes:]))} values that belong together here"
    return _of(values[index[:-axes]], what)


def _of(values: Tensor, what: str) -> tuple[float, float, str]:
    """Mean and variance, with the divisor N."""
    exact = values.cpu().double()
    mean = exact.mean()
    return float(mean), float((exact - mean).square().mean()), what


def _affine(asked: Asked) -> tuple[float | None, float | None]:
    """Weight and bias of the cell."""
    function, index = asked.function, asked.index
    own: tuple[int, ...] = (index[1],)
    if function.name == "layer_norm":
        own = index[-len(function.get(1, "normalized_shape")) :]
    weight, bias = (None if tensor is None else float(tensor[own]) for tensor in affine(function))
    return weight, bias


def _epsilon(asked: Asked) -> float:
    place = {"group_norm": 4, "layer_norm": 4}.get(asked.function.name, 7)
    return float(asked.function.get(place, "eps", SMALL))
