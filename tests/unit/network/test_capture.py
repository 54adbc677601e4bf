import threading
from dataclasses import dataclass

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from nnscope.errors import ForwardError, ModelError
from nnscope.network.capture import forward
from nnscope.network.check import check


class Reused(nn.Module):
    """One ReLU three times, functions between, an in-place sum, a concatenation."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        y = self.relu(self.conv(x))
        y += self.relu(self.conv(x))
        y = torch.cat([y, F.relu(y)], 1)
        return self.relu(self.pool(y).add_(1)).flatten(1)


def walked(model, x):
    seen = []
    forward(model, x, lambda call, out: seen.append((call.name, call.kind, tuple(out.shape), out.clone())))
    return seen


def test_layers_are_calls_in_order():
    names = [row[0] for row in walked(Reused(), torch.randn(1, 3, 8, 8))]
    assert names == [
        "conv", "relu", "conv:2", "relu:2", "add", "relu()", "cat", "pool", "add:2", "relu:3",
    ]  # fmt: skip


def test_names_are_the_same_in_the_next_pass():
    model, x = Reused(), torch.randn(1, 3, 8, 8)
    first, second = walked(model, x), walked(model, x)
    assert [row[:3] for row in first] == [row[:3] for row in second]


def test_in_place_operations_do_not_reach_back():
    model, x = Reused(), torch.randn(1, 3, 8, 8)
    seen = {name: values for name, _, _, values in walked(model, x)}
    torch.testing.assert_close(seen["conv"], model.conv(x), rtol=0, atol=0)
    torch.testing.assert_close(seen["relu"], seen["conv"].clamp(min=0), rtol=0, atol=0)
    torch.testing.assert_close(seen["add"], 2 * seen["relu"], rtol=0, atol=0)
    torch.testing.assert_close(seen["add:2"], seen["pool"] + 1, rtol=0, atol=0)


def test_views_copies_and_casts_are_no_layers():
    class Shuffled(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(4, 4, 1)

        def forward(self, x):
            x = self.conv(x).contiguous().clone().float()
            a, b = x.chunk(2, 1)
            x = x[:, :2].transpose(2, 3).reshape(1, 2, 4, 4)
            F.dropout(x, training=False)
            return torch.zeros(1, 2, 4, 4) + x * a - b

    names = [row[0] for row in walked(Shuffled(), torch.randn(1, 4, 4, 4))]
    assert names == ["conv", "mul", "add", "sub"]


def test_an_heir_of_an_operation_is_one_layer_and_a_block_is_not():
    class Padded(nn.Conv2d):
        def __init__(self):
            super().__init__(3, 2, 3)
            self.pad = nn.ZeroPad2d(1)

        def forward(self, x):
            return F.conv2d(self.pad(x), self.weight, self.bias)

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = Padded()
            self.scale = nn.Parameter(torch.ones(1))

        def forward(self, x):
            return F.relu(self.inner(x)) * self.scale

    names = [row[0] for row in walked(nn.Sequential(Block()), torch.randn(1, 3, 5, 5))]
    assert names == ["0.inner.pad", "0.inner", "0.relu", "0.mul", "0"]


def test_a_model_that_is_one_operation_has_one_layer():
    assert [row[0] for row in walked(nn.Conv2d(3, 2, 1), torch.randn(1, 3, 2, 2))] == ["output"]


def test_what_the_visitor_computes_is_no_layer_and_what_it_returns_is_handed_on():
    model = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU())
    names = []

    def visit(call, out):
        names.append(call.name)
        return torch.full_like(out * 2 + 1, 5.0) if call.name == "0" else None

    assert forward(model, torch.zeros(1, 1, 2, 2), visit).unique().tolist() == [5]
    assert names == ["0", "1"]


def test_a_users_hook_that_changes_the_output_is_seen():
    model = nn.Sequential(nn.Conv2d(1, 1, 1))
    model[0].register_forward_hook(lambda *_: torch.full((1, 1, 2, 2), 9.0))
    assert walked(model, torch.zeros(1, 1, 2, 2))[0][3].unique().tolist() == [9]


def test_calls_of_another_thread_are_not_seen():
    model = nn.Sequential(nn.Conv2d(1, 1, 1), nn.ReLU())
    x = torch.zeros(1, 1, 2, 2)
    names = []

    def visit(call, out):
        names.append(call.name)
        other = threading.Thread(target=model, args=(x,))
        other.start()
        other.join()

    forward(model, x, visit)
    assert names == ["0", "1"]


def hooks(model):
    return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit()])
def test_no_hook_is_left_whatever_happens(error):
    class Broken(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv2d(1, 1, 1)

        def forward(self, x):
            self.conv(x)
            raise error

    model = Broken()
    expected = ForwardError if isinstance(error, Exception) else type(error)
    with pytest.raises(expected) as caught:
        forward(model, torch.zeros(1, 1, 2, 2), lambda *_: None)
    assert hooks(model) == 0
    if expected is ForwardError:
        assert caught.value.__cause__ is error
        assert "Broken raised ValueError in its forward pass on an input of shape (1, 1, 2, 2)" in str(
            caught.value
        )


def test_an_error_of_the_visitor_is_not_blamed_on_the_model():
    model = nn.Sequential(nn.Conv2d(1, 1, 1))

    def visit(call, out):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        forward(model, torch.zeros(1, 1, 2, 2), visit)
    assert hooks(model) == 0


def test_an_error_that_the_model_catches_does_not_shift_the_names():
    class Forgiving(nn.Module):
        def __init__(self):
            super().__init__()
            self.bad = nn.Sequential(nn.Conv2d(7, 1, 1))
            self.good = nn.Conv2d(1, 1, 1)

        def forward(self, x):
            try:
                self.bad(x)
            except RuntimeError:
                x = self.good(x)
            return F.relu(x)

    assert [row[0] for row in walked(nn.Sequential(Forgiving()), torch.zeros(1, 1, 2, 2))] == [
        "0.good", "0.relu", "0",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (lambda x: x, "not into a function"),
        (nn.Conv2d, "the class Conv2d"),
        ({"weight": 1}, "state_dict"),
        (torch.jit.script(nn.Conv2d(1, 1, 1)), "TorchScript"),
        (nn.Conv2d(1, 1, 1, device="meta"), "meta device"),
        (nn.LazyConv2d(1, 1), "lazy parameters"),
    ],
)
def test_what_cannot_be_seen_into_is_refused_in_a_sentence(model, words):
    with pytest.raises(ModelError, match=words):
        check(model)


def test_a_compiled_model_is_seen_through():
    model = nn.Sequential(nn.Conv2d(1, 1, 1))
    assert check(torch.compile(model)) is model


class Odd(nn.Module):
    """Habits that leave traces where they should not."""

    def __init__(self):
        super().__init__()
        self.conv = nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 4, 3, padding=1))
        self.table = nn.Linear(2, 4)
        self.register_buffer("places", torch.ones(1, 5, 5, 2))

    def forward(self, x):
        x = self.conv(x)
        bias = self.table(self.places).mean()
        return x * torch.ones_like(x) + torch.empty_like(x).zero_() + x.new_ones(x.shape) + bias


def test_weights_tables_and_blank_tensors_are_no_pictures():
    rows = {}
    with torch.no_grad():
        forward(Odd(), torch.randn(1, 3, 8, 8), lambda call, out: rows.update({call.name: call.layout}))
    assert not any("parametrizations" in name or "like" in name or "new" in name for name in rows)
    assert rows["table"] is None  # computed from a table of places, not from the image
    assert rows["conv"].picture_shape == rows["add"].picture_shape == (4, 8, 8)


def test_a_compiled_part_runs_as_it_was_written():
    part = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True))
    model, names = nn.Sequential(torch.compile(part, backend="eager"), nn.Flatten()).eval(), []
    x = torch.randn(1, 3, 8, 8)
    with torch.no_grad():
        output = forward(model, x, lambda call, _: names.append(call.name))
    assert names == ["0.0", "0.1", "0", "1"]
    assert torch.equal(output, part(x).flatten(1))


@dataclass
class Answer:
    score: torch.Tensor
    parts: dict


class Structured(nn.Module):
    def __init__(self, wrap):
        super().__init__()
        self.conv, self.wrap = nn.Conv2d(3, 4, 3), wrap

    def forward(self, x):
        return self.wrap(self.conv(x))


@pytest.mark.parametrize(
    ("wrap", "names"),
    [
        (lambda y: (y, None), ["part"]),
        (lambda y: {"out": y, "aux": y * 2}, ["part[out]", "part[aux]"]),
        (lambda y: Answer(y * 1, {"a": [y]}), ["part[score]", "part[parts][a][0]"]),
        (lambda y: [y, y], ["part"]),
    ],
)
def test_each_tensor_of_a_structure_is_a_layer(wrap, names):
    model = nn.Sequential()
    model.part = Structured(wrap)
    seen, x = {}, torch.randn(1, 3, 8, 8)

    def visit(call, output):
        seen[call.name] = output.clone()
        return output.clone() if call.name.startswith("part[") else None

    with torch.no_grad():
        output = forward(model, x, visit)
    made = [name for name in seen if name == "part" or name.startswith("part[")]
    assert made == names
    assert type(output) is type(wrap(x))
