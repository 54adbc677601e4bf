"""Files that come from the browser in parts: hosts take messages of a few megabytes only."""

from __future__ import annotations

from collections import OrderedDict

from nnscope.errors import OptionError
from nnscope.probe import LARGEST_FILE, too_large
from nnscope.widget.edit import Part

MOST_FILES = 2
"""That are under way at a time; the oldest is forgotten, for its sender is gone."""


class Uploads:
    """The files that are under way, by the number of their request."""

    def __init__(self) -> None:
        self._files: OrderedDict[int, list[bytes]] = OrderedDict()

    def take(self, rid: int, part: Part) -> bytes | None:
        """Take the next part of a file.

        Returns:
            The whole file with its last part, else ``None``.

        Raises:
            ImageError: The file is too large.
            OptionError: A part is missing.
        """
        parts = self._files.pop(rid, [])
        if part.number != len(parts):
            msg = f"Part {len(parts)} of {part.name!r} did not arrive; open the file again."
            raise OptionError(msg)
        parts.append(part.data)
        if sum(map(len, parts)) > LARGEST_FILE:
            raise too_large(part.name)
        if len(parts) == part.count:
            return b"".join(parts)
        self._files[rid] = parts
        while len(self._files) > MOST_FILES:
            self._files.popitem(last=False)
        return None
