"""Answers to a region, against maps drawn out to pixels and plain means."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from nnscope.tensors.boxes import core, support
from nnscope.tensors.regions import answer, shares


def painted(values, size, box):
    """Inside and outside means of one channel, with every cell repeated over its even share of the pixels."""
    height, width = size
    rows, columns = height // values.shape[0], width // values.shape[1]
    pixels = np.repeat(np.repeat(values, rows, 0), columns, 1)
    left, top, right, bottom = box
    mask = np.zeros(size, bool)
    mask[top:bottom, left:right] = True
    return mean(pixels[mask]), mean(pixels[~mask])


def mean(values):
    """Over finite values; NaN where there is none."""
    finite = values[np.isfinite(values)]
    return finite.mean() if len(finite) else np.nan


BOXES = st.tuples(st.integers(0, 22), st.integers(0, 10), st.integers(1, 24), st.integers(1, 12)).filter(
    lambda box: box[0] < box[2] and box[1] < box[3] and box != (0, 0, 24, 12)
)


@given(BOXES, st.sampled_from([(3, 4), (12, 24), (1, 6), (6, 1), (4, 8)]), st.booleans())
@settings(deadline=None)
def test_means_and_scores_are_those_of_the_pixels(box, cells, broken):
    values = np.random.default_rng(0).normal(5, 2, (3, *cells))
    if broken:
        values[0, 0, 0] = np.nan
    left, top, right, bottom = box
    rows, columns = shares(cells[0], 12, top, bottom), shares(cells[1], 24, left, right)
    found = answer(torch.from_numpy(values), rows, columns)
    for number, channel in enumerate(values):
        inside, outside = painted(channel, (12, 24), box)
        expected = [(inside - outside) / np.nanstd(channel), inside, outside]
        np.testing.assert_allclose([float(part[number]) for part in found], expected, rtol=1e-5, atol=1e-5)


def test_a_cell_counts_by_the_part_of_it_that_lies_inside():
    assert shares(4, 16, 2, 9).tolist() == [0.5, 1, 0.25, 0]
    assert shares(3, 10, 0, 10).tolist() == [1, 1, 1]
    assert shares(7, 224, 32, 64).tolist() == [0, 1, 0, 0, 0, 0, 0]


def test_a_channel_of_equal_numbers_does_not_answer():
    found = answer(torch.full((1, 7, 7), 0.1), shares(7, 7, 0, 3), shares(7, 7, 0, 3))
    assert found.score.tolist() == [0]
    assert found.inside.tolist() == found.outside.tolist() == [pytest.approx(0.1)]


def test_a_channel_without_a_finite_cell_inside_is_not_known():
    values = torch.ones(2, 2, 2)
    values[0, 0] = torch.inf
    found = answer(values, shares(2, 2, 0, 1), shares(2, 2, 0, 2))
    assert found.score.isnan().tolist() == found.inside.isnan().tolist() == [True, False]


# -- boxes ----------------------------------------------------------------------------------


def shortest(values, share):
    """The shortest run that holds the share, by trying all of them."""
    runs = [(e - b, b, e) for b in range(len(values)) for e in range(b + 1, len(values) + 1)]
    _, begin, end = min(run for run in runs if sum(values[run[1] : run[2]]) >= share * sum(values))
    return begin, end


@given(st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=5), min_size=1, max_size=6))
@settings(deadline=None)
def test_boxes_are_found_as_by_trying_all(rows):
    plane = torch.tensor(rows, dtype=torch.float32)
    if not plane.any():
        assert support(plane) is core(plane) is None
        return
    places = plane.nonzero()
    low, high = places.amin(0).tolist(), (places.amax(0) + 1).tolist()
    assert support(plane) == tuple(zip(low, high, strict=True))
    # A share that no sum of whole numbers equals, so that no rounding decides.
    box = core(plane, 0.9473)
    assert box == tuple(shortest(plane.sum(axis).tolist(), 0.9473) for axis in (1, 0))
    (top, bottom), (left, right) = box
    assert float(plane[top:bottom, left:right].sum()) >= (2 * 0.9473 - 1) * float(plane.sum())
