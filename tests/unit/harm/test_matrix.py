"""Every public call, in every situation, whatever goes wrong: the model leaves as it came."""

import copy
import sys
import threading
import time
from contextlib import ExitStack, nullcontext, suppress
from unittest.mock import Mock

import pytest
import torch
from torch.nn.modules import module as torch_hooks

import nnscope
from nnscope import errors
from nnscope.attribution import bench
from nnscope.network import calls, survey
from nnscope.probe import Contrast, Probe, contrast, places, seen, several, sight as module
from nnscope.widget import pictures
from nnscope.widget.worker import submit

CALLS = {
    "Probe": lambda p, x: Probe(p.model, x),
    "Probe.layers": lambda p, x: p.layers,
    "Probe.refresh": lambda p, x: p.refresh(),
    "Probe.activations": lambda p, x: p.activations("conv2"),
    "Probe.summary": lambda p, x: p.summary("conv2"),
    "Probe.stats": lambda p, x: p.stats("conv2"),
    "Probe.tiles": lambda p, x: p.tiles("conv2", [1, 2]),
    "Probe.channel": lambda p, x: p.channel("conv2", 1),
    "Probe.predictions": lambda p, x: p.predictions(),
    "Probe.strongest": lambda p, x: p.strongest("conv2"),
    "Probe.strongest by share": lambda p, x: p.strongest("conv2", by="share"),
    "Probe.cam": lambda p, x: p.cam("norm", 1),
    "Probe.cam of a function": lambda p, x: p.cam("norm", lambda out: out[0, 2]),
    "Probe.cam of a unit": lambda p, x: p.cam("conv1", nnscope.Unit("conv2", 1)),
    "Probe.cams": lambda p, x: p.cams(1),
    "Probe.cam by CAM": lambda p, x: suppressed(lambda: p.cam("conv2", 1, "cam")),
    "Probe.cam by Eigen": lambda p, x: p.cam("conv2", 1, "eigencam"),
    "Probe.cam by Score": lambda p, x: p.cam("conv2", 1, "scorecam"),
    "Probe.cam by Ablation": lambda p, x: p.cam("conv2", 1, "ablationcam"),
    "Probe.attribute": lambda p, x: p.attribute(1),
    "Probe.attribute of a unit": lambda p, x: p.attribute(nnscope.Unit("conv2", 1, (0, 0))),
    "Probe.attribute by ReLU": lambda p, x: p.attribute(1, "guided_backprop"),
    "Probe.attribute by noise": lambda p, x: p.attribute(1, "smoothgrad", samples=3),
    "Probe.attribute by occlusion": lambda p, x: p.attribute(1, "occlusion"),
    "Probe.attribute by RISE": lambda p, x: p.attribute(1, "rise", samples=20),
    "Probe.growing, left off": lambda p, x: next(p.growing("rise", 1)),
    "Probe.checks": lambda p, x: p.checks("conv2", 1),
    "Probe.weights": lambda p, x: p.weights("conv2"),
    "Probe.kernels": lambda p, x: p.kernels("head"),
    "Probe.arithmetic": lambda p, x: p.arithmetic("relu", 1, 0, 0),
    "Probe.stages": lambda p, x: p.stages("norm", 1),
    "Probe.histograms": lambda p, x: p.histograms("conv2", target=1),
    "Probe.edited": lambda p, x: p.edited(p.edits().flip("vertical"), wanted={"conv2"}),
    "Probe.edited, of another size": lambda p, x: p.edited(x[..., 1:]),
    "Probe.compare": lambda p, x: p.compare(Probe(p.model, x + 1)),
    "Probe.compare of a layer": lambda p, x: p.compare(Probe(p.model, x + 1), "conv2"),
    "Contrast.summary": lambda p, x: Contrast(p, Probe(p.model, x + 1)).summary("conv2"),
    "Probe.receptive_field": lambda p, x: p.receptive_field("conv2", 0, 0),
    "Probe.effective_field": lambda p, x: p.effective_field("conv2", 0, 0),
    "Probe.effective_field of a channel": lambda p, x: p.effective_field("conv2", 0, 0, 1),
    "Probe.responding": lambda p, x: p.responding((0, 0, 4, 4)),
    "Probe.silenced": lambda p, x: p.silenced("conv1", [1, 2], "mean").activations("conv2"),
    "Probe.silenced and explained": lambda p, x: p.silenced("norm", 1).cam("conv2", 1),
    "Probe.ablate": lambda p, x: [p.ablate("conv2", k) for k in range(3)],
    "Probe.effects": lambda p, x: p.effects("conv2", 1),
    "Probe.scanning, left off": lambda p, x: next(p.scanning("norm", 1)),
    "Probe.maximize": lambda p, x: p.maximize("conv2", [1, 2], steps=2),
    "Probe.maximize by pixels": lambda p, x: p.maximize("norm", 1, steps=2, method="pixels", negative=True),
    "Probe.maximize of a class": lambda p, x: p.maximize(target=1, steps=2),
    "Probe.maximizing, left off": lambda p, x: next(p.maximizing("relu", 1, steps=50, every=0.0)),
    "Probe.contributions": lambda p, x: p.contributions("norm", 1),
    "Heatmap.image": lambda p, x: p.cam("conv2").image(),
    "activations": lambda p, x: nnscope.activations(p.model, x, "conv2"),
    "cam": lambda p, x: nnscope.cam(p.model, x, target=1),
    "layers": lambda p, x: nnscope.layers(p.model, x),
    "differences": lambda p, x: nnscope.differences(p.model, p.model, [x, x + 1, x + 2]),
    "show": lambda p, x: drawn(nnscope.show(p.model, x, cam=True)),
    "Scope.plots": lambda p, x: plotted(nnscope.Scope(p)),
    "Scope.log": lambda p, x: nnscope.Scope(p).log(Mock()),
}
CHANGES = {
    "Scope.layer": {"layer": "norm"},
    "Scope.target": {"cam": True, "target": 2},
    "Scope.cam": {"cam": True},
    "Scope.method": {"cam": True, "method": "guided_backprop"},
    "Scope.unit": {"cam": True, "unit": "conv2[1]"},
    "Scope.checks": {"checks": True},
    "Scope.growing": {"channel": 1, "wants_steps": 2, "growing": True},
    "Scope.wants": {"wants": True},
}
ALL = [*CALLS, *CHANGES]
MAPS = [call for call in ALL if "cam" in call and " by " not in call]
MAPS += ["Probe.silenced and explained", "Probe.contributions"]
MAPS += ["Probe.strongest by share", "Heatmap.image", "show", "Scope.target", "Scope.unit", "Probe.checks"]
PANELS = ["show", *CHANGES]

OWN = {
    "describe": (survey, ["Probe", "Probe.cams", "Probe.edited, of another size", "show"]),
    "summarize": (module, ALL),
    "combined": (bench, MAPS),
    "heatmap": (bench, [call for call in ALL if "attribute" in call]),
    "quantize": (seen, ["Probe.tiles"]),
    "likeness": (contrast, ["Probe.compare", "Probe.compare of a layer"]),
    "gram": (several, ["differences"]),
    "answer": (places, ["Probe.responding"]),
    "_weighted": (places, ["Probe.effective_field"]),
    "coarse_map": (pictures, [call for call in MAPS if call in PANELS]),
    "layer_packet": (pictures, PANELS),
    "Given": (calls, ["Probe.weights", "Probe.kernels", "Probe.arithmetic", "Probe.histograms", "Scope.log"]),
}
"""Our functions in which a bug may strike, where they are looked up, and which calls come by."""


class OwnError(Exception):
    """A bug of ours."""


def suppressed(ask):
    with suppress(errors.OptionError):
        ask()


def plotted(scope):
    scope.plots.gradients()
    drawn(scope)


def filled(scope):
    """Whether the grid holds all the pictures it is to hold, or none are made."""
    wishes = scope._wishlist
    return wishes is None or scope._halted or wishes.finished


def drawn(scope):
    while scope.status != "ready" or not filled(scope):  # the worker goes on
        time.sleep(0.01)
    if scope.error:  # where a panel says what was raised
        raise OwnError(scope.error)
    scope.close()


# -- situations -----------------------------------------------------------------------------


def mixed(model, stack):
    model.train()
    model.norm.eval()
    model.conv1.weight.requires_grad_(False)


def with_grads(model, stack):
    for number, parameter in enumerate(model.parameters()):
        parameter.grad = torch.full_like(parameter, number)


def hooked(model, stack):
    conv = model.conv1
    handles = [
        conv.register_forward_pre_hook(lambda m, args: args),
        conv.register_forward_pre_hook(lambda m, args, kwargs: None, with_kwargs=True, prepend=True),
        conv.register_forward_hook(lambda m, args, out: out * 2),
        conv.register_forward_hook(lambda m, args, kwargs, out: None, with_kwargs=True, prepend=True),
        model.restless.register_forward_hook(lambda m, args, out: None, always_call=True),
        conv.register_full_backward_pre_hook(lambda m, grads: grads),
        conv.register_full_backward_hook(lambda m, grads, outs: None),
        conv.register_state_dict_pre_hook(lambda *args: None),
        conv.register_load_state_dict_post_hook(lambda *args: None),
        conv.weight.register_hook(lambda grad: grad),
        conv.weight.register_post_accumulate_grad_hook(lambda parameter: None),
        torch_hooks.register_module_forward_pre_hook(lambda m, args: None),
        torch_hooks.register_module_forward_hook(lambda m, args, out: None),
    ]
    if hasattr(conv, "register_state_dict_post_hook"):  # torch 2.5
        handles.append(conv.register_state_dict_post_hook(lambda *args: None))
        handles.append(conv.register_load_state_dict_pre_hook(lambda *args: None))
    for handle in handles:
        stack.callback(handle.remove)


SITUATIONS = {
    "eval": lambda model, stack: model.eval(),
    "train": lambda model, stack: model.train(),
    "mixed": mixed,
    "frozen": lambda model, stack: model.requires_grad_(False),
    "no_grad": lambda model, stack: stack.enter_context(torch.no_grad()),
    "inference_mode": lambda model, stack: stack.enter_context(torch.inference_mode()),
    "autocast": lambda model, stack: stack.enter_context(torch.autocast("cpu", torch.bfloat16)),
    "grads": with_grads,
    "hooks": hooked,
}


@pytest.fixture(params=SITUATIONS)
def situated(request, net):
    with ExitStack() as stack:
        SITUATIONS[request.param](net, stack)
        yield net


# -- the matrix -----------------------------------------------------------------------------


@pytest.fixture
def prepared(x):
    """A call that is ready to be made: whatever it needs is there, but the model must run for it."""

    def prepare(model, call):
        probe = Probe(model, x)
        scope = nnscope.Scope(probe) if call in CHANGES else None
        module._values.discard(probe._key)
        module._summaries.discard(probe._key)
        probe._fingerprint._taken = []  # as if the weights had changed

        def make():
            if scope is None:
                CALLS[call](probe, x)
                return
            for name, value in CHANGES[call].items():
                setattr(scope, name, value)
            drawn(scope)

        return make

    return prepare


def ours(model):
    """The threads in which the model runs for us: this one, and its worker's."""
    threads = {threading.get_ident()}
    submit(model, lambda: threads.add(threading.get_ident())).result()
    return threads


def told(raised, call):
    """What comes of an error in the model: a panel says so."""
    return (errors.ForwardError, OwnError) if raised is ValueError or call in CHANGES else raised


@pytest.mark.parametrize("call", ALL)
def test_after_an_answer(situated, prepared, ledger, call):
    before = ledger(situated)
    make, runs = prepared(situated, call), situated.restless.runs
    make()
    assert ledger(situated) == before
    assert situated.restless.runs > runs  # it did work


@pytest.mark.parametrize("raised", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("call", ALL)
def test_after_the_model_raised(situated, prepared, ledger, call, raised):
    before, make = ledger(situated), prepared(situated, call)
    situated.restless.blow = (raised(), ours(situated))
    with pytest.raises(told(raised, call)):
        make()
    assert ledger(situated) == before


@pytest.fixture(params=[(ours, call) for ours, (_, some) in OWN.items() for call in some], ids=" in ".join)
def struck(request, prepared, monkeypatch):
    """A call in which a bug of ours strikes."""
    ours, call = request.param

    def fails(*_):
        raise OwnError

    def strike(model):
        make = prepared(model, call)
        monkeypatch.setattr(OWN[ours][0], ours, fails)
        make()

    return strike


def test_after_we_raised(situated, struck, ledger):
    before = ledger(situated)
    with pytest.raises(OwnError):
        struck(situated)
    assert ledger(situated) == before


def test_what_needs_no_pass_leaves_no_trace_either(situated, ledger, x):
    before = ledger(situated)
    scope = nnscope.Scope(Probe(situated, x))
    runs = situated.restless.runs
    scope.channel = 1
    scope.tile = 96
    edits = scope.probe.edits()
    edits.stroke("blur", [(1, 1), (5, 6)], 2)
    edits.turn(20)
    edits.undo()
    assert (ledger(situated), situated.restless.runs) == (before, runs)


# -- another thread -------------------------------------------------------------------------


class Runner(threading.Thread):
    """Runs a model all the time, and sees what it is given."""

    def __init__(self, model, x):
        super().__init__()
        model.restless.quiet = True
        self.twin = copy.deepcopy(model)
        self.model, self.x, self.right = model.eval(), x, model(x)
        self.done, self.calls, self.hooked, self.wrong = threading.Event(), 0, 0, []
        self.handles = [
            model.conv1.register_forward_pre_hook(self.count),
            model.conv2.register_forward_hook(self.count),
        ]

    def count(self, *_):
        if threading.current_thread() is self:  # `+=` of two threads would lose some
            self.hooked += 1

    def run(self):
        while not self.done.is_set():
            hooked, self.calls = self.hooked, self.calls + 1
            out = self.model(self.x)
            if not torch.equal(out, self.right) or not out.requires_grad or self.hooked != hooked + 2:
                self.wrong.append((out, self.hooked - hooked))


@pytest.fixture
def runner(net):
    runner, interval = Runner(net, torch.randn(2, 3, 8, 8)), sys.getswitchinterval()
    sys.setswitchinterval(1e-4)
    runner.start()
    yield runner
    runner.done.set()
    runner.join()
    sys.setswitchinterval(interval)
    for handle in runner.handles:
        handle.remove()


@pytest.mark.parametrize("raised", [None, ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("call", ALL)
def test_a_thread_that_runs_the_model_meanwhile_sees_nothing(runner, prepared, ledger, call, raised):
    before, calls = ledger(runner.model), runner.calls
    while runner.calls < calls + 2:  # it came in between
        make = prepared(runner.model, call)
        runner.model.restless.blow = raised and (raised(), ours(runner.model))
        with pytest.raises((errors.ForwardError, OwnError, KeyboardInterrupt)) if raised else nullcontext():
            make()
        runner.model.restless.blow = None
    assert ledger(runner.model) == before
    assert runner.wrong == []


def test_a_thread_that_runs_the_model_meanwhile_is_not_seen(runner, x):
    alone = Probe(runner.twin, x)
    calls = runner.calls
    while runner.calls < calls + 30:
        probe = Probe(runner.model, x)
        assert list(probe.layers) == list(alone.layers)
        assert torch.equal(probe.activations("conv2"), alone.activations("conv2"))
        assert torch.equal(probe.cams(1)["norm"].raw, alone.cams(1)["norm"].raw)
