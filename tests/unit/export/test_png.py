import io

import numpy as np
import pytest
from PIL import Image

from nnscope.export import png

RNG = np.random.default_rng(2)


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def noise(width, height):
    return Image.fromarray(RNG.integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.mark.parametrize(("channels", "side"), [(1, 56), (64, 32), (512, 14), (2048, 7), (3, 400)])
def test_contact_sheet_fits_and_shows_every_channel(channels, side):
    tiles = RNG.integers(0, 255, (channels, side, side), dtype=np.uint8)  # noise packs worst
    data = png.contact_sheet(tiles, np.zeros(channels), np.ones(channels), colormap="viridis")
    sheet = opened(data)
    assert len(data) <= 60_000
    if side in (32, 400):  # the others fit at full size, or step too coarsely
        assert len(data) > 25_000, "the budget is used"
    assert sheet.format == "PNG"
    columns = round(np.sqrt(channels))
    assert min(sheet.size) >= columns * 2 - 1  # a pixel and a gap each
    assert data == png.contact_sheet(tiles, np.zeros(channels), np.ones(channels), colormap="viridis")


def test_easy_tiles_are_drawn_large():
    sheet = opened(png.contact_sheet(np.zeros((4, 8, 8), np.uint8), np.zeros(4), np.ones(4)))
    assert max(sheet.size) > 900


def test_sheet_keeps_its_colours():
    tiles = np.array([[[0]], [[254]], [[255]], [[127]]], np.uint8)
    sheet = opened(png.contact_sheet(tiles, np.zeros(4), np.ones(4), colormap="grey")).convert("RGB")
    half = sheet.width // 4
    spots = [sheet.getpixel((x, y)) for y in (half, 3 * half) for x in (half, 3 * half)]
    assert spots[:3] == [(0, 0, 0), (255, 255, 255), (255, 0, 255)]
    assert abs(spots[3][0] - 127) <= 3


def test_channels_are_left_out_only_when_nothing_else_helps():
    tiles = RNG.integers(0, 255, (20_000, 2, 2), dtype=np.uint8)
    data = png.contact_sheet(tiles, np.zeros(20_000), np.ones(20_000), max_bytes=4000)
    assert len(data) <= 4000
    assert max(opened(data).size) > 20


def test_encode_prefers_exact_pixels():
    image = Image.new("RGB", (224, 224), "teal")
    data = png.encode(image, 60_000)
    assert png.media_type(data) == "image/png"
    assert (np.array(opened(data)) == np.array(image)).all()


@pytest.mark.parametrize("budget", [100_000, 20_000, 5_000, 1_500])
def test_encode_falls_back_to_jpeg(budget):
    image = noise(300, 200)
    data = png.encode(image, budget)
    assert len(data) <= budget
    assert png.media_type(data) == "image/jpeg"
    assert opened(data).width / opened(data).height == pytest.approx(1.5, abs=0.1)
    assert (opened(data).size == (300, 200)) == (budget == 100_000)


@pytest.mark.parametrize(
    ("size", "expected"), [((1000, 500), (320, 160)), ((100, 50), (100, 50)), ((33, 3200), (3, 320))]
)
def test_thumbnail(size, expected):
    data = png.thumbnail(Image.new("RGB", size, "navy"))
    assert png.media_type(data) == "image/jpeg"
    assert opened(data).size == expected


def test_modes_that_jpeg_does_not_know():
    for mode in ("RGBA", "P", "1", "I;16"):
        assert opened(png.thumbnail(Image.new(mode, (20, 10)))).size == (20, 10)
    assert opened(png.thumbnail(Image.new("L", (20, 10)))).mode == "L"
