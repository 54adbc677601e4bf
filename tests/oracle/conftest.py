"""The networks whose numbers are compared with those of others."""

from pathlib import Path

import pytest
import torch
import torchvision

import nnscope
from methods_table import NAMES, markdown as markdown_of_methods
from nnscope import example
from nnscope.probe import METHODS
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
    write_methods(told, config.getoption("--methods-table"))
    rows = [Row(**row["zoo"]) for row in told if "zoo" in row]
    rows.sort(key=lambda row: places[row.family, row.name])
    if rows:
        terminalreporter.section("the zoo")
        for row in rows:
            terminalreporter.write_line(row.line)
    path = config.getoption("--zoo-table")
    if rows and path:
        Path(path).write_text(markdown(rows), encoding="utf-8")


def write_methods(told, path):
    methods = [row["method"] for row in told if "method" in row]
    order = list(METHODS)
    methods.sort(key=lambda row: (NAMES.index(row["network"]), order.index(row["method"])))
    if methods and path:
        text = markdown_of_methods(methods, [row["library"] for row in told if "library" in row])
        Path(path).write_text(text, encoding="utf-8")
