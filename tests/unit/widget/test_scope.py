import random
import threading
import time

import ipywidgets
import numpy as np
import pytest
import torch
import traitlets
from torch import nn

import nnscope
from driving import Held, message, settled
from nnscope import errors
from nnscope.probe.sight import _summaries
from nnscope.widget.scope import Scope
from nnscope.widget.traits import FROM_BROWSER, ScopeTraits
from nnscope.wire import packet


@pytest.fixture
def model():
    return nn.Sequential(
        nn.Conv2d(3, 6, 3),
        nn.ReLU(inplace=True),
        nn.Conv2d(6, 4, 3),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4, 7),
    )


@pytest.fixture
def scope(model):
    scope = nnscope.show(model, torch.randn(1, 3, 12, 12))
    scope.sent = []
    scope.send = lambda content, buffers=None: scope.sent.append((content, buffers))
    yield scope
    scope.close()


def tiles(scope):
    return packet.decode(scope._header, scope._tiles)


def snapshot(scope):
    return {name: getattr(scope, name) for name in scope.keys if not name.startswith("_view")}


def update(scope, **state):
    scope._handle_msg(
        {"content": {"data": {"method": "update", "state": state, "buffer_paths": []}}, "buffers": []}
    )
    settled(scope)


def custom(scope, content):
    scope._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})
    settled(scope)
    return scope.sent


def test_it_opens_on_the_first_convolution_with_its_picture_there(scope):
    assert scope.layer == "0"
    assert scope._header["layer"] == "0"
    assert tiles(scope)["tiles"].shape == (6, 10, 10)
    assert [row["name"] for row in scope.layers] == ["0", "1", "2", "3"]
    assert len(scope.predictions) == 5
    assert scope.status == "ready"
    assert scope._picture[:3] in (b"\xff\xd8\xff", b"\x89PN")


def test_options_are_traits(model):
    scope = nnscope.show(
        model,
        torch.randn(1, 3, 12, 12),
        layer="2",
        target=3,
        channel=1,
        cam=True,
        colormap="viridis",
        sort="max",
        tile=99,
    )
    assert (scope.layer, scope.target, scope.channel, scope.cam, scope.tile) == ("2", 3, 1, True, 99)
    assert scope._map_header["target"] == 3
    with pytest.raises(errors.OptionError, match="no option 'colourmap'; did you mean 'colormap'"):
        nnscope.show(model, torch.randn(1, 3, 12, 12), colourmap="grey")
    with pytest.raises(errors.LayerNotFoundError):
        nnscope.show(model, torch.randn(1, 3, 12, 12), layer="nope")


def test_setting_the_layer_moves_the_picture(scope):
    scope.layer = "2"
    expected = scope.probe.activations("2")
    assert scope._header["layer"] == "2"
    np.testing.assert_allclose(tiles(scope)["max"], expected.amax((1, 2)))


def test_setting_nonsense_raises_and_changes_nothing(scope):
    before = snapshot(scope)
    for name, value, error in [
        ("layer", "conv", errors.LayerNotFoundError),
        ("layer", "5", errors.OptionError),
        ("channel", 6, errors.ChannelNotFoundError),
        ("channel", -1, errors.ChannelNotFoundError),
        ("target", 7, errors.TargetError),
        ("opacity", 1.5, errors.OptionError),
        ("opacity", float("nan"), errors.OptionError),
        ("tile", 10, errors.OptionError),
        ("colormap", "jet", traitlets.TraitError),
        ("predictions", [], traitlets.TraitError),
        ("status", "x", traitlets.TraitError),
    ]:
        with pytest.raises(error):
            setattr(scope, name, value)
    assert snapshot(scope) == before


def test_a_channel_that_the_new_layer_lacks_is_closed(scope):
    scope.channel = 5
    scope.layer = "2"
    assert scope.channel is None
    scope.channel = 3
    scope.layer = "0"
    assert scope.channel == 3


def test_the_map_follows_layer_and_class(scope):
    assert scope._map_header == {}
    scope.cam = True
    top = scope.predictions[0]["index"]
    assert (scope._map_header["layer"], scope._map_header["target"]) == ("0", top)
    for layer, target in (("2", top), ("2", 6), ("0", 6)):
        scope.layer, scope.target = layer, target
        made = packet.decode(scope._map_header, scope._map)
        raw = scope.probe.cam(layer, target).raw
        values = made["lo"] + (made["hi"] - made["lo"]) * made["tiles"][0] / 254
        np.testing.assert_allclose(values, raw, atol=float(raw.max() - raw.min()) / 500)
    assert "logit of class 6" in scope._map_header["sentence"]


def test_a_class_outside_the_top_five_is_listed_too(scope):
    last = scope.probe.predictions(7)[-1].index
    scope.target = last
    assert [row["index"] for row in scope.predictions][5:] == [last]


def test_a_callable_target_is_explained_until_a_class_is_chosen(model):
    scope = nnscope.show(model, torch.randn(1, 3, 12, 12), target=lambda out: out[0, 2] - out[0, 3], cam=True)
    assert scope._map_header["target"] is None
    assert "the target function" in scope._map_header["sentence"]
    assert scope._about["explains"]
    scope.target = 2
    assert scope._map_header["target"] == 2


def test_a_model_without_class_scores_has_no_classes_and_says_what_a_map_needs():
    scope = nnscope.show(nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU()), torch.randn(1, 3, 6, 6))
    assert (scope.predictions, scope._labels, scope.error) == ([], [], "")
    assert not scope._about["explains"]
    scope.cam = True
    assert "pass target= a function" in scope.error
    assert scope._map_header == {}
    assert scope._header["layer"] == scope.layer
    scope.cam = False
    assert scope.error == ""


def test_changed_weights_are_seen_at_the_next_look(scope):
    with torch.no_grad():
        scope.probe.model[0].weight.zero_()
    scope.cam = True
    assert scope._header["epoch"] == 1
    assert not tiles(scope)["std"].any()


def test_scopes_link_like_any_widget(scope, model):
    other = nnscope.show(model, torch.randn(1, 3, 12, 12))
    link = traitlets.link((scope, "layer"), (other, "layer"))
    scope.layer = "1"
    assert other._header["layer"] == "1"
    link.unlink()
    assert ipywidgets.HBox([scope, other]).children == (scope, other)


# -- the browser ------------------------------------------------------------------------------


def test_the_browser_moves_the_traits_and_the_picture(scope):
    update(scope, layer="2", channel=2, cam=True, target=4, opacity=0.25, sort="mean", smooth=True)
    assert (scope.layer, scope.channel, scope.cam, scope.target, scope.opacity) == ("2", 2, True, 4, 0.25)
    assert scope._header["layer"] == "2"
    assert (scope._map_header["layer"], scope._map_header["target"]) == ("2", 4)


def test_only_the_worker_draws_whoever_asks(model, monkeypatch):
    drawn = []
    original = Scope._draw

    def draw(self):
        drawn.append((threading.current_thread().name, self.layer))
        original(self)

    monkeypatch.setattr(Scope, "_draw", draw)
    scope = nnscope.show(model, torch.randn(1, 3, 12, 12))
    scope.layer = "1"
    update(scope, layer="2")
    scope.edits.flip("horizontal")
    scope.redraw()
    threads, layers = zip(*drawn, strict=True)
    assert set(threads) == {"nnscope_0"}
    assert layers == ("0", "1", "2", "2")
    scope.close()


def test_two_models_of_one_panel_are_drawn_by_one_worker(model):
    other = nn.Sequential(nn.Conv2d(3, 6, 3), nn.Flatten(), nn.Linear(600, 7))
    scope = nnscope.compare(model, other, torch.randn(1, 3, 12, 12))
    threads = []
    scope.observe(lambda _: threads.append(threading.current_thread()), "_header")
    update(scope, specimen=1, against=0)
    update(scope, specimen=0, against=1)
    assert len(threads) == 2
    assert len(set(threads)) == 1
    scope.close()


def test_traits_that_the_browser_sends_together_are_drawn_once(scope, monkeypatch):
    drawn = []
    monkeypatch.setattr(Scope, "_draw", lambda self: drawn.append((self.layer, self.cam, self.target)))
    update(scope, layer="2", cam=True, target=3)
    assert drawn == [("2", True, 3)]


def test_the_browser_does_not_wait_for_the_worker_and_a_cell_does(scope):
    with Held(scope) as held:
        scope._handle_msg({"content": {"data": {"method": "update", "state": {"layer": "2"}}}})
        assert (scope.layer, scope._header["layer"]) == ("2", "0")
        cell = threading.Thread(target=setattr, args=(scope, "layer", "1"))
        cell.start()
        while scope.layer != "1":
            assert cell.is_alive()
        assert cell.is_alive()
        assert scope._header["layer"] == "0"
        held.event.set()
        cell.join(10)
    assert scope._header["layer"] == "1"


def test_the_browser_reads_native_tiles_and_exact_values(scope):
    custom(scope, {"k": "get", "rid": 5, "epoch": 0, "layer": "2", "what": "exact", "channels": [3]})
    content, buffers = scope.sent[-1]
    assert (content["k"], content["rid"], content["parts"]) == ("data", 5, 1)
    values = packet.decode(content["header"], buffers[0])["values"]
    np.testing.assert_array_equal(values[0], scope.probe.activations("2")[3])
    custom(scope, {"k": "get", "rid": 6, "epoch": 0, "layer": "0", "what": "native", "channels": [4, 1]})
    content, buffers = scope.sent[-1]
    arrays = packet.decode(content["header"], buffers[0])
    assert content["header"]["channels"] == [4, 1]
    assert arrays["tiles"].shape == (2, 10, 10)
    np.testing.assert_allclose(arrays["hi"], scope.probe.activations("0")[[4, 1]].amax((1, 2)))


def test_histograms_are_of_what_the_panel_explains(scope):
    get = {"k": "get", "rid": 8, "epoch": 0, "layer": "0", "what": "statistics", "channels": []}
    for state, said in (
        ({}, scope.probe.labels[scope.predictions[0]["index"]]),
        ({"target": 3}, "logit of class 3"),
        ({"unit": "2[1]"}, "channel 1 of 2"),
    ):
        update(scope, **state)
        content, _ = custom(scope, get)[-1]
        assert said in content["header"]["rows"][3]["sentence"]
    callable_target = nnscope.show(
        scope.probe.model, torch.randn(1, 3, 12, 12), target=lambda out: out.mean()
    )
    callable_target.send = lambda content, buffers=None: callable_target.sent.append((content, buffers))
    callable_target.sent = []
    assert "the target function" in custom(callable_target, get)[-1][0]["header"]["rows"][3]["sentence"]


def test_the_browser_may_fetch_a_layer_ahead_but_not_have_the_model_run_for_it(scope):
    get = {"k": "get", "rid": 7, "epoch": 0, "layer": "2", "what": "coarse", "channels": []}
    content, buffers = custom(scope, get)[-1]
    assert content["header"]["kind"] == "layer"
    ahead = packet.decode(content["header"], buffers[0])
    _summaries.discard(scope.probe._key)
    assert custom(scope, get)[-1][0]["k"] == "error"
    scope.layer = "2"
    np.testing.assert_array_equal(ahead["tiles"], tiles(scope)["tiles"])


def test_a_large_answer_comes_in_pieces_that_every_host_takes():
    scope = nnscope.show(nn.Sequential(nn.Conv2d(1, 2, 1), nn.Flatten()), torch.randn(1, 1, 300, 300))
    scope.sent = []
    scope.send = lambda content, buffers=None: scope.sent.append((content, buffers))
    custom(scope, {"k": "get", "rid": 1, "epoch": 0, "layer": "0", "what": "exact", "channels": [1]})
    assert [content["part"] for content, _ in scope.sent] == [0, 1]
    assert all(len(buffers[0]) <= packet.CHUNK_BYTES for _, buffers in scope.sent)
    body = b"".join(buffers[0] for _, buffers in scope.sent)
    values = packet.decode(scope.sent[0][0]["header"], body)["values"]
    np.testing.assert_array_equal(values[0], scope.probe.activations("0")[1])


def test_a_cancelled_request_is_not_answered(scope):
    get = {"k": "get", "rid": 9, "epoch": 0, "layer": "2", "what": "exact", "channels": [3]}
    with Held(scope):
        for content in (get, {"k": "cancel", "rid": 9}):
            scope._handle_msg({"content": {"data": {"method": "custom", "content": content}}})
    settled(scope)
    assert scope.sent == []


def test_a_sign_of_life_comes_at_once_and_says_what_is_being_done(scope):
    def busy():
        message(scope, {"k": "ping", "rid": 3})
        content, _ = scope.sent[-1]
        assert (content["k"], content["rid"]) == ("pong", 3)
        return content["busy"]

    assert busy() == ""
    with Held(scope):
        assert busy() == "computing"
        scope.set_trait("status", "making the map: RISE")
        assert busy() == "making the map: RISE"
    settled(scope)


def test_one_bad_trait_is_refused_and_the_good_ones_are_taken(scope):
    resent = []
    scope.send_state = resent.append
    update(scope, layer="nope", colormap="magma", opacity=7, channel=True, predictions=[], _tiles=1, layout=3)
    assert (scope.layer, scope.colormap, scope.opacity, scope.channel) == ("0", "magma", 0.5, None)
    refused = [content["message"] for content, _ in scope.sent]
    assert len(refused) == 3
    assert "no layer 'nope'" in refused[0]
    assert {"layer", "channel", "opacity"} <= set(resent)


def test_ten_thousand_malformed_messages_change_nothing(scope):
    chance = random.Random(0)
    wrong = [None, True, -1, 10**30, 1.5, float("nan"), float("inf"), "", "x" * 999, [], [1], {}, {"a": None}]
    keys = [*FROM_BROWSER, *scope.keys, "nonsense"]

    def state():
        # None, True, "" and [] are legal there.
        switches = {"cam", "smooth", "contours", "checks", "shares", "wants", "growing"}
        several = {"region", "scale", "pins"}
        legal = {*switches, *several, "channel", "target", "versus", "unit", "against", "silence"}
        names = [name for name in chance.sample(keys, 3) if name not in legal]
        return (
            {name: chance.choice(wrong) for name in names} if chance.random() < 0.9 else chance.choice(wrong)
        )

    def content():
        fields = ("rid", "epoch", "layer", "what", "channels", "k")
        return chance.choice(
            [chance.choice(wrong), {name: chance.choice([*wrong, "get", "0"]) for name in fields}]
        )

    def data():
        method = chance.choice(["update", "custom", "request", None, [], "x"])
        return chance.choice(
            [chance.choice(wrong), {"method": method, "state": state(), "content": content()}]
        )

    before = snapshot(scope)
    for _ in range(10_000):
        message = {"content": {"data": data()}, "buffers": chance.choice(wrong)}
        scope._handle_msg(chance.choice([message, message, message, chance.choice(wrong)]))
    settled(scope)
    assert snapshot(scope) == before
    assert {content["k"] for content, _ in scope.sent} == {"error"}


def test_a_failure_while_drawing_becomes_a_sentence_and_the_last_view_stays(scope):
    handle = scope.probe.model[2].register_forward_hook(lambda *_: 1 / 0)
    before = scope._tiles
    update(scope, cam=True)
    assert "raised ZeroDivisionError" in scope.error
    assert scope._tiles == before
    assert scope.status == "ready"
    handle.remove()
    update(scope, target=1)
    assert scope.error == ""
    assert scope._map_header["target"] == 1


# -- the notebook -----------------------------------------------------------------------------


def test_a_picture_goes_along_for_hosts_without_widgets(scope):
    bundle, _ = scope._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["image/png"].startswith("iVBOR")
    assert len(bundle["image/png"]) < 100_000
    assert "text/html" not in bundle


def test_a_released_scope_keeps_its_picture_and_answers_with_a_sentence(scope):
    before = scope._tiles
    scope.release()
    assert "ran again" in scope.error
    update_message = {"content": {"data": {"method": "update", "state": {"layer": "2"}}}}
    scope._handle_msg(update_message)
    scope._handle_msg({"content": {"data": {"method": "custom", "content": {"k": "ping", "rid": 1}}}})
    assert scope._tiles == before
    with pytest.raises(errors.UnavailableError, match="let go"):
        _ = scope.probe
    assert "application/vnd.jupyter.widget-view+json" in scope._repr_mimebundle_()[0]


def test_many_quick_changes_are_drawn_once_more_at_most(scope, monkeypatch):
    scope.cam = True
    drawn = []
    original = type(scope)._draw_layer

    def slow(self):
        time.sleep(0.02)
        drawn.append(self.layer)
        original(self)

    monkeypatch.setattr(type(scope), "_draw_layer", slow)
    for layer in ("1", "2", "0", "1", "2"):
        scope._handle_msg({"content": {"data": {"method": "update", "state": {"layer": layer}}}})
    settled(scope)
    assert drawn[-1] == "2"
    assert len(drawn) <= 3
    assert scope._header["layer"] == "2"


def test_a_model_that_fails_now_is_told_in_the_panel_and_can_be_mended(scope):
    handle = scope.probe.model[0].register_forward_pre_hook(lambda *_: 1 / 0)
    with torch.no_grad():
        scope.probe.model[0].weight.mul_(2)
    before = scope._tiles
    update(scope, layer="2")
    assert "raised ZeroDivisionError" in scope.error
    assert scope._tiles == before
    handle.remove()
    update(scope, layer="1")
    assert scope.error == ""
    assert scope._header["layer"] == "1"


def test_no_trait_is_called_what_ipywidgets_takes_for_a_widget():
    taken = {"layout", "style", "tooltip", "tabbable"}  # read by every view of a DOMWidget
    assert not taken & set(ScopeTraits.class_trait_names())


def test_an_answer_that_finds_other_weights_brings_the_panel_up_to_date(scope):
    with torch.no_grad():
        scope.probe.model[0].weight.mul_(2)
    custom(scope, {"k": "get", "rid": 3, "epoch": 0, "what": "kernels", "layer": "0", "channels": [1]})
    settled(scope)
    assert scope.sent[-1][0]["header"]["epoch"] == 1
    assert scope._header["epoch"] == 1


def test_what_nobody_asked_for_runs_no_model_though_the_weights_have_changed(scope):
    with torch.no_grad():
        scope.probe.model[0].weight.mul_(2)
    get = {"k": "get", "rid": 3, "epoch": 0, "what": "coarse", "layer": "2", "channels": []}
    assert "not at hand" in custom(scope, get)[-1][0]["message"]
    assert scope.probe.epoch == 0
