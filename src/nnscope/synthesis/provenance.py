"""How an image was made, as a record and in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from nnscope.network.silence import Silence
from nnscope.synthesis import motion
from nnscope.synthesis.objective import Objective
from nnscope.synthesis.settings import Settings

TITLES = {
    "fourier": "Adam on Fourier coefficients, colours decorrelated",
    "pixels": "plain ascent on the pixels",
}


def provenance(
    objectives: Sequence[Objective], settings: Settings, steps: int, about: Mapping[str, str]
) -> dict[str, Any]:
    """What is needed to make images again; ``sentence`` says it in one line.

    Args:
        objectives: What each image was made for.
        settings: How.
        steps: Steps that were asked for in all.
        about: What else there is to know: ``start``, what was begun with, ``silenced``, and what it was made
            for.
    """
    height, width = settings.size
    wanted = list(dict.fromkeys(objective.what for objective in objectives))
    listed = wanted[0] if len(wanted) == 1 else f"{wanted[0]} and of {len(wanted) - 1} more"
    facts: dict[str, Any] = {
        "method": settings.method,
        "title": TITLES[settings.method],
        "objective": ("least " if settings.negative else "largest ") + listed,
        "negative": settings.negative,
        "steps": steps,
        "rate": settings.step_size,
        "size": settings.size,
        "seed": settings.seed,
        **about,
    }
    said = [f"Gradient ascent: {facts['objective']}", facts["title"]]
    if settings.moves:
        facts["robust"] = motion.WORDS
        said.append(motion.WORDS)
    if settings.method == "pixels":
        facts.update(l2=settings.l2, tv=settings.tv)
        said.append(f"L2 {settings.l2:g}, total variation {settings.tv:g}")
    if settings.pictures > 1:
        facts.update(pictures=settings.pictures, diversity=settings.diversity)
        said.append(f"{settings.pictures} images, diversity {settings.diversity:g}")
    if "silenced" in about:
        said.append(about["silenced"])
    said += [
        f"{steps} steps of {settings.step_size:g}",
        f"{height} × {width}",
        f"from {about['start']}, seed {settings.seed}",
    ]
    return {**facts, "sentence": " · ".join(said)}


def held(silence: Silence) -> str:
    """What is silenced, in words."""
    channels, value = silence.channels, silence.value
    noun = "channel" if len(channels) == 1 else "channels"
    listed = ", ".join(map(str, channels)) if len(channels) <= 8 else f"{len(channels)} of them"
    words = "other values" if isinstance(value, Tensor) else "their mean" if value == "mean" else f"{value:g}"
    return f"{noun} {listed} of {silence.layer.name} held at {words}"
