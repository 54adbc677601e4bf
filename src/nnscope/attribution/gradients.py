"""Maps at the pixels from the gradient of the target at the image, or at variations of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from nnscope.attribution.passes import Passes, portions
from nnscope.attribution.step import Step
from nnscope.errors import OptionError


def gradient(passes: Passes) -> Iterator[Step]:
    """∂y/∂x.

    Args:
        passes: The model and the target.

    Yields:
        The map, ``[C, H, W]``.
    """
    yield Step(passes.gradients(passes.image[None])[0])


def gradient_x_input(passes: Passes) -> Iterator[Step]:
    """X · ∂y/∂x, with x as the network takes it.

    Args:
        passes: The model and the target.

    Yields:
        The map, ``[C, H, W]``.
    """
    yield Step(passes.gradients(passes.image[None])[0] * passes.image.float().cpu())


def smoothgrad(passes: Passes, *, samples: int = 50, noise: float = 0.15, seed: int = 0) -> Iterator[Step]:
    """The mean of ∂y/∂x over images with noise.

    Args:
        passes: The model and the target.
        samples: How many images.
        noise: Standard deviation of the noise, in units of the image's range (max − min).
        seed: Of the noise.

    Yields:
        The mean so far, ``[C, H, W]``.
    """
    total: Tensor | float = 0.0
    for count, gradients in _noisy(passes, samples, noise, seed):
        total = total + gradients.double().sum(0)
        yield Step((total / count).float(), count, samples, "noisy images")


def vargrad(passes: Passes, *, samples: int = 50, noise: float = 0.15, seed: int = 0) -> Iterator[Step]:
    """The variance of ∂y/∂x over images with noise, divided by the number of images.

    Args:
        passes: The model and the target.
        samples: How many images.
        noise: Standard deviation of the noise, in units of the image's range (max − min).
        seed: Of the noise.

    Yields:
        The variance so far, ``[C, H, W]``, never negative.
    """
    total: Tensor | float = 0.0
    squares: Tensor | float = 0.0
    for count, gradients in _noisy(passes, samples, noise, seed):
        total = total + gradients.double().sum(0)
        squares = squares + gradients.double().square().sum(0)
        variance = squares / count - torch.as_tensor(total / count).square()
        yield Step(variance.clamp(min=0).float(), count, samples, "noisy images")


def _noisy(passes: Passes, samples: int, noise: float, seed: int) -> Iterator[tuple[int, Tensor]]:
    """The number of images so far, and the gradients at the newest, ``[n, C, H, W]``."""
    _check(samples, "samples", 1)
    image = passes.image
    draw = torch.Generator().manual_seed(seed)
    sigma = noise * float(image.float().max() - image.float().min())
    for part in portions(samples, passes.small_batch):
        # One by one: what is drawn must not depend on how many go together.
        noises = [torch.randn(image.shape, generator=draw) for _ in range(part.start, part.stop)]
        yield part.stop, passes.gradients(image + (torch.stack(noises) * sigma).to(image))


def integrated_gradients(passes: Passes, *, steps: int = 50, baseline: float = 0.0) -> Iterator[Step]:
    """(x − x₀) · the mean of ∂y/∂x on the straight way from x₀ to x, by Gauss-Legendre quadrature.

    What is left of completeness, Σ map = y(x) − y(x₀), is noted.

    Args:
        passes: The model and the target.
        steps: Points on the way.
        baseline: The value of every pixel of x₀, as the network takes it: 0 is the mean colour of a
            normalised image.

    Yields:
        The map so far, ``[C, H, W]``.
    """
    _check(steps, "steps", 1)
    image = passes.image
    start = torch.full_like(image, baseline)
    points, weights = np.polynomial.legendre.leggauss(steps)
    alphas = torch.from_numpy((points + 1) / 2)
    shares = torch.from_numpy(weights / 2)
    way = (image - start).double().cpu()
    total: Tensor = torch.zeros_like(way)
    for part in portions(steps, passes.small_batch):
        images = start + alphas[part].to(image)[:, None, None, None] * (image - start)
        total = total + torch.einsum("n,nchw->chw", shares[part], passes.gradients(images).double())
        told = _completeness(passes, start, total * way) if part.stop == steps else ("", "")
        yield Step((total * way).float(), part.stop, steps, "points", *told)


def _completeness(passes: Passes, start: Tensor, made: Tensor) -> tuple[str, str]:
    """How much of y(x) − y(x₀) the map adds up to, and a doubt where much of it is missing."""
    there, here = passes.scores(torch.stack([passes.image, start])).tolist()
    whole, found = there - here, float(made.sum())
    missed = abs(found - whole) > 0.05 * abs(whole)
    doubt = "More than 5 % of the score is missing in the sum of the map; take more steps." if missed else ""
    return f"sums to {found:.3g} of {whole:.3g}", doubt


def _check(value: int, name: str, least: int) -> None:
    if value < least:
        msg = f"{name} is {value!r}; give a whole number of at least {least}."
        raise OptionError(msg)
