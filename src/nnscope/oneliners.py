"""``Probe`` in one line each, for when one answer is all that is wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from nnscope.probe import Probe, Target, several
from nnscope.records import DifferenceTable, Heatmap, LayerTable


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


def differences(
    model_a: nn.Module,
    model_b: nn.Module,
    images: Any,
    *,
    transform: Any = "auto",
    progress: Callable[[DifferenceTable], object] | None = None,
) -> DifferenceTable:
    """What the layers of two models differ in, over one or several images.

    Change and correlation are the mean of what they are on each image. Linear CKA tells whether both tell
    the images apart in the same way; it is given from three images on, and is high where they are few.

    Args:
        model_a: This; both leave as they came.
        model_b: The other, which is compared with.
        images: One image or several, of one size as the networks take them; see ``Probe``.
        transform: See ``Probe``; ``"auto"`` looks at each model by itself.
        progress: Called with what is there so far; an exception it raises ends the work.

    Returns:
        A row a layer with pictures. Layers are compared by name; one that only one of the two has, or that
        has another size, has a sentence in place of numbers.

    Raises:
        NnscopeError: One sentence on what is wrong with a model or an image.
    """
    return several.differences(model_a, model_b, images, transform=transform, progress=progress)
