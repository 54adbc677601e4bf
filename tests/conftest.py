"""What more than one folder of tests needs."""

import pytest
import torch


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


@pytest.fixture
def one_core():
    """Layers of a few cells are done sooner than a second core is asked."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def pytest_addoption(parser):
    parser.addoption(
        "--zoo-table", metavar="FILE", help="write what came of the networks of the zoo as Markdown"
    )
    parser.addoption("--methods-table", metavar="FILE", help="write the page of the methods as Markdown")
