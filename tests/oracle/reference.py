"""What a network computes, seen without nnscope.

Two mechanisms, neither of them nnscope's: module outputs from hooks that copy, and the results of
every operation from the dispatcher, which lies below the functions that nnscope listens to.
"""

from __future__ import annotations

import dataclasses
import hashlib
import weakref
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils._python_dispatch import TorchDispatchMode


class Record(NamedTuple):
    """One floating result of one operation of the dispatcher."""

    operation: str
    """``aten.relu.default``"""
    digest: bytes
    """Of the values without the batch axis."""
    empty: bool
    """Whether there is nothing to see: a detector may find nothing."""
    fixed: bool
    """Whether it is made of weights alone: the same for every image."""


def modules(model: nn.Module, x: Tensor) -> dict[str, Any]:
    """Each module call's output, copied, from a pass in which no module works in place.

    Args:
        model: Given away: its in-place flags are off afterwards.
        x: Its input.

    Returns:
        ``name``, ``name:2`` … to the output as the module returned it, tensors or structures of them.
    """
    root = eager(model)
    outputs: dict[str, Any] = {}
    seen: Counter[str] = Counter()

    def copied(name: str) -> Any:
        def hook(_module: nn.Module, _args: Any, output: Any) -> None:
            seen[name] += 1
            outputs[name if seen[name] == 1 else f"{name}:{seen[name]}"] = _copy(output, {})

        return hook

    for name, module in parts(root):
        if isinstance(getattr(module, "inplace", None), bool):
            module.inplace = False
        if name or _is_one_operation(root):
            module.register_forward_hook(copied(name or "output"))
    with slow_attention(), torch.compiler.set_stance("force_eager"):
        run(root, x)
    return outputs


def gradcam(model: nn.Module, x: Tensor, name: str, score: Any) -> Tensor | None:
    """Grad-CAM before ReLU, ``[H, W]``, of a module that runs once: Σ mean(∂y/∂A) A, by autograd alone.

    ``None`` where no gradient reaches it, or none can flow at all.
    """
    root, kept = eager(model), []
    module = dict(parts(root))[name]

    def hook(_module: nn.Module, _args: Any, output: Tensor) -> Tensor:
        kept.append(output.clone())  # its own, where the module returned what it was given
        return kept[0].clone()  # to be overwritten, if need be

    module.register_forward_hook(hook)
    root.eval()
    with slow_attention(), torch.compiler.set_stance("force_eager"), torch.enable_grad():
        try:
            value = score(root(x.detach().clone().requires_grad_()))
            (gradient,) = torch.autograd.grad(value, kept, allow_unused=True)
        except RuntimeError:
            return None
    if gradient is None:
        return None
    return (gradient.mean((2, 3), keepdim=True) * kept[0]).sum(1)[0].detach()


def attention(model: nn.Module, x: Tensor) -> dict[str, list[Tensor]]:
    """The softmax of every fused attention, by the module it is computed in: torch's, written out."""
    root, running = eager(model), []
    maps: defaultdict[str, list[Tensor]] = defaultdict(list)
    fused = F.scaled_dot_product_attention

    def written_out(q: Tensor, k: Tensor, v: Tensor, attn_mask: Any = None, *args: Any, **kwargs: Any) -> Any:
        scores = q.double() @ k.double().mT * (kwargs.get("scale") or q.shape[-1] ** -0.5)
        if attn_mask is not None:
            hides = attn_mask.dtype == torch.bool
            scores = scores.masked_fill(~attn_mask, -torch.inf) if hides else scores + attn_mask
        maps[running[-1]].append(scores.softmax(-1))
        return fused(q, k, v, attn_mask, *args, **kwargs)

    F.scaled_dot_product_attention = written_out
    try:
        with slow_attention(), torch.compiler.set_stance("force_eager"), _watched(root, running):
            run(root, x)
    finally:
        F.scaled_dot_product_attention = fused
    return dict(maps)


def operations(model: nn.Module, x: Tensor) -> dict[str, list[Record]]:
    """Every floating result of the dispatcher, in order, by the name of the module it was computed in."""
    root = eager(model)
    running: list[str] = []
    recorder, fused = _Recorder(running, x), F.scaled_dot_product_attention

    def alone(*args: Any, **kwargs: Any) -> Tensor:
        recorder.paused = True  # what it adds and multiplies inside is its own affair
        try:
            return recorder.record("attention", fused(*args, **kwargs))
        finally:
            recorder.paused = False

    F.scaled_dot_product_attention = alone
    still = torch.compiler.set_stance("force_eager")
    try:
        with slow_attention(), still, _watched(root, running), recorder:
            run(root, x)
    finally:
        F.scaled_dot_product_attention = fused
    return dict(recorder.records)


def parts(root: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """The modules of a network by name, the root first; a scripted part is closed and takes no hooks, a
    parametrization computes weights."""
    named = _keras_layers(root) if hasattr(root, "_flatten_layers") else root.named_modules()
    for name, module in named:
        closed = isinstance(module, torch.jit.ScriptModule) or hasattr(module, "_orig_mod")
        if not closed and "parametrizations" not in name.split("."):
            # What torch.compile wraps stands under the name of the wrapper.
            yield ".".join(part for part in name.split(".") if part != "_orig_mod"), module


def run(model: nn.Module, x: Tensor) -> Any:
    """Evaluate a model as nnscope does: eval mode, no gradients."""
    model.eval()
    with torch.no_grad():
        return model(x)


@contextmanager
def slow_attention() -> Iterator[None]:
    """The path that attention takes while somebody looks; the fused one differs in the last bits."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def eager(model: nn.Module) -> nn.Module:
    """What ``torch.compile`` wrapped."""
    return getattr(model, "_orig_mod", model)


def image(tensor: Tensor) -> Tensor:
    """A tensor of one image without the batch axis; of several things (windows, regions) as it is."""
    return tensor[0] if tensor.shape[:1] == (1,) else tensor


def digest(tensor: Tensor) -> bytes:
    """A name for exactly these values, this shape and this dtype."""
    tensor = tensor.detach()
    head = f"{tensor.dtype} {tuple(tensor.shape)}".encode()
    return hashlib.blake2b(head + _bytes(tensor), digest_size=16).digest()


def tensors(output: Any) -> Iterator[Tensor]:
    """The tensors of an output, however deep they lie in it."""
    if isinstance(output, Tensor):
        yield output
    elif isinstance(output, Mapping):
        for value in output.values():
            yield from tensors(value)
    elif isinstance(output, (list, tuple)):
        for value in output:
            yield from tensors(value)
    elif dataclasses.is_dataclass(output) and not isinstance(output, type):
        yield from tensors([getattr(output, field.name) for field in dataclasses.fields(output)])


class _Recorder(TorchDispatchMode):
    """Digests each result at the moment it is made: a later operation may write over it."""

    def __init__(self, running: list[str], x: Tensor) -> None:
        super().__init__()
        self._derived = {id(x): weakref.ref(x)}
        self.records: defaultdict[str, list[Record]] = defaultdict(list)
        self.paused = False
        self._running = running

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if any(self._is_derived(tensor) for tensor in tensors([args, kwargs or {}])):
            self._derived.update((id(tensor), weakref.ref(tensor)) for tensor in tensors(result))
        return result if self.paused else self.record(str(func), result)

    def _is_derived(self, tensor: Tensor) -> bool:
        found = self._derived.get(id(tensor))
        return found is not None and found() is tensor

    def record(self, operation: str, result: Any) -> Any:
        """Note a result of an operation, and hand it on."""
        for tensor in tensors(result):
            if self._running and tensor.is_floating_point() and tensor.dim() > 1:
                self.records[self._running[-1]].append(
                    Record(operation, digest(image(tensor)), not tensor.numel(), not self._is_derived(tensor))
                )
        return result


@contextmanager
def _watched(root: nn.Module, running: list[str]) -> Iterator[None]:
    """Keep ``running`` the stack of the modules that are running, by name."""
    handles = []
    for name, module in parts(root):
        handles += [
            module.register_forward_pre_hook(lambda *_, name=name: running.append(name), prepend=True),
            module.register_forward_hook(lambda *_: running.pop() and None, always_call=True),
        ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _keras_layers(layer: Any, prefix: str = "") -> Iterator[tuple[str, nn.Module]]:
    """Keras keeps its layers in lists of its own, each under a name that its parent gave it."""
    yield prefix, layer
    for part in getattr(layer, "layers", layer._layers):
        if type(part).__name__ != "InputLayer":
            yield from _keras_layers(part, f"{prefix}.{part.name}" if prefix else part.name)


def _is_one_operation(root: nn.Module) -> bool:
    return not list(root.children()) and type(root).__module__.startswith("torch.nn.modules")


def _copy(output: Any, made: dict[int, Tensor]) -> Any:
    """The output with its tensors copied, each once, in the structure the module chose."""
    if isinstance(output, Tensor):
        return made.setdefault(id(output), output.detach().clone())
    if isinstance(output, Mapping):
        return {key: _copy(value, made) for key, value in output.items()}
    if isinstance(output, (list, tuple)):
        return [_copy(value, made) for value in output]
    if dataclasses.is_dataclass(output) and not isinstance(output, type):
        return {field.name: _copy(getattr(output, field.name), made) for field in dataclasses.fields(output)}
    return output


def _bytes(tensor: Tensor) -> Any:
    return tensor.contiguous().reshape(-1).view(torch.uint8).numpy().data if tensor.numel() else b""
