"""Class activation maps of one layer, or of all layers from one forward and one backward pass."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.graph import GradientEdge, get_gradient_edge

from nnscope.attribution.registry import Method
from nnscope.errors import ForwardError, NnscopeError, TargetError
from nnscope.network.capture import Call, forward
from nnscope.network.guards import untouched

Score = Callable[[Any], Tensor]
"""From the model's output to the scalar that is explained."""


class ClassMap(NamedTuple):
    """Σ w_k A_k and what it is made of, all float32 on the CPU."""

    raw: Tensor
    """``[H, W]``, before ReLU."""
    weights: Tensor
    """w_k, ``[C]``."""
    shares: Tensor
    """w_k · Σ A_k, ``[C]``."""


def class_maps(
    model: nn.Module, x: Tensor, score: Score, method: Method, names: Collection[str]
) -> dict[str, ClassMap]:
    """Make the maps of the named layers in one forward and one backward pass.

    Gradients are taken at the values the layer returned, also where a later in-place operation
    overwrites them: a tensor hook belongs to the value it was registered on. Where such an
    operation keeps autograd from going back at all, the pass is repeated with copies handed on.
    Parameters get no gradient.

    Args:
        model: The model; it leaves as it came. Frozen parameters are fine.
        x: Its input, ``[1, C, H, W]``.
        score: What is explained.
        method: How channels are weighed.
        names: Viewable layers.

    Returns:
        The map of each layer that a gradient reaches; others are missing.

    Raises:
        ForwardError: The model raised, or no gradient can flow.
        TargetError: The score is no scalar.
    """
    try:
        return _one_pass(model, x, score, method, names, copies=False)
    except _OverwrittenError:
        pass
    try:
        return _one_pass(model, x, score, method, names, copies=True)
    except _OverwrittenError as error:
        msg = f"The backward pass raised: {error.__cause__}. The model overwrites a value it needs."
        raise ForwardError(msg) from error.__cause__


class _OverwrittenError(Exception):
    """An in-place operation overwrote a value that the backward pass needs."""


def _one_pass(
    model: nn.Module, x: Tensor, score: Score, method: Method, names: Collection[str], *, copies: bool
) -> dict[str, ClassMap]:
    """Run forward and backward; with ``copies`` each layer hands a copy on, free to be overwritten."""
    maps: dict[str, ClassMap] = {}
    edges: list[GradientEdge] = []
    roots: list[Tensor] = []

    def visit(call: Call, output: Tensor) -> Tensor | None:
        if not torch.is_grad_enabled():
            return None
        handed = output.clone() if copies else None
        if call.name not in names:
            return handed
        if not output.requires_grad:
            # The model cut its graph here (detach, no_grad): start a new one.
            output = output.detach().requires_grad_()
            handed = output.clone()
            roots.append(output)
        edges.append(get_gradient_edge(output))
        activation = output.detach()[0].clone()
        output.register_hook(lambda g: maps.__setitem__(call.name, _combine(method, activation, g[0])))
        return handed

    with untouched(model), torch.enable_grad():
        roots.append(x.detach().clone().requires_grad_())
        output = forward(model, roots[0], visit)
        # For one layer the backward pass may stop there.
        _backward(_scalar(score, output), edges if len(edges) == len(names) == 1 else roots)
    return maps


def _combine(method: Method, activation: Tensor, gradient: Tensor) -> ClassMap:
    with torch.no_grad():
        a = activation.float() if activation.dtype != torch.float64 else activation
        weights = method.weigh(a, gradient.to(a.dtype))
        parts = weights[:, None, None] * a
        return ClassMap(*(t.float().cpu() for t in (parts.sum(0), weights, parts.sum((1, 2)))))


def _scalar(score: Score, output: Any) -> Tensor:
    try:
        value = score(output)
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


def _backward(score: Tensor, inputs: list[Any]) -> None:
    if not score.requires_grad:
        msg = "No gradient flows from the target to any layer: the model detaches its output."
        raise ForwardError(msg)
    try:
        torch.autograd.grad(score, inputs, allow_unused=True)
    except RuntimeError as error:
        if "modified by an inplace operation" in str(error):
            raise _OverwrittenError from error
        msg = f"The backward pass raised: {error}. An operation of this model has no gradient."
        raise ForwardError(msg) from error
