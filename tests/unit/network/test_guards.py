import copy
from contextlib import nullcontext

import pytest
import torch
from torch import nn

from nnscope.network.guards import untouched


def make():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Dropout())
    model[1].eval()
    model[0].weight.requires_grad_(False)
    model[0].bias.grad = torch.ones(4)
    model.register_buffer("noted", torch.tensor([1.0, torch.nan]))
    return model


def everything(model):
    return {
        "training": [m.training for m in model.modules()],
        "inplace": [getattr(m, "inplace", None) for m in model.modules()],
        "parameters": [(n, id(p), p.requires_grad, id(p.grad)) for n, p in model.named_parameters()],
        "buffers": [(n, id(b), b.tolist()) for n, b in model.named_buffers()],
        "random": torch.get_rng_state().tolist(),
        "modes": (
            torch.is_grad_enabled(),
            torch.is_inference_mode_enabled(),
            torch.is_autocast_enabled("cpu"),
        ),
    }


def vandalise(model):
    model.train()
    for module in model.modules():
        module.inplace = False
    for parameter in model.parameters():
        parameter.requires_grad_(not parameter.requires_grad)
        parameter.grad = torch.zeros_like(parameter)
    model[0].weight = nn.Parameter(torch.zeros(4, 3, 3, 3))
    model[1].running_mean += 1
    model[1].running_var = torch.zeros(4)
    model.register_buffer("added", torch.zeros(1))
    del model.noted
    torch.rand(3)


@pytest.mark.parametrize("error", [None, RuntimeError, KeyboardInterrupt])
@pytest.mark.parametrize("outer", [torch.enable_grad, torch.no_grad, torch.inference_mode])
def test_all_is_as_before(error, outer):
    model = make()
    with outer():
        before = everything(model)
        weights = copy.deepcopy(dict(model.named_parameters()))
        with pytest.raises(error) if error else nullcontext(), untouched(model):
            vandalise(model)
            if error:
                raise error
        assert str(everything(model)) == str(before)  # as text, so that NaN equals NaN
        for name, parameter in model.named_parameters():
            assert torch.equal(parameter, weights[name])


def test_inside_everything_is_in_eval_mode_and_gradients_can_flow():
    model = make().train()
    with torch.inference_mode(), torch.autocast("cpu"), untouched(model), torch.enable_grad():
        assert not any(module.training for module in model.modules())
        assert not torch.is_autocast_enabled("cpu")
        x = torch.ones(1, requires_grad=True)
        assert (x * 2).requires_grad


def test_a_module_that_overrides_train_keeps_its_flag():
    class Stubborn(nn.Module):
        def train(self, mode=True):
            return self

    model = Stubborn()
    with untouched(model):
        assert model.training is False
    assert model.training is True
