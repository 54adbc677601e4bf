"""What costs time in the kernel: maps, the first picture, the same grid by matplotlib, the import."""

from __future__ import annotations

import gc
import itertools
import subprocess
import sys

import captum.attr
import matplotlib.pyplot as plt
import numpy as np
import torch
import torchinfo
import torchvision
from ratio import median_seconds, report

import nnscope.example
from nnscope.probe import METHODS, sight as module
from nnscope.widget import pictures


def maps() -> None:
    """All-layer Grad-CAM in forwards of the same model, a new class, and one layer against Captum."""
    torch.manual_seed(0)
    model = torchvision.models.resnet50().eval()
    probe = nnscope.Probe(model, torch.randn(1, 3, 224, 224))
    layer = "layer4.2.conv3"
    classes = iter(range(1000))

    def forward() -> None:
        with torch.no_grad():
            model(probe.specimen.input)

    def forget() -> None:
        module._values.discard(probe._key)

    def all_layers() -> None:
        forget()
        probe.cams(0)

    def one_layer() -> None:
        probe.cam(layer, next(classes))

    captums = captum.attr.LayerGradCam(model, model.layer4[2].conv3)
    floor, everything, new_class = median_seconds(forward, all_layers, lambda: probe.cams(next(classes)))
    count = len(probe.cams(0))
    for each in (method for method in METHODS.values() if method.needs == "pair"):
        floor_again, added = median_seconds(forward, lambda each=each: probe.cams(0, each.key), rounds=3)
        report(
            f"{each.label} of all {count} layers, once Grad-CAM is there", added / floor_again, "forwards", ""
        )
    report(f"Grad-CAM of all {count} layers of ResNet-50", everything / floor, "forwards", "≤ 4")
    report("the same for another class", new_class / floor, "forwards", "≤ 3")
    ours, theirs = median_seconds(one_layer, lambda: captums.attribute(probe.specimen.input, 3))
    report(f"Grad-CAM of one layer of ResNet-50, {layer}", ours / theirs, "× Captum", "≤ 1.15")


def architecture() -> None:
    """The first pass, which tells the whole table and graph, against the pass of torchinfo and a forward."""
    torch.manual_seed(0)
    model = torchvision.models.resnet50().eval()
    x = torch.randn(1, 3, 224, 224)

    def forward() -> None:
        with torch.no_grad():
            model(x)

    floor, ours, theirs = median_seconds(
        forward,
        lambda: nnscope.Probe(model, x, labels=None),
        lambda: torchinfo.summary(model, input_data=x, depth=9, verbose=0),
    )
    report("a Probe of ResNet-50, pictures, table and graph", ours / floor, "forwards", "")
    report("the same against the table of torchinfo alone", ours / theirs, "× torchinfo", "")


def score_cam() -> None:
    """Score-CAM in passes of the same batches of the same model."""
    torch.manual_seed(0)
    model = torchvision.models.resnet18().eval()
    probe = nnscope.Probe(model, torch.randn(1, 3, 224, 224))
    layer, classes = "layer3.0.conv1", iter(range(1000))
    channels, batch = probe.layers[layer].channels, probe.bench.passes(probe.aim(0)).batch
    images = probe.specimen.input.expand(batch, -1, -1, -1).contiguous()

    def forwards() -> None:
        with torch.no_grad():
            for _ in range(-(-channels // batch)):
                model(images)

    ours, theirs = median_seconds(lambda: probe.cam(layer, next(classes), "scorecam"), forwards, rounds=3)
    report(f"Score-CAM of {channels} channels of ResNet-18", ours / theirs, "× its batches", "≤ 1.1")


def silence() -> None:
    """The network without channels: in forwards, and against a hook that writes zeros."""
    torch.manual_seed(0)
    model = torchvision.models.resnet50().eval()
    probe = nnscope.Probe(model, torch.randn(1, 3, 224, 224))
    x, channels = probe.specimen.input, itertools.count()

    def forward() -> None:
        with torch.no_grad():
            model(x)

    for layer in ("layer4.2.conv3", "layer4.0.conv1", "layer1.0.conv1"):
        floor, ours = median_seconds(
            forward, lambda layer=layer: probe.ablate(layer, next(channels) % 64), rounds=7
        )
        report(f"ablate at {layer} of ResNet-50", ours / floor, "forwards", "")
    last, layer = model.layer4[2].conv3, "layer4.2.conv3"

    def scan() -> None:
        module._values.discard(probe._key)
        probe.effects(layer, 0)

    def hooks() -> None:
        """Every 32nd channel, a pass each."""
        for k in range(0, 2048, 32):
            handle = last.register_forward_hook(
                lambda *call, k=k: call[2].index_fill(1, torch.tensor([k]), 0)
            )
            forward()
            handle.remove()

    floor, ours, naive = median_seconds(forward, scan, hooks, rounds=1)
    report(f"effects of 2048 channels of {layer}", ours / floor, "forwards", "")
    report("the same, against one pass with a hook a channel", naive * 32 / ours, "× faster", "")
    floor, ours = median_seconds(forward, lambda: probe.effects("layer4.2.conv1", next(channels)), rounds=1)
    report("effects of 512 channels of layer4.2.conv1", ours / floor, "forwards", "")


def first_picture() -> None:
    """`show()` until its first picture is on the way, less one forward."""
    for name in ("squeezenet1_1", "resnet50"):
        torch.manual_seed(0)
        model = getattr(torchvision.models, name)().eval()
        image = nnscope.example.chelsea()
        x = torch.randn(1, 3, 224, 224)

        def forward(model: torch.nn.Module = model, x: torch.Tensor = x) -> None:
            with torch.no_grad():
                model(x)

        shown, floor = median_seconds(
            lambda model=model, image=image: nnscope.show(model, image).close(), forward, rounds=5
        )
        report(f"show() of {name} until its first picture, less one forward", shown - floor, "s", "≤ 0.5")


def grid() -> None:
    """The picture of all channels by matplotlib subplots, and ours."""
    torch.manual_seed(0)
    probe = nnscope.Probe(torchvision.models.squeezenet1_1(), torch.randn(1, 3, 224, 224))
    activation = probe.activations("features.0").numpy()

    def subplots() -> None:
        figure, axes = plt.subplots(8, 8, figsize=(8, 8))
        for axis, channel in zip(axes.flat, activation, strict=True):
            axis.imshow(channel, cmap="gray", vmin=activation.min(), vmax=activation.max())
            axis.axis("off")
        figure.canvas.draw()
        np.asarray(figure.canvas.buffer_rgba())
        plt.close(figure)

    ours, fresh, theirs = median_seconds(
        lambda: pictures.layer_packet(probe, "features.0"),
        lambda: (module._summaries.discard(probe._key), pictures.layer_packet(probe, "features.0")),
        subplots,
        rounds=5,
    )
    report(
        "64 channels by matplotlib subplots, against ours from the cache", theirs / ours, "× slower", "≥ 20"
    )
    report("the same, against ours summarised anew", theirs / fresh, "× slower", "≥ 20")


def start() -> None:
    """`import nnscope`, less the bare interpreter."""

    def run(code: str) -> None:
        subprocess.run([sys.executable, "-c", code], check=True)

    bare, ours = median_seconds(lambda: run("pass"), lambda: run("import nnscope"), rounds=15)
    report("import nnscope", (ours - bare) * 1000, "ms", "≤ 50")


def main() -> None:
    """Run all."""
    for part in (start, grid, first_picture, architecture, maps, score_cam, silence):
        part()
        gc.collect()


if __name__ == "__main__":
    main()
