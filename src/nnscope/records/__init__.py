"""The facts that travel between the parts: frozen records, with shapes and units."""

from nnscope.records.checks import Checks, Control, Curve
from nnscope.records.heatmap import Heatmap, Unit
from nnscope.records.layer import Family, Layer
from nnscope.records.numbers import ChannelStats, Prediction
from nnscope.records.specimen import Geometry, Specimen
from nnscope.records.table import LayerTable

__all__ = [
    "ChannelStats",
    "Checks",
    "Control",
    "Curve",
    "Family",
    "Geometry",
    "Heatmap",
    "Layer",
    "LayerTable",
    "Prediction",
    "Specimen",
    "Unit",
]
