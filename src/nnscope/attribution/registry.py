"""The methods, as data. Adding one is a function and a row here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from nnscope.errors import OptionError, nearest


@dataclass(frozen=True, slots=True)
class Method:
    """A way to weigh the channels of a layer; the map is Σ w_k A_k."""

    key: str
    title: str
    citation: str
    weigh: Callable[[Tensor, Tensor], Tensor]
    """From activations A and gradients ∂y/∂A, both ``[C, H, W]``, to the weights w, ``[C]``."""


def _gradcam(_activation: Tensor, gradient: Tensor) -> Tensor:
    return gradient.mean((1, 2))


METHODS: dict[str, Method] = {
    method.key: method
    for method in (
        Method(
            key="gradcam",
            title="Grad-CAM",
            citation="Selvaraju et al., Grad-CAM: Visual Explanations from Deep Networks, ICCV 2017, eq. 1–2",
            weigh=_gradcam,
        ),
    )
}


def method(key: str) -> Method:
    """Look a method up.

    Raises:
        OptionError: There is none of that name.
    """
    if key not in METHODS:
        hint = nearest(str(key), METHODS) or f"known: {', '.join(METHODS)}."
        msg = f"There is no method {key!r}; {hint}"
        raise OptionError(msg)
    return METHODS[key]
