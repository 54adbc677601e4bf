import numpy as np
import pytest
import torch

from nnscope.tensors.stats import channel_stats


def test_every_column_agrees_with_numpy():
    a = torch.randn(5, 7, 9) * 3 + 100  # a large mean would drown a careless deviation
    stats = channel_stats(a)
    flat = a.double().numpy().reshape(5, -1)
    np.testing.assert_allclose(stats.min, flat.min(1), rtol=1e-6)
    np.testing.assert_allclose(stats.max, flat.max(1), rtol=1e-6)
    np.testing.assert_allclose(stats.mean, flat.mean(1), rtol=1e-6)
    np.testing.assert_allclose(stats.std, flat.std(1), rtol=1e-5)
    np.testing.assert_allclose(stats.l2, np.sqrt((flat**2).sum(1)), rtol=1e-6)
    np.testing.assert_allclose(stats.active, (flat > 0).mean(1))
    assert stats.nonfinite.tolist() == [0] * 5


def test_cells_that_are_not_finite_are_counted_and_left_out():
    a = torch.tensor([[[1.0, 2.0], [torch.nan, torch.inf]], [[-1.0, 0.0], [3.0, -2.0]]])
    stats = channel_stats(a)
    assert stats.nonfinite.tolist() == [2, 0]
    assert stats.min.tolist() == [1, -2]
    assert stats.max.tolist() == [2, 3]
    assert stats.mean.tolist() == [1.5, 0]
    assert stats.std[0].item() == pytest.approx(0.5)
    assert stats.l2[0].item() == pytest.approx(5**0.5)
    assert stats.active.tolist() == [0.5, 0.25]


def test_a_channel_without_a_finite_cell_has_no_numbers():
    stats = channel_stats(torch.stack([torch.full((2, 2), torch.nan), torch.ones(2, 2)]))
    assert stats.max.isnan().tolist() == [True, False]
    assert stats.mean.isnan().tolist() == [True, False]
    assert stats.nonfinite.tolist() == [4, 0]


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_any_floating_dtype_gives_float32(dtype):
    stats = channel_stats(torch.randn(3, 4, 4).to(dtype))
    assert stats.mean.dtype == torch.float32
