"""The recorded files are what Python writes today; vitest reads the same files."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from nnscope.wire import packet

HERE = Path(__file__).parent
spec = importlib.util.spec_from_file_location("record", HERE / "record.py")
record = importlib.util.module_from_spec(spec)
spec.loader.exec_module(record)


CURE = "python tests/contract/record.py, and say why"
ROUNDED = 1e-6  # means and deviations differ in their last bits from processor to processor


@pytest.mark.parametrize("name", ["traits", *record.packets()])
def test_a_recording_says_what_is_said_today(name):
    assert (HERE / f"{name}.json").read_bytes() == record.recorded()[f"{name}.json"], CURE


@pytest.mark.parametrize("name", record.packets())
def test_a_recording_holds_the_numbers_that_are_written_today(name):
    header, body = record.packets()[name]
    recording = (HERE / f"{name}.bin").read_bytes()
    assert len(recording) == len(body), CURE
    recorded, today = packet.decode(header, recording), packet.decode(header, body)
    for array, numbers in today.items():
        tolerance = ROUNDED if numbers.dtype.kind == "f" else 0
        np.testing.assert_allclose(recorded[array], numbers, tolerance, tolerance, err_msg=CURE)


@pytest.mark.parametrize("name", record.packets())
def test_the_numbers_picked_from_a_recording_are_those_of_today(name):
    recorded = json.loads((HERE / f"{name}.values.json").read_text("utf-8"))
    today = record.values(*record.packets()[name])
    assert flat(recorded) == pytest.approx(flat(today), rel=ROUNDED, nan_ok=True), CURE


def flat(values):
    return {
        (array, index): np.nan if value is None else value
        for array, numbers in values.items()
        for index, value in numbers.items()
    }


@pytest.mark.parametrize("name", record.packets())
def test_a_recording_decodes_to_its_numbers(name):
    header = json.loads((HERE / f"{name}.json").read_text("utf-8"))
    arrays = packet.decode(header, (HERE / f"{name}.bin").read_bytes())
    expected = json.loads((HERE / f"{name}.values.json").read_text("utf-8"))
    assert arrays.keys() == expected.keys()
    for array, numbers in expected.items():
        for index, value in numbers.items():
            np.testing.assert_equal(arrays[array].reshape(-1)[int(index)], np.nan if value is None else value)
