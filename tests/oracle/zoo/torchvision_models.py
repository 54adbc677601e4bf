"""torchvision: every classifier, and some networks whose output is no class scores."""

from __future__ import annotations

from functools import partial

import torchvision
from torch import nn

from zoo.entry import Entry

_SIZES = {"alexnet": 64, "inception_v3": 75, "maxvit_t": 224, "vit_h_14": 28}
"""The smallest image a network takes, where 32 pixels are too few."""

_OVER_100_MILLION = """
    convnext_large efficientnet_v2_l regnet_x_32gf regnet_y_32gf regnet_y_128gf vgg11 vgg11_bn vgg13 vgg13_bn
    vgg16 vgg16_bn vgg19 vgg19_bn vit_h_14 vit_l_16 vit_l_32 wide_resnet101_2
""".split()


_SLOW = """
    convnext_base efficientnet_b7 maxvit_t resnext101_32x8d resnext101_64x4d swin_b swin_s swin_v2_b swin_v2_s
    ssd300_vgg16 fasterrcnn_resnet50_fpn_v2 maskrcnn_resnet50_fpn keypointrcnn_resnet50_fpn
""".split()


def _size(name: str) -> int:
    return _SIZES.get(name, 64 if name.startswith("vit") else 32)


def _build(name: str) -> nn.Module:
    options = {}
    if name.startswith("vit"):
        options = {"image_size": _size(name)}
    elif name in ("googlenet", "inception_v3"):
        options = {"init_weights": False}  # their own takes a minute
    return torchvision.models.get_model(name, weights=None, **options)


CLASSIFIERS = [
    Entry(
        name,
        "torchvision classification",
        partial(_build, name),
        (3, _size(name), _size(name)),
        heavy=name in (*_OVER_100_MILLION, *_SLOW),
    )
    for name in torchvision.models.list_models(module=torchvision.models)
]


def _bare(name: str, **options: int) -> nn.Module:
    return torchvision.models.get_model(name, weights=None, weights_backbone=None, **options)


SEGMENTERS = [
    Entry(name, "torchvision segmentation", partial(_bare, name), target=lambda out: out["out"][0, 1].mean())
    for name in (
        "fcn_resnet50",
        "deeplabv3_mobilenet_v3_large",
        "deeplabv3_resnet50",
        "lraspp_mobilenet_v3_large",
    )
]

# Detectors resize what they are given; these sizes keep that small.
_DETECTORS = {
    "ssdlite320_mobilenet_v3_large": {},
    "ssd300_vgg16": {},
    "fasterrcnn_mobilenet_v3_large_320_fpn": {"min_size": 96, "max_size": 96},
    "fasterrcnn_resnet50_fpn_v2": {"min_size": 64, "max_size": 64},
    "fcos_resnet50_fpn": {"min_size": 64, "max_size": 64},
    "retinanet_resnet50_fpn": {"min_size": 64, "max_size": 64},
    "maskrcnn_resnet50_fpn": {"min_size": 64, "max_size": 64},
    "keypointrcnn_resnet50_fpn": {"min_size": 64, "max_size": 64},
}

DETECTORS = [
    Entry(
        name,
        "torchvision detection",
        partial(_bare, name, **options),
        (3, 64, 64),
        target=lambda out: out[0]["scores"].sum(),
        heavy=name in _SLOW,
    )
    for name, options in _DETECTORS.items()
]

ENTRIES = [*CLASSIFIERS, *SEGMENTERS, *DETECTORS]
