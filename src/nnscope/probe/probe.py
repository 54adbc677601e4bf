"""``Probe``: one model, one image, asked many things. No widget needed."""

from __future__ import annotations

from nnscope.probe.explainer import Explainer


class Probe(Explainer):
    """One model looking at one image; see ``Sight`` for its arguments."""
