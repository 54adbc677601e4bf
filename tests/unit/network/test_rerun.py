"""What comes before a layer is computed once: the answers are those of whole passes, bit for bit."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
import timm
import torch
import torchvision
from torch import nn

from nnscope.network import recording, rerun as module
from nnscope.network.capture import forward
from nnscope.network.guards import untouched
from nnscope.network.nested import leaves
from nnscope.network.rerun import Rerun
from nnscope.network.silence import Silence, silenced
from nnscope.network.survey import survey

pytestmark = pytest.mark.usefixtures("one_core")


def changing(layer, turn, seen=None):
    """A visitor that hands on other values at a layer: each turn zeroes and doubles others."""

    def visit(call, output):
        if seen is not None:
            seen.append(call.name)
        if call.name != layer or not turn:
            return None
        dice = torch.rand(output.shape, generator=torch.Generator().manual_seed(turn)).to(output)
        return output * (dice > 0.3) + turn * (dice > 0.9)

    return visit


def run(again, visit):
    """The tensors a model returned."""
    return [tensor for _, tensor in leaves(again(visit), lambda _: True)]


def whole(model, x, visit):
    with untouched(model), torch.no_grad():
        return run(lambda visit: forward(model, x, visit), visit)


def same(ours, theirs):
    return len(ours) == len(theirs) and all(
        torch.equal(a, b) and a.dtype == b.dtype for a, b in zip(ours, theirs, strict=True)
    )


def agrees(model, x, layer, turns=4):
    """Run a model again and again, each time with other values at a layer; the one that ran it, at last."""
    again = Rerun(model, x, layer)
    for turn in (1, 0, *range(2, turns)):
        ours = run(again, changing(layer, turn))
        assert same(ours, whole(model, x, changing(layer, turn))), (layer, turn, again.refusal)
    return again


def layers(model, x):
    rows = survey(model, x, lambda *_: None).layers
    return [row.name for row in rows if row.viewable and not row.is_attention]


# -- networks -------------------------------------------------------------------------------


class VGG(nn.Sequential):
    """In-place ReLUs, which overwrite what was kept."""

    def __init__(self):
        parts = []
        for channels in (3, 5, 7):
            parts += [nn.Conv2d(channels, channels + 2, 3, padding=1), nn.ReLU(inplace=True)]
        super().__init__(*parts, nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(), nn.Linear(9 * 64, 5))


class UNet(nn.Module):
    """Reads a list of earlier features, and adds to them in place."""

    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList(
            [nn.Conv2d(3, 4, 3, 1, 1), nn.Conv2d(4, 4, 3, 2, 1), nn.Conv2d(4, 4, 3, 2, 1)]
        )
        self.up, self.head = nn.Conv2d(8, 4, 3, 1, 1), nn.Linear(4, 5)

    def forward(self, x):
        skips = []
        for part in self.down:
            x = part(x).relu_()
            skips.append(x)
        for skip in reversed(skips[:-1]):
            x = nn.functional.interpolate(x, scale_factor=2)
            skip.add_(0.5)
            x = self.up(torch.cat([x, skip], 1))
            skip.mul_(0)
        return self.head(x.mean((2, 3))), skips[0].mean()


class Shuffling(nn.Module):
    """Two halves that share memory; one of them is written to in place."""

    def __init__(self):
        super().__init__()
        self.conv, self.left, self.right = nn.Conv2d(3, 8, 3), nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)

    def forward(self, x):
        x = self.conv(x)
        a, b = x.chunk(2, 1)
        left = self.left(a)
        b.mul_(2)
        return torch.cat([left + x.mean(), self.right(b)], 1).mean((2, 3))


NETWORKS = {
    "resnet18": (torchvision.models.resnet18, 32, 1),
    "vgg": (VGG, 16, 1),
    "densenet": (lambda: torchvision.models.DenseNet(4, (2, 3), 8), 32, 1),
    "densenet121": (torchvision.models.densenet121, 32, 60),
    "vit": (lambda: timm.create_model("vit_tiny_patch16_224", img_size=48, depth=2), 48, 1),
    "convnext": (lambda: timm.create_model("convnext_atto", depths=(1, 1, 2, 1)), 32, 2),
    "swin": (lambda: timm.create_model("swin_tiny_patch4_window7_224", img_size=56, depths=(2, 2)), 56, 3),
    "googlenet": (lambda: torchvision.models.googlenet(init_weights=False), 32, 20),
    "shufflenet": (torchvision.models.shufflenet_v2_x0_5, 32, 15),
    "mobilenet": (torchvision.models.mobilenet_v3_small, 32, 20),
    "unet": (UNet, 16, 1),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_what_comes_after_any_layer_is_that_of_a_whole_pass(name):
    build, size, stride = NETWORKS[name]
    model, x = build(), torch.randn(1, 3, size, size)
    for layer in layers(model, x)[::stride]:
        again = agrees(model, x, layer, turns=3)
        assert again.refusal == "", layer  # none of these is refused
        assert again.nbytes > 0


def test_halves_that_share_memory_are_refused_or_right():
    model, x = Shuffling(), torch.randn(1, 3, 8, 8)
    refusals = {layer: agrees(model, x, layer).refusal for layer in layers(model, x)}
    assert "share" in refusals["left"]
    assert refusals["conv"] == refusals["cat"] == ""


def test_half_precision_and_a_batch():
    model, x = torchvision.models.DenseNet(4, (2, 3), 8).bfloat16(), torch.randn(3, 3, 32, 32).bfloat16()
    assert agrees(model, x, "features.denseblock2.denselayer1.norm1").refusal == ""


# -- what skips ------------------------------------------------------------------------------


class Steps(nn.Module):
    """Something before a layer, the layer, and a head that reads what came before it."""

    def __init__(self, before=lambda self, x: x, after=lambda self, x, early: x + early.mean()):
        super().__init__()
        self.first, self.layer, self.head = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 1), nn.Linear(4, 3)
        self.register_buffer("count", torch.zeros(1))
        self.cache, self.before, self.after = None, before, after

    def forward(self, x):
        early = self.before(self, self.first(x))
        return self.head(self.after(self, self.layer(early), early).mean((2, 3)))


def test_nothing_before_the_layer_runs_or_is_shown():
    from torch.utils._python_dispatch import TorchDispatchMode

    class Convolutions(TorchDispatchMode):
        def __init__(self):
            super().__init__()
            self.weights = []

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            if "convolution" in str(func):
                self.weights.append(args[1].shape[2])
            return func(*args, **(kwargs or {}))

    model, x, seen = Steps(), torch.randn(1, 3, 8, 8), []
    again = Rerun(model, x, "layer")
    ran = []
    for turn in range(4):
        with Convolutions() as mode:
            run(again, changing("layer", turn, seen))
        ran.append(mode.weights)
    assert ran == [[3, 1], [], [], []]  # the layer itself is not computed again either
    assert seen == ["first", *seen[1:5] * 4]
    assert seen[1] == "layer"


def grown(self, x):
    return x * 2 if x.mean() > 0 else x - 1


def asked(self, x):
    return x * x.max().item() + len(x) + float(x[0, 0, 0, 0])


def cached(self, x):
    if self.cache is None:
        self.cache = torch.arange(4.0).reshape(1, 4, 1, 1)
    return x + self.cache


def sorted_by_hand(self, x):
    order = x.mean((0, 2, 3)).argsort().tolist()
    return x[:, order]


def several(self, x):
    values, places = x.max(1, keepdim=True)
    return torch.where(places > 1, x, values.expand_as(x))


@pytest.mark.parametrize("before", [grown, asked, cached, sorted_by_hand, several])
@pytest.mark.parametrize("sign", [1, -1])
def test_control_flow_and_numbers_before_the_layer_are_as_they_were(before, sign):
    model, x = Steps(before), sign * torch.randn(1, 3, 8, 8)
    assert agrees(model, x, "layer").refusal == ""


class Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return torch.from_numpy(x.numpy() * 2)


def drawn(self, x):
    return x + torch.rand(1) + random.random()


def dropped(self, x):
    return nn.functional.dropout(x, 0.5, training=True)


def written(self, x):
    self.count += 1
    return x * self.count


def numpyed(self, x):
    return x * float(x.numpy().mean())


def logged(self, x):
    LOG[:] = [x]
    return x


LOG = []
REFUSED = {
    "chance": drawn,
    "dropout": dropped,
    "a buffer that is written": written,
    "out of sight": lambda self, x: Twice.apply(x),
    "numpy": numpyed,
    "kept outside": logged,
}


@pytest.mark.parametrize("name", REFUSED)
def test_without_a_tape_the_whole_model_runs(name):
    model, x = Steps(REFUSED[name]), torch.randn(1, 3, 8, 8)
    assert agrees(model, x, "layer").refusal
    if name == "kept outside":
        assert torch.equal(LOG[0], model.first(x))  # no blank tensor was left there
        LOG.clear()


def test_a_way_not_taken_before_leads_to_a_whole_pass():
    def after(self, x, early):
        return x + early if x.mean() > 100 else x

    model, x = Steps(after=after), torch.randn(1, 3, 8, 8)
    again = Rerun(model, x, "layer")
    for add in (0, 0, 1000, 0):

        def visit(call, output, add=add):
            return output + add if call.name == "layer" else None

        assert same(run(again, visit), whole(model, x, visit))
    assert again.refusal == "a replay took another way"


def test_chance_after_the_layer_is_real():
    model = Steps(after=lambda self, x, early: x + torch.rand(1) + early)
    assert agrees(model, torch.randn(1, 3, 8, 8), "layer").refusal == ""


@pytest.mark.parametrize("kind", ["register_forward_hook", "register_forward_pre_hook"])
@pytest.mark.parametrize("late", [False, True])
def test_hooks_of_the_users_see_no_blank_tensors(kind, late):
    model, x, seen = Steps(), torch.randn(1, 3, 8, 8), []
    again = Rerun(model, x, "layer")
    if late:
        for turn in range(3):
            run(again, changing("layer", turn))
    getattr(model.first, kind)(lambda module, args, *out: seen.append((*args, *out)[-1].sum()))
    for turn in range(3):
        ours = run(again, changing("layer", turn))
        assert same(ours, whole(model, x, changing("layer", turn)))
    assert len({float(value) for value in seen}) == 1
    assert len(seen) == 6


def test_other_weights_are_another_tape():
    model, x = Steps(), torch.randn(1, 3, 8, 8)
    again = Rerun(model, x, "layer")
    for turn in range(6):
        if turn == 3:
            with torch.no_grad():
                model.first.weight.mul_(2)
        ours = run(again, changing("layer", turn))
        assert same(ours, whole(model, x, changing("layer", turn)))
    assert again.refusal == ""


def test_a_tape_that_is_wrong_is_found_out(monkeypatch):
    """What proves a tape does not look away: spoil one kept tensor."""
    model, x = Steps(), torch.randn(1, 3, 8, 8)
    again = Rerun(model, x, "layer")
    run(again, changing("layer", 1))
    (kept,) = again._tape.kept.values()
    kept.values.view(-1)[3] += 1e-3
    ours = run(again, changing("layer", 2))
    assert same(ours, whole(model, x, changing("layer", 2)))
    assert again.refusal == "the tape computed something else"


def test_what_a_tape_keeps_is_bounded(monkeypatch):
    monkeypatch.setattr(recording, "MOST", 1000)
    model, x = Steps(), torch.randn(1, 3, 8, 8)
    again = agrees(model, x, "layer")
    assert "too much" in again.refusal
    assert again.nbytes == 0


def test_no_gradient_is_asked_for():
    model, x = Steps(), torch.randn(1, 3, 8, 8)
    again = Rerun(model, x, "layer")
    with torch.enable_grad():
        made = [again(changing("layer", turn)) for turn in range(3)]
    assert not any(output.requires_grad for output in made)


def test_an_interrupt_and_an_error_leave_the_tape_as_it_is():
    model, x = Steps(), torch.randn(1, 3, 8, 8)
    again = agrees(model, x, "layer")

    def strikes(call, output):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(again, strikes)
    ours = run(again, changing("layer", 2))
    assert same(ours, whole(model, x, changing("layer", 2)))
    assert again.refusal == ""


def test_scripted_parts_are_run():
    model = Steps()
    model.first = torch.jit.script(model.first)
    x = torch.randn(1, 3, 8, 8)
    agrees(model, x, "layer")
    assert module._looked_on(model)


def test_threads_that_silence_different_channels_share_a_tape():
    model, x = (
        nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3)).eval(),
        torch.randn(1, 3, 8, 8),
    )
    row = survey(model, x, lambda *_: None).layers[0]
    again = Rerun(model, x, "1")

    def ask(channels):
        silence = Silence(row, channels) if channels else None
        for turn in range(40):
            with silenced(silence):
                expected = whole(model, x, changing("1", turn))
                assert same(run(again, changing("1", turn)), expected)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(ask, [(), (1,), (0, 2)]))


class Scaled(nn.Module):
    """A network that multiplies by a number of its own, of which no fingerprint knows."""

    def __init__(self):
        super().__init__()
        self.conv, self.act, self.factor, self.padding = nn.Conv2d(3, 4, 3), nn.ReLU(), 1.0, 0

    def forward(self, x):
        wide = torch.nn.functional.pad(x, (self.padding,) * 4)
        return self.act(self.conv(wide) * self.factor).mean((2, 3)) + wide.mean()


@pytest.mark.parametrize("later", [{"factor": 3.0}, {"padding": 1}])
def test_other_numbers_before_the_layer_are_another_way(later):
    model, x = Scaled().eval(), torch.randn(1, 3, 8, 8)
    again = agrees(model, x, "act")
    assert not again.refusal
    for name, value in later.items():
        setattr(model, name, value)
    for turn in range(3):
        assert same(run(again, changing("act", turn)), whole(model, x, changing("act", turn)))
