"""``Probe``: one model, one image, asked many things."""

from nnscope.attribution.bench import Growing
from nnscope.attribution.registry import METHODS
from nnscope.attribution.styles import STYLES, styles_of
from nnscope.network.edits import Edits
from nnscope.network.files import LARGEST_FILE, opened, too_large
from nnscope.network.fingerprint import Fingerprint
from nnscope.network.guards import in_pass
from nnscope.network.layers import model_name
from nnscope.probe.contrast import Contrast
from nnscope.probe.explainer import RANKINGS, Target, coarse_map
from nnscope.probe.probe import Probe
from nnscope.probe.seen import Seen
from nnscope.probe.several import differences
from nnscope.synthesis.ascent import Ascent
from nnscope.tensors.brush import TOOLS
from nnscope.tensors.cache import ByteCache

__all__ = [
    "LARGEST_FILE",
    "METHODS",
    "RANKINGS",
    "STYLES",
    "TOOLS",
    "Ascent",
    "ByteCache",
    "Contrast",
    "Edits",
    "Fingerprint",
    "Growing",
    "Probe",
    "Seen",
    "Target",
    "coarse_map",
    "differences",
    "in_pass",
    "model_name",
    "opened",
    "styles_of",
    "too_large",
]
