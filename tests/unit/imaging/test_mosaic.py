import math

import numpy as np
import pytest

from nnscope.errors import OptionError
from nnscope.imaging import colormap
from nnscope.imaging.mosaic import GAP_COLOUR, grid, mosaic

RNG = np.random.default_rng(0)
TILES = RNG.integers(0, 255, (10, 5, 7), dtype=np.uint8)
LO = RNG.normal(-1, 0.3, 10).astype(np.float32)
HI = LO + RNG.uniform(0.5, 3, 10).astype(np.float32)


def cell(sheet, channel, y, x):
    """Colour of one cell at native size."""
    columns, _ = grid(10, 5, 7)
    row, column = divmod(channel, columns)
    return sheet.convert("RGB").getpixel((column * 8 + x, row * 6 + y))


@pytest.mark.parametrize("name", ["grey", "magma", "blue-red"])
@pytest.mark.parametrize("normalize", ["layer", "channel", "symmetric"])
def test_every_cell_has_the_colour_of_its_value(name, normalize):
    columns, rows = grid(10, 5, 7)
    sheet = mosaic(TILES, LO, HI, normalize=normalize, colormap=name, limit_px=max(columns * 8, rows * 6) - 1)
    assert sheet.size == (columns * 8 - 1, rows * 6 - 1)
    top = float(max(abs(LO.min()), abs(HI.max())))
    for channel in range(10):
        values = LO[channel] + (HI[channel] - LO[channel]) * (TILES[channel] / 254)
        limits = {
            "layer": (LO.min(), HI.max()),
            "channel": (LO[channel], HI[channel]),
            "symmetric": (-top, top),
        }
        expected = colormap.colour(values, name, *limits[normalize]).astype(int)
        for y in range(5):
            for x in range(7):
                # 254 instead of 256 colours: at most two entries of the table away
                assert np.abs(np.array(cell(sheet, channel, y, x)) - expected[y, x]).max() <= 6


def test_gaps_nonfinite_cells_and_the_empty_place():
    tiles = TILES.copy()
    tiles[3, 2, 4] = 255
    sheet = mosaic(tiles, LO, HI, limit_px=30).convert("RGB")
    columns, rows = grid(10, 5, 7)
    assert cell(sheet, 3, 2, 4) == colormap.NONFINITE
    assert sheet.getpixel((7, 0)) == GAP_COLOUR
    assert sheet.getpixel((0, 5)) == GAP_COLOUR
    if columns * rows > 10:
        assert sheet.getpixel((sheet.width - 1, sheet.height - 1)) == GAP_COLOUR
    assert (np.array(sheet) == colormap.NONFINITE).all(axis=2).sum() == 1


def test_tiles_grow_in_whole_steps():
    sheet = np.array(mosaic(TILES[:1], LO[:1], HI[:1], limit_px=100).convert("RGB"))
    assert sheet.shape == (5 * 14, 7 * 14, 3)
    small = np.array(mosaic(TILES[:1], LO[:1], HI[:1], limit_px=7).convert("RGB"))
    assert (sheet == np.kron(small, np.ones((14, 14, 1), np.uint8))).all()


@pytest.mark.parametrize("limit", [40, 100, 500])
def test_sheet_stays_within_its_limit(limit):
    tiles = np.zeros((64, 30, 20), np.uint8)
    sheet = mosaic(tiles, np.zeros(64), np.ones(64), limit_px=limit)
    assert max(sheet.size) <= limit


@pytest.mark.parametrize(
    ("channels", "height", "width"),
    [(1, 8, 8), (64, 56, 56), (7, 7, 7), (100, 10, 40), (2048, 7, 7), (5, 1, 300)],
)
def test_grid_is_as_square_as_whole_tiles_allow(channels, height, width):
    def unsquare(columns):
        ratio = columns * (width + 1) / (math.ceil(channels / columns) * (height + 1))
        return max(ratio, 1 / ratio)

    columns, rows = grid(channels, height, width)
    assert (rows - 1) * columns < channels <= rows * columns
    assert unsquare(columns) <= 1.15 * min(unsquare(n) for n in range(1, channels + 1))


def test_fewer_levels_make_fewer_colours():
    tiles = np.arange(255, dtype=np.uint8).reshape(1, 15, 17)
    assert len(mosaic(tiles, [0.0], [1.0], levels=8).getcolors()) == 8
    assert len(mosaic(tiles, [0.0], [1.0]).getcolors()) == 254


def test_dead_and_empty_channels_do_not_break_the_scale():
    sheet = mosaic(TILES[:2], [0.0, np.nan], [0.0, np.nan], limit_px=20)
    assert len(sheet.getcolors()) == 2  # flat, and the gap


def test_unknown_options():
    with pytest.raises(OptionError, match="did you mean 'layer'"):
        mosaic(TILES, LO, HI, normalize="layers")
    with pytest.raises(OptionError, match="colour map"):
        mosaic(TILES, LO, HI, colormap="jet")
