"""Opening panels: ``show`` and ``compare``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnscope.errors import ImageError
from nnscope.probe import Probe, Target, differences, model_name
from nnscope.records import DifferenceTable
from nnscope.widget.scope import Scope, check_view


def show(
    model: Any,
    image: Any,
    *,
    layer: str | None = None,
    target: Target = None,
    transform: Any = "auto",
    labels: Any = "auto",
    name: str | None = None,
    **view: Any,
) -> Scope:
    """Open the microscope on a model and an image: display the panel and return it.

    Args:
        model: Any eager ``nn.Module``; it leaves as it came.
        image: See ``Probe``; of a list, each is a specimen, and the first is compared with the second.
        layer: The layer to begin with; by default the first convolution.
        target: What the map explains: class index, label, ``None`` for the top class, a channel or cell
            (``Unit``), or a ``callable(output) -> scalar``.
        transform: See ``Probe``.
        labels: See ``Probe``.
        name: What to call the model; by default its architecture or class.
        view: Any public trait of ``Scope``, such as ``cam=True`` or ``colormap="viridis"``.

    Returns:
        The panel; ``.probe`` is the probe behind it.

    Raises:
        NnscopeError: One sentence on what is wrong with the model, an image or an option.
    """
    check_view(view)
    first, *more = _several(image)
    probe = Probe(model, first, transform=transform, labels=labels, name=name)
    others = [Probe(model, each, transform=transform, labels=labels, name=name) for each in more]
    return Scope([probe, *others], layer=layer, target=target, **view).displayed()


def compare(
    model_a: Any,
    model_b: Any,
    image: Any,
    *,
    layer: str | None = None,
    target: Target = None,
    transform: Any = "auto",
    labels: Any = "auto",
    names: tuple[str, str] | None = None,
    **view: Any,
) -> Scope:
    """Open the microscope on two models: checkpoints, a network and its pruned or quantised copy.

    Layers are matched by name. ``Probe.compare`` and ``nnscope.differences`` give the numbers alone.

    Args:
        model_a: What is under the microscope first.
        model_b: What it is compared with.
        image: See ``Probe``; of a list, the first is shown, and layers are compared over all of them.
        layer: See ``show``.
        target: See ``show``.
        transform: See ``Probe``.
        labels: See ``Probe``.
        names: What to call the two; by default their architectures or classes.
        view: See ``show``; it begins with what differs.

    Returns:
        The panel; ``.probe`` and ``.other`` are the probes behind it.

    Raises:
        NnscopeError: One sentence on what is wrong with a model, an image or an option.
    """
    check_view(view)
    images = _several(image)
    called = names or (model_name(model_a), model_name(model_b))
    if called[0] == called[1]:
        called = f"{called[0]} A", f"{called[1]} B"
    a, b = (
        Probe(model, images[0], transform=transform, labels=labels, name=name)
        for model, name in zip((model_a, model_b), called, strict=True)
    )

    def over_all(this: Probe, other: Probe) -> DifferenceTable:
        return differences(this.model, other.model, images, transform=transform)

    many = over_all if len(images) > 1 else None
    view = {"view": "differences", **view}
    return Scope([a, b], layer=layer, target=target, over_all=many, **view).displayed()


def _several(image: Any) -> Sequence[Any]:
    """One image, or a list of them."""
    several = list(image) if isinstance(image, (list, tuple)) else [image]
    if not several:
        msg = "There is no image; give one or more."
        raise ImageError(msg)
    return several
