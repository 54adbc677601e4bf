"""The pictures of one channel while they grow: what it wants by both methods, then what it dislikes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nnscope.errors import OptionError
from nnscope.probe import Ascent, Probe
from nnscope.widget.wish import PICTURES, Grown, Recipe, Subject

SIDE = 128
"""Pixels of a picture for which no size was chosen, where the network takes that."""
_COPIES = 6
"""Tensors of a picture's size that an ascent keeps, roughly: parameters, two moments, the last good ones …"""


class Growth:
    """Four pictures on their way.

    Between two rounds nothing is held. Whoever leaves off can go on later: what comes out is the same, bit
    for bit, as if there had been no pause.

    Args:
        probe: Whose channel it is.
        subject: What the pictures depend on.
        channel: Its number.
        recipe: How they are made.
        hurry: Asked after each step; where it says yes, a round ends.
        steps: How many steps each has, where more are asked for than by the recipe.
    """

    def __init__(
        self,
        probe: Probe,
        subject: Subject,
        channel: int,
        recipe: Recipe,
        *,
        hurry: Callable[[], bool],
        steps: int | None = None,
    ) -> None:
        self.subject = subject
        self.channel = channel
        self.recipe = recipe
        self._probe = probe
        self._hurry = hurry
        self._steps = steps or recipe.steps
        self._size = (recipe.size, recipe.size) if recipe.size else default_size(subject.shape, SIDE)
        self._ascents: list[Ascent] = []

    @property
    def grown(self) -> Grown:
        """What is there."""
        ascents = list(self._ascents)
        made = tuple(ascent.latest for ascent in ascents if ascent.latest is not None)
        done = sum(map(_done, ascents)) / len(PICTURES)
        return Grown(self.channel, self.recipe, self._steps, made, done)

    @property
    def nbytes(self) -> int:
        """How much it keeps, roughly."""
        return len(PICTURES) * _COPIES * sum(each.tensor.nbytes for each in self.grown.made[:1])

    def more(self, steps: int) -> None:
        """Ask for more steps of each picture."""
        self._steps += steps
        for ascent in self._ascents:
            ascent.extend(steps)

    def rounds(self) -> Iterator[Grown]:
        """Let them grow on, a round at a time; the last one is whole."""
        while True:
            next(self._next())
            grown = self.grown
            yield grown
            if grown.done == 1:
                return

    def _next(self) -> Ascent:
        """The picture whose turn it is: of the two that grow together, the one that is behind."""
        for first in range(0, len(PICTURES), 2):
            if len(self._ascents) < first + 2:
                self._ascents.append(self._begin(*PICTURES[len(self._ascents)]))
                return self._ascents[-1]
            growing = [ascent for ascent in self._ascents[first : first + 2] if _done(ascent) < 1]
            if growing:
                return min(growing, key=_step)
        raise AssertionError

    def _begin(self, method: str, negative: bool) -> Ascent:
        try:
            return self._ascent(method, negative)
        except OptionError:
            _, *own = self.subject.shape
            if self.recipe.size or self._size == tuple(own):
                raise
            self._size = own[0], own[1]  # perhaps the network takes no other
            return self._ascent(method, negative)

    def _ascent(self, method: str, negative: bool) -> Ascent:
        return self._probe.maximizing(
            self.subject.layer,
            self.channel,
            size=self._size,
            hurry=self._hurry,
            method=method,
            negative=negative,
            steps=self._steps,
            seed=self.recipe.seed,
        )


def default_size(shape: tuple[int, int, int], side: int) -> tuple[int, int]:
    """Height and width of pictures, square; those of the network's own input where one of them is smaller."""
    _, height, width = shape
    return (side, side) if min(height, width) >= side else (height, width)


def _step(ascent: Ascent) -> int:
    return 0 if ascent.latest is None else ascent.latest.step


def _done(ascent: Ascent) -> float:
    """How much of a picture is done; more may have been asked for since it was whole."""
    if ascent.latest is None:
        return 0.0
    if ascent.ended:
        return ascent.latest.done
    return min(ascent.latest.step / ascent.steps, 0.999)
