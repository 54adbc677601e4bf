"""The notebook cell a scope is shown in: shown once a run, let go when the cell runs again."""

from __future__ import annotations

import contextlib
import ctypes
import weakref
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from nnscope.widget.scope import Scope


class Run(NamedTuple):
    """One run of one cell."""

    cell: str
    """The cell's id, or ``""`` where the host sends none."""
    message: str
    """Id of the request that runs it."""


def _return_memory() -> None:
    """Ask glibc to give freed memory back; left alone it keeps a hole for each model that was let go."""
    with contextlib.suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL("libc.so.6").malloc_trim(0)


_open: dict[str, tuple[str, weakref.WeakSet[Scope]]] = {}


def current_run() -> Run | None:
    """The run that is going on, or ``None`` outside a notebook."""
    try:
        from IPython import get_ipython  # comes with ipywidgets, but a script need not load it
    except ImportError:
        return None
    shell = get_ipython()
    parent = getattr(shell, "parent_header", None)
    if not parent:
        return None
    return Run(
        str(parent.get("metadata", {}).get("cellId", "")), str(parent.get("header", {}).get("msg_id", ""))
    )


def opened(scope: Scope, run: Run) -> None:
    """Remember that a run shows a scope, and let go of those that an earlier run of the cell showed.

    Jupyter keeps every widget for as long as the kernel lives; without this each run of
    ``show(make_model(), image)`` would keep another model.
    """
    if not run.cell:
        return
    message, scopes = _open.get(run.cell, ("", weakref.WeakSet()))
    if message == run.message:
        scopes.add(scope)
        return
    _open[run.cell] = (run.message, weakref.WeakSet([scope]))
    for old in scopes:
        if old is not scope:
            old.release()
    if scopes:
        _return_memory()
