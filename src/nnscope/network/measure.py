"""What a foreign transform does, found by experiment: its geometry and its normalisation.

The transform is run on the image, then on plain colours and on ramps of the same size. Every run
starts from the same random state, so a random crop falls on the same place in all of them; the
state is put back afterwards.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from nnscope.errors import ImageError
from nnscope.network.images import check_size
from nnscope.records import Colours, Geometry
from nnscope.records.colours import Floats

_LOOKED_AT = 150
"""Rows and columns of a probe that are looked at: plenty for a straight line, and quick."""
_SEEDS = (1, 2)
"""Further runs from other random states; more would find rarer randomness, and cost a run each."""


@dataclass(frozen=True, slots=True)
class _Grid:
    """The input's size, which of its rows and columns are looked at, and what they show."""

    height: int
    width: int
    ys: npt.NDArray[np.intp]
    xs: npt.NDArray[np.intp]
    covered: npt.NDArray[np.bool_]
    """``[h, w]``, which of the pixels looked at show the image; the others are padding."""

    def turned(self) -> _Grid:
        """Swap rows and columns."""
        return _Grid(self.width, self.height, self.xs, self.ys, self.covered.T)


@dataclass(frozen=True, slots=True)
class Measured:
    """One foreign transform, applied to one image."""

    input: Tensor
    """float ``[C, H, W]`` as the transform returned it, on the CPU."""
    colours: Colours | None
    """``None`` where the values do not follow from the colours alone."""
    geometry: Geometry | None
    """``None`` where no upright straight map fits."""
    doubts: tuple[str, ...]
    """What could not be found out, a sentence each."""


class _Scale(NamedTuple):
    """What plain colours become."""

    colours: Colours
    covered: npt.NDArray[np.bool_]
    """``[h, w]``, see ``_Grid``."""


def measure(transform: Callable[..., Any], image: Image.Image) -> Measured:
    """Apply a callable transform and find out what it does.

    Args:
        transform: Takes a PIL image, or else a float tensor C × H × W in [0, 1]; returns a tensor
            C × H × W or 1 × C × H × W, or a mapping with ``"pixel_values"``.
        image: RGB or L.

    Raises:
        ImageError: The transform raises, or returns something else, or more than 32 million pixels.
    """
    with _random_state() as rewind, torch.no_grad():
        call, result = _first_run(transform, image, rewind)
        steady = all(_repeats(call, image, result, seed, rewind) for seed in _SEEDS)
        # Randomness that follows the common states can be rewound, and then measured.
        replayed = steady or _repeats(call, image, result, None, rewind)
        doubts = [] if steady else [_RANDOM]
        ys, xs = (_spread(length) for length in result.shape[1:])

        def run(probe: Image.Image) -> Floats:
            rewind(None)
            values = call(probe)
            if values.shape != result.shape:
                msg = "another size for another content"
                raise ValueError(msg)
            return values[:, ys][:, :, xs].to(torch.float64).numpy()

        try:
            scale = _colours(run, image)
            geometry = None
            if scale is not None and replayed:
                grid = _Grid(result.shape[1], result.shape[2], ys, xs, scale.covered)
                geometry = _geometry(run, image, scale.colours, grid)
        except Exception:  # noqa: BLE001  # a transform may refuse a plain colour; it is only a probe
            scale, geometry = None, None
    if scale is None:
        return Measured(result, None, None, (*doubts, _UNSCALED))
    if geometry is None:
        doubts.append(_NOWHERE)
    return Measured(result, scale.colours, geometry, tuple(doubts))


_RANDOM = "The transform is random, so this is one of many inputs; pass an evaluation transform."
_NOWHERE = (
    "Where the input lies on the original could not be measured (turned, mirrored or warped), "
    "so maps are drawn over the input only; pass a transform that resizes and crops to change it."
)
_UNSCALED = (
    "How the transform scales colours could not be measured, so the input is drawn min–max scaled "
    "and cannot be laid over the original; pass a transform with a fixed mean and deviation to change it."
)


def _spread(length: int) -> npt.NDArray[np.intp]:
    """Pick up to ``_LOOKED_AT`` of the pixels along an axis, evenly."""
    return np.unique(np.linspace(0, length - 1, min(length, _LOOKED_AT)).round().astype(np.intp))


@contextlib.contextmanager
def _random_state() -> Iterator[Callable[[int | None], None]]:
    """Keep the random states of torch, numpy and Python; yields a function that rewinds or seeds them."""
    cuda = torch.cuda.is_initialized()
    devices = range(torch.cuda.device_count()) if cuda else ()
    python, numpy_ = random.getstate(), np.random.get_state()  # noqa: NPY002  # the one that users seed
    with torch.random.fork_rng(devices=devices):
        start = torch.get_rng_state()

        def rewind(seed: int | None) -> None:
            if seed is None:
                torch.set_rng_state(start)
                random.setstate(python)
                np.random.set_state(numpy_)  # noqa: NPY002
            else:
                torch.default_generator.manual_seed(seed)  # torch.manual_seed would touch CUDA, too
                random.seed(seed)
                np.random.seed(seed)  # noqa: NPY002

        try:
            yield rewind
        finally:
            random.setstate(python)
            np.random.set_state(numpy_)  # noqa: NPY002


def _first_run(
    transform: Callable[..., Any], image: Image.Image, rewind: Callable[[int | None], None]
) -> tuple[Callable[[Image.Image], Tensor], Tensor]:
    """Run on a picture, or else on a tensor; return the way that worked, and its result."""
    name = getattr(transform, "__name__", type(transform).__name__)

    def on_picture(picture: Image.Image) -> Tensor:
        return _result(transform(picture.copy()), name)

    def on_tensor(picture: Image.Image) -> Tensor:
        pixels = np.array(picture)
        tensor = torch.from_numpy(pixels if pixels.ndim == 3 else pixels[:, :, None])
        return _result(transform(tensor.permute(2, 0, 1).to(torch.float32) / 255), name)

    try:
        return on_picture, on_picture(image)
    except (ImageError, MemoryError):
        raise
    except (TypeError, AttributeError) as error:  # what a function of tensors says to a picture
        first = error
    except Exception as error:
        raise ImageError(_raised(name, error)) from error
    rewind(None)
    try:
        return on_tensor, on_tensor(image)
    except (ImageError, MemoryError):
        raise
    except Exception:  # noqa: BLE001  # the first error is the one to tell
        raise ImageError(_raised(name, first)) from first


def _raised(name: str, error: Exception) -> str:
    return f"The transform {name} raised {type(error).__name__} ({error}); try it on the image alone."


def _result(result: Any, name: str) -> Tensor:
    """Check what a transform returned: float ``[C, H, W]`` on the CPU, a copy."""
    if isinstance(result, Mapping) and "pixel_values" in result:
        result = result["pixel_values"]
        result = result if isinstance(result, Tensor) else torch.as_tensor(np.asarray(result))
    if not isinstance(result, Tensor):
        msg = (
            f"The transform {name} returned {type(result).__name__}, no tensor; "
            "let it end with a tensor C × H × W, as ToTensor() makes one."
        )
        raise ImageError(msg)
    check_dense(result, f"The result of the transform {name}")
    if result.ndim == 4 and result.shape[0] == 1:
        result = result[0]
    if result.ndim != 3 or not result.numel():
        msg = f"The transform {name} returned a tensor {list(result.shape)}; let it return one C × H × W."
        raise ImageError(msg)
    if not result.is_floating_point():
        msg = f"The transform {name} returned {result.dtype}; end it with ToDtype(torch.float32, scale=True)."
        raise ImageError(msg)
    height, width = result.shape[1:]
    check_size(height, width, f"The transform {name} returned", "let it resize the picture")
    copy: Tensor = result.detach().cpu().clone()
    return copy


def check_dense(tensor: Tensor, subject: str) -> None:
    """Refuse a tensor whose values do not all lie in memory.

    Raises:
        ImageError: It is sparse, nested, or on the meta device.
    """
    if tensor.is_meta:
        msg = f"{subject} is on the meta device, which keeps no values; make it on the CPU."
        raise ImageError(msg)
    if tensor.layout != torch.strided:
        kind = str(tensor.layout).removeprefix("torch.")
        msg = f"{subject} is stored as {kind}, not cell by cell; give tensor.to_dense()."
        raise ImageError(msg)


def _repeats(
    call: Callable[[Image.Image], Tensor],
    image: Image.Image,
    result: Tensor,
    seed: int | None,
    rewind: Callable[[int | None], None],
) -> bool:
    """Tell whether another run, from the state ``rewind(seed)`` sets, gives the same result."""
    rewind(seed)
    try:
        other = call(image)
    except Exception:  # noqa: BLE001  # it worked once: what it does depends on chance
        return False
    return other.shape == result.shape and torch.allclose(other, result, 1e-5, 1e-6, equal_nan=True)


def _colours(run: Callable[[Image.Image], Floats], image: Image.Image) -> _Scale | None:
    """Measure black, white, grey and single colours; ``None`` unless they follow one affine map."""

    def plain(*colour: int) -> Floats:
        return run(Image.new(image.mode, image.size, colour if image.mode == "RGB" else colour[0]))

    black, white = plain(0, 0, 0), plain(255, 255, 255)
    change = np.abs(white - black)
    covered = change.max(axis=0) > 0.5 * change.max()
    if not change.max() > 1e-6 or not covered.any():
        return None
    low, high = np.median(black[:, covered], axis=1), np.median(white[:, covered], axis=1)
    span = np.abs(high - low)
    if not (span > 1e-6).all():
        return None
    expected = low + (high - low) * (128 / 255)
    for seen, level in ((black, low), (white, high), (plain(128, 128, 128), expected)):
        # 8-bit steps inside the transform may move a level by one.
        if (np.abs(np.median(seen[:, covered], axis=1) - level) > 0.01 * span).any():
            return None
        if (np.quantile(np.abs(seen[:, covered] - level[:, None]), 0.95, axis=1) > 0.01 * span).any():
            return None
    inverse: Floats | None = None
    if image.mode == "RGB" and len(low) == 3:
        red, green = (np.median(plain(*c)[:, covered], axis=1) - low for c in ((255, 0, 0), (0, 255, 0)))
        matrix = np.stack([red, green, high - low - red - green], axis=1)
        if np.linalg.cond(matrix) < 50:  # a repeated grey cannot be told apart again
            inverse = np.linalg.inv(matrix).astype(np.float64)
    return _Scale(Colours(low, high, inverse), covered)


def _geometry(
    run: Callable[[Image.Image], Floats], image: Image.Image, colours: Colours, grid: _Grid
) -> Geometry | None:
    """Fit where the input's pixels come from, to half an input pixel or better.

    A second, steeper ramp sharpens a small crop.
    """
    width, height = image.size
    spans = ((0.0, float(width)), (0.0, float(height)))
    box: tuple[float, float, float, float] | None = None
    for _ in range(2):
        box = _box(run, image, colours, grid, spans)
        if box is None:
            return None
        left, top, right, bottom = box
        closer = (_around(left, right, width), _around(top, bottom, height))
        if all(new[1] - new[0] > 0.7 * (old[1] - old[0]) for new, old in zip(closer, spans, strict=True)):
            break
        spans = closer
    assert box is not None
    return Geometry((height, width), (grid.height, grid.width), box)


def _around(first: float, last: float, limit: int) -> tuple[float, float]:
    margin = 0.1 * (last - first) + 1
    return max(0.0, first - margin), min(float(limit), last + margin)


def _box(
    run: Callable[[Image.Image], Floats],
    image: Image.Image,
    colours: Colours,
    grid: _Grid,
    spans: tuple[tuple[float, float], tuple[float, float]],
) -> tuple[float, float, float, float] | None:
    """Left, top, right, bottom of the input in original pixels, from ramps over ``spans`` (x, y)."""
    width, height = image.size
    across = np.broadcast_to(_ramp(width, *spans[0]), (height, width))
    down = np.broadcast_to(_ramp(height, *spans[1])[:, None], (height, width))
    if colours.inverse is not None:  # red and green carry one ramp each
        both = Image.fromarray(np.stack([across, down, np.zeros_like(across)], axis=2))
        seen_x, seen_y, _ = colours.decode(run(both))
    else:
        pictures = (
            Image.fromarray(np.ascontiguousarray(ramp)).convert(image.mode) for ramp in (across, down)
        )
        seen_x, seen_y = (colours.decode(run(picture)).mean(axis=0) for picture in pictures)
    x = _fit(seen_x, spans[0], width, grid)
    y = _fit(seen_y.T, spans[1], height, grid.turned())
    return None if x is None or y is None else (x[0], y[0], x[1], y[1])


def _ramp(size: int, first: float, last: float) -> npt.NDArray[np.uint8]:
    """Codes 0 … 255 rising from coordinate ``first`` to ``last``: uint8 ``[size]``."""
    place = (np.arange(size) + 0.5 - first) / (last - first)
    codes: npt.NDArray[np.uint8] = np.floor(np.clip(place, 0, 1) * 255 + 0.5).astype(np.uint8)
    return codes


def _fit(seen: Floats, span: tuple[float, float], size: int, grid: _Grid) -> tuple[float, float] | None:
    """Fit coordinate = start + pitch · column over the rising part of a ramp.

    Args:
        seen: ``[h, w]``, the ramp as it came out, 0 to 1, rising along the columns.
        span: Coordinates, in original pixels, of codes 0 and 1.
        size: The original's extent along this axis, in pixels.
        grid: Which pixels of the input these are.

    Returns:
        Coordinates of the first and the last edge, or ``None`` where no upright line fits.
    """
    rows, columns = grid.height, grid.width
    length = span[1] - span[0]
    # Close to the ends of the ramp, filters flatten it.
    margin = min(0.3, max(0.04, 1.5 / length, 2 / columns if length >= 0.9 * size else 0))
    used = grid.covered & (seen > margin) & (seen < 1 - margin)
    across, down = np.broadcast_arrays(grid.xs[None, :] + 0.5, grid.ys[:, None] + 0.5)
    if used.sum() < 8 or len(np.unique(across[used])) < 3:
        return None
    place = span[0] + seen[used] * length
    terms = np.stack([np.ones(int(used.sum())), across[used], down[used]], axis=1)
    (start, pitch, lean), *_ = np.linalg.lstsq(terms, place, rcond=None)
    error = float(np.sqrt(np.mean((terms @ (start, pitch, lean) - place) ** 2)))
    quantum = length / 255
    if pitch <= 0 or abs(lean) * rows > 0.01 * pitch * columns + 2 * quantum or error > quantum + 0.6 * pitch:
        return None
    return float(start), float(start + pitch * columns)
