import matplotlib as mpl
import numpy as np
import pytest

from nnscope.errors import OptionError
from nnscope.imaging import colormap


@pytest.mark.parametrize(
    ("name", "theirs"), [("viridis", "viridis"), ("magma", "magma"), ("cividis", "cividis"), ("grey", "gray")]
)
def test_tables_are_close_to_matplotlib(name, theirs):
    reference = np.array([mpl.colormaps[theirs](code)[:3] for code in range(256)]) * 255
    assert np.abs(colormap.table(name) - reference).max() < 4


@pytest.mark.parametrize("name", colormap.NAMES)
def test_table_shape_and_points(name):
    table = colormap.table(name)
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    for point in colormap.POINTS[name].split():
        code, colour = point.split(":")
        assert bytes(table[int(code)]) == bytes.fromhex(colour)
    assert not (table == colormap.NONFINITE).all(axis=1).any()
    with pytest.raises(ValueError, match="read-only"):
        table[0] = 0


def test_diverging_map_is_balanced():
    table = colormap.table("blue-red").astype(int)
    lightness = table @ [0.2126, 0.7152, 0.0722]
    assert (table[127] == table[128]).all()
    assert lightness.argmax() in (127, 128)
    assert (np.diff(lightness[:128]) > -0.5).all()
    assert (np.diff(lightness[128:]) < 0.5).all()
    assert abs(lightness[40] - lightness[215]) < 15
    assert table[30, 2] > table[30, 0] + 50  # blue below
    assert table[225, 0] > table[225, 2] + 50  # red above


def test_colour_rounds_half_up_and_clips():
    colours = colormap.colour([-1.0, 0.0, 0.5, 1.0, 9.0], "grey", 0, 1)
    assert colours[:, 0].tolist() == [0, 0, 128, 255, 255]


def test_zero_stays_in_the_middle_of_a_diverging_map():
    for lo, hi in ((-1, 9), (-9, 1), (0, 5), (-5, 0)):
        assert (colormap.colour(0.0, "blue-red", lo, hi) == colormap.table("blue-red")[128]).all()
    top = colormap.colour([4.5, -4.5], "blue-red", -2, 9)
    assert (top == colormap.table("blue-red")[[191, 64]]).all()
    assert (colormap.colour([4.5, -4.5], "blue-red", -9, 2) == top).all()


def test_cells_that_are_not_finite_have_a_colour_of_their_own():
    colours = colormap.colour([[np.nan, np.inf], [-np.inf, 0.2]], "viridis", 0, 1)
    assert colours.shape == (2, 2, 3)
    assert (colours.reshape(4, 3) == colormap.NONFINITE).all(axis=1).tolist() == [True, True, True, False]


def test_an_empty_range_is_flat():
    assert (colormap.colour([3.0, 3.0], "magma", 3, 3) == colormap.table("magma")[0]).all()
    assert (colormap.colour([0.0], "blue-red", 0, 0) == colormap.table("blue-red")[128]).all()


def test_unknown_map_is_told_with_the_nearest():
    with pytest.raises(OptionError, match="did you mean 'viridis'"):
        colormap.table("viridsi")
    with pytest.raises(OptionError, match="'blue-red'"):
        colormap.colour([1.0], "zzz", 0, 1)
