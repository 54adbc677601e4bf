import pytest
import torch
from torch import nn

from nnscope.network.fingerprint import Fingerprint


def make():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Sequential(nn.ReLU()))


def _step(model):
    model[0].weight.grad = torch.ones_like(model[0].weight)
    torch.optim.SGD([model[0].weight], 0.1).step()


CHANGES = {
    "a weight is written": lambda m: m[0].weight.detach().mul_(2),
    "a statistic is written": lambda m: m[1].running_mean.add_(1),
    "an optimizer steps": _step,
    "a state is loaded": lambda m: m.load_state_dict(make().state_dict()),
    "the dtype changes": lambda m: m.double(),
    "a part is replaced": lambda m: m[2].__setitem__(0, nn.GELU()),
    "a parameter is replaced": lambda m: setattr(m[0], "bias", nn.Parameter(torch.zeros(4))),
    "a part is added": lambda m: m.append(nn.ReLU()),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(change):
    model = make()
    taken = Fingerprint(model)
    assert not taken.stale()
    CHANGES[change](model)
    assert taken.stale()


def test_reading_and_running_change_nothing():
    model = make().eval()
    taken = Fingerprint(model)
    model(torch.randn(1, 3, 5, 5))
    model.state_dict()
    model.train()
    assert not taken.stale()
