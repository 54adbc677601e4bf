"""Two things timed in turns, and what their ratio is: these machines are too noisy for anything else."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def median_seconds(*tasks: Callable[[], object], rounds: int = 9) -> list[float]:
    """Time the tasks in turns, after two rounds that do not count.

    Returns:
        The median of each, in seconds.
    """
    times: list[list[float]] = [[] for _ in tasks]
    for turn in range(rounds + 2):
        for task, measured in zip(tasks, times, strict=True):
            start = time.perf_counter()
            task()
            if turn >= 2:
                measured.append(time.perf_counter() - start)
    return [statistics.median(measured) for measured in times]


def report(what: str, value: float, unit: str, budget: str) -> None:
    """Print one line of the table."""
    print(f"{what:<66} {value:8.2f} {unit:<22} budget {budget}", flush=True)
