"""Maps at the pixels by another rule on the way back through the ReLUs.

With x what goes into a ReLU and R the gradient that comes back to it, the gradient hands on R · [x > 0],
the deconvnet R · [R > 0], and guided backpropagation R · [x > 0] · [R > 0]. For a rectifier f of another
slope (leaky, ReLU6) f'(x) stands in the place of [x > 0].
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from nnscope.attribution.passes import Passes
from nnscope.attribution.step import Step
from nnscope.attribution.weighted import LayerMap
from nnscope.errors import OptionError

Rule = Literal["guided", "deconvnet"]


def guided_backprop(passes: Passes) -> Iterator[Step]:
    """The gradient, with R · f'(x) · [R > 0] at each ReLU.

    Args:
        passes: The model and the target.

    Yields:
        The map, ``[C, H, W]``.
    """
    yield Step(_through(passes, "guided"))


def deconvnet(passes: Passes) -> Iterator[Step]:
    """The gradient, with R · [R > 0] at each ReLU.

    Args:
        passes: The model and the target.

    Yields:
        The map, ``[C, H, W]``.
    """
    yield Step(_through(passes, "deconvnet"))


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
    yield Step(_through(passes, "guided") * mask[0])


def _through(passes: Passes, rule: Rule) -> Tensor:
    seen: list[str] = []
    made = passes.gradients(passes.image[None], lambda: _Rectified(rule, seen))[0]
    if not seen:
        msg = (
            "This model has no ReLU on the way to the target, so guided backpropagation and the deconvnet "
            "would be the plain gradient under another name; use method 'gradient'."
        )
        raise OptionError(msg)
    return made


_RECTIFIERS = frozenset("relu relu6 leaky_relu prelu rrelu threshold hardtanh clamp clamp_min".split())
_NO_RULE = frozenset(
    "silu gelu hardswish mish elu selu celu softplus logsigmoid hardshrink softshrink".split()
)


class _Rectified(TorchFunctionMode):
    """Calls of rectifiers, as modules, functions or methods, in place or not, reused or not, get the rule."""

    def __init__(self, rule: Rule, seen: list[str]) -> None:
        super().__init__()
        self._rule = rule
        self._seen = seen

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        name = str(getattr(func, "__name__", "")).strip("_")
        if name in _NO_RULE:
            msg = (
                f"This model uses {name}, for which neither guided backpropagation nor the deconvnet has "
                "a rule; use method 'gradient', 'smoothgrad' or 'integrated_gradients'."
            )
            raise OptionError(msg)
        if name not in _RECTIFIERS or not _rectifies(name, args, kwargs):
            return func(*args, **kwargs)
        self._seen.append(name)
        if not args:
            args, kwargs = (kwargs["input"],), {key: kwargs[key] for key in kwargs if key != "input"}
        x, *rest = args
        y: Tensor = _Rule.apply(x, lambda value: func(value, *rest, **kwargs), self._rule)
        in_place = func.__name__.endswith("_") or kwargs.get("inplace")
        return x.copy_(y) if in_place else y


def _rectifies(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Whether a call that can do other things too cuts off at zero here."""
    if name not in ("hardtanh", "clamp", "clamp_min"):
        return True
    low = args[1] if len(args) > 1 else kwargs.get("min_val", kwargs.get("min"))
    return isinstance(low, (int, float)) and low == 0


class _Rule(torch.autograd.Function):
    """A rectifier with another way back."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, plain: Callable[[Tensor], Tensor], rule: Rule) -> Tensor:
        with torch.enable_grad():
            # On a copy, because the function may write into what it is given.
            leaf = x.detach().clone().requires_grad_()
            y = plain(leaf.clone())
            (slope,) = torch.autograd.grad(y.sum(), [leaf])
        ctx.rule = rule
        ctx.save_for_backward(slope)
        return y.detach()

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        (slope,) = ctx.saved_tensors
        positive = gradients[0].clamp(min=0)
        return positive * slope if ctx.rule == "guided" else positive, None, None
