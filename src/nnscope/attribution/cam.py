"""The maps of one layer, or of all layers, from one forward and one backward pass."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import GradientEdge, Node, get_gradient_edge

from nnscope.attribution.aim import Aim, Reached, Reading, differentiable
from nnscope.attribution.weighted import LayerMap, Pair
from nnscope.errors import ForwardError
from nnscope.layout import Layout
from nnscope.network.capture import Call, forward
from nnscope.network.guards import collector_held, interruption_point, untouched
from nnscope.records import Layer

Maps = dict[str, LayerMap]
"""The maps of one layer, by method."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is explained, how, and at which layers."""

    aim: Aim
    make: Callable[[Pair], Maps]
    """All maps that are wanted of a layer."""
    layouts: Mapping[str, Layout]
    """The viewable layers, and where the channels, rows and columns of their outputs lie."""
    overwritten: Collection[str] = ()
    """Those whose values a later in-place operation is known to change: they are copied."""


def layer_maps(model: nn.Module, x: Tensor, question: Question) -> dict[str, Maps]:
    """Make the maps of the named layers in one forward and one backward pass.

    Gradients are taken at the values the layer returned, also where a later in-place operation
    overwrites them: a tensor hook belongs to the value it was registered on. Where such an
    operation keeps autograd from going back at all, the pass is repeated with copies handed on.
    Parameters get no gradient.

    Args:
        model: The model; it leaves as it came. Frozen parameters are fine.
        x: Its input, ``[1, C, H, W]``.
        question: What is asked.

    Returns:
        The maps of each layer that a gradient reaches; others are missing.

    Raises:
        ForwardError: The model raised, or no gradient can flow.
        TargetError: The target is no scalar.
    """
    try:
        return _Pass(question, copies=False).run(model, x)
    except _OverwrittenError:
        pass
    try:
        return _Pass(question, copies=True).run(model, x)
    except _OverwrittenError as error:
        msg = f"The backward pass raised: {error}. The model overwrites a value it needs."
        raise ForwardError(msg) from error


def gradient(
    model: nn.Module, x: Tensor, aim: Aim, layer: Layer, overwritten: Collection[str] = ()
) -> Tensor | None:
    """The gradient of an aim at one layer, float32 or float64 ``[C, H, W]``; ``None`` where none reaches it.

    Args:
        model: The model; it leaves as it came.
        x: Its input, ``[1, C, H, W]``.
        aim: What is explained.
        layer: Where; one with pictures.
        overwritten: See ``Question``.

    Raises:
        ForwardError: The model raised, or no gradient can flow.
        TargetError: The target is no scalar.
    """
    found: list[Tensor] = []

    def keep(pair: Pair) -> Maps:
        found.append(pair.g.reshape(-1, *pair.shape).clone())
        return {}

    assert layer.layout is not None
    layer_maps(model, x, Question(aim, keep, {layer.name: layer.layout}, overwritten))
    return found[-1] if found else None


class _OverwrittenError(Exception):
    """An in-place operation overwrote a value that the backward pass needs."""


class _Pass:
    """One forward and one backward pass; with ``copies`` layers hand on copies, free to be overwritten."""

    def __init__(self, question: Question, *, copies: bool) -> None:
        self._question = question
        self._copies = copies
        self._reading = Reading(question.aim)
        self._maps: dict[str, Maps] = {}
        self._twins: dict[str, str] = {}
        self._last: tuple[str, Tensor] | None = None
        self._edges: list[GradientEdge] = []
        self._roots: list[Tensor | GradientEdge] = []
        self._rooted: dict[Node, bool] = {}

    def run(self, model: nn.Module, x: Tensor) -> dict[str, Maps]:
        """Run the model there and back."""
        try:
            with untouched(model), collector_held(), torch.enable_grad():
                x = x.detach().clone().requires_grad_()
                self._roots.append(x)
                try:
                    output = forward(model, x, self._visit, attention=False)
                except Reached:
                    output = None
                # For one layer the backward pass may stop there.
                one = len(self._edges) == len(self._question.layouts) == 1
                score = differentiable(self._reading.values(output))
                _backward(score, self._edges if one else self._roots)
        finally:
            # The graph holds the hooks, these hold this pass: let go of the graph, which no collector sees.
            self._last = None
            self._reading = Reading(self._question.aim)
            for held in (self._edges, self._roots, self._rooted):
                held.clear()
        for twin, name in self._twins.items():
            if name in self._maps:
                self._maps[twin] = self._maps[name]
        return self._maps

    def _visit(self, call: Call, output: Tensor) -> Tensor | None:
        handed = self._hook(call, output) if torch.is_grad_enabled() else None
        self._reading.see(call, output if handed is None else handed)
        return handed

    def _hook(self, call: Call, output: Tensor) -> Tensor | None:
        """Watch a layer that was asked for; returns what is handed on in place of its output."""
        handed = output.clone() if self._copies else None
        if call.name not in self._question.layouts:
            return handed
        if (
            self._last is not None
            and not call.passed_on
            and self._last[1] is output
            and self._last[0] not in self._question.overwritten
        ):
            self._twins[call.name] = self._last[0]  # a block returns what its last part returned
            return handed
        self._last = (call.name, output)
        if output.is_leaf:
            # The model cut its graph here (detach, no_grad), or hands out a parameter, on which
            # no hook of ours may stay: start a new one.
            output = output.detach().requires_grad_()
            handed = output.clone()
            self._roots.append(output)
        elif call.passed_on and handed is None:
            # What an identity returns is what it was given; only the gradient of its own way is its own.
            # (A copy: of a view, an in-place operation would rewrite the graph.)
            output = handed = output.clone()
        edge = get_gradient_edge(output)
        if not self._is_rooted(edge.node):
            # Behind a cut (no_grad, detach) no path leads back to a root, through weights alone: begin here.
            self._roots.append(edge)
            self._rooted[edge.node] = True
        self._edges.append(edge)
        self._watch(call.name, output)
        return handed

    def _is_rooted(self, node: Node) -> bool:
        """Whether a path leads back from a node of the graph to one where the backward pass ends."""
        stack = [node]
        while stack:
            here = stack[-1]
            parents = [parent for parent, _ in here.next_functions if parent is not None]
            if here not in self._rooted:
                unknown = [parent for parent in parents if parent not in self._rooted]
                if unknown:
                    stack += unknown
                    continue
                is_root = any(getattr(here, "variable", None) is root for root in self._roots)
                self._rooted[here] = is_root or any(self._rooted[parent] for parent in parents)
            stack.pop()
        return self._rooted[node]

    def _watch(self, name: str, output: Tensor) -> None:
        """Make the map when the gradient comes by."""
        layout = self._question.layouts[name]
        copied = name in self._question.overwritten
        activation = output.detach().clone() if copied else output.detach()
        version = activation._version

        def arrived(gradient: Tensor) -> None:
            interruption_point()
            if activation._version != version:
                msg = f"layer {name!r} was overwritten"
                raise _OverwrittenError(msg)
            pictures = (layout.picture(tensor) for tensor in (activation, gradient))
            with torch.no_grad():
                self._maps[name] = self._question.make(Pair(*pictures))

        output.register_hook(arrived)


def _backward(score: Tensor, inputs: list[Any]) -> None:
    try:
        torch.autograd.grad(score, inputs, allow_unused=True)
    except RuntimeError as error:
        if "modified by an inplace operation" in str(error):
            raise _OverwrittenError(str(error)) from error
        if "heckpoint" in str(error):
            msg = "The model checkpoints a part, and not so that maps can be made; give use_reentrant=False."
            raise ForwardError(msg) from error
        msg = f"The backward pass raised: {error}. An operation of this model has no gradient."
        raise ForwardError(msg) from error
