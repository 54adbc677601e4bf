"""``Probe``: one model, one image, asked many things. No widget needed."""

from __future__ import annotations

from nnscope.probe.changes import Changes
from nnscope.probe.comparing import Comparing
from nnscope.probe.maximizing import Maximizing
from nnscope.probe.places import Places


class Probe(Changes, Comparing, Maximizing, Places):
    """One model looking at one image; see ``Sight`` for its arguments."""
