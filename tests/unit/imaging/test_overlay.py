from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from nnscope.errors import OptionError
from nnscope.imaging import colormap, overlay
from nnscope.records import Geometry

RNG = np.random.default_rng(1)


def heatmap(raw, view=None, original=None, geometry=None):
    specimen = None if view is None else SimpleNamespace(view=view, original=original, geometry=geometry)
    drawn = torch.as_tensor(raw, dtype=torch.float32)
    ends = (0.0, max(0.0, float(drawn.nan_to_num(0).max())))
    return SimpleNamespace(drawn=drawn, ends=ends, signed=False, specimen=specimen)


def noise(width, height):
    return Image.fromarray(RNG.integers(0, 256, (height, width, 3), dtype=np.uint8))


@pytest.mark.parametrize(
    ("cells", "size"),
    [((7, 7), (224, 224)), ((5, 9), (40, 31)), ((1, 1), (8, 8)), ((1, 6), (9, 50)), ((30, 20), (12, 7))],
)
def test_upsampling_equals_torch(cells, size):
    values = RNG.normal(size=cells)
    theirs = torch.nn.functional.interpolate(
        torch.from_numpy(values)[None, None], size, mode="bilinear", align_corners=False
    )[0, 0].numpy()
    assert np.abs(overlay.upsample(values, *size) - theirs).max() < 1e-12


def test_values_are_placed_between_the_ends():
    assert overlay.placed([[-4.0, 1.0], [2.0, 8.0]], (0, 4)).tolist() == [[0, 0.25], [0.5, 1]]
    assert overlay.placed([[-4.0, 0.0, 2.0]], (-4, 4)).tolist() == [[0, 0.5, 0.75]]
    assert overlay.placed([[3.0, -1.0]], (0, 0)).tolist() == [[0, 0]]
    assert overlay.placed([[3.0, -1.0]], (0, 0), 0.5).tolist() == [[0.5, 0.5]]
    holes = overlay.placed([[np.nan, 1.0], [np.inf, 2.0]], (0, 2))
    assert np.isnan(holes).tolist() == [[True, False], [True, False]]


@pytest.mark.parametrize("opacity", [0.0, 0.3, 1.0])
def test_map_over_the_input(opacity):
    raw, view = RNG.normal(size=(4, 5)).astype(np.float32).astype(float), noise(50, 36)
    drawn = np.array(overlay.draw(heatmap(raw, view), opacity=opacity, colormap="viridis"), float)
    positive = torch.from_numpy(np.maximum(raw, 0) / raw.max())[None, None]
    fine = torch.nn.functional.interpolate(positive, (36, 50), mode="bilinear")[0, 0].numpy()
    colours = colormap.table("viridis")[np.floor(fine * 255 + 0.5).astype(int)]
    expected = (1 - opacity) * np.array(view, float) + opacity * colours
    error = np.abs(drawn - expected)
    assert np.quantile(error, 0.98) <= 0.5 + 1e-9
    assert error.max() <= 2  # a value between two colours may fall to either


def test_map_alone_has_the_size_of_the_input():
    raw = RNG.normal(size=(4, 5))
    assert overlay.draw(heatmap(raw, noise(50, 36)), over=None).size == (50, 36)
    alone = np.array(overlay.draw(heatmap(raw), over=None, colormap="grey"))
    assert (
        alone[:, :, 0] == np.floor(np.maximum(raw, 0).astype(np.float32) / np.float32(raw.max()) * 255 + 0.5)
    ).all()


def test_grey_views_are_drawn_in_colour():
    assert overlay.draw(heatmap([[1.0]], noise(5, 5).convert("L"))).mode == "RGB"


def test_map_covers_exactly_the_box_of_the_original():
    original, view = noise(60, 40), noise(16, 16)
    geometry = Geometry((40, 60), (16, 16), (14.0, 4.0, 46.0, 36.0))
    drawn = np.array(
        overlay.draw(
            heatmap([[1.0, 0.0], [0.0, 0.0]], view, original, geometry),
            over="original",
            opacity=1,
            colormap="grey",
        )
    )
    inside = np.zeros((40, 60), bool)
    inside[4:36, 14:46] = True
    expected = torch.nn.functional.interpolate(
        torch.tensor([[[[1.0, 0], [0, 0]]]]), (32, 32), mode="bilinear"
    )[0, 0]
    assert np.abs(drawn[4:36, 14:46, 0] - expected.numpy() * 255).max() <= 0.51
    changed = (drawn != np.array(original)).any(axis=2) & ~inside
    ring = np.zeros_like(inside)
    ring[2:38, 12:48] = True
    assert not (changed & ~ring).any()
    assert (drawn[3, 13:47] == 255).all()
    assert (drawn[3:37, 46] == 255).all()
    assert (drawn[2, 12:48] == 0).all()


def test_a_smaller_original_is_covered_where_the_large_one_would_be():
    geometry = Geometry((4000, 6000), (16, 16), (1400.0, 400.0, 4600.0, 3600.0))
    small = Geometry((40, 60), (16, 16), (14.0, 4.0, 46.0, 36.0))
    kept, view = noise(60, 40), noise(16, 16)
    drawn = [
        np.array(overlay.draw(heatmap([[1.0, 0.0], [0.0, 0.0]], view, kept, each), over="original"))
        for each in (geometry, small)
    ]
    assert (drawn[0] == drawn[1]).all()


def test_whole_image_has_no_frame_and_a_padded_one_is_clipped():
    original = noise(20, 10)
    whole = Geometry((10, 20), (8, 8), (0.0, 0.0, 20.0, 10.0))
    assert (
        np.array(overlay.draw(heatmap([[1.0]], noise(8, 8), original, whole), over="original", opacity=0))
        == np.array(original)
    ).all()
    padded = Geometry((10, 20), (30, 30), (-5.0, -10.0, 25.0, 20.0))
    raw = np.zeros((3, 3))
    raw[0] = 1  # only the padding above is hot
    drawn = np.array(
        overlay.draw(
            heatmap(raw, noise(30, 30), original, padded), over="original", opacity=1, colormap="grey"
        )
    )
    assert drawn.shape == (10, 20, 3)
    assert drawn[0].max() <= 128
    assert drawn[6:].max() == 0


def test_original_and_input_agree_through_the_geometry():
    """What is hottest on the input is hottest at the same place of the original."""
    raw = np.zeros((7, 7))
    raw[1, 5] = 1
    geometry = Geometry((300, 451), (224, 224), (93.96, 18.75, 357.04, 281.25))
    hot = heatmap(raw, noise(224, 224), noise(451, 300), geometry)
    options = {"opacity": 1.0, "colormap": "grey"}
    y, x = (
        float(i.mean()) + 0.5
        for i in np.nonzero(np.array(overlay.draw(hot, over="input", **options))[:, :, 0] > 200)
    )
    on_original = np.array(overlay.draw(hot, over="original", **options))[25:275, 100:350, 0]
    v, u = (float(i.mean()) + 0.5 for i in np.nonzero(on_original > 200))
    assert geometry.to_original(x, y) == pytest.approx((u + 100, v + 25), abs=1)


def test_cells_that_are_not_finite_are_magenta():
    drawn = np.array(overlay.draw(heatmap([[np.nan, 1.0]], noise(8, 4)), opacity=1))
    assert (drawn[:, :4] == colormap.NONFINITE).all()
    assert not (drawn[:, 4:] == colormap.NONFINITE).all(axis=2).any()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"opacity": 1.5}, "from 0"),
        ({"over": "both"}, "'input', 'original' or None"),
        ({"over": "original"}, "use over='input'"),
        ({"colormap": "jett"}, "colour map"),
    ],
)
def test_bad_options(options, sentence):
    with pytest.raises(OptionError, match=sentence):
        overlay.draw(heatmap([[1.0]], noise(4, 4)), **options)
    with pytest.raises(OptionError, match="over=None"):
        overlay.draw(heatmap([[1.0]]))
