"""What every channel wants, for the grid: made while nothing else is asked."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

import nnscope
from driving import Held, message, settled, update
from nnscope.widget import wishlist
from nnscope.widget.wish import Weights, subject_of, tiles
from nnscope.widget.wishlist import Wishlist
from nnscope.wire import packet

STEPS = 5
RIDS = itertools.count(1)


@pytest.fixture(autouse=True)
def few_steps(monkeypatch):
    monkeypatch.setattr(wishlist, "STEPS", STEPS)
    monkeypatch.setattr(wishlist, "BATCH", 2)


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 255, (20, 20, 3), np.uint8)


def opened(model, image, **view):
    scope = nnscope.show(model, image, transform=None, wants_steps=STEPS, **view)
    scope.sent, scope.told = [], []
    scope.send = lambda content, buffers=None: scope.sent.append((content, buffers))
    scope.observe(lambda change: scope.told.append(change.new), "_wanted")
    return scope


@pytest.fixture
def scope(model, image):
    torch.manual_seed(0)
    scope = opened(model, image)
    yield scope
    scope.close()


def ask(scope, *channels, layer="0"):
    asked = {"epoch": 0, "what": "wants", "layer": layer, "channels": list(channels)}
    message(scope, {"k": "get", "rid": next(RIDS), **asked})


def get(scope, *channels, layer="0"):
    ask(scope, *channels, layer=layer)
    settled(scope)
    head, (body,) = scope.sent[-1]
    assert head["k"] == "data", head
    return head["header"], packet.decode(head["header"], body)


def filled(scope):
    """Wait until the grid is full."""
    settled(scope)
    while scope._wanted["done"] < scope._wanted["of"] or scope._wanted["growing"]:
        settled(scope)


def test_nothing_is_made_before_it_is_asked_for(scope):
    header, arrays = get(scope, 1, 0)
    assert (header["kind"], header["layer"], header["channels"]) == ("wants_tiles", "0", [1, 0])
    assert (header["size"], header["of"], header["steps"], header["notes"]) == (
        [20, 20],
        STEPS,
        [0, 0],
        [""] * 2,
    )
    assert arrays["tiles"].shape == (2, 20, 20, 3)
    assert np.isnan(arrays["scores"]).all()
    assert scope._wanted == {}
    assert get(scope, 1, 0)[0]["steps"] == [0, 0]


def test_the_grid_fills_while_nothing_else_is_asked(scope, image):
    scope.wants = True
    assert scope._wanted["of"] == 6
    filled(scope)
    assert (scope.status, scope.progress, scope.error) == ("ready", None, "")
    told = scope._wanted
    assert (told["layer"], told["epoch"]) == ("0", scope._header["epoch"])
    assert (told["done"], told["of"], told["growing"]) == (6, 6, [])
    serials = [each["serial"] for each in scope.told]
    assert serials == sorted(set(serials))
    header, arrays = get(scope, 5, 2)
    assert header["steps"] == [STEPS, STEPS]
    probe = nnscope.Probe(scope.probe.model, image, transform=None)
    for place, channel in enumerate((5, 2)):
        made = probe.maximize("0", [channel // 2 * 2, channel // 2 * 2 + 1], steps=STEPS)[channel % 2]
        np.testing.assert_array_equal(arrays["tiles"][place], made.pixels[0])
        assert arrays["scores"][place] == pytest.approx(float(made.scores[0]), rel=1e-5)


def test_what_was_asked_for_last_is_made_first(scope, monkeypatch):
    batches, one_round = [], Wishlist.round

    def noted(wishes):
        one_round(wishes)
        batches.append(wishes.growing)

    monkeypatch.setattr(Wishlist, "round", noted)
    monkeypatch.setattr(wishlist, "STEPS", 50)  # more than a round makes, so that it is seen half made
    with Held(scope):
        update(scope, wants=True)
        ask(scope, 4)
        ask(scope, 5, 3)
        scope._worker.submit(lambda: None)
    while not batches:
        settled(scope)
    assert batches[0] == [5, 3]
    steps = get(scope, 5, 3, 0)[0]["steps"]
    assert steps[0] == steps[1] > 0
    assert steps[2] == 0


def test_the_list_leaves_off_what_is_no_longer_in_sight(scope):
    subject = subject_of(scope._look, scope._state(), "0", Weights())
    wishes = Wishlist(scope.probe, subject, 6, lambda: True)  # in a hurry: each round makes one step
    wishes.ask([5, 0])
    wishes.round()
    assert wishes.growing == [5, 0]
    wishes.ask([0, 3])  # one of them is at work
    assert wishes.growing == [5, 0]
    wishes.ask([3])
    assert wishes.growing == []
    wishes.round()
    assert wishes.growing == [3, 1]
    assert [tiles.get(subject, channel).step for channel in (5, 0, 3, 1)] == [1, 1, 1, 1]
    wishes.ask([5])
    wishes.round()
    assert wishes.growing == [5, 0]
    assert tiles.get(subject, 0).step == 2  # where it was left
    while not wishes.finished:
        wishes.round()
    assert wishes.done == wishes.of == 6
    wishes.ask([1])
    assert wishes.finished


def test_it_gives_way_to_a_map_and_goes_on_when_that_is_whole(scope):
    order = []
    scope.observe(lambda change: order.append(("map", change.new.get("done"))), "_map_header")
    scope.observe(lambda change: order.append(("wants", change.new.get("done"))), "_wanted")
    with Held(scope):
        update(scope, wants=True, cam=True, method="smoothgrad")
    filled(scope)
    assert scope._map_header["done"] == 1
    kinds = [kind for kind, _ in order]
    last = max(place for place, kind in enumerate(kinds) if kind == "map")
    assert "map" not in kinds[last + 1 :]
    # The first word is said when the list is made; no picture was made before the map was whole.
    assert all(done == 0 for kind, done in order[: last + 1] if kind == "wants")
    assert scope._wanted["done"] == 6


def test_it_gives_way_to_pictures_of_the_enlarged_channel_and_takes_them_over(scope):
    with Held(scope):
        update(scope, wants=True, channel=5, growing=True)
    while scope.growing or not scope._wants_header:
        settled(scope)
    assert scope._wants_header["done"] == 1
    filled(scope)
    header, arrays = get(scope, 5, 4)
    assert header["steps"] == [STEPS, STEPS]
    np.testing.assert_array_equal(arrays["tiles"][0], scope.visualizations[0].pixels[0])
    # Made alone, it is not made once more.
    assert all(5 not in told["growing"] for told in scope.told)


def test_stop_ends_it_until_pictures_are_asked_for_again(scope):
    with Held(scope):
        update(scope, wants=True)
        message(scope, {"k": "stop", "rid": 1})
        update(scope, tile=99)
    for _ in range(5):
        settled(scope)
    done = scope._wanted["done"]
    for _ in range(5):
        settled(scope)
    assert scope.wants
    assert scope._wanted["done"] == done
    ask(scope, 0)
    filled(scope)


def test_switched_off_it_ends_and_what_was_made_stays(scope):
    scope.wants = True
    filled(scope)
    scope.wants = False
    assert scope._wanted == {}
    assert get(scope, 3)[0]["steps"] == [STEPS]
    scope.wants = True
    assert scope._wanted["done"] == 6


@pytest.mark.parametrize("change", [{"layer": "2"}, {"silence": "0[1]"}])
def test_another_layer_or_silence_has_a_list_of_its_own(scope, change):
    scope.wants = True
    filled(scope)
    ((name, value),) = change.items()
    setattr(scope, name, value)
    assert scope._wanted["done"] == 0
    filled(scope)
    assert scope._wanted["layer"] == scope.layer
    setattr(scope, name, {"layer": "0", "silence": ""}[name])
    assert scope._wanted["done"] == 6


def test_changed_weights_begin_another_list_at_the_next_look(scope):
    scope.wants = True
    filled(scope)
    _, before = get(scope, 1)
    with torch.no_grad():
        scope.probe.model[0].weight.mul_(-1)
    assert get(scope, 1)[0]["steps"] == [0]
    filled(scope)
    _, after = get(scope, 1)
    assert (before["tiles"] != after["tiles"]).any()


def test_painting_keeps_what_was_made(scope):
    scope.wants = True
    filled(scope)
    scope.edits.flip("horizontal")
    scope.redraw()
    assert (scope._wanted["done"], scope._wanted["epoch"]) == (6, scope._header["epoch"])
    assert get(scope, 1)[0]["steps"] == [STEPS]


def test_networks_that_take_one_size_or_one_image_are_filled_too():
    class Fixed(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 3)
            self.place = nn.Parameter(torch.randn(1, 3, 98, 78))

        def forward(self, x):
            assert len(x) == 1
            return self.conv(x) + self.place

    scope = opened(Fixed(), torch.randn(3, 100, 80), layer="add")
    scope.wants = True
    filled(scope)
    header, arrays = get(scope, 0, 1, 2, layer="add")
    assert (header["steps"], header["size"]) == ([STEPS] * 3, [64, 64])
    assert header["notes"] == [""] * 3
    made = scope.probe.maximize("add", 1, steps=STEPS)
    expected = np.asarray(made.image.resize((64, 64), Image.Resampling.BOX))
    np.testing.assert_array_equal(arrays["tiles"][1], expected)
    scope.close()


def test_channels_that_cannot_be_made_say_why(image):
    class Cut(nn.Module):
        def forward(self, x):
            return x.detach() * 1

    scope = opened(nn.Sequential(nn.Conv2d(3, 3, 3), Cut()), image, layer="1")
    scope.wants = True
    filled(scope)
    header, _ = get(scope, 0, 2, layer="1")
    assert header["steps"] == [STEPS, STEPS]
    assert all("gradient" in note for note in header["notes"])
    assert scope.error == ""
    scope.close()


def test_two_scopes_on_one_model_both_fill(model, image):
    one, other = opened(model, image), opened(model, 255 - image, layer="2")
    one.wants = other.wants = True
    filled(one)
    filled(other)
    assert (one._wanted["done"], other._wanted["done"]) == (6, 4)
    one.close()
    other.close()


def test_a_closed_scope_makes_no_more(model, image):
    scope = opened(model, image)
    with Held(scope):
        update(scope, wants=True)
        scope.close()
    for _ in range(10):
        settled(scope)
    assert scope._wishlist is None or scope._wishlist.done == 0


@pytest.mark.parametrize("channels", [[], [6], [-1], ["0"], list(range(6)) * 11, 3, None])
def test_illegal_questions_are_refused(scope, channels):
    asked = {"epoch": 0, "what": "wants", "layer": "0", "channels": channels}
    message(scope, {"k": "get", "rid": 4, **asked})
    assert scope.sent[-1][0]["k"] == "error"
