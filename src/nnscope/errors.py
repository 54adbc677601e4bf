"""One family of errors. A message is one sentence: what was wrong, where, and the cure.

Each class also derives from the built-in a Python user would expect to catch
(``KeyError`` for an unknown name, ``ValueError`` for a bad value …).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

OUT_OF_MEMORY = "There was not enough memory; give a smaller image, or free some."


class NnscopeError(Exception):
    """Base of every error nnscope raises on purpose."""

    def __str__(self) -> str:
        # KeyError would show the repr of the sentence, quotes and all.
        return str(self.args[0]) if self.args else ""


class ModelError(NnscopeError, TypeError):
    """The model cannot be read: not an ``nn.Module``, TorchScript, on ``meta``, no picturable layer."""


class ForwardError(NnscopeError, RuntimeError):
    """The model's own forward (or backward) pass raised; ``__cause__`` keeps its error."""


class ImageError(NnscopeError, ValueError):
    """The image cannot be used: missing, unreadable, empty, wrong rank or channels, not finite."""


class LayerNotFoundError(NnscopeError, KeyError):
    """No layer of that name; the message names the nearest ones."""


class ChannelNotFoundError(NnscopeError, IndexError):
    """The channel lies outside its layer."""


class TargetError(NnscopeError, ValueError):
    """The target is no class of this model: out of range, unknown or ambiguous label, no scores."""


class OptionError(NnscopeError, ValueError):
    """An option has a value nnscope does not know; the message lists the ones it does."""


class UnavailableError(NnscopeError, ImportError):
    """An optional package is missing or broken; the message says how to get it."""


def sentence(error: BaseException) -> str:
    """What to tell a user of an error, one of ours or any other: never ``""``."""
    said = str(error).strip()
    if isinstance(error, NnscopeError) and said:
        return said
    if out_of_memory(error):
        return OUT_OF_MEMORY
    if isinstance(error, SystemExit):
        return "The model called sys.exit(), and so gave no answer; take that out of its forward."
    return f"nnscope failed with {type(error).__name__}{f': {said}' if said else ''}."


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out: Python's, or that of one of torch's devices."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or "allocate memory" in said or "tried to allocate" in said


@contextmanager
def enough_memory(what: str) -> Iterator[None]:
    """Say in a sentence that memory ended, which Python's error does not and torch's does in its own terms.

    Raises:
        ImageError: There was not enough for ``what``.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not out_of_memory(error):
            raise
        msg = f"There is too little memory for {what}; give a smaller one."
        raise ImageError(msg) from error


def nearest(name: str, known: Iterable[str], limit: int = 3) -> str:
    """Phrase the ``limit`` names most like ``name`` as the end of a sentence.

    Returns:
        ``"did you mean 'a', 'b'?"``, or ``""`` when nothing is near.
    """
    known = list(known)
    lowered = {item.lower(): item for item in known}
    close = [lowered[key] for key in difflib.get_close_matches(name.lower(), lowered, limit, 0.5)]
    close += [item for item in known if name and name.lower() in item.lower() and item not in close]
    names = ", ".join(repr(item) for item in close[:limit])
    return f"did you mean {names}?" if names else ""
