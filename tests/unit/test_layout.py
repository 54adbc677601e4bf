"""Layouts against the data: what only moves values must be moved back to the very picture it began as."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from nnscope.layout import Axis, Layout, Part, channels, image, viewed
from nnscope.network.capture import forward

C, H, W = 6, 8, 12
PICTURE = torch.arange(C * H * W, dtype=torch.float).reshape(1, C, H, W)


class Moves(nn.Module):
    """Runs one function on a picture and shows what came of it."""

    def __init__(self, function):
        super().__init__()
        self.function = function
        self.seen = nn.Identity()

    def forward(self, x):
        return self.seen(self.function(x))


def layout_after(function, x=PICTURE):
    """The layout and the tensor that the walk notes behind ``function``."""
    found = []

    def visit(call, output):
        if call.name == "seen":
            found.append((call.layout, output))

    with torch.no_grad():
        forward(Moves(function), x, visit)
    return found[0]


def windows(x, size=4):
    x = x.permute(0, 2, 3, 1)
    _, h, w, c = x.shape
    x = x.view(1, h // size, size, w // size, size, c)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, size * size, c)


def unwindowed(x, size=4):
    x = x.view(1, H // size, W // size, size, size, -1)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(1, H, W, -1)


def tokens(x):
    return x.flatten(2).transpose(1, 2)


def with_prefix(x, before=1, after=0):
    ends = [torch.zeros(1, n, C) for n in (before, after)]
    return torch.cat([ends[0], tokens(x), ends[1]], dim=1)


def heads(x):
    return with_prefix(x).reshape(1, 1 + H * W, 2, C // 2).permute(0, 2, 1, 3)


MOVES = {
    "as it is": lambda x: x,
    "channels last": lambda x: x.permute(0, 2, 3, 1),
    "channels last, copied": lambda x: x.movedim(1, -1).contiguous() + 0,
    "there and back": lambda x: x.permute(0, 2, 3, 1).permute(0, 3, 1, 2),
    "tokens": tokens,
    "tokens first": lambda x: x.flatten(2).permute(2, 0, 1),
    "channels by tokens": lambda x: x.reshape(1, C, -1),
    "class token": with_prefix,
    "five in front, one behind": lambda x: with_prefix(x, 5, 1),
    "class token dropped again": lambda x: with_prefix(x)[:, 1:],
    "some of the prefix dropped": lambda x: with_prefix(x, 5)[:, 2:],
    "tokens as a picture again": lambda x: with_prefix(x)[:, 1:].transpose(1, 2).unflatten(2, (H, W)),
    "heads": heads,
    "heads together": lambda x: heads(x).transpose(1, 2).flatten(2),
    "q, k, v": lambda x: torch.stack([with_prefix(x)] * 3, 0)[1],
    "unbound": lambda x: torch.stack([tokens(x), tokens(x)], 1).unbind(1)[1],
    "chunks": lambda x: torch.cat([tokens(x)] * 2, -1).chunk(2, -1)[1],
    "split": lambda x: torch.cat([x] * 2, 1).split(C, 1)[0],
    "windows": windows,
    "windows there and back": lambda x: unwindowed(windows(x)),
    "rolled there and back": lambda x: x.roll((2, 3), (2, 3)).roll((-2, -3), (2, 3)),
    "rolled windows": lambda x: windows(x.roll((-2, -3), (2, 3))),
    "rolled, channels last": lambda x: x.permute(0, 2, 3, 1).roll((-2, -2), (1, 2)) * 1,
    "patches of an image": lambda x: (
        x.reshape(1, C, H // 2, 2, W // 2, 2).permute(0, 2, 4, 3, 5, 1).flatten(3)
    ),
    "patches as tokens": lambda x: (
        x.reshape(1, C, H // 2, 2, W // 2, 2).permute(0, 2, 4, 3, 5, 1).reshape(1, H * W // 4, -1)
    ),
    "expanded batch axis": lambda x: x[0][None].expand(1, -1, -1, -1),
    "T": lambda x: x[0].flatten(1).T,
    "rows and columns in one heap": lambda x: x.transpose(2, 3).reshape(1, C, 4, -1),
    "in place": lambda x: tokens(x).contiguous().add_(0),
    "einsum": lambda x: torch.einsum("bchw,d->bhwcd", x, torch.ones(1)).squeeze(-1),
}


@pytest.mark.parametrize("name", MOVES)
def test_what_was_moved_is_moved_back(name):
    layout, output = layout_after(MOVES[name])
    assert layout is not None
    assert layout.picture_shape == (C, H, W)
    assert torch.equal(layout.picture(output), PICTURE[0])


LOST = {
    "sorted": lambda x: tokens(x).sort(1).values,
    "flipped": lambda x: tokens(x).flip(1),
    "picked by index": lambda x: tokens(x)[:, torch.randperm(H * W)],
    "tokens left out in the middle": lambda x: with_prefix(x)[:, 3:],
    "a run of tokens that is no rows": lambda x: tokens(x)[:, 6 : 6 + 2 * W],
    "two pictures in one row": lambda x: torch.cat([tokens(x), tokens(x)], 1),
    "averaged": lambda x: tokens(x).mean(1),
    "mixed tokens": lambda x: F.linear(x.flatten(2), torch.ones(5, H * W)),
}


@pytest.mark.parametrize("name", LOST)
def test_what_is_lost_is_said_to_be_lost(name):
    layout, _ = layout_after(LOST[name])
    assert layout is None or layout.picture_shape is None


def test_a_run_of_whole_rows_of_tokens_is_those_rows():
    layout, output = layout_after(lambda x: tokens(x)[:, W : 3 * W])
    assert torch.equal(layout.picture(output), PICTURE[0, :, 1:3])


def test_every_other_row_is_a_smaller_picture():
    layout, output = layout_after(lambda x: x.permute(0, 2, 3, 1)[:, 1::2, 0::2])
    assert torch.equal(layout.picture(output), PICTURE[0, :, 1::2, 0::2])


def test_a_linear_map_replaces_the_channels():
    layout, output = layout_after(lambda x: F.linear(with_prefix(x), torch.eye(C).repeat(3, 1)))
    assert layout.picture_shape == (3 * C, H, W)
    assert torch.equal(layout.picture(output), PICTURE[0].repeat(3, 1, 1))


def test_padding_makes_the_picture_larger():
    layout, _ = layout_after(lambda x: F.pad(x.permute(0, 2, 3, 1), (0, 0, 0, 4, 0, 2)))
    assert layout.picture_shape == (C, H + 2, W + 4)


def attention(x, size=None):
    """Products of tokens with tokens, of a picture or of its windows."""
    a = with_prefix(x) if size is None else windows(x, size)
    return (a @ a.transpose(-2, -1))[:, None] / 1e6


def test_attention_is_seen_from_the_class_token_or_from_a_patch():
    layout, output = layout_after(attention)
    assert layout.queries == Axis((Part("row", H), Part("column", W, 1)), before=1)
    assert layout.picture_shape == (1, H, W)
    assert torch.equal(layout.picture(output)[0], output[0, 0, 0, 1:].view(H, W))
    for row, column in ((0, 0), (3, 5), (H - 1, W - 1)):
        expected = torch.einsum("c,chw->hw", PICTURE[0, :, row, column], PICTURE[0]) / 1e6
        torch.testing.assert_close(layout.picture(output, (row, column))[0], expected)


def test_attention_inside_windows_is_nothing_outside_of_them():
    layout, output = layout_after(lambda x: attention(x, 4))
    expected = torch.zeros(H, W)
    expected[4:8, 8:12] = torch.einsum("c,chw->hw", PICTURE[0, :, 5, 9], PICTURE[0, :, 4:8, 8:12]) / 1e6
    torch.testing.assert_close(layout.picture(output, (5, 9))[0], expected)
    mean = torch.stack([layout.picture(output, (r, c)) for r in range(4) for c in range(4)]).mean(0)
    torch.testing.assert_close(layout.picture(output)[0, :4, :4], mean[0, :4, :4])


def test_attention_inside_rolled_windows_is_where_the_patches_are():
    layout, output = layout_after(lambda x: attention(x.roll((-2, -2), (2, 3)), 4))
    seen = layout.picture(output, (0, 0))[0]
    expected = torch.einsum("c,chw->hw", PICTURE[0, :, 0, 0], PICTURE[0]) / 1e6
    inside = seen != 0
    assert inside.sum() == 16
    torch.testing.assert_close(seen[inside], expected[inside])


def test_an_image_with_one_row_and_one_column_is_a_picture_too():
    assert image((1, 5, 1, 1)).picture_shape == (5, 1, 1)
    assert image((1, 4, 7, 5), channels_last=True).picture_shape == (5, 4, 7)


def test_a_view_of_an_axis_with_a_prefix_is_that_axis_or_none():
    layout = Layout((Axis(), Axis((Part("row", 2), Part("column", 3)), before=1), channels(4)))
    blank = torch.empty(layout.shape, device="meta")
    assert viewed(layout, blank.transpose(1, 2)).picture_shape == (4, 2, 3)
    assert viewed(layout, blank.flatten(1)) is None


def test_a_blank_that_is_filled_with_the_picture_is_a_picture():
    class Filled(nn.Module):
        def __init__(self):
            super().__init__()
            self.blank, self.seen = nn.Parameter(torch.zeros(1, C, H, W)), nn.Identity()

        def forward(self, x):
            tensor = self.blank * 2
            tensor[:, :, 1:].copy_(x[:, :, 1:])
            return self.seen(tensor + 1)

    found = {}
    with torch.no_grad():
        forward(Filled(), PICTURE, lambda call, _: found.update({call.name: call.layout}))
    assert "mul" not in found  # of a weight alone
    assert found["add"].picture_shape == found["seen"].picture_shape == (C, H, W)
