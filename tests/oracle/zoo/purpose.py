"""Small nets, each with one habit that real networks have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from zoo.entry import Entry

FAMILY = "written for the purpose"


class Net(nn.Module):
    """A stem, whatever a habit adds, and a head; the habit is the subclass's ``middle``."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.stem = nn.Conv2d(channels, 8, 3, padding=1)
        self.prepare()
        self.head = nn.Linear(8, 5)

    def prepare(self) -> None:
        """Make the modules of the middle."""

    def middle(self, x: Tensor) -> Any:
        """The habit: from 8 channels to 8."""
        return x

    def forward(self, x: Tensor) -> Any:
        return self.head(self.middle(self.stem(x)).mean((2, 3)))


def conv() -> nn.Conv2d:
    """A convolution of 8 channels to 8."""
    return nn.Conv2d(8, 8, 3, padding=1)


class ReusedModules(Net):
    """One convolution and one in-place ReLU, run three times."""

    def prepare(self) -> None:
        self.conv, self.norm, self.relu = conv(), nn.BatchNorm2d(8), nn.ReLU(inplace=True)

    def middle(self, x: Tensor) -> Tensor:
        for _ in range(3):
            x = self.relu(self.norm(self.conv(x)))
        return x


class Functions(Net):
    """Activations, pooling and norms as functions."""

    def prepare(self) -> None:
        self.conv = conv()

    def middle(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        x = torch.sigmoid(x) * F.layer_norm(x, x.shape[1:])
        x = F.interpolate(F.pad(x, (1, 1, 1, 1)), scale_factor=2.0, mode="bilinear", align_corners=False)
        return F.hardswish(F.avg_pool2d(x, 2)).clamp(max=3)


class InPlace(Net):
    """Sums, activations and writes that overwrite what was a layer before."""

    def prepare(self) -> None:
        self.conv = conv()

    def middle(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        y += x
        y.add_(1).mul_(0.5)
        y[:, :4] = x[:, :4]
        y[:, 4:].neg_()
        y -= torch.cat([x[:, 4:], x[:, :4]], 1)
        y.relu_()
        return y.clamp(max=3)


class Factories(Net):
    """Tensors that have another's shape and nothing of its values."""

    def middle(self, x: Tensor) -> Tensor:
        x = x * torch.full_like(x, 2) + torch.zeros_like(x) + x.new_ones(x.shape)
        return torch.add(x, 1, out=torch.empty_like(x))


class Containers(Net):
    """Modules in lists, mappings and sequences, some called from a function that is no method."""

    def prepare(self) -> None:
        self.list = nn.ModuleList([conv(), nn.Sequential(conv(), nn.Sequential(nn.ReLU(), conv()))])
        self.dict = nn.ModuleDict({"left": conv(), "right": conv()})

    def middle(self, x: Tensor) -> Tensor:
        for part in self.list:
            x = part(x)
        return apply(self.dict["left"], x) + apply(self.dict["right"], x)


def apply(module: nn.Module, x: Tensor) -> Tensor:
    """Call a module from outside every module."""
    return F.relu(module(x))


class Names(Net):
    """A module that has the name of the function beside it."""

    def prepare(self) -> None:
        self.relu, self.add = nn.ReLU(), conv()

    def middle(self, x: Tensor) -> Tensor:
        return self.add(self.relu(F.relu(x) - 1) + x)


class Pair(NamedTuple):
    """Two maps."""

    first: Tensor
    second: Tensor


@dataclass
class Maps:
    """What a detector's backbone may return."""

    low: Tensor
    high: Tensor


class Structured(nn.Module):
    """A part that returns its two maps in a structure."""

    def __init__(self, structure: Callable[[Tensor, Tensor], Any]) -> None:
        super().__init__()
        self.a, self.b, self.structure = conv(), conv(), structure

    def forward(self, x: Tensor) -> Any:
        a = self.a(x)
        return self.structure(a, F.relu(self.b(a)))


def _mapping(a: Tensor, b: Tensor) -> dict[str, Tensor]:
    return {"a": a, "b": b}


def _listing(a: Tensor, b: Tensor) -> list[Tensor]:
    return [a, b]


class StructuredParts(Net):
    """Inner modules that return a mapping, a list, a tuple, a named tuple and a dataclass."""

    def prepare(self) -> None:
        self.mapping, self.listing = Structured(_mapping), Structured(_listing)
        self.tuple = Structured(lambda a, b: (a, b))
        self.pair, self.maps = Structured(Pair), Structured(Maps)

    def middle(self, x: Tensor) -> Tensor:
        x = sum(self.mapping(x).values())
        x = torch.stack(self.listing(x)).sum(0)
        x, y = self.tuple(x)
        pair = self.pair(x + y)
        maps = self.maps(pair.first * pair.second)
        return maps.low + maps.high


class StructuredRoot(Net):
    """A network that returns its scores and its maps in a structure."""

    def __init__(self, structure: Callable[[Tensor, Tensor], Any]) -> None:
        super().__init__()
        self.structure = structure

    def forward(self, x: Tensor) -> Any:
        x = self.stem(x)
        return self.structure(self.head(x.mean((2, 3))), x)


class Gate(nn.Module):
    """Takes two maps, one by keyword, and an option."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = conv()

    def forward(self, x: Tensor, *, gate: Tensor, strength: float = 1.0) -> Tensor:
        return self.conv(x) * torch.sigmoid(gate * strength)


class Keywords(Net):
    """Modules called by keyword."""

    def prepare(self) -> None:
        self.gate, self.conv = Gate(), conv()

    def middle(self, x: Tensor) -> Tensor:
        return self.gate(x, gate=self.conv(input=x), strength=2.0)


class Shared(Net):
    """One module under two names."""

    def prepare(self) -> None:
        self.first = nn.Sequential(conv(), nn.ReLU())
        self.second = self.first
        self.third = nn.Sequential(self.first[0], nn.Tanh())

    def middle(self, x: Tensor) -> Tensor:
        return self.third(self.second(self.first(x)))


class Chance(Net):
    """Dropout and stochastic depth, which do nothing in evaluation."""

    def prepare(self) -> None:
        from torchvision.ops import StochasticDepth

        self.conv, self.drop, self.depth = conv(), nn.Dropout2d(0.5), StochasticDepth(0.5, "row")

    def middle(self, x: Tensor) -> Tensor:
        x = x + self.depth(self.drop(self.conv(x)))
        return F.dropout(x, 0.3, training=self.training)


class PartlyWithoutGradient(Net):
    """A frozen front under ``no_grad`` and a map that is detached."""

    def prepare(self) -> None:
        self.front, self.back = conv(), conv()

    def middle(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            x = F.relu(self.front(x))
        return self.back(x) + x.detach() * 2


class PlainList(Net):
    """A module in a plain list, which torch does not know to be a part."""

    def prepare(self) -> None:
        self.parts = [conv(), nn.Sequential(conv(), nn.ReLU())]

    def middle(self, x: Tensor) -> Tensor:
        for part in self.parts:
            x = F.relu(part(x))
        return x


class RootOfFunctions(nn.Module):
    """A network without modules."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(8, 3, 3, 3))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(F.conv2d(x, self.weight)).mean((2, 3))


class Recursive(Net):
    """A module that runs itself inside itself."""

    def prepare(self) -> None:
        self.descent = Descent()

    def middle(self, x: Tensor) -> Tensor:
        return self.descent(x, 3)


class Descent(nn.Module):
    """Halves a map until it is small, in calls of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = conv()

    def forward(self, x: Tensor, depth: int) -> Tensor:
        x = F.relu(self.conv(x))
        return self(F.max_pool2d(x, 2), depth - 1) if depth else x


class SameTensorBack(Net):
    """Modules that return what they were given."""

    def prepare(self) -> None:
        self.identity, self.block = nn.Identity(), nn.Sequential(nn.Identity(), nn.Dropout(0.1))

    def middle(self, x: Tensor) -> Tensor:
        return self.block(self.identity(x)) + self.identity(x)


class Attention(Net):
    """torch's own encoder layer, whose parts run fused unless somebody looks."""

    def prepare(self) -> None:
        self.layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)

    def middle(self, x: Tensor) -> Tensor:
        return self.layer(x.flatten(2).transpose(1, 2)).transpose(1, 2).reshape(x.shape)


_NETS = [
    ReusedModules, Functions, InPlace, Factories, Containers, Names, StructuredParts, Keywords, Shared,
    Chance, PartlyWithoutGradient, PlainList, RootOfFunctions, Recursive, SameTensorBack, Attention,
]  # fmt: skip

_STRUCTURES: dict[str, Callable[[Tensor, Tensor], Any]] = {
    "a mapping": _mapping, "a list": _listing, "a tuple": lambda a, b: (a, b), "a named tuple": Pair,
    "a dataclass": Maps,
}  # fmt: skip

ENTRIES = [
    *(Entry(net.__name__, FAMILY, net, (3, 16, 16)) for net in _NETS),
    *(
        Entry(f"StructuredRoot, {name}", FAMILY, lambda how=how: StructuredRoot(how), (3, 16, 16))
        for name, how in _STRUCTURES.items()
    ),
    *(Entry(f"{n} channels in", FAMILY, lambda n=n: Net(n), (n, 16, 16)) for n in (1, 2, 4, 13)),
    Entry("one convolution", FAMILY, lambda: nn.Conv2d(3, 4, 3), (3, 16, 16)),
    Entry(
        "a plain sequence", FAMILY, lambda: nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), conv()), (3, 16, 16)
    ),
]
