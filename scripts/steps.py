"""Run make targets one after the other, all of them, and close with a summary.

    python scripts/steps.py make lint types unit

Every step runs even when an earlier one failed, so that one look shows all there is to mend.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from typing import NamedTuple

COUNTS = re.compile(r"^(?:=+|\s*Tests) +(.*\d (?:passed|failed|error|skipped).*?)(?: in [\d.]+s.*)?(?: =+)?$")
"""The line of counts that pytest and vitest end with."""
ANSI = re.compile(r"\x1b\[[\d;]*m")


class Step(NamedTuple):
    """How one make target ended."""

    name: str
    passed: bool
    seconds: float
    counts: str


def run(make: str, name: str) -> Step:
    """Run one target with its output shown as it comes."""
    print(f"\n──── make {name} " + "─" * (60 - len(name)), flush=True)
    started, counts = time.monotonic(), ""
    command = [make, "--no-print-directory", name]
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


def main(make: str, *names: str) -> int:
    """Run the targets and return the exit status."""
    steps = [run(make, name) for name in names]
    failed = [step.name for step in steps if not step.passed]
    print("\n──── summary " + "─" * 58)
    for step in steps:
        verdict = "ok    " if step.passed else "FAILED"
        print(f"  {verdict}  {step.name:<8} {step.seconds:6.0f} s  {step.counts}")
    print(f"\n{'FAILED: ' + ', '.join(failed) if failed else f'All {len(steps)} steps passed.'}", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
