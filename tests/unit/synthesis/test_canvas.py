"""How an image is held: each way against plain formulas."""

import math

import numpy as np
import pytest
import torch

from nnscope.synthesis.canvas import CORRELATION, Pixels, Spectrum, _roughness

CPU = torch.device("cpu")


def generator():
    return torch.Generator().manual_seed(3)


@pytest.mark.parametrize("size", [(8, 8), (7, 9), (1, 6), (12, 5)])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_a_spectrum_is_drawn_as_the_formula_says(size, channels):
    canvas = Spectrum((2, channels, *size), CPU, 0.05)
    with torch.no_grad():
        canvas.parameters.copy_(canvas.noise(canvas.parameters.shape, generator()) * 30)
    pairs = canvas.parameters.detach().double().numpy()
    height, width = size
    image = np.zeros((2, channels, height, width))
    for v in range(height):
        for u in range(width // 2 + 1):
            frequency = math.hypot(min(v, height - v) / height, u / width)
            value = (pairs[:, :, v, u, 0] + 1j * pairs[:, :, v, u, 1]) / max(frequency, 1 / max(size)) / 4
            y, x = np.mgrid[:height, :width]
            wave = np.exp(2j * np.pi * (v * y / height + u * x / width))
            # The other half of the plane is the mirror image of this one.
            twice = 2 if 0 < u < (width + 1) // 2 else 1
            image += twice * np.real(value[..., None, None] * wave) / math.sqrt(height * width)
    if channels == 3:
        mix = CORRELATION.double().numpy()
        image = np.einsum("kc,nchw->nkhw", mix / np.linalg.norm(mix, axis=0).max(), image)
    assert np.allclose(canvas.drawn(slice(None)).detach().numpy(), 1 / (1 + np.exp(-image)), atol=1e-5)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(16, 16), (9, 11)])
@pytest.mark.parametrize("kind", ["fourier", "pixels"])
def test_an_image_to_start_from_comes_back(kind, size, channels):
    shape = (1, channels, *size)
    canvas = Spectrum(shape, CPU, 0.05) if kind == "fourier" else Pixels(shape, CPU, 0.02, 0.25, 0.25)
    image = torch.rand(shape, generator=generator()) * 0.9 + 0.05
    with torch.no_grad():
        canvas.parameters.copy_(canvas.of(image))
        assert torch.allclose(canvas.drawn(slice(None)), image, atol=1e-5)


def test_black_and_white_can_be_started_from():
    canvas = Spectrum((1, 1, 8, 8), CPU, 0.05)
    image = (torch.rand(1, 1, 8, 8, generator=generator()) > 0.5).float()
    with torch.no_grad():
        canvas.parameters.copy_(canvas.of(image))
        assert torch.allclose(canvas.drawn(slice(None)), image.clamp(0.01, 0.99), atol=1e-5)


def test_the_total_variation_pulls_along_its_gradient():
    x = torch.rand(2, 3, 5, 7, generator=generator(), dtype=torch.float64).requires_grad_()
    variation = (x[:, :, 1:] - x[:, :, :-1]).pow(2).sum() + (x[..., 1:] - x[..., :-1]).pow(2).sum()
    (wanted,) = torch.autograd.grad(variation, [x])
    assert torch.allclose(_roughness(x.detach()), wanted)


def test_a_step_on_pixels_knows_no_unit_of_the_objective():
    made = []
    for factor in (1.0, 1e6):
        canvas = Pixels((2, 3, 6, 6), CPU, 0.02, 0.25, 0.25)
        gradient = torch.randn(2, 3, 6, 6, generator=generator())
        canvas.climb(gradient * factor)
        made.append(canvas.parameters.detach().clone())
    assert torch.allclose(*made, atol=1e-6)
    assert (made[0] != 0.5).any()


def test_pixels_stay_colours():
    canvas = Pixels((1, 3, 6, 6), CPU, 5.0, 0.0, 0.0)
    canvas.climb(torch.randn(1, 3, 6, 6, generator=generator()))
    values = canvas.parameters.detach()
    assert values.min() == 0
    assert values.max() == 1


def test_a_spectrum_climbs_as_adam_does():
    canvas = Spectrum((1, 1, 4, 4), CPU, 0.05)
    x, m, v = np.zeros(canvas.parameters.shape), 0.0, 0.0
    for step in range(1, 6):
        gradient = torch.randn(canvas.parameters.shape, generator=generator()) * step
        canvas.climb(gradient)
        g = gradient.double().numpy()
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        x = x + 0.05 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
    assert np.allclose(canvas.parameters.detach().numpy(), x, atol=1e-5)
