"""`import nnscope` costs next to nothing and tells all its names."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("torch", "torchvision", "numpy", "PIL", "anywidget", "ipywidgets", "traitlets", "bqplot", "IPython")
NAMES = {"show", "Scope", "Probe", "activations", "cam", "layers", "demo"}


def fresh(code: str):
    """What ``code`` leaves in ``answer``, from a process that has imported nothing yet."""
    program = f"import json, sys\n{code}\nprint(json.dumps(answer))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_import_loads_nothing_heavy():
    loaded = fresh("import nnscope\nanswer = sorted({name.partition('.')[0] for name in sys.modules})")
    assert "nnscope" in loaded
    assert not set(HEAVY) & set(loaded)


def test_names_are_told_without_loading_them():
    names, public, loaded = fresh(
        f"import nnscope\nanswer = dir(nnscope), nnscope.__all__, [m for m in {HEAVY} if m in sys.modules]"
    )
    assert set(public) >= NAMES
    assert set(public) <= set(names)
    assert loaded == []


def test_every_name_loads():
    assert fresh("import nnscope\nanswer = [n for n in nnscope.__all__ if getattr(nnscope, n) is None]") == []


def test_unknown_name_is_an_attribute_error():
    import nnscope

    with pytest.raises(AttributeError, match="shwo"):
        nnscope.shwo  # noqa: B018
