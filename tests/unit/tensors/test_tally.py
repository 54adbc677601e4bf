import numpy as np
import pytest
import torch

from nnscope.tensors import tally as module
from nnscope.tensors.tally import tally


@pytest.mark.parametrize("at_once", [7, 2**21])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_it_counts_as_numpy_does(monkeypatch, at_once, dtype):
    monkeypatch.setattr(module, "AT_ONCE", at_once)
    values = (torch.randn(5, 4, 6) * 3 + 1).to(dtype)
    values[1] = 0
    found = tally(values, 13)
    exact = values.double().numpy()
    counts, edges = np.histogram(exact, 13)
    if dtype != torch.bfloat16:  # so coarse that values lie on edges
        np.testing.assert_array_equal(found.counts, counts)
    assert found.ends == (edges[0], edges[-1])
    assert (found.min, found.max, found.count) == (exact.min(), exact.max(), exact.size)
    assert found.mean == pytest.approx(exact.mean(), abs=1e-12)
    assert found.std == pytest.approx(exact.std(), abs=1e-12)
    assert (found.zero, found.dead, found.nonfinite) == (np.mean(exact == 0), 1, 0)


def test_what_is_not_finite_is_left_out_and_counted():
    found = tally(torch.tensor([[1.0, float("nan"), 3.0], [float("inf"), 2.0, -float("inf")]]), 2)
    assert (found.count, found.nonfinite, found.mean, found.ends) == (3, 3, 2.0, (1.0, 3.0))
    assert found.counts.tolist() == [1, 2]
    assert tally(torch.full((2, 2), float("nan")), 4) is None
    assert tally(torch.zeros(0, 3), 4) is None


def test_equal_values_stand_in_the_middle():
    found = tally(torch.full((2, 1000), 0.1), 4)
    counts, edges = np.histogram(np.full(2000, np.float32(0.1), np.float64), 4)
    assert found.counts.tolist() == counts.tolist()
    assert found.ends == (edges[0], edges[-1])
    assert (found.std, found.dead) == (0.0, 0)
    assert found.mean == np.float32(0.1)


@pytest.mark.parametrize("value", [1e20, -1e20, 1e7, 3e38])
def test_bins_around_large_equal_values_have_a_width(value):
    found = tally(torch.full((1, 10), value), 4)
    low, high = found.ends
    assert low < found.min == found.max < high
    assert int(found.counts.sum()) == 10
    assert found.counts[1:3].sum() == 10
