"""Many threads act on a panel at once: pages, cells, and the worker that draws."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from unittest.mock import Mock

import pytest
import torch
from torch import nn

import nnscope
from driving import Held, message, settled, update
from nnscope import errors

HERE = Path(__file__).parent


def test_seven_threads_never_wait_for_each_other_for_ever():
    ran = subprocess.run(
        [sys.executable, HERE / "seven_threads.py", "60"],
        env={**os.environ, "PYTHONPATH": str(HERE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


ONE_PANEL = """
import faulthandler, os, sys, torch, nnscope
faulthandler.dump_traceback_later(60, exit=True)
net = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.ReLU()).eval()
scope = nnscope.show(net, torch.rand(3, 16, 16))
"""
IN_A_CHILD = """
child = os.fork()
if not child:
    scope.layer = "1"
    os._exit(0 if scope._header["layer"] == "1" else 3)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.parametrize("then", ["", "scope.channel = 1; scope.growing = True", "scope.close()"])
def test_a_process_that_opened_a_panel_ends_without_a_word(then):
    ran = subprocess.run(
        [sys.executable, "-c", ONE_PANEL + then], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork here")
def test_a_panel_goes_on_in_a_child_process():
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", ONE_PANEL + IN_A_CHILD], check=False)
    assert ran.returncode == 0


@pytest.fixture
def scope(model):
    scope = nnscope.show(model, torch.randn(1, 3, 12, 12))
    yield scope
    scope.close()


@pytest.fixture
def sent(scope):
    """The state that goes to the browser, message by message."""
    messages = []
    scope._send = lambda content, **_: messages.append(content.get("state", content))
    return messages


def test_what_one_thread_gathers_holds_back_nothing_of_another(scope, sent):
    with scope.hold_sync():
        scope.opacity = 0.25
        other = threading.Thread(target=setattr, args=(scope, "smooth", True))
        other.start()
        other.join()
        seen_meanwhile = [state for state in sent if "smooth" in state]
        scope.tile = 99
    assert seen_meanwhile == [{"smooth": True}]
    assert sent[-1] == {"opacity": 0.25, "tile": 99}


def test_the_browser_does_not_hear_what_it_wrote_but_what_became_of_it(scope, sent):
    update(scope, opacity=0.25, target=3)
    settled(scope)
    assert not any("opacity" in state or "target" in state for state in sent)
    update(scope, layer="2", channel=3)
    update(scope, layer="0", unit="2[1]")
    settled(scope)
    assert {"unit": "2[1]"} not in sent
    assert {"channel": None} not in sent
    update(scope, layer="1", channel=5)
    update(scope, layer="2")  # of four channels
    settled(scope)
    assert {"channel": None} in sent


def test_a_hook_that_moves_the_panel_in_a_pass_of_a_cell_is_not_waited_for(scope):
    layers = iter(["2", "1"])

    def move(*_):
        layer = next(layers, None)
        if layer is not None:
            scope.layer = layer

    handle = scope.probe.model[2].register_forward_hook(move)
    with torch.no_grad():
        scope.probe.model[2].weight.mul_(
            1
        )  # seen as changed: the next question runs the model in this thread
    cell = threading.Thread(target=scope.probe.predictions, daemon=True)
    with Held(scope):
        cell.start()
        cell.join(20)
        assert not cell.is_alive()
    handle.remove()
    settled(scope)
    assert scope._header["layer"] == scope.layer


def test_two_panels_that_move_each_other_come_to_rest(scope, model):
    other = nnscope.show(nn.Sequential(*model), torch.randn(1, 3, 12, 12))
    both = threading.Barrier(2)

    def moves(another, target):
        def move(_change):
            both.wait(20)  # the workers of both are here at the same time
            another.target = target

        return move

    scope.observe(moves(other, 2), "_header")
    other.observe(moves(scope, 3), "_header")
    update(scope, layer="1")
    update(other, layer="2")
    settled(scope)
    settled(other)
    settled(scope)
    assert (scope._header["layer"], other._header["layer"]) == ("1", "2")
    assert (scope.target, other.target) == (3, 2)
    other.close()


def test_an_interrupt_ends_the_wait_of_a_cell_and_not_the_drawing(scope, interruptible):
    def interrupt():
        while scope._drawing is None:
            assert main.is_alive()
        signal.pthread_kill(main.ident, signal.SIGINT)

    main = threading.main_thread()
    with Held(scope):
        threading.Thread(target=interrupt).start()
        with pytest.raises(KeyboardInterrupt):
            scope.layer = "2"
    settled(scope)
    assert scope._header["layer"] == "2"


@pytest.fixture
def interruptible():
    """SIGINT raises here, also where a shell lets its children ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class Ends(nn.Conv2d):
    """A layer that can be told what to raise."""

    raises = None

    def forward(self, x):
        if self.raises is not None:
            raise self.raises
        return super().forward(x)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SystemExit(1), "The model called sys.exit()"),
        (MemoryError(), "There was not enough memory"),
        (
            RuntimeError("[enforce fail] DefaultCPUAllocator: you tried to allocate 9 bytes"),
            "not enough memory",
        ),
    ],
)
def test_whatever_ends_the_workers_pass_is_a_sentence_and_it_goes_on(error, said):
    ends = Ends(3, 4, 3)
    scope = nnscope.show(nn.Sequential(ends, nn.Flatten(), nn.Linear(400, 7)), torch.randn(1, 3, 12, 12))
    scope.sent = []
    scope.send = lambda content, buffers=None: scope.sent.append(content)
    ends.raises = error
    update(scope, cam=True)
    settled(scope)
    assert said in scope.error
    assert scope.status == "ready"
    stroke = {"tool": "erase", "radius": 5, "points": [[6, 6]], "from": None, "begin": True}
    message(scope, {"k": "edit", "rid": 2, "op": "stroke", **stroke})
    message(
        scope,
        {"k": "get", "rid": 3, "epoch": 0, "what": "sum", "layer": "0", "channels": [1], "cell": [1, 1]},
    )
    settled(scope)
    assert [content["rid"] for content in scope.sent] == [2, 3]
    assert all(content["k"] == "done" or said in content["message"] for content in scope.sent)
    ends.raises = None
    scope.target = 1
    assert scope.error == ""
    scope.close()


def test_closing_leaves_no_comm(model):
    import ipywidgets

    known = ipywidgets.widgets.widget
    instances = known._instances if hasattr(known, "_instances") else known.Widget.widgets  # ipywidgets 7
    before = set(instances)
    scope = nnscope.show(model, torch.randn(1, 3, 12, 12))
    assert len(set(instances) - before) == 2  # its layout has one of its own
    scope.close()
    scope.close()
    assert set(instances) == before


def test_one_that_was_closed_says_so_where_a_cell_ends_in_it(scope, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, **_: shown.append(bundle["text/plain"]))
    scope.close()
    scope._ipython_display_()
    assert shown == ["<Scope on Sequential, layer '0'>, closed"]


def test_a_layout_of_the_users_is_not_closed(model):
    import ipywidgets

    layout = ipywidgets.Layout(width="50%")
    scope = nnscope.show(model, torch.randn(1, 3, 12, 12))
    scope.layout = layout
    scope.close()
    assert layout.comm is not None
    layout.close()


def rise(scope):
    update(scope, method="rise", cam=True)
    settled(scope)
    assert scope.status.startswith("making the map")


def views(scope, page, count):
    message(scope, {"k": "views", "rid": 1, "page": page, "views": count})


def test_where_no_page_has_a_view_what_takes_long_ends(scope):
    views(scope, "a", 2)
    views(scope, "b", 1)
    rise(scope)
    views(scope, "a", 1)
    views(scope, "a", 0)
    settled(scope)
    assert scope.status.startswith("making the map")  # the other page still shows it
    views(scope, "b", 0)
    settled(scope)
    assert (scope.status, scope.progress) == ("ready", None)
    assert scope._map_header["done"] < 1


def test_a_page_that_never_had_a_view_ends_nothing(scope):
    rise(scope)
    views(scope, "a", 0)
    settled(scope)
    assert scope.status.startswith("making the map")


ENDS = {
    "close": lambda scope: scope.close(),
    "release": lambda scope: scope.release(),
    "stop": lambda scope: message(scope, {"k": "stop", "rid": 2}),
    "no view": lambda scope: views(scope, "a", 0),
}


@pytest.fixture
def passes(scope):
    """How many images of masks went through the model."""
    counted = []
    scope.probe.model[0].register_forward_pre_hook(lambda _, args: counted.append(len(args[0])))
    return lambda: sum(count for count in counted if count > 1)


@pytest.mark.parametrize("end", ENDS)
def test_what_takes_long_ends(scope, passes, end):
    worker = scope._worker
    views(scope, "a", 1)
    rise(scope)
    ENDS[end](scope)
    worker.submit(lambda: None).result(30)
    before = passes()
    for _ in range(3):
        worker.submit(lambda: None).result(30)
    assert passes() == before < 1000
    assert (scope.status, scope.progress) == ("ready", None)


@pytest.mark.parametrize(("end", "most"), [("close", 0), ("release", 0), ("stop", 100), ("no view", 100)])
def test_what_takes_long_and_was_only_asked_for_ends_too(scope, passes, end, most):
    worker = scope._worker
    views(scope, "a", 1)
    with Held(scope):
        update(scope, method="rise", cam=True)
        ENDS[end](scope)
    for _ in range(3):
        worker.submit(lambda: None).result(30)
    assert passes() <= most
    assert (scope.status, scope.progress) == ("ready", None)


def test_it_takes_long_again_when_something_else_is_asked(scope, passes):
    with Held(scope):
        update(scope, method="rise", cam=True)
        message(scope, {"k": "stop", "rid": 2})
        update(scope, target=2)
    while scope._map_header.get("done") != 1:
        settled(scope)
    assert passes() == 1000


def test_more_steps_that_are_asked_for_after_a_stop_are_made(scope):
    scope.channel, scope.wants_steps = 1, 2
    with Held(scope):
        update(scope, growing=True)
        message(scope, {"k": "stop", "rid": 2})
        message(scope, {"k": "grow", "rid": 3, "op": "again"})
    settled(scope)
    while scope.growing:
        settled(scope)
    assert scope._wants_header["done"] == 1


@pytest.mark.parametrize("end", ENDS)
def test_an_edit_that_waits_begins_nothing_that_takes_long(scope, passes, end):
    worker = scope._worker
    views(scope, "a", 1)
    stroke = {"tool": "erase", "radius": 5, "points": [[6, 6]], "from": None, "begin": True}
    with Held(scope):
        message(scope, {"k": "edit", "rid": 2, "op": "stroke", **stroke})
        update(scope, method="rise", cam=True)
        ENDS[end](scope)
    for _ in range(3):
        worker.submit(lambda: None).result(30)
    assert passes() <= 200
    assert (scope.status, scope.progress) == ("ready", None)


class UsersError(Exception):
    """Of an observer of the user's."""


def fails(_change):
    raise UsersError


def test_an_observer_that_fails_in_a_cell_keeps_nothing_from_being_drawn(scope):
    scope.channel = 5
    scope.observe(fails, "channel")
    with pytest.raises(UsersError):
        scope.layer = "2"  # which has no channel 5
    settled(scope)
    assert (scope.layer, scope.channel, scope._header["layer"]) == ("2", None, "2")


def test_an_observer_that_fails_for_the_browser_is_told_and_all_else_is_taken(scope):
    scope.observe(fails, "layer")
    scope.sent = []
    scope.send = lambda content, buffers=None: scope.sent.append(content)
    update(scope, layer="2", cam=True, opacity=0.25)
    settled(scope)
    assert [content["message"] for content in scope.sent] == [
        "Your own observer of layer failed with UsersError; mend it in the notebook."
    ]
    assert (scope._header["layer"], scope.opacity) == ("2", 0.25)
    assert scope._map_header["layer"] == "2"


def test_what_an_observer_logs_is_written_before_it_goes_on(scope):
    written = []

    def log(_change):
        writer = Mock()
        scope.log(writer)
        written.append(writer.add_image.call_count)

    scope.observe(log, "layer")
    update(scope, layer="2")  # in a thread that serves the browser
    scope.observe(log, "predictions")
    update(scope, target=scope.probe.predictions(7)[-1].index)  # on the worker
    settled(scope)
    assert written == [1, 1]


def test_a_log_that_could_not_be_waited_for_is_refused(scope):
    refused = []

    def log(*_):
        with pytest.raises(errors.UnavailableError, match="call it in a cell"):
            scope.log(Mock())
        refused.append(True)

    handle = scope.probe.model[0].register_forward_hook(log)
    nnscope.Probe(scope.probe.model, torch.randn(1, 3, 12, 12))
    handle.remove()
    assert refused


def test_the_thread_that_serves_the_browser_runs_no_model(model):
    threads = set()
    other = nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(600, 7))
    scope = nnscope.compare(model, other, torch.randn(1, 3, 12, 12), layer="0", channel=1)
    scope.pins = ["0[1]", "2[1]"]
    for each in (model, other):
        each[0].register_forward_pre_hook(lambda *_: threads.add(threading.current_thread()))
        with torch.no_grad():
            each[0].weight.mul_(2)
    update(scope, specimen=1, against=0)
    settled(scope)
    assert threads
    assert threading.current_thread() not in threads
    scope.close()


def test_one_that_was_released_can_be_released_again(scope):
    scope.release()
    scope.release()
    assert "ran again" in scope.error


def test_one_assignment_is_drawn_once(scope, monkeypatch):
    scope.unit = "2[1]"
    drawn = []
    monkeypatch.setattr(type(scope), "_draw", lambda self: drawn.append(self.unit))
    scope.target = 3  # which takes the place of the unit
    assert drawn == [""]


def test_state_is_whole_for_pages_without_a_kernel(scope):
    from ipywidgets.embed import dependency_state

    state = dependency_state([scope])[scope.model_id]["state"]
    assert state.keys() >= set(scope.keys) - {
        "_tiles",
        "_picture",
        "_original",
        "_map",
        "_wants",
        "_checks",
        "_effects",
    }
    assert "export" in state["_esm"]
    assert state["layer"] == "0"
