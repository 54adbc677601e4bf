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
    name = plain(request.node.name)
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
        photograph_failure(request, *opened)
        faults = [fault for notebook in opened for fault in notebook.faults]
    assert faults == []


def plain(name):
    """A name of a test as one of a file."""
    return re.sub(r"\W+", "-", name).strip("-")


def photograph_failure(request, *notebooks):
    """Keep a picture of each notebook where the test has failed."""
    if request.node.stash.get(FAILED, False):
        SHOTS.mkdir(exist_ok=True)
        for i, notebook in enumerate(notebooks):
            notebook.page.screenshot(path=SHOTS / f"{plain(request.node.name)}-{i}.png")


@pytest.fixture(scope="module")
def shared_panel(request, lab, window):
    """The panel of the module's ``CELLS``, one for all its tests."""
    file = f"{plain(request.node.name)}.ipynb"
    hosts.write_notebook(lab, file, request.module.CELLS)
    with window.beside(file) as notebook:
        notebook.run_all()
        panel = Panel(notebook)
        panel.wait_until_painted()
        notebook.run(f"import nnscope\nat_first = {{name: getattr(scope, name) for name in {WRITTEN}}}")
        yield panel


WRITTEN = "nnscope.widget.traits.FROM_BROWSER"


@pytest.fixture
def kept_panel(request, shared_panel):
    """The module's panel as it was when it was opened."""
    notebook = shared_panel.notebook
    notebook.faults.clear()
    notebook.run("for name, value in at_first.items(): setattr(scope, name, value)")
    shared_panel.wait_until_settled()
    yield shared_panel
    photograph_failure(request, notebook)
    assert notebook.faults == []


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
