"""Every network of the zoo against the references; ``-m heavy`` runs the large ones."""

import gc
import warnings
from dataclasses import asdict
from importlib.util import find_spec

import pytest

from conformance import conform
from zoo import ENTRIES


@pytest.fixture(autouse=True)
def alone(one_core):
    """The memory of one network is free before the next is made."""
    yield
    gc.collect()


def parameter(entry):
    return pytest.param(entry, id=entry.name, marks=[pytest.mark.heavy] if entry.heavy else [])


@pytest.mark.parametrize("entry", [parameter(entry) for entry in ENTRIES])
def test_what_nnscope_shows_is_what_the_network_computes(entry, record_property):
    if entry.family in ("timm", "transformers", "keras") and find_spec(entry.family) is None:
        pytest.skip(f"{entry.family} is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the networks, on weights, windows and attention
        row = conform(entry)
    record_property("zoo", asdict(row))  # also from another process, to the end of the run
    assert not row.faults, "\n".join((row.line, *row.faults[:20]))


def test_every_network_has_a_name_of_its_own():
    names = [(entry.family, entry.name) for entry in ENTRIES]
    assert len(set(names)) == len(names)
