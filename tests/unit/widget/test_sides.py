"""Two sides of a scope: specimens, edits, silenced channels, and what is drawn of them."""

from __future__ import annotations

import copy
import gc
import io
import threading
import weakref

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from traitlets import TraitError, link

import nnscope
from nnscope.errors import NnscopeError
from nnscope.imaging.mosaic import mosaic
from nnscope.widget.worker import submit
from nnscope.wire import packet

STROKE = {
    "k": "edit",
    "rid": 3,
    "op": "stroke",
    "tool": "erase",
    "radius": 3,
    "points": [[6, 6]],
    "from": None,
}


@pytest.fixture
def images():
    return [np.random.default_rng(seed).integers(0, 255, (16, 16, 3), np.uint8) for seed in (0, 1, 2)]


def listening(scope):
    scope.sent = []
    scope.send = lambda content, buffers=None: scope.sent.append((content, buffers))
    return scope


@pytest.fixture
def scope(model, images):
    scope = listening(nnscope.show(model, images[0], transform=None))
    yield scope
    scope.close()


@pytest.fixture
def two(model, images):
    scope = listening(nnscope.show(model, images[:2], transform=None))
    yield scope
    scope.close()


def custom(scope, content):
    scope._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})
    scope._worker.submit(lambda: None).result(10)
    return scope.sent[-1][0]


def settled(scope):
    scope._worker.submit(lambda: None).result(10)


def update(scope, **state):
    scope._handle_msg({"content": {"data": {"method": "update", "state": state}}, "buffers": []})
    settled(scope)


def browser_of(scope):
    """What the browser believes of some traits: what it was told, for it is not told what it wrote itself."""
    told = {name: getattr(scope, name) for name in ("specimen", "against", "side")}
    told_before = scope.send_state

    def send_state(key=None):
        keys = {key} if isinstance(key, str) else set(told if key is None else key)
        told.update({name: getattr(scope, name) for name in keys & told.keys()})
        told_before(key)

    scope.send_state = send_state
    return told


def get(scope, what, **more):
    asked = {"k": "get", "rid": 9, "epoch": 0, "what": what, "layer": scope.layer, "channels": [], **more}
    answer = custom(scope, asked)
    assert answer["k"] == "data", answer
    return answer["header"], packet.decode(answer["header"], scope.sent[-1][1][0])


def values(scope):
    """What the tiles stand for, as far as codes tell."""
    arrays = packet.decode(scope._header, scope._tiles)
    span = (arrays["hi"] - arrays["lo"])[:, None, None]
    return torch.from_numpy(arrays["lo"][:, None, None] + span * arrays["tiles"] / 254)


def test_silenced_channels_are_zero_and_the_classes_tell_before_and_after(scope):
    before = scope.probe.predictions(7)
    scope.silence = "0[1,3]"
    assert scope.silence == "0[1,3]"
    shown = values(scope)
    assert shown[[1, 3]].abs().max() == 0
    assert shown[0].abs().max() > 0
    assert scope._other["kind"] == "before"
    for row in scope.predictions:
        was = next(each for each in before if each.index == row["index"])
        assert row["before"] == {"logit": was.logit, "probability": was.probability}
    fresh = nnscope.Probe(scope.probe.model, scope.probe.specimen.input)
    ablated = {row.index: row.logit for row in fresh.ablate("0", [1, 3])}
    assert {row["index"]: row["logit"] for row in scope.predictions}.items() <= ablated.items()
    scope.silence = ""
    assert scope._other == {}
    assert all(row["before"] is None for row in scope.predictions)


def test_the_sides_are_this_the_other_and_what_is_between(two):
    one, other = two.probe.activations("2"), two.other.activations("2")
    two.layer = "2"
    assert two._header["side"] == "this"
    expected = {"this": one, "other": other, "difference": one - other}
    for side, values_of in expected.items():
        two.side = side
        assert two._header["side"] == side
        step = (values_of.amax((1, 2)) - values_of.amin((1, 2)))[:, None, None] / 508
        assert ((values(two) - values_of).abs() <= step + 1e-6).all()


def test_two_that_change_places_stay_compared_also_for_the_browser(two):
    two.side = "difference"
    told = browser_of(two)
    for specimen, against in ((1, 0), (0, 1)):
        told.update(specimen=specimen, against=against)
        update(two, specimen=specimen, against=against)
        assert (two.specimen, two.against, two.side, two.error) == (specimen, against, "difference", "")
        assert told == {"specimen": specimen, "against": against, "side": "difference"}
        assert two._header["side"] == "difference"
    told.update(against=None)
    update(two, against=None)
    assert told == {"specimen": 0, "against": None, "side": "this"}


def test_two_linked_scopes_change_places_together(two, model, images):
    twin = nnscope.show(model, images[:2], transform=None)
    links = [link((two, name), (twin, name)) for name in ("specimen", "against")]
    update(two, specimen=1, against=0)
    assert [(scope.specimen, scope.against, scope.error) for scope in (two, twin)] == [(1, 0, "")] * 2
    for each in links:
        each.unlink()
    twin.close()


def test_the_same_state_has_the_same_number(two):
    start = two._header["epoch"]
    two.silence = "0[1]"
    changed = two._header["epoch"]
    two.specimen, two.against = 1, 0
    assert len({start, changed, two._header["epoch"]}) == 3
    two.specimen, two.against = 0, 1
    assert two._header["epoch"] == changed
    two.silence = ""
    assert two._header["epoch"] == start


def test_another_specimen_is_under_the_microscope(two):
    names = [row["name"] for row in two._specimens]
    assert len(names) == 2
    assert two.against == 1
    two.specimen = 1
    assert two.against is None
    assert two._other == {}
    assert torch.equal(two.probe.activations("0"), two._desk.wholes[1].activations("0"))


def test_an_edit_is_drawn_before_it_is_done_and_undone_to_the_bit(scope):
    start, header, tiles, picture = scope.probe.specimen.input, scope._header, scope._tiles, scope._picture
    assert custom(scope, {**STROKE, "begin": True}) == {"k": "done", "rid": 3}
    assert scope._edits["undo"] == 1
    assert scope._header["epoch"] != header["epoch"]
    assert scope._picture != picture
    assert scope._other["kind"] == "before"
    fresh = nnscope.Probe(scope.probe.model, scope.probe.specimen.input)
    assert torch.equal(fresh.activations("2"), scope.probe.activations("2"))
    scope.side = "difference"
    custom(scope, {"k": "edit", "rid": 4, "op": "undo"})
    assert scope.side == "this"  # nothing is left to compare with
    assert scope.probe.specimen.input is start
    assert (scope._header, scope._tiles, scope._picture) == (header, tiles, picture)


def test_an_edit_that_cannot_be_made_is_a_sentence_and_changes_nothing(scope):
    before = scope._header
    answer = custom(scope, {**STROKE, "begin": True, "tool": "burn"})
    assert (answer["k"], answer["rid"]) == ("error", 3)
    assert "tool" in answer["message"]
    assert scope._header is before


def test_edits_from_a_cell_are_drawn(scope):
    header = scope._header
    scope.edits.stroke("blur", [(5, 5)], 4)
    scope.redraw()
    assert scope._header != header
    assert scope.other is not None


def test_the_pair_and_the_differences_agree_with_the_probes(two):
    two.layer = "2"
    header, arrays = get(two, "pair", channels=[3, 0])
    assert header["size"] == [12, 12]
    this, other = two.probe.activations("2")[[3, 0]], two.other.activations("2")[[3, 0]]
    for name, expected in (("this", this), ("other", other), ("difference", this - other)):
        lo, hi = (torch.from_numpy(arrays[f"{name}_{end}"].copy())[:, None, None] for end in ("lo", "hi"))
        read = lo + (hi - lo) * torch.from_numpy(arrays[f"{name}_tiles"].copy()) / 254
        assert ((read - expected).abs() <= (hi - lo) / 508 + 1e-6).all()
    header, arrays = get(two, "differences")
    this, other = two.probe.activations("2"), two.other.activations("2")
    change = (this - other).flatten(1).norm(dim=1) / other.flatten(1).norm(dim=1)
    np.testing.assert_allclose(arrays["change"], change, rtol=1e-4)
    assert [row["name"] for row in header["layers"]] == [row["name"] for row in two.layers]
    assert all(row["change"] > 0 for row in header["layers"])


def test_without_another_there_is_nothing_to_compare(scope):
    answer = custom(scope, {"k": "get", "rid": 1, "epoch": 0, "what": "pair", "layer": "0", "channels": [0]})
    assert "nothing to compare" in answer["message"]
    with pytest.raises((TraitError, NnscopeError)):
        scope.against = 1


def test_the_region_ranks_channels_and_is_kept_inside_the_image(scope):
    scope.region = [-4, 2, 8, 99]
    assert scope.region == [0, 2, 8, 16]
    header, arrays = get(scope, "region")
    assert header["box"] == [0, 2, 8, 16]
    ranking = scope.probe.responding((0, 2, 8, 16))
    np.testing.assert_allclose(arrays["scores"], ranking.scores["0"])
    assert len(arrays["tiles"]) == len(header["rows"]) > 0
    scope.region = []
    answer = custom(scope, {"k": "get", "rid": 1, "epoch": 0, "what": "region", "layer": "0", "channels": []})
    assert "draw one" in answer["message"]


def test_a_cell_looks_at_a_field(scope):
    header, arrays = get(scope, "field", channels=[2], cell=[4, 5])
    assert header["box"] == header["support"] == [5, 4, 8, 7]
    tile = torch.from_numpy(arrays["tiles"][0].copy())
    rows, columns = tile.nonzero(as_tuple=True)
    assert (int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())) == (4, 6, 5, 7)


def test_pins_are_channels_that_follow_the_state(scope):
    scope.pins = ["2[1]", "0[4]", "2[1]"]
    assert scope.pins == ["2[1]", "0[4]"]
    header, _ = get(scope, "pins", units=scope.pins)
    assert [row["unit"] for row in header["rows"]] == scope.pins
    scope.silence = "0[4]"
    header, _ = get(scope, "pins", units=scope.pins)
    assert header["rows"][1]["max"] == 0
    for wrong in (["2[9]"], ["2"], ["x[0]"], ["2[1,0,0]"], [f"0[{i % 6}]" for i in range(3)] + ["9[1]"]):
        with pytest.raises(NnscopeError):
            scope.pins = wrong


def test_the_scan_ranks_channels_by_what_the_score_loses(scope):
    scope.sort = "effect"
    scope._worker.submit(lambda: None).result(10)
    while scope.status != "ready":
        scope._worker.submit(lambda: None).result(10)
    found = packet.decode(scope._effects_header, scope._effects)["effects"]
    target = scope.predictions[0]["index"]
    whole = scope.probe.predictions(7)[0].logit
    for channel in range(6):
        without = {row.index: row.logit for row in scope.probe.ablate("0", channel)}[target]
        assert found[channel] == pytest.approx(whole - without, abs=1e-5)
    assert scope._effects_header["what"] == f"logit of class {target}"


def test_two_models_are_matched_by_name_and_ranked(model, images):
    pruned = copy.deepcopy(model)
    with torch.no_grad():
        pruned[2].weight[3] = 0
        pruned[2].bias[3] = 0
    scope = listening(nnscope.compare(pruned, model, images[0], transform=None))
    assert (scope.view, scope.against) == ("differences", 1)
    assert [row["model"] for row in scope._specimens] == ["Sequential A", "Sequential B"]
    scope.layer = "2"
    header, arrays = get(scope, "differences")
    by_name = {row["name"]: row["change"] for row in header["layers"]}
    assert by_name["0"] == 0
    assert by_name["2"] > 0
    assert arrays["change"].tolist() == [0, 0, 0, 1]
    scope.close()


def test_over_several_images_representations_are_compared(model, images):
    other = copy.deepcopy(model)
    with torch.no_grad():
        other[2].weight.add_(torch.randn_like(other[2].weight) * 0.1)
    scope = listening(nnscope.compare(model, other, images, transform=None))
    header, _ = get(scope, "differences")
    assert header["images"] == 3
    assert header["layers"][0]["cka"] == pytest.approx(1)
    assert header["layers"][2]["cka"] < 1
    scope.close()


def test_linked_scopes_follow_each_other(model, images):
    a, b = (nnscope.show(model, image, transform=None) for image in images[:2])
    for name in ("layer", "silence", "side", "region", "pins", "sort", "channel"):
        link((a, name), (b, name))
    a.layer, a.silence, a.pins, a.channel = "2", "2[~1]", ["0[3]"], 1
    assert (b.layer, b.silence, b.pins, b.channel) == ("2", "2[~1]", ["0[3]"], 1)
    assert values(b)[[0, 2, 3]].abs().max() == 0
    b.side = "difference"
    assert a.side == "difference"
    a.close()
    b.close()


def test_what_is_wrong_is_refused_and_the_last_view_stays(scope):
    header = scope._header
    wrong = {
        "silence": ["0[9]", "9[0]", "0", "4[0]"],
        "region": [[1, 2], [5, 5, 5, 9], [90, 90, 99, 99], [float("nan"), 0, 1, 1]],
        "scale": [[1], [2, 1], [0, float("inf")]],
        "specimen": [1, -1],
    }
    for name, several in wrong.items():
        for value in several:
            with pytest.raises(NnscopeError):
                setattr(scope, name, value)
    assert scope._header is header
    scope.fill = "other"
    scope.silence = "0[1]"
    assert "another specimen" in scope.error
    assert scope._header is header


def test_a_scope_may_begin_with_any_specimen_and_side(model, images):
    for options, expected in (
        ({"specimen": 1}, (1, 0, "this")),
        ({"specimen": 1, "against": 0, "side": "difference"}, (1, 0, "difference")),
        ({"specimen": 1, "against": None, "side": "other"}, (1, None, "this")),
        ({"against": None, "silence": "0[1]", "side": "difference"}, (0, None, "difference")),
    ):
        scope = nnscope.show(model, images[:2], transform=None, **options)
        assert (scope.specimen, scope.against, scope.side) == expected
        assert (scope.error, scope._header["side"]) == ("", expected[2])
        scope.close()
    for wrong in ({"specimen": 2}, {"specimen": 1, "against": 1}):
        with pytest.raises(NnscopeError):
            nnscope.show(model, images[:2], transform=None, **wrong)


@pytest.fixture
def unlike(model, images):
    """Two models that share little: other classes, other channels, other layers."""
    rest = nn.Sequential(nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))
    other = nn.Sequential(nn.Conv2d(3, 4, 3), rest)
    scope = listening(nnscope.compare(model, other, images[0], transform=None, view="channels"))
    yield scope
    scope.close()


@pytest.mark.parametrize("browser", [True, False])
def test_what_the_other_model_has_not_is_let_go_of(unlike, browser):
    unlike.cam, unlike.target, unlike.versus, unlike.pins = True, 6, 5, ["0[5]", "0[2]"]
    unlike.channel, unlike.silence = 5, "0[5]"
    if browser:
        update(unlike, specimen=1)
    else:
        unlike.specimen = 1
    assert (unlike.target, unlike.versus, unlike.channel, unlike.silence) == (None, None, None, "")
    assert unlike.pins == ["0[2]"]
    assert unlike.error == ""
    assert unlike._map_header["epoch"] == unlike._header["epoch"]
    unlike.specimen = 0
    unlike.unit = "2[3]"
    unlike.specimen = 1
    assert (unlike.unit, unlike.error) == ("", "")


@pytest.mark.parametrize("side", ["other", "difference"])
def test_a_layer_that_the_side_has_not_is_a_sentence_in_the_panel(unlike, side):
    unlike.side = side
    header = unlike._header
    update(unlike, layer="2")
    assert "has no layer '2'" in unlike.error or "has no such layer" in unlike.error
    assert unlike.sent == []
    assert unlike._header == header
    update(unlike, side="this")
    assert (unlike.error, unlike._header["layer"]) == ("", "2")


def test_an_edit_is_made_on_the_specimen_it_was_asked_for(two):
    wait = threading.Event()
    two._worker.submit(lambda: wait.wait(10))
    content = {"data": {"method": "custom", "content": {**STROKE, "begin": True}}}
    two._handle_msg({"content": content, "buffers": []})
    two._handle_msg({"content": {"data": {"method": "update", "state": {"specimen": 1}}}, "buffers": []})
    wait.set()
    settled(two)
    assert two.sent[-1][0] == {"k": "done", "rid": 3}
    assert [two._desk.edits(specimen).undoable for specimen in (0, 1)] == [1, 0]


def test_an_image_of_another_size_has_cells_of_its_own(scope):
    data = io.BytesIO()
    Image.new("RGB", (24, 20), "red").save(data, "PNG")
    opening = {"k": "edit", "rid": 4, "op": "open", "name": "red.png"}
    message = {"content": {"data": {"method": "custom", "content": opening}}}
    scope._handle_msg({**message, "buffers": [memoryview(data.getvalue())]})
    settled(scope)
    assert scope._about["input"] == [3, 20, 24]
    assert scope.layers[0]["shape"] == [6, 18, 22]
    header, _ = get(scope, "field", channels=[2], cell=[17, 21])
    assert header["box"] == [21, 17, 24, 20]
    scope.region = [0, 0, 24, 10]
    assert scope.region == [0, 0, 24, 10]
    custom(scope, {"k": "edit", "rid": 5, "op": "undo"})
    assert scope.layers[0]["shape"] == [6, 14, 14]


def test_what_is_compared_over_all_images_is_what_is_looked_at(model, images):
    other = copy.deepcopy(model)
    with torch.no_grad():
        other[0].weight.mul_(2)
    scope = listening(nnscope.compare(model, other, images, transform=None))

    def changes():
        header, _ = get(scope, "differences")
        return header["images"], [row["change"] for row in header["layers"]]

    def expected(one, two):
        return [row.change for row in nnscope.differences(one, two, images, transform=None)]

    assert changes() == (3, expected(model, other))
    scope.specimen, scope.against = 1, 0
    assert changes() == (3, expected(other, model))  # relative to the other one now
    scope.edits.flip("horizontal")
    scope.specimen, scope.against = 0, 1
    count, found = changes()
    assert count == 1  # over the images as they came nothing would tell of the edit
    assert found == [row.change for row in scope.probe.compare(scope.other)]
    scope.close()


def test_a_table_over_all_images_is_made_once_for_all_sides(model, images):
    made = []

    def over_all(this, other):
        made.append((this, other))
        return this.compare(other)

    probes = [nnscope.Probe(model, image, transform=None) for image in images[:2]]
    scope = listening(nnscope.Scope(probes, over_all=over_all))
    for side in ("this", "other", "difference"):
        scope.side = side
        get(scope, "differences")
    assert made == [tuple(probes)]
    scope.close()


def test_a_gradient_that_is_not_finite_is_drawn_as_none(model, images):
    with torch.no_grad():
        model[0].weight[0] = float("inf")
    scope = listening(nnscope.show(model, images[0], transform=None))
    _, arrays = get(scope, "field", channels=[0], cell=[4, 5])
    assert arrays["hi"].tolist() == [0]
    assert not arrays["tiles"].any()
    scope.close()


def test_what_is_logged_is_the_side_that_is_drawn(two):
    class Writer:
        def add_image(self, tag, pixels, step=None, *, dataformats):
            self.pixels = pixels

        def add_histogram_raw(self, tag, **numbers):
            pass

    sheets = []
    for side in ("this", "other", "difference"):
        two.side, writer = side, Writer()
        two.log(writer)
        sheets.append(writer.pixels)
        summary = {"this": two.probe, "other": two.other, "difference": two._look.contrast}[side].summary("0")
        expected = mosaic(*(part.numpy() for part in summary.codes), normalize="layer", colormap="grey")
        np.testing.assert_array_equal(writer.pixels, np.asarray(expected.convert("RGB")))
    assert len({sheet.tobytes() for sheet in sheets}) == 3


def test_a_scope_that_is_released_while_it_settles_keeps_no_model(images):
    begun, go_on = threading.Event(), threading.Event()

    class Slow(nn.Conv2d):
        slow = False

        def forward(self, x):
            if Slow.slow:
                begun.set()
                go_on.wait(10)
            return super().forward(x)

    scope = listening(nnscope.show(nn.Sequential(Slow(3, 2, 3), nn.ReLU()), images[0], transform=None))
    model = weakref.ref(scope.probe.model)
    Slow.slow = True
    message = {"content": {"data": {"method": "update", "state": {"silence": "0[1]"}}}, "buffers": []}
    scope._handle_msg(message)
    last = submit(model(), lambda: None)
    assert begun.wait(10)
    scope.release()
    go_on.set()
    last.result(10)
    gc.collect()
    assert model() is None
    scope.close()


def effects(scope):
    settled(scope)
    while scope.status != "ready":
        settled(scope)
    return packet.decode(scope._effects_header, scope._effects)["effects"]


def test_effects_by_the_other_are_by_the_one_that_is_not_drawn(two):
    two.fill, two.sort = "other", "effect"
    np.testing.assert_array_equal(effects(two), two.probe.effects("0", value=two.other).effects)
    two.side = "other"
    target = two.predictions[0]["index"]
    assert two._effects_header["target"] == target  # the class is that of this, whichever side is drawn
    np.testing.assert_array_equal(effects(two), two.other.effects("0", target, two.probe).effects)
    assert effects(two).any()
    header = two._effects_header
    two.against = None
    assert "another specimen" in two.error
    assert two._effects_header is header


def test_two_models_of_one_class_are_told_apart_in_every_sentence(unlike):
    unlike.silence = ""
    unlike.side, unlike.layer = "other", "2"
    assert unlike.error.startswith("Sequential B has no layer '2'")
    assert unlike.probe.cam("0").provenance["model"] == "Sequential A"


def test_a_panel_that_cannot_draw_is_displayed_without_a_picture(unlike):
    unlike.side, unlike.layer = "other", "2"
    bundle, _ = unlike._repr_mimebundle_()
    assert "image/png" not in bundle
    unlike.side = "this"
    bundle, _ = unlike._repr_mimebundle_()
    assert "image/png" in bundle
