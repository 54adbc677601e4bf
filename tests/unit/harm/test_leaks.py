"""A pass takes its graph with it: what autograd holds, no garbage collector frees."""

import gc
import weakref
from contextlib import suppress

import pytest

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
