"""What other libraries compute and draw, at the versions that are pinned: to 1e-5, Grad-CAM to 1e-6."""

import copy

import captum.attr as captum
import numpy as np
import pytest
import pytorch_grad_cam as pgc
import torch
import torchvision
from captum.attr._utils.visualization import _normalize_attr
from PIL import Image
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch.nn import functional as F

import nnscope
from nnscope import Probe, example
from nnscope.probe import STYLES

pytestmark = [
    pytest.mark.usefixtures("one_core"),
    pytest.mark.filterwarnings("ignore::UserWarning:captum"),  # of hooks and gradients it sets
]

SIDE = 112
NETWORKS = {"resnet18": ("layer1.0.conv2", "layer4"), "squeezenet1_1": ("features.4.squeeze", "features.6")}
"""A layer with negative values and few channels, and one behind a ReLU."""


class Case:
    def __init__(self, name):
        torch.manual_seed(0)
        self.model = getattr(torchvision.models, name)().eval()
        self.layers = NETWORKS[name]
        # Two of the three libraries read a layer after the in-place ReLU behind it has written to it.
        self.plain = copy.deepcopy(self.model)
        for module in self.plain.modules():
            if hasattr(module, "inplace"):
                module.inplace = False
        seen = Probe(self.model, example.chelsea()).specimen.input
        self.x = F.interpolate(seen, (SIDE, SIDE), mode="bilinear")
        self.probe = Probe(self.model, self.x, labels=None)
        self.target = self.probe.target_index(None)

    def module(self, layer):
        return self.plain.get_submodule(layer)


@pytest.fixture(params=NETWORKS, scope="module")
def case(request):
    return Case(request.param)


def distance(made, expected):
    made, expected = (torch.as_tensor(np.asarray(values)).double() for values in (made, expected))
    return float((made - expected).abs().max() / expected.abs().max().clamp(min=1e-30))


# -- the numbers --------------------------------------------------------------------------------

PLAIN = {
    "gradient": lambda c: captum.Saliency(c.plain).attribute(c.x, c.target, abs=False),
    "gradient_x_input": lambda c: captum.InputXGradient(c.plain).attribute(c.x, c.target),
    "integrated_gradients": lambda c: captum.IntegratedGradients(c.plain).attribute(
        c.x, target=c.target, n_steps=6, internal_batch_size=2
    ),
    "guided_backprop": lambda c: captum.GuidedBackprop(c.plain).attribute(c.x, c.target),
    "deconvnet": lambda c: captum.Deconvolution(c.plain).attribute(c.x, c.target),
    "occlusion": lambda c: captum.Occlusion(c.plain).attribute(
        c.x, (3, 32, 32), strides=(3, 24, 24), target=c.target
    ),
}
OPTIONS = {"integrated_gradients": {"steps": 6}, "occlusion": {"window": 32, "stride": 24}}


@pytest.mark.parametrize("key", PLAIN)
def test_pixels_equal_captum(case, key, record_property):
    made = case.probe.attribute(case.target, key, **OPTIONS.get(key, {}))
    expected = PLAIN[key](case)[0].detach()
    expected = expected if made.raw.dim() == 3 else expected[0]
    far = distance(made.raw, expected)
    record_property("library", {"style": "captum", "method": key, "far": far})
    assert far <= 1e-5


def test_guided_gradcam_equals_captum(case):
    layer = case.layers[1]
    made = case.probe.attribute(case.target, "guided_gradcam", layer=layer, style="captum")
    expected = captum.GuidedGradCam(case.plain, case.module(layer)).attribute(case.x, case.target)
    assert distance(made.raw, expected[0].detach()) <= 1e-5


def test_a_channel_and_a_cell_equal_captum(case):
    layer = case.layers[0]
    channel = case.probe.strongest(layer)[0]
    neuron = captum.NeuronGradient(case.plain, case.module(layer))
    cell = (5, 7)
    for unit, selector in (
        (nnscope.Unit(layer, channel, cell), (channel, *cell)),
        (nnscope.Unit(layer, channel), lambda out: out[:, channel].relu().mean((1, 2))),
    ):
        expected = neuron.attribute(case.x, selector)[0].detach()
        assert expected.any()
        assert distance(case.probe.attribute(unit).raw, expected) <= 1e-5


# -- what is drawn ------------------------------------------------------------------------------

CAMS = {
    "gradcam": pgc.GradCAM,
    "gradcam++": pgc.GradCAMPlusPlus,
    "hirescam": pgc.HiResCAM,
    "layercam": pgc.LayerCAM,
    "xgradcam": pgc.XGradCAM,
    "eigencam": pgc.EigenCAM,
    "eigengradcam": pgc.EigenGradCAM,
    "scorecam": pgc.ScoreCAM,
    "ablationcam": pgc.AblationCAM,
}


def test_every_method_of_a_style_is_compared():
    assert CAMS.keys() == STYLES["pytorch-grad-cam"].methods.keys()
    assert {*PLAIN, "gradcam", "guided_gradcam", "smoothgrad", "vargrad"} == STYLES["captum"].methods.keys()
    assert TORCHCAM.keys() == STYLES["torchcam"].methods.keys()


@pytest.mark.parametrize("which", [0, 1], ids=["signed", "behind a ReLU"])
@pytest.mark.parametrize("key", CAMS)
def test_pytorch_grad_cam(case, key, which, record_property):
    if which and key in ("scorecam", "ablationcam"):
        pytest.skip("too many channels")
    layer = case.layers[which]
    made = case.probe.cam(layer, case.target, key, style="pytorch-grad-cam")
    model = copy.deepcopy(case.plain)
    with CAMS[key](model, [model.get_submodule(layer)]) as cam:
        expected = cam(case.x, [ClassifierOutputTarget(case.target)])[0]
    far = distance(made.drawn, expected)
    record_property("library", {"style": "pytorch-grad-cam", "method": key, "far": far})
    assert far <= 1e-5


def _torchcam(name):
    methods = pytest.importorskip("torchcam.methods")  # needs Python 3.11
    return getattr(methods, name)


TORCHCAM = {
    "gradcam": "GradCAM",
    "gradcam++": "GradCAMpp",
    "layercam": "LayerCAM",
    "xgradcam": "XGradCAM",
    "scorecam": "ScoreCAM",
    "cam": "CAM",
}


@pytest.mark.parametrize("key", TORCHCAM)
def test_torchcam(case, key, record_property):
    layer = case.layers[1] if key == "cam" else case.layers[0]
    if key == "cam" and layer != "layer4":
        pytest.skip("no linear layer behind the pooling")
    made = case.probe.cam(layer, case.target, key, style="torchcam")
    options = {"fc_layer": "fc"} if key == "cam" else {}
    with _torchcam(TORCHCAM[key])(case.plain, layer, **options) as cam:
        scores = case.plain(case.x.clone().requires_grad_())
        low = cam(case.target, scores)[0][0].detach()
    raw = made.raw if key == "cam" else made.raw.clamp(min=0)
    ours = (raw - raw.min()) / (raw.max() - raw.min() + 1e-8)
    far = distance(ours, low)
    record_property("library", {"style": "torchcam", "method": key, "far": far})
    assert far <= (1e-6 if key == "gradcam" else 1e-5)
    # Its overlay squares the mask, which Pillow made as large as the image.
    large = Image.fromarray(low.numpy()).resize((SIDE, SIDE), Image.BICUBIC)
    assert distance(made.drawn, np.asarray(large) ** 2) <= 1e-5


@pytest.mark.parametrize("key", ["gradcam", *PLAIN])
def test_what_captum_draws(case, key):
    if key == "gradcam":
        layer = case.layers[1]
        made = case.probe.cam(layer, case.target, style="captum")
        raw = captum.LayerGradCam(case.plain, case.module(layer)).attribute(case.x, case.target)
        plane = captum.LayerAttribution.interpolate(raw, (SIDE, SIDE))[0, 0]
    else:
        made = case.probe.attribute(case.target, key, style="captum", **OPTIONS.get(key, {}))
        plane = PLAIN[key](case)[0]
        plane = plane[0] if key == "occlusion" else plane.sum(0)
    expected = _normalize_attr(plane.detach().numpy(), "absolute_value")
    assert distance(made.drawn, expected) <= 1e-5
