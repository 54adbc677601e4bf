"""One JupyterLab for all browser tests; a notebook of its own for each that asks."""

from __future__ import annotations

import re
from contextlib import ExitStack
from pathlib import Path

import pytest

import hosts
from panel import Panel

SHOTS = Path(__file__).resolve().parents[2] / "shots"

DEMO = ["import nnscope\nscope = nnscope.demo()"]
MODEL = """\
import numpy as np, torch, torchvision, nnscope
torch.manual_seed(0)
model = torchvision.models.squeezenet1_1()
image = np.random.default_rng(0).random((240, 320, 3))
"""
SQUEEZENET = [MODEL, "scope = nnscope.show(model, image)"]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, **hosts.launch_options()}


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    with hosts.jupyterlab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def window(browser, lab):
    """JupyterLab in a page, with a kernel that has loaded what is slow to load."""
    hosts.write_notebook(lab, "window.ipynb", ["import torchvision, nnscope.example, nnscope.widget.opening"])
    with hosts.notebook(browser, lab, "window.ipynb") as window:
        window.run_all()
        yield window


@pytest.fixture
def open_notebook(request, browser, lab, window):
    """Open a notebook of the given cells and run it; ``fresh`` gives it a page and a kernel of its own."""
    name = re.sub(r"\W+", "-", request.node.name).strip("-")
    opened: list[hosts.Notebook] = []

    def open_(*cells, fresh=False):
        file = f"{name}-{len(opened)}.ipynb"
        hosts.write_notebook(lab, file, cells)
        place = hosts.notebook(browser, lab, file) if fresh else window.beside(file)
        notebook = stack.enter_context(place)
        opened.append(notebook)
        notebook.run_all()
        return notebook

    with ExitStack() as stack:
        yield open_
        if request.node.stash.get(FAILED, False):
            SHOTS.mkdir(exist_ok=True)
            for i, notebook in enumerate(opened):
                notebook.page.screenshot(path=SHOTS / f"{name}-{i}.png")
        faults = [fault for notebook in opened for fault in notebook.faults]
    assert faults == []


@pytest.fixture
def open_panel(open_notebook):
    """Open a notebook and wait for the panel it shows."""

    def open_(*cells, **options):
        panel = Panel(open_notebook(*cells, **options))
        panel.wait_until_painted()
        return panel

    return open_


@pytest.fixture
def demo(open_panel):
    """The demo: EfficientNet-Lite0 with its real weights, and a photo of a cat."""
    return open_panel(*DEMO)


@pytest.fixture
def squeezenet(open_panel):
    """SqueezeNet with random weights on noise."""
    return open_panel(*SQUEEZENET)
