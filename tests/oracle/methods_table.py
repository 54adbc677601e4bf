"""The page of the methods, `docs/methods.md`: what the registry says, and what the tests measured."""

from nnscope.probe import METHODS, STYLES

NONE = "—"
NAMES = (
    "SqueezeNet 1.1",
    "ResNet-18",
    "DenseNet-121",
    "MobileNetV3 small",
    "EfficientNet-Lite0",
    "functional ReLUs",
    "ViT tiny",
)
"""The networks of `test_methods.py`, in the order of the columns."""


def described():
    """Every method, from the registry alone."""
    lines = []
    for group in dict.fromkeys(method.group for method in METHODS.values()):
        lines += [
            f"## {group}",
            "",
            "| method | key | map | shape | styles | after |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for method in METHODS.values():
            if method.group == group:
                styles = ", ".join(key for key, style in STYLES.items() if method.key in style.methods)
                cells = (method.label, f"`{method.key}`", f"{method.formula}. {method.hint}", method.returns)
                lines.append("| " + " | ".join((*cells, styles, method.citation)) + " |")
        lines.append("")
    return "\n".join(lines)


def markdown(methods, libraries):
    """The whole page.

    Args:
        methods: Dicts of ``method``, ``network`` and ``far``, which is ``None`` where it is refused.
        libraries: Dicts of ``style``, ``method`` and ``far``.
    """
    networks = [name for name in NAMES if any(row["network"] == name for row in methods)]
    far = {(row["method"], row["network"]): row["far"] for row in methods}
    table = [
        "| method | " + " | ".join(networks) + " |",
        "| --- |" + " --- |" * len(networks),
        *(
            f"| {method.label} | "
            + " | ".join(_figure(far.get((key, network))) for network in networks)
            + " |"
            for key, method in METHODS.items()
        ),
    ]
    worst = {}
    for row in libraries:
        place = row["style"], row["method"]
        worst[place] = max(worst.get(place, 0.0), row["far"])
    other = ["| library | method | difference |", "| --- | --- | --- |"]
    other += [
        f"| {STYLES[style].label} | {METHODS[key].label} | {_figure(value)} |"
        for (style, key), value in sorted(worst.items())
    ]
    return HEAD + described() + MIDDLE + "\n".join(table) + END + "\n".join(other) + "\n"


def _figure(value):
    return NONE if value is None else f"{value:.0e}" if value else "0"


HEAD = """# The methods

A = activations of a layer, `[C, H, W]`; g = ∂y/∂A; x = the network's input; y = what is explained: a
class's logit, the positive part of a channel, a cell, or a function's value. `probe.cam(layer, target,
method, style=)` makes the maps of a layer, `probe.attribute(target, method, style=)` those at the pixels;
`Heatmap.raw` holds the numbers before any scaling. `make methods` writes this page, from the registry and
from what the tests measured.

"""
MIDDLE = """
## Agreement

Largest difference from the formula written out a second time (`tests/oracle/formulas.py`), in units of the
map's largest value; model and image in float64 on both sides, at a layer in the middle (CAM at the last),
asserted ≤ 1e-5. A dash is a refusal in a sentence, where a method is not defined: CAM without global average
pooling and one linear layer, ReLU rules with hardswish or GELU. The weights are seeded, but for those of
EfficientNet-Lite0.

"""
END = """

Largest difference from other libraries at the pinned versions, in float32, on ResNet-18 and SqueezeNet
1.1 with nothing in place, asserted ≤ 1e-5 (`tests/oracle/test_libraries.py`). Of Captum the numbers are
compared, of the others what they draw. Captum's Grad-CAM is compared in `tests/oracle/test_gradcam.py`.

"""
