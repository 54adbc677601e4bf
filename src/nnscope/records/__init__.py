"""The facts that travel between the parts: frozen records, with shapes and units."""

from nnscope.records.arithmetic import Arithmetic
from nnscope.records.checks import Checks, Control, Curve
from nnscope.records.colours import Colours
from nnscope.records.difference import ChannelDifferences, DifferenceTable, LayerDifference
from nnscope.records.effects import Effects
from nnscope.records.field import Field
from nnscope.records.heatmap import Heatmap, Unit
from nnscope.records.histogram import Histogram
from nnscope.records.kernels import Kernels
from nnscope.records.layer import Family, Layer
from nnscope.records.numbers import ChannelStats, Prediction
from nnscope.records.region import RegionRanking, RegionRow
from nnscope.records.specimen import Box, Geometry, Specimen
from nnscope.records.stage import Stage
from nnscope.records.table import LayerTable
from nnscope.records.visualization import FeatureVisualization

__all__ = [
    "Arithmetic",
    "Box",
    "ChannelDifferences",
    "ChannelStats",
    "Checks",
    "Colours",
    "Control",
    "Curve",
    "DifferenceTable",
    "Effects",
    "Family",
    "FeatureVisualization",
    "Field",
    "Geometry",
    "Heatmap",
    "Histogram",
    "Kernels",
    "Layer",
    "LayerDifference",
    "LayerTable",
    "Prediction",
    "RegionRanking",
    "RegionRow",
    "Specimen",
    "Stage",
    "Unit",
]
