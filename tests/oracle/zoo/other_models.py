"""Image classifiers of Hugging Face, from small configurations, and of Keras on its torch backend."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from torch import nn

from zoo.entry import Entry

_TRANSFORMER = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "image_size": 64,
    "patch_size": 16,
}
_STAGES = {"depths": [1, 2, 1, 1], "hidden_sizes": [8, 16, 24, 32], "image_size": 64}

_WINDOWS = {"image_size": 64, "embed_dim": 16, "depths": [1, 2, 1, 1], "num_heads": [2, 2, 4, 4]}

_HUGGING_FACE: dict[str, dict[str, Any]] = {
    "Beit": _TRANSFORMER,
    "BeitRelative": {**_TRANSFORMER, "use_relative_position_bias": True, "use_mask_token": True},
    "Bit": {"depths": [1, 1, 1, 1], "embedding_size": 32, "hidden_sizes": [128, 128, 128, 128]},
    "ConvNext": _STAGES,
    "ConvNextV2": _STAGES,
    "Cvt": {"embed_dim": [8, 16, 24], "num_heads": [1, 2, 3], "depth": [1, 2, 3]},
    "Data2VecVision": _TRANSFORMER,
    "DeiT": _TRANSFORMER,
    "Dinov2": _TRANSFORMER,
    "Dinov2WithRegisters": {**_TRANSFORMER, "num_register_tokens": 4},
    "EfficientNet": {
        "width_coefficient": 0.25,
        "depth_coefficient": 0.5,
        "image_size": 64,
        "hidden_dim": 320,
    },
    "FocalNet": {
        "embed_dim": 16,
        "depths": [1, 1, 2, 1],
        "image_size": 64,
        "hidden_sizes": [16, 32, 64, 128],
    },
    "Levit": {
        "image_size": 64,
        "hidden_sizes": [16, 24, 32],
        "num_attention_heads": [2, 2, 2],
        "depths": [1, 1, 1],
    },
    "MobileNetV1": {"image_size": 64, "depth_multiplier": 0.25},
    "MobileNetV2": {"image_size": 64, "depth_multiplier": 0.35},
    "MobileViT": {
        "image_size": 64,
        "hidden_sizes": [24, 32, 40],
        "neck_hidden_sizes": [8, 16, 24, 32, 40, 48, 64],
    },
    "MobileViTV2": {"image_size": 64, "width_multiplier": 0.5},
    "PoolFormer": {"depths": [1, 1, 1, 1], "hidden_sizes": [8, 16, 24, 32]},
    "Pvt": {"image_size": 64, "depths": [1, 1, 1, 1], "hidden_sizes": [8, 16, 40, 32]},
    "PvtV2": {"image_size": 64, "depths": [1, 1, 1, 1], "hidden_sizes": [8, 16, 40, 64]},
    "RegNet": {
        "embedding_size": 8,
        "hidden_sizes": [8, 16, 24, 32],
        "depths": [1, 1, 2, 1],
        "groups_width": 8,
    },
    "ResNet": {"embedding_size": 8, "hidden_sizes": [16, 32, 48, 64], "depths": [1, 1, 2, 1]},
    "Segformer": {"hidden_sizes": [8, 16, 40, 64], "depths": [1, 1, 1, 1]},
    "SwiftFormer": {"image_size": 64, "depths": [1, 1, 2, 1], "embed_dims": [16, 24, 32, 48]},
    "Swin": {**_WINDOWS, "window_size": 2},
    "Swinv2": {**_WINDOWS, "window_size": 4},
    "ViT": _TRANSFORMER,
    "ViTEager": {**_TRANSFORMER, "attn_implementation": "eager"},
    "ViTMSN": _TRANSFORMER,
}


def _hugging_face(name: str, **options: Any) -> nn.Module:
    import transformers

    name = name.removesuffix("Relative").removesuffix("Eager")
    config = getattr(transformers, f"{name}Config")(**options, num_labels=10)
    return getattr(transformers, f"{name}ForImageClassification")(config)


def _keras() -> Any:
    """Keras, which chooses its backend when it is imported."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    keras.utils.clear_session(free_memory=False)  # it numbers its layers by the session
    keras.utils.set_random_seed(0)
    return keras


def _keras_sequential() -> nn.Module:
    keras = _keras()
    layers = keras.layers
    inner = keras.Sequential([layers.Conv2D(8, 3), layers.ReLU()], name="block")
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.MaxPooling2D(2),
            inner,
            layers.GlobalAveragePooling2D(),
            layers.Dense(5),
        ]
    )


def _keras_functional() -> nn.Module:
    keras = _keras()
    layers = keras.layers
    image = keras.Input((16, 16, 3))
    stem = layers.Conv2D(8, 3, padding="same")(image)
    side = layers.Conv2D(8, 3, padding="same", activation="relu")(stem)
    x = layers.Activation("gelu")(layers.Add()([stem, side]))
    x = layers.Concatenate()([x, side])
    x = layers.LayerNormalization()(layers.DepthwiseConv2D(3)(x))
    x = layers.UpSampling2D()(layers.Conv2DTranspose(4, 2)(layers.AveragePooling2D(2)(x)))
    return keras.Model(image, layers.Dense(5)(layers.Flatten()(x)))


def _keras_subclassed() -> nn.Module:
    keras = _keras()
    layers = keras.layers

    class Subclassed(keras.Model):
        """Keeps some layers as attributes and some in a list."""

        def __init__(self) -> None:
            super().__init__()
            self.stem = layers.Conv2D(4, 3)
            self.blocks = [layers.Conv2D(4, 3), layers.ReLU()]
            self.head = layers.Dense(5)

        def call(self, x: Any) -> Any:
            x = self.stem(x)
            for block in self.blocks:
                x = block(x)
            return self.head(keras.ops.mean(keras.ops.relu(x) + 1, (1, 2)))

    model = Subclassed()
    model(keras.ops.zeros((1, 16, 16, 3)))  # it makes its weights when it is first called
    return model


ENTRIES = [
    *(
        Entry(
            f"{name}ForImageClassification",
            "transformers",
            partial(_hugging_face, name, **options),
            (3, 64, 64),
        )
        for name, options in _HUGGING_FACE.items()
    ),
    Entry("keras.Sequential", "keras", _keras_sequential, (16, 16, 3)),
    Entry("keras.Model, functional", "keras", _keras_functional, (16, 16, 3)),
    Entry("keras.Model, subclassed", "keras", _keras_subclassed, (16, 16, 3)),
]
