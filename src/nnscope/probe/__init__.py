"""``Probe``: one model, one image, asked many things."""

from nnscope.attribution.bench import Growing
from nnscope.attribution.registry import METHODS
from nnscope.attribution.styles import STYLES, styles_of
from nnscope.probe.probe import RANKINGS, Probe, Target, coarse_map

__all__ = ["METHODS", "RANKINGS", "STYLES", "Growing", "Probe", "Target", "coarse_map", "styles_of"]
