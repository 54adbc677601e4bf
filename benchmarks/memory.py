"""What a look at a network takes of memory beyond a plain pass; each network in a process of its own."""

from __future__ import annotations

import ctypes
import gc
import math
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import torch
import torchvision
from ratio import report

import nnscope

KEPT = 256
"""Megabytes that nnscope may hold, whatever the model; a pass may take one layer more."""

NETWORKS = {"vgg16": 1024, "resnet152": 224, "vit_l_16": 224}
"""Builder in torchvision, and side of its input."""


def _status(field: str) -> float:
    found = re.search(rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    return int(found[1]) / 1024 if found else 0.0


def _settle() -> None:
    """Give free memory back to the system and forget the peak."""
    gc.collect()
    ctypes.CDLL("libc.so.6").malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def peak(task: Callable[[], object]) -> float:
    """The most megabytes resident while the task runs."""
    _settle()
    task()
    return _status("VmHWM")


def network(name: str, side: int) -> None:
    """Measure one network in this process."""
    torch.manual_seed(0)
    model = getattr(torchvision.models, name)().eval()
    x = torch.randn(1, 3, side, side)
    probes: list[nnscope.Probe] = []

    def forward() -> None:
        with torch.no_grad():
            model(x)

    def there_and_back() -> None:
        start = x.clone().requires_grad_()
        torch.autograd.grad(model(start)[0, 0], start)

    def switch() -> None:
        rows = probes[0].layers.viewable
        for row in rows[:: max(1, len(rows) // 12)]:
            probes[0].summary(row.name)
            probes[0].channel(row.name, 0)

    forward()
    _settle()
    before, floor = _status("VmRSS"), peak(forward)
    backward = peak(there_and_back)
    seen = peak(lambda: probes.append(nnscope.Probe(model, x, labels=None)))
    shapes = [row.shape for row in probes[0].layers.viewable]
    largest = max(map(math.prod, shapes)) * x.element_size() / 2**20
    bound = KEPT + largest

    def tell(what: str, value: float) -> None:
        unit = f"MB, {value / bound:.2f} × budget"
        report(f"{name}, {side} × {side}: {what}", value, unit, f"≤ {KEPT} MB + a layer of {largest:.0f}")

    tell("Probe(model, x), above a plain pass", seen - floor)
    tell("switching through its layers, above it", peak(switch) - floor)
    maps = peak(lambda: probes[0].cams(0))
    tell("all maps of a class, above it", maps - floor)
    tell("the same, above a plain pass and back", maps - backward)
    _settle()
    report(f"{name}, {side} × {side}: kept afterwards", _status("VmRSS") - before, "MB", f"≤ {KEPT}")


def main() -> None:
    """Run all, where the system tells how much is resident."""
    if not Path("/proc/self/clear_refs").exists():
        print("memory is measured on Linux only")
        return
    for name, side in NETWORKS.items():
        subprocess.run([sys.executable, __file__, name, str(side)], check=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        network(sys.argv[1], int(sys.argv[2]))
    else:
        main()
