"""Images by gradient ascent: what a step costs beyond its passes, what they hold, and what they are worth."""

from __future__ import annotations

import resource
import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
import torch
import torchvision
from PIL import Image
from ratio import report
from skimage import data
from torch import Tensor, nn
from torchvision import transforms

import nnscope
from nnscope import example

SEED = 0
TURN = 1.0
"""Seconds for which ours and the floor are timed in turns."""
TURNS = 13
PHOTOS = ("chelsea", "coffee", "astronaut", "rocket")


class LeNet(nn.Module):
    """Five layers, one channel, 28 × 28 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 20, 5, padding=2), nn.Conv2d(20, 50, 5)
        self.fc1, self.fc2 = nn.Linear(1250, 120), nn.Linear(120, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Class scores."""
        x = nn.functional.max_pool2d(self.conv1(x).relu(), 2)
        x = nn.functional.max_pool2d(self.conv2(x).relu(), 2)
        return self.fc2(self.fc1(x.flatten(1)).relu())


def _seeded(build: Callable[[], nn.Module]) -> nn.Module:
    torch.manual_seed(SEED)
    return build().eval()


# -- a step ---------------------------------------------------------------------------------


class _Reached(BaseException):
    """The layer was read."""


def plain_step(model: nn.Module, module: nn.Module, images: Tensor) -> Callable[[], object]:
    """The floor: the same batch forward as far as the layer, and backward to the image."""

    def step() -> None:
        x, found = images.clone().requires_grad_(), []

        def leave(_module: nn.Module, _args: object, output: Tensor) -> None:
            found.append(output)
            raise _Reached

        handle = module.register_forward_hook(leave)
        try:
            model(x)
        except _Reached:
            pass
        finally:
            handle.remove()
        values = sum(found[0][index, index].mean() for index in range(len(images)))
        torch.autograd.grad(values, [x])

    return step


def steps(name: str, model: nn.Module, layer: str, count: int, size: int) -> None:
    """Time rounds of steps and plain steps in turns."""
    probe = nnscope.Probe(model, example.chelsea())
    module = dict(model.named_modules())[layer]
    floor = plain_step(model, module, torch.rand(count, 3, size, size))
    ratios = []
    ascent = probe.maximizing(layer, list(range(count)), size=size, steps=10**6, every=TURN)
    done = next(ascent).step
    for turn in range(TURNS + 1):
        start = time.perf_counter()
        made = next(ascent)
        ours = (time.perf_counter() - start) / (made.step - done)
        done = made.step
        start, turns = time.perf_counter(), 0
        while turns == 0 or time.perf_counter() - start < TURN:
            floor()
            turns += 1
        if turn > 0:
            ratios.append(ours / ((time.perf_counter() - start) / turns))
    what = f"{name}, {layer}, {count} of {size} px: a step"
    report(what, statistics.median(ratios), "× forward + backward", "1.10")


def held(model: nn.Module) -> None:
    """How much more memory a thousand steps take than the first hundred."""
    probe = nnscope.Probe(model, example.chelsea())
    peaks = []
    for count in (100, 1000):
        probe.maximize("_blocks.7", [0, 1, 2, 3], size=96, steps=count)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    report("1000 steps of 4 images after 100: peak memory", peaks[1] - peaks[0], "MB more", "bounded")


# -- what they are worth --------------------------------------------------------------------


def at_hand(count: int, probe: nnscope.Probe) -> Tensor:
    """Photos, crops of them, and noise of several kinds, as the network is given them."""
    generator = np.random.default_rng(SEED)
    images = [Image.fromarray(getattr(data, name)()) for name in PHOTOS]
    while len(images) < count // 2:
        photo = images[generator.integers(len(PHOTOS))]
        side = int(generator.integers(64, min(photo.size)))
        left, top = (int(generator.integers(0, each - side + 1)) for each in photo.size)
        images.append(photo.crop((left, top, left + side, top + side)))
    while len(images) < count:
        grain = int(generator.choice([1, 2, 4, 8, 16, 32]))
        noise = generator.integers(0, 256, (256 // grain, 256 // grain, 3), dtype=np.uint8)
        images.append(Image.fromarray(noise).resize((256, 256)))
    return torch.cat([probe.prepared(image).input for image in images])


def means(probe: nnscope.Probe, layer: str, channel: int, inputs: Tensor) -> Tensor:
    """The mean of a channel for each input, by a probe that looks at it."""
    first = probe.edited(inputs[:1])  # of this size from here on
    found = [first.edited(x[None], wanted={layer}).activations(layer)[channel].mean() for x in inputs]
    return torch.stack(found)


def shifted(inputs: Tensor, by: int = 4) -> Tensor:
    """Each input moved in four directions, its border repeated: ``[4, n, C, H, W]``."""
    _, _, height, width = inputs.shape
    padded = nn.functional.pad(inputs, (by,) * 4, mode="replicate")
    places = ((0, by), (2 * by, by), (by, 0), (by, 2 * by))
    return torch.stack([padded[..., y : y + height, x : x + width] for y, x in places])


def worth(name: str, probe: nnscope.Probe, side: int, length: int, count: int = 20) -> None:
    """Whether images of random channels rise, beat others, and survive a shift; dead ones are left out."""
    rows = [row for row in probe.layers.viewable if row.family == "convolution" and row.picture[1] > 1]
    generator = torch.Generator().manual_seed(SEED)
    others = at_hand(64, probe)
    rose = beat = robust = dead = compared = asked = 0
    survived: dict[str, list[float]] = {"fourier": [], "pixels": []}
    while asked < count:
        row = rows[int(torch.randint(len(rows), (), generator=generator))]
        channel = int(torch.randint(row.channels, (), generator=generator))
        wish = {"size": side, "steps": length}
        made = {method: probe.maximize(row.name, channel, method=method, **wish) for method in survived}
        if any("is dead" in each.notes[0] for each in made.values()):
            dead += 1
            continue
        asked += 1
        best = float(means(probe, row.name, channel, others).max())
        for each in made.values():
            score = float(each.scores)
            rose += score > float(each.history[0, 0])
            beat += score > best
        if min(float(each.scores) for each in made.values()) <= 0:
            continue  # of a channel that cannot rise above zero no part survives
        compared += 1
        for method, each in made.items():
            moved = [float(means(probe, row.name, channel, inputs)) for inputs in shifted(each.tensor)]
            survived[method].append(statistics.fmean(moved) / float(each.scores))
        robust += survived["fourier"][-1] > survived["pixels"][-1]
    report(f"{name}: the objective rose", rose, f"of {2 * count}", f"all; {dead} dead left out")
    report(f"{name}: beat 64 photos, crops and noise", beat, f"of {2 * count}", "all")
    for method, values in survived.items():
        report(f"{name}: {method} after a shift of 4 px", statistics.median(values), "of its objective", "-")
    report(f"{name}: fourier survives it better", robust, f"of {compared}", "most")


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    lite, resnet = example.network(), _seeded(torchvision.models.resnet18)
    steps("EfficientNet-Lite0", lite, "_conv_head", 1, 224)
    steps("EfficientNet-Lite0", lite, "_conv_head", 8, 224)
    steps("EfficientNet-Lite0", lite, "_blocks.7", 8, 64)
    steps("ResNet-18", resnet, "layer4.1", 1, 224)
    steps("ResNet-18", resnet, "layer4.1", 8, 224)
    steps("ResNet-50", _seeded(torchvision.models.resnet50), "layer4.2", 1, 224)
    held(lite)
    worth("EfficientNet-Lite0", nnscope.Probe(lite, example.chelsea()), 128, 128)
    worth("ResNet-18, seeded", nnscope.Probe(resnet, example.chelsea()), 96, 192)
    small = transforms.Compose([transforms.Resize((28, 28)), transforms.ToTensor()])
    worth("LeNet, seeded", nnscope.Probe(_seeded(LeNet), example.chelsea(), transform=small), 28, 128)


if __name__ == "__main__":
    main()
