"""``Probe``: one model, one image, asked many things."""

from nnscope.attribution.bench import Growing
from nnscope.attribution.registry import METHODS
from nnscope.attribution.styles import STYLES, styles_of
from nnscope.probe.explainer import RANKINGS, Target, coarse_map
from nnscope.probe.probe import Probe

__all__ = ["METHODS", "RANKINGS", "STYLES", "Growing", "Probe", "Target", "coarse_map", "styles_of"]
