"""Small random movements: where each pixel goes."""

import math
from collections import Counter

import pytest
import torch

from nnscope.synthesis.motion import GREY, Motion, draw, moved

STILL = Motion((0, 0), 1.0, 0.0, (0, 0))


def image(*shape):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("size", [(9, 9), (8, 13)])
def test_no_movement_changes_nothing(size):
    x = image(2, 3, *size)
    assert torch.allclose(moved(x, STILL), x, atol=1e-6)


@pytest.mark.parametrize("shift", [(3, 0), (0, -2), (-4, 5)])
@pytest.mark.parametrize("place", ["before", "after"])
def test_a_shift_moves_whole_pixels_and_lets_grey_in(shift, place):
    x = image(1, 2, 12, 10)
    right, down = shift
    wanted = torch.full_like(x, GREY)
    rows = slice(max(0, down), min(12, 12 + down))
    columns = slice(max(0, right), min(10, 10 + right))
    wanted[..., rows, columns] = x[
        ..., max(0, -down) : min(12, 12 - down), max(0, -right) : min(10, 10 - right)
    ]
    shifts = {"before": (0, 0), "after": (0, 0)} | {place: shift}
    assert torch.allclose(moved(x, Motion(shifts["before"], 1.0, 0.0, shifts["after"])), wanted, atol=1e-5)


def test_a_quarter_turn_is_counter_clockwise():
    x = image(1, 1, 11, 11)
    assert torch.allclose(moved(x, Motion((0, 0), 1.0, 90.0, (0, 0))), torch.rot90(x, 1, (2, 3)), atol=1e-5)


@pytest.mark.parametrize("size", [(41, 41), (41, 61)])
def test_a_dot_goes_where_the_steps_lead_one_after_the_other(size):
    """Shifted, scaled, turned, shifted, each around the middle."""
    motion = Motion((4, -3), 1.1, 10.0, (-2, 1))
    height, width = size
    x = torch.full((1, 1, height, width), GREY)
    x[0, 0, 15, 26] = 1.0
    seen = (moved(x, motion) - GREY)[0, 0]
    rows, columns = (torch.arange(count, dtype=torch.float32) - (count - 1) / 2 for count in size)
    found = [
        float((seen.sum(1) * rows).sum() / seen.sum()),
        float((seen.sum(0) * columns).sum() / seen.sum()),
    ]
    right, down = (26 - (width - 1) / 2 + 4) * 1.1, (15 - (height - 1) / 2 - 3) * 1.1
    turn = math.radians(10)
    wanted = [
        -right * math.sin(turn) + down * math.cos(turn) + 1,
        right * math.cos(turn) + down * math.sin(turn) - 2,
    ]
    assert found == pytest.approx(wanted, abs=0.1)


def test_what_is_drawn_is_what_lucid_draws():
    generator = torch.Generator().manual_seed(1)
    drawn = [draw((224, 224), generator) for _ in range(4000)]
    assert {motion.before[0] for motion in drawn} == set(range(-4, 4))
    assert {motion.after[1] for motion in drawn} == set(range(-2, 2))
    assert {round(motion.scale, 2) for motion in drawn} == {round(0.9 + i / 50, 2) for i in range(11)}
    angles = Counter(motion.angle for motion in drawn)
    assert set(angles) == set(range(-10, 11))
    assert angles[0] / 4000 == pytest.approx(6 / 26, abs=0.03)


def test_small_images_are_shifted_less():
    generator = torch.Generator().manual_seed(1)
    drawn = [draw((28, 40), generator) for _ in range(200)]
    assert {motion.before[1] for motion in drawn} == {-1, 0}


def test_the_same_generator_draws_the_same():
    twice = [[draw((64, 64), generator) for _ in range(20)] for generator in map(seeded, (5, 5))]
    assert twice[0] == twice[1]
    assert twice[0] != [draw((64, 64), generator) for generator in [seeded(6)] for _ in range(20)]


def seeded(seed):
    return torch.Generator().manual_seed(seed)
