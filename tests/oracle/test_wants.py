"""What images of gradient ascent are worth: they beat others, and those of Fourier survive a shift."""

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from skimage import data
from torch import nn
from torchvision import transforms

from nnscope import Probe, example

SHIFT = 4


class LeNet(nn.Module):
    """One channel, 28 × 28 pixels."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 20, 5, padding=2), nn.Conv2d(20, 50, 5)
        self.fc1, self.fc2 = nn.Linear(1250, 120), nn.Linear(120, 10)

    def forward(self, x):
        x = nn.functional.max_pool2d(self.conv1(x).relu(), 2)
        x = nn.functional.max_pool2d(self.conv2(x).relu(), 2)
        return self.fc2(self.fc1(x.flatten(1)).relu())


SMALL = transforms.Compose([transforms.Resize((28, 28)), transforms.ToTensor()])
NETWORKS = {
    "lenet": (LeNet, SMALL, "conv2", 28),
    "resnet18": (torchvision.models.resnet18, "auto", "layer2.1.conv1", 64),
    "efficientnet_lite0": (example.network, "auto", "_blocks.7._project_conv", 64),
}


@pytest.fixture(scope="module", params=NETWORKS)
def asked(request):
    """A network, a layer, four channels at random, and the size of the images."""
    build, transform, layer, size = NETWORKS[request.param]
    torch.manual_seed(0)
    probe = Probe(build().eval(), example.chelsea(), transform=transform)
    channels = torch.randperm(probe.layers[layer].channels)[:4].tolist()
    return probe, layer, channels, size


@pytest.fixture(scope="module")
def made(asked):
    probe, layer, channels, size = asked
    return {
        method: probe.maximize(layer, channels, method=method, size=size, steps=128)
        for method in ("fourier", "pixels")
    }


def means(asked, inputs):
    """The mean of each channel over each input, by a probe that looks at them: ``[n, channels]``."""
    probe, layer, channels, _ = asked
    first = probe.edited(inputs[:1])  # of this size from here on
    probes = (first.edited(x[None], wanted={layer}) for x in inputs)
    return np.stack([each.activations(layer)[channels].mean((1, 2)).numpy() for each in probes])


def at_hand(probe):
    """Four photos, twelve crops of them, and noise fine and coarse."""
    generator = np.random.default_rng(0)
    photos = [Image.fromarray(getattr(data, name)()) for name in ("chelsea", "coffee", "astronaut", "rocket")]
    crops = [photo.crop((x, x, x + 120, x + 120)) for photo in photos for x in (20, 80, 140)]
    noise = [
        Image.fromarray(generator.integers(0, 256, (side, side, 3), dtype=np.uint8)).resize((256, 256))
        for side in (4, 8, 16, 32, 64, 128, 256, 256)
    ]
    return torch.cat([probe.prepared(image).input for image in (*photos, *crops, *noise)])


@pytest.mark.parametrize("method", ["fourier", "pixels"])
def test_the_objective_rises_above_all_images_at_hand(asked, made, method):
    probe, _, channels, _ = asked
    images = made[method]
    assert images.notes == [""] * len(channels)
    assert (images.scores > images.history[:, 0]).all()
    assert (images.scores.numpy() > means(asked, at_hand(probe)).max(0)).all()
    again = means(asked, images.tensor).diagonal()
    assert images.scores.numpy() == pytest.approx(again, rel=1e-3)


def test_fourier_survives_a_shift_better_than_pixels(asked, made):
    def survived(images):
        by = SHIFT
        _, _, height, width = images.tensor.shape
        padded = nn.functional.pad(images.tensor, (by,) * 4, mode="replicate")
        moved = [
            means(asked, padded[..., y : y + height, x : x + width]).diagonal()
            for y, x in ((0, by), (2 * by, by), (by, 0), (by, 2 * by))
        ]
        return np.median(np.mean(moved, 0) / images.scores.numpy())

    assert survived(made["fourier"]) > survived(made["pixels"])
