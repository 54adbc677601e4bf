"""A probe of another image equals one made anew."""

import pytest
import torch
from PIL import Image
from torch import nn

from nnscope.errors import ImageError, OptionError
from nnscope.network.silence import Silence
from nnscope.probe import Probe

LABELS = list("abcde")


class Net(nn.Module):
    def __init__(self, channels=3):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(channels, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.relu, self.deep = nn.ReLU(inplace=True), nn.Conv2d(4, 6, 3)
        self.head = nn.Linear(6, 5)
        self.runs = 0

    def forward(self, x):
        self.runs += 1
        x = self.relu(self.norm(self.conv(x)))
        return self.head(torch.relu_(self.deep(x)).mean((2, 3)))


def same(one, other):
    assert [row.name for row in one.layers] == [row.name for row in other.layers]
    for row in one.layers.viewable:
        assert torch.equal(one.activations(row.name), other.activations(row.name)), row.name
        assert torch.equal(one.stats(row.name).mean, other.stats(row.name).mean), row.name
    assert one.predictions() == other.predictions()
    for name, heatmap in one.cams(1).items():
        assert torch.equal(heatmap.raw, other.cams(1)[name].raw), name
    assert torch.equal(one.attribute(1).raw, other.attribute(1).raw)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(12, 12), (9, 16)])
def test_an_edited_probe_is_a_fresh_one_of_the_same_tensor(one_core, size, channels, dtype):
    model = Net(channels).to(dtype)
    probe = Probe(model, torch.randn(channels, *size, dtype=dtype))
    before = probe.activations("deep")
    edits = probe.edits()
    for step in (
        lambda: edits.stroke("blur", [(3, 3), (8, 6)], 3),
        lambda: edits.flip("horizontal"),
        lambda: edits.turn(25),
        lambda: edits.light(0.1, 0.7),
        edits.undo,
    ):
        same(probe.edited(step()), Probe(model, edits.specimen.input))
    assert torch.equal(probe.activations("deep"), before)  # this one stays


def test_an_edited_probe_costs_one_plain_pass():
    probe = Probe(Net(), torch.randn(3, 12, 12))
    edits, runs = probe.edits(), probe.model.runs
    edits.flip("horizontal")
    assert probe.model.runs == runs
    after = probe.edited(edits.specimen, wanted={"deep"})
    assert torch.equal(after.specimen.input, edits.specimen.input)
    after.activations("deep")
    after.predictions()
    assert probe.model.runs == runs + 1


def test_any_kind_of_image_is_prepared_in_the_probes_way(tmp_path):
    model = Net()
    one, other = (Image.effect_noise((60, 40), 80 + n).convert("RGB") for n in range(2))
    other.save(tmp_path / "other.png")
    transform = {"input_size": (3, 24, 32), "mean": (0.5,) * 3, "std": (0.25,) * 3}
    probe, fresh = (Probe(model, image, transform=transform, labels=LABELS) for image in (one, other))
    for image in (other, tmp_path / "other.png", probe.prepared(other)):
        edited = probe.edited(image)
        same(edited, fresh)
        assert edited.labels == LABELS
    assert edited.specimen.transform == fresh.specimen.transform
    same(probe.edited(fresh.specimen.input), fresh)
    with pytest.raises(ImageError, match="no image"):
        probe.edited("nowhere.png")


def test_an_image_of_another_size_gets_a_whole_new_look():
    model = Net()
    probe = Probe(model, torch.randn(3, 12, 12), labels=LABELS)
    larger = torch.randn(3, 14, 20)
    edited = probe.edited(larger)
    same(edited, Probe(model, larger, labels=LABELS))
    assert edited.layers["conv"].shape == (4, 14, 20)
    assert edited.labels == LABELS
    same(edited.edited(edited.edits().flip("vertical")), Probe(model, larger.flip(1), labels=LABELS))
    assert probe.layers["conv"].shape == (4, 12, 12)


def test_a_net_whose_number_of_classes_follows_the_size():
    model = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten())
    probe = Probe(model, torch.randn(3, 5, 5)).edited(torch.randn(3, 6, 5))
    assert len(probe.labels) == len(probe.predictions(99)) == 24


@pytest.mark.parametrize("value", [0.5, "mean"])
def test_what_is_silenced_stays_so(value):
    model = Net()
    probe = Probe(model, torch.randn(3, 12, 12))
    quiet = probe.altered(silence=Silence(probe.layers["conv"], (1, 2), value))
    for x in (torch.randn(3, 12, 12), torch.randn(3, 14, 11)):
        whole = Probe(model, x)
        expected = whole.altered(silence=Silence(whole.layers["conv"], (1, 2), value))
        same(quiet.edited(x), expected)
        assert quiet.edited(x).predictions() != whole.predictions()


def test_values_of_another_image_fit_no_other_size():
    probe = Probe(Net(), torch.randn(3, 12, 12))
    silence = Silence(probe.layers["conv"], (1,), torch.zeros(4, 12, 12))
    with pytest.raises(OptionError, match=r"'conv' hold the values of another image.*12 × 12"):
        probe.altered(silence=silence).edited(torch.randn(3, 14, 14))


def test_who_made_the_input_is_told_of_each_image():
    picture = Image.new("RGB", (256, 256), "white")
    probe = Probe(Net(), torch.rand(3, 12, 12))
    assert "not normalised" in probe.note
    assert "not normalised" not in probe.edited(picture).note
    assert "not normalised" in probe.edited(picture).edited(torch.rand(3, 224, 224)).note
    assert "not normalised" in probe.edited(probe.edits().flip("vertical")).note


def test_a_keras_model_is_edited_in_its_own_layout():
    models = pytest.importorskip("zoo.other_models")
    model = models._keras_sequential()
    probe = Probe(model, torch.rand(16, 16, 3) - 0.5)
    edits = probe.edits()
    edits.stroke("mean", [(4, 4)], 3)
    edits.turn(40)
    assert edits.specimen.input.shape == (1, 16, 16, 3)
    edited, fresh = probe.edited(edits.specimen), Probe(model, edits.specimen.input)
    for row in fresh.layers.viewable:
        assert torch.equal(edited.activations(row.name), fresh.activations(row.name))
    assert edited.predictions() == fresh.predictions()
