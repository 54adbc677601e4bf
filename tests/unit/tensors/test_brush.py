"""The brush, tool by tool, against numpy, scipy and a distance worked out pixel by pixel."""

import math

import numpy as np
import pytest
import scipy.ndimage
import torch
import torchvision.transforms.functional as TF
from hypothesis import given, settings, strategies as st

from nnscope.records import Colours
from nnscope.tensors.brush import TOOLS, Brush, Stroke, blur, mask, shifted

COLOURS = Colours(np.array([-2.0, -1.0, 0.5]), np.array([2.0, 3.0, 1.0]))
COORDINATE = st.floats(-30, 60, width=32)
PATHS = st.lists(st.tuples(COORDINATE, COORDINATE), min_size=1, max_size=6)


def whole(points, radius, size):
    """The mask of a whole image."""
    dab, alpha = mask(points, radius, size), torch.zeros(size)
    height, width = dab.alpha.shape
    alpha[dab.top : dab.top + height, dab.left : dab.left + width] = dab.alpha
    return alpha


def distance(x, y, start, end):
    """From a point to a segment, by the angle at each of its ends."""
    to_start, to_end = math.dist((x, y), start), math.dist((x, y), end)
    length = math.dist(start, end)
    if length == 0:
        return to_start
    along = ((x - start[0]) * (end[0] - start[0]) + (y - start[1]) * (end[1] - start[1])) / length
    if along <= 0:
        return to_start
    if along >= length:
        return to_end
    area = (end[0] - start[0]) * (y - start[1]) - (end[1] - start[1]) * (x - start[0])
    return abs(area) / length


@given(PATHS, st.floats(0.5, 20, width=32), st.sampled_from([(17, 23), (24, 9), (1, 1)]))
@settings(deadline=None)
def test_a_mask_is_made_of_distances(points, radius, size):
    ends = list(zip(points[:-1] or points, points[1:] or points, strict=True))
    expected = [
        [
            min(1, max(0, radius + 0.5 - min(distance(x + 0.5, y + 0.5, *pair) for pair in ends)))
            for x in range(size[1])
        ]
        for y in range(size[0])
    ]
    assert whole(points, radius, size).numpy() == pytest.approx(np.array(expected), abs=1e-5)


def test_an_edge_is_one_pixel_wide_and_there_are_no_gaps():
    alpha = whole([(5.5, 20), (55.5, 20)], 8, (40, 60))
    column = alpha[:, 30]
    assert column[12:28].eq(1).all()
    assert column[:11].eq(0).all()
    assert column[29:].eq(0).all()
    tilted = whole([(5, 5), (50, 33)], 6, (40, 60))
    assert ((tilted > 0) & (tilted < 1)).any()
    far = whole([(-500, 20), (600, 20)], 8, (40, 60))  # both ends outside
    assert far[:, [0, 59]].eq(alpha[:, 30:31]).all()
    assert mask([(-50, -50)], 8, (40, 60)).alpha.numel() == 0


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16, torch.bfloat16])
@settings(deadline=None, max_examples=20)
@given(path=PATHS, cut=st.integers(1, 5), again=st.booleans())
def test_a_stroke_in_pieces_is_the_whole_stroke(tool, dtype, path, cut, again):
    image = torch.randn(3, 31, 44, generator=torch.Generator().manual_seed(1)).to(dtype)
    kept = image.clone()
    brush = Brush(tool, 5.0, (7, -3) if tool == "copy" else None)
    one, many = (Stroke(brush, image, COLOURS, seed=4) for _ in range(2))
    one.extend(path)
    for piece in filter(None, (path[:cut], path[cut:])):
        many.extend(piece)
        if again:  # what is covered twice is changed once
            many.extend(piece[-1:])
    assert torch.equal(one.image, many.image)
    assert torch.equal(image, kept)
    outside = whole(path, 5.0, (31, 44)) == 0
    assert torch.equal(one.image[:, outside], image[:, outside])


def test_nothing_changes_outside_and_all_of_it_inside():
    image = -torch.zeros(3, 20, 20)  # minus zero is to stay what it is
    stroke = Stroke(Brush("erase", 4.0), image, COLOURS)
    stroke.extend([(10, 10)])
    alpha = whole([(10, 10)], 4, (20, 20))
    assert torch.signbit(stroke.image[:, alpha == 0]).all()
    assert stroke.image[:, alpha == 1].T.eq(torch.tensor([0, 1, 0.75])).all()
    for channel, grey in enumerate((0, 1, 0.75)):
        assert stroke.image[channel].numpy() == pytest.approx((alpha * grey).numpy(), abs=1e-6)


def painted(brush, image, seed=0):
    """The whole image, all of it under the brush."""
    return brush.paint(image, COLOURS, seed).expand(image.shape)


@pytest.mark.parametrize("radius", [1.0, 3.5, 12.0, 90.0])
def test_blur_is_a_gaussian_of_a_third_of_the_radius(radius):
    image = torch.randn(3, 41, 30)
    ours = painted(Brush("blur", radius), image)
    theirs = [
        scipy.ndimage.gaussian_filter(plane, radius / 3, mode="nearest", truncate=4)
        for plane in image.double().numpy()
    ]
    assert ours.numpy() == pytest.approx(np.stack(theirs), abs=2e-6)


def test_blur_equals_torchvision_away_from_the_edges():
    image = torch.randn(3, 60, 50)
    theirs = TF.gaussian_blur(image, 2 * 12 + 1, 3.0)  # its edges are mirrored, ours go on
    assert (blur(image, 3.0) - theirs)[:, 12:-12, 12:-12].abs().max() < 1e-5
    assert blur(torch.full((2, 9, 7), 3.0), 4.0).numpy() == pytest.approx(3)


def test_mean_is_that_of_each_channel():
    image = torch.randn(3, 20, 30) + 5
    assert painted(Brush("mean", 3.0), image).amax((1, 2)).numpy() == pytest.approx(
        image.numpy().mean((1, 2)), rel=1e-6
    )


def test_noise_has_the_mean_and_deviation_of_the_image():
    image = torch.randn(3, 120, 130) * torch.tensor([0.1, 1, 3])[:, None, None] + 5
    state = torch.get_rng_state()
    noise = painted(Brush("noise", 3.0), image, seed=7).numpy()
    assert noise.mean((1, 2)) == pytest.approx(image.numpy().mean((1, 2)), rel=0.03)
    assert noise.std((1, 2)) == pytest.approx(image.numpy().std((1, 2)), rel=0.03)
    assert abs(np.corrcoef(noise.reshape(3, -1), image.reshape(3, -1)) - np.eye(6)).max() < 0.04
    assert np.array_equal(painted(Brush("noise", 9.0), image, seed=7), noise)
    assert not np.array_equal(painted(Brush("noise", 3.0), image, seed=8), noise)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("offset", [(0, 0), (3, -2), (-100, 4), (9, 100)])
def test_copy_takes_from_elsewhere_and_clamps_at_the_edges(offset):
    image = torch.randn(2, 13, 17)
    y, x = np.mgrid[:13, :17]
    theirs = [
        scipy.ndimage.map_coordinates(plane, [y + offset[1], x + offset[0]], order=0, mode="nearest")
        for plane in image.numpy()
    ]
    assert (shifted(image, offset).numpy() == np.stack(theirs)).all()
    assert torch.equal(painted(Brush("copy", 3.0, offset), image), shifted(image, offset))


def test_erasing_is_grey_to_the_eye():
    mixed = Colours(
        np.array([0.1, 0.2, 0.3]),
        np.array([1.1, 2.2, 3.3]),
        np.linalg.inv(np.array([[0.5, 0.3, 0.2], [1, 1, 0], [0, 1, 2]])),
    )
    seen = mixed.decode(Brush("erase", 3.0).paint(torch.randn(3, 4, 5).double(), mixed).numpy())
    assert seen == pytest.approx(0.5)
