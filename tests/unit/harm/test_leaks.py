"""A pass takes its graph with it: what autograd holds, no garbage collector frees."""

import gc
import weakref
from contextlib import suppress

import pytest
import torch
from torch import nn

from nnscope import errors
from nnscope.attribution import bench, cam
from nnscope.probe import Probe
from nnscope.records import Unit


@pytest.fixture
def passes(monkeypatch):
    """Every pass that was made, as long as something holds it."""
    made = []

    class Watched(cam._Pass):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            made.append(weakref.ref(self))

    monkeypatch.setattr(cam, "_Pass", Watched)
    return made


@pytest.mark.parametrize(
    "ask",
    [
        lambda probe: probe.cams(1),
        lambda probe: probe.cam("conv2", 1),
        lambda probe: probe.cam("conv1", lambda out: 1 / 0),
        lambda probe: probe.cam("conv1", lambda out: out.detach().sum()),
        lambda probe: probe.cam("conv1", Unit("conv2", 1)),
    ],
    ids=["all layers", "one layer", "a target that raises", "a target without a gradient", "a unit"],
)
def test_a_pass_is_let_go_of(net, x, passes, ask):
    probe = Probe(net, x)
    with suppress(errors.NnscopeError):
        ask(probe)
    gc.collect()
    assert [held() for held in passes] == [None] * len(passes)
    assert passes


def test_a_pass_that_fails_is_let_go_of(net, x, passes, monkeypatch):
    probe = Probe(net, x)
    monkeypatch.setattr(bench, "combined", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        probe.cams(1)
    gc.collect()
    assert [held() for held in passes] == [None]


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("target", [1, lambda out: 1 / 0], ids=["answered", "raised"])
def test_the_collector_works_on_as_before(net, x, enabled, target):
    probe, seen = Probe(net, x), []
    net.conv2.register_forward_hook(lambda *_: seen.append(gc.isenabled()))
    (gc.enable if enabled else gc.disable)()
    try:
        with suppress(errors.NnscopeError):
            probe.cams(target)
        assert gc.isenabled() == enabled
    finally:
        gc.enable()
    assert seen[-1] is False


@pytest.fixture
def graphs(net):
    """What a layer made in each pass that has a graph, as long as something holds it."""
    made = []

    def keep(_module, _args, output):
        if output.requires_grad:
            made.append(weakref.ref(output))

    net.conv2.register_forward_hook(keep)
    return made


@pytest.mark.parametrize("silent", [False, True], ids=["plain", "silenced"])
@pytest.mark.parametrize("method", ["fourier", "pixels"])
def test_an_ascent_keeps_no_graph_between_two_rounds(net, x, graphs, method, silent):
    probe = Probe(net, x)
    probe = probe.silenced("conv1", 1) if silent else probe
    ascent = probe.maximizing("relu()", [1, 2], method=method, steps=9, every=0.0)
    gc.collect()
    gc.disable()  # none waits for it either: a step could make hundreds of megabytes
    try:
        for made in ascent:
            assert [held() for held in graphs] == [None] * len(graphs)
            assert not made.tensor.requires_grad
            assert not made.history.requires_grad
    finally:
        gc.enable()
    assert len(graphs) >= 9


def test_an_ascent_that_is_left_off_is_let_go_of(net, x):
    probe = Probe(net, x)
    ascent = probe.maximizing("conv2", [1, 2], steps=9, every=0.0)
    next(ascent)
    held = weakref.ref(ascent._canvas)
    del ascent
    gc.collect()
    assert held() is None


def test_a_long_ascent_keeps_numbers_alone(net, x):
    """Of each step one number an image is kept, whatever else it made."""

    def tensors():
        gc.collect()
        return sum(type(each) in (torch.Tensor, nn.Parameter) for each in gc.get_objects())

    ascent = Probe(net, x).maximizing("conv2", 1, steps=60, every=0.0)
    for _ in range(5):
        next(ascent)
    before = tensors()
    assert list(ascent)[-1].step == 60
    assert tensors() <= before + 3
