"""Images by gradient ascent: what is made, what is refused, what is kept."""

import json
import math

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from nnscope import errors
from nnscope.probe import Probe
from nnscope.synthesis.notes import STILL
from nnscope.synthesis.objective import likeness


class Net(nn.Module):
    def __init__(self, channels=3):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(channels, 6, 5), nn.Conv2d(6, 8, 5)
        self.norm = nn.BatchNorm2d(8)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        x = nn.functional.max_pool2d(self.conv1(x).relu(), 2)
        return self.head(self.norm(self.conv2(x)).relu().mean((2, 3)))


@pytest.fixture
def model():
    return Net().eval()


@pytest.fixture
def probe(model):
    return Probe(model, picture(), transform=None)


def picture(height=24, width=24):
    colours = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(colours)


def mean_of(probe, layer, channel, tensor):
    """The objective of images, by a probe that was given them."""
    return [float(Probe(probe.model, image[None]).activations(layer)[channel].mean()) for image in tensor]


# -- what is made -----------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["fourier", "pixels"])
@pytest.mark.parametrize("negative", [False, True])
def test_the_objective_goes_where_it_is_wanted(probe, method, negative):
    made = probe.maximize("conv2", 3, method=method, negative=negative, steps=40)
    first, last = made.history[0, 0], made.scores[0]
    assert last < first if negative else last > first
    assert made.history.shape == (1, 40)
    assert made.notes == [""]
    assert made.done == 1
    # By another way: the image, given to the network as its own input.
    assert mean_of(probe, "conv2", 3, made.tensor)[0] == pytest.approx(float(last), rel=1e-5)


def test_the_image_is_what_the_network_was_given(probe):
    made = probe.maximize("conv2", 0, steps=5)
    colours = np.asarray(made.image, np.float32) / 255
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    encoded = (colours - mean) / std
    assert np.abs(encoded.transpose(2, 0, 1) - made.tensor[0].numpy()).max() < 0.51 / 255 / std.min()


@pytest.mark.parametrize("method", ["fourier", "pixels"])
def test_the_same_seed_makes_the_same_image_to_the_bit(probe, method):
    one, two, other = (probe.maximize("conv2", 1, method=method, steps=12, seed=seed) for seed in (7, 7, 8))
    assert torch.equal(one.tensor, two.tensor)
    assert torch.equal(one.history, two.history)
    assert not torch.equal(one.tensor, other.tensor)


def test_rounds_are_nothing_but_pauses(probe):
    """However often it is left off and gone on with, the image is the same to the bit."""
    whole = probe.maximize("conv2", 1, steps=9)
    pieces = list(probe.maximizing("conv2", 1, steps=9, every=0.0))
    assert [each.step for each in pieces] == list(range(1, 10))
    assert [each.done == 1 for each in pieces] == [False] * 8 + [True]
    assert torch.equal(pieces[-1].tensor, whole.tensor)
    assert torch.equal(pieces[-1].history, whole.history)
    assert pieces[3].scores.isnan().all()


def test_a_hurry_ends_a_round_after_its_step(probe):
    asked = []

    def hurry():
        asked.append(1)
        return len(asked) == 3

    steps = probe.maximizing("conv2", 1, steps=50, every=1e9, hurry=hurry)
    assert next(steps).step == 3
    assert next(steps).step == 50


def test_more_steps_go_on_where_it_ended(probe):
    steps = probe.maximizing("conv2", 1, steps=6)
    first = list(steps)[-1]
    assert next(steps, None) is None
    steps.extend(5)
    last = list(steps)[-1]
    assert last.step == last.steps == 11
    assert last.done == 1
    assert torch.equal(last.tensor, probe.maximize("conv2", 1, steps=11).tensor)
    assert not torch.equal(last.tensor, first.tensor)


def test_an_image_does_not_depend_on_its_company(probe):
    together = probe.maximize("conv2", [4, 1, 6], steps=10)
    for index, channel in enumerate((4, 1, 6)):
        alone = probe.maximize("conv2", channel, steps=10)
        assert torch.allclose(together[index].history, alone.history, rtol=1e-2, atol=1e-4)
        assert together.labels[index] == alone.labels[0] == f"channel {channel} of conv2"


def test_what_memory_does_not_allow_at_once_is_done_in_parts(probe, monkeypatch):
    together = probe.maximize("conv2", [0, 1, 2], pictures=2, steps=8, diversity=0)
    monkeypatch.setattr("nnscope.probe.maximizing.ROOM", 1)
    apart = probe.maximize("conv2", [0, 1, 2], pictures=2, steps=8, diversity=0)
    assert torch.allclose(together.history, apart.history, rtol=1e-2, atol=1e-4)


def test_diversity_makes_the_images_of_a_channel_differ(probe):
    def alike(diversity):
        made = probe.maximize("conv2", 2, pictures=3, steps=40, diversity=diversity, robust=False)
        values = [Probe(probe.model, image[None]).activations("conv2") for image in made.tensor]
        return float(likeness(torch.stack(values)))

    assert alike(3.0) < alike(0.0)


@pytest.mark.parametrize(
    ("wish", "read"),
    [
        ({"cell": (1, 2)}, lambda p: p.activations("conv2")[3, 1, 2]),
        ({}, lambda p: p.activations("conv2")[3].mean()),
    ],
)
def test_a_cell_and_a_channel_are_what_they_say(probe, wish, read):
    made = probe.maximize("conv2", 3, steps=15, **wish)
    assert float(made.scores) == pytest.approx(float(read(Probe(probe.model, made.tensor))), rel=1e-5)
    assert float(made.scores) > float(made.history[0, 0])


def test_a_direction_of_one_channel_is_that_channel(probe):
    weights = torch.zeros(8)
    weights[3] = 1
    direction, channel = (
        probe.maximize("conv2", steps=8, direction=weights),
        probe.maximize("conv2", 3, steps=8),
    )
    assert torch.allclose(direction.history, channel.history, rtol=1e-3, atol=1e-5)


def test_a_direction_sums_weighted_channels(probe):
    weights = np.linspace(-1, 1, 8)
    made = probe.maximize("conv2", direction=weights, steps=20)
    values = Probe(probe.model, made.tensor).activations("conv2").mean((1, 2)).numpy()
    assert float(made.scores) == pytest.approx(float(values @ weights), rel=1e-4)
    assert float(made.scores) > float(made.history[0, 0])


def test_a_class_gets_its_logit(model):
    probe = Probe(model, picture(), transform=None, labels=["ant", "bee", "cat", "dog"])
    made = probe.maximize(target="cat", steps=25)
    assert float(made.scores) == pytest.approx(float(model(made.tensor)[0, 2].detach()), rel=1e-5)
    assert float(made.scores) > float(made.history[0, 0])
    assert made.labels == ["cat"]
    assert "largest logit of cat" in made.sentence


def test_deepdream_begins_with_an_image(probe):
    image = picture(30, 26)
    made = probe.maximize("conv2", start=image, steps=3)
    assert made.tensor.shape == (1, 3, 30, 26)
    # After one round of small steps it is still that image.
    seen, given = (np.asarray(each, np.float32) for each in (made.image, image))
    assert np.corrcoef(seen.ravel(), given.ravel())[0, 1] > 0.9
    grown = probe.maximize("conv2", start=image, steps=40)
    values = Probe(probe.model, grown.tensor).activations("conv2")
    assert float(grown.scores) == pytest.approx(float(values.square().mean()), rel=1e-5)
    assert float(grown.scores) > float(made.history[0, 0])
    assert "from an image" in made.sentence


def test_a_start_of_another_size_is_brought_to_it(probe):
    assert probe.maximize("conv2", 0, start=picture(40, 40), size=(20, 28), steps=1).tensor.shape[2:] == (
        20,
        28,
    )


def test_a_tensor_to_start_from_has_the_colours_of_the_input(probe):
    tensor = probe.specimen.input.clone()
    made = probe.maximize("conv2", 0, start=tensor, steps=1, method="pixels", rate=1e-9)
    assert torch.allclose(made.tensor, tensor, atol=1e-4)


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_inputs_of_any_channels(channels):
    probe = Probe(Net(channels).eval(), torch.rand(1, channels, 24, 24))
    made = probe.maximize("conv2", 2, steps=20)
    assert made.tensor.shape == (1, channels, 24, 24)
    assert made.scores[0] > made.history[0, 0]
    assert made.image.mode == ("RGB" if channels == 5 else "L")
    assert made.image.size == (24, 24)


def test_half_precision():
    probe = Probe(Net().eval().bfloat16(), picture(), transform=None)
    made = probe.maximize("conv2", 2, steps=20)
    assert made.scores[0] > made.history[0, 0]
    assert made.tensor.dtype == torch.float32


def test_what_is_silenced_stays_silent(probe):
    """The image that conv2 wants does not use what it is not given."""
    silent = probe.silenced("conv1", range(6))
    made = silent.maximize("conv2", 3, steps=60)
    assert "dead" in made.notes[0]
    assert probe.maximize("conv2", 3, steps=3).notes == [""]


@pytest.mark.parametrize(
    "mode",
    [
        lambda: torch.autocast("cpu", torch.bfloat16),
        torch.inference_mode,
        torch.no_grad,
        lambda: torch.set_grad_enabled(True),
    ],
    ids=["autocast", "inference_mode", "no_grad", "grad"],
)
@pytest.mark.parametrize(
    "wish", [{"channel": [3, 1]}, {"direction": np.ones(8)}], ids=["channels", "direction"]
)
def test_what_the_caller_has_set_changes_nothing(probe, mode, wish):
    wanted = probe.maximize("conv2", steps=4, **wish)
    with mode():
        wish = wish | ({"direction": torch.ones(8)} if "direction" in wish else {})
        made = probe.maximize("conv2", steps=4, **wish)
    assert torch.equal(made.tensor, wanted.tensor)
    assert torch.equal(made.drawn, wanted.drawn)
    assert torch.equal(made.scores, wanted.scores)
    assert not made.tensor.is_inference()


@pytest.mark.parametrize("method", ["fourier", "pixels"])
def test_another_default_dtype_changes_nothing(probe, method):
    wanted = probe.maximize("conv2", 3, steps=4, method=method)
    torch.set_default_dtype(torch.float64)
    try:
        made = probe.maximize("conv2", 3, steps=4, method=method)
    finally:
        torch.set_default_dtype(torch.float32)
    assert torch.equal(made.tensor, wanted.tensor)
    assert made.scores.dtype == made.history.dtype == made.drawn.dtype == torch.float32


def test_numbers_of_other_libraries_are_numbers(probe):
    """And the record holds plain ones, which JSON takes."""
    settings = {"steps": np.int64(3), "seed": np.int64(4), "pictures": np.int64(2), "rate": np.float32(0.125)}
    made = probe.maximize("conv2", torch.tensor(1), size=np.int32(20), **settings)
    plain = probe.maximize("conv2", 1, size=20, steps=3, seed=4, pictures=2, rate=0.125)
    assert json.dumps(made.provenance) == json.dumps(plain.provenance)
    assert torch.equal(made.tensor, plain.tensor)


@pytest.mark.parametrize("steps", [0, -3, 1.5, "3", True, None])
def test_more_steps_are_a_whole_number(probe, steps):
    ascent = probe.maximizing("conv2", 1, steps=2)
    with pytest.raises(errors.OptionError, match="steps="):
        ascent.extend(steps)
    assert [made.done for made in ascent][-1] == 1


def test_a_cell_is_one_of_those_at_the_size_of_the_images(probe):
    made = probe.maximize("conv2", 3, cell=(9, 10), size=48, steps=3)
    seen = Probe(probe.model, made.tensor).activations("conv2")[3, 9, 10]
    assert float(made.scores) == pytest.approx(float(seen), rel=1e-5)
    with pytest.raises(
        errors.OptionError, match=r"cells \(0, 0\) to \(1, 1\) at 16 × 16 pixels, not \(5, 5\)"
    ):
        probe.maximize("conv2", 3, cell=(5, 5), size=16, steps=1)
    with pytest.raises(errors.OptionError, match="has cells"):
        probe.maximize("conv2", 3, cell=(-1, 0), steps=1)


def test_a_record_says_what_was_silenced_and_at_which_size(probe):
    """At another size the places of a channel are others."""
    silent = probe.silenced("conv1", [0, 2], "mean")
    assert "channels 0, 2 of conv1 held at their mean" in silent.maximize("conv2", 3, steps=1).sentence
    assert "held" not in probe.maximize("conv2", 3, steps=1).sentence
    with pytest.raises(errors.OptionError, match=r"conv1 are silenced.* choose size=\(24, 24\)"):
        silent.maximize("conv2", 3, steps=1, size=44)


def test_an_interrupt_within_a_step_loses_nothing(probe):
    """Whoever goes on makes the step that was broken off, and not another one."""

    def interrupts(module, args):
        if len(ran) == 5:
            ran.append(1)
            raise KeyboardInterrupt
        ran.append(1)

    whole, ran = probe.maximize("conv2", 1, steps=9), []
    ascent = probe.maximizing("conv2", 1, steps=9, every=0.0)
    handle = probe.model.conv1.register_forward_pre_hook(interrupts)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(ascent)
        made = list(ascent)[-1]
    finally:
        handle.remove()
    assert torch.equal(made.tensor, whole.tensor)
    assert torch.equal(made.history, whole.history)


# -- images that no gradient reaches ------------------------------------------------------------


class Sleeper(nn.Module):
    """Answers to bright images alone."""

    def __init__(self, brightness=7.0):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        nn.init.constant_(self.conv.weight, 1.0)
        nn.init.constant_(self.conv.bias, -brightness)
        with torch.no_grad():
            self.conv.weight[1] = 0
            self.conv.bias[1] = -1

    def forward(self, x):
        return self.conv(x).relu().mean((2, 3))


@pytest.mark.parametrize("method", ["fourier", "pixels"])
def test_a_channel_that_sleeps_is_woken(method):
    probe = Probe(Sleeper().eval(), torch.rand(1, 1, 16, 16))
    made = probe.maximize("relu", [0, 1], steps=120, method=method)
    assert made.history[0, 0] == 0
    assert made.scores[0] > 0
    assert made.notes[0] == ""


def test_a_dead_channel_says_so_and_holds_up_no_other():
    probe = Probe(Sleeper().eval(), torch.rand(1, 1, 16, 16))
    made = probe.maximize("relu", [1, 0], steps=80)
    assert made.notes[0].startswith("Channel 1 of relu is dead")
    assert made.history[0, -1].isnan()
    assert made.notes[1] == ""
    assert made.scores[1] > 0
    alone = probe.maximize("relu", 1, steps=500)
    assert alone.step == STILL
    assert alone.done == 1


@pytest.mark.parametrize("method", ["fourier", "pixels"])
def test_what_cannot_fall_further_is_left_as_it_is(method):
    probe = Probe(Sleeper(8.5).eval(), torch.rand(1, 1, 16, 16))  # soon silent, whatever is rounded how
    how = {"method": method, "steps": 800, "robust": False}
    made = probe.maximize("relu", 0, negative=True, start=torch.ones(1, 1, 16, 16), **how)
    assert made.history[0, 0] > 0
    assert made.scores[0] == 0
    assert made.step < 800
    assert "before the activation" in made.notes[0]


def test_what_is_least_already_is_not_called_dead():
    probe = Probe(Sleeper().eval(), torch.rand(1, 1, 16, 16), labels=["ant", "bee"])
    made = probe.maximize("relu", 0, negative=True, steps=80)
    assert "before the activation" in made.notes[0]
    made = probe.maximize("conv", 1, negative=True, steps=80)
    assert made.notes[0].startswith("Channel 1 of conv cannot fall: nothing in 48 steps")
    assert probe.maximize(target="bee", steps=80).notes[0].startswith("Logit of bee is dead")


@pytest.mark.parametrize("scale", [1e-20, 1e-30])
def test_a_gradient_of_any_size_is_followed(scale):
    class Faint(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)
            self.scale = 1.0

        def forward(self, x):
            return self.conv(x) * self.scale

    model = Faint().eval()
    plain = Probe(model, picture(), transform=None).maximize("mul", 1, method="pixels", steps=5)
    model.scale = scale
    faint = Probe(model, picture(), transform=None).maximize("mul", 1, method="pixels", steps=5)
    assert torch.allclose(faint.drawn, plain.drawn, atol=1e-4)


class Breaking(nn.Module):
    """Returns NaN for images that are bright enough."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 2, 3)
        nn.init.constant_(self.conv.weight, 1.0)
        nn.init.constant_(self.conv.bias, 0.0)

    def forward(self, x):
        x = self.conv(x)
        return (x / (x.mean() < 6).float() * (x.mean() < 6).float()).relu()


def test_an_objective_that_breaks_leaves_the_last_good_image():
    probe = Probe(Breaking().eval(), torch.rand(1, 1, 16, 16))
    made = probe.maximize("relu", 0, steps=300, robust=False)
    assert "the objective was" in made.notes[0]
    assert made.step < 300
    values = probe.model(made.tensor)[:, 0].mean().detach()
    assert values.isfinite()
    assert float(made.scores) == pytest.approx(float(values), rel=1e-5)
    assert made.history[0, :-1].isfinite().all()


def test_a_dislike_behind_a_relu_says_how_little_it_says(probe):
    assert "before the activation" in probe.maximize("relu", 0, negative=True, steps=30).notes[0]
    assert probe.maximize("conv1", 0, negative=True, steps=30).notes == [""]
    assert probe.maximize("relu", 0, steps=30).notes == [""]


# -- what is refused ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "options", "error", "said"),
    [
        (("conv3", 0), {}, errors.LayerNotFoundError, "did you mean"),
        (("conv2", 8), {}, errors.ChannelNotFoundError, "channels 0 to 7, not 8"),
        (("conv2", [0, -1]), {}, errors.ChannelNotFoundError, "not -1"),
        (("conv2", True), {}, errors.OptionError, "whole number, not True"),
        (("conv2", "3"), {}, errors.OptionError, "whole number, not '3'"),
        (("conv2", []), {}, errors.OptionError, "at least one channel"),
        (("head", 0), {}, errors.OptionError, "head"),
        ((), {}, errors.OptionError, "Name a layer"),
        ((), {"target": 9}, errors.TargetError, "classes 0 to 3"),
        (("conv2",), {"target": 1}, errors.OptionError, "goes with no layer"),
        (("conv2", 1), {"direction": [1.0] * 8}, errors.OptionError, "goes with no channel"),
        (("conv2",), {"direction": [1.0] * 7}, errors.OptionError, "8 finite numbers"),
        (("conv2",), {"direction": [math.nan] * 8}, errors.OptionError, "8 finite numbers"),
        (("conv2",), {"cell": (0, 0)}, errors.OptionError, "name one"),
        (("conv2", 1), {"cell": (0, 99)}, errors.OptionError, "has cells"),
        (("conv2", 1), {"cell": 3}, errors.OptionError, "a row and a column"),
        (("conv2", 1), {"method": "fourrier"}, errors.OptionError, "did you mean 'fourier'"),
        (("conv2", 1), {"steps": 0}, errors.OptionError, "whole number from 1 to 1,000,000, not 0"),
        (("conv2", 1), {"seed": -1}, errors.OptionError, "seed="),
        (("conv2", 1), {"seed": 1.5}, errors.OptionError, "seed="),
        (("conv2", 1), {"pictures": 0}, errors.OptionError, "pictures="),
        (("conv2", range(8)), {"pictures": 9}, errors.OptionError, "72 images at once"),
        (("conv2", 1), {"size": 0}, errors.OptionError, "size="),
        (("conv2", 1), {"size": (24, 24, 24)}, errors.OptionError, "size="),
        (
            ("conv2", 1),
            {"size": 8},
            errors.OptionError,
            "takes no images of 8 × 8 pixels .* such as its own, 24 × 24",
        ),
        (("conv2", 1), {"rate": 0}, errors.OptionError, "rate="),
        (("conv2", 1), {"tv": math.inf}, errors.OptionError, "tv="),
        (("conv2", 1), {"l3": 1}, errors.OptionError, "no setting 'l3'; did you mean 'l2'"),
        (("conv2", 1), {"start": "nowhere.png"}, errors.ImageError, "nowhere.png"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(probe, asked, options, error, said):
    with pytest.raises(error, match=said) as caught:
        probe.maximize(*asked, **options)
    assert "\n" not in str(caught.value)


class Deaf(nn.Module):
    """Looks at the image, but lets no gradient through."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        return self.conv(x.detach()).relu()


def test_a_layer_that_no_gradient_leaves_is_refused():
    probe = Probe(Deaf().eval(), picture(), transform=None)
    with pytest.raises(errors.ForwardError, match="No gradient flows from layer 'relu'"):
        probe.maximize("relu", 0, steps=2)


def test_a_start_that_is_no_number_is_refused(model):
    with torch.no_grad():
        model.conv2.bias[3] = math.nan
    probe = Probe(model, picture(), transform=None)
    with pytest.raises(errors.ForwardError, match="Mean of channel 3 of conv2 is nan at the start"):
        probe.maximize("conv2", 3, steps=2)


@pytest.mark.parametrize("breaks", [1, 4])
def test_a_gradient_that_is_no_number_is_not_called_the_objective(breaks):
    class Steep(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.runs = nn.Conv2d(3, 4, 3), 0

        def forward(self, x):
            x = self.conv(x)
            self.runs += x.requires_grad
            return x + (x * 0).sqrt() if self.runs >= breaks else x + x

    model = Steep().eval()
    probe = Probe(model, picture(), transform=None)
    if breaks == 1:
        with pytest.raises(errors.ForwardError, match="Mean of channel 0 of add has a gradient of NaN"):
            probe.maximize("add", 0, steps=9)
        return
    made = probe.maximize("add", 0, steps=9)
    assert made.notes == ["At step 4 the objective had a gradient of NaN or Inf; this is the image before."]
    assert made.step == 4


class Alone(nn.Module):
    """Takes one image at a time."""

    def __init__(self):
        super().__init__()
        self.conv, self.last = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 4, 3)

    def forward(self, x):
        x = self.conv(x)
        return self.last(x.view(1, 4, *x.shape[2:]))


def test_a_model_that_takes_one_image_is_given_one():
    probe = Probe(Alone().eval(), picture(), transform=None)
    with pytest.raises(errors.OptionError, match="one at a time"):
        probe.maximize("last", [0, 1], steps=2)
    assert probe.maximize("last", 0, steps=2).done == 1


class Mixing(nn.Module):
    """Normalises over all images of a batch."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)

    def forward(self, x):
        x = self.conv(x)
        return x - 5 * x.mean(0, keepdim=True)


def test_a_model_that_mixes_images_is_given_one():
    probe = Probe(Mixing().eval(), picture(), transform=None)
    with pytest.raises(errors.OptionError, match="one at a time"):
        probe.maximize("sub", [0, 1], steps=2)
    assert probe.maximize("sub", 0, steps=2).done == 1


# -- the record ---------------------------------------------------------------------------------


def test_one_of_several_stands_for_itself(probe):
    made = probe.maximize("conv2", [1, 5], steps=3)
    assert len(made) == 2
    assert made.image.size == (48, 24)
    second = made[1]
    assert second.labels == ["channel 5 of conv2"]
    assert torch.equal(second.tensor, made.tensor[1:])
    assert second.image.tobytes() == made.images[1].tobytes()
    assert [each.labels[0] for each in made] == made.labels
    with pytest.raises(IndexError):
        made[2]


def test_names_are_text_in_a_notebook(model):
    probe = Probe(model, picture(), transform=None, labels=["<b>ant</b>", "bee", "cat", "dog"])
    shown = probe.maximize(target=0, steps=1)._repr_html_()
    assert "<b>" not in shown
    assert "&lt;b&gt;ant" in shown
    assert shown.count("data:image/png;base64,") == 1


def test_the_sentence_says_how_it_was_made(probe):
    made = probe.maximize("conv2", 3, method="pixels", negative=True, steps=2, seed=4, size=20)
    for words in (
        "least mean of channel 3 of conv2",
        "L2 0.25",
        "2 steps of 0.02",
        "20 × 20",
        "noise, seed 4",
    ):
        assert words in made.sentence
    assert made.provenance["method"] == "pixels"
    assert made.provenance["layer"] == "conv2"
    assert "jitter" not in made.sentence
