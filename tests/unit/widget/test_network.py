"""The graph as the panel gets it."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from nnscope import Probe
from nnscope.widget.messages import Get
from nnscope.wire import packet


class Skip(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem, self.block = nn.Conv2d(3, 4, 3, stride=2), nn.Sequential(nn.Conv2d(4, 4, 1), nn.ReLU())
        self.head = nn.Linear(4, 5)

    def forward(self, x):
        x = self.stem(x)
        return self.head((self.block(x) + x).mean((2, 3)))


class Hole(nn.Module):
    """NaN in column 7."""

    def forward(self, x):
        return torch.where(torch.arange(x.shape[-1]) == 7, torch.nan, x)


@pytest.fixture(scope="module")
def probe():
    torch.manual_seed(0)
    return Probe(Skip(), torch.randn(1, 3, 24, 48))


@pytest.fixture(scope="module")
def graph(probe, answered):
    header, body = answered(probe, Get(1, 0, "network"))
    json.dumps(header, allow_nan=False)
    return header, packet.decode(header, body)


def test_every_layer_is_a_node_and_reads_its_sources(graph):
    header, _ = graph
    names = [node["name"] for node in header["nodes"]]
    assert names == ["stem", "block.0", "block.1", "block", "add", "mean", "head"]
    edges = [("input" if a < 0 else names[a], names[b]) for a, b in header["edges"]]
    assert edges == [
        ("input", "stem"),
        ("stem", "block.0"),
        ("block.0", "block.1"),
        *[("stem", "add"), ("block.1", "add")],
        ("add", "mean"),
        ("mean", "head"),
    ]
    assert [node["inside"] for node in header["nodes"]] == [None, None, None, [1, 2], None, None, None]
    assert header["nodes"][1]["block"] == "block"


def test_a_node_says_what_it_is_and_sees(graph):
    stem, head = graph[0]["nodes"][0], graph[0]["nodes"][-1]
    assert (stem["shape"], stem["parameters"]) == ([4, 11, 23], 4 * 27 + 4)
    assert (stem["multiply_adds"], stem["memory"]) == (4 * 27 * 11 * 23, 4 * 4 * 11 * 23)
    assert (stem["receptive_field"], stem["effective_stride"]) == ([3, 3], [2, 2])
    assert (head["receptive_field"], head["viewable"], head["thumb"]) == (["all", "all"], False, None)
    assert graph[0]["totals"]["multiply_adds"] == 4 * 27 * 11 * 23 + 16 * 11 * 23 + 20


def test_a_thumbnail_is_the_strongest_channel_in_the_proportions_of_the_input(probe, graph):
    header, arrays = graph
    assert header["tile"] == [16, 32]
    stem = header["nodes"][0]
    values = probe.activations("stem")
    assert stem["channel"] == int(values.amax((1, 2)).argmax())
    expected = torch.nn.functional.interpolate(values[stem["channel"]][None, None], (16, 32))[0, 0].numpy()
    lo, hi = (arrays[end][stem["thumb"]] for end in ("lo", "hi"))
    drawn = lo + (hi - lo) * arrays["tiles"][stem["thumb"]] / 254
    assert np.abs(drawn - expected).max() <= (hi - lo) / 100


def test_cells_that_are_not_finite_stay_so_in_a_thumbnail():
    probe = Probe(nn.Sequential(nn.Conv2d(3, 1, 1), Hole()), torch.randn(1, 3, 40, 40))
    tiles = probe.thumbs([("1", 0)], (20, 20)).tiles
    assert (tiles[0, :, 3] == 255).all()
    assert (tiles[0, :, 4:] < 255).all()
