"""How an image is held while it is made: as a spectrum, or as pixels; each knows how to climb.

The numbers are those of Lucid (Olah, Mordvintsev, Schubert: Feature Visualization, Distill 2017,
https://distill.pub/2017/feature-visualization) for the spectrum; for pixels those of Simonyan, Vedaldi and
Zisserman 2014 (https://arxiv.org/abs/1312.6034) with the total variation of Mahendran and Vedaldi 2015
(https://arxiv.org/abs/1412.0035).
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

CORRELATION = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
"""Square root of the covariance of red, green and blue over ImageNet, as Lucid gives it."""


class Canvas(Protocol):
    """Images in [0, 1] that are made of parameters."""

    parameters: Tensor
    """The parameters of all images, a leaf ``[n, …]``."""

    def drawn(self, part: slice) -> Tensor:
        """Some of the images, ``[m, C, H, W]`` in [0, 1], with their graph."""
        ...

    def climb(self, gradient: Tensor) -> None:
        """Change the parameters along the gradient of what is to grow, laid out as they are."""
        ...

    def noise(self, shape: torch.Size, generator: torch.Generator) -> Tensor:
        """Parameters of noise to start from."""
        ...


class Spectrum:
    """Images held by their Fourier coefficients, scaled so that all sizes of detail change alike.

    The colours are decorrelated: one parameter changes them as they vary together in photos.

    Args:
        shape: ``[n, C, H, W]``.
        device: Where they are made.
        rate: Of Adam.
    """

    DEVIATION = 0.01
    DAMPED = 4.0
    """What Lucid divides the image by before the sigmoid."""

    def __init__(self, shape: tuple[int, int, int, int], device: torch.device, rate: float) -> None:
        count, channels, self._height, self._width = shape
        frequencies = torch.sqrt(
            torch.fft.fftfreq(self._height, dtype=torch.float32)[:, None] ** 2
            + torch.fft.rfftfreq(self._width, dtype=torch.float32)[None] ** 2
        )
        floor = 1.0 / max(self._height, self._width)
        self._scale = (1.0 / frequencies.clamp(min=floor) / self.DAMPED)[..., None].to(device)
        self._mix: Tensor | None = None
        if channels == 3:
            self._mix = (CORRELATION / CORRELATION.norm(dim=0).max()).to(device)
        self.parameters = frequencies.new_zeros(count, channels, *frequencies.shape, 2, device=device)
        self.parameters.requires_grad_()
        self._optimizer = torch.optim.Adam([self.parameters], lr=rate, maximize=True)

    def drawn(self, part: slice) -> Tensor:
        """See ``Canvas``."""
        spectrum = torch.view_as_complex(self.parameters[part] * self._scale)
        image = torch.fft.irfft2(spectrum, s=(self._height, self._width), norm="ortho")
        if self._mix is not None:
            image = torch.einsum("kc,nchw->nkhw", self._mix, image)
        return torch.sigmoid(image)

    def climb(self, gradient: Tensor) -> None:
        """See ``Canvas``."""
        self.parameters.grad = gradient
        self._optimizer.step()
        self.parameters.grad = None

    def noise(self, shape: torch.Size, generator: torch.Generator) -> Tensor:
        """See ``Canvas``."""
        return torch.randn(shape, generator=generator, dtype=torch.float32) * self.DEVIATION

    def of(self, images: Tensor) -> Tensor:
        """The parameters of images ``[n, C, H, W]`` in [0, 1]; black and white come back a little greyer."""
        image = images.clamp(0.01, 0.99).logit()
        if self._mix is not None:
            image = torch.einsum("kc,nchw->nkhw", torch.linalg.inv(self._mix), image)
        return torch.view_as_real(torch.fft.rfft2(image, norm="ortho")) / self._scale


class Pixels:
    """Images held as they are; each step goes along the gradient, and a little back to grey and to smooth.

    The gradient is divided by its root mean square over the image, so that one rate and one weight of the
    penalties suit every layer.

    Args:
        shape: ``[n, C, H, W]``.
        device: Where they are made.
        rate: How far a step goes, in units of the image's [0, 1].
        l2: Weight of the squared distance from mid-grey.
        tv: Weight of the squared differences of neighbours, the total variation.
    """

    DEVIATION = 0.01

    def __init__(
        self, shape: tuple[int, int, int, int], device: torch.device, rate: float, l2: float, tv: float
    ) -> None:
        self._rate, self._l2, self._tv = rate, l2, tv
        self.parameters = torch.full(shape, 0.5, dtype=torch.float32, device=device).requires_grad_()

    def drawn(self, part: slice) -> Tensor:
        """See ``Canvas``."""
        return self.parameters[part]

    def climb(self, gradient: Tensor) -> None:
        """See ``Canvas``."""
        with torch.no_grad():
            x = self.parameters
            largest = gradient.abs().amax((1, 2, 3), keepdim=True)
            pull = gradient / largest.where(largest > 0, 1)  # first of all, for a small square may be zero
            rms = pull.square().mean((1, 2, 3), keepdim=True).sqrt()
            pull = pull / rms.where(rms > 0, 1)
            back = self._l2 * 2 * (x - 0.5) + self._tv * _roughness(x)
            x.add_(self._rate * (pull - back)).clamp_(0, 1)

    def noise(self, shape: torch.Size, generator: torch.Generator) -> Tensor:
        """See ``Canvas``."""
        return 0.5 + torch.randn(shape, generator=generator, dtype=torch.float32) * self.DEVIATION

    def of(self, images: Tensor) -> Tensor:
        """The parameters of images ``[n, C, H, W]`` in [0, 1]."""
        return images.clamp(0, 1)


def _roughness(x: Tensor) -> Tensor:
    """The gradient of the sum of the squared differences of neighbours."""
    down, right = x.diff(dim=2), x.diff(dim=3)
    gradient = torch.zeros_like(x)
    gradient[:, :, 1:] += 2 * down
    gradient[:, :, :-1] -= 2 * down
    gradient[:, :, :, 1:] += 2 * right
    gradient[:, :, :, :-1] -= 2 * right
    return gradient


def total_variation(images: Tensor) -> Tensor:
    """The sum of the squared differences of neighbours, of each image ``[n, C, H, W]``."""
    down, right = images.diff(dim=2).square(), images.diff(dim=3).square()
    return down.sum((1, 2, 3)) + right.sum((1, 2, 3))
