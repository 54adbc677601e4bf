"""Write the packets and the list of traits that both test suites read: ``python tests/contract/record.py``.

Each packet is ``NAME.json`` (header), ``NAME.bin`` (body) and ``NAME.values.json`` (some of its
numbers, by array and flat index). The numbers are chosen, not computed by a network, so that a
recording differs, beyond what processors round differently, only when the format does.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import torch

from nnscope.tensors.summary import summarize
from nnscope.widget.scope import Scope
from nnscope.wire import packet

HERE = Path(__file__).parent


def packets() -> dict[str, tuple[dict, bytes]]:
    """Every kind of packet, small; with a negative, a constant and a dead channel and a NaN."""
    rows, columns = np.mgrid[0:6, 0:8].astype(np.float32)
    activation = np.stack([rows - columns, rows * columns / 4, np.full((6, 8), 2.5), np.zeros((6, 8))])
    activation = activation.astype(np.float32)
    activation[1, 2, 3] = np.nan
    summary = summarize(torch.from_numpy(activation))
    tiles, lo, hi = (tensor.numpy() for tensor in summary.codes)
    stats = {name: getattr(summary.stats, name).numpy() for name in summary.stats.__slots__}
    where = {"epoch": 0, "layer": "features.0"}
    return {
        "layer": packet.encode(
            "layer",
            {"tiles": tiles, "lo": lo, "hi": hi, **stats},
            **where,
            side="this",
            channels=4,
            size=[6, 8],
            tile=[6, 8],
        ),
        "map": packet.encode(
            "map",
            {
                "tiles": (rows * 50).astype(np.uint8)[None],
                "lo": np.array([-2], np.float32),
                "hi": np.array([3.08], np.float32),
                "shares": np.array([3, -1, 0.5, 0], np.float32),
                "weights": np.array([0.25, -0.5, 0.0042, 0], np.float32),
            },
            **where,
            target=281,
            versus=None,
            unit="",
            method="gradcam",
            style="paper",
            at="layer",
            sentence="Grad-CAM · logit of tabby · at features.0 · bilinear · ÷ max",
            doubt="",
            done=1,
            signed=False,
            ends=[0, 3.08],
            smooth=True,
        ),
        "checks": packet.encode(
            "checks",
            {
                "tiles": (np.stack([rows, columns]) * 30).astype(np.uint8),
                "lo": np.array([-2, 0], np.float32),
                "hi": np.array([3.08, 1], np.float32),
                "fractions": np.array([0, 0.5, 1], np.float32),
                "deletion": np.array([0.9, 0.4, 0], np.float32),
                "insertion": np.array([0.1, 0.5, 0.9], np.float32),
            },
            epoch=0,
            question="Grad-CAM · logit of tabby · at features.0 · bilinear · ÷ max",
            done=0.5,
            signed=False,
            smooth=True,
            rows=[
                {"kind": "map", "label": "the map", "similarity": None, "ends": [0, 3.08]},
                {"kind": "randomised", "label": "all 12 layers random", "similarity": 0.25, "ends": [0, 1]},
            ],
            verdicts=["With all weights random it is another map."],
            deletion=0.425,
            insertion=0.5,
        ),
        "native": packet.encode(
            "native",
            {"tiles": tiles[[2, 0]], "lo": lo[[2, 0]], "hi": hi[[2, 0]]},
            **where,
            channels=[2, 0],
            size=[6, 8],
        ),
        "exact": packet.encode("exact", {"values": activation[None, 1]}, **where, channels=[1], size=[6, 8]),
        **numbers(where, {"tiles": tiles[:2], "lo": lo[:2], "hi": hi[:2]}),
        **compared(where, {"tiles": tiles[:2], "lo": lo[:2], "hi": hi[:2]}),
        **wanted(where),
    }


def numbers(where: dict, codes: dict) -> dict[str, tuple[dict, bytes]]:
    """The packets of what a layer is made of."""
    counted = {
        "count": 72,
        "mean": 0.25,
        "std": 1.5,
        "min": -2,
        "max": 2,
        "zero": 0.5,
        "dead": 0,
        "channels": 1,
        "saturated": None,
        "nonfinite": 1,
        "ends": [-2, 2],
    }
    stage = {"size": [6, 8], "cut": None, "min": -7, "max": 8.75}
    ramp = np.arange(36, dtype=np.float32).reshape(2, 2, 3, 3) / 8 - 2
    total = float((ramp[0] * ramp[1]).sum()) + 0.5
    return {
        "kernels": packet.encode(
            "kernels",
            {"weights": ramp, "bias": np.array([0.5, -1], np.float32), "first": np.array([2, 0], np.float32)},
            **where,
            channels=[3, 0],
            size=[3, 3],
            inputs=2,
            outputs=4,
            groups=2,
            transposed=False,
            shared=[-2.5, 2.375],
            colour=False,
            note="",
        ),
        "statistics": packet.encode(
            "statistics",
            {"counts": np.array([[3, 0, 9, 60], [1, 40, 2, 5]], np.float32)},
            **where,
            channels=[3],
            target=281,
            unit="",
            rows=[
                {**counted, "kind": "weights", "sentence": "weights of channel 3 of features.0"},
                {**counted, "kind": "activations", "sentence": "activations of channel 3", "saturated": 2},
            ],
            missing=["Layer 'features.0' has no biases.", "Layer 'features.0' has no gradients."],
        ),
        "sum": packet.encode(
            "sum",
            {
                "patch": ramp[0],
                "kernel": ramp[1],
                "partial": (ramp[0] * ramp[1]).sum((1, 2)),
            },
            **where,
            channels=[3],
            cell=[0, 5],
            operation="convolution",
            source="",
            value=total,
            total=total,
            bias=0.5,
            size=[3, 3],
            inputs=[2, 3],
            rows=[-1, 0, 1],
            columns=[4, 5, 6],
            winner=None,
            formula=[f"2 × 3 × 3 cells of the patch × 2 × 3 × 3 weights = {total - 0.5}", "+ 0.5 (bias)"],
            shape=["⌊(input + padding − dilation × (kernel − 1) − 1) / stride⌋ + 1"],
        ),
        "stages": packet.encode(
            "stages",
            codes,
            **where,
            channels=[1],
            ends=[-7, 8.75],
            stages=[
                {**stage, "layer": "features.0", "kind": "Conv2d", "family": "convolution"},
                {**stage, "layer": "features.1", "kind": "ReLU", "family": "activation", "cut": 0.4375},
            ],
        ),
    }


def compared(where: dict, codes: dict) -> dict[str, tuple[dict, bytes]]:
    """The packets of what compares and ranks."""
    names = ("this", "other", "difference")
    sides = {f"{side}_{name}": part for side in names for name, part in codes.items()}
    one = {name: part[:1] for name, part in codes.items()}
    row = np.array([0.5, np.nan], np.float32)
    columns = ("change", "correlation", "this_mean", "other_mean", "this_max", "other_max")
    unknown = {"change": None, "correlation": None, "cka": None}
    ranked = {"layer": "features.0", "score": 2.5, "inside": 3.25, "outside": -0.5}
    pinned = {"layer": "features.0", "min": -7, "max": 8.75, "mean": 1}
    return {
        "effects": packet.encode(
            "effects",
            {"effects": np.array([1.5, -0.25, np.nan, 0], np.float32)},
            **where,
            target=281,
            unit="",
            what="logit of tabby",
            whole=14.25,
            done=0.75,
        ),
        "pair": packet.encode("pair", sides, **where, channels=[2, 0], size=[6, 8]),
        "differences": packet.encode(
            "differences",
            {name: row + i for i, name in enumerate(columns)},
            **where,
            names=["cat", "dog"],
            images=3,
            layers=[
                {"name": "features.0", "change": 0.25, "correlation": 0.5, "cka": 0.75, "sentence": ""},
                {"name": "features.9", **unknown, "sentence": "dog has no such layer."},
            ],
        ),
        "region": packet.encode(
            "region",
            {**codes, "scores": np.array([2.5, np.nan, -1, 0], np.float32)},
            **where,
            box=[8, 16.5, 40, 64],
            tile=[6, 8],
            rows=[{**ranked, "channel": 3}, {**ranked, "channel": 0, "score": 1.25}],
        ),
        "field": packet.encode(
            "field",
            one,
            **where,
            channels=[3],
            cell=[0, 5],
            box=[0, 0, 7, 7],
            support=[1, 0, 6, 7],
            core=None,
        ),
        "pins": packet.encode(
            "pins",
            codes,
            epoch=0,
            tile=[6, 8],
            rows=[
                {**pinned, "unit": "features.0[3]", "channel": 3},
                {**pinned, "unit": "features.0[0]", "channel": 0, "mean": None},
            ],
        ),
    }


def wanted(where: dict) -> dict[str, tuple[dict, bytes]]:
    """The packets of pictures that were made of channels: two that grow, and tiles, one of them missing."""
    history = np.array([[0.5, 0.75, 2.5, np.nan], [0.5, 1.25, np.nan, np.nan]], np.float32)
    # A PNG of one grey pixel, and a file of other bytes: who reads a packet does not decode them.
    png = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4n42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg=="
    )
    files = {
        "picture_0": np.frombuffer(png, np.uint8),
        "picture_1": np.array([255, 216, 255, 217, 7], np.uint8),
    }
    told = {
        "negative": False,
        "note": "",
        "sentence": "Gradient ascent: largest mean of channel 3 of features.0",
    }
    rows, columns = np.mgrid[0:2, 0:4]
    tile = np.stack([rows * 90, columns * 60, rows + columns], -1).astype(np.uint8)
    return {
        "wants": packet.encode(
            "wants",
            {"history": history, **files},
            **where,
            channel=3,
            size=[128, 96],
            steps=4,
            seed=7,
            done=0.3125,
            left="",
            natural={"name": "chelsea", "score": 1.5},
            here=None,
            pictures=[
                {**told, "method": "fourier", "step": 3, "score": 2.5, "type": "image/png"},
                {**told, "method": "pixels", "step": 2, "score": None, "type": "image/jpeg", "note": "Dead."},
            ],
        ),
        "wants_tiles": packet.encode(
            "wants_tiles",
            {
                "tiles": np.stack([tile, np.full_like(tile, 128), 255 - tile]),
                "scores": np.array([2.5, np.nan, -0.25], np.float32),
            },
            **where,
            channels=[3, 0, 2],
            size=[2, 4],
            of=64,
            steps=[64, 0, 12],
            notes=["", "", "Channel 2 of features.0 is dead."],
        ),
    }


def values(header: dict, body: bytes) -> dict[str, dict[str, float | None]]:
    """The first, the last and some numbers between of each array; NaN as null."""
    picked = {}
    for name, array in packet.decode(header, body).items():
        flat = array.reshape(-1)
        places = sorted({0, len(flat) // 3, 19 % len(flat), len(flat) - 1})
        picked[name] = {str(i): None if np.isnan(flat[i]) else float(flat[i]) for i in places}
    return picked


def traits() -> list[dict[str, object]]:
    """Every synced trait of a scope but those of the widget machinery."""
    foreign = {"layout", "tabbable", "tooltip", "comm"}
    rows = []
    for name, trait in sorted(Scope.class_traits(sync=True).items()):
        if (
            not name.startswith(("_model", "_view", "_dom", "_esm", "_css", "_anywidget"))
            and name not in foreign
        ):
            default = trait.default()
            rows.append(
                {"name": name, "synced": True, "default": "" if isinstance(default, bytes) else default}
            )
    return rows


def recorded() -> dict[str, bytes]:
    """The recorded files by name."""
    files = {"traits.json": _json(traits())}
    for name, (header, body) in packets().items():
        files[f"{name}.json"] = _json(header)
        files[f"{name}.bin"] = body
        files[f"{name}.values.json"] = _json(values(header, body))
    return files


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


if __name__ == "__main__":
    for name, content in recorded().items():
        (HERE / name).write_bytes(content)
