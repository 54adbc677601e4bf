"""The methods, as data: the menu, the table of the docs and the tests are made from these rows.

Adding a method is a function in a file of its own, and a row here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from nnscope.attribution import covered, eigen, gradients, masked, rectified, weighted
from nnscope.errors import OptionError, nearest

Needs = Literal["pair", "values", "head", "layer", "cam", "passes"]
"""What a method is given.

``pair``: activations and gradient, of any number of layers from one pass; ``values``: activations alone,
as a pair whose gradient is not read; ``head``: the classifier behind
global average pooling; ``layer``: one layer, and as many passes as it likes; ``cam``: Grad-CAM of a layer,
and passes; ``passes``: nothing but the model.
"""

Look = Literal["positive", "signed", "range"]
"""How the paper's style is drawn: max(map, 0) ÷ max; zero in the middle; min … max."""

GRADIENT, FREE, PIXELS, RECTIFIED, COVERED = (
    "Class activation maps",
    "CAMs without gradients",
    "Gradient at the pixels",
    "Through the ReLUs",
    "Covering the image",
)


@dataclass(frozen=True, slots=True)
class Method:
    """A way to say what drives a target."""

    key: str
    label: str
    group: str
    """Heading of the menu."""
    needs: Needs
    make: Callable[..., Any]
    formula: str
    hint: str
    """How it works, in a line."""
    citation: str
    look: Look = "positive"
    long: bool = False
    """Whether it takes many passes."""
    each: bool = True
    """Whether it is made for all layers along with the others that need a pair: none that is slow."""
    knows_target: bool = True
    """Whether the map depends on the target at all."""

    @property
    def at(self) -> Literal["layer", "pixels"]:
        """Where the map lies."""
        return "pixels" if self.needs in ("cam", "passes") else "layer"

    @property
    def returns(self) -> str:
        """Shape and sign of ``Heatmap.raw``."""
        if self.at == "layer":
            return "[H, W] of the layer"
        return "[H, W] of the input" if self.group == COVERED else "[C, H, W] of the input"

    @property
    def options(self) -> dict[str, Any]:
        """What can be set in a call, with defaults; numbers that belong to a style are not among them."""
        parameters = inspect.signature(self.make).parameters.values()
        found = {p.name: p.default for p in parameters if p.kind is p.KEYWORD_ONLY}
        return found if self.needs == "passes" else {}


METHODS: dict[str, Method] = {
    method.key: method
    for method in (
        Method(
            "gradcam",
            "Grad-CAM",
            GRADIENT,
            "pair",
            weighted.gradcam,
            "w_k = mean(g_k); Σ w_k A_k",
            "Each channel weighs as much as its mean gradient.",
            "Selvaraju et al., Grad-CAM: Visual Explanations from Deep Networks, ICCV 2017, eq. 1–2",
        ),
        Method(
            "gradcam++",
            "Grad-CAM++",
            GRADIENT,
            "pair",
            weighted.gradcam_plus_plus,
            "α = g² / (2g² + S_k g³), S_k = Σ A_k; w_k = Σ α relu(g)",
            "Positive gradients only, weighed so that several objects of a class all count.",
            "Chattopadhay et al., Grad-CAM++, WACV 2018, eq. 19",
        ),
        Method(
            "hirescam",
            "HiResCAM",
            GRADIENT,
            "pair",
            weighted.hirescam,
            "Σ g_k ⊙ A_k",
            "Gradient times activation, cell by cell: exact where the head is linear.",
            "Draelos and Carin, Use HiResCAM instead of Grad-CAM, 2020",
            "signed",
        ),
        Method(
            "layercam",
            "LayerCAM",
            GRADIENT,
            "pair",
            weighted.layercam,
            "Σ relu(g_k) ⊙ A_k",
            "Positive gradient times activation, cell by cell: fine maps at early layers.",
            "Jiang et al., LayerCAM, IEEE TIP 2021, eq. 5–6",
        ),
        Method(
            "xgradcam",
            "XGrad-CAM",
            GRADIENT,
            "pair",
            weighted.xgradcam,
            "w_k = Σ g_k A_k / Σ A_k; Σ w_k A_k",
            "Gradients weighed by where the channel is active.",
            "Fu et al., Axiom-based Grad-CAM, BMVC 2020, eq. 8",
        ),
        Method(
            "eigengradcam",
            "Eigen-Grad-CAM",
            GRADIENT,
            "pair",
            eigen.eigengradcam,
            "(g ⊙ A) v, v the first right singular vector",
            "First principal axis of gradient times activation.",
            "after Muhammad and Yeasin, Eigen-CAM, IJCNN 2020, with gradients",
            each=False,
        ),
        Method(
            "cam",
            "CAM",
            FREE,
            "head",
            weighted.weighed,
            "Σ W_ck A_k, W the weights behind global average pooling",
            "The classifier's own weights; defined where it reads the mean of each channel.",
            "Zhou et al., Learning Deep Features for Discriminative Localization, CVPR 2016, eq. 2",
        ),
        Method(
            "eigencam",
            "Eigen-CAM",
            FREE,
            "values",
            eigen.eigencam,
            "A v, v the first right singular vector",
            "First principal axis of the channels; the same for every class.",
            "Muhammad and Yeasin, Eigen-CAM, IJCNN 2020",
            knows_target=False,
        ),
        Method(
            "scorecam",
            "Score-CAM",
            FREE,
            "layer",
            masked.scorecam,
            "w = softmax_k y(x ⊙ H_k), H_k = A_k upsampled, min–max; Σ w_k A_k",
            "The image is masked by each channel in turn; a pass for each.",
            "Wang et al., Score-CAM, CVPR Workshops 2020, algorithm 1",
            long=True,
        ),
        Method(
            "ablationcam",
            "Ablation-CAM",
            FREE,
            "layer",
            masked.ablationcam,
            "w_k = (y − y_k) / y, y_k with channel k set to 0; Σ w_k A_k",
            "Each channel is switched off in turn; a pass for each.",
            "Desai and Ramaswamy, Ablation-CAM, WACV 2020, eq. 3–4",
            long=True,
        ),
        Method(
            "gradient",
            "Gradient",
            PIXELS,
            "passes",
            gradients.gradient,
            "∂y/∂x",
            "Which pixels the target reacts to, and in which direction.",
            "Simonyan et al., Deep Inside Convolutional Networks, ICLR Workshops 2014",
            "signed",
        ),
        Method(
            "gradient_x_input",
            "Gradient × input",
            PIXELS,
            "passes",
            gradients.gradient_x_input,
            "x ⊙ ∂y/∂x",
            "What each pixel contributes, to first order.",
            "Shrikumar et al., Not Just a Black Box, 2016",
            "signed",
        ),
        Method(
            "smoothgrad",
            "SmoothGrad",
            PIXELS,
            "passes",
            gradients.smoothgrad,
            "mean of ∂y/∂x at x + noise",
            "The gradient, averaged over noisy copies of the image.",
            "Smilkov et al., SmoothGrad, 2017",
            "signed",
            long=True,
        ),
        Method(
            "vargrad",
            "VarGrad",
            PIXELS,
            "passes",
            gradients.vargrad,
            "variance of ∂y/∂x at x + noise",
            "How much the gradient varies over noisy copies of the image.",
            "Adebayo et al., Local Explanation Methods for Deep Neural Networks, 2018",
            long=True,
        ),
        Method(
            "integrated_gradients",
            "Integrated gradients",
            PIXELS,
            "passes",
            gradients.integrated_gradients,
            "(x − x₀) ⊙ ∫ ∂y/∂x on the way from x₀ to x",
            "Contributions that add up to the score, less that of a plain image.",
            "Sundararajan et al., Axiomatic Attribution for Deep Networks, ICML 2017, eq. 1",
            "signed",
            long=True,
        ),
        Method(
            "guided_backprop",
            "Guided backpropagation",
            RECTIFIED,
            "passes",
            rectified.guided_backprop,
            "∂y/∂x with R · [x > 0] · [R > 0] at each ReLU",
            "Only what argues for the target passes a ReLU on the way back: sharp, but close to edges alone.",
            "Springenberg et al., Striving for Simplicity, ICLR Workshops 2015",
            "signed",
        ),
        Method(
            "deconvnet",
            "Deconvnet",
            RECTIFIED,
            "passes",
            rectified.deconvnet,
            "∂y/∂x with R · [R > 0] at each ReLU",
            "The ReLU is applied to the signal that comes back, whatever went forward.",
            "Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014",
            "signed",
        ),
        Method(
            "guided_gradcam",
            "Guided Grad-CAM",
            RECTIFIED,
            "cam",
            rectified.guided_gradcam,
            "guided backpropagation ⊙ relu(Grad-CAM), bilinear",
            "Guided backpropagation where Grad-CAM of the layer is positive.",
            "Selvaraju et al., Grad-CAM, ICCV 2017, section 3.2",
            "signed",
        ),
        Method(
            "occlusion",
            "Occlusion",
            COVERED,
            "passes",
            covered.occlusion,
            "y − y(window covered), averaged over windows",
            "A grey window moves over the image; how far does the score drop?",
            "Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014",
            "signed",
            long=True,
        ),
        Method(
            "rise",
            "RISE",
            COVERED,
            "passes",
            covered.rise,
            "Σ p(x ⊙ M_i) M_i / (n E[M])",
            "Random masks, each weighed by the probability that is left.",
            "Petsiuk et al., RISE, BMVC 2018, eq. 6",
            "range",
            long=True,
        ),
    )
}


def method(key: str) -> Method:
    """Look a method up.

    Raises:
        OptionError: There is none of that name.
    """
    if key not in METHODS:
        hint = nearest(str(key), METHODS) or f"known: {', '.join(METHODS)}."
        msg = f"There is no method {key!r}; {hint}"
        raise OptionError(msg)
    return METHODS[key]


def checked(method: Method, options: dict[str, Any]) -> dict[str, Any]:
    """The options of a call, with the defaults of those that were not given.

    Raises:
        OptionError: The method has no such option, or it is of another type.
    """
    known = method.options
    for name, value in options.items():
        if name not in known:
            hint = nearest(name, known) or (f"it has {', '.join(known)}." if known else "it has none.")
            msg = f"{method.label} has no option {name!r}; {hint}"
            raise OptionError(msg)
        whole = known[name] is None or isinstance(known[name], int)
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            msg = f"{name} of {method.label} is {value!r}; give a {'whole ' if whole else ''}number."
            raise OptionError(msg)
    return {**known, **options}
