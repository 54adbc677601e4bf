"""Which trait values a thread has still to send to the browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any


class Outbox(threading.local):
    """What one thread gathers for a message, and what it need not send, for it comes from the browser.

    ipywidgets keeps both for all threads at once, so that one would hold back, or send, what is another's.
    """

    def __init__(self) -> None:
        self._gathered: list[str] | None = None
        self._heard: Mapping[str, Any] = {}

    @contextmanager
    def gathered(self, send: Callable[[list[str]], None]) -> Iterator[None]:
        """Inside, gather what is to be sent; the outermost sends it when it ends."""
        if self._gathered is not None:
            yield
            return
        names = self._gathered = []
        try:
            yield
        finally:
            self._gathered = None
            if names:
                send(names)

    @contextmanager
    def heard(self, **values: Any) -> Iterator[None]:
        """Inside, the browser knows that traits have these values, for it has written them."""
        before, self._heard = self._heard, values
        try:
            yield
        finally:
            self._heard = before

    def sends(self, name: str, value: Any) -> bool:
        """Whether a trait that has a new value is to be sent now.

        Args:
            name: The trait.
            value: What it has, as JSON.
        """
        if name in self._heard and self._heard[name] == value:
            return False
        if self._gathered is None:
            return True
        if name not in self._gathered:
            self._gathered.append(name)
        return False
