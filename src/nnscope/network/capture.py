"""One forward pass, seen call by call.

Module calls are seen by hooks, functions between modules by a ``TorchFunctionMode``. An
operation (``nn.Conv2d``) is one layer, whatever it calls inside; the functions in the forward of
every other module (``F.relu``, ``+``, ``torch.cat``) are layers of their own.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from nnscope.errors import OUT_OF_MEMORY, ForwardError, NnscopeError, out_of_memory
from nnscope.layout import Layout, image
from nnscope.network.attention import FUSED, attention_layout, attention_map
from nnscope.network.axes import Axes, tensors
from nnscope.network.expects import expects
from nnscope.network.flow import Flow, Origin
from nnscope.network.functions import NO_LAYERS, function_name
from nnscope.network.guards import interruption_point
from nnscope.network.nested import exchanged, leaves
from nnscope.network.parts import is_builtin, is_operation, named_parts, uncompiled
from nnscope.network.silence import active


class Call(NamedTuple):
    """One tensor-valued call of the forward pass."""

    name: str
    """Unique in this pass, the same in the next: ``layer4.0.relu``, ``layer4.0.relu:2``, ``layer4.0.add``."""
    kind: str
    """Class name of the module, or name of the function."""
    module: nn.Module | None
    """The module, or ``None`` for a function."""
    layout: Layout | None = None
    """Which axis holds channels, rows and columns, where it is a picture."""
    passed_on: bool = False
    """Whether a module returned the very tensor it was given."""
    block: str = ""
    """Qualified name of the module it was called in; "" for the model."""
    inside: tuple[int, int] | None = None
    """The first and the last of the calls shown within it, by number; ``None`` where there is none."""
    origin: Origin = Origin(frozenset(), None)
    """Which calls it reads and how far it sees, in a pass that follows this; see ``forward``."""
    multiply_adds: int = 0
    """How many products it summed, in such a pass."""


Visit = Callable[[Call, Tensor], "Tensor | None"]
"""Called with each output at the moment it is made; a tensor it returns is handed on instead.

The output is not a copy: a later in-place operation changes it. Read it now or copy it.
"""


Enter = Callable[[str, Any, tuple[Any, ...], Mapping[str, Any]], None]
"""Called before each call that may make a layer, with the name it will have, the module or function,
and what it is given; the call may write into that."""


def forward(
    model: nn.Module,
    x: Tensor,
    visit: Visit,
    *,
    attention: bool = True,
    enter: Enter | None = None,
    flow: Flow | None = None,
) -> Any:
    """Run ``model(x)`` and show every tensor-valued call to ``visit``, in order.

    Calls of the same module by other threads are not seen. No hook is left, whatever happens.

    Args:
        model: Any eager ``nn.Module``.
        x: Its input, ``[1, C, H, W]``.
        visit: See ``Visit``; called for floating-point outputs of at least two dimensions.
        attention: Whether to compute the attention maps that fused functions do not return.
        enter: See ``Enter``.
        flow: Finds out what each call reads, how far it sees, and what it multiplies; a fresh one.

    Returns:
        What the model returned.

    Raises:
        ForwardError: The model raised; its error is the cause.
    """
    x = x.clone()  # the first operation may be in-place
    return walked(Walk(model, x, visit, attention=attention, enter=enter, flow=flow), x)


def walked(walk: Walk, x: Tensor) -> Any:
    """Run a model on an input that it may write to, and let a walk see it.

    Raises:
        ForwardError: The model raised; its error is the cause.
    """
    model = walk.model
    try:
        with walk.hooked(), uncompiled(model), walk:
            return model(x)
    except NnscopeError:  # of ours, such as a rule that a method has not
        raise
    except Exception as error:
        if error is walk.failure:
            raise
        reason = "".join(f": {line.rstrip('.')}" for line in str(error).strip().splitlines()[:1])
        cure = (
            OUT_OF_MEMORY
            if out_of_memory(error)
            else "Call the model on such an input yourself; if it wants another size or channel count, "
            "pass transform=."
        )
        msg = (
            f"{type(model).__name__} raised {type(error).__name__} in its forward pass on an input of shape "
            f"{tuple(x.shape)}{reason}. {cure}"
        )
        raise ForwardError(msg) from error


class _Running(NamedTuple):
    """A module that runs, and how far the pass was when it began."""

    module: nn.Module
    shown: int
    multiply_adds: int


class Walk(TorchFunctionMode):
    """The state of one pass: which module is running, and how often each name was seen."""

    def __init__(
        self,
        model: nn.Module,
        x: Tensor,
        visit: Visit,
        *,
        attention: bool,
        enter: Enter | None = None,
        flow: Flow | None = None,
    ) -> None:
        super().__init__()
        self.failure: Exception | None = None
        self._visit = visit
        self._attention = attention
        self._given = enter
        self._axes = Axes(x, _input_layout(model, x), (*model.parameters(), *model.buffers()))
        self._silence = active()
        self._flow = flow
        if flow is not None:
            flow.begin(x, self._axes)
        self._busy = False
        self._thread = threading.get_ident()
        self._names = named_parts(model)
        self._taken = frozenset(self._names.values())
        self._operations = {module for module in self._names if is_operation(module)}
        if not is_builtin(model):
            self._operations.discard(model)  # without children too, its functions are all there is to see
        self.model = model
        self._running: list[_Running] = []
        self._shown = 0
        self._seen: Counter[str] = Counter()

    @contextmanager
    def hooked(self) -> Iterator[None]:
        """Hook every module, and unhook them again."""
        handles: list[RemovableHandle] = []
        try:
            for module in self._names:
                # A scripted part takes no Python hooks; it stays a closed box.
                if not isinstance(module, torch.jit.ScriptModule):
                    # First of all: what a user's hook computes belongs to its module.
                    handles.append(
                        module.register_forward_pre_hook(self._enter, prepend=True, with_kwargs=True)
                    )
                    # Also after an error, which the model may catch.
                    handles.append(module.register_forward_hook(self._leave, always_call=True))
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _enter(self, module: nn.Module, args: Any, kwargs: Any) -> None:
        interruption_point()
        if threading.get_ident() == self._thread:
            self._tell(self._names[module], module, args, kwargs)
            self._running.append(_Running(module, self._shown, self._multiply_adds))

    def _tell(self, name: str, called: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Tell of a call before it runs."""
        if self._given is None:
            return
        busy, self._busy = self._busy, True
        try:
            with torch._C.DisableTorchFunction():
                self._given(_numbered(name, self._seen[name] + 1), called, args, kwargs)
        finally:
            self._busy = busy

    def _leave(self, module: nn.Module, args: Any, output: Any) -> Any:
        if threading.get_ident() != self._thread:
            return None
        began = _Running(module, self._shown, self._multiply_adds)
        # Not so where a user's own hook kept it from entering.
        if self._running and self._running[-1].module is module:
            began = self._running.pop()
        if module is self.model and module not in self._operations:
            return None
        self._busy = True  # what is asked of the output here is no part of the network
        try:
            return self._show_output(began, args, output)
        finally:
            self._busy = False

    def _show_output(self, began: _Running, args: Any, output: Any) -> Any:
        module = began.module
        name, kind = self._names[module] or "output", type(module).__name__
        found = list(leaves(output, _is_picture_like))
        # A convolution that pads with a child of its own is still one operation, and reads what that made.
        whole = self._shown == began.shown or module in self._operations
        inside = None if whole else (began.shown, self._shown - 1)
        spent = self._multiply_adds - began.multiply_adds
        if self._flow is not None and not all(self._flow.of(tensor).reads for _, tensor in found):
            self._flow.follow(kind, args, {}, output)  # no function made it: autograd.Function
        new: dict[int, Tensor] = {}
        for path, tensor in found:
            place = f"{name}{path}" if len(found) > 1 else name
            passed_on = any(tensor is given for given in tensors(args))
            once = spent if tensor is found[-1][1] else 0  # one call, though it shows several outputs
            call = Call(place, kind, module, None, passed_on, self._block, inside, multiply_adds=once)
            replaced = self._show(call, tensor)
            if replaced is not None:
                new[id(tensor)] = replaced
        return exchanged(output, new) if new else None

    @property
    def _multiply_adds(self) -> int:
        return self._flow.multiply_adds if self._flow else 0

    @property
    def _block(self) -> str:
        return self._names[self._running[-1].module] if self._running else ""

    def __torch_function__(
        self,
        func: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if self._busy or not self._running:
            return func(*args, **kwargs)
        interruption_point()
        name = function_name(func)
        if name in FUSED:
            self._show_attention(name, func, args, kwargs)
        if self._running[-1].module in self._operations or name in NO_LAYERS:
            return self._call(name, func, args, kwargs)
        self._tell(self._inside(name), func, args, kwargs)
        inputs = [(tensor, version_of(tensor)) for tensor in tensors((*args, *kwargs.values()))]
        spent = self._multiply_adds
        result = self._call(name, func, args, kwargs)
        if not _is_picture_like(result) or self._axes.is_fixed(result) or not _is_new(result, inputs):
            return result
        spent = self._multiply_adds - spent
        call = Call(self._inside(name), name, None, block=self._block, multiply_adds=spent)
        replaced = self._show(call, result)
        return result if replaced is None else replaced

    def _call(self, name: str, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._flow is None:
            result = func(*args, **kwargs)
            self._axes.follow(name, func, args, kwargs, result)
            return result
        first = next(tensors((*args, *kwargs.values())), None)
        before = 0 if first is None else version_of(first)
        with self._flow.counting():
            result = func(*args, **kwargs)
        self._axes.follow(name, func, args, kwargs, result)
        wrote = first is not None and version_of(first) != before
        self._flow.follow(name, args, kwargs, result, first if wrote else None)
        return result

    def _show_attention(self, name: str, func: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Show the softmax inside a fused call, under the name it has where it is computed apart."""
        layout = attention_layout(name, self._axes, args, kwargs)
        if layout is None:
            return
        if not self._attention:
            self._seen[self._inside("softmax")] += 1  # names are the same in every pass
            return
        weights = attention_map(name, func, args, kwargs)
        self._axes.put(weights, layout)
        if self._flow is not None:
            self._flow.follow("matmul", args, kwargs, weights)
        self._show(Call(self._inside("softmax"), "softmax", None, block=self._block), weights)

    def _inside(self, name: str) -> str:
        """The name of a function in the module that runs; one that a module has already gets parentheses."""
        prefix = self._block
        full = f"{prefix}.{name}" if prefix else name
        return f"{full}()" if full in self._taken else full

    def _show(self, call: Call, output: Tensor) -> Tensor | None:
        self._seen[call.name] += 1
        name = _numbered(call.name, self._seen[call.name])
        call = call._replace(name=name, layout=self._axes.picture(output))
        if self._flow is not None:
            call = call._replace(origin=self._flow.of(output))
            if call.inside is None:
                self._flow.put(output, Origin(frozenset([self._shown]), call.origin.field))
        self._shown += 1
        return self._handed_on(call, output)

    def _handed_on(self, call: Call, output: Tensor) -> Tensor | None:
        """What takes the place of an output once it was visited; ``None``: it stays."""
        busy, self._busy = self._busy, True  # what the visitor computes is no layer
        try:
            with torch._C.DisableTorchFunction():
                silent = self._silenced(call, output)
                replaced = self._visit(call, output if silent is None else silent)
                replaced = silent if replaced is None else replaced
        except (
            Exception
        ) as error:  # whatever else ends a pass is no error, and would be kept with all it made
            self.failure = error
            raise
        finally:
            self._busy = busy
        if replaced is not None:
            self._axes.put(replaced, self._axes.of(output))
            if self._flow is not None:
                self._flow.put(replaced, self._flow.of(output))
        return replaced

    def _silenced(self, call: Call, output: Tensor) -> Tensor | None:
        if self._silence is None or call.name != self._silence.layer.name:
            return None
        return self._silence.applied(output)


def _numbered(name: str, count: int) -> str:
    return name if count == 1 else f"{name}:{count}"


def _is_new(result: Tensor, inputs: list[tuple[Tensor, int]]) -> bool:
    """Whether a function computed ``result``, rather than passed on a view of an input or made it of none.

    Args:
        result: What the function returned.
        inputs: Each tensor it was given, with its version before the call; an in-place function
            returns its input too, but moves the version on.
    """
    sharing = [(tensor, version) for tensor, version in inputs if _shares(tensor, result)]
    wrote = any(version_of(tensor) != version for tensor, version in sharing)
    return bool(inputs) and (wrote or not sharing)


def version_of(tensor: Tensor) -> int:
    """How often a tensor was written to; an inference tensor does not count."""
    return 0 if tensor.is_inference() else tensor._version


def _shares(tensor: Tensor, result: Tensor) -> bool:
    if tensor is result or not result.numel():  # all empty storages lie at 0
        return tensor is result
    return tensor.untyped_storage().data_ptr() == result.untyped_storage().data_ptr()


def _is_picture_like(output: Any) -> bool:
    return isinstance(output, Tensor) and output.dim() > 1 and output.is_floating_point()


def _input_layout(model: nn.Module, x: Tensor) -> Layout | None:
    if x.dim() != 4 or x.shape[0] != 1:
        return None
    return image(tuple(x.shape), channels_last=expects(model).channels_last)
