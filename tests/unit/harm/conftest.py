"""A network that leaves marks wherever it can, and a ledger of all that must be as before."""

import random
import signal
import threading

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.modules import module as hooks
from torch.overrides import _get_current_function_mode_stack as function_modes

from nnscope.network import guards


class Restless(nn.Module):
    """Does in its forward what wild models do. ``blow``, an error and threads, is raised in these."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("calls", torch.zeros(2))
        self.register_buffer("last", torch.zeros(1))
        self.quiet, self.blow, self.runs = False, None, 0

    def forward(self, x):
        self.runs += 1
        if not self.quiet:
            noise = torch.rand(1) + random.random() + np.random.rand()  # noqa: NPY002
            self.scale.grad = torch.zeros(1)
            self.scale.requires_grad_(not self.scale.requires_grad)
            self.scale = nn.Parameter(self.scale.detach() + noise)
            self.calls += 1
            self.last = noise
            self.cached = x * noise  # a tensor that is no buffer, as an attention map that is kept
            self.inplace = True
            self.train()
        if self.blow is not None and threading.get_ident() in self.blow[1]:
            raise self.blow[0]
        return x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.norm = nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)
        self.relu, self.restless = nn.ReLU(inplace=True), Restless()
        self.conv2, self.head = nn.Conv2d(4, 6, 3), nn.Linear(6, 5)

    def forward(self, x):
        x = self.restless(self.relu(self.norm(self.conv1(x))))
        return self.head(torch.relu_(self.conv2(x)).mean((2, 3)))


def _bits(tensor):
    return tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


def _tensor(tensor):
    if tensor is None:
        return None
    version = None if tensor.is_inference() else tensor._version
    tables = [
        list((getattr(tensor, name, None) or {}).items())
        for name in ("_backward_hooks", "_post_accumulate_grad_hooks")
    ]
    dense = tensor.layout is torch.strided
    return (id(tensor), tensor.requires_grad, version, _bits(tensor) if dense else None, tables)


def _module(module):
    return {
        "flags": (module.training, getattr(module, "inplace", None)),
        "keys": sorted(vars(module)),
        "attributes": {k: _tensor(v) for k, v in vars(module).items() if isinstance(v, torch.Tensor)},
        "children": [(name, id(child)) for name, child in module._modules.items()],
        "hooks": {
            name: list(table.items()) if isinstance(table, dict) else table
            for name, table in vars(module).items()
            if "hook" in name
        },
        "parameters": [(n, _tensor(p), _tensor(p.grad)) for n, p in module.named_parameters(recurse=False)],
        "buffers": [(name, _tensor(b)) for name, b in module.named_buffers(recurse=False)],
    }


def _idle(model):
    """Whether no thread holds the model: another one gets it."""
    got = []

    def take():
        lock = guards._locks.get(model)
        got.append(lock is None or lock.acquire(timeout=0))
        if got[0] and lock is not None:
            lock.release()

    thread = threading.Thread(target=take)
    thread.start()
    thread.join()
    return got == [True]


def _ledger(model):
    """All that a call must leave as it was, bit for bit, by name."""
    return {
        **{f"module {name!r}": _module(module) for name, module in model.named_modules()},
        "global hooks": {n: list(v.items()) for n, v in vars(hooks).items() if n.startswith("_global") and v},
        "random": (
            _bits(torch.get_rng_state()),
            random.getstate(),
            str(np.random.get_state()),  # noqa: NPY002
        ),
        "grad mode": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
        "autocast": (
            torch.is_autocast_enabled("cpu"),
            torch.get_autocast_dtype("cpu"),
            torch.is_autocast_cache_enabled(),
        ),
        "default dtype": torch.get_default_dtype(),
        "function modes": function_modes(),
        "interrupts": signal.getsignal(signal.SIGINT),
        "idle": _idle(model),
    }


@pytest.fixture(autouse=True)
def quick(one_core):
    """All of these nets are small."""


@pytest.fixture
def ledger():
    return _ledger


@pytest.fixture
def net():
    return Net()


@pytest.fixture
def x():
    return torch.randn(1, 3, 8, 8)
