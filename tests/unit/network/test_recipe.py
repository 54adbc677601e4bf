"""Resize and crop: to the bit as torchvision does it, and never more than can be seen."""

import math
import subprocess
import sys

import numpy as np
import pytest
import torchvision.transforms as T
from hypothesis import given, settings, strategies as st
from PIL import Image

from nnscope.network import recipe as module
from nnscope.network.images import read
from nnscope.network.recipe import FILTERS, MODES, Recipe, cook, plan

SMOOTH = ["bilinear", "bicubic", "hamming", "lanczos"]


def noise(width, height, mode="RGB"):
    pixels = np.random.default_rng(width * 1000 + height).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels).convert(mode)


def seen(recipe, image):
    return cook(recipe, read(image, 3))[1]


def by_torchvision(image, scale, crop, how):
    return T.CenterCrop(crop)(T.Resize(scale, T.InterpolationMode(how))(image))


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 90), st.integers(1, 100))
@settings(deadline=None, max_examples=60)
@pytest.mark.parametrize("how", FILTERS)
def test_any_size_equals_torchvision_to_the_bit(how, width, height, scale, crop):
    image = noise(width, height)
    ours = seen(Recipe("center", (), (), (scale, scale), (crop, crop), how), image)
    assert (np.array(ours) == np.array(by_torchvision(image, scale, crop, how))).all()


@pytest.mark.parametrize("size", [(100, 20000), (9000, 50)])
def test_narrow_pictures_equal_torchvision_to_the_bit(size):
    image = noise(*size)
    ours = seen(Recipe("center", (), ()), image)
    assert (np.array(ours) == np.array(by_torchvision(image, 256, 224, "bilinear"))).all()


def test_a_large_input_equals_torchvision_to_the_bit():
    image = noise(200, 300)
    ours = seen(Recipe("center", (), (), (4500, 4500), (4200, 4200), "bicubic"), image)
    assert (np.array(ours) == np.array(by_torchvision(image, 4500, 4200, "bicubic"))).all()


@st.composite
def recipes(draw, filters=SMOOTH):
    sides = st.integers(4, 90)
    scale, crop = (draw(st.tuples(sides, sides)) for _ in range(2))
    scale = draw(st.sampled_from([scale, (scale[0], scale[0])]))
    return Recipe(draw(st.sampled_from(MODES)), (), (), scale, crop, draw(st.sampled_from(filters)))


def whole_and_part(recipe, thing):
    """What is seen where the whole picture is resized, and where only what is seen of it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_WHOLE", math.inf)
        whole = cook(recipe, read(thing, 3))
        patch.setattr(module, "_WHOLE", 0)
        patch.setattr(module, "_SPARE", 0)
        part = cook(recipe, read(thing, 3))
    assert part[2] == whole[2]
    return whole[0].numpy(), part[0].numpy()


@given(recipes(), st.integers(1, 300), st.integers(1, 300))
@settings(deadline=None, max_examples=150)
def test_a_part_is_that_part_of_the_whole(recipe, width, height):
    pixels = np.asarray(noise(width, height), np.float32) / 255  # floats show any move, 8 bits a large one
    whole, part = whole_and_part(recipe, pixels)
    assert np.abs(whole - part).max() < 0.1 / 255


@given(recipes(["bilinear", "hamming"]), st.integers(1, 300), st.integers(1, 300))
@settings(deadline=None, max_examples=100)
def test_a_part_in_eight_bits_is_the_whole_but_for_the_rounding(recipe, width, height):
    whole, part = whole_and_part(recipe, noise(width, height))
    assert np.abs(whole - part).max() < 2.01 / 255


def test_a_part_lies_where_the_plan_says():
    """A picture so narrow that it would have 3.9 thousand million pixels; each row has its own value."""
    values = np.linspace(0, 1, 60000, dtype=np.float32)[:, None]
    recipe = Recipe("center", (), (), filter="bilinear")
    tensor, _, geometry = cook(recipe, read(values, 1))
    _, top, _, bottom = plan(recipe, 60000, 1).window
    rows = (np.arange(top, bottom) + 0.5) * 60000 / (256 * 60000) - 0.5
    assert np.abs(tensor[0].numpy() - (rows / 59999)[:, None]).max() < 1e-6
    assert geometry.box == (16 / 256, top / 256, 240 / 256, bottom / 256)


NARROW = """
import resource, sys, numpy as np, torch
from PIL import Image
from nnscope.network.preprocess import prepare

torch.set_num_threads(1)
options = {"device": torch.device("cpu"), "dtype": torch.float32}
models = {channels: torch.nn.Conv2d(channels, 4, 3) for channels in (1, 3)}
prepare(Image.new("RGB", (300, 200)), models[3], **options)  # loads whatever is loaded late
used = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmData"))
resource.setrlimit(resource.RLIMIT_DATA, (used * 1024 + 200 * 2**20,) * 2)

narrow = {"input_size": (3, 96, 160), "crop_pct": 0.875}
configs = [{"input_size": (3, 224, 224), "crop_mode": mode} for mode in ("center", "squash", "border")]
for length in (2000, 6000, 30000, 60000, 10**6):
    for size in ((1, length), (length, 1), (3, length)):
        for transform in ("auto", narrow, *configs):
            prepare(Image.new("RGB", size), models[3], transform, **options)
    prepare(np.zeros((length, 1), np.float32), models[1], configs[0], **options)
with open(sys.argv[1], "wb") as file:  # a file of 500 MB is not read whole
    Image.new("RGB", (30, 20)).save(file, "PNG")
    file.truncate(500 * 2**20)
prepare(sys.argv[1], models[3], **options)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits memory as Linux does")
def test_no_picture_takes_more_memory_than_what_is_seen_of_it(tmp_path):
    command = [sys.executable, "-c", NARROW, str(tmp_path / "large.png")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
