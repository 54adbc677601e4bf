import json

import numpy as np
import pytest
from hypothesis import given, strategies as st

from nnscope.wire import packet
from nnscope.wire.stream import chunks


def test_what_goes_in_comes_out_aligned():
    arrays = {
        "tiles": np.arange(30, dtype=np.uint8).reshape(2, 3, 5),
        "lo": np.array([1.5, -2], np.float32),
        "none": np.zeros((0, 4), np.float32),
    }
    header, body = packet.encode("layer", arrays, epoch=3, layer="a.b")
    assert (header["v"], header["kind"], header["epoch"], header["layer"]) == (1, "layer", 3, "a.b")
    assert all(entry["offset"] % packet.ALIGN == 0 for entry in header["arrays"])
    again = packet.decode(json.loads(json.dumps(header)), body)
    assert again.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(again[name], array)
        assert again[name].dtype == array.dtype


def test_a_transposed_array_is_sent_in_c_order():
    array = np.arange(6, dtype=np.float32).reshape(2, 3).T
    header, body = packet.encode("exact", {"values": array})
    np.testing.assert_array_equal(packet.decode(header, body)["values"], array)


def test_other_dtypes_and_versions_are_refused():
    with pytest.raises(TypeError, match="array 'x' is float64"):
        packet.encode("layer", {"x": np.zeros(2)})
    header, body = packet.encode("layer", {"x": np.zeros(2, np.float32)})
    with pytest.raises(ValueError, match="version 2"):
        packet.decode({**header, "v": 2}, body)
    with pytest.raises(ValueError, match="buffer"):
        packet.decode(header, body[:3])


@given(st.binary(max_size=5000), st.integers(1, 600))
def test_the_pieces_of_a_body_join_to_the_body(body, size):
    pieces = list(chunks(body, size))
    assert b"".join(piece for _, _, piece in pieces) == body
    assert [part for part, _, _ in pieces] == list(range(len(pieces)))
    assert {parts for _, parts, _ in pieces} == {len(pieces)}
    assert all(len(piece) <= size for _, _, piece in pieces)
