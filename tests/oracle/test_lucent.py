"""Images of gradient ascent against torch-lucent 0.1.8, where that is right.

Lucent normalises as ImageNet does and leaves its hooks in the model, so it is given a copy of one that was
trained so. Its movements let black in at the border and show the network more than the image; ours let grey
in.
"""

import copy

import numpy as np
import pytest
import torch
from lucent.optvis import objectives, param, render

from nnscope import Probe, example
from nnscope.synthesis.objective import likeness

SIZE = 224
LAYER, CHANNELS = "_blocks.7", [3, 40]


@pytest.fixture(scope="module")
def probe():
    return Probe(example.network(), example.chelsea())


def lucent(probe, layer, channel, steps, *, transforms=None):
    """The objective in each step, and the image ``[1, 3, H, W]`` in [0, 1]."""
    model = copy.deepcopy(probe.model)
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002  # what Lucent draws from
    objective, history, drawn = objectives.channel(layer.replace(".", "_"), channel), [], []

    def logged(hook):
        value = objective(hook)
        history.append(-float(value.detach()))
        return value

    def start():
        parameters, image = param.image(SIZE)
        noise = torch.randn(parameters[0].shape, generator=torch.Generator().manual_seed(0)) * 0.01
        parameters[0].data.copy_(noise)  # the noise that we start from with this seed
        drawn.append(image)
        return parameters, image

    render.render_vis(
        model, logged, start, transforms=transforms, thresholds=(steps,), show_image=False, progress=False
    )
    return history, drawn[0]().detach()


def test_without_movements_both_climb_alike(probe):
    """The same start, parameterisation, normalisation and optimiser: only rounding tells them apart."""
    theirs, _ = lucent(probe, LAYER, CHANNELS[0], 24, transforms=[])
    ours = probe.maximize(LAYER, CHANNELS[0], steps=24, size=SIZE, robust=False).history[0].numpy()
    assert ours[0] == pytest.approx(theirs[0], rel=1e-5)
    assert np.abs(ours - theirs).max() < 0.02 * max(theirs)
    assert theirs[-1] > 4 * theirs[0]


def test_with_movements_ours_get_as_far(probe):
    """The objective of the images themselves: not below theirs by more than 5 %."""
    made = probe.maximize(LAYER, CHANNELS, steps=40, size=SIZE)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    theirs = []
    for channel in CHANNELS:
        _, image = lucent(probe, LAYER, channel, 40)
        given = (image - mean[:, None, None]) / std[:, None, None]
        theirs.append(float(probe.edited(given).activations(LAYER)[channel].mean()))
    ratio = np.exp(np.log(made.scores.numpy() / np.array(theirs)).mean())
    assert ratio > 0.95, f"{made.scores.tolist()} against {theirs}"


def test_images_are_alike_as_lucent_says():
    pictures = torch.randn(3, 5, 4, 6, generator=torch.Generator().manual_seed(2))
    theirs = -float(objectives.diversity("any")(lambda _: pictures))
    assert float(likeness(pictures)) == pytest.approx(theirs, rel=1e-5)
