"""Two pages, cells, growth, edits and a linked panel act at once on one scope; run by ``test_threads.py``.

    python tests/unit/widget/seven_threads.py 100

Where the threads wait for each other for ever, it writes where each of them stands, and ends with an error.
"""

from __future__ import annotations

import faulthandler
import random
import sys
import threading

import torch
import traitlets
from torch import nn

import nnscope
from driving import message, settled, update

HANGS = 120
"""Seconds without an act after which they hang: one takes a few milliseconds."""
STROKE = {"k": "edit", "op": "stroke", "tool": "erase", "radius": 5, "points": [[9, 6]], "from": None}
LAYERS = "012345"


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.Conv2d(16, 16, 3),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 7),
    ).eval()


def page(chance, scope, _other):
    channel, cam = chance.choice([None, 1, 3]), chance.random() < 0.3
    update(scope, layer=chance.choice(LAYERS), channel=channel, cam=cam)
    asked = {"rid": chance.randrange(1, 2**20), "epoch": 0, "layer": "0", "channels": [3], "cell": [1, 1]}
    message(scope, {"k": "get", "what": chance.choice(["exact", "sum", "kernels"]), **asked})


def growth(chance, scope, _other):
    update(scope, channel=chance.randrange(16), growing=True)
    if chance.random() < 0.3:
        message(scope, {"k": "grow", "rid": 1, "op": chance.choice(["cancel", "again", "more"])})
    update(scope, channel=None)  # Esc
    update(scope, layer=chance.choice(LAYERS), wants=chance.random() < 0.3)


def cell(chance, scope, _other):
    scope.layer = chance.choice(LAYERS)
    scope.target = chance.randrange(7)
    scope.stop()


def linked(chance, _scope, other):
    update(other, layer=chance.choice(LAYERS))
    other.layer = chance.choice(LAYERS)


def painting(chance, scope, _other):
    message(scope, {**STROKE, "rid": 3, "begin": True})
    message(scope, {"k": "edit", "rid": 4, "op": "undo"})
    update(scope, silence=chance.choice(["", "0[1]"]))


def main(acts: int) -> None:
    torch.set_num_threads(1)
    sys.setswitchinterval(1e-4)
    scope, other = (nnscope.show(network(), torch.rand(3, 32, 32), wants_steps=16) for _ in range(2))
    for one, another in ((scope, other), (other, scope)):
        one._send = lambda *_args, **_kwargs: None
        traitlets.dlink((one, "layer"), (another, "layer"))

    def run(act, seed):
        chance = random.Random(seed)
        for _ in range(acts):
            act(chance, scope, other)
            faulthandler.dump_traceback_later(HANGS, exit=True)  # not yet

    faulthandler.dump_traceback_later(HANGS, exit=True)
    kinds = (page, page, growth, cell, cell, linked, painting)
    threads = [threading.Thread(target=run, args=(act, seed)) for seed, act in enumerate(kinds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    update(scope, silence="", channel=None, wants=False, cam=False)
    scope.layer = "3"
    while scope.status != "ready":
        settled(scope)
    settled(other)
    faulthandler.cancel_dump_traceback_later()
    shown = {scope.layer, other.layer, scope._header["layer"], other._header["layer"]}
    assert (shown, scope.error) == ({"3"}, ""), (shown, scope.error)


if __name__ == "__main__":
    main(int(sys.argv[1]))
