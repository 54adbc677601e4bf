"""A store of tensors that never outgrows its budget: the least recently used go first."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from typing import Generic, TypeVar

V = TypeVar("V")


class ByteCache(Generic[V]):
    """A mapping bounded in bytes, safe to use from several threads.

    Keys are tuples whose first item names the owner, so that an owner's entries can go together.

    Args:
        capacity: Most bytes kept.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        # Oldest first. A plain dict is read in one go; an ordered one hashes its keys meanwhile, which is
        # Python of theirs, and lets in the garbage collector.
        self._items: dict[tuple[Hashable, ...], tuple[V, int]] = {}
        # Re-entrant: the garbage collector may end the life of an owner while this thread holds it.
        self._lock = threading.RLock()

    @property
    def nbytes(self) -> int:
        """Bytes kept now."""
        with self._lock:
            return self._total()

    def fits(self, nbytes: int) -> bool:
        """Whether a value of this size can be kept at all."""
        return nbytes <= self.capacity

    def get(self, *key: Hashable) -> V | None:
        """The value, now the most recently used, or ``None``."""
        with self._lock:
            found = self._items.pop(key, None)
            if found is None:
                return None
            self._items[key] = found
            return found[0]

    def put(self, *key: Hashable, value: V, nbytes: int) -> None:
        """Keep a value and drop the least recently used beyond the budget; too large a one is not kept."""
        if not self.fits(nbytes):
            return
        with self._lock:
            self._items.pop(key, None)
            self._items[key] = (value, nbytes)
            self._trim(self.capacity)

    def trim(self, nbytes: int) -> None:
        """Drop the least recently used until at most so many bytes are kept."""
        with self._lock:
            self._trim(nbytes)

    def discard(self, owner: Hashable) -> None:
        """Drop every entry of an owner."""
        with self._lock:
            for key in list(self._items):
                if key[0] == owner:
                    self._items.pop(key, None)

    def _trim(self, nbytes: int) -> None:
        for key in list(self._items):
            if self._total() <= nbytes:
                break
            self._items.pop(key, None)

    def _total(self) -> int:
        # Added up each time: a count kept beside the items would be wrong for good after an interrupt.
        return sum(nbytes for _, nbytes in list(self._items.values()))
