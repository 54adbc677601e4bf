"""Run make targets one after the other, all of them, and close with a summary.

    python scripts/steps.py make lint types unit

Every step runs even when an earlier one failed, so that one look shows all there is to mend.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

COUNTS = re.compile(r"^(?:=+|\s*Tests) +(.*\d (?:passed|failed|error|skipped).*?)(?: in [\d.]+s.*)?(?: =+)?$")
"""The line of counts that pytest and vitest end with."""
ANSI = re.compile(r"\x1b\[[\d;]*m")


class Step(NamedTuple):
    """How one command ended."""

    name: str
    passed: bool
    seconds: float
    counts: str


def run(name: str, *command: str) -> Step:
    """Run one command with its output shown as it comes."""
    print(f"\n──── {name} " + "─" * (65 - len(name)), flush=True)
    started, counts = time.monotonic(), ""
    # stderr joins stdout, so that what a tool says stays in the order in which it was said.
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            if found := COUNTS.search(ANSI.sub("", line.rstrip())):
                counts = found[1]
    return Step(name, process.returncode == 0, time.monotonic() - started, counts)


def summarize(steps: Sequence[Step]) -> int:
    """Print how each step ended and return the exit status."""
    failed = [step.name for step in steps if not step.passed]
    width = max(len(step.name) for step in steps)
    print("\n──── summary " + "─" * 58)
    for step in steps:
        verdict = "ok    " if step.passed else "FAILED"
        print(f"  {verdict}  {step.name:<{width}} {step.seconds:6.0f} s  {step.counts}")
    print(f"\n{'FAILED: ' + ', '.join(failed) if failed else f'All {len(steps)} steps passed.'}", flush=True)
    return bool(failed)


def main(make: str, *names: str) -> int:
    """Run the targets and return the exit status."""
    return summarize([run(f"make {name}", make, "--no-print-directory", name) for name in names])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
