"""Every method on every network equals its formula, written out a second time in `formulas.py`."""

import pytest
import timm
import torch
import torchvision
from torch import nn
from torch.nn import functional as F

import formulas
from nnscope import Probe, example
from nnscope.errors import OptionError
from nnscope.probe import METHODS

pytestmark = pytest.mark.usefixtures("one_core")  # the tests themselves go two at a time

SIDE = 48
OPTIONS = {
    "smoothgrad": {"samples": 3},
    "vargrad": {"samples": 3},
    "integrated_gradients": {"steps": 5},
    "occlusion": {"window": 20, "stride": 14},
    "rise": {"samples": 10},
}


class Functional(nn.Module):
    """No ReLU is a module, one of them is in place, and one is written as a clamp."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 12, 5, stride=2), nn.Conv2d(12, 16, 3, stride=2)
        self.conv3, self.head = nn.Conv2d(16, 16, 3), nn.Linear(16, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x), inplace=True)
        x = F.relu(self.conv2(x))
        return self.head(F.relu(self.conv3(x)).mean((2, 3)))


def seeded(make):
    torch.manual_seed(0)
    return make().eval()


NETWORKS = {
    "SqueezeNet 1.1": (lambda: seeded(torchvision.models.squeezenet1_1), "features.6.squeeze"),
    "ResNet-18": (lambda: seeded(torchvision.models.resnet18), "layer1.0.conv2"),
    "DenseNet-121": (
        lambda: seeded(torchvision.models.densenet121),
        "features.denseblock2.denselayer2.conv2",
    ),
    "MobileNetV3 small": (lambda: seeded(torchvision.models.mobilenet_v3_small), "features.4.block.3"),
    "EfficientNet-Lite0": (example.network, "_blocks.1._project_conv"),
    "functional ReLUs": (lambda: seeded(Functional), "conv3"),
    "ViT tiny": (
        lambda: seeded(lambda: timm.create_model("vit_tiny_patch16_224", img_size=SIDE)),
        "blocks.2.mlp",
    ),
}
"""How to make it, and the layer."""

NO_RULE = {"MobileNetV3 small": "hardswish", "ViT tiny": "gelu"}
NO_HEAD = {"SqueezeNet 1.1", "MobileNetV3 small", "ViT tiny"}
TOLERANCE = 1e-5
"""Of the largest value; model and image are float64, so that no ReLU falls to the other side by rounding."""


class Case:
    def __init__(self, name):
        make, self.layer = NETWORKS[name]
        self.name, self.model = name, make()
        torch.manual_seed(1)
        seen = Probe(self.model, example.chelsea()).specimen.input if name != "ViT tiny" else None
        image = torch.randn(1, 3, SIDE, SIDE) if seen is None else seen
        self.model.double()
        self.x = F.interpolate(image, (SIDE, SIDE), mode="bilinear").double()
        self.probe = Probe(self.model, self.x, labels=None)
        self.target = self.probe.target_index(None)
        self.twin = formulas.Twin(self.model, self.x, self.target)

    def made(self, key):
        if METHODS[key].at == "layer":
            return self.probe.cam(self.layer, self.target, key)
        layer = self.layer if key == "guided_gradcam" else None
        return self.probe.attribute(self.target, key, layer=layer, **OPTIONS.get(key, {}))


@pytest.fixture(params=NETWORKS, scope="module")
def case(request):
    return Case(request.param)


def distance(made, expected):
    """Largest difference, in units of the largest value."""
    return float((made.double() - expected).abs().max() / expected.abs().max().clamp(min=1e-30))


def expected(case, key):
    formula = getattr(formulas, key.replace("++", "_plus_plus"))
    if METHODS[key].at == "layer":
        return formula(case.twin, case.layer)
    return (
        formula(case.twin, case.layer)
        if key == "guided_gradcam"
        else formula(case.twin, **OPTIONS.get(key, {}))
    )


def refused(case, key):
    """What the refusal of a method names, or ``None`` where it is defined."""
    if METHODS[key].group == "Through the ReLUs" and case.name in NO_RULE:
        return NO_RULE[case.name]
    return "global average pooling" if key == "cam" and case.name in NO_HEAD else None


@pytest.mark.parametrize("key", [key for key in METHODS if key != "cam"])
def test_a_method_equals_its_formula(case, key, record_property):
    why = refused(case, key)
    if why is not None:
        with pytest.raises(OptionError, match=why):
            case.made(key)
        record_property("method", {"method": key, "network": case.name, "far": None})
        return
    far = distance(case.made(key).raw, expected(case, key))
    record_property("method", {"method": key, "network": case.name, "far": far})
    assert far <= TOLERANCE


def test_cam_equals_the_weights_of_the_classifier(case, record_property):
    why = refused(case, "cam")
    record = {"method": "cam", "network": case.name, "far": None}
    probe, x = case.probe, case.x
    if why is not None:
        with pytest.raises(OptionError, match=why):
            probe.cam(None, case.target, "cam")
        record_property("method", record)
        return
    x = F.interpolate(x, (80, 80), mode="bilinear")  # more than one cell is left in the end
    probe = Probe(case.model, x, labels=None)
    made = probe.cam(None, case.target, "cam")
    head = [module for module in case.model.modules() if isinstance(module, nn.Linear)][-1]
    expected = formulas.weighted(head.weight[case.target].detach(), probe.activations(made.layer))
    far = distance(made.raw, expected)
    record_property("method", {**record, "far": far})
    assert far <= TOLERANCE
    # Whatever the layer is: the map's mean, and the bias, are the logit.
    with torch.no_grad():
        logit = case.model(x)[0, case.target]
    off = made.raw.double().mean() + head.bias[case.target].detach() - logit
    assert abs(float(off)) <= 1e-5 * float(logit.abs())
