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


@pytest.mark.parametrize("name", record.recorded())
def test_a_recording_is_what_is_written_today(name):
    assert (HERE / name).read_bytes() == record.recorded()[name], (
        "python tests/contract/record.py, and say why"
    )


@pytest.mark.parametrize("name", record.packets())
def test_a_recording_decodes_to_its_numbers(name):
    header = json.loads((HERE / f"{name}.json").read_text("utf-8"))
    arrays = packet.decode(header, (HERE / f"{name}.bin").read_bytes())
    expected = json.loads((HERE / f"{name}.values.json").read_text("utf-8"))
    assert arrays.keys() == expected.keys()
    for array, numbers in expected.items():
        for index, value in numbers.items():
            np.testing.assert_equal(arrays[array].reshape(-1)[int(index)], np.nan if value is None else value)
