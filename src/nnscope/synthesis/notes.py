"""What to know about an image that was made, in sentences."""

from __future__ import annotations

import math

from torch import Tensor

from nnscope.synthesis.objective import Objective

BOTTOM = (
    "Nothing in this layer is below zero, so the channel can do no more than fall silent, as it does for "
    "many images; a layer before the activation tells more of what it dislikes."
)
STILL = 48
"""Steps without a gradient after which an image is left as it is."""


def floored(objective: Objective, picture: Tensor) -> bool:
    """Whether a channel can fall no lower than zero, as far as a layer's values ``[C, H, W]`` tell."""
    if objective.channel is None:
        return False
    return bool((picture >= 0).all() and (picture[objective.channel] == 0).any())


def stuck(objective: Objective, *, negative: bool) -> str:
    """Of an image that never had a gradient."""
    label = objective.label if objective.index is None else objective.what
    state = "cannot fall" if negative else "is dead"
    return (
        f"{_capital(label)} {state}: nothing in {STILL} steps changes it, for its gradient is zero; start= "
        "takes an image that it answers to."
    )


def halted(step: int) -> str:
    """Of an image that had a gradient until a step."""
    return f"From step {step} on nothing changes it: its gradient is zero."


def broken(step: int, value: float) -> str:
    """Of an image whose objective, or else the gradient of it, was no number at a step."""
    what = "had a gradient of NaN or Inf" if math.isfinite(value) else f"was {value}"
    return f"At step {step} the objective {what}; this is the image before."


def hopeless(objective: Objective, value: float) -> str:
    """Of an image of which this is so at the first step: why there is none."""
    what = "has a gradient of NaN or Inf" if math.isfinite(value) else f"is {value}"
    return f"{_capital(objective.what)} {what} at the start; choose another layer or start=."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
