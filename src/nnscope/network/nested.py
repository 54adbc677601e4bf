"""Tensors inside what a module returns: tuples, lists, mappings, dataclasses, however nested."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from torch import Tensor

Wanted = Callable[[Tensor], bool]


def leaves(output: Any, wanted: Wanted) -> Iterator[tuple[str, Tensor]]:
    """Each tensor that is wanted, once, with the subscripts that lead to it: ``"[0]"``, ``"[out]"``."""
    seen: set[int] = set()
    for place, tensor in _walk(output, ""):
        if wanted(tensor) and id(tensor) not in seen:
            seen.add(id(tensor))
            yield place, tensor


def exchanged(output: Any, new: Mapping[int, Tensor]) -> Any:
    """The same structure with other tensors in it; ``new`` has them by the ``id`` of the old ones."""
    if isinstance(output, Tensor):
        return new.get(id(output), output)
    if isinstance(output, tuple) and hasattr(output, "_fields"):
        return type(output)(*(exchanged(item, new) for item in output))
    if isinstance(output, (tuple, list)):
        return type(output)(exchanged(item, new) for item in output)
    if isinstance(output, Mapping):
        made: Any = copy.copy(output)
        for key in output:
            made[key] = exchanged(output[key], new)
        return made
    if dataclasses.is_dataclass(output) and not isinstance(output, type):
        made = copy.copy(output)
        for field in dataclasses.fields(output):
            object.__setattr__(made, field.name, exchanged(getattr(output, field.name), new))
        return made
    return output


def _walk(output: Any, path: str) -> Iterator[tuple[str, Tensor]]:
    if isinstance(output, Tensor):
        yield path, output
    elif isinstance(output, (tuple, list)):
        for i, item in enumerate(output):
            yield from _walk(item, f"{path}[{i}]")
    elif isinstance(output, Mapping):
        for key, item in output.items():
            yield from _walk(item, f"{path}[{key}]")
    elif dataclasses.is_dataclass(output) and not isinstance(output, type):
        for field in dataclasses.fields(output):
            yield from _walk(getattr(output, field.name), f"{path}[{field.name}]")
