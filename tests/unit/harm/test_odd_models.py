"""Models that keep their state in unusual places leave as they came, too."""

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations, spectral_norm, weight_norm

import nnscope


def scripted():
    return nn.Sequential(nn.Conv2d(3, 4, 3), torch.jit.script(nn.Sequential(nn.Dropout(), nn.ReLU())))


class HandsOutAParameter(nn.Module):
    def __init__(self):
        super().__init__()
        self.position = nn.Parameter(torch.randn(1, 4, 6, 6))

    def forward(self):
        return self.position


class Positioned(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.position = nn.Conv2d(3, 4, 3), HandsOutAParameter()

    def forward(self, x):
        return self.conv(x) * self.position()


class Guarded(nn.Conv2d):
    """Lets nobody set its flag, once it is closed."""

    __slots__ = ("aside",)
    closed = False

    def __setattr__(self, name, value):
        if self.closed:
            pytest.fail(f"{name} was set")
        super().__setattr__(name, value)


class CountsByHand(nn.Module):
    """Writes to a buffer in each pass, in half precision, and to one element of another in a list of two."""

    def __init__(self):
        super().__init__()
        self.register_buffer("count", torch.zeros((), dtype=torch.float16))
        self.register_buffer("sign", torch.zeros(2))
        self.register_buffer("index", torch.eye(2).to_sparse())

    def forward(self, x):
        self.count += 1
        self.sign.neg_()  # −0 equals 0, but it is not the same
        return x


def shares_a_buffer():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), CountsByHand(), CountsByHand())
    model[2].count = model[1].count
    model[2].sign = model[1].sign[:1]
    return model


ODD = {
    "scripted part": scripted,
    "parameter as an output": Positioned,
    "flag that defends itself": lambda: nn.Sequential(Guarded(3, 4, 3)),
    "buffers shared, sparse, half, of no dimension": shares_a_buffer,
    "weight_norm of old": lambda: nn.Sequential(weight_norm(nn.Conv2d(3, 4, 3))),
    "spectral_norm of old": lambda: nn.Sequential(spectral_norm(nn.Conv2d(3, 4, 3))),
    "weight_norm": lambda: nn.Sequential(parametrizations.weight_norm(nn.Conv2d(3, 4, 3))),
    "spectral_norm": lambda: nn.Sequential(parametrizations.spectral_norm(nn.Conv2d(3, 4, 3))),
    "in-place at once": lambda: nn.Sequential(nn.ReLU(inplace=True), nn.Conv2d(3, 4, 3)),
    "one module, twice": lambda: nn.Sequential(*[nn.Conv2d(3, 3, 1)] * 2),
}


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("odd", ODD)
def test_an_odd_model_leaves_as_it_came(odd, train, ledger, x, monkeypatch):
    model = ODD[odd]().train(train)
    with torch.no_grad():
        model.eval()(x.clone())
    model.train(train)
    monkeypatch.setattr(Guarded, "closed", True)
    before, kept = ledger(model), x.clone()
    probe = nnscope.Probe(model, x)
    layer = probe.layers.viewable[-1].name
    heatmap = probe.cam(layer, lambda out: out.mean())
    assert heatmap.raw.isfinite().all()
    probe.cams(lambda out: out.mean())
    assert ledger(model) == before
    assert torch.equal(x, kept)
    assert torch.equal(probe.specimen.input, kept)
    assert probe.epoch == 0  # what is put back does not count as a change


def test_an_input_made_in_inference_mode_is_one_like_any_other(ledger):
    model = nn.Sequential(nn.Identity(), nn.Conv2d(3, 4, 3))
    with torch.inference_mode():
        x = torch.randn(1, 3, 8, 8)
        before = ledger(model)
        probe = nnscope.Probe(model, x)
        assert list(probe.cams(lambda out: out.mean())) == ["0", "1"]
        assert ledger(model) == before


def test_a_graph_of_the_users_survives_a_look(x):
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), CountsByHand())
    loss = (model(x) * model[2].sign.sum().exp()).sum() * model[2].count.float().sigmoid()
    nnscope.Probe(model, x).cams(lambda out: out.mean())
    loss.backward()
    assert model[0].weight.grad is not None
