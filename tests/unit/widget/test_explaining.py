"""What takes long in a panel: step by step, beside other requests, until it is stopped."""

import threading

import pytest
import torch
from torch import nn

import nnscope
from driving import message, settled, update
from nnscope.probe import METHODS
from nnscope.wire import packet


class Gate(nn.Module):
    """Holds up passes of several images until they are let through, one at a time."""

    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 6, 3), nn.Linear(6, 4)

    def forward(self, x):
        if len(x) > 1:
            PASSES.append(len(x))
            assert OPEN.acquire(timeout=20)
        return self.head(self.conv(x).relu().mean((2, 3)))


OPEN = threading.Semaphore(0)
PASSES = []


@pytest.fixture
def scope():
    while OPEN.acquire(blocking=False):
        pass
    PASSES.clear()
    torch.manual_seed(0)
    scope = nnscope.show(Gate(), torch.randn(1, 3, 12, 12))
    yield scope
    OPEN.release(1000)
    scope.stop()
    scope.close()


def begin_rise(scope):
    """Let the first batch of masks pass, and the second one begin."""
    OPEN.release(1)
    scope.cam = True
    scope.method = "rise"
    wait(lambda: len(PASSES) == 2)


def wait(condition):
    for _ in range(2000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not come")


def test_a_long_map_grows_and_is_whole_in_the_end(scope):
    begin_rise(scope)
    assert 0 < scope.progress < 1
    assert "RISE" in scope.status
    assert scope._map_header["method"] == "rise"
    first = scope._map_header["done"]
    assert first == scope.progress
    OPEN.release(1000)
    wait(lambda: scope.progress is None)
    settled(scope)
    assert (scope.status, scope._map_header["done"]) == ("ready", 1)
    expected = scope.probe.attribute(None, "rise").drawn
    values = packet.decode(scope._map_header, scope._map)
    drawn = values["lo"][0] + (values["hi"][0] - values["lo"][0]) * values["tiles"][0] / 254
    assert abs(torch.from_numpy(drawn) - expected).max() < 0.01 * float(expected.max() - expected.min())


def test_stopping_frees_the_worker_within_one_batch(scope):
    begin_rise(scope)
    message(scope, {"k": "stop", "rid": 1})
    assert scope.status == "stopping"
    OPEN.release(1)  # the batch that was being made
    settled(scope)
    assert (scope.progress, scope.status, scope.error) == (None, "ready", "")
    assert len(PASSES) == 2
    assert 0 < scope._map_header["done"] < 1
    assert "of 1000 masks" in scope._map_header["sentence"]
    scope.layer = "relu"  # another look does not begin it anew
    assert scope.progress is None
    assert len(PASSES) == 2
    scope.cam = False
    OPEN.release(1)
    scope.cam = True  # asking again does
    assert scope.progress is not None


def test_other_requests_are_served_between_two_batches(scope):
    begin_rise(scope)
    served = scope._worker.submit(lambda: None)
    assert not served.done()
    OPEN.release(1)
    served.result(20)
    assert scope.progress is not None


def test_another_question_takes_the_place_of_the_old(scope):
    begin_rise(scope)
    update(scope, method="layercam")
    OPEN.release(1000)
    settled(scope)
    assert (scope._map_header["method"], scope._map_header["done"], scope.progress) == ("layercam", 1, None)
    assert len(PASSES) == 2


def test_a_failed_method_leaves_the_last_good_picture_and_a_sentence(scope):
    scope.cam = True
    before = scope._map
    scope.method = "cam"
    assert "CAM is defined at 'relu'" in scope.error
    assert (scope._map, scope._map_header["method"]) == (before, "gradcam")
    assert (scope.status, scope.progress) == ("ready", None)
    scope.layer = "relu"
    assert (scope.error, scope._map_header["method"]) == ("", "cam")


def test_what_fails_half_way_leaves_the_last_whole_picture(scope):
    scope.cam = True
    whole = scope._map
    begin_rise(scope)
    assert scope._map != whole
    scope.probe.model.head = nn.Linear(5, 4)  # no longer fits
    OPEN.release(1000)
    wait(lambda: scope.error)
    assert scope._map == whole
    assert scope._map_header["method"] == "gradcam"
    assert (scope.progress, scope.status) == (None, "ready")
    scope.probe.model.head = nn.Linear(6, 4)


def test_what_fails_after_it_was_stopped_is_not_told(scope):
    begin_rise(scope)
    message(scope, {"k": "stop", "rid": 1})
    head, scope.probe.model.head = scope.probe.model.head, nn.Linear(5, 4)  # no longer fits
    OPEN.release(1000)
    settled(scope)
    assert (scope.error, scope.status) == ("", "ready")
    scope.probe.model.head = head


def test_the_traits_of_a_question_keep_together(scope):
    scope.cam = True
    scope.method, scope.map_style = "gradcam", "captum"
    assert scope._map_header["style"] == "captum"
    scope.method = "hirescam"  # which Captum has not
    assert (scope.map_style, scope._map_header["style"], scope.error) == ("paper", "paper", "")
    scope.versus = 2
    assert scope._map_header["versus"] == 2
    assert scope._map_header["signed"]
    scope.unit = "conv[1]"
    assert scope.versus is None
    assert (scope._map_header["unit"], scope._map_header["target"]) == ("conv[1]", None)
    scope.target = 3
    assert scope.unit == ""
    assert scope._map_header["target"] == 3
    for name, value in {"unit": "conv[9]", "map_style": "torchcam", "versus": 9}.items():
        with pytest.raises(nnscope.errors.NnscopeError):
            setattr(scope, name, value)


def test_checks_come_when_they_are_asked_for(scope):
    OPEN.release(1000)
    scope.layer, scope.checks = "conv", True
    wait(lambda: scope._checks_header.get("done") == 1)
    settled(scope)
    assert (scope.status, scope.progress, scope.error) == ("ready", None, "")
    header = scope._checks_header
    assert [row["kind"] for row in header["rows"]] == ["map", *["randomised"] * 2, "runner-up"]
    assert header["question"] == scope._map_header["sentence"]
    values = packet.decode(header, scope._checks)
    assert values["tiles"].shape[0] == len(values["lo"]) == 4
    assert len(values["fractions"]) == len(values["deletion"]) == len(values["insertion"]) == 21
    scope.layer = "relu"  # another map: its own checks
    wait(lambda: scope._checks_header.get("question") == scope._map_header["sentence"])
    wait(lambda: scope._checks_header.get("done") == 1)
    scope.checks = False
    assert scope._checks_header == {}


def test_after_a_stop_the_last_whole_map_is_checked_and_not_the_long_one(scope):
    begin_rise(scope)
    message(scope, {"k": "stop", "rid": 1})
    OPEN.release(1000)
    settled(scope)
    scope.checks = True
    assert scope._checks_header["question"].startswith("Grad-CAM")
    wait(lambda: scope._checks_header["done"] == 1)
    settled(scope)
    assert (scope.status, scope.error) == ("ready", "")


def test_the_menu_is_the_registry(scope):
    assert [row["key"] for row in scope._methods] == list(METHODS)
    assert all(row["styles"][0] == "paper" for row in scope._methods)
