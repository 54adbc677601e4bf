"""A store of tensors that never outgrows its budget: the least recently used go first."""

from __future__ import annotations

import threading
from collections import OrderedDict
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
        self._items: OrderedDict[tuple[Hashable, ...], tuple[V, int]] = OrderedDict()
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
            if key not in self._items:
                return None
            self._items.move_to_end(key)
            return self._items[key][0]

    def put(self, *key: Hashable, value: V, nbytes: int) -> None:
        """Keep a value and drop the least recently used beyond the budget; too large a one is not kept."""
        if not self.fits(nbytes):
            return
        with self._lock:
            self._items[key] = (value, nbytes)
            self._items.move_to_end(key)
            while self._total() > self.capacity:
                self._items.popitem(last=False)

    def trim(self, nbytes: int) -> None:
        """Drop the least recently used until at most so many bytes are kept."""
        with self._lock:
            while self._items and self._total() > nbytes:
                self._items.popitem(last=False)

    def discard(self, owner: Hashable) -> None:
        """Drop every entry of an owner."""
        with self._lock:
            for key in list(self._items):
                if key[0] == owner:
                    self._items.pop(key, None)

    def _total(self) -> int:
        # Added up each time: a count kept beside the items would be wrong for good after an interrupt.
        return sum(nbytes for _, nbytes in list(self._items.values()))
