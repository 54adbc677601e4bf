"""Run the unit tests on the oldest and the newest of what nnscope depends on, and close with a table.

    python scripts/matrix.py            every row
    python scripts/matrix.py newest     the rows of that name

The oldest are the lower bounds of ``pyproject.toml``, so that what stands there was run; the newest are
what the index has today. ``constraints.txt`` binds neither. Each row has an environment of its own in
``.matrix``, which is removed after it; what uv downloads stays in its cache (``uv cache clean``).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.metadata import metadata, requires
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

from steps import Step, run, summarize

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".matrix"
PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
ENVIRONMENT = {
    "HATCH_JUPYTER_BUILDER_SKIP_NPM": "1",  # make has built the bundle
    # pyenv shows one Python on the PATH; the others that it has count too.
    "PATH": os.pathsep.join([*map(str, PYENV.glob("versions/3.*/bin")), os.environ["PATH"]]),
    "UV_NO_CONFIG": "1",  # what pyproject.toml says to uv is for the lock
    "UV_PYTHON_DOWNLOADS": "never",
}
DIRECT = {
    requirement.name
    for requirement in map(Requirement, requires("nnscope-torch") or ())
    if requirement.marker is None or requirement.marker.evaluate({"extra": "demo"})
}
"""What a user installs, by name."""


class Row(NamedTuple):
    """One environment."""

    name: str
    oldest: set[str]
    """The dependencies that are held at their lower bound."""
    python: int
    """0: the oldest Python that nnscope runs on and that is here; -1: the newest."""


ROWS = (
    Row("oldest", DIRECT, 0),
    Row("oldest", DIRECT, -1),  # where a lower bound has no wheel for this Python, the first that has
    Row("oldest-torch", {"torch", "torchvision"}, 0),
    Row("oldest-widgets", {"anywidget", "bqplot", "ipywidgets"}, -1),
    Row("newest", set(), 0),
    Row("newest", set(), -1),
)


def uv(*arguments: str) -> str:
    """Return what uv prints."""
    command = [str(Path(sys.executable).with_name("uv")), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def pythons() -> list[str]:
    """Return the version of each Python found that nnscope runs on, the oldest first."""
    wanted = str(metadata("nnscope-torch")["Requires-Python"])
    found = json.loads(uv("python", "list", wanted, "--only-installed", "--output-format", "json"))
    plain = (row for row in found if row["implementation"] == "cpython" and row["variant"] == "default")
    return [row["version"] for row in plain][::-1]


def install(row: Row, python: str) -> None:
    """Make the environment of a row."""
    shutil.rmtree(PLACE, ignore_errors=True)
    uv("venv", "--quiet", "--python", python, str(PLACE))
    bounds = PLACE / "oldest.txt"
    pinned = uv(
        *("pip", "compile", "--quiet", "pyproject.toml", "--extra", "demo", "--python", str(PLACE)),
        *("--resolution", "lowest-direct", "--only-binary", ":all:", "--no-header", "--no-annotate"),
    )
    kept = [line for line in pinned.splitlines() if Requirement(line).name in row.oldest]
    bounds.write_text("\n".join(kept), "utf-8")
    uv("pip", "install", "--python", str(PLACE), "--constraint", str(bounds), "--editable", ".[test]")


def tried(row: Row, python: str) -> Step:
    """Run the tests of a row; a row that does not install has failed."""
    name = f"{row.name}, Python {python}"
    try:
        install(row, python)
    except subprocess.CalledProcessError:
        return Step(f"{name}: cannot be installed", passed=False, seconds=0, counts="")
    installed = json.loads(uv("pip", "list", "--python", str(PLACE), "--format", "json"))
    versions = ", ".join(f"{it['name']} {it['version']}" for it in installed if it["name"] in DIRECT)
    tests = ("-m", "pytest", "-n", "2", "tests/unit", "tests/contract")
    return run(f"{name}: {versions}", str(PLACE / "bin" / "python"), *tests)


def main(*names: str) -> int:
    """Try the rows of these names, or all, and return the exit status."""
    os.chdir(ROOT)
    os.environ.update(ENVIRONMENT)
    found = pythons()
    rows = [row for row in ROWS if row.name in names or not names]
    if not rows:
        sys.exit(
            f"There is no row {' or '.join(names)}. There are {', '.join({row.name: 0 for row in ROWS})}."
        )
    try:
        return summarize([tried(row, found[row.python]) for row in rows])
    finally:
        shutil.rmtree(PLACE, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
