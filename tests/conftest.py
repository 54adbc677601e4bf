"""What more than one folder of tests needs."""

import pytest
import torch


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def pytest_addoption(parser):
    parser.addoption(
        "--zoo-table", metavar="FILE", help="write what came of the networks of the zoo as Markdown"
    )
