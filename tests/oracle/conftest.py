"""The networks whose numbers are compared with those of others."""

from pathlib import Path

import pytest
import torch
import torchvision

import nnscope
from nnscope import example
from zoo import ENTRIES
from zoo.table import Row, markdown


def _random(name):
    torch.manual_seed(0)
    return getattr(torchvision.models, name)().eval()


NETWORKS = {
    "squeezenet1_1": lambda: _random("squeezenet1_1"),
    "vgg11": lambda: _random("vgg11"),
    "resnet18": lambda: _random("resnet18"),
    "mobilenet_v3_small": lambda: _random("mobilenet_v3_small"),
    "densenet121": lambda: _random("densenet121"),
    "efficientnet_lite0": example.network,  # its real weights
}


@pytest.fixture(params=NETWORKS, scope="session")
def network(request):
    return NETWORKS[request.param]()


@pytest.fixture(scope="session")
def chelsea():
    return example.chelsea()


@pytest.fixture(scope="session")
def probe(network, chelsea):
    return nnscope.Probe(network, chelsea, labels=None)


def pytest_terminal_summary(terminalreporter, config):
    reports = [report for found in terminalreporter.stats.values() for report in found]
    told = [dict(report.user_properties) for report in reports if getattr(report, "when", "") == "call"]
    places = {(entry.family, entry.name): place for place, entry in enumerate(ENTRIES)}
    rows = [Row(**row["zoo"]) for row in told if "zoo" in row]
    rows.sort(key=lambda row: places[row.family, row.name])
    if rows:
        terminalreporter.section("the zoo")
        for row in rows:
            terminalreporter.write_line(row.line)
    path = config.getoption("--zoo-table")
    if rows and path:
        Path(path).write_text(markdown(rows), encoding="utf-8")
