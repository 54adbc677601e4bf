"""One layer, read in pass after pass: the same values and gradients as a pass that sees every call."""

import gc
import threading
import weakref

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from nnscope import errors
from nnscope.network.capture import forward
from nnscope.network.guards import untouched
from nnscope.network.silence import Silence, silenced
from nnscope.network.tap import Tap
from nnscope.probe import Probe


class Net(nn.Module):
    """Modules that run twice, functions in place and not, one inside another."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.relu, self.norm = nn.ReLU(inplace=True), nn.BatchNorm2d(4)
        self.head = nn.Linear(4, 3)

    def forward(self, x):
        x = self.relu(self.conv1(x))
        y = self.relu(self.norm(self.conv2(x)) + x)
        y = F.relu(y - 0.1, inplace=True)
        y = torch.cat([y, x], 1)[:, 1:5]
        y += x
        return self.head(y.mean((2, 3)))


@pytest.fixture
def model():
    return Net().eval()


@pytest.fixture
def x():
    return torch.randn(1, 3, 6, 6)


NAMES = [row.name for row in Probe(Net().eval(), torch.randn(1, 3, 6, 6)).layers.viewable]


def hooks(model):
    return [len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model.modules()]


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_reads_the_same_as_in_a_watched_pass(model, x, name):
    inputs = [torch.randn_like(x).requires_grad_() for _ in range(3)]
    with untouched(model), torch.enable_grad():
        tap = Tap(model, name, x)
        assert tap._counted is not None, "the cheap way was not found"
        for given in inputs:
            seen = {}

            def keep(call, output, seen=seen):
                seen[call.name] = output.clone()

            forward(model, given, keep)
            found, wanted = tap(given), seen[name]
            assert torch.equal(found, wanted)
            ours, theirs = (torch.autograd.grad(each.square().sum(), [given])[0] for each in (found, wanted))
            assert torch.equal(ours, theirs)
    assert not any(hooks(model))


def test_several_images_are_read_at_once(model, x):
    with untouched(model), torch.no_grad():
        tap = Tap(model, "add", x)
        images = torch.randn(4, 3, 6, 6)
        together = tap(images)
        assert together.shape == (4, *tap(x).shape[1:])
        assert torch.allclose(together[2:3], tap(images[2:3]), atol=1e-6)


def test_the_pass_ends_at_the_layer(model, x):
    with untouched(model), torch.no_grad():
        tap = Tap(model, "relu", x)
        ran = []
        model.conv2.register_forward_hook(lambda *_: ran.append(1))
        tap(x)
    assert not ran


def test_what_is_silenced_is_read_silent(model, x):
    row = Probe(model, x).layers["conv1"]
    with untouched(model), torch.no_grad(), silenced(Silence(row, (0, 2))):
        tap = Tap(model, "relu", x)
        assert not tap(x)[:, [0, 2]].any()
        assert tap(x)[:, [1, 3]].any()
    with untouched(model), torch.no_grad():
        assert tap(x)[:, [0, 2]].any()


def test_another_thread_may_run_the_model_meanwhile(model, x):
    """Its call of the layer's module neither counts nor ends there."""
    answered = []

    class Busy(nn.Conv2d):
        def forward(self, x):
            if threading.current_thread() is threading.main_thread():
                other = threading.Thread(target=lambda: answered.append(model(torch.zeros(1, 3, 6, 6))))
                other.start()
                other.join()
            return super().forward(x)

    model.conv1 = Busy(3, 4, 3, padding=1)
    with untouched(model), torch.no_grad():
        tap = Tap(model, "relu:2", x)
        before = len(answered)
        found = tap(x)
        assert len(answered) == before + 1
        assert answered[-1].shape == (1, 3)
        assert torch.equal(found, tap.watched(x))


class Wandering(nn.Module):
    """Takes another way the second time."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        x = self.conv(x)
        if x.mean() > 0:
            x = x * 2
        return x.relu()


def test_another_way_through_the_model_is_found_out():
    model = Wandering().eval()
    nn.init.zeros_(model.conv.weight)
    with torch.no_grad():
        model.conv.bias.fill_(-1)
        model.conv.weight[:, 0] = 1
    low, high = torch.zeros(1, 3, 5, 5), torch.ones(1, 3, 5, 5)
    with untouched(model), torch.no_grad():
        tap = Tap(model, "relu", low)
        assert torch.equal(tap(high), model(high))
        assert torch.equal(tap(low), model(low))


class Twins(nn.Module):
    """Two functions of one name, both of them silent on dark images."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        for conv, bias in ((self.first, -9.0), (self.second, -1.0)):
            nn.init.constant_(conv.weight, 1.0)
            nn.init.constant_(conv.bias, bias)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))))


def test_values_that_are_the_same_by_chance_are_no_proof():
    model = Twins().eval()
    with untouched(model), torch.no_grad():
        tap, bright = Tap(model, "relu:2", torch.zeros(1, 3, 5, 5)), torch.ones(1, 3, 5, 5)
        assert torch.equal(tap(bright), model(bright))


def test_a_pass_that_is_watched_leaves_nothing_for_the_collector(model, x):
    with untouched(model), torch.enable_grad():
        tap, kept = Tap(model, "add", x), []
        model.conv2.register_forward_hook(lambda _module, _args, output: kept.append(weakref.ref(output)))
        gc.disable()
        try:
            tap.watched(x)
            assert [held() for held in kept] == [None]
        finally:
            gc.enable()


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        return F.relu(x + self.conv(x))


class Skipping(nn.Module):
    """Leaves out its first block where the image is bright."""

    def __init__(self):
        super().__init__()
        self.stem, self.blocks = nn.Conv2d(3, 4, 3), nn.ModuleList(Block() for _ in range(3))

    def forward(self, x):
        bright, x = bool(x.mean() > 2), self.stem(x)
        for block in list(self.blocks)[bright:]:
            x = block(x)
        return x


def test_a_block_that_is_left_out_moves_no_layer_into_another_block():
    model, dark, bright = Skipping().eval(), torch.zeros(1, 3, 5, 5), torch.full((1, 3, 5, 5), 5.0)
    seen = {}

    def keep(call, output):
        seen[call.name] = output.clone()

    with untouched(model), torch.no_grad():
        tap = Tap(model, "blocks.1.add", dark + torch.rand(1, 3, 5, 5))
        assert tap._counted is not None
        forward(model, bright, keep)
        assert torch.equal(tap(bright), seen["blocks.1.add"])


def test_the_output_is_read_without_a_layer(model, x):
    with untouched(model), torch.no_grad():
        assert torch.equal(Tap(model, None, x)(x), model(x))


def test_a_layer_that_does_not_run_is_a_sentence(model, x):
    with untouched(model), pytest.raises(errors.TargetError, match="did not run layer 'conv9'"):
        Tap(model, "conv9", x)


def test_what_a_model_raises_is_a_sentence(model, x):
    with untouched(model), torch.no_grad():
        tap = Tap(model, "conv1", x)
        with pytest.raises(errors.ForwardError, match="raised RuntimeError in its forward pass"):
            tap(torch.zeros(1, 5, 6, 6))
    assert not any(hooks(model))
