"""The trait ``silence``: which channels of which layer. `js/src/draw/silence.ts` reads it the same way."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nnscope.errors import OptionError
from nnscope.records import LayerTable

_WRITTEN = re.compile(r"(.+)\[(~?)(\d{1,9}(?:,\d{1,9})*)\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Silenced:
    """Some channels of a layer, or all others."""

    layer: str
    channels: tuple[int, ...]
    """Rising, each once."""
    others: bool = False
    """Whether all but these are silenced."""

    def __str__(self) -> str:
        return f"{self.layer}[{'~' * self.others}{','.join(map(str, self.channels))}]"

    @classmethod
    def parse(cls, text: str) -> Silenced:
        """Read what ``str`` wrote.

        Raises:
            OptionError: It is something else.
        """
        found = _WRITTEN.fullmatch(text)
        if found is None:
            cure = "write 'layer[3,7]' for two of them, or 'layer[~3]' for all but one."
            msg = f"{text!r} names no channels; {cure}"
            raise OptionError(msg)
        layer, others, channels = found.groups()
        return cls(layer, tuple(sorted({int(each) for each in channels.split(",")})), bool(others))

    def check(self, layers: LayerTable) -> None:
        """Raise a ``NnscopeError`` unless there are such channels."""
        row = layers.feature_map(self.layer)
        for channel in self.channels:
            row.check_channel(channel)
        if row.is_attention:
            msg = f"Layer {self.layer!r} is an attention map; channels are silenced in feature maps."
            raise OptionError(msg)
