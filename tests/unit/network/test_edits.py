"""The history of an image: every state comes back, the very same."""

import io
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from PIL import Image
from torch import nn

from nnscope.errors import ImageError, OptionError
from nnscope.network import edits as module
from nnscope.network.edits import Edits
from nnscope.network.files import LARGEST_FILE, opened
from nnscope.network.images import read
from nnscope.network.preprocess import prepare
from nnscope.tensors import adjust
from nnscope.tensors.brush import TOOLS, Brush, Stroke

CPU = torch.device("cpu")


def specimen(*size, dtype=torch.float32, channels=3):
    image = torch.rand(channels, *(size or (12, 17)), generator=torch.Generator().manual_seed(5)) * 2 - 1
    return prepare(image, nn.Conv2d(channels, 2, 3), device=CPU, dtype=dtype)


def photo(width=40, height=30):
    pixels = np.random.default_rng(2).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return Image.fromarray(pixels)


def of_photo(image=None):
    return prepare(image or photo(), nn.Conv2d(3, 2, 3), None, device=CPU, dtype=torch.float32)


@pytest.fixture
def edits():
    return Edits(of_photo(), of_photo)


# -- a model of it ----------------------------------------------------------------------------

POINT = st.tuples(st.floats(-5, 20, width=32), st.floats(-5, 20, width=32))
STEPS = st.one_of(
    st.tuples(
        st.just("stroke"), st.sampled_from(TOOLS), st.lists(POINT, min_size=1, max_size=3), st.booleans()
    ),
    st.tuples(st.just("flip"), st.sampled_from(["horizontal", "vertical"])),
    st.tuples(st.just("turn"), st.sampled_from([90.0, -90.0, 30.0]), st.booleans()),
    st.tuples(st.just("light"), st.sampled_from([0.25, -0.5]), st.booleans()),
    st.tuples(st.just("open"), st.integers(0, 3)),
    st.sampled_from([("undo",), ("redo",), ("reset",)]),
)


def act(edits, step):
    name, *rest = step
    if name == "stroke":
        tool, points, begin = rest
        edits.stroke(tool, points, 2.5, offset=(3, 1) if tool == "copy" else None, begin=begin)
    elif name == "turn":
        edits.turn(rest[0], begin=rest[1])
    elif name == "light":
        edits.light(rest[0], 1.5, begin=rest[1])
    elif name == "open":
        edits.open(specimen(9, 9 + rest[0]))
    else:
        getattr(edits, name)(*rest)


@given(st.lists(STEPS, max_size=25))
@settings(deadline=None, max_examples=150)
def test_any_sequence_of_steps_can_be_walked_back_and_forth(steps):
    """Against a list of saved copies and a cursor."""
    edits = Edits(specimen())
    start = edits.specimen
    saved, at, last = [(start, start.input.clone(), "")], 0, None
    for step in steps:
        act(edits, step)
        kind = (step[:2] if step[0] == "stroke" else step[0],)
        goes_on = step[0] in ("stroke", "turn", "light") and not step[-1] and kind == last
        if step[0] in ("undo", "redo"):
            at, last = min(max(at + (1 if step[0] == "redo" else -1), 0), len(saved) - 1), None
        elif step[0] == "reset" and saved[at][0] is start:
            pass
        else:
            at = at if goes_on else at + 1
            saved[at:] = [(edits.specimen, edits.specimen.input.clone(), edits.words)]
            last = kind
        now, copy, words = saved[at]
        assert edits.specimen is now
        assert edits.specimen.input.equal(copy)
        assert (edits.undoable, edits.redoable, edits.words) == (at, len(saved) - 1 - at, words)
        assert edits.changed == (
            not torch.equal(copy, start.input) if copy.shape == start.input.shape else True
        )
    while edits.undoable:
        edits.undo()
    for state, copy, _ in saved:
        assert edits.specimen is state
        assert edits.specimen.input.equal(copy)  # nothing was written to
        edits.redo()


# -- step by step -----------------------------------------------------------------------------


def test_steps_are_those_of_the_tools(edits):
    start = edits.specimen
    stroke = Stroke(Brush("blur", 4.0), start.planes, start.colours)
    stroke.extend([(3, 4), (20, 9)])
    assert torch.equal(edits.stroke("blur", [(3, 4), (20, 9)], 4).planes, stroke.image)
    assert edits.words == "blurred, 4 px"
    planes = edits.specimen.planes
    assert torch.equal(edits.flip("horizontal").planes, planes.flip(2))
    assert torch.equal(edits.turn(30).planes, adjust.turn(planes.flip(2), 30, start.colours))
    assert edits.words == "turned by 30°"
    planes = edits.specimen.planes
    assert torch.equal(edits.light(0.1, 2).planes, adjust.light(planes, 0.1, 2, start.colours))
    assert edits.words == "brightness +0.10, contrast 2.00"


def test_a_stroke_that_goes_on_is_one_step_and_one_stroke(edits):
    path = [(2, 2), (20, 8), (9, 25), (30, 30)]
    whole = Edits(edits.specimen).stroke("noise", path, 3)
    edits.stroke("noise", path[:1], 3)
    edits.stroke("noise", path[1:3], 3, begin=False)
    edits.stroke("noise", path[3:], 3, begin=False)
    assert edits.undoable == 1
    assert torch.equal(edits.specimen.input, whole.input)
    edits.stroke("noise", path[3:], 4, begin=False)  # another brush
    assert edits.undoable == 2
    edits.undo()
    assert torch.equal(edits.specimen.input, whole.input)
    edits.stroke("noise", path[:1], 3, begin=False)  # the stroke was left
    assert (edits.undoable, edits.redoable) == (2, 0)


def test_noise_of_another_stroke_is_another(edits):
    one = edits.stroke("noise", [(9, 9)], 5).input
    edits.undo()
    assert not torch.equal(edits.stroke("noise", [(9, 9)], 5).input, one)


def test_a_slider_replaces_what_it_said(edits):
    before = edits.flip("vertical")
    edits.light(0.5, 3)
    edits.light(0, 0.5, begin=False)
    assert torch.equal(edits.specimen.planes, adjust.light(before.planes, 0, 0.5, before.colours))
    assert edits.light(0, 1, begin=False) is before
    edits.turn(10, begin=False)
    edits.turn(180, begin=False)
    assert torch.equal(edits.specimen.planes, before.planes.rot90(2, (1, 2)))
    assert edits.undoable == 3
    assert edits.undo() is before


def test_what_is_shown_follows_the_pixels(edits):
    start = edits.specimen
    flipped = edits.flip("horizontal")
    assert (np.array(flipped.view) == np.array(start.view)[:, ::-1]).all()
    assert flipped.transform == f"{start.transform} · edited"
    assert flipped.geometry is None  # no upright box lies there
    assert edits.flip("horizontal").transform == flipped.transform
    assert not edits.changed
    edits.undo(), edits.undo()
    painted = edits.stroke("erase", [(20, 15)], 6)
    assert painted.geometry is start.geometry
    assert painted.view.getpixel((20, 15)) == (128, 128, 128)
    assert edits.undo() is start


def test_another_picture_takes_its_place(edits):
    start, other = edits.specimen, photo(25, 33)
    seen = edits.open(other)
    assert torch.equal(seen.input, of_photo(other).input)
    assert seen.input.shape == (1, 3, 33, 25)
    assert (edits.words, edits.changed) == ("image opened", True)
    edits.stroke("mean", [(5, 5)], 3)
    assert edits.reset() is start
    assert (edits.undoable, edits.changed, edits.words) == (3, False, "back to the beginning")
    assert edits.reset() is start
    assert edits.undoable == 3
    edits.undo()
    assert edits.undo() is seen
    with pytest.raises(OptionError, match=r"probe\.edits\(\)"):
        Edits(start).open(other)
    with pytest.raises(ImageError, match="no image"):
        edits.open("nowhere.png")
    assert edits.specimen is seen


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("channels", [1, 3, 5])
def test_any_dtype_and_number_of_channels(dtype, channels):
    edits = Edits(specimen(dtype=dtype, channels=channels))
    start = edits.specimen
    for tool in TOOLS:
        made = edits.stroke(tool, [(4, 4)], 3, offset=(1, 1) if tool == "copy" else None)
        assert made.input.dtype == dtype
        assert torch.equal(made.input[..., 9:], start.input[..., 9:])
        assert not torch.equal(made.input, start.input)
    for made in (edits.turn(20), edits.light(0.1, 0.9), edits.flip("vertical")):
        assert (made.input.dtype, made.input.shape) == (dtype, start.input.shape)


def test_channels_last_is_channels_first_moved():
    first = specimen()
    last = replace(first, input=first.input.permute(0, 2, 3, 1).contiguous(), channels_last=True)
    one, other = Edits(first), Edits(last)
    for step in (
        lambda edits: edits.stroke("blur", [(3, 3), (9, 9)], 4),
        lambda edits: edits.flip("horizontal"),
        lambda edits: edits.turn(33),
        lambda edits: edits.light(-0.2, 1.4),
    ):
        a, b = step(one), step(other)
        assert torch.equal(a.input.permute(0, 2, 3, 1), b.input)
        assert b.input.is_contiguous()
        assert (np.array(a.view) == np.array(b.view)).all()


def test_modes_of_the_users_change_nothing():
    plain, path = Edits(specimen(64, 64)), [(20, 20), (40, 50)]
    expected = [plain.stroke("blur", path, 9).input, plain.turn(20).input]
    for mode in (torch.inference_mode, lambda: torch.autocast("cpu", torch.bfloat16), torch.enable_grad):
        with mode():
            edits = Edits(specimen(64, 64))
            made = [edits.stroke("blur", path, 9).input, edits.turn(20).input]
        assert all(map(torch.equal, made, expected))
        assert not any(tensor.is_inference() or tensor.requires_grad for tensor in made)


def test_the_oldest_states_are_forgotten(monkeypatch):
    edits = Edits(specimen(32, 32))
    each = edits.specimen.input.nbytes + 32 * 32 * 3
    monkeypatch.setattr(module, "MOST_BYTES", 4 * each)
    states = [edits.stroke("noise", [(i, i)], 2) for i in range(20)]
    assert edits.undoable == 4  # four are kept beside the one there is
    back = [edits.undo() for _ in range(4)]
    assert all(a is b for a, b in zip(back, reversed(states[15:19]), strict=True))
    assert edits.undo() is states[15]
    assert edits.reset().input.equal(specimen(32, 32).input)
    monkeypatch.setattr(module, "MOST_BYTES", 0)
    edits.light(0.1, 1)
    edits.light(0.2, 1, begin=False)
    assert edits.undoable == 1
    assert edits.undo().input.equal(specimen(32, 32).input)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda e: e.stroke("smear", [(1, 1)], 3), "no tool 'smear'.*blur, mean, noise, copy, erase"),
        (lambda e: e.stroke("blur", [], 3), "at least one point"),
        (lambda e: e.stroke("blur", 7, 3), "at least one point"),
        (lambda e: e.stroke("blur", [(1, 2, 3)], 3), r"two numbers, \[x, y\], not \(1, 2, 3\)"),
        (lambda e: e.stroke("blur", [(1, None)], 3), "coordinate is -1e.06 to 1e.06 pixels, not None"),
        (lambda e: e.stroke("blur", [(1, float("nan"))], 3), "not nan"),
        (lambda e: e.stroke("blur", [(1, 1)], 0), "0.5 to 1000 pixels, not 0"),
        (lambda e: e.stroke("blur", [(1, 1)], "wide"), "not 'wide'"),
        (lambda e: e.stroke("blur", [(1, 1)], 10**400), "radius"),
        (lambda e: e.stroke("copy", [(1, 1)], 3), "needs an offset"),
        (lambda e: e.stroke("blur", [(1, 1)], 3, offset=(1, 1)), "takes no offset"),
        (lambda e: e.stroke("copy", [(1, 1)], 3, offset=4), "An offset is two numbers"),
        (lambda e: e.flip("sideways"), "not 'sideways'"),
        (lambda e: e.turn(float("inf")), "angle is a finite number of degrees, not inf"),
        (lambda e: e.light(1.5, 1), "Brightness is -1 to 1, not 1.5"),
        (lambda e: e.light(0, -1), "Contrast is 0 to 4, not -1"),
    ],
)
def test_illegal_values_are_refused_in_a_sentence_and_change_nothing(edits, act, words):
    start = edits.specimen
    with pytest.raises(OptionError, match=words) as raised:
        act(edits)
    assert str(raised.value).endswith(".")
    assert edits.specimen is start
    assert edits.undoable == 0


# -- files that are dropped -------------------------------------------------------------------


def file(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM"])
@pytest.mark.parametrize("wrapped", [bytes, bytearray, memoryview])
def test_a_dropped_file_is_read_like_one_that_lies_there(edits, tmp_path, kind, wrapped):
    data = file(photo(), kind)
    (tmp_path / "my cat.img").write_bytes(data)
    there = of_photo(tmp_path / "my cat.img")
    dropped = edits.open(opened(wrapped(data), "my cat.img"))
    assert torch.equal(dropped.input, there.input)
    assert dropped.name == there.name == "my cat"


def test_a_dropped_file_is_put_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    seen = read(opened(file(photo(), exif=exif), "a.png")).shown
    assert (np.array(seen) == np.rot90(np.array(photo()), -1)).all()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "'x.png' is not an image that can be read here"),
        (b"GIF89a", "'x.png' could not be read|'x.png' is not an image"),
        (file(photo())[:300], r"'x.png' could not be read \(.*truncated"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not an image"),
        (b"\0" * (LARGEST_FILE + 1), "'x.png' is too large; give an image file of at most 16 MB"),
        (file(Image.new("1", (9000, 9000))), "'x.png' has more than 64 million pixels"),
        (file(Image.new("1", (20000, 20000))), "'x.png' has more than 64 million pixels"),
        ("text", "'x.png' is of type str"),
        (None, "'x.png' is None"),
    ],
    ids=["empty", "head", "cut off", "program", "heavy", "large", "bomb", "text", "nothing"],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_is_no_image_is_told_by_name(data, words):
    with pytest.raises(ImageError, match=words):
        opened(data, "../somewhere/x.png")


@given(st.binary(max_size=200), st.integers(0, 400))
@settings(deadline=None, max_examples=200)
@pytest.mark.filterwarnings("ignore")  # Pillow says what it thinks of them
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM"])
def test_damaged_files_raise_nothing_else(kind, damage, at):
    data = bytearray(file(photo(8, 8), kind))
    data[at : at + len(damage)] = damage
    with suppress(ImageError):
        opened(data, "x")


# -- pictures that were made ------------------------------------------------------------------


def test_a_picture_takes_the_place_of_the_image_to_the_bit(edits):
    start = edits.specimen
    picture = torch.rand(start.shape, generator=torch.Generator().manual_seed(1)) * 4 - 2
    made = edits.show(picture, "what channel 3 of conv wants")
    assert torch.equal(made.input[0], picture)
    assert edits.words == "what channel 3 of conv wants, made at 30 × 40"
    assert (made.name, made.original, made.geometry) == ("what channel 3 of conv wants", None, None)
    assert made.colours is start.colours
    assert edits.undo() is start


def test_a_picture_of_another_size_is_resized_bilinearly(edits):
    ramp = torch.linspace(-1, 1, 80).expand(3, 60, 80)
    made = edits.show(ramp, "a ramp")
    assert made.shape == (3, 30, 40)
    inner = made.planes[:, :, 2:-2]  # at the edges it is cut off
    torch.testing.assert_close(
        inner, torch.linspace(-1, 1, 80).unfold(0, 2, 2).mean(1)[2:-2].expand(3, 30, 36)
    )
    assert edits.words == "a ramp, made at 60 × 80"
    assert made.transform == "30 × 40, bilinear from 60 × 80"


@pytest.mark.parametrize("shape", [(30, 40), (1, 30, 40), (1, 3, 30, 40)])
def test_a_picture_of_other_channels_is_refused(edits, shape):
    with pytest.raises(ImageError, match="3 × height × width"):
        edits.show(torch.zeros(shape), "nothing")
    with pytest.raises(ImageError):
        edits.show(torch.full((3, 30, 40), float("nan")), "nothing")
    assert edits.undoable == 0


def test_an_image_is_natural_until_something_is_done_to_it(edits):
    assert edits.natural
    edits.flip("vertical")
    assert not edits.natural
    edits.open(photo(9, 7))
    assert edits.natural
    edits.show(torch.zeros(3, 7, 9), "nothing")
    assert not edits.natural
    edits.undo()
    assert edits.natural
    edits.light(0.5, 1)
    edits.reset()
    assert edits.natural
