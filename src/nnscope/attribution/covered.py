"""Maps of places, from what becomes of the score when parts of the image are covered."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional as F

from nnscope.attribution.passes import Passes, portions
from nnscope.attribution.step import Step
from nnscope.errors import OptionError


def occlusion(
    passes: Passes, *, window: int | None = None, stride: int | None = None, baseline: float = 0.0
) -> Iterator[Step]:
    """How much the score drops when a window is covered; where windows overlap, the mean of their drops.

    Args:
        passes: The model and the target.
        window: Side of the window in pixels; by default a seventh of the image's shorter side.
        stride: From one window to the next, in pixels; by default half a window.
        baseline: What covers it, as the network takes it: 0 is the mean colour of a normalised image.

    Yields:
        The map so far, ``[H, W]``; 0 where nothing was covered yet.
    """
    image = passes.image
    height, width = image.shape[1:]
    side = window or max(1, min(height, width) // 7)
    step = stride or max(1, side // 2)
    if side < 1 or step < 1 or step > side or side > min(height, width):
        msg = (
            f"window is {side} and stride {step} on an image of {height} × {width}; "
            "give a window that fits, and a stride of 1 pixel up to the window's side."
        )
        raise OptionError(msg)
    corners = [(y, x) for y in _starts(height, side, step) for x in _starts(width, side, step)]
    total, cover = torch.zeros(2, height, width, dtype=torch.float64)
    whole = passes.score()
    for part in portions(len(corners), passes.batch):
        covered = image.expand(part.stop - part.start, *image.shape).clone()
        for picture, (y, x) in zip(covered, corners[part], strict=True):
            picture[:, y : y + side, x : x + side] = baseline
        drops = whole - passes.scores(covered)
        for drop, (y, x) in zip(drops, corners[part], strict=True):
            total[y : y + side, x : x + side] += drop
            cover[y : y + side, x : x + side] += 1
        yield Step((total / cover.clamp(min=1)).float(), part.stop, len(corners), "windows")


def _starts(size: int, side: int, step: int) -> list[int]:
    """Where windows begin along one axis; the last one is cut off by the edge where the steps do not fit."""
    count = math.ceil((size - side) / step) + 1
    return [i * step for i in range(count)]


def rise(
    passes: Passes, *, samples: int = 1000, cells: int = 8, keep: float = 0.5, seed: int = 0
) -> Iterator[Step]:
    """Σ p(x ∘ M_i) M_i / (n · keep) over random masks M_i; p is the probability of a class.

    Each mask is a coarse random grid, upsampled bilinearly one cell too large and cut out at a random place.

    Args:
        passes: The model and the target; of a channel or a function its value is taken.
        samples: Masks n; the paper takes 4000 to 8000.
        cells: Side of the coarse grid.
        keep: How likely a cell lets the image through.
        seed: Of the masks.

    Yields:
        The map of the masks so far, ``[H, W]``.
    """
    if samples < 1 or cells < 1 or not 0 < keep < 1:
        msg = f"samples is {samples}, cells {cells}, keep {keep}; give at least 1, 1, and between 0 and 1."
        raise OptionError(msg)
    image = passes.image
    draw = torch.Generator().manual_seed(seed)
    total = torch.zeros(tuple(image.shape[1:]), dtype=torch.float64)
    for part in portions(samples, passes.batch):
        masks = torch.stack([_mask(image.shape, cells, keep, draw) for _ in range(part.start, part.stop)])
        scores = passes.scores(image * masks.to(image)[:, None], chance=True)
        total += torch.einsum("n,nhw->hw", scores, masks.double())
        yield Step((total / part.stop / keep).float(), part.stop, samples, "masks")


def _mask(shape: torch.Size, cells: int, keep: float, draw: torch.Generator) -> Tensor:
    _, height, width = shape
    cell = (math.ceil(height / cells), math.ceil(width / cells))
    grid = (torch.rand(1, 1, cells, cells, generator=draw) < keep).float()
    large = F.interpolate(
        grid, ((cells + 1) * cell[0], (cells + 1) * cell[1]), mode="bilinear", align_corners=False
    )
    y, x = (int(torch.randint(side, (), generator=draw)) for side in cell)
    return large[0, 0, y : y + height, x : x + width]
