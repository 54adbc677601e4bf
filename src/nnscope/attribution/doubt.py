"""What to know about a model and its input before any map of them is trusted."""

from __future__ import annotations

from torch import Tensor, nn

from nnscope.network.outputs import is_distribution
from nnscope.network.parts import all_modules
from nnscope.records import Specimen


def note(model: nn.Module, specimen: Specimen, scores: Tensor | None) -> str:
    """Sentences on the model and its input, or ``""``.

    Args:
        model: The model, as the user left it.
        specimen: The image.
        scores: The class scores, ``[K]``, or ``None``.
    """
    return " ".join(
        filter(None, (_head(scores), _mode(model), _range(specimen) if specimen.own_input else ""))
    )


def _head(scores: Tensor | None) -> str:
    if scores is None or not is_distribution(scores):
        return ""
    said = "The output already sums to 1, as behind a softmax: maps explain a probability, not a logit"
    sure = float(scores.max())
    if sure > 0.99:
        return f"{said}; at {100 * sure:.1f} % it is saturated, and gradients all but vanish."
    return f"{said}."


def _mode(model: nn.Module) -> str:
    modules = all_modules(model)
    training = sum(module.training for module in modules)
    # A whole model left in train mode, not a part that its author keeps there.
    if not model.training or training < len(modules) / 2:
        return ""
    return "The model is in train mode; what is shown is its eval mode, without dropout or batch statistics."


def _range(specimen: Specimen) -> str:
    low, high = float(specimen.input.min()), float(specimen.input.max())
    if low < 0 or high <= low:
        return ""
    scale = "0 … 1" if high <= 1 else "0 … 255" if high <= 255 else ""
    if not scale:
        return ""
    return (
        f"The input lies in {scale}, like an image that was not normalised; most networks want it normalised."
    )
