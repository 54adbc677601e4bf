import pytest
from torch import nn

from nnscope.widget.answers import answer
from nnscope.widget.asked import Asked
from nnscope.widget.desk import Desk, State


@pytest.fixture(scope="session")
def answered():
    """From a probe, a question and a target to the packet that answers."""

    def ask(probe, get, target=None):
        return answer(Asked(Desk([probe]).settle(State()), get, target))

    return ask


@pytest.fixture
def model():
    """A classifier of seven classes, with little to compute."""
    return nn.Sequential(
        nn.Conv2d(3, 6, 3),
        nn.ReLU(),
        nn.Conv2d(6, 4, 3),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 7),
    )


@pytest.fixture(autouse=True)
def beside_a_kernel(monkeypatch):
    """Before ipywidgets 7.7.5, and 8.0.5 of the eighth, a widget tells its state only where a kernel runs."""
    monkeypatch.setattr("ipykernel.comm.Comm.kernel", "a kernel")
