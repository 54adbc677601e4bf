"""What a layer is called, what it does, and what it is made of."""

from __future__ import annotations

import math

from torch import Tensor, nn

from nnscope.layout import Layout
from nnscope.network.capture import Call
from nnscope.network.parts import is_operation
from nnscope.network.receptive import Extent
from nnscope.records import Family, Layer

_FAMILIES: tuple[tuple[Family, tuple[str, ...]], ...] = (
    ("norm", ("norm", "batchnorm", "groupnorm", "layernorm")),
    ("pooling", ("pool",)),
    ("convolution", ("conv",)),
    (
        "activation",
        (
            "relu",
            "silu",
            "swish",
            "gelu",
            "sigmoid",
            "tanh",
            "mish",
            "softmax",
            "softplus",
            "elu",
            "activation",
        ),
    ),
)
"""A kind belongs to the first family one of whose words it contains."""


def describe(call: Call, output: Tensor, index: int) -> Layer:
    """Make the table row of one call.

    Args:
        call: What ran.
        output: What it returned, ``[1, …]``.
        index: Its place in the pass.
    """
    module = call.module
    batched = output.shape[0] == 1
    layout, field = call.layout, call.origin.field
    return Layer(
        index=index,
        name=call.name,
        kind=call.kind,
        family="attention" if layout is not None and layout.queries is not None else _family(call),
        shape=tuple(output.shape[1:] if batched else output.shape),
        parameters=sum(p.numel() for p in module.parameters()) if module is not None else 0,
        kernel=_cells(_said(module, "kernel_size", "pool_size"), output),
        stride=_cells(_said(module, "stride", "strides"), output),
        padding=_padding(getattr(module, "padding", None), output),
        batched=batched,
        layout=layout,
        multiply_adds=call.multiply_adds,
        memory=output.nbytes,
        receptive_field=field and (_size(field.rows), _size(field.columns)),
        effective_stride=(_whole(field.rows.step), _whole(field.columns.step))
        if field and _has_cells(layout)
        else None,
        receptive_start=field and (_whole(field.rows.start), _whole(field.columns.start)),
        reads=tuple(sorted(call.origin.reads)) if call.inside is None else (),
        inside=call.inside,
        block=call.block,
    )


def _has_cells(layout: Layout | None) -> bool:
    return layout is not None and (layout.picture_shape or (0, 1, 1))[1:] != (1, 1)


def _size(extent: Extent) -> float:
    """In whole pixels: behind an upsampling, cells see one pixel more or less."""
    return extent.size if math.isinf(extent.size) else math.ceil(extent.size)


def _whole(value: float) -> float:
    return int(value) if float(value).is_integer() else value


def model_name(model: nn.Module) -> str:
    """What people call this model: its timm architecture or Hugging Face name, else its class."""
    cfg = getattr(model, "pretrained_cfg", None)
    architecture = cfg.get("architecture") if isinstance(cfg, dict) else getattr(cfg, "architecture", None)
    hub = getattr(getattr(model, "config", None), "name_or_path", None)
    return str(architecture or hub or type(model).__name__)


def _family(call: Call) -> Family:
    # A block (ConvBNActivation, Sequential) is no one thing, whatever its name contains.
    if call.module is not None and not is_operation(call.module):
        return "other"
    kind = call.kind.lower()
    return next((family for family, words in _FAMILIES if any(word in kind for word in words)), "other")


def _said(module: nn.Module | None, *names: str) -> object:
    """What a module says of itself, under the name torch or Keras has for it."""
    return next((value for name in names if (value := getattr(module, name, None)) is not None), None)


def _cells(value: object, output: Tensor) -> tuple[int, ...] | None:
    """A size in cells; one number stands for every spatial axis, as in ``nn.MaxPool2d(2)``."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,) * max(1, output.dim() - 2)
    return tuple(int(v) for v in value) if isinstance(value, (tuple, list)) else None


def _padding(value: object, output: Tensor) -> tuple[int, ...] | str | None:
    return value if isinstance(value, str) else _cells(value, output)
