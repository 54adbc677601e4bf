"""How an image is made: what may be chosen, and what it may be."""

from __future__ import annotations

import math
import operator
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal, get_args

from nnscope.errors import OptionError, nearest

Method = Literal["fourier", "pixels"]
METHODS: tuple[Method, ...] = get_args(Method)

RATES: dict[Method, float] = {"fourier": 0.05, "pixels": 0.02}
"""Of Adam on the spectrum, as in Lucid; of a step on the pixels, in units of [0, 1]."""
MOST_STEPS = 1_000_000
MOST_SIZE = 4096
MOST_IMAGES = 64


@dataclass(frozen=True, slots=True)
class Settings:
    """How images are made; each is checked.

    Raises:
        OptionError: One has a value it cannot have.
    """

    method: Method = "fourier"
    steps: int = 512
    """Steps of gradient ascent, 1 to 1,000,000."""
    size: tuple[int, int] = (224, 224)
    """Height and width of the images in pixels."""
    seed: int = 0
    """Of the noise to start from and of the random movements, 0 to 2⁶³ - 1."""
    negative: bool = False
    """Whether the objective is to fall rather than to rise."""
    pictures: int = 1
    """Images of each objective."""
    diversity: float = 1.0
    """How much it counts that the images of one objective differ, in units of the objective."""
    robust: bool = True
    """Whether ``fourier`` moves the image a little before each step."""
    rate: float | None = None
    """How far a step goes: of ``fourier`` the rate of Adam, 0.05 by default; of ``pixels`` 0.02 of [0, 1]."""
    l2: float = 0.25
    """Of ``pixels``: weight of the squared distance from mid-grey."""
    tv: float = 0.25
    """Of ``pixels``: weight of the total variation."""

    def __post_init__(self) -> None:
        """Check every value, and keep it as a plain number, of whatever type it was given."""
        if self.method not in METHODS:
            hint = nearest(str(self.method), METHODS) or f"it is {' or '.join(map(repr, METHODS))}."
            msg = f"There is no method {self.method!r} of making images; {hint}"
            raise OptionError(msg)
        for name, least, most in (
            ("steps", 1, MOST_STEPS),
            ("seed", 0, 2**63 - 1),
            ("pictures", 1, MOST_IMAGES),
        ):
            object.__setattr__(self, name, whole(name, getattr(self, name), least, most))
        object.__setattr__(self, "size", tuple(whole("size", side, 1, MOST_SIZE) for side in self.size))
        for name in ("diversity", "l2", "tv", "rate"):
            value, from_on = getattr(self, name), 1e-9 if name == "rate" else 0.0
            if value is None and name == "rate":
                continue
            if not (_is_number(value) and from_on <= value < math.inf):
                msg = f"{name}= is a number from {from_on:g} on, not {value!r}."
                raise OptionError(msg)
            object.__setattr__(self, name, float(value))

    @property
    def step_size(self) -> float:
        """``rate``, or what it is by default."""
        return RATES[self.method] if self.rate is None else self.rate

    @property
    def moves(self) -> bool:
        """Whether the image is moved before each step."""
        return self.method == "fourier" and self.robust


def whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number within its limits, of whatever type.

    Raises:
        OptionError: It is none.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = least - 1
    if isinstance(value, bool) or not least <= number <= most:
        msg = f"{name}= is a whole number from {least:,} to {most:,}, not {value!r}."
        raise OptionError(msg)
    return number


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
