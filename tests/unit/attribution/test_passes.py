"""How often the model runs, and on what: nothing twice, no batch that a model does not keep apart."""

import math

import pytest
import torch
from torch import nn

import nnscope
from nnscope import Probe
from nnscope.attribution.passes import Passes
from nnscope.probe import METHODS


class Counted(nn.Module):
    """Two convolutions and a head."""

    def __init__(self, channels=20):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, channels, 3), nn.Conv2d(channels, channels, 3)
        self.head = nn.Linear(channels, 4)

    def forward(self, x):
        x = self.conv2(self.conv1(x).relu()).relu()
        return self.head(x.mean((2, 3)))


@pytest.fixture
def net():
    torch.manual_seed(0)
    return Counted().eval()


@pytest.fixture
def probe(net):
    return Probe(net, torch.randn(1, 3, 14, 14))


@pytest.fixture
def sizes(net, probe):
    """How many images each pass had; no list on the model, which would be put back as it was."""
    seen = []
    net.register_forward_pre_hook(lambda module, args: seen.append(len(args[0])))
    return seen


TOGETHER = [key for key, method in METHODS.items() if method.needs == "pair" and method.each]


def test_all_gradient_cams_of_all_layers_come_of_one_pass(probe, sizes):
    for key in TOGETHER:
        assert len(probe.cams(1, key)) == len(probe.layers.viewable)
    for row in probe.layers.viewable:
        probe.cam(row.name, 1, "layercam", style="pytorch-grad-cam")
        probe.cam(row.name, 1, "gradcam", style="captum")
    assert sizes == [1]
    probe.cam("conv1", 1, versus=2)
    assert sizes == [1, 1]  # the other class only
    probe.cams(2, "hirescam")
    assert sizes == [1, 1, 1]  # of which one layer was known


def test_score_cam_takes_a_pass_for_a_batch_of_channels(probe, sizes):
    probe.activations("conv2")
    sizes.clear()
    probe.cam("conv2", 1, "scorecam")
    batch = probe.bench.passes(probe.aim(1)).batch
    assert 20 <= sum(sizes) <= 20 + 1  # and one alone, to see that a batch keeps its images apart
    assert len(sizes) <= math.ceil(20 / batch) + 1
    sizes.clear()
    probe.cam("conv2", 1, "scorecam")
    probe.cam("conv2", 1, "scorecam", style="paper")
    assert sizes == []


def test_ablation_runs_the_layers_before_it_once_a_batch(net, probe):
    seen = []
    net.conv1.register_forward_hook(lambda module, args, output: seen.append(len(output)))
    probe.cam("conv2", 1, "ablationcam")
    assert max(seen) == 1


@pytest.mark.parametrize("key", ["gradient", "guided_backprop", "occlusion", "rise", "integrated_gradients"])
def test_what_was_made_is_kept(probe, sizes, key):
    options = {"samples": 5} if key == "rise" else {}
    probe.attribute(1, key, **options)
    assert sizes
    sizes.clear()
    probe.attribute(1, key, **options)
    assert sizes == []


class Mixing(Counted):
    """Images of a batch see each other: their mean is taken away."""

    def forward(self, x):
        return super().forward(x - x.mean(0, keepdim=True) * (len(x) > 1))


class Single(Counted):
    """Takes one image only."""

    def forward(self, x):
        assert len(x) == 1, "one image, please"
        return super().forward(x)


class Flat(Counted):
    """Forgets how many images there were."""

    def forward(self, x):
        return super().forward(x).reshape(1, -1)[:, :4]


@pytest.mark.parametrize("kind", [Mixing, Single, Flat])
@pytest.mark.parametrize("key", ["scorecam", "ablationcam"])
def test_a_model_that_keeps_no_images_apart_gets_one_at_a_time(kind, key):
    torch.manual_seed(0)
    odd = kind(6).eval()
    plain = Counted(6).eval()
    plain.load_state_dict(odd.state_dict())
    x = torch.randn(1, 3, 10, 10)
    made, expected = (Probe(model, x).cam("conv2", 1, key).raw for model in (odd, plain))
    assert torch.allclose(made, expected, atol=1e-5)


@pytest.mark.parametrize("key", ["smoothgrad", "occlusion"])
def test_a_function_of_the_user_reads_one_image_at_a_time(probe, sizes, key):
    made = probe.attribute(lambda out: out[0, 1], key)
    assert set(sizes) == {1}
    assert torch.allclose(made.raw, probe.attribute(1, key).raw, atol=1e-5)


def test_batches_shrink_with_the_layers(probe):
    aim = probe.aim(1)
    small = Passes(probe.model, probe.specimen, aim, (10**6, 10**7))
    large = Passes(probe.model, probe.specimen, aim, (10**8, 10**9))
    assert small.batch == 16
    assert large.batch == large.small_batch == 1


def test_behind_a_unit_nothing_runs(net, probe):
    ran = []
    net.head.register_forward_hook(lambda *_: ran.append(1))
    probe.attribute(nnscope.Unit("conv1", 3))
    assert ran == []
