"""One network of the zoo: how to make it, and what to show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Entry:
    """A network with random weights; made twice, it is the same network twice."""

    name: str
    family: str
    """Its part of the table."""
    build: Callable[[], nn.Module]
    size: tuple[int, ...] = (3, 32, 32)
    """Shape of the input without the batch axis."""
    target: Callable[[Any], Tensor] | None = None
    """From the output to a scalar, where the output is no class scores."""
    heavy: bool = False
    """Whether it takes longer than a few seconds or has more than 100 million parameters."""

    def model(self) -> nn.Module:
        """The network, seeded, in whatever mode its builder leaves it."""
        torch.manual_seed(0)
        return self.build()

    def input(self) -> Tensor:
        """One image with values in [0, 1], which detectors insist on."""
        return torch.rand(1, *self.size, generator=torch.Generator().manual_seed(1))
