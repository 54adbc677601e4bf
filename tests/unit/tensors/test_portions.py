import pytest
import torch

from nnscope.tensors import portions
from nnscope.tensors.quantize import shrink
from nnscope.tensors.stats import channel_stats


@pytest.mark.parametrize("portion", [1, 1000, 4 * 7 * 9 * 2])
def test_portions_join_to_the_whole(monkeypatch, portion):
    a = torch.randn(5, 7, 9).to(torch.float16)
    a[3, 2, 1] = torch.nan
    stats, small = channel_stats(a), shrink(a, (3, 4))
    monkeypatch.setattr(portions, "PORTION", portion)
    again = channel_stats(a)
    for name in ("min", "max", "mean", "std", "l2", "active", "nonfinite"):
        torch.testing.assert_close(getattr(again, name), getattr(stats, name), equal_nan=True)
        assert getattr(again, name).is_contiguous()
    assert torch.equal(shrink(a, (3, 4)).nan_to_num(), small.nan_to_num())
