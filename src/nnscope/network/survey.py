"""All layers in one forward pass, and the exact values of some of them in another."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from nnscope.network.capture import Call, forward
from nnscope.network.guards import untouched
from nnscope.network.layers import describe
from nnscope.records import Layer


class Survey(NamedTuple):
    """What one forward pass showed."""

    layers: tuple[Layer, ...]
    """Every layer, in order."""
    output: Any
    """What the model returned."""


Look = Callable[[Layer, Tensor, "Layer | None"], None]
"""Called with each viewable layer, its values ``[C, H, W]``, which the network may overwrite
afterwards, and the layer just before where that returned the very same values (a block and its
last part)."""


def survey(model: nn.Module, x: Tensor, look: Look) -> Survey:
    """Run the model once and look at each feature map as it is made.

    Args:
        model: The model; it leaves as it came.
        x: Its input, ``[1, C, H, W]``.
        look: See ``Look``.

    Raises:
        ForwardError: The model raised.
    """
    layers: list[Layer] = []
    last: list[tuple[Tensor, int]] = []

    def visit(call: Call, output: Tensor) -> None:
        layer = describe(call, output, len(layers))
        if layer.viewable:
            same = bool(last) and last[0][0] is output and last[0][1] == output._version
            look(layer, output.detach()[0], layers[-1] if same else None)
        layers.append(layer)
        last[:] = [(output, output._version)]

    with untouched(model), torch.no_grad():
        output = forward(model, x, visit)
    return Survey(tuple(layers), output)


def values(model: nn.Module, x: Tensor, names: Collection[str]) -> dict[str, Tensor]:
    """Run the model once and copy the feature maps ``[C, H, W]`` of the named layers.

    Raises:
        ForwardError: The model raised.
    """
    kept: dict[str, Tensor] = {}

    def visit(call: Call, output: Tensor) -> None:
        if call.name in names:
            kept[call.name] = output.detach()[0].clone()

    with untouched(model), torch.no_grad():
        forward(model, x, visit)
    return kept
