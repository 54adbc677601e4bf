"""nnscope: a microscope for PyTorch vision networks that lives in a notebook cell.

Importing it loads nothing heavy; each name is fetched when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nnscope.example import demo as demo
    from nnscope.oneliners import (
        activations as activations,
        attribute as attribute,
        cam as cam,
        differences as differences,
        layers as layers,
    )
    from nnscope.probe import Probe as Probe
    from nnscope.records import Unit as Unit
    from nnscope.widget.opening import compare as compare, show as show
    from nnscope.widget.scope import Scope as Scope

__version__ = "0.1.0"

_HOMES = {
    "show": "nnscope.widget.opening",
    "compare": "nnscope.widget.opening",
    "Scope": "nnscope.widget.scope",
    "Probe": "nnscope.probe",
    "Unit": "nnscope.records",
    "activations": "nnscope.oneliners",
    "attribute": "nnscope.oneliners",
    "cam": "nnscope.oneliners",
    "differences": "nnscope.oneliners",
    "layers": "nnscope.oneliners",
    "demo": "nnscope.example",
}

__all__ = [
    "Probe",
    "Scope",
    "Unit",
    "activations",
    "attribute",
    "cam",
    "compare",
    "demo",
    "differences",
    "layers",
    "show",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
