"""Edits that the browser asks for: what is legal, and what becomes of anything else."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st
from PIL import Image
from torch import nn

from nnscope.errors import NnscopeError
from nnscope.probe import LARGEST_FILE, Probe
from nnscope.widget.edit import Part, opening, parse_edit
from nnscope.widget.uploads import MOST_FILES, Uploads

STROKE = {
    "op": "stroke",
    "tool": "erase",
    "radius": 3,
    "points": [[4, 4], [9.5, 4]],
    "from": None,
    "begin": True,
}


@pytest.fixture(scope="module")
def probe():
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    pixels = np.random.default_rng(0).integers(0, 255, (20, 24, 3), np.uint8)
    return Probe(net, pixels, transform=None)


def made(probe, *contents, buffers=()):
    edits = probe.edits()
    for content in contents:
        edit = parse_edit(1, content, list(buffers))
        if isinstance(edit, Part):
            edit = opening(1, edit.name, Uploads().take(1, edit))
        edit.make(edits)
    return edits


def test_a_stroke_changes_the_pixels_under_it_alone(probe):
    edits = made(probe, STROKE)
    changed = (edits.specimen.input != probe.specimen.input).any(1)[0]
    rows, columns = changed.nonzero(as_tuple=True)
    assert len(rows) > 0
    assert int(rows.max()) <= 8
    assert int(columns.max()) <= 14


def test_a_stroke_that_goes_on_is_one_step(probe):
    edits = made(probe, STROKE, {**STROKE, "points": [[12, 12]], "begin": False})
    assert edits.undoable == 1


def test_each_operation_is_known(probe):
    edits = made(
        probe,
        {**STROKE, "tool": "copy", "from": [5, 0]},
        {"op": "flip", "axis": "vertical"},
        {"op": "turn", "degrees": 12.5, "begin": True},
        {"op": "light", "brightness": 0.1, "contrast": 1.5, "begin": True},
        {"op": "undo"},
        {"op": "redo"},
        {"op": "reset"},
    )
    assert edits.undoable == 5
    assert torch.equal(edits.specimen.input, probe.specimen.input)


def test_a_file_takes_the_place_of_the_image(probe):
    data = io.BytesIO()
    Image.new("RGB", (24, 20), "red").save(data, "PNG")
    edits = made(probe, {"op": "open", "name": "red.png"}, buffers=[memoryview(data.getvalue())])
    assert edits.specimen.name == "red"
    assert edits.specimen.view.getpixel((3, 3)) == (255, 0, 0)


def test_a_file_that_is_no_image_is_a_sentence(probe):
    with pytest.raises(NnscopeError, match=r"letter\.txt"):
        made(probe, {"op": "open", "name": "letter.txt"}, buffers=[b"Dear all"])
    with pytest.raises(NnscopeError, match="at most 16 MB"):
        parse_edit(1, {"op": "open", "name": "huge"}, [memoryview(bytes(LARGEST_FILE + 1))])


def part(number, parts, data, name="cat.png"):
    return parse_edit(1, {"op": "open", "name": name, "part": number, "parts": parts}, [data])


def test_a_file_comes_in_parts_and_is_whole_with_the_last():
    uploads = Uploads()
    assert uploads.take(1, part(0, 3, b"ab")) is None
    assert uploads.take(2, part(0, 2, b"other ")) is None
    assert uploads.take(1, part(1, 3, b"cd")) is None
    assert uploads.take(2, part(1, 2, b"file")) == b"other file"
    assert uploads.take(1, part(2, 3, b"e")) == b"abcde"


def test_a_part_that_is_missing_is_told_and_the_file_forgotten():
    uploads = Uploads()
    uploads.take(1, part(0, 3, b"ab"))
    with pytest.raises(NnscopeError, match=r"Part 1 of 'cat\.png' did not arrive"):
        uploads.take(1, part(2, 3, b"e"))
    with pytest.raises(NnscopeError, match="Part 0"):
        uploads.take(1, part(1, 3, b"cd"))


def test_what_is_kept_of_files_under_way_is_bounded():
    uploads = Uploads()
    half = bytes(LARGEST_FILE // 2 + 1)
    uploads.take(1, part(0, 3, half))
    with pytest.raises(NnscopeError, match="at most 16 MB"):
        uploads.take(1, part(1, 3, half))
    for rid in range(MOST_FILES + 1):
        uploads.take(rid, part(0, 2, b"a"))
    with pytest.raises(NnscopeError, match="Part 0"):
        uploads.take(0, part(1, 2, b"b"))
    assert uploads.take(1, part(1, 2, b"b")) == b"ab"


@pytest.mark.parametrize(
    "wrong",
    [
        {"op": "draw"}, {"op": ["stroke"]}, {"tool": "burn"}, {"tool": None}, {"radius": 0}, {"radius": 1e9},
        {"radius": float("nan")}, {"radius": True}, {"points": []}, {"points": [[1]]}, {"points": [[1, "2"]]},
        {"points": [[1, float("inf")]]}, {"points": [[1, 2]] * 513}, {"begin": 1}, {"from": 3},
        {"op": "flip", "axis": "both"}, {"op": "turn", "degrees": 1000}, {"op": "turn", "degrees": "9"},
        {"op": "light", "brightness": 2, "contrast": 1}, {"op": "light", "brightness": 0}, {"op": "open"},
        {"op": "open", "name": "a.png"}, {"radius": 10**400}, {"points": [[-(10**400), 1]]},
    ],
)  # fmt: skip
def test_anything_else_is_refused(wrong):
    with pytest.raises(NnscopeError):
        parse_edit(1, {**STROKE, **wrong}, [])


@pytest.mark.parametrize("buffer", [5, 10**15, "text", None, {}, [1, 2]])
def test_a_buffer_that_holds_no_bytes_is_refused(buffer):
    with pytest.raises(NnscopeError, match="one buffer"):
        parse_edit(1, {"op": "open", "name": "a.png"}, [buffer])


@pytest.mark.parametrize(
    ("number", "parts"), [(2, 2), (-1, 2), (0, 0), (0, 10**6), (True, 2), (0, "2"), (0.0, 1)]
)
def test_a_part_with_an_impossible_number_is_refused(number, parts):
    with pytest.raises(NnscopeError, match="part"):
        part(number, parts, b"x")


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.sampled_from(["blur", "copy", "flip", "cat.png"]),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)
operations = st.sampled_from(["stroke", "flip", "turn", "light", "undo", "redo", "reset", "open"])


@given(op=operations, rest=st.dictionaries(st.sampled_from([*STROKE, "axis", "degrees", "name"]), anything))
def test_no_edit_can_raise_anything_but_a_sentence(probe, op, rest):
    with contextlib.suppress(NnscopeError):  # anything else fails the test
        made(probe, {**rest, "op": op}, buffers=[b"x"])
