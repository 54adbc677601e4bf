"""Changes of an image as a whole: mirrored, turned, brighter, of more contrast."""

from __future__ import annotations

import math
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from nnscope.records import Colours

Axis = Literal["horizontal", "vertical"]
AXES: tuple[Axis, ...] = get_args(Axis)


def flip(image: Tensor, axis: Axis) -> Tensor:
    """Mirror ``[C, H, W]``: left to right (``"horizontal"``) or upside down."""
    return image.flip(2 if axis == "horizontal" else 1)


def turn(image: Tensor, degrees: float, colours: Colours) -> Tensor:
    """Turn an image around its middle; its size stays, and what comes in from outside is mid-grey.

    Args:
        image: ``[C, H, W]``, any floating dtype and device.
        degrees: Counter-clockwise. Halves, and of a square image quarters, are exact; others are bilinear.
        colours: What values of the image stand for.

    Returns:
        The image itself where it is not turned at all.
    """
    quarters, rest = divmod(degrees % 360, 90)
    square = image.shape[1] == image.shape[2]
    if rest == 0 and (square or quarters % 2 == 0):
        return image if quarters % 4 == 0 else torch.rot90(image, int(quarters), (1, 2))
    values = image.to(torch.promote_types(image.dtype, torch.float32))
    grid = _turned(image.shape[1], image.shape[2], math.radians(degrees % 360)).to(values)[None]
    stack = torch.cat([values, torch.ones_like(values[:1])])[None]
    turned = F.grid_sample(stack, grid, mode="bilinear", padding_mode="zeros", align_corners=False)[0]
    grey = torch.tensor(colours.grey, dtype=values.dtype)[:, None, None].to(values.device)
    return (turned[:-1] + (1 - turned[-1:]) * grey).to(image.dtype)


def _turned(height: int, width: int, angle: float) -> Tensor:
    """Where each pixel comes from, (x, y) with -1 and 1 at the image's edges: float64 ``[H, W, 2]``."""
    x = torch.arange(width, dtype=torch.float64) + 0.5 - width / 2
    y = (torch.arange(height, dtype=torch.float64) + 0.5 - height / 2)[:, None]
    cosine, sine = math.cos(angle), math.sin(angle)
    across, down = x * cosine - y * sine, x * sine + y * cosine
    return torch.stack([across * (2 / width), down * (2 / height)], 2)


def light(image: Tensor, brightness: float, contrast: float, colours: Colours) -> Tensor:
    """Change brightness and contrast: each colour c becomes (c − ½) · contrast + ½ + brightness.

    Args:
        image: ``[C, H, W]``, any floating dtype and device.
        brightness: -1 to 1; 0 leaves it as it is.
        contrast: 0 and above; 1 leaves it as it is.
        colours: What values of the image stand for. Colours are clipped to [0, 1].

    Returns:
        The image itself where nothing is to change.
    """
    if brightness == 0 and contrast == 1:
        return image
    seen = colours.decode(image.detach().to("cpu", torch.float64).numpy())
    changed = np.clip((seen - 0.5) * contrast + 0.5 + brightness, 0, 1)
    return torch.from_numpy(colours.encode(changed)).to(image.dtype).to(image.device)
