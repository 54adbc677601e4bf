"""Another way back through the ReLUs of a model: its values stay, its gradients follow a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

Back = Callable[[Tensor, Tensor, Tensor], Tensor]
"""From what goes into a rectifier, its slope there, and the gradient that comes back, to what goes on."""

_RECTIFIERS = frozenset("relu relu6 leaky_relu prelu rrelu threshold hardtanh clamp clamp_min".split())


class Rectifiers(TorchFunctionMode):
    """Calls of rectifiers, as modules, functions or methods, in place or not, reused or not, get the rule.

    Args:
        back: The rule.
        seen: Gets the name of each rectifier that was called.
        look: Called with the name of every function, to refuse those the rule does not go with.
    """

    def __init__(
        self, back: Back, seen: list[str] | None = None, look: Callable[[str], None] | None = None
    ) -> None:
        super().__init__()
        self._back = back
        self._seen = [] if seen is None else seen
        self._look = look

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        name = str(getattr(func, "__name__", "")).strip("_")
        if self._look is not None:
            self._look(name)
        if name not in _RECTIFIERS or not _rectifies(name, args, kwargs):
            return func(*args, **kwargs)
        self._seen.append(name)
        if not args:
            args, kwargs = (kwargs["input"],), {key: kwargs[key] for key in kwargs if key != "input"}
        x, *rest = args
        y: Tensor = _Rule.apply(x, lambda value: func(value, *rest, **kwargs), self._back)
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
    def forward(ctx: Any, x: Tensor, plain: Callable[[Tensor], Tensor], back: Back) -> Tensor:
        with torch.enable_grad():
            # On a copy, because the function may write into what it is given.
            leaf = x.detach().clone().requires_grad_()
            y = plain(leaf.clone())
            (slope,) = torch.autograd.grad(y.sum(), [leaf])
        ctx.back = back
        ctx.save_for_backward(leaf.detach(), slope)
        return y.detach()

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        x, slope = ctx.saved_tensors
        return ctx.back(x, slope, gradients[0]), None, None
