"""What the enlarged channel wants: pictures that grow, pause, end, and are there again."""

from __future__ import annotations

import gc
import io
import itertools
import threading
import time
import weakref

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import nnscope
from driving import Held, message, settled, update
from nnscope.widget import wish
from nnscope.widget.worker import submit, worker_of
from nnscope.wire import packet

STEPS = 6
KINDS = [("fourier", False), ("pixels", False), ("fourier", True), ("pixels", True)]


@pytest.fixture
def images():
    return [np.random.default_rng(seed).integers(0, 255, (20, 20, 3), np.uint8) for seed in (0, 1, 2)]


def opened(*args, **view):
    scope = nnscope.show(*args, transform=None, wants_steps=STEPS, **view)
    scope.sent = []
    scope.send = lambda content, buffers=None: scope.sent.append((content, buffers))
    return scope


@pytest.fixture
def scope(model, images):
    torch.manual_seed(0)
    scope = opened(model, images[0], layer="2")
    yield scope
    scope.close()


def grown(scope):
    """Wait until nothing grows any more."""
    settled(scope)
    while scope.growing or scope.status != "ready":
        settled(scope)
    return scope._wants_header


def tensors(scope):
    return [made.tensor for made in scope.visualizations]


def stepped(scope, rounds):
    """Let so many rounds pass, then pause."""
    with Held(scope):
        update(scope, growing=True)
        for _ in range(rounds):  # each waits behind a round, which ends after a step because it waits
            scope._worker.submit(lambda: None)
    for _ in range(rounds):
        settled(scope)
    scope.growing = False
    settled(scope)


def test_pictures_grow_to_their_end_and_are_those_of_the_probe(scope, images):
    scope.channel = 3
    assert (scope._wants_header, scope._wants) == ({}, b"")
    scope.growing = True
    assert scope._wants_header["pictures"][0]["step"] >= 1
    header = grown(scope)
    assert (header["layer"], header["channel"], header["size"]) == ("2", 3, [20, 20])
    assert (header["steps"], header["seed"], header["done"], header["left"]) == (STEPS, 0, 1, "")
    assert header["epoch"] == scope._header["epoch"]
    assert [(row["method"], row["negative"]) for row in header["pictures"]] == KINDS
    arrays = packet.decode(header, scope._wants)
    for place, (method, negative) in enumerate(KINDS):
        probe = nnscope.Probe(scope.probe.model, images[1], transform=None)
        made = probe.maximize("2", 3, method=method, negative=negative, steps=STEPS, size=20)
        row = header["pictures"][place]
        np.testing.assert_allclose(arrays["history"][place], made.history[0], rtol=1e-5)
        assert row["score"] == pytest.approx(float(made.scores[0]), rel=1e-5)
        assert (row["step"], row["type"], row["note"]) == (STEPS, "image/png", "")
        image = Image.open(io.BytesIO(arrays[f"picture_{place}"].tobytes()))
        np.testing.assert_array_equal(np.asarray(image), made.pixels[0])
        assert torch.equal(tensors(scope)[place], made.tensor)
    assert scope.error == ""
    assert scope.progress is None


def test_a_pause_changes_no_bit(model, images, scope):
    scope.channel = 1
    stepped(scope, 3)
    assert not scope.growing
    steps = [row["step"] for row in scope._wants_header["pictures"]]
    assert 0 < sum(steps) < 2 * STEPS
    shown = scope._wants
    settled(scope)
    assert scope._wants == shown
    update(scope, growing=True)
    grown(scope)
    paused = tensors(scope)
    other = opened(model, images[0], layer="2", channel=1, growing=True)
    grown(other)
    assert all(map(torch.equal, paused, tensors(other)))
    assert len(paused) == 4
    other.close()


def test_the_two_it_wants_grow_in_turn_and_then_what_it_dislikes(scope):
    scope.channel = 1
    seen = []
    model = scope.probe.model

    def note(change):
        seen.append([row["step"] for row in change.new["pictures"]])

    scope.observe(note, "_wants_header")

    def look():
        scope._send_wants()
        if scope.growing:
            submit(model, look)

    with Held(scope):
        update(scope, growing=True)
        submit(model, look)
    grown(scope)
    assert seen[-1] == [STEPS] * 4
    for steps in seen:
        assert max(steps[:2]) - min([*steps, 0][:2]) <= STEPS
        assert len(steps) < 3 or steps[:2] == [STEPS, STEPS]
    assert [1, 1] in seen
    totals = [sum(steps) for steps in seen]
    # Something waited all the while, so each round was one step.
    assert all(after - before <= 1 for before, after in itertools.pairwise(totals))


def test_whole_pictures_are_there_again_at_once(scope):
    scope.channel, scope.growing = 3, True
    grown(scope)
    header, body = scope._wants_header, scope._wants
    scope.channel = 0
    assert scope._wants_header == {}
    scope.channel = None
    scope.channel = 3
    assert (scope._wants_header, scope._wants) == (header, body)
    scope.growing = True
    assert not scope.growing  # nothing is left to do
    assert (scope._wants_header, scope._wants) == (header, body)


def test_they_do_not_hang_on_the_pixels_of_the_image(scope):
    scope.channel, scope.growing = 3, True
    before = dict(grown(scope))
    stroke = {"tool": "erase", "radius": 5, "points": [[6, 6]], "from": None, "begin": True}
    message(scope, {"k": "edit", "rid": 3, "op": "stroke", **stroke})
    settled(scope)
    after = scope._wants_header
    assert after["epoch"] != before["epoch"]
    assert after["here"] != before["here"]
    assert {**after, "epoch": 0, "here": 0} == {**before, "epoch": 0, "here": 0}


def test_cancel_throws_away_what_grows(scope):
    scope.channel = 2
    stepped(scope, 2)
    assert scope._wants_header["pictures"]
    with Held(scope):
        update(scope, growing=True)
        message(scope, {"k": "grow", "rid": 1, "op": "cancel"})
        assert not scope._grow_study.running
    grown(scope)
    assert (scope._wants_header, scope._wants, scope.growing) == ({}, b"", False)
    scope.growing = True
    grown(scope)
    whole = scope._wants
    scope.wants_seed = 1
    with Held(scope):
        message(scope, {"k": "grow", "rid": 2, "op": "again"})
        scope._worker.submit(lambda: None)
    settled(scope)
    settled(scope)
    message(scope, {"k": "grow", "rid": 3, "op": "cancel"})
    grown(scope)
    assert scope._wants == whole  # what was whole came back


def test_again_begins_anew_with_the_present_settings(scope):
    scope.channel, scope.growing = 2, True
    grown(scope)
    first = tensors(scope)
    scope.wants_seed, scope.wants_size = 7, 24
    assert all(map(torch.equal, first, tensors(scope)))  # what is there stays
    message(scope, {"k": "grow", "rid": 2, "op": "again"})
    header = grown(scope)
    assert (header["seed"], header["size"], header["done"]) == (7, [24, 24], 1)
    scope.wants_seed, scope.wants_size, scope.growing = 0, 0, True
    assert not scope.growing  # it was made before
    assert all(map(torch.equal, first, tensors(scope)))
    assert scope._wants_header["seed"] == 0


def test_more_steps_are_as_if_they_had_been_asked_for_at_once(model, images, scope):
    scope.channel, scope.growing = 2, True
    grown(scope)
    message(scope, {"k": "grow", "rid": 2, "op": "more"})
    header = grown(scope)
    assert header["steps"] == 2 * STEPS
    assert [row["step"] for row in header["pictures"]] == [2 * STEPS] * 4
    more = tensors(scope)
    scope.wants_steps = 2 * STEPS
    message(scope, {"k": "grow", "rid": 3, "op": "again"})
    grown(scope)
    assert all(map(torch.equal, more, tensors(scope)))


def test_more_of_pictures_whose_ascents_are_gone_begins_anew(scope):
    scope.channel, scope.growing = 2, True
    grown(scope)
    scope._growth = None
    scope._paused.trim(0)
    message(scope, {"k": "grow", "rid": 2, "op": "more"})
    header = grown(scope)
    assert header["steps"] == 2 * STEPS
    assert header["done"] == 1


@pytest.mark.parametrize(
    "change", [{"wants_seed": 3}, {"wants_steps": 9}, {"wants_size": 24}, {"silence": "0[1]"}]
)
@pytest.mark.parametrize("browser", [True, False])
def test_what_they_depend_on_ends_them(scope, change, browser):
    scope.channel, scope.wants_steps = 2, 200
    update(scope, growing=True)
    settled(scope)
    if browser:
        update(scope, **change)
    else:
        ((name, value),) = change.items()
        setattr(scope, name, value)
    settled(scope)
    assert (scope.growing, scope.status, scope.progress) == (False, "ready", None)


def test_another_channel_ends_them_from_a_cell_and_grows_where_the_user_chose_it(scope):
    scope.channel, scope.wants_steps, scope.growing = 2, 100, True
    scope.channel = 3
    assert not scope.growing
    assert scope._wants_header == {}
    scope.channel = 2
    partial = scope._wants_header
    assert partial["channel"] == 2
    assert partial["done"] < 1
    scope.wants_steps = STEPS
    update(scope, growing=True)
    update(scope, channel=0)
    header = grown(scope)
    assert (header["channel"], header["done"]) == (0, 1)
    assert scope.status == "ready"


def test_closing_the_channel_ends_them(scope):
    scope.channel, scope.wants_steps, scope.growing = 2, 100, True
    update(scope, channel=None)
    settled(scope)
    assert (scope.growing, scope._wants_header, scope.status) == (False, {}, "ready")


def test_without_a_channel_nothing_grows_and_a_sentence_says_so(scope):
    scope.growing = True
    assert not scope.growing
    assert "scope.channel = 3" in scope.error
    message(scope, {"k": "grow", "rid": 1, "op": "again"})
    settled(scope)
    assert not scope.growing


def test_other_requests_are_answered_while_pictures_grow(scope):
    scope.channel, scope.wants_steps = 2, 300
    scope.growing = True
    for rid in range(4):
        asked = {"epoch": 0, "what": "native", "layer": "2", "channels": [0]}
        message(scope, {"k": "get", "rid": rid, **asked})
        settled(scope)
        assert scope.sent[-1][0]["rid"] == rid
        assert scope.growing
    settled(scope)
    scope.cam = True
    while scope._map_header.get("done") != 1:
        settled(scope)
    assert scope.growing
    message(scope, {"k": "stop", "rid": 9})
    settled(scope)
    assert (scope.growing, scope.status) == (False, "ready")
    steps = sum(row["step"] for row in scope._wants_header["pictures"])
    assert 0 < steps < 4 * 300
    assert steps == sum(made.step for made in scope.visualizations)


def test_changed_weights_end_them_and_their_pictures(scope):
    scope.channel, scope.growing = 2, True
    grown(scope)
    old = tensors(scope)
    with torch.no_grad():
        scope.probe.model[2].weight.mul_(-1)
    scope.redraw()
    assert scope._wants_header == {}
    scope.growing = True
    grown(scope)
    assert not torch.equal(old[0], tensors(scope)[0])
    scope.wants_steps = 400
    scope.growing = True
    with torch.no_grad():
        scope.probe.model[2].weight.mul_(-1)
    while scope.growing:
        settled(scope)
    assert "weights" in scope._wants_header["left"]
    assert scope._wants_header["done"] < 1
    assert scope.status == "ready"


def test_what_is_silenced_counts(scope):
    scope.channel, scope.growing = 2, True
    grown(scope)
    whole = tensors(scope)
    scope.silence = "0[~0]"
    assert scope._wants_header == {}
    scope.growing = True
    header = grown(scope)
    made = scope.probe.maximize("2", 2, steps=STEPS, size=20)
    assert torch.equal(tensors(scope)[0], made.tensor)
    assert not torch.equal(tensors(scope)[0], whole[0])
    assert header["here"] == pytest.approx(float(scope.probe.activations("2")[2].mean()), rel=1e-4)
    scope.silence = ""
    assert all(map(torch.equal, whole, tensors(scope)))


def test_a_dead_channel_says_so(images):
    net = nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU(), nn.Conv2d(2, 2, 3))
    with torch.no_grad():
        net[2].weight[1] = 0
    scope = opened(net, images[0], layer="2", channel=1)
    scope.wants_steps, scope.growing = 60, True
    header = grown(scope)
    assert header["done"] == 1
    for row in header["pictures"]:  # that it does not fall says nothing of whether it is dead
        assert ("cannot fall" if row["negative"] else "is dead") in row["note"]
    assert scope.error == ""
    scope.close()


def test_an_error_is_a_sentence_and_the_last_good_pictures_stay(images):
    class Moody(nn.Conv2d):
        fails = False

        def forward(self, x):
            if self.fails and x.requires_grad:
                msg = "not today"
                raise RuntimeError(msg)
            return super().forward(x)

    scope = opened(nn.Sequential(Moody(3, 2, 3), nn.ReLU()), images[0], channel=1, growing=True)
    grown(scope)
    body = packet.decode(scope._wants_header, scope._wants)
    Moody.fails = True
    message(scope, {"k": "grow", "rid": 1, "op": "more"})
    grown(scope)
    assert "not today" in scope.error
    after = packet.decode(scope._wants_header, scope._wants)
    np.testing.assert_array_equal(after["picture_0"], body["picture_0"])
    Moody.fails = False
    message(scope, {"k": "grow", "rid": 1, "op": "again"})
    grown(scope)
    assert scope.error == ""
    scope.close()


def test_a_network_of_one_size_makes_pictures_of_that_size(images):
    class Fixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 2, 3)
            self.place = nn.Parameter(torch.randn(1, 2, 128, 158))

        def forward(self, x):
            return self.conv(x) + self.place

    scope = opened(Fixed(), torch.randn(3, 130, 160), layer="add", channel=0)
    scope.wants_steps, scope.growing = 1, True
    assert grown(scope)["size"] == [130, 160]
    scope.wants_size = 64
    scope.growing = True
    assert "takes no images of 64 × 64" in scope.error
    assert (scope.growing, scope._wants_header["size"]) == (False, [130, 160])
    scope.close()


def test_the_best_natural_image_is_of_those_that_were_seen_as_they_came(model, images):
    torch.manual_seed(1)
    scope = opened(model, images[:2], layer="2", channel=2, growing=True)
    header = grown(scope)
    means = [float(whole.activations("2")[2].mean()) for whole in scope._desk.wholes]
    assert header["natural"]["score"] == pytest.approx(max(means), rel=1e-4)
    assert header["here"] == pytest.approx(means[0], rel=1e-4)
    file = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(file, "PNG")
    for rid, edit in enumerate(({"op": "open", "name": "red.png"}, {"op": "flip", "axis": "vertical"})):
        message(scope, {"k": "edit", "rid": rid, **edit}, [file.getvalue()] if rid == 0 else [])
        settled(scope)
    red = float(scope.probe.activations("2")[2].mean())  # it looks the same upside down
    header = scope._wants_header
    assert header["natural"]["score"] == pytest.approx(max(*means, red), rel=1e-4)
    assert header["here"] == pytest.approx(red, rel=1e-4)
    scope.close()


def test_a_picture_is_put_under_the_microscope_and_undone(scope):
    scope.channel = 3
    asked = {"k": "edit", "rid": 5, "op": "wanted", "method": "pixels", "negative": True}
    message(scope, asked)
    assert scope.sent[-1][0]["k"] == "error"
    assert "no such picture" in scope.sent[-1][0]["message"]
    scope.growing = True
    natural = grown(scope)["natural"]
    start = scope.probe.specimen.input
    message(scope, asked)
    settled(scope)
    assert scope.sent[-1][0] == {"k": "done", "rid": 5}
    assert torch.equal(scope.probe.specimen.input, tensors(scope)[3])
    assert scope._edits["words"] == "what channel 3 of 2 dislikes, made at 20 × 20"
    assert scope._about["image"] == "what channel 3 of 2 dislikes"
    header = scope._wants_header
    assert header["here"] == pytest.approx(header["pictures"][3]["score"], abs=1e-5)
    assert header["natural"] == natural  # one that was made is none
    assert scope._other["kind"] == "before"
    scope.side = "difference"
    assert scope.error == ""
    message(scope, {"k": "edit", "rid": 6, "op": "undo"})
    settled(scope)
    assert scope.probe.specimen.input is start


def test_a_picture_of_another_size_is_fitted(scope):
    scope.channel, scope.wants_size, scope.growing = 3, 32, True
    grown(scope)
    message(scope, {"k": "edit", "rid": 5, "op": "wanted", "method": "fourier", "negative": False})
    settled(scope)
    made = tensors(scope)[0]
    fitted = nn.functional.interpolate(made, (20, 20), mode="bilinear", antialias=True)
    torch.testing.assert_close(scope.probe.specimen.input, fitted)
    assert scope._edits["words"] == "what channel 3 of 2 wants, made at 32 × 32"
    assert "bilinear from 32 × 32" in scope._about["transform"]


def test_illegal_messages_change_nothing(scope):
    scope.channel = 3
    for wrong in (
        {"k": "grow"}, {"k": "grow", "rid": 1}, {"k": "grow", "rid": 1, "op": "stop"},
        {"k": "grow", "rid": 1, "op": ["more"]}, {"k": "grow", "rid": 1, "op": None},
        {"k": "edit", "rid": 1, "op": "wanted"},
        {"k": "edit", "rid": 1, "op": "wanted", "method": "fourier", "negative": 1},
        {"k": "edit", "rid": 1, "op": "wanted", "method": ["fourier"], "negative": False},
        {"k": "edit", "rid": 1, "op": "wanted", "method": "dream", "negative": False},
    ):  # fmt: skip
        message(scope, wrong)
        assert scope.sent.pop()[0]["k"] == "error"
    for wrong in (
        {"wants_steps": 0}, {"wants_steps": 5000}, {"wants_size": 8}, {"wants_size": 2000},
        {"wants_seed": -1}, {"wants_seed": 2**31}, {"growing": "yes"}, {"_wants_header": {"pictures": []}},
        {"_wanted": {"of": 3}},
    ):  # fmt: skip
        update(scope, **wrong)
    settled(scope)
    assert (scope.wants_steps, scope.wants_size, scope.wants_seed) == (STEPS, 0, 0)
    assert (scope.growing, scope._wants_header, scope._wanted) == (False, {}, {})


def test_the_model_leaves_as_it_came(images):
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.Dropout(0.5))
    net[0].weight.grad = torch.ones_like(net[0].weight)
    net[0].bias.requires_grad_(False)
    net.train()
    state = {name: value.clone() for name, value in net.state_dict().items()}
    scope = opened(net, images[0], channel=1, growing=True)
    random = torch.get_rng_state()
    grown(scope)
    assert torch.equal(random, torch.get_rng_state())
    assert all(torch.equal(value, state[name]) for name, value in net.state_dict().items())
    assert all(part.training for part in net.modules())
    assert not net[0].bias.requires_grad
    assert bool((net[0].weight.grad == 1).all())
    assert not any(part._forward_hooks for part in net.modules())
    scope.close()


def test_a_large_picture_is_sent_small_and_kept_whole(scope):
    scope.channel, scope.wants_size, scope.wants_steps = 0, 400, 1
    scope.growing = True
    header = grown(scope)
    assert header["size"] == [400, 400]
    assert {row["type"] for row in header["pictures"]} == {"image/jpeg"}
    assert len(scope._wants) < 70_000
    assert all(made.tensor.shape == (1, 3, 400, 400) for made in scope.visualizations)


def test_what_is_kept_is_bounded(scope):
    scope.channel, scope.wants_steps = 0, 1
    for size in (16, 200, 300, 340):
        scope.wants_size, scope.growing = size, True
        grown(scope)
    assert wish.wholes.nbytes <= 24 * 2**20
    assert wish.tiles.nbytes <= 16 * 2**20


def test_idle_jobs_wait_until_nothing_else_does():
    worker, order, hold = worker_of(nn.Linear(1, 1)), [], threading.Event()
    worker.submit(lambda: hold.wait(10))
    worker.submit_idle(lambda: order.append("idle"))
    for name in ("first", "second"):
        worker.submit(lambda name=name: order.append(name))
    assert worker.waiting
    hold.set()
    worker.submit(lambda: None).result(10)
    while len(order) < 3:
        worker.submit(lambda: None).result(10)
    assert order == ["first", "second", "idle"]
    assert not worker.waiting


def test_another_image_of_the_same_network_changes_nothing(model, images):
    scope = opened(model, images[:2], layer="2", channel=1)
    scope.wants_size, scope.wants_steps = 16, 300
    update(scope, growing=True)
    settled(scope)
    scope.specimen = 1
    settled(scope)
    assert scope.growing
    scope.silence = "0[2]"
    assert (scope.growing, scope.status) == (False, "ready")
    scope.silence = ""
    assert sum(row["step"] for row in scope._wants_header["pictures"]) > 0
    scope.close()


def test_closing_it_says_nothing_of_an_error(scope):
    scope.wants_steps = 300
    update(scope, channel=2, growing=True)
    settled(scope)
    update(scope, channel=None)  # what the browser says next may come later
    settled(scope)
    update(scope, growing=False)
    settled(scope)
    assert (scope.growing, scope.error, scope._wants_header) == (False, "", {})


def test_a_released_scope_keeps_no_model(images):
    scope = opened(nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU()), images[0], channel=1)
    scope.wants_steps = 300
    model = weakref.ref(scope.probe.model)
    update(scope, growing=True, wants=True)
    settled(scope)
    last = submit(model(), lambda: None)
    scope.release()
    last.result(30)
    header = scope._wants_header
    wait = time.monotonic() + 30
    while model() is not None and time.monotonic() < wait:
        gc.collect()
    assert model() is None
    assert scope._wants_header is header
    scope.close()
