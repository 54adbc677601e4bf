"""A way out for images to which a channel does not answer, so that no gradient says how to change them."""

from __future__ import annotations

from torch import Tensor

from nnscope.network.rectifiers import Rectifiers


def waking() -> Rectifiers:
    """Let gradients through the ReLUs that close an image off; the values stay.

    After Lucid's ``redirected_relu_grad``: where the gradient of a whole image vanishes at a ReLU, it is
    handed on wherever it pushes back towards the part that is not cut off.
    """
    return Rectifiers(_redirected)


def _redirected(x: Tensor, slope: Tensor, gradient: Tensor) -> Tensor:
    plain = gradient * slope
    back = (x <= 0) & (gradient > 0) | (x > 0) & (gradient < 0)  # from below, and from above a ReLU6
    closed = (plain == 0).flatten(1).all(1).reshape(-1, *[1] * (plain.dim() - 1))
    return plain.where(~closed, gradient * (back | (slope != 0)))
