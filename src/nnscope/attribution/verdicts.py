"""What the checks of a map come to, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from nnscope.records import Checks

SAME = 0.5
"""Rank correlation from which a map with random weights is no other map."""
NEAR = 0.9
"""Rank correlation from which two classes have one map."""


def verdicts(checks: Checks) -> tuple[str, ...]:
    """What follows from the checks of a map; the thresholds are ours, the numbers stand beside them."""
    return (*_randomised(checks), *_runner_up(checks), *_curves(checks))


def _randomised(checks: Checks) -> Iterator[str]:
    controls = [control for control in checks.controls if control.kind == "randomised"]
    if not controls:
        yield "The model cannot be copied, so there is no map with random weights to compare with."
        return
    alike = controls[-1].similarity
    if alike is None:
        yield "With random weights the map is constant or blank, so it does depend on what was learned."
    elif alike >= SAME:
        yield (
            f"With all weights random the map is much the same (rank correlation {alike:.2f}): "
            "it shows the image rather than what was learned."
        )
    else:
        yield f"With all weights random it is another map (rank correlation {alike:.2f}), as it should be."


def _runner_up(checks: Checks) -> Iterator[str]:
    for control in checks.controls:
        if control.kind != "runner-up" or control.similarity is None:
            continue
        name = control.heatmap.label
        if control.similarity >= NEAR:
            yield (
                f"For {name}, the runner-up, the map is nearly the same (rank correlation "
                f"{control.similarity:.2f}): it does not tell the two apart."
            )
        else:
            yield f"For {name}, the runner-up, it is another map (rank correlation {control.similarity:.2f})."


def _curves(checks: Checks) -> Iterator[str]:
    if checks.deletion is None or checks.insertion is None or checks.shuffled is None:
        return
    deletion, insertion, chance = (
        curve.area for curve in (checks.deletion, checks.insertion, checks.shuffled)
    )
    order = "Taking pixels away in the order of the map lowers the probability"
    if deletion < chance:
        yield f"{order} faster (area {deletion:.2f}) than with the map's cells shuffled ({chance:.2f})."
    else:
        yield (
            f"{order} no faster (area {deletion:.2f}) than with the map's cells shuffled ({chance:.2f}): "
            "what it marks is not what counts."
        )
    yield f"Putting them into a blurred image in that order gives an area of {insertion:.2f}; 1 is best."
