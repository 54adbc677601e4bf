"""All layers in one forward pass, and the exact values of some of them in another."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from nnscope.network.capture import Call, Visit, forward, version_of
from nnscope.network.flow import Flow
from nnscope.network.guards import untouched
from nnscope.network.layers import describe
from nnscope.records import Layer


class Survey(NamedTuple):
    """What one forward pass showed."""

    layers: tuple[Layer, ...]
    """Every layer, in order."""
    output: Any
    """What the model returned."""
    overwritten: frozenset[str]
    """Layers whose values a later in-place operation changed."""
    multiply_adds: int
    """Products summed in the whole pass, also by what is no layer."""


Look = Callable[[Layer, Tensor, "Layer | None"], None]
"""Called with each viewable layer, its output, which the network may overwrite afterwards, and the
layer just before where that returned the very same values (a block and its last part)."""


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
    alive: list[_Seen] = []
    overwritten: set[str] = set()

    def visit(call: Call, output: Tensor) -> None:
        layer = describe(call, output, len(layers))
        overwritten.update(_written(alive))
        if layer.viewable:
            last = alive[-1] if alive else None
            twin = last is not None and last.tensor() is output and last.name not in overwritten
            look(layer, output.detach(), layers[-1] if twin else None)
        layers.append(layer)
        alive.append(_Seen(layer.name, weakref.ref(output), version_of(output)))

    flow = Flow()
    with untouched(model), torch.no_grad():
        output = forward(model, x, visit, flow=flow)
    overwritten.update(_written(alive))
    return Survey(tuple(layers), output, frozenset(overwritten), flow.multiply_adds)


class _Seen(NamedTuple):
    """An output that the network may still write to."""

    name: str
    tensor: weakref.ref[Tensor]
    version: int


def _written(alive: list[_Seen]) -> list[str]:
    """The names whose tensors were written to since they were seen; forgets those that are gone."""
    held = [(seen, seen.tensor()) for seen in alive]
    alive[:] = [seen for seen, tensor in held if tensor is not None]
    return [seen.name for seen, tensor in held if tensor is not None and version_of(tensor) != seen.version]


Run = Callable[[Visit], Any]
"""Runs a model on an input and shows its calls as ``forward`` does, or as ``Rerun`` those from a layer on."""


def values(model: nn.Module, x: Tensor, names: Collection[str], run: Run | None = None) -> dict[str, Tensor]:
    """Run the model as far as the last of the named layers and copy their outputs, batch included.

    Args:
        model: The model; it leaves as it came.
        x: Its input, ``[1, C, H, W]``.
        names: The layers.
        run: How to run the model on that input, where it need not be run from the beginning.

    Raises:
        ForwardError: The model raised.
    """
    kept: dict[str, Tensor] = {}
    with suppress(_Passed):
        watch(model, x, _keeper(kept, names, stop=True), run)
    return kept


def glance(
    model: nn.Module, x: Tensor, names: Collection[str], run: Run | None = None
) -> tuple[dict[str, Tensor], Any]:
    """The same in a whole pass, and what the model returned.

    Raises:
        ForwardError: The model raised.
    """
    kept: dict[str, Tensor] = {}
    return kept, watch(model, x, _keeper(kept, names), run)


class _Passed(BaseException):  # no error, and nothing a model may catch
    """All that was asked for has been seen: what the model would do from here on is not needed."""


def _keeper(
    kept: dict[str, Tensor], names: Collection[str], *, stop: bool = False
) -> Callable[[str, Tensor, str | None], None]:
    def look(name: str, output: Tensor, _twin: str | None) -> None:
        if name in names:
            kept[name] = output.clone()
            if stop and len(kept) == len(names):
                raise _Passed

    return look


def watch(
    model: nn.Module,
    x: Tensor,
    look: Callable[[str, Tensor, str | None], object],
    run: Run | None = None,
) -> Any:
    """Run the model once and look at each output as it is made; returns what the model returned.

    Args:
        model: The model; it leaves as it came.
        x: Its input.
        look: Called with the name of each layer, its output, which the network may overwrite afterwards, and
            the name of the layer just before where that returned the very same values.
        run: See ``values``.

    Raises:
        ForwardError: The model raised.
    """
    last: _Seen | None = None

    def visit(call: Call, output: Tensor) -> None:
        nonlocal last
        now = _Seen(call.name, weakref.ref(output), version_of(output))
        twin = last is not None and last.tensor() is output and last.version == now.version
        look(call.name, output.detach(), last.name if last is not None and twin else None)
        last = now

    if run is not None:
        return run(visit)
    with untouched(model), torch.no_grad():
        return forward(model, x, visit)
