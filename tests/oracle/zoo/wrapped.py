"""Small nets that are wrapped, hooked, compiled, cast or parametrised."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parametrizations, weight_norm
from torch.utils.checkpoint import checkpoint

from zoo.entry import Entry
from zoo.purpose import FAMILY, InPlace, Net, ReusedModules, conv


class Checkpointed(Net):
    """A block whose values are computed again in the backward pass."""

    def __init__(self, *, reentrant: bool) -> None:
        super().__init__()
        self.reentrant = reentrant

    def prepare(self) -> None:
        self.block = nn.Sequential(conv(), nn.ReLU(inplace=True), conv())

    def middle(self, x: Tensor) -> Tensor:
        return F.relu(checkpoint(self.block, x, use_reentrant=self.reentrant)) + x


class OnePart(Net):
    """A net with one part in its middle, made of a block of two convolutions."""

    def __init__(self, wrap: Callable[[nn.Module], nn.Module]) -> None:
        super().__init__()
        self.part = wrap(Block())

    def middle(self, x: Tensor) -> Tensor:
        return F.relu(self.part(x))


class Block(nn.Module):
    """Two convolutions and a sum."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = conv(), conv()

    def forward(self, x: Tensor) -> Tensor:
        return self.second(F.relu(self.first(x))) + x


def _compiled(module: nn.Module) -> nn.Module:
    return torch.compile(module, backend="eager")


def _scripted(module: nn.Module) -> nn.Module:
    return torch.jit.script(module)


def _traced(module: nn.Module) -> nn.Module:
    return torch.jit.trace(module.eval(), torch.zeros(1, 8, 16, 16))


def _exported(module: nn.Module) -> nn.Module:
    from torch import fx

    return fx.symbolic_trace(module)


def _normed(norm: Callable[..., nn.Module]) -> nn.Module:
    model = InPlace()
    norm(model.stem)
    norm(model.conv)
    return model


def _hooked(hook: Callable[[nn.Module], Any]) -> nn.Module:
    model = OnePart(lambda block: block)
    hook(model.part.first)
    hook(model.part)
    return model


def _changes(module: nn.Module) -> None:
    module.register_forward_hook(lambda _module, _args, output: F.relu(output) * 2)


def _looks(module: nn.Module) -> None:
    module.register_forward_hook(lambda _module, _args, _output: None)


def _looks_with_keywords(module: nn.Module) -> None:
    module.register_forward_hook(lambda _module, _args, _kwargs, _output: None, with_kwargs=True)
    module.register_forward_pre_hook(lambda _module, _args, _kwargs: None, with_kwargs=True)


def _changes_the_input(module: nn.Module) -> None:
    module.register_forward_pre_hook(lambda _module, args: (args[0] - 1,))


def _changes_in_place(module: nn.Module) -> None:
    module.register_forward_hook(lambda _module, _args, output: output.mul_(2))


def _structures(module: nn.Module) -> None:
    module.register_forward_hook(lambda _module, _args, output: output.detach().clone(), prepend=True)


class Cast(Net):
    """Casts inside: half the net runs in another precision."""

    def prepare(self) -> None:
        self.conv, self.back = conv().double(), conv()

    def middle(self, x: Tensor) -> Tensor:
        return self.back(F.relu(self.conv(x.double())).float())


class Autocast(Net):
    """Asks for mixed precision itself."""

    def prepare(self) -> None:
        self.conv = conv()

    def middle(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            x = F.relu(self.conv(x))
        return x.float()


_DTYPES = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float64": torch.float64}

_HOOKS = {
    "changes": _changes,
    "only looks": _looks,
    "looks, with keywords": _looks_with_keywords,
    "changes the input": _changes_the_input,
    "changes in place": _changes_in_place,
    "goes first": _structures,
}

_WRAPPERS: dict[str, Callable[[], nn.Module]] = {
    "checkpoint, reentrant": partial(Checkpointed, reentrant=True),
    "checkpoint, not reentrant": partial(Checkpointed, reentrant=False),
    "torch.compile": lambda: _compiled(ReusedModules()),
    "a part torch.compiled": partial(OnePart, _compiled),
    "DataParallel": lambda: nn.DataParallel(ReusedModules()),
    "torch.fx": lambda: _exported(ReusedModules()),
    "a part through torch.fx": partial(OnePart, _exported),
    "a part scripted": partial(OnePart, _scripted),
    "a part traced": partial(OnePart, _traced),
    "weight_norm, the old one": partial(_normed, weight_norm),
    "weight_norm": partial(_normed, parametrizations.weight_norm),
    "spectral_norm": partial(_normed, parametrizations.spectral_norm),
    "spectral_norm, the old one": partial(_normed, nn.utils.spectral_norm),
    "channels last": lambda: InPlace().to(memory_format=torch.channels_last),
    "a cast inside": Cast,
    "autocast inside": Autocast,
    "frozen": lambda: InPlace().requires_grad_(False),
}

ENTRIES = [
    *(Entry(name, FAMILY, build, (3, 16, 16)) for name, build in _WRAPPERS.items()),
    *(
        Entry(f"a hook that {name}", FAMILY, partial(_hooked, hook), (3, 16, 16))
        for name, hook in _HOOKS.items()
    ),
    *(
        Entry(name, FAMILY, lambda dtype=dtype: InPlace().to(dtype), (3, 16, 16))
        for name, dtype in _DTYPES.items()
    ),
]
