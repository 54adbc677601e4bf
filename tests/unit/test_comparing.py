"""Two specimens: what differs, what does not, and what cannot be compared."""

import copy
import gc
import math

import numpy as np
import pytest
import torch
from torch import nn

import nnscope
from nnscope import errors
from nnscope.probe import Contrast, Probe, seen, several, sight
from nnscope.records import DifferenceTable, LayerDifference
from nnscope.tensors.quantize import quantize
from nnscope.tensors.summary import summarize

pytestmark = pytest.mark.usefixtures("one_core")


class Net(nn.Module):
    """Two blocks and a head; the second block may be another one, or not be there."""

    def __init__(self, second=None):
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(inplace=True))
        self.second = second or nn.Sequential(nn.Conv2d(6, 8, 3, padding=1), nn.ReLU(inplace=True))
        self.third = nn.Sequential(nn.LazyConv2d(5, 3, padding=1), nn.ReLU())
        self.head = nn.Linear(5, 4)

    def forward(self, x):
        return self.head(self.third(self.second(self.first(x))).mean((2, 3)))


def built(second=None):
    model = Net(second).eval()
    model(torch.zeros(1, 3, 16, 12))
    return model


def pruned(model, channel=3):
    """A copy with one channel of the second convolution cut out."""
    other = copy.deepcopy(model)
    with torch.no_grad():
        other.second[0].weight[channel] = 0
        other.second[0].bias[channel] = 0
    return other


@pytest.fixture
def x():
    return torch.randn(1, 3, 16, 12)


@pytest.fixture
def model():
    return built()


LAYERS = ["first.0", "first.1", "first", "second.0", "second.1", "second", "third.0", "third.1", "third"]


def test_the_same_model_twice_does_not_differ(model, x):
    table = Probe(model, x).compare(Probe(copy.deepcopy(model), x))
    assert [row.name for row in table] == LAYERS
    assert [row.change for row in table] == [0] * 9
    assert [row.correlation for row in table] == [pytest.approx(1)] * 9
    assert {(row.cka, row.sentence) for row in table} == {(None, "")}
    assert (table.images, table.done) == (1, 1)


def test_a_channel_that_was_cut_out_is_found(model, x):
    probe, other = Probe(pruned(model), x), Probe(model, x)
    table = probe.compare(other)
    assert [row.change for row in table[:3]] == [0, 0, 0]
    assert all(row.change > 0 for row in table[3:])
    channels = probe.compare(other, "second.0")
    assert channels.ranked(1) == [3]
    assert channels.change.nonzero().flatten().tolist() == [3]
    assert float(channels.change[3]) == 1  # it is gone
    assert (float(channels.this_mean[3]), float(channels.this_max[3])) == (0, 0)
    a, b = (each.activations("third.0").double().numpy() for each in (probe, other))
    np.testing.assert_allclose(
        probe.compare(other, "third.0").change,
        [np.linalg.norm(p - q) / np.linalg.norm(q) for p, q in zip(a, b, strict=True)],
        rtol=1e-6,
    )
    found = table["third.0"]
    assert found.change == pytest.approx(np.linalg.norm(a - b) / np.linalg.norm(b))
    assert found.correlation == pytest.approx(np.corrcoef(a.ravel(), b.ravel())[0, 1])
    assert table.ranked()[0].change == max(row.change for row in table)


def test_numbers_of_a_channel_are_those_of_both(model, x):
    probe, other = Probe(model, x), Probe(model, x + 1)
    channels = probe.compare(other, "first.0")
    for key in ("mean", "max"):
        assert torch.equal(getattr(channels, f"this_{key}"), getattr(probe.stats("first.0"), key))
        assert torch.equal(getattr(channels, f"other_{key}"), getattr(other.stats("first.0"), key))


def test_layers_that_are_not_the_same_have_a_sentence(model, x):
    other = built(nn.Sequential(nn.Conv2d(6, 8, 3), nn.Tanh(), nn.Flatten(1, 2), nn.Unflatten(1, (8, -1))))
    contrast = Contrast(Probe(model, x, name="A"), Probe(other, x, name="B"))
    table = contrast.table()
    assert table["second.0"] == LayerDifference("second.0", sentence="8 × 16 × 12 in A, 8 × 14 × 10 in B.")
    assert [row.name for row in table.common] == ["first.0", "first.1", "first"]
    assert [row.name for row in contrast.layers] == ["first.0", "first.1", "first"]
    alone = built(nn.Conv2d(6, 6, 1))
    table = Probe(model, x, name="A").compare(Probe(alone, x, name="B"))
    assert table["second.1"].sentence == "B has no such layer."
    back = Probe(alone, x, name="B").compare(Probe(model, x, name="A"))
    assert [row.name for row in back][-2:] == ["second.0", "second.1"]
    assert back["second.1"].sentence == "B has no such layer."
    assert "6 of 9 layers in common" in table._repr_html_()
    with pytest.raises(errors.OptionError, match=r"'second.0' cannot be compared: 8 × 16 × 12 in A"):
        contrast.activations("second.0")
    with pytest.raises(errors.LayerNotFoundError, match="no layer 'secnd'"):
        contrast.summary("secnd")


def test_two_that_have_nothing_in_common_have_sentences_alone(model, x):
    table = Probe(model, x).compare(Probe(nn.Sequential(nn.Conv2d(3, 2, 1)), x))
    assert table.common == ()
    assert table.ranked() == []
    assert all(row.sentence for row in table)


def test_half_precision_against_full(model, x):
    small = copy.deepcopy(model).to(torch.bfloat16)
    contrast = Contrast(Probe(small, x), Probe(model, x))
    assert contrast.activations("second.0").dtype == torch.float32
    table = contrast.table()
    assert all(0 < row.change < 0.02 for row in table)
    assert all(row.correlation > 0.999 for row in table)


def test_only_probes_are_compared(model, x):
    with pytest.raises(errors.OptionError, match="not with a Net"):
        Probe(model, x).compare(model)


# -- pictures -------------------------------------------------------------------------------


@pytest.fixture
def contrast(model, x):
    return Contrast(Probe(model, x), Probe(model, x + 0.3 * torch.randn(1, 3, 16, 12)))


def test_pictures_of_a_contrast_are_those_of_the_difference(contrast):
    apart = contrast.this.activations("second") - contrast.other.activations("second")
    assert torch.equal(contrast.activations("second"), apart)
    assert torch.equal(contrast.channel("second", 2), apart[2])
    for found, expected in (
        (contrast.tiles("second", [5, 1]), quantize(apart[[5, 1]])),
        (contrast.summary("second").codes, summarize(apart).codes),
        (contrast.thumbs([("second", 2)], (4, 4)), quantize(summarize(apart).thumb(2, (4, 4))[None])),
    ):
        assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))
    assert torch.equal(contrast.stats("second").max, apart.amax((1, 2)))


def test_what_is_at_hand_runs_no_model(contrast, monkeypatch):
    seen._values.discard(contrast.other._key)
    assert not contrast.at_hand("second")
    contrast.summary("second")
    assert contrast.at_hand("second")
    monkeypatch.setattr(Net, "forward", lambda self, x: 1 / 0)
    contrast.summary("second")
    with pytest.raises(errors.ForwardError):
        contrast.summary("first")


def test_a_model_that_changed_is_compared_anew(model, x):
    contrast = Contrast(Probe(model, x), Probe(copy.deepcopy(model), x))
    assert not contrast.stats("second").max.any()
    assert contrast.table()["second"].change == 0
    with torch.no_grad():
        contrast.other.model.second[0].weight.mul_(2)
    assert not contrast.at_hand("second")
    assert contrast.stats("second").max.any()
    assert contrast.channels("second").change.any()
    assert contrast.table()["second"].change > 0
    assert contrast.epoch == 1


def test_what_is_kept_goes_with_the_contrast(model, x):
    contrast = Contrast(Probe(model, x), Probe(model, x + 1))
    key = contrast._key
    contrast.summary("second")
    contrast.channels("second")
    contrast.table()

    def kept():
        return [entry for entry in (*seen._values._items, *seen._summaries._items) if entry[0] == key]

    assert len(kept()) == 3
    del contrast
    gc.collect()
    assert kept() == []


def test_a_silenced_channel_is_a_difference(model, x):
    from nnscope.network.silence import Silence

    probe = Probe(model, x)
    silent = probe.altered(silence=Silence(probe.layers["second.0"], (3,)))
    assert silent.compare(probe, "second.0").ranked(1) == [3]
    assert silent.compare(probe)["first"].change == 0


def test_large_layers_are_compared_in_a_few_passes(monkeypatch):
    layer = 4 * 8 * 16 * 16
    monkeypatch.setattr(sight, "AHEAD", 4 * layer)
    monkeypatch.setattr(seen._values, "capacity", 12 * layer)
    big = nn.Sequential(*(nn.Conv2d(8, 8, 1) for _ in range(30)))
    runs = []
    big[0].register_forward_hook(lambda *_: runs.append(1))
    contrast = Contrast(*(Probe(big, torch.randn(1, 8, 16, 16)) for _ in range(2)))
    for key in (contrast.this._key, contrast.other._key):
        seen._values.discard(key)
    del runs[:]
    assert len(contrast.table()) == 30
    assert len(runs) == 2 * math.ceil(30 / 4)
    assert seen._values.nbytes <= 12 * layer


def test_the_table_grows_and_an_error_in_progress_ends_the_work(model, x):
    probe, other = Probe(model, x), Probe(model, x + 1)
    steps = []
    table = probe.compare(other, progress=steps.append)
    assert [len(step) for step in steps] == list(range(1, 10))
    assert [step.done for step in steps] == sorted({step.done for step in steps})
    assert list(steps[-1]) == list(table)
    with pytest.raises(ZeroDivisionError):
        probe.compare(other, progress=lambda _: 1 / 0)


def test_an_attention_map_is_compared_as_one_patch_sees_it(x):
    class Attending(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches, self.qkv = nn.Conv2d(3, 8, 4, 4), nn.Linear(8, 24)

        def forward(self, x):
            tokens = self.patches(x).flatten(2).transpose(1, 2)
            q, k, v = self.qkv(tokens).reshape(1, 12, 3, 2, 4).permute(2, 0, 3, 1, 4).unbind(0)
            return nn.functional.scaled_dot_product_attention(q, k, v).mean((1, 2))

    model = Attending()
    contrast = Contrast(Probe(model, x), Probe(model, -x))
    name = next(row.name for row in contrast.layers if row.is_attention) + "@2,1"
    apart = contrast.this.activations(name) - contrast.other.activations(name)
    assert apart.any()
    assert torch.equal(contrast.activations(name), apart)
    assert contrast.channels(name).layer == name
    assert contrast.table()[name.partition("@")[0]].change > 0


# -- several images -------------------------------------------------------------------------


def features(model, images, layer):
    return torch.stack([nnscope.activations(model, image, layer) for image in images]).double().numpy()


def cka(x, y):
    x, y = (v.reshape(len(v), -1) - v.reshape(len(v), -1).mean(0) for v in (x, y))
    return np.linalg.norm(y.T @ x) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))


@pytest.mark.parametrize("held", [several.HELD, 2 * 5 * 4 * 16 * 12 * 3, 1])
def test_several_images_agree_with_numpy(model, monkeypatch, held):
    """In groups of several layers, of three channels, of one."""
    monkeypatch.setattr(several, "HELD", held)
    images = [torch.randn(1, 3, 16, 12) for _ in range(5)]
    other = built()
    steps = []
    table = nnscope.differences(model, other, images, progress=steps.append)
    assert [row.name for row in table] == LAYERS
    assert (table.images, table.done, steps[-1].done) == (5, 1, 1)
    for row in (table["first.0"], table["second"], table["third.1"]):
        a, b = features(model, images, row.name), features(other, images, row.name)
        apart = [np.linalg.norm(p - q) / np.linalg.norm(q) for p, q in zip(a, b, strict=True)]
        alike = [np.corrcoef(p.ravel(), q.ravel())[0, 1] for p, q in zip(a, b, strict=True)]
        assert row.change == pytest.approx(np.mean(apart))
        assert row.correlation == pytest.approx(np.mean(alike))
        assert row.cka == pytest.approx(cka(a, b))


def test_two_images_have_no_cka_and_one_is_one_specimen(model, x):
    other = pruned(model)
    pair = nnscope.differences(model, other, [x, x + 1])
    assert {row.cka for row in pair} == {None}
    one = Probe(model, x).compare(Probe(other, x))
    assert list(nnscope.differences(model, other, [x])) == list(one)
    assert list(nnscope.differences(model, other, x[0])) == list(one)
    assert list(nnscope.differences(model, other, torch.cat([x, x + 1]))) == list(pair)


def test_the_same_model_tells_images_apart_alike(model):
    table = nnscope.differences(model, model, torch.randn(4, 3, 16, 12))
    assert [row.cka for row in table] == [pytest.approx(1)] * 9
    assert [row.change for row in table] == [0] * 9


def test_images_of_several_sizes_are_refused_in_a_sentence(model, x):
    with pytest.raises(errors.ImageError, match=r"Image 1 gives Net an input of \[3, 8, 8\]"):
        nnscope.differences(model, model, [x, torch.randn(1, 3, 8, 8)])
    with pytest.raises(errors.ImageError, match="There is no image"):
        nnscope.differences(model, model, [])


def test_a_layer_that_does_not_run_on_every_image_has_a_sentence(model):
    class Moody(Net):
        def forward(self, x):
            x = self.first(x)
            return self.head(
                self.third(self.second(x) if x.sum() < 1e3 else torch.cat([x, x], 1)).mean((2, 3))
            )

    moody = Moody(nn.Conv2d(6, 12, 1)).eval()
    moody(torch.zeros(1, 3, 16, 12))
    images = [torch.randn(1, 3, 16, 12), torch.randn(1, 3, 16, 12), torch.full((1, 3, 16, 12), 1e5)]
    table = nnscope.differences(moody, moody, images)
    assert table["second"].sentence == "Moody does not run it alike on every image."
    assert table["third"].cka is not None


# -- the table ------------------------------------------------------------------------------


def test_a_table_is_indexed_ranked_and_shown():
    rows = [
        LayerDifference("a", 0.25, 0.5, None),
        LayerDifference("<b>", math.inf, None, 0.75),
        LayerDifference("c", sentence="Two has no such layer."),
    ]
    table = DifferenceTable(rows, ("One", "<i>Two"), images=3)
    assert table[0] is table["a"]
    assert "a" in table
    assert "d" not in table
    assert [row.name for row in table.ranked()] == ["<b>", "a"]
    assert [row.name for row in table.ranked(1)] == ["<b>"]
    html = table._repr_html_()
    assert "<code>&lt;b&gt;</code>" in html
    assert "One − &lt;i&gt;Two: 2 of 3 layers in common · 3 images" in html
    assert repr(table).splitlines()[1].split() == ["a", "0.25", "0.5"]
    frame = table.to_pandas()
    assert frame.loc["a", "change"] == 0.25
    assert frame.loc["c", "sentence"] == "Two has no such layer."
    with pytest.raises(errors.LayerNotFoundError, match="Neither One nor <i>Two has a layer 'd'"):
        table["d"]


def test_channels_are_ranked_with_unknown_ones_left_out(model, x):
    channels = Probe(model, x).compare(Probe(model, x), "first")
    channels.change[:] = torch.tensor([0.5, math.nan, math.inf, 0.5, 0, 0.75])
    assert channels.ranked() == [2, 5, 0, 3, 4]
    assert channels.ranked(2) == [2, 5]
    assert list(channels.to_pandas().columns)[:2] == ["change", "correlation"]
    assert len(channels.to_pandas()) == 6
