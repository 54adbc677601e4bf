"""What the packets of weights, histograms, sums and stages hold."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from nnscope import Probe, Unit, errors
from nnscope.widget.messages import Get, parse
from nnscope.wire import packet


@pytest.fixture
def model():
    return (
        nn.Sequential(
            nn.Conv2d(3, 6, 3),
            nn.BatchNorm2d(6),
            nn.ReLU(inplace=True),
            nn.ConvTranspose2d(6, 4, 2, groups=2, bias=False),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(100, 7),
        )
        .eval()
        .requires_grad_(False)
    )


@pytest.fixture
def probe(model):
    return Probe(model, torch.randn(1, 3, 12, 12))


@pytest.fixture
def ask(probe, answered):
    """From a question of the browser to the header and the arrays of the answer, as the browser gets them."""

    def ask(what, layer, channels=(), target=None, **rest):
        content = {"k": "get", "rid": 1, "epoch": 0, "what": what, "layer": layer, "channels": list(channels)}
        get = parse({**content, **rest}, probe.layers)
        header, body = answered(probe, get, target)
        header = json.loads(json.dumps(header, allow_nan=False))
        assert (header["kind"], header["layer"], header["channels"]) == (what, layer, list(channels))
        return header, packet.decode(header, body)

    return ask


def test_kernels(ask, probe, model):
    header, arrays = ask("kernels", "0", [4, 1])
    np.testing.assert_array_equal(arrays["weights"], model[0].weight[[4, 1]].detach())
    np.testing.assert_array_equal(arrays["bias"], model[0].bias[[4, 1]].detach())
    assert arrays["first"].tolist() == [0, 0]
    assert header["shared"] == [float(model[0].weight.min()), float(model[0].weight.max())]
    names = ("size", "inputs", "outputs", "groups", "transposed", "colour", "note")
    assert [header[name] for name in names] == [[3, 3], 3, 6, 1, False, True, ""]
    header, arrays = ask("kernels", "3", [3, 0])
    assert (header["groups"], header["transposed"], header["colour"]) == (2, True, False)
    assert "Transposed" in header["note"]
    assert arrays["first"].tolist() == [3, 0]
    assert arrays["bias"].shape == (0,)
    np.testing.assert_array_equal(arrays["weights"], probe.weights("3")[[3, 0]].detach())
    header, arrays = ask("kernels", "6", [6])
    assert (header["size"], arrays["weights"].shape) == ([5, 5], (1, 4, 5, 5))


def test_statistics(ask, probe):
    header, arrays = ask("statistics", "0", target=2)
    assert [row["kind"] for row in header["rows"]] == ["weights", "biases", "activations", "gradients"]
    assert header["missing"] == []
    for row, counts, found in zip(
        header["rows"], arrays["counts"], probe.histograms("0", target=2), strict=True
    ):
        assert counts.tolist() == found.counts.tolist()
        assert row["ends"] == list(found.ends)
        assert (row["mean"], row["dead"], row["channels"]) == (found.mean, found.dead, found.channels)
        assert sum(counts) == row["count"]
    assert "class 2" in header["rows"][3]["sentence"]
    header, arrays = ask("statistics", "2", [5], Unit("3", 1))
    assert [row["kind"] for row in header["rows"]] == ["activations", "gradients"]
    assert header["missing"] == ["Layer '2' has no weights.", "Layer '2' has no biases."]
    assert "channel 1 of 3" in header["rows"][1]["sentence"]
    assert header["rows"][0]["count"] == 100


def test_the_sum(ask, probe):
    header, arrays = ask("sum", "0", [4], cell=[2, 3])
    found = probe.arithmetic("0", 4, 2, 3)
    np.testing.assert_allclose(arrays["patch"], probe.specimen.input[0, :, 2:5, 3:6])
    np.testing.assert_allclose(arrays["partial"], (arrays["patch"] * arrays["kernel"]).sum((1, 2)), atol=1e-6)
    assert (header["operation"], header["source"], header["cell"]) == ("convolution", "", [2, 3])
    assert header["total"] == pytest.approx(arrays["partial"].sum() + header["bias"], abs=1e-6)
    assert header["value"] == pytest.approx(header["total"], abs=1e-6)
    assert (header["rows"], header["columns"], header["inputs"]) == ([2, 3, 4], [3, 4, 5], [0, 1, 2])
    assert (header["size"], header["winner"]) == ([3, 3], None)
    assert (header["formula"], header["shape"]) == (list(found.formula), list(found.shape))
    header, arrays = ask("sum", "4", [1], cell=[0, 0])
    assert arrays["patch"][tuple(header["winner"])] == np.float32(header["value"])
    assert (header["source"], header["inputs"], header["bias"]) == ("3", [1], None)
    assert arrays["kernel"].shape == arrays["partial"].shape == (0,)
    header, _ = ask("sum", "1", [1], cell=[0, 0])
    assert (header["operation"], header["source"]) == ("norm", "0")


def test_stages(ask, probe):
    header, arrays = ask("stages", "1", [2])
    assert [(row["layer"], row["family"]) for row in header["stages"]] == [
        ("0", "convolution"), ("1", "norm"), ("2", "activation"),
    ]  # fmt: skip
    values = (
        arrays["lo"][:, None, None] + (arrays["hi"] - arrays["lo"])[:, None, None] * arrays["tiles"] / 254
    )
    for row, drawn in zip(header["stages"], values, strict=True):
        exact = probe.channel(row["layer"], 2).numpy()
        np.testing.assert_allclose(drawn, exact, atol=(exact.max() - exact.min()) / 500)
        assert (row["min"], row["max"], row["size"]) == (exact.min(), exact.max(), [10, 10])
    assert header["ends"] == [
        min(row["min"] for row in header["stages"]),
        max(row["max"] for row in header["stages"]),
    ]
    assert [row["cut"] is None for row in header["stages"]] == [True, True, False]


def test_what_is_no_number_is_none(ask, model):
    with torch.no_grad():
        model[0].weight[1] = float("nan")
    header, arrays = ask("sum", "0", [1], cell=[0, 0])
    assert (header["value"], header["total"]) == (None, None)
    assert np.isnan(arrays["partial"]).all()
    header, _ = ask("stages", "0", [1])
    assert header["stages"][0]["min"] is None
    assert header["ends"] == [0.0, 0.0]
    header, _ = ask("statistics", "0", [1])
    assert "None of the weights of channel 1 of 0 is finite." in header["missing"]
    header, _ = ask("kernels", "0", [0])
    finite = model[0].weight[[0, 2, 3, 4, 5]]
    assert header["shared"] == [float(finite.min()), float(finite.max())]


def test_a_channel_that_the_layer_does_not_have(probe, answered):
    with pytest.raises(errors.ChannelNotFoundError, match="output channels 0 to 5, not 9"):
        answered(probe, Get(1, 0, "kernels", "0", (9,)))


@pytest.mark.parametrize(
    ("target", "told"), [(4, (4, "")), (Unit("0", 2), (None, "0[2]")), (torch.sum, (None, ""))]
)
def test_statistics_say_what_their_gradients_are_of(ask, target, told):
    header, _ = ask("statistics", "0", target=target)
    assert (header["target"], header["unit"]) == told


def test_statistics_follow_the_top_class(ask, probe):
    assert ask("statistics", "0")[0]["target"] == probe.predictions(1)[0].index
