"""What a model says about the image it wants: its channels, its size, how it was trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from nnscope.network.parts import is_keras, named_parts

_PASSING = (
    nn.Identity,
    nn.Dropout,
    nn.Dropout2d,
    nn.BatchNorm2d,
    nn.InstanceNorm2d,
    nn.ZeroPad2d,
    nn.ReflectionPad2d,
    nn.ReplicationPad2d,
    nn.ConstantPad2d,
)
"""Modules that hand on as many channels as they get."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is known about a model's input; everything may be unknown."""

    channels: int | None
    """Input channels, by the first convolution, else by a configuration."""
    timm: Mapping[str, Any] | None
    """timm's ``pretrained_cfg``, as a dict."""
    size: tuple[int, int] | None
    """Height and width from a Hugging Face configuration, or of a Keras model's input."""
    channels_last: bool = False
    """Whether the model takes ``[1, H, W, C]``."""


def expects(model: nn.Module) -> Expectation:
    """Read what a model says about its input, also through ``DataParallel`` and ``torch.compile``."""
    timm: Mapping[str, Any] | None = None
    size: tuple[int, int] | None = None
    declared: int | None = None
    for part in _unwrapped(model):
        if timm is None:
            timm = timm_config(getattr(part, "pretrained_cfg", None))
        config = getattr(part, "config", None)
        for holder in (config, getattr(config, "vision_config", None)):
            size = size or _size(getattr(holder, "image_size", None))
            declared = declared or _count(getattr(holder, "num_channels", None))
    if is_keras(model):
        return _keras(model)
    channels = next((conv.in_channels for conv in _convolutions(model)), None) or declared
    if channels is None and timm is not None:
        channels = _count(next(iter(timm.get("input_size") or (None,))))
    return Expectation(channels, timm, size)


def _keras(model: nn.Module) -> Expectation:
    shape = getattr(model, "input_shape", None)
    parts = (getattr(part, "data_format", None) for part in named_parts(model))
    last = next((form for form in parts if form), "channels_last") == "channels_last"
    if not isinstance(shape, tuple) or len(shape) != 4:
        return Expectation(None, None, None, last)
    *size, count = shape[1:] if last else (shape[2], shape[3], shape[1])
    return Expectation(_count(count), None, _size(size), last)


def timm_config(thing: Any) -> Mapping[str, Any] | None:
    """Return a timm configuration as a mapping, or ``None`` where it is none."""
    if not isinstance(thing, Mapping) and hasattr(thing, "to_dict") and not callable(thing):
        thing = thing.to_dict()
    known = {"input_size", "mean", "std", "crop_pct", "interpolation"}
    return thing if isinstance(thing, Mapping) and known & set(thing) else None


def refused(model: nn.Module, channels: int) -> int | None:
    """Tell how many channels the model wants, where it surely cannot take ``channels``.

    Sure means: its first working module is a convolution of other channels, and no convolution
    takes these. A model that rearranges channels first is left to its own forward pass.
    """
    counts = [conv.in_channels for conv in _convolutions(model)]
    if not counts or channels in counts:
        return None
    leaves = (module for module in model.modules() if not any(module.children()))
    first = next((module for module in leaves if not isinstance(module, _PASSING)), None)
    return counts[0] if isinstance(first, nn.Conv2d) else None


def _unwrapped(model: nn.Module) -> Iterator[nn.Module]:
    part: Any = model
    for _ in range(4):
        if not isinstance(part, nn.Module):
            return
        yield part
        part = getattr(part, "_orig_mod", None) or getattr(part, "module", None)


def _convolutions(model: nn.Module) -> Iterator[nn.Conv2d]:
    """Every initialised 2-D convolution, in order of registration (a lazy one has no channels yet)."""
    return (module for module in model.modules() if isinstance(module, nn.Conv2d) and module.in_channels > 0)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _size(value: Any) -> tuple[int, int] | None:
    pair = tuple(value) if isinstance(value, (list, tuple)) else (value, value)
    if len(pair) != 2 or _count(pair[0]) is None or _count(pair[1]) is None:
        return None
    return int(pair[0]), int(pair[1])
