"""CAM itself: behind global average pooling, the weights of the linear layer are those of the map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, NoReturn

import torch
from torch import Tensor, nn

from nnscope.errors import OptionError
from nnscope.network.capture import Call, forward
from nnscope.network.guards import untouched
from nnscope.network.outputs import class_scores
from nnscope.network.parts import all_modules
from nnscope.records import Layer


class Head(NamedTuple):
    """A classifier that reads the mean of each channel."""

    layers: tuple[str, ...]
    """The feature maps whose mean it reads, in order: a block and its last part hold the same values."""
    weights: Tensor
    """W, ``[classes, C]``; the logits are W · mean(A) + b."""


def find_head(model: nn.Module, x: Tensor, rows: Sequence[Layer]) -> Head | None:
    """Find a linear layer W, b and a feature map A with logits = W · mean(A) + b on this very input.

    What stands between them (dropout, flatten, functions) does not matter: the numbers decide.

    Args:
        model: The model; it leaves as it came.
        x: Its input, ``[1, C, H, W]``.
        rows: The layers that have pictures.

    Returns:
        The head, or ``None`` where the network ends otherwise.
    """
    linear = [module for module in all_modules(model) if _matrix(module) is not None]
    widths = {_matrix(module).shape[1] for module in linear}  # type: ignore[union-attr]
    wanted = {row.name: row for row in rows if row.channels in widths and _cells(row) > 1}
    means: dict[str, Tensor] = {}

    def visit(call: Call, output: Tensor) -> None:
        if call.name in wanted:
            means[call.name] = wanted[call.name].arrange(output.detach()).double().mean((1, 2))

    with untouched(model), torch.no_grad():
        scores = class_scores(forward(model, x, visit, attention=False))
    if scores is None:
        return None
    for module in reversed(linear):
        weights = _matrix(module)
        assert weights is not None
        names = [name for name, mean in means.items() if _explains(weights, module.bias, mean, scores[0])]
        if names:
            return Head(tuple(names), weights.detach().clone())
    return None


def refuse(head: Head | None, layer: str) -> NoReturn:
    """Raise the sentence that says where CAM is defined, if anywhere.

    Raises:
        OptionError: Always.
    """
    if head is None:
        msg = (
            "CAM is defined where a network ends in global average pooling and one linear layer, and this "
            "one ends otherwise; use 'gradcam', which is the same map where both are defined."
        )
    else:
        msg = f"CAM is defined at {head.layers[-1]!r}, whose mean the classifier reads, not at {layer!r}."
    raise OptionError(msg)


def _matrix(module: nn.Module) -> Tensor | None:
    """The weights of a linear layer, or of a 1 × 1 convolution, ``[out, in]``."""
    weights = getattr(module, "weight", None)
    if isinstance(module, nn.Linear) and isinstance(weights, Tensor):
        return weights
    pointwise = isinstance(module, nn.Conv2d) and module.kernel_size == (1, 1) and module.groups == 1
    return weights.flatten(1) if pointwise and isinstance(weights, Tensor) else None


def _explains(weights: Tensor, bias: object, mean: Tensor, scores: Tensor) -> bool:
    if weights.shape != (len(scores), len(mean)):
        return False
    made = weights.double() @ mean
    made = made + bias.double() if isinstance(bias, Tensor) else made
    off = (made - scores.double()).abs().max()
    precision = 1e-2 if scores.dtype in (torch.float16, torch.bfloat16) else 1e-4
    return bool(off <= precision * scores.abs().max().clamp(min=1e-12))


def _cells(row: Layer) -> int:
    return row.picture[1] * row.picture[2]
