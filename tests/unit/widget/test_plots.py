import sys
import threading

import bqplot
import ipywidgets
import numpy as np
import pytest
import torch
from torch import nn

import driving
import nnscope
from driving import Held
from nnscope import errors
from nnscope.widget.worker import submit


@pytest.fixture
def scope(model):
    scope = nnscope.show(model, torch.randn(1, 3, 12, 12))
    yield scope
    scope.close()


def settled(scope):
    """Wait until the worker has nothing left to do: what is drawn is put in by what came before."""
    for _ in range(2):
        scope._worker.submit(lambda: None).result(10)


def update(scope, **state):
    message = {"content": {"data": {"method": "update", "state": state, "buffer_paths": []}}, "buffers": []}
    scope._handle_msg(message)
    settled(scope)


def shows(figure, kind, scope, channel=None, *, target=None, least=0):
    """Whether a figure holds the histogram of what the probe says."""
    (found,) = scope.probe.histograms(scope.layer, channel, target=target, kinds=[kind])
    (bars,) = figure.marks
    edges = np.array(found.edges)
    np.testing.assert_allclose(bars.x, (edges[1:] + edges[:-1]) / 2)
    np.testing.assert_array_equal(bars.y, np.maximum(found.counts.numpy(), least))
    assert figure.title == found.sentence
    return True


def test_figures_follow_the_layer_and_the_channel(scope):
    plots = {kind: getattr(scope.plots, kind)() for kind in ("activations", "weights", "gradients")}
    assert all(isinstance(figure, bqplot.Figure) for figure in plots.values())
    assert all(shows(figure, kind, scope) for kind, figure in plots.items())
    scope.layer = "2"
    settled(scope)
    assert all(shows(figure, kind, scope) for kind, figure in plots.items())
    update(scope, channel=3)
    assert all(shows(figure, kind, scope, 3) for kind, figure in plots.items())
    assert "channel 3 of 2" in plots["weights"].title
    update(scope, layer="0", channel=None)
    assert all(shows(figure, kind, scope) for kind, figure in plots.items())


def test_gradients_follow_what_is_explained(scope):
    figure = scope.plots.gradients()
    assert shows(figure, "gradients", scope)
    update(scope, target=4)
    assert shows(figure, "gradients", scope, target=4)
    assert "class 4" in figure.title
    update(scope, unit="2[1]")
    assert shows(figure, "gradients", scope, target=nnscope.Unit("2", 1))


def test_predictions_follow_the_list_of_classes(scope):
    figure = scope.plots.predictions()

    def expected():
        return [f"{row['label']} ({row['index']})" for row in scope.predictions]

    assert list(figure.marks[0].x) == expected()
    np.testing.assert_allclose(figure.marks[0].y, [row["probability"] for row in scope.predictions])
    update(scope, target=scope.probe.predictions(7)[-1].index)
    assert len(expected()) == 6
    assert list(figure.marks[0].x) == expected()


def test_axes_say_what_they_are_and_counts_may_be_logarithmic(scope):
    figure = scope.plots.activations(log=True)
    assert [axis.label for axis in figure.axes] == ["activations", "how many"]
    assert isinstance(figure.marks[0].scales["y"], bqplot.LogScale)
    assert shows(figure, "activations", scope, least=0.5)  # an empty bin has no height, not minus infinity
    assert figure.marks[0].base == 0.5
    assert isinstance(scope.plots.activations().marks[0].scales["y"], bqplot.LinearScale)
    assert scope.plots.predictions().axes[1].label == "probability"


def test_what_there_is_nothing_of_is_said_in_the_title(scope):
    figure = scope.plots.weights()
    update(scope, layer="1")
    assert figure.title == "Layer '1' has no weights."
    update(scope, layer="2")
    assert shows(figure, "weights", scope)
    blind = nnscope.show(nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU()), torch.randn(1, 3, 6, 6))
    assert "no class scores" in blind.plots.predictions().title
    assert "no class scores" in blind.plots.gradients().title


def test_they_stand_beside_the_panel(scope):
    figure = scope.plots.activations()
    assert ipywidgets.HBox([scope, figure]).children == (scope, figure)


def test_they_are_drawn_on_the_models_own_thread_once_for_many_changes(scope, monkeypatch):
    scope.plots.activations()
    threads = []
    original = type(scope.probe).histograms

    def histograms(self, *args, **kwargs):
        threads.append(threading.current_thread())
        return original(self, *args, **kwargs)

    monkeypatch.setattr(type(scope.probe), "histograms", histograms)
    with Held(scope):
        for layer in ("1", "2", "0", "1"):
            driving.update(scope, layer=layer)
        assert threads == []  # nobody waited for it
    settled(scope)
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


def test_changed_weights_are_drawn_when_the_panel_is(scope, model):
    figure = scope.plots.activations()
    with torch.no_grad():
        model[0].weight.mul_(3)
    scope.cam = True
    settled(scope)
    assert shows(figure, "activations", scope)


def test_a_figure_stops_following_when_the_scope_is_released_or_it_is_closed(scope, model):
    figure, closed = scope.plots.activations(), scope.plots.weights()
    title = closed.title
    closed.close()
    update(scope, layer="2")
    assert closed.title == title
    title = figure.title
    with Held(scope):
        driving.update(scope, layer="0")  # to be drawn, once the worker comes to it
        scope.release()
    submit(model, lambda: None).result(10)
    assert figure.title == title
    scope.channel = None
    with pytest.raises(errors.UnavailableError):
        scope.plots.activations()


def test_there_is_one_figure_of_each_kind_however_often_it_is_asked_for(scope):
    figure, log = scope.plots.activations(), scope.plots.activations(log=True)
    assert figure is not log
    scope.channel = 1
    assert scope.plots.activations() is figure
    assert shows(figure, "activations", scope, 1)
    figure.close()
    again = scope.plots.activations()
    assert again is not figure
    update(scope, channel=2)
    assert shows(again, "activations", scope, 2)
    assert len(scope.plots._followers) == 2


def test_the_weights_are_looked_at_once_for_each_drawing(scope, monkeypatch):
    scope.plots.gradients()
    looks = []
    stale = type(scope.probe._fingerprint).stale
    monkeypatch.setattr(type(scope.probe._fingerprint), "stale", lambda self: looks.append(1) or stale(self))
    scope.plots.gradients()
    assert len(looks) == 1


def test_what_goes_wrong_while_drawing_is_told_in_the_title(scope, monkeypatch):
    figure = scope.plots.activations()

    def fails(*_, **__):
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(type(scope.probe), "histograms", fails)
    update(scope, layer="2")
    assert figure.title == "nnscope failed with ZeroDivisionError: division by zero."
    monkeypatch.undo()
    update(scope, layer="0")
    assert shows(figure, "activations", scope)


def test_without_bqplot_there_is_a_sentence_and_the_panel_goes_on(scope, monkeypatch):
    monkeypatch.setitem(sys.modules, "bqplot", None)
    for kind in ("activations", "weights", "gradients", "predictions"):
        with pytest.raises(errors.UnavailableError, match="need bqplot, which cannot be imported here"):
            getattr(scope.plots, kind)()
    update(scope, layer="2")
    assert (scope.layer, scope.error) == ("2", "")
