"""Which pages show a panel: where none does any more, nobody waits for what takes long."""

from __future__ import annotations

from collections import OrderedDict

MOST_PAGES = 64
"""Pages that are remembered, the newest: one that crashed does not say that it is gone."""


class Pages:
    """The pages that have a view of a scope."""

    def __init__(self) -> None:
        self._views: OrderedDict[str, int] = OrderedDict()

    def update(self, page: str, views: int) -> bool:
        """Note how many views a page has; returns whether the last view of all pages is gone with that."""
        before = self._views.pop(page, 0)
        if views:
            self._views[page] = views
            while len(self._views) > MOST_PAGES:
                self._views.popitem(last=False)
        return before > 0 and not self._views
