"""Small random movements: an image that does well under all of them does not hang on single pixels.

Padded, shifted, scaled, turned, and shifted again, in one bilinear resampling; after Lucid's
``transform.standard_transforms``. What comes in from outside is mid-grey. Unlike there the result keeps its
size, so that networks of one size take it, and images below 128 pixels are shifted less.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

JITTER = (8, 4)
"""Shifts before and after, in pixels: each one of so many places in a row."""
SCALES = tuple(1 + (i - 5) / 50 for i in range(11))
"""0.90 to 1.10."""
ANGLES = (*range(-10, 11), 0, 0, 0, 0, 0)
"""Degrees; none at all is the likeliest."""
FULL = 128
"""Size in pixels from which on shifts are as large as given."""
GREY = 0.5

WORDS = "jitter 8 and 4 px, scaled 0.90 to 1.10, turned up to 10°"


@dataclass(frozen=True, slots=True)
class Motion:
    """One movement of an image around its middle."""

    before: tuple[int, int]
    """Pixels to the right and down, first of all."""
    scale: float
    angle: float
    """Degrees, counter-clockwise."""
    after: tuple[int, int]
    """Pixels to the right and down, last of all."""

    def matrix(self, height: int, width: int) -> Tensor:
        """Where each place of the result is taken from, as ``affine_grid`` wants it: float32 ``[2, 3]``."""
        cos = math.cos(math.radians(self.angle)) / self.scale
        sin = math.sin(math.radians(self.angle)) / self.scale
        # From a pixel p of the result, seen from the middle: q = R(-angle) (p - after) / scale - before.
        right = -cos * self.after[0] + sin * self.after[1] - self.before[0]
        down = -sin * self.after[0] - cos * self.after[1] - self.before[1]
        return torch.tensor(
            [
                [cos, -sin * height / width, right * 2 / width],
                [sin * width / height, cos, down * 2 / height],
            ]
        )


def draw(size: tuple[int, int], generator: torch.Generator) -> Motion:
    """Draw a movement for images of a height and width in pixels."""

    def one_of(count: int) -> int:
        return int(torch.randint(count, (), generator=generator))

    share = min(1.0, min(size) / FULL)
    shifts = [
        (one_of(reach) - reach // 2, one_of(reach) - reach // 2)
        for reach in (max(2, round(jitter * share)) for jitter in JITTER)
    ]
    return Motion(shifts[0], SCALES[one_of(len(SCALES))], ANGLES[one_of(len(ANGLES))], shifts[1])


def moved(images: Tensor, motion: Motion) -> Tensor:
    """Images ``[n, C, H, W]`` in [0, 1] after a movement, of the same size."""
    count, _, height, width = images.shape
    matrix = motion.matrix(height, width).to(images)[None]
    grid = F.affine_grid(matrix, [1, 1, height, width], align_corners=False).expand(count, -1, -1, -1)
    # Grey is zero for the moment: zeros are what comes in from outside.
    return F.grid_sample(images - GREY, grid, mode="bilinear", align_corners=False) + GREY
