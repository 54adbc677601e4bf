"""Likeness against numpy, and CKA against its other formula, in the space of the features."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st
from hypothesis.extra import numpy as arrays

from nnscope.tensors import portions
from nnscope.tensors.similarity import gram, likeness, likeness_of, linear_cka, sums

FINITE = st.floats(-1e3, 1e3, width=32)
MAPS = st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: st.tuples(*[arrays.arrays(np.float32, shape, elements=FINITE)] * 2)
)


def relative(a, b):
    apart, whole = np.linalg.norm(a - b), np.linalg.norm(b)
    return 0.0 if apart == 0 else math.inf if whole == 0 else apart / whole


def pearson(a, b):
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return math.nan
    return np.corrcoef(a, b)[0, 1]


def compare(found, this, other):
    """The likeness of two maps, checked against numpy row by row and as a whole."""
    a, b = (values.astype(np.float64).reshape(len(values), -1) for values in (this, other))
    change = [relative(*pair) for pair in zip(a, b, strict=True)]
    np.testing.assert_allclose(found.change.numpy(), change, rtol=1e-9)
    np.testing.assert_allclose(found.whole_change, relative(a.ravel(), b.ravel()), rtol=1e-9)
    # A correlation of values that hardly differ loses digits, in numpy as well.
    rows = [pearson(*pair) for pair in zip(a, b, strict=True)]
    np.testing.assert_allclose(found.correlation.numpy(), rows, atol=1e-6)
    np.testing.assert_allclose(found.whole_correlation, pearson(a.ravel(), b.ravel()), atol=1e-6)


@given(MAPS)
@settings(deadline=None)
def test_change_and_correlation_agree_with_numpy(pair):
    compare(likeness(*map(torch.from_numpy, pair)), *pair)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_sums_are_taken_in_float64_whatever_the_precision(dtype):
    a, b = (1000 + torch.randn(3, 40, 40).to(dtype) for _ in range(2))
    compare(likeness(a, b), a.double().numpy(), b.double().numpy())


def test_portions_add_up(monkeypatch):
    a, b = torch.randn(2, 7, 6, 5)
    whole = likeness(a, b)
    monkeypatch.setattr(portions, "EXACT_PORTION", 2 * 8 * 6 * 5)  # two channels
    parted = likeness(a, b)
    joined = likeness_of(torch.cat([sums(a[:3], b[:3]), sums(a[3:], b[3:])]))
    for other in (parted, joined):
        assert other.change.tolist() == pytest.approx(whole.change.tolist(), rel=1e-12)
        assert other.whole_correlation == pytest.approx(whole.whole_correlation, rel=1e-12)


def test_the_same_values_do_not_differ_and_constant_ones_have_no_correlation():
    a = torch.randn(4, 3, 3)
    a[1] = 0.1  # its mean over nine cells is off by a rounding
    a[2] = 0
    found = likeness(a, a.clone())
    assert found.change.tolist() == [0, 0, 0, 0]
    assert found.correlation.isnan().tolist() == [False, True, True, False]
    assert found.correlation[[0, 3]].tolist() == pytest.approx([1, 1])
    assert (found.whole_change, found.whole_correlation) == (0, pytest.approx(1))


def test_nothing_in_the_other_is_an_infinite_change():
    a, zero = torch.ones(1, 2, 2), torch.zeros(1, 2, 2)
    assert likeness(a, zero).change.tolist() == [math.inf]
    assert likeness(zero, a).change.tolist() == [1]
    assert likeness(zero, zero).change.tolist() == [0]


def test_cells_that_are_not_finite_in_one_of_them_are_left_out():
    a, b = torch.randn(2, 3, 4, 4)
    a[0, 0, 0], a[0, 1, 1], b[0, 2, 2] = torch.nan, torch.inf, -torch.inf
    b[1] = torch.nan
    found = likeness(a, b)
    both = (a[0].isfinite() & b[0].isfinite()).numpy()
    x, y = a[0].double().numpy()[both], b[0].double().numpy()[both]
    assert float(found.change[0]) == pytest.approx(relative(x, y))
    assert float(found.correlation[0]) == pytest.approx(pearson(x, y))
    assert found.change.isnan().tolist() == found.correlation.isnan().tolist() == [False, True, False]
    x, y = (np.concatenate([one, two[2].double().numpy().ravel()]) for one, two in ((x, a), (y, b)))
    assert found.whole_change == pytest.approx(relative(x, y))
    assert found.whole_correlation == pytest.approx(pearson(x, y))
    nothing = likeness(torch.full((1, 2, 2), torch.nan), torch.ones(1, 2, 2))
    assert math.isnan(nothing.whole_change)
    assert math.isnan(nothing.whole_correlation)


# -- linear CKA -----------------------------------------------------------------------------


def by_features(x, y):
    """CKA by ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖) of centred features: no Gram matrix of the images is made."""
    x, y = x - x.mean(0), y - y.mean(0)
    return np.linalg.norm(y.T @ x) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))


@pytest.mark.parametrize(("images", "p", "q"), [(3, 5, 5), (7, 4, 9), (12, 300, 40)])
def test_cka_equals_its_formula_in_the_space_of_features(images, p, q):
    x, y = torch.randn(images, p), torch.randn(images, q) + 50  # far from zero, as features are
    expected = by_features(x.double().numpy(), y.double().numpy())
    assert linear_cka(gram(x), gram(y)) == pytest.approx(expected, rel=1e-9)


@given(st.integers(0, 2**31), st.floats(0.01, 100), st.floats(-100, 100))
@settings(deadline=None, max_examples=30)
def test_cka_knows_no_turn_no_scale_and_no_shift(seed, scale, shift):
    draw = torch.Generator().manual_seed(seed)
    x, y = (torch.randn(6, 8, generator=draw, dtype=torch.float64) for _ in range(2))
    turn, _ = torch.linalg.qr(torch.randn(8, 8, generator=draw, dtype=torch.float64))
    assert linear_cka(gram(x), gram(scale * x @ turn + shift)) == pytest.approx(1)
    one, two = linear_cka(gram(x), gram(y)), linear_cka(gram(x), gram(scale * y @ turn + shift))
    assert one == pytest.approx(two)
    assert 0 <= one < 1


def test_grams_of_parts_add_up(monkeypatch):
    x = torch.randn(5, 4, 6, 6)
    whole = gram(x)
    torch.testing.assert_close(gram(x[:, :1]) + gram(x[:, 1:]), whole)
    monkeypatch.setattr("nnscope.tensors.similarity.PORTION", 8 * 5 * 7)  # seven features at a time
    torch.testing.assert_close(gram(x), whole)


def test_of_two_images_cka_says_nothing():
    x, y = torch.randn(2, 9), torch.randn(2, 9)
    assert by_features(x.double().numpy(), y.double().numpy()) == pytest.approx(1)
    assert linear_cka(gram(x), gram(y)) is None


def test_small_differences_between_images_do_not_drown():
    shared = 1e6 * torch.randn(1, 50, dtype=torch.float64)
    x, y = (1e-3 * torch.randn(5, 50, dtype=torch.float64) for _ in range(2))
    assert linear_cka(gram(shared + x), gram(y)) == pytest.approx(by_features(x.numpy(), y.numpy()), rel=1e-5)


def test_features_that_do_not_differ_or_are_not_finite_have_no_cka():
    x = torch.randn(4, 3)
    broken = x.clone()
    broken[1, 1] = torch.inf
    for other in (torch.full((4, 3), 0.1), broken):
        assert linear_cka(gram(x), gram(other)) is None
