"""Channels that fall silent: what is refused, what is kept, and how the work goes on."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from nnscope import Unit, errors
from nnscope.probe import Probe
from nnscope.records import Heatmap


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 5, 3), nn.Conv2d(5, 20, 3)
        self.head = nn.Linear(20, 4)

    def forward(self, x):
        x = self.conv1(x).relu()
        return self.head(self.conv2(x).relu().mean((2, 3)))


@pytest.fixture
def model():
    return Net().eval()


@pytest.fixture
def probe(model):
    return Probe(model, torch.randn(1, 3, 10, 10))


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        (("conv3", 0, 0), errors.LayerNotFoundError, "did you mean"),
        (("head", 0, 0), errors.OptionError, "head"),
        (("conv1", 5, 0), errors.ChannelNotFoundError, "channels 0 to 4, not 5"),
        (("conv1", [0, -1], 0), errors.ChannelNotFoundError, "not -1"),
        (("conv1", [0, 1.0], 0), errors.OptionError, "whole number, not 1.0"),
        (("conv1", [True, False], 0), errors.OptionError, "whole number, not True"),
        (("conv1", "12", 0), errors.OptionError, "whole number, not '12'"),
        (("conv1", None, 0), errors.OptionError, "whole number, not None"),
        (("conv1", 1, math.nan), errors.OptionError, "finite number"),
        (("conv1", 1, -math.inf), errors.OptionError, "finite number"),
        (("conv1", 1, 1e39), errors.OptionError, "finite number"),
        (("conv1", 1, True), errors.OptionError, "finite number"),
        (("conv1", 1, "median"), errors.OptionError, "not 'median'"),
        (("conv1", 1, torch.zeros(5, 8, 8)), errors.OptionError, "finite number"),
    ],
)
@pytest.mark.parametrize("ask", ["silenced", "ablate"])
def test_what_cannot_be_silenced_is_refused_in_a_sentence(probe, ask, asked, error, said):
    with pytest.raises(error, match=said) as caught:
        getattr(probe, ask)(*asked)
    assert "\n" not in str(caught.value)


def test_another_probe_must_have_such_a_layer(model, probe):
    with pytest.raises(errors.OptionError, match="of the other probe is 5 × 4 × 4, here 5 × 8 × 8"):
        probe.silenced("conv1", 1, Probe(model, torch.randn(1, 3, 6, 6)))
    with pytest.raises(errors.LayerNotFoundError):
        probe.ablate("conv1", 1, Probe(nn.Sequential(nn.Conv2d(3, 5, 3)), torch.randn(1, 3, 10, 10)))


def test_attention_maps_are_refused():
    class Attends(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches, self.head = nn.Conv2d(3, 8, 4, 4), nn.Linear(8, 3)

        def forward(self, x):
            x = self.patches(x).flatten(2).transpose(1, 2)
            x = (x @ x.transpose(1, 2)).softmax(-1) @ x
            return self.head(x.mean(1))

    probe = Probe(Attends(), torch.randn(1, 3, 16, 16))
    name = next(row.name for row in probe.layers if row.is_attention)
    for ask in (probe.silenced, probe.ablate):
        with pytest.raises(errors.OptionError, match="attention map"):
            ask(name, 0)
    with pytest.raises(errors.OptionError, match="attention map"):
        probe.effects(name)


def test_channels_may_be_any_whole_numbers(probe):
    expected = probe.ablate("conv2", [3, 11])
    for channels in ((11, 3, 3), np.array([3, 11]), torch.tensor([11, 3]), {3, 11}, iter([3, 11])):
        assert probe.ablate("conv2", channels) == expected
    assert probe.ablate("conv2", 3) == probe.ablate("conv2", torch.tensor(3)) == probe.ablate("conv2", [3])
    assert probe.ablate("conv2", []) == probe.predictions(4)


def test_ablate_tells_of_all_classes_falling(probe):
    rows = probe.ablate("conv2", range(20))
    assert sorted(row.index for row in rows) == [0, 1, 2, 3]
    assert [row.logit for row in rows] == sorted((row.logit for row in rows), reverse=True)
    assert {row.logit for row in rows} == set(probe.model.head.bias.tolist())  # nothing else is left
    assert sum(row.probability for row in rows) == pytest.approx(1)


def test_without_class_scores_there_is_nothing_to_ablate():
    probe = Probe(nn.Sequential(nn.Conv2d(3, 4, 3)), torch.randn(1, 3, 6, 6))
    with pytest.raises(errors.TargetError):
        probe.ablate("0", 1)
    effects = probe.effects("0", lambda out: out.sum())
    assert torch.allclose(effects.effects, probe.activations("0").sum((1, 2)), atol=1e-4)


def test_what_is_silenced_anew_takes_the_place_of_what_was(probe):
    again = probe.silenced("conv1", [0, 1]).silenced("conv2", 4)
    assert again.predictions(4) == probe.ablate("conv2", 4)
    assert torch.equal(again.activations("conv1"), probe.activations("conv1"))


def test_the_probe_itself_hears_all_channels_still(probe):
    before = probe.predictions(4)
    probe.silenced("conv1", range(5)).cam("conv2", 1)
    assert probe.predictions(4) == before


def test_a_silenced_probe_follows_the_weights(probe):
    silent = probe.silenced("conv1", 2)
    with torch.no_grad():
        probe.model.head.weight.mul_(2)
    fresh = Probe(probe.model, probe.specimen.input).silenced("conv1", 2)
    assert silent.predictions(4) == fresh.predictions(4)
    assert probe.ablate("conv1", 2) == fresh.predictions(4)


# -- effects --------------------------------------------------------------------------------


def test_effects_grow_and_are_whole_at_last(probe):
    steps = list(probe.scanning("conv2", 1))
    assert [step.done for step in steps] == [0.8, 1]
    assert steps[0].effects[:16].isfinite().all()
    assert steps[0].effects[16:].isnan().all()
    assert "16 of 20 channels" in steps[0].sentence
    assert torch.equal(steps[0].effects[:16], steps[1].effects[:16])
    last = steps[-1]
    assert (last.layer, last.label, last.target, last.unit) == ("conv2", "class 1", 1, None)
    assert last.sentence == "logit of class 1 less what is left of it with one channel of conv2 at 0"
    assert "its mean" in probe.effects("conv2", 1, "mean").sentence
    for k in (0, 17):
        left = next(row.logit for row in probe.ablate("conv2", k) if row.index == 1)
        assert float(last.effects[k]) == pytest.approx(last.whole - left, abs=1e-5)


def test_effects_are_kept_and_left_off(probe):
    runs = []
    handle = probe.model.conv1.register_forward_hook(lambda *_: runs.append(1))
    next(probe.scanning("conv2", 1))
    left_off = len(runs)
    whole = probe.effects("conv2", 1)
    runs.clear()
    assert probe.effects("conv2", 1) is whole
    assert runs == []
    assert left_off <= 4
    handle.remove()


def test_progress_may_end_the_work(probe):
    def enough(step):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        probe.effects("conv2", 1, progress=enough)


def test_effects_on_a_unit_a_function_and_the_values_of_another(model, probe):
    unit = Unit("conv2", 3, (1, 2))
    effects = probe.effects("conv1", unit)
    assert (effects.unit, effects.target) == (unit, None)
    without = probe.silenced("conv1", 4).activations("conv2")[3, 1, 2]
    assert float(effects.effects[4]) == pytest.approx(effects.whole - float(without), abs=1e-5)
    function = probe.effects("conv2", lambda out: out[0, 2])
    assert torch.allclose(function.effects, probe.effects("conv2", 2).effects, atol=1e-5)
    other = Probe(model, torch.randn(1, 3, 10, 10))
    exchanged = probe.effects("conv2", 2, other)
    left = next(row.logit for row in probe.ablate("conv2", 7, other) if row.index == 2)
    assert float(exchanged.effects[7]) == pytest.approx(exchanged.whole - left, abs=1e-5)
    assert probe.effects("conv1", Unit("conv1", 2)).effects.nonzero().flatten().tolist() == [2]


def test_channels_are_ranked_by_their_effect(probe):
    effects = probe.effects("conv2").effects
    assert probe.strongest("conv2", by="effect", k=20) == effects.argsort(descending=True).tolist()


# -- shares ---------------------------------------------------------------------------------


def test_relative_shares_sum_to_one_without_their_signs(probe):
    heatmap = probe.cam("conv2", 1)
    relative = heatmap.relative_shares
    assert float(relative.abs().sum()) == pytest.approx(1)
    assert torch.allclose(relative * heatmap.shares.abs().sum(), heatmap.shares)
    assert probe.attribute(1).relative_shares is None
    blank = {"raw": torch.zeros(1, 1), "method": "gradcam", "layer": "", "target": 0, "label": ""}
    none = Heatmap(**blank, weights=None, shares=torch.zeros(3), provenance={}, drawn=torch.zeros(1, 1))
    assert none.relative_shares.tolist() == [0, 0, 0]
