"""A real SIGINT before each line: it is raised, and the model leaves as it came."""

import signal
import sys
import threading
import time

import pytest
import torch
from torch import nn

from nnscope.network import guards
from nnscope.probe import Probe, sight as module

GUARDS = ("nnscope/network/guards.py",)
WALK = (
    "network/capture.py",
    "network/survey.py",
    "network/layers.py",
    "network/recording.py",
    "network/replay.py",
    "network/rerun.py",
    "attribution/cam.py",
    "attribution/passes.py",
    "attribution/rectified.py",
    "network/tap.py",
    "synthesis/ascent.py",
)
BENEATH = ("contextlib.py", "torch/overrides.py", "torch/random.py", "torch/nn/modules/module.py")


@pytest.fixture(autouse=True)
def heard():
    """A shell lets what it starts in the background ignore interrupts; here they are heard."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(2, 2, 1), nn.BatchNorm2d(2)

    def forward(self, x):
        return torch.relu_(self.norm(self.conv(x))).mean((2, 3))


def interrupted(act, files, line):
    """Act, and interrupt before the so-and-so-manieth line run in these files; whether there were so many."""
    left = line

    def trace(frame, event, _):
        nonlocal left
        if not frame.f_code.co_filename.endswith(files):
            return None
        if event == "line":
            left -= 1
            if left == 0:
                signal.raise_signal(signal.SIGINT)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        act()
    except KeyboardInterrupt:
        assert left <= 0
        return True
    finally:
        sys.settrace(before)
    assert left > 0  # no interrupt is swallowed
    return False


CALLS = {
    "Probe": lambda probe: Probe(probe.model, probe.specimen.input),
    "cams": lambda probe: probe.cams(0),
    "activations": lambda probe: probe.activations("norm"),
    "ablation": lambda probe: probe.cam("conv", 0, "ablationcam"),
    "ablate": lambda probe: [probe.ablate("conv", k) for k in (0, 1)],
    "guided": lambda probe: probe.attribute(0, "guided_backprop"),
    "maximize": lambda probe: probe.maximize("norm", 1, steps=1),
}


@pytest.mark.parametrize(
    ("files", "stride"),
    [(GUARDS, 2), (WALK, 5), (BENEATH, 17)],
    ids=["guards", "walk", "what they are built on"],
)
@pytest.mark.parametrize("call", CALLS)
def test_an_interrupt_at_any_moment(ledger, call, files, stride):
    model = Tiny()
    probe = Probe(model, torch.randn(1, 2, 3, 3))

    def act():
        module._values.discard(probe._key)
        CALLS[call](probe)

    act()
    before, line = ledger(model), stride
    while interrupted(act, files, line):
        assert ledger(model) == before, f"interrupted at line {line}"
        line += stride
    assert line > 200


def test_an_interrupt_stops_a_pass_at_the_next_layer():
    seen = []
    model = nn.Sequential(*(nn.Conv2d(1, 1, 1) for _ in range(5)))
    for part in model:
        part.register_forward_hook(lambda *_: seen.append(1))
    model[1].register_forward_hook(lambda *_: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        Probe(model, torch.zeros(1, 1, 2, 2))
    assert len(seen) == 2


def test_a_second_interrupt_stops_code_that_hangs(monkeypatch):
    class Hangs(nn.Module):
        def forward(self, x):
            signal.raise_signal(signal.SIGINT)
            clock.append(time.monotonic() + 2)
            signal.raise_signal(signal.SIGINT)
            went_on.append(1)

    clock, went_on = [], []
    monkeypatch.setattr(guards.time, "monotonic", lambda real=time.monotonic: clock[-1] if clock else real())
    with pytest.raises(KeyboardInterrupt):
        Probe(nn.Sequential(nn.Conv2d(1, 1, 1), Hangs()), torch.zeros(1, 1, 2, 2))
    assert not went_on


def test_an_interrupt_ends_the_wait_for_another_thread():
    model, held, done, entered = nn.Conv2d(1, 1, 1), threading.Event(), threading.Event(), []

    def hold():
        with guards.untouched(model):
            held.set()
            done.wait(5)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    threading.Timer(0.05, signal.raise_signal, [signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt), guards.untouched(model):
        entered.append(1)
    done.set()
    thread.join()
    assert not entered


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.SIG_DFL])
def test_a_handler_that_is_no_function_stays(handler):
    before = signal.signal(signal.SIGINT, handler)
    try:
        with guards.untouched(nn.Conv2d(1, 1, 1)):
            assert signal.getsignal(signal.SIGINT) == handler
        assert signal.getsignal(signal.SIGINT) == handler
    finally:
        signal.signal(signal.SIGINT, before)
