"""What a scope writes is what TensorBoard reads."""

import io
import threading

import numpy as np
import pytest
import torch
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils.tensorboard import SummaryWriter

import nnscope
from driving import Held, settled, update
from nnscope import errors


@pytest.fixture
def scope(model):
    scope = nnscope.show(model, torch.randn(1, 3, 12, 12), layer="2")
    yield scope
    scope.close()


@pytest.fixture
def logged(tmp_path):
    """Reads back what some logging wrote."""

    def logged(log):
        with SummaryWriter(str(tmp_path)) as writer:
            log(writer)
        every = dict.fromkeys(("histograms", "images", "tensors"), 0)
        return EventAccumulator(str(tmp_path), every).Reload()

    return logged


def test_the_sheet_the_map_and_the_histograms(scope, logged):
    scope.cam, scope.target = True, 3
    events = logged(lambda writer: scope.log(writer, 7))
    kinds = ("activations", "biases", "gradients", "weights")
    assert sorted(events.Tags()["histograms"]) == [f"nnscope/2/{kind}" for kind in kinds]
    assert sorted(events.Tags()["images"]) == ["nnscope/2/channels", "nnscope/2/map"]
    for found in scope.probe.histograms("2", target=3):
        (event,) = events.Histograms(f"nnscope/2/{found.kind}")
        written = event.histogram_value
        assert (event.step, written.num, written.min, written.max) == (7, found.count, found.min, found.max)
        assert written.bucket == found.counts.tolist()
        np.testing.assert_allclose(written.bucket_limit, found.edges[1:])
        assert written.sum / written.num == pytest.approx(found.mean)
        deviation = (written.sum_squares / written.num - (written.sum / written.num) ** 2) ** 0.5
        assert deviation == pytest.approx(found.std)
    (event,) = events.Images("nnscope/2/map")
    drawn = np.array(Image.open(io.BytesIO(event.encoded_image_string)))
    np.testing.assert_array_equal(drawn, np.array(scope.probe.cam("2", 3).image()))
    assert event.step == 7
    (event,) = events.Tensors("nnscope/2/map/text_summary")
    assert b"logit of class 3" in event.tensor_proto.string_val[0]
    (event,) = events.Images("nnscope/2/channels")
    assert event.width > 4 < event.height


def test_no_map_where_none_is_shown_and_no_histogram_of_nothing(scope, logged):
    scope.cam = True
    scope.cam, scope.layer = False, "1"
    events = logged(scope.log)
    assert events.Tags()["images"] == ["nnscope/1/channels"]
    assert sorted(events.Tags()["histograms"]) == ["nnscope/1/activations", "nnscope/1/gradients"]


def test_in_a_training_each_step_is_what_the_weights_are_then(scope, model, logged):
    scope.cam = True
    means = []

    def train(writer):
        for step in range(3):
            with torch.no_grad():
                model[2].weight.mul_(2)
            model.train()
            scope.log(writer, step)
            means.append(float(scope.probe.activations("2").double().mean()))
            assert model.training

    events = logged(train)
    written = [event.histogram_value for event in events.Histograms("nnscope/2/activations")]
    np.testing.assert_allclose([each.sum / each.num for each in written], means)
    assert len(set(means)) == 3
    maps = [event.encoded_image_string for event in events.Images("nnscope/2/map")]
    assert len(maps) == 3
    assert scope._header["epoch"] == 3


def test_a_map_that_is_being_made_is_written_whole(scope, logged):
    shown = []
    scope.observe(lambda change: shown.append(change.new["done"]), "_map_header")

    def log(writer):
        with Held(scope):
            update(scope, method="rise", cam=True)
            logging = threading.Thread(target=scope.log, args=(writer, 1))
            logging.start()
            while scope._worker._waiting < 2:  # the drawing, and behind it the log
                assert logging.is_alive()
        logging.join(20)

    events = logged(log)
    assert shown[0] < 1
    assert (scope.progress, scope.status, scope._map_header["done"]) == (None, "ready", 1)
    (event,) = events.Images("nnscope/2/map")
    drawn = np.array(Image.open(io.BytesIO(event.encoded_image_string)))
    np.testing.assert_array_equal(drawn, np.array(scope.probe.attribute(None, "rise").image()))


def test_a_map_that_was_stopped_is_left_out(scope, logged):
    scope.observe(lambda _: scope.stop(), "_map_header")
    update(scope, method="rise", cam=True)
    settled(scope)
    assert scope._map_header["done"] < 1
    assert logged(lambda writer: scope.log(writer, 1)).Tags()["images"] == ["nnscope/2/channels"]


def test_a_released_scope_logs_nothing(scope, logged):
    scope.release()
    with pytest.raises(errors.UnavailableError, match="let go"):
        logged(lambda writer: scope.log(writer, 0))
