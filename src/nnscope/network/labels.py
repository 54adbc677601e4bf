"""Names of the classes."""

from __future__ import annotations

import ast
import functools
import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from nnscope.errors import OptionError, TargetError, nearest

IMAGENET_CLASSES = 1000


def labels_for(labels: str | Sequence[str] | Mapping[int, str] | None, count: int) -> list[str]:
    """Name the outputs of a model.

    Args:
        labels: ``"auto"`` (ImageNet's names for 1000 outputs), a sequence of ``count`` names, a
            mapping from index to name (others stay ``"class 7"``), or ``None``.
        count: Number of outputs.

    Returns:
        ``count`` names; ``"class 7"`` where no name is known.

    Raises:
        OptionError: ``labels`` is something else, has another length, an index out of range, or a name that
            is no text.
    """
    names = _names(labels, count)
    for index, name in enumerate(names):
        try:
            name.encode()
        except UnicodeEncodeError:
            msg = (
                f"The label of class {index}, {name!r}, holds half a character (a lone surrogate), "
                "which cannot be shown; write it anew."
            )
            raise OptionError(msg) from None
    return names


def _names(labels: str | Sequence[str] | Mapping[int, str] | None, count: int) -> list[str]:
    if labels is None or (isinstance(labels, str) and labels == "auto"):
        names = imagenet() if labels and count == IMAGENET_CLASSES else ()
        return list(names) or [_unnamed(index) for index in range(count)]
    if isinstance(labels, Mapping):
        return _from_mapping(labels, count)
    if isinstance(labels, str) or not hasattr(labels, "__len__"):
        msg = f"labels is {labels!r}; give 'auto', {count} names, a mapping from index to name, or None."
        raise OptionError(msg)
    if len(labels) != count:
        msg = (
            f"There are {len(labels)} labels for {count} outputs; give {count}, in the order of the outputs."
        )
        raise OptionError(msg)
    return [str(name) for name in labels]


def _unnamed(index: int) -> str:
    return f"class {index}"


def _from_mapping(labels: Mapping[Any, Any], count: int) -> list[str]:
    names = [_unnamed(index) for index in range(count)]
    for key, name in labels.items():
        try:
            index = int(key)  # "7" as well: JSON turns every key into text
        except (TypeError, ValueError):
            msg = f"labels maps {key!r} to {name!r}; map class indices to names, as in {{0: 'cat'}}."
            raise OptionError(msg) from None
        if not 0 <= index < count:
            msg = f"labels names class {index}, but the model has {count} outputs, 0 to {count - 1}."
            raise OptionError(msg)
        names[index] = str(name)
    return names


@functools.cache
def imagenet() -> tuple[str, ...]:
    """Return ImageNet's 1000 class names from the installed torchvision; empty where they cannot be had.

    The file with the names is read without importing torchvision: an import costs a second or more, and
    fails for good where torch and torchvision do not match (``operator torchvision::nms does not exist``).
    """
    names = _from_file() or _from_import()
    return names if len(names) == IMAGENET_CLASSES else ()


def _from_file() -> tuple[str, ...]:
    try:
        spec = importlib.util.find_spec("torchvision")  # finds the top package, runs nothing
        if spec is None or not spec.submodule_search_locations:
            return ()
        source = Path(spec.submodule_search_locations[0], "models", "_meta.py").read_text(encoding="utf-8")
        for node in ast.parse(source).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_IMAGENET_CATEGORIES":
                return tuple(map(str, ast.literal_eval(node.value)))
    except (OSError, ValueError, SyntaxError):
        pass  # a private file may move; the public way is slower
    return ()


def _from_import() -> tuple[str, ...]:
    try:
        from torchvision.models import ResNet50_Weights

        return tuple(map(str, ResNet50_Weights.DEFAULT.meta["categories"]))
    except Exception:  # noqa: BLE001  # a broken torchvision raises RuntimeError, OSError …; names are optional
        return ()


def find_label(labels: Sequence[str], text: str) -> int:
    """Find a class by its name: exact, then whatever the case, then as a part of one name only.

    Args:
        labels: The names, in order of the outputs.
        text: What the user wrote.

    Returns:
        The index of the class.

    Raises:
        TargetError: No class, or more than one, is called so; the message names candidates.
    """
    wanted = text.strip().casefold()
    folded = [name.casefold() for name in labels]
    matches: list[int] = []
    if wanted:
        matches = (
            [index for index, name in enumerate(labels) if name == text]
            or [index for index, name in enumerate(folded) if name == wanted]
            or [index for index, name in enumerate(folded) if wanted in name]
        )
    if len(matches) == 1:
        return matches[0]
    if not matches:
        hint = nearest(text.strip(), labels) or f"give one of its {len(labels)} labels or an index."
        msg = f"No class is called {text!r}; {hint}"
        raise TargetError(msg)
    shown = ", ".join(f"{labels[index]!r} ({index})" for index in matches[:5])
    more = f" and {len(matches) - 5} more" if len(matches) > 5 else ""
    msg = f"{text!r} fits {len(matches)} classes: {shown}{more}; give the whole label or the index."
    raise TargetError(msg)
