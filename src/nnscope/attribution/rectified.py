"""Maps at the pixels by another rule on the way back through the ReLUs.

With x what goes into a ReLU and R the gradient that comes back to it, the gradient hands on R · [x > 0],
the deconvnet R · [R > 0], and guided backpropagation R · [x > 0] · [R > 0]. For a rectifier f of another
slope (leaky, ReLU6) f'(x) stands in the place of [x > 0].
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from torch import Tensor
from torch.nn import functional as F

from nnscope.attribution.passes import Passes
from nnscope.attribution.step import Step
from nnscope.attribution.weighted import LayerMap
from nnscope.errors import OptionError
from nnscope.network.rectifiers import Rectifiers


def guided_backprop(passes: Passes) -> Iterator[Step]:
    """The gradient, with R · f'(x) · [R > 0] at each ReLU.

    Args:
        passes: The model and the target.

    Yields:
        The map, ``[C, H, W]``.
    """
    yield Step(_through(passes, _guided))


def deconvnet(passes: Passes) -> Iterator[Step]:
    """The gradient, with R · [R > 0] at each ReLU.

    Args:
        passes: The model and the target.

    Yields:
        The map, ``[C, H, W]``.
    """
    yield Step(_through(passes, _deconvnet))


def guided_gradcam(passes: Passes, cam: LayerMap, *, nearest: bool = False) -> Iterator[Step]:
    """Guided backpropagation times the upsampled ReLU of Grad-CAM.

    Args:
        passes: The model and the target.
        cam: Grad-CAM at a layer.
        nearest: Upsample by the nearest cell rather than bilinearly.

    Yields:
        The map, ``[C, H, W]``.
    """
    size = passes.image.shape[1:]
    positive = cam.raw.clamp(min=0)[None, None]
    mask = (
        F.interpolate(positive, size)
        if nearest
        else F.interpolate(positive, size, mode="bilinear", align_corners=False)
    )
    yield Step(_through(passes, _guided) * mask[0])


def _guided(_x: Tensor, slope: Tensor, gradient: Tensor) -> Tensor:
    return gradient.clamp(min=0) * slope


def _deconvnet(_x: Tensor, _slope: Tensor, gradient: Tensor) -> Tensor:
    return gradient.clamp(min=0)


def _through(passes: Passes, back: Callable[[Tensor, Tensor, Tensor], Tensor]) -> Tensor:
    seen: list[str] = []
    made = passes.gradients(passes.image[None], lambda: Rectifiers(back, seen, _refuse))[0]
    if not seen:
        msg = (
            "This model has no ReLU on the way to the target, so guided backpropagation and the deconvnet "
            "would be the plain gradient under another name; use method 'gradient'."
        )
        raise OptionError(msg)
    return made


_NO_RULE = frozenset(
    "silu gelu hardswish mish elu selu celu softplus logsigmoid hardshrink softshrink".split()
)


def _refuse(name: str) -> None:
    """Refuse a model with an activation for which the rules say nothing."""
    if name in _NO_RULE:
        msg = (
            f"This model uses {name}, for which neither guided backpropagation nor the deconvnet has "
            "a rule; use method 'gradient', 'smoothgrad' or 'integrated_gradients'."
        )
        raise OptionError(msg)
