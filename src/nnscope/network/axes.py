"""Which axis is which, followed through the functions of one forward pass.

The layout of a result is told by what the function is and by the layouts of its inputs: a
convolution returns ``[1, C, H, W]``, a view moves axes, a linear map replaces the channels, and
what changes no shape changes no layout. A function that no rule speaks of has no known layout.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from nnscope.layout import Axis, Layout, channels, image, viewed

Args = Sequence[Any]
Kwargs = Mapping[str, Any]


class Axes:
    """The layouts of the tensors of one pass.

    Args:
        x: The network's input.
        layout: Its layout.
        weights: Parameters and buffers; what is computed from them alone is no picture of the input.
    """

    def __init__(self, x: Tensor, layout: Layout | None, weights: Iterable[Tensor]) -> None:
        self._known: dict[int, tuple[weakref.ref[Tensor], Layout]] = {}
        self._fixed = {id(tensor): weakref.ref(tensor) for tensor in weights}
        self.put(x, layout)

    def picture(self, tensor: Tensor) -> Layout | None:
        """The layout of a tensor that is a picture; four axes of nothing known are ``[1, C, H, W]``."""
        known = self.of(tensor)
        if (known is None or not known.spatial) and not self.is_fixed(tensor):
            plain = tensor.dim() == 4 and tensor.shape[0] == 1 and tensor.numel() > 0
            return image(tuple(tensor.shape)) if plain else None
        return known if known is not None and known.picture_shape else None

    def of(self, tensor: Tensor) -> Layout | None:
        """The layout of a tensor, where it is known."""
        found = self._known.get(id(tensor))
        if found is None or found[0]() is not tensor or found[1].shape != tensor.shape:
            return None
        return found[1]

    def put(self, tensor: Tensor, layout: Layout | None) -> None:
        """Note the layout of a tensor; ``None`` where nobody knows."""
        if layout is None or layout.shape != tensor.shape:
            self._known.pop(id(tensor), None)
        else:
            self._known[id(tensor)] = (weakref.ref(tensor), layout)

    def follow(self, name: str, func: Callable[..., Any], args: Args, kwargs: Kwargs, result: Any) -> None:
        """Note the layouts of what a function returned.

        Args:
            name: Of the function, without underscores.
            func: The function, called once more on tensors without values where it makes a view.
            args: What it was given.
            kwargs: The same.
            result: What it returned.
        """
        inputs = [(tensor, self.of(tensor)) for tensor in tensors((*args, *kwargs.values()))]
        fixed = [self.is_fixed(tensor) for tensor, _ in inputs]
        if inputs and fixed[0] and not all(fixed) and (name == "setitem" or result is inputs[0][0]):
            self._loosen(inputs[0][0])
        if not isinstance(result, Tensor) and not _some_tensor(result):
            return
        if inputs and all(fixed):
            self._fixed.update((id(made), weakref.ref(made)) for made in tensors([result]))
            return
        known = [(tensor, layout) for tensor, layout in inputs if layout is not None]
        if name in VIEWS and known and known[0][0] is inputs[0][0]:
            views = _views(func, args, kwargs, known[0][0])
            for made, view in zip(tensors([result]), tensors([views]), strict=False):
                self.put(made, viewed(known[0][1], view))
            return
        for made in tensors([result]):
            self.put(made, self._computed(name, args, kwargs, inputs, made))

    def _computed(
        self, name: str, args: Args, kwargs: Kwargs, inputs: list[tuple[Tensor, Layout | None]], made: Tensor
    ) -> Layout | None:
        if name in _DISORDERED:
            return None
        if made.dim() == 4 and ("2d" in name or name in _ON_IMAGES) and not _keeps_shape(name, inputs, made):
            return image(tuple(made.shape)) if made.shape[0] == 1 else None
        known = [(tensor, layout) for tensor, layout in inputs if layout is not None]
        if not known:
            return None
        rule = _RULES.get(name)
        if rule is not None:
            return rule(self, args, kwargs, made)
        return _inherited(known, made)

    def is_fixed(self, tensor: Tensor) -> bool:
        """Whether a tensor is made of weights and constants alone, and not of the input."""
        found = self._fixed.get(id(tensor))
        return found is not None and found() is tensor

    def fix(self, tensor: Tensor) -> None:
        """Note that a tensor is made of weights and constants alone."""
        self._fixed[id(tensor)] = weakref.ref(tensor)

    def _loosen(self, written: Tensor) -> None:
        """What was written into, and all that shares its memory, holds something of the input now."""
        storage = written.untyped_storage()._cdata
        for key, found in list(self._fixed.items()):
            tensor = found()
            if tensor is None or tensor.untyped_storage()._cdata == storage:
                del self._fixed[key]

    # -- rules of functions that move or mix axes ------------------------------------------------

    def _linear(self, args: Args, _kwargs: Kwargs, made: Tensor) -> Layout | None:
        layout = self.of(args[0])
        return layout and Layout((*layout.axes[:-1], channels(made.shape[-1])))

    def _matmul(self, args: Args, kwargs: Kwargs, made: Tensor) -> Layout | None:
        left, right, *_ = (self.of(operand) for operand in tensors((*args, *kwargs.values())))
        if left is None or len(left.axes) != made.dim():
            return None
        last = right.axes[-1] if right is not None and len(right.axes) == made.dim() else None
        return Layout((*left.axes[:-1], last or channels(made.shape[-1])))

    def _attention(self, args: Args, kwargs: Kwargs, made: Tensor) -> Layout | None:
        query = self.of(argument(args, kwargs, 0, "query"))
        return query and Layout((*query.axes[:-1], channels(made.shape[-1])))

    def _einsum(self, args: Args, _kwargs: Kwargs, _made: Tensor) -> Layout | None:
        equation, *operands = args
        terms, arrow, out = str(equation).replace(" ", "").partition("->")
        if not arrow or "." in equation:
            return None
        axes: dict[str, Axis] = {}
        for letters, operand in zip(terms.split(","), tensors(operands), strict=False):
            layout = self.of(operand)
            found = layout.axes if layout else [channels(n) for n in operand.shape]
            for letter, axis in zip(letters, found, strict=True):
                axes[letter] = axis if axis.spatial else axes.get(letter, axis)
        return Layout(tuple(axes[letter] for letter in out))

    def _cat(self, args: Args, kwargs: Kwargs, made: Tensor) -> Layout | None:
        pieces, dim = _joined(args, kwargs, made)
        layouts = [self.of(piece) for piece in pieces]
        whole = max((layout for layout in layouts if layout), key=lambda layout: layout.spatial)
        if any(piece.dim() != made.dim() for piece in pieces):
            return None
        grids = [i for i, layout in enumerate(layouts) if layout and layout.axes[dim].spatial]
        if dim == 0 and not whole.axes[0].parts:
            return None  # several pictures in a batch
        if not grids:
            return _with_axis(whole, dim, channels(made.shape[dim]))
        if len(grids) > 1:
            return None
        axis = whole.axes[dim]
        sizes = [piece.shape[dim] for piece in pieces]
        before, after = sum(sizes[: grids[0]]), sum(sizes[grids[0] + 1 :])
        return _with_axis(whole, dim, Axis(axis.parts, before + axis.before, axis.after + after))

    def _stack(self, args: Args, kwargs: Kwargs, made: Tensor) -> Layout | None:
        pieces, dim = _joined(args, kwargs, made)
        first = self.of(pieces[0])
        return first and Layout((*first.axes[:dim], channels(len(pieces)), *first.axes[dim:]))

    def _pad(self, args: Args, _kwargs: Kwargs, made: Tensor) -> Layout | None:
        layout = self.of(args[0])
        if layout is None:
            return None
        axes = [_resized(axis, size) for axis, size in zip(layout.axes, made.shape, strict=True)]
        return Layout(tuple(axes)) if None not in axes else None  # type: ignore[arg-type]

    def _roll(self, args: Args, kwargs: Kwargs, _made: Tensor) -> Layout | None:
        layout = self.of(args[0])
        shifts, dims = (argument(args, kwargs, i, key) for i, key in ((1, "shifts"), (2, "dims")))
        if layout is None or dims is None:
            return None
        pairs = zip(*((v,) if isinstance(v, int) else v for v in (shifts, dims)), strict=True)
        axes = list(layout.axes)
        for shift, dim in pairs:
            if axes[dim].spatial:
                if len(axes[dim].parts) > 1 or axes[dim].size != axes[dim].grid:
                    return None
                (part,) = axes[dim].parts
                moved = (part.shift + shift * part.step) % (part.size * part.step)
                axes[dim] = Axis((part._replace(shift=moved),))
        return Layout(tuple(axes))


_RULES: dict[str, Callable[[Axes, Args, Kwargs, Tensor], Layout | None]] = {
    "linear": Axes._linear,
    **dict.fromkeys(("matmul", "bmm"), Axes._matmul),
    "scaled_dot_product_attention": Axes._attention,
    "einsum": Axes._einsum,
    **dict.fromkeys(("cat", "concat", "concatenate"), Axes._cat),
    "stack": Axes._stack,
    "pad": Axes._pad,
    "roll": Axes._roll,
}

VIEWS = frozenset(
    "T mT chunk flatten getitem mH moveaxis movedim narrow permute reshape select split split_with_sizes "
    "squeeze swapaxes swapdims t tensor_split transpose unbind unflatten unsqueeze view view_as".split()
)
"""Functions that move values about and compute none."""

_ON_IMAGES = frozenset(
    "batch_norm channel_shuffle fold grid_sample group_norm instance_norm interpolate local_response_norm "
    "native_batch_norm pixel_shuffle pixel_unshuffle upsample".split()
)
"""Functions that take ``[B, C, H, W]`` by definition; so does each with ``2d`` in its name."""

_DISORDERED = frozenset(
    "argsort cumprod cumsum fft flip fliplr flipud gather index_select ifft msort multinomial one_hot rot90 "
    "scatter sort take take_along_dim topk tril triu unfold".split()
)
"""Functions after which a position is another place, or none."""


def _keeps_shape(name: str, inputs: list[tuple[Tensor, Layout | None]], made: Tensor) -> bool:
    """Whether a function that only scales values got a tensor whose layout is known."""
    scales = name.endswith("norm") or "dropout" in name
    return scales and any(layout and layout.shape == made.shape for _, layout in inputs)


def _inherited(known: list[tuple[Tensor, Layout]], made: Tensor) -> Layout | None:
    """The layout of the input of the same shape; else of one that differs in channels alone."""
    layouts = [layout for _, layout in known if layout.shape == made.shape]
    if layouts:
        return max(layouts, key=lambda layout: layout.spatial)
    if len(known) > 1 or len(known[0][1].axes) != made.dim():
        return None
    axes = [
        axis if axis.size == size else channels(size)
        for axis, size in zip(known[0][1].axes, made.shape, strict=True)
        if axis.size == size or not axis.spatial
    ]
    return Layout(tuple(axes)) if len(axes) == made.dim() else None


def _resized(axis: Axis, size: int) -> Axis | None:
    if axis.size == size:
        return axis
    if not axis.spatial:
        return channels(size)
    if len(axis.parts) > 1 or axis.before or axis.after or axis.parts[0].shift:
        return None
    return Axis((axis.parts[0]._replace(size=size),))


def _with_axis(layout: Layout, dim: int, axis: Axis) -> Layout:
    return Layout((*layout.axes[:dim], axis, *layout.axes[dim + 1 :]))


def argument(args: Args, kwargs: Kwargs, place: int, *keys: str, default: Any = None) -> Any:
    """An argument of a call, given by its place or by one of its names."""
    if len(args) > place:
        return args[place]
    return next((kwargs[key] for key in keys if key in kwargs), default)


def _joined(args: Args, kwargs: Kwargs, made: Tensor) -> tuple[list[Tensor], int]:
    """The tensors that are put together, and along which axis."""
    pieces = list(tensors([argument(args, kwargs, 0, "tensors")]))
    return pieces, int(argument(args, kwargs, 1, "dim", "axis", default=0)) % made.dim()


def _views(func: Callable[..., Any], args: Args, kwargs: Kwargs, viewed: Tensor) -> Any:
    """What the function makes of a contiguous tensor without values in the place of ``viewed``."""
    blank = torch.empty(viewed.shape, device="meta")

    def swap(value: Any) -> Any:
        return blank if value is viewed else value

    try:
        made = func(*map(swap, args), **{key: swap(value) for key, value in kwargs.items()})
    except (RuntimeError, NotImplementedError, IndexError, TypeError, ValueError):
        return ()
    storage = blank.untyped_storage()._cdata
    if any(view.untyped_storage()._cdata != storage for view in tensors([made])):
        return ()  # picked by the values of an index
    return made


def _some_tensor(values: Any) -> bool:
    return isinstance(values, (list, tuple)) and any(isinstance(value, Tensor) for value in values)


def tensors(values: Iterable[Any]) -> Iterator[Tensor]:
    """The tensors among some values, also in lists and tuples of them."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from tensors(value)
