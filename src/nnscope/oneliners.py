"""``Probe`` in one line each, for when one answer is all that is wanted."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from nnscope.probe import Probe, Target
from nnscope.records import Heatmap, LayerTable


def activations(model: nn.Module, image: Any, layer: str, *, transform: Any = "auto") -> Tensor:
    """The exact values of one layer on one image.

    Args:
        model: Any eager ``nn.Module``; it leaves as it came.
        image: See ``Probe``.
        layer: Name of a layer, as ``layers`` lists it.
        transform: See ``Probe``.

    Returns:
        ``[C, H, W]``, in the model's dtype, on its device.

    Raises:
        NnscopeError: One sentence on what is wrong with the model, the image or the layer.
    """
    return Probe(model, image, transform=transform, labels=None).activations(layer)


def cam(
    model: nn.Module,
    image: Any,
    *,
    layer: str | None = None,
    target: Target = None,
    method: str = "gradcam",
    style: str = "paper",
    transform: Any = "auto",
    labels: Any = "auto",
) -> Heatmap:
    """The activation map of one layer; see ``Probe.cam``.

    Raises:
        NnscopeError: One sentence on what is wrong with the model, the image, the layer or the target.
    """
    return Probe(model, image, transform=transform, labels=labels).cam(layer, target, method, style=style)


def attribute(
    model: nn.Module,
    image: Any,
    *,
    target: Target = None,
    method: str = "gradient",
    style: str = "paper",
    transform: Any = "auto",
    labels: Any = "auto",
    **options: Any,
) -> Heatmap:
    """What each pixel has to do with a target; see ``Probe.attribute``.

    Raises:
        NnscopeError: One sentence on what is wrong with the model, the image, the method or the target.
    """
    probe = Probe(model, image, transform=transform, labels=labels)
    return probe.attribute(target, method, style=style, **options)


def layers(model: nn.Module, image: Any, *, transform: Any = "auto") -> LayerTable:
    """Every layer of the model on this image, as a table.

    Raises:
        NnscopeError: One sentence on what is wrong with the model or the image.
    """
    return Probe(model, image, transform=transform, labels=None).layers
