import copy
import gc

import numpy as np
import pytest
import torch
from torch import nn

import nnscope
from nnscope import errors
from nnscope.probe import Probe, sight as module


def net(classes=5, *, softmax=False):
    layers = [
        nn.Conv2d(3, 4, 3, padding=1),
        nn.BatchNorm2d(4),
        nn.ReLU(inplace=True),
        nn.AdaptiveAvgPool2d(2),
    ]
    layers += [nn.Flatten(), nn.Linear(16, classes)] + [nn.Softmax(1)] * softmax
    return nn.Sequential(*layers)


@pytest.fixture
def x():
    return torch.randn(1, 3, 8, 8)


@pytest.fixture
def probe(x):
    return Probe(net(), x, labels=["ant", "bee", "big cat", "cat", "dog"])


def test_one_liners_agree_with_the_probe(x):
    model = net()
    probe = Probe(model, x)
    assert torch.equal(nnscope.activations(model, x, "2"), probe.activations("2"))
    assert torch.equal(nnscope.cam(model, x, layer="0", target=1).raw, probe.cam("0", 1).raw)
    assert [row.name for row in nnscope.layers(model, x)] == ["0", "1", "2", "3", "4", "5"]


def test_activations_are_the_callers_to_change(probe):
    first = probe.activations("0")
    first.zero_()
    assert probe.activations("0").any()


def test_the_default_layer_of_a_map_is_the_last_with_more_than_one_cell(probe):
    assert probe.cam().layer == "3"


def test_targets_are_indices_labels_or_functions(probe):
    by_index = probe.cam("0", 4)
    assert torch.equal(probe.cam("0", "dog").raw, by_index.raw)
    assert torch.equal(probe.cam("0", np.int64(4)).raw, by_index.raw)
    called = probe.cam("0", lambda out: out[0, 4])
    assert torch.equal(called.raw, by_index.raw)
    assert (called.target, called.label, by_index.label) == (None, "the target function", "dog")
    assert probe.cam("0").target == probe.predictions(1)[0].index


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (5, "classes 0 to 4; 5 is none"),
        (-1, "classes 0 to 4"),
        (True, "classes 0 to 4"),
        (1.5, "classes 0 to 4"),
        ("fish", "fish"),
        (lambda out: out, r"a Tensor of shape \(1, 5\); it must return a scalar"),
        (lambda out: 3, "returned a int"),
        (lambda out: out[7], "raised IndexError"),
    ],
)
def test_a_target_that_is_none_is_refused_in_a_sentence(probe, target, words):
    with pytest.raises(errors.TargetError, match=words):
        probe.cam("0", target)


def test_unknown_names_and_options_are_refused_in_a_sentence(probe):
    with pytest.raises(errors.LayerNotFoundError, match="no layer '9'"):
        probe.activations("9")
    with pytest.raises(errors.OptionError, match=r"output shape \[5\], in which no picture is known"):
        probe.activations("5")
    with pytest.raises(errors.ChannelNotFoundError, match="channels 0 to 3, not 4"):
        probe.channel("0", 4)
    with pytest.raises(errors.OptionError, match="no method 'gradcamm'; did you mean 'gradcam'"):
        probe.cam("0", method="gradcamm")
    with pytest.raises(errors.OptionError, match="ranked by 'best'"):
        probe.strongest("0", by="best")


@pytest.mark.parametrize("by", ["max", "mean", "std", "l2", "active"])
def test_strongest_agrees_with_a_sort_of_the_values(probe, by):
    a = probe.activations("0").double()
    measure = {
        "max": a.amax((1, 2)),
        "mean": a.mean((1, 2)),
        "std": a.std((1, 2), correction=0),
        "l2": a.square().sum((1, 2)),
        "active": (a > 0).double().mean((1, 2)),
    }[by]
    ranked = probe.strongest("0", by, 4)
    assert measure[ranked].tolist() == sorted(measure.tolist(), reverse=True)
    assert probe.strongest("0", by) == ranked[:1]


def test_strongest_by_share_follows_the_map(probe):
    shares = probe.cam("0").shares
    assert probe.strongest("0", "share", 4) == shares.argsort(descending=True).tolist()


def test_the_model_is_run_again_once_its_weights_have_changed(probe):
    before = probe.activations("0")
    with torch.no_grad():
        probe.model[0].weight.mul_(2)
    after = probe.activations("0")
    assert probe.epoch == 1
    bias = probe.model[0].bias.detach()[:, None, None]
    torch.testing.assert_close(after - bias, 2 * (before - bias))
    probe.stats("0")
    assert probe.epoch == 1


def test_a_softmax_in_the_head_is_pointed_out(x):
    probe = Probe(net(softmax=True), x)
    chances = [row.probability for row in probe.predictions(5)]
    assert sum(chances) == pytest.approx(1)
    assert chances == pytest.approx([row.logit for row in probe.predictions(5)])
    assert "softmax" in probe.note
    assert "softmax" in probe.cam("0").doubt


def test_a_map_whose_contributions_are_all_negative_says_so(x):
    model = nn.Sequential(
        nn.Conv2d(3, 1, 1), nn.Sigmoid(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 2)
    )
    with torch.no_grad():
        model[4].weight.copy_(torch.tensor([[-1.0], [0.0]]))
    probe = Probe(model, x)
    assert "argues against" in probe.cam("1", 0).doubt
    assert "every gradient is zero" in probe.cam("1", 1).doubt


def test_a_layer_that_no_gradient_reaches_has_no_map(x):
    class Aside(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.unused = nn.Conv2d(3, 5, 1), nn.Conv2d(3, 5, 1)

        def forward(self, x):
            self.unused(x)
            return self.used(x).mean((2, 3))

    probe = Probe(Aside(), x)
    assert list(probe.cams()) == ["used"]
    with pytest.raises(errors.TargetError, match="No gradient of the target reaches layer 'unused'"):
        probe.cam("unused")


def test_an_output_that_is_no_class_scores_asks_for_a_callable(x):
    probe = Probe(nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU()), x)
    assert probe.labels == []
    with pytest.raises(errors.TargetError, match="pass target= a function"):
        probe.predictions()
    with pytest.raises(errors.TargetError, match="pass target= a function"):
        probe.cam("0")
    assert probe.cam("0", lambda out: out[0, 1].mean()).raw.shape == (8, 8)


@pytest.mark.parametrize(
    "wrap",
    [lambda y: {"logits": y}, lambda y: (y, "aux"), lambda y: type("Output", (), {"logits": y})()],
    ids=["mapping", "tuple", "dataclass"],
)
def test_scores_are_found_in_what_classifiers_return(x, wrap):
    class Wrapped(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net()

        def forward(self, x):
            return wrap(self.net(x))

    model = Wrapped()
    assert Probe(model, x).predictions(1)[0].logit == pytest.approx(model.net.eval()(x).max().item())


def test_a_model_without_a_feature_map_is_refused_with_what_it_has(x):
    with pytest.raises(errors.ModelError, match=r"no layer whose output is a picture, .*0 \[192\], 1 \[2\]"):
        Probe(nn.Sequential(nn.Flatten(), nn.Linear(192, 2)), x)


def test_outputs_that_are_not_one_picture_have_none(x):
    class Regions(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.cut = nn.Conv2d(3, 4, 1), nn.Identity()

        def forward(self, x):
            y = self.conv(x)
            self.cut(torch.cat([y, y]))  # [2, 4, 8, 8]: two regions
            self.cut(y[0] * 2)  # [4, 8, 8]: no batch, but one picture
            return y

    rows = Probe(Regions(), x).layers
    assert [row.name for row in rows.viewable] == ["conv", "mul", "cut:2"]
    assert {row.shape for row in rows if row.name.startswith("cut")} == {(2, 4, 8, 8), (4, 8, 8)}
    assert rows["cut:2"].picture == (4, 8, 8)


def test_the_models_own_error_is_kept_as_the_cause(x):
    model = nn.Sequential(nn.Conv2d(3, 2, 1), nn.Flatten(), nn.Linear(7, 2))
    with pytest.raises(errors.ForwardError, match="Sequential raised RuntimeError") as caught:
        Probe(model, x)
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_values_that_are_not_finite_are_counted_and_ranked_last(x):
    model = net()
    with torch.no_grad():
        model[0].bias[1] = torch.nan
    probe = Probe(model, x)
    assert probe.stats("0").nonfinite.tolist() == [0, 64, 0, 0]
    assert probe.strongest("0", k=4)[-1] == 1
    assert "not finite" in probe.cam("0", 0).doubt


def state(model):
    return {
        "values": {name: value.clone() for name, value in model.state_dict().items()},
        "training": [m.training for m in model.modules()],
        "grads": [(p.requires_grad, p.grad) for p in model.parameters()],
        "hooks": [
            (len(m._forward_hooks), len(m._forward_pre_hooks), len(m._backward_hooks))
            for m in model.modules()
        ],
        "random": torch.get_rng_state(),
    }


def same(a, b):
    return (
        all(torch.equal(a["values"][name], b["values"][name]) for name in a["values"])
        and all(x[0] == y[0] and x[1] is y[1] for x, y in zip(a["grads"], b["grads"], strict=True))
        and torch.equal(a["random"], b["random"])
        and (a["training"], a["hooks"]) == (b["training"], b["hooks"])
    )


CALLS = {
    "construct": lambda p: Probe(p.model, p.specimen.input),
    "layers": lambda p: p.layers,
    "activations": lambda p: p.activations("0"),
    "predictions": lambda p: p.predictions(),
    "strongest": lambda p: p.strongest("0", by="share"),
    "cam": lambda p: p.cam("0"),
    "cams": lambda p: p.cams(1),
    "unknown layer": lambda p: p.activations("9"),
    "bad target": lambda p: p.cam("0", lambda out: 1 / 0),
    "fails": lambda p: Probe(p.model, torch.zeros(1, 4, 8, 8)),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("mode", ["train", "eval", "frozen"])
def test_the_model_leaves_as_it_came(x, call, mode):
    model = net()
    model.train(mode == "train").requires_grad_(mode != "frozen")
    model[0].bias.grad = torch.ones(4)
    probe = Probe(model, x)
    module._values.discard(probe._key)
    module._summaries.discard(probe._key)
    before = state(model)
    try:
        CALLS[call](probe)
    except errors.NnscopeError:
        assert call in ("unknown layer", "bad target", "fails")
    assert same(before, state(model))


@pytest.mark.parametrize(
    ("raised", "seen"), [(KeyboardInterrupt, KeyboardInterrupt), (ValueError, errors.ForwardError)]
)
def test_an_error_in_the_middle_of_the_network_leaves_the_model_as_it_came(x, raised, seen):
    model = net().train()
    probe = Probe(model, x)
    module._values.discard(probe._key)

    def interrupt(*_):
        raise raised

    handle = model[2].register_forward_hook(interrupt)
    before = state(model)
    for call in (lambda: probe.activations("3"), lambda: probe.cams(0), lambda: Probe(model, x)):
        with pytest.raises(seen):
            call()
        assert same(before, state(model))
    handle.remove()


def test_another_device_gets_a_copy(x):
    model = net()
    assert Probe(model, x, device="cpu").model is model
    moved = Probe(copy.deepcopy(model), x, device=torch.device("cpu", 0))
    assert torch.equal(moved.activations("0"), Probe(model, x).activations("0"))


def test_half_precision_models_get_half_precision_inputs(x):
    probe = Probe(net().to(torch.bfloat16), x)
    assert probe.activations("0").dtype == torch.bfloat16
    assert probe.cam("0", 0).raw.dtype == torch.float32


def test_what_is_kept_stays_below_the_cap_and_goes_with_the_probe(x):
    big = nn.Sequential(*(nn.Conv2d(8, 8, 1) for _ in range(60)))  # 60 layers of 8 MB
    probe = Probe(big, torch.randn(1, 8, 512, 512))
    kept = module._values.nbytes + module._summaries.nbytes
    assert kept <= 256 * module.MEGABYTE
    key = probe._key
    assert any(entry[0] == key for entry in module._values._items)
    del probe
    gc.collect()
    assert not any(entry[0] == key for entry in (*module._values._items, *module._summaries._items))


def test_maps_of_large_layers_are_made_a_few_at_a_time(x, monkeypatch):
    from nnscope.attribution import bench as module

    model = net()
    whole = Probe(model, x)
    assert whole.bench.at_once
    expected = whole.cams(1)
    monkeypatch.setattr(module, "AT_ONCE", 4 * 8 * 8 * 4)  # one layer
    passes = []
    real = module.layer_maps
    monkeypatch.setattr(module, "layer_maps", lambda *args: passes.append(args) or real(*args))
    probe = Probe(model, x)
    assert not probe.bench.at_once
    made = probe.cams(1)
    assert len(passes) > 1
    assert made.keys() == expected.keys()
    assert all(torch.equal(made[name].raw, expected[name].raw) for name in made)
