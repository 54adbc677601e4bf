import pytest
import torch
from hypothesis import given, strategies as st

from nnscope.tensors.quantize import COARSE_BYTES, NONFINITE, TOP, coarse_size, quantize, shrink


def decoded(codes):
    span = (codes.hi - codes.lo)[:, None, None]
    return codes.lo[:, None, None] + span * codes.tiles.float() / TOP


@given(st.integers(0, 1000), st.sampled_from([1e-20, 1e-3, 1.0, 1e8]))
def test_a_code_is_off_by_at_most_half_a_step(seed, scale):
    a = torch.randn(4, 6, 5, generator=torch.Generator().manual_seed(seed)) * scale
    codes = quantize(a)
    step = (codes.hi - codes.lo)[:, None, None] / TOP
    assert bool(((decoded(codes) - a).abs() <= step * 0.5001).all())


def test_the_ends_of_the_range_are_exact():
    a = torch.randn(3, 8, 8)
    codes = quantize(a)
    assert torch.equal(codes.lo, a.amin((1, 2)))
    assert torch.equal(codes.hi, a.amax((1, 2)))
    assert codes.tiles.amin((1, 2)).tolist() == [0] * 3
    assert codes.tiles.amax((1, 2)).tolist() == [TOP] * 3


def test_each_channel_keeps_its_own_levels():
    codes = quantize(
        torch.stack([torch.linspace(0, 1e6, 64).view(8, 8), torch.linspace(0, 1e-6, 64).view(8, 8)])
    )
    assert torch.equal(codes.tiles[0], codes.tiles[1])


def test_constant_and_dead_channels_are_flat():
    codes = quantize(torch.stack([torch.full((2, 2), 7.0), torch.zeros(2, 2)]))
    assert codes.tiles.unique().tolist() == [0]
    assert codes.lo.tolist() == codes.hi.tolist() == [7, 0]


def test_cells_that_are_not_finite_have_a_code_of_their_own():
    a = torch.tensor([[[torch.nan, 1.0], [3.0, -torch.inf]], [[torch.nan] * 2] * 2])
    codes = quantize(a)
    assert codes.tiles[0].flatten().tolist() == [NONFINITE, 0, TOP, NONFINITE]
    assert (codes.lo[0].item(), codes.hi[0].item()) == (1, 3)
    assert codes.tiles[1].unique().tolist() == [NONFINITE]
    assert (codes.lo[1].item(), codes.hi[1].item()) == (0, 0)


def test_shrinking_averages():
    a = torch.arange(16.0).view(1, 4, 4)
    assert shrink(a, (2, 2)).flatten().tolist() == [2.5, 4.5, 10.5, 12.5]
    assert shrink(a, (4, 4)) is not None
    assert shrink(a, (4, 4)).equal(a)


def test_a_block_with_a_cell_that_is_not_finite_stays_so():
    a = torch.zeros(1, 4, 4)
    a[0, 0, 0] = torch.nan
    assert shrink(a, (2, 2)).isnan().flatten().tolist() == [True, False, False, False]


@given(st.integers(1, 4096), st.integers(1, 600), st.integers(1, 600))
def test_coarse_tiles_fit_their_budget_and_are_never_larger_than_the_layer(c, h, w):
    rows, columns = coarse_size(c, h, w)
    assert 1 <= rows <= h
    assert 1 <= columns <= w
    if min(rows, columns) > 1:
        assert c * rows * columns <= COARSE_BYTES


@pytest.mark.parametrize(("shape", "size"), [((1280, 7, 7), (7, 7)), ((64, 32, 32), (32, 32))])
def test_small_layers_are_sent_whole(shape, size):
    assert coarse_size(*shape) == size
