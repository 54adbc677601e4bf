"""One network of the zoo, held against the references; what comes of it is a row of the table."""

from __future__ import annotations

import copy
import operator
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

import nnscope
import reference
from nnscope.errors import ModelError, NnscopeError
from nnscope.layout import image
from nnscope.network.capture import forward
from nnscope.network.guards import untouched
from nnscope.network.layers import describe
from nnscope.network.outputs import class_scores
from nnscope.records import Layer
from zoo.entry import Entry
from zoo.table import Row

TOLERANCE = 1e-5
"""How far an output may lie from the untouched model's: attention that nobody observes takes a fused path."""


def conform(entry: Entry) -> Row:
    """Hold one network against the references; whatever nnscope raises is a row as well."""
    started = time.process_time()
    check, refusal = Check(), ""
    try:
        check.run(entry)
    except ModelError as error:
        refusal = str(error)
    except NnscopeError as error:
        check.faults.append(f"{type(error).__name__}: {error}")
    return Row(
        entry.name,
        entry.family,
        entry.size,
        layers=len(check.modules) + len(check.functions) + len(check.attention),
        functions=len(check.functions) + len(check.attention),
        error=check.error,
        faults=tuple(check.faults),
        refusal=refusal,
        seconds=time.process_time() - started,
    )


def values(probe: nnscope.Probe) -> Iterator[tuple[Layer, Tensor]]:
    """Every layer with what the network returned there, without the batch axis."""
    seen: list[tuple[Layer, Tensor]] = []

    def visit(call: Any, output: Tensor) -> None:
        seen.append((describe(call, output, len(seen)), output.detach().clone()))

    with untouched(probe.model), torch.no_grad():
        forward(probe.model, probe.specimen.input, visit)
    for layer, tensor in seen:
        yield layer, tensor[0] if layer.batched else tensor


class Check:
    """The comparisons of one network, and what they found."""

    def __init__(self) -> None:
        self.modules: dict[str, Tensor] = {}
        """What the calls of modules returned, by the layer's name."""
        self.functions: dict[str, Tensor] = {}
        """What the functions returned, by the layer's name."""
        self.attention: dict[str, Tensor] = {}
        """The softmaxes inside fused functions, by the layer's name."""
        self.error = 0.0
        self.faults: list[str] = []

    def run(self, entry: Entry) -> None:
        """Make every comparison; each notes its faults."""
        model = entry.model()
        twins = fresh(entry)
        for _, part in reference.parts(model):
            list(part.parameters())  # asked for them, a Keras layer makes a store of its own
        before = state(model)
        probe = nnscope.Probe(model, entry.input(), labels=None)
        x = probe.specimen.input
        self.compare_table(probe)
        self.compare_attention(probe, next(twins))
        self.compare_functions(next(twins), x)
        self.compare_map(probe, next(twins), entry)
        self.compare_outputs(probe, reference.run(next(twins), x))
        after = state(model)
        for part in sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key)):
            self.faults.append(f"the model's {part.removeprefix('.')} is not as it was")
        again = nnscope.Probe(entry.model(), entry.input(), labels=None)
        self.expect(list(again.layers) == list(probe.layers), "built again, the network has other layers")
        self.compare_modules(reference.modules(next(twins), x))

    def expect(self, holds: bool, fault: str) -> None:
        """Note a fault unless something holds."""
        if not holds:
            self.faults.append(fault)

    def compare(self, made: Tensor, wanted: Tensor, what: str, tolerance: float = 0.0) -> None:
        """Compare two tensors, by default bit for bit."""
        error = 0.0 if reference.digest(made) == reference.digest(wanted) else difference(made, wanted)
        self.error = max(self.error, error)
        self.expect(error <= tolerance, f"{what} differs by {error:.1e}")

    def compare_table(self, probe: nnscope.Probe) -> None:
        """The table lists the calls of a pass, each under its own name, with its parameters and pictures."""
        named = dict(reference.parts(probe.model))
        rows = list(values(probe))
        table = list(probe.layers)
        told = operator.attrgetter(
            "index", "name", "kind", "shape", "parameters", "layout", "inside", "block"
        )
        self.expect(
            [told(layer) for layer, _ in rows] == list(map(told, table)), "another pass has other layers"
        )
        self.expect(len({layer.name for layer, _ in rows}) == len(rows), "two layers have one name")
        for layer, tensor in rows:
            module = named.get("" if layer.name == "output" else base(layer.name))
            if module is None or type(module).__name__ != layer.kind:
                self.functions[layer.name] = tensor
            else:
                self.modules[layer.name] = tensor
                self.expect(layer.parameters == parameters(module), f"{layer.name} has other parameters")
        with probe.settled():  # the weights do not change meanwhile
            for layer, tensor in rows:
                # A mean over patches is no value of the network's; tests of attention compute it.
                if layer in table and layer.viewable and layer.asked != "mean of all patches":
                    self.compare_picture(probe.activations(layer.name), tensor, layer.name)

    def compare_picture(self, picture: Tensor, tensor: Tensor, name: str) -> None:
        """Channels are the layer's values; of a layer that is no ``[C, H, W]`` they are laid out anew."""
        if picture.shape != tensor.shape or not torch.equal(picture, tensor):
            known = bool(torch.isin(picture, tensor).all()) and picture.dtype == tensor.dtype
            self.expect(known, f"activations({name!r}) holds values that the network never returned")

    def compare_attention(self, probe: nnscope.Probe, twin: nn.Module) -> None:
        """What no function returns is computed from the queries and keys of the fused ones."""
        shown: defaultdict[str, list[tuple[str, Tensor]]] = defaultdict(list)
        for layer in probe.layers:
            if layer.kind == "softmax" and layer.is_attention:
                shown[base(layer.name).rpartition(".")[0]].append((layer.name, self.functions[layer.name]))
        for prefix, wanted in reference.attention(twin, probe.specimen.input).items():
            for name, tensor in shown[prefix]:
                errors = [difference(tensor, reference.image(found).to(tensor.dtype)) for found in wanted]
                if min(errors) <= TOLERANCE:
                    self.attention[name] = self.functions.pop(name)
                    self.error = max(self.error, min(errors))

    def compare_map(self, probe: nnscope.Probe, twin: nn.Module, entry: Entry) -> None:
        """The map of a layer in the middle is what autograd and the formula make of it."""
        named = dict(reference.parts(twin))
        rows = [
            row
            for row in probe.layers.viewable
            if row.name in named and f"{row.name}:2" not in probe.layers
            if row.shape == row.picture and row.picture[1] > 1 and row.layout == image((1, *row.shape))
        ]
        half = {torch.float16, torch.bfloat16} & {tensor.dtype for tensor in self.modules.values()}
        if not rows or half:
            return
        row = rows[len(rows) // 2]
        target = entry.target or (0 if probe.labels else None)
        score = entry.target or (lambda output: class_scores(output)[0, 0])
        if target is None:
            return
        wanted = reference.gradcam(twin, probe.specimen.input, row.name, score)
        if wanted is not None and bool(wanted.any()):
            error = difference(probe.cam(row.name, target).raw, wanted.float().cpu())
            self.expect(error <= 1e-4, f"the map of {row.name} differs by {error:.1e}")

    def compare_outputs(self, probe: nnscope.Probe, expected: Any) -> None:
        """The model returns the same under observation as a model that nobody touched."""
        with untouched(probe.model), torch.no_grad():
            observed = forward(probe.model, probe.specimen.input, lambda *_: None)
        made, wanted = list(reference.tensors(observed)), list(reference.tensors(expected))
        self.expect(len(made) == len(wanted), "the model returns another structure")
        for number, pair in enumerate(zip(made, wanted, strict=False)):
            self.compare(*pair, f"output {number}", TOLERANCE)

    def compare_modules(self, expected: dict[str, Any]) -> None:
        """Every module's output is there, bit for bit, and no other module's."""
        pictures = dict(flattened(expected))
        for name in sorted(pictures.keys() - self.modules.keys()):
            self.faults.append(f"the module call {name} is no layer")
        for name in sorted(self.modules.keys() - pictures.keys()):
            self.faults.append(f"the layer {name} is no call of that module")
        shared = [name for name in pictures if name in self.modules]
        self.expect(
            [name for name in self.modules if name in pictures] == shared, "the calls are out of order"
        )
        for name in shared:
            self.compare(self.modules[name], reference.image(pictures[name]), name)

    def compare_functions(self, twin: nn.Module, x: Tensor) -> None:
        """Every function's result was computed, bit for bit, in that module, in that order."""
        records = reference.operations(twin, x)
        shown: defaultdict[str, list[tuple[str, bytes]]] = defaultdict(list)
        for name, tensor in self.functions.items():
            shown[base(name).rpartition(".")[0]].append((name, reference.digest(tensor)))
        for prefix, layers in shown.items():
            made, start = [record.digest for record in records.get(prefix, [])], 0
            for name, digest in layers:
                found = digest in made[start:]
                self.expect(found, f"nothing computed the values of {name}")
                start = made.index(digest, start) + 1 if found else start
        for prefix, module in reference.parts(reference.eager(twin)):
            scripted = any(isinstance(part, torch.jit.ScriptModule) for part in module.children())
            if (not prefix or is_open(module)) and not scripted:
                known = {digest for _, digest in shown[prefix]}
                for record in records.get(prefix, []):
                    if record.empty or record.fixed or record.operation not in _PLAIN:
                        continue
                    where = prefix or "the root"
                    self.expect(record.digest in known, f"{record.operation} in {where} is no layer")


def fresh(entry: Entry) -> Iterator[nn.Module]:
    """Copies of a network that never ran: some keep in a cache what their first pass made."""
    model = None if entry.heavy else entry.model()  # a large one is made anew, for three fill the memory
    while True:
        try:
            yield copy.deepcopy(model) if model is not None else entry.model()
        except (RuntimeError, TypeError):  # of tensors that are not leaves; of a class Keras cannot find
            yield entry.model()


_PLAIN = {f"aten.{name}" for name in "relu.default relu_.default cat.default add.Tensor add_.Tensor".split()}
"""Operations that only a function of the same name comes down to."""


def flattened(outputs: dict[str, Any]) -> Iterator[tuple[str, Tensor]]:
    """Each tensor that may be a layer, once, with its subscripts where a call returned several."""
    for name, output in outputs.items():
        once = {id(tensor): (path, tensor) for path, tensor in reversed(list(subscripts(output)))}
        found = [(path, tensor) for path, tensor in reversed(once.values()) if is_picture_like(tensor)]
        head, colon, count = name.rpartition(":")
        for path, tensor in found:
            if len(found) == 1:
                yield name, tensor
            else:
                yield f"{head}{path}:{count}" if colon and count.isdigit() else f"{name}{path}", tensor


def subscripts(output: Any, path: str = "") -> Iterator[tuple[str, Tensor]]:
    """The tensors of a structure, with the way to them."""
    if isinstance(output, Tensor):
        yield path, output
    elif isinstance(output, dict):
        for key, value in output.items():
            yield from subscripts(value, f"{path}[{key}]")
    elif isinstance(output, list):
        for key, value in enumerate(output):
            yield from subscripts(value, f"{path}[{key}]")


def is_picture_like(output: Any) -> bool:
    """Whether an output may be a layer: a floating tensor of two dimensions or more."""
    return isinstance(output, Tensor) and output.is_floating_point() and output.dim() > 1


def is_open(module: nn.Module) -> bool:
    """Whether functions inside a module are layers: it has parts, and descends from no operation of torch."""
    if hasattr(module, "_flatten_layers"):
        return bool(module._layers)
    homes = {kind.__module__ for kind in type(module).__mro__}
    blocks = {f"torch.nn.modules.{file}" for file in ("module", "container", "transformer")}
    return bool(list(module.children())) and not any(
        h.startswith("torch.nn.modules.") for h in homes - blocks
    )


def base(name: str) -> str:
    """A layer's name without the count of its calls, and without the place in what it returned."""
    head, colon, count = name.rpartition(":")
    return (head if colon and count.isdigit() else name).partition("[")[0]


def parameters(module: nn.Module) -> int:
    """Number of parameters, each counted once."""
    return sum({id(p): p.numel() for _, p in module.named_parameters(remove_duplicate=False)}.values())


def difference(made: Tensor, wanted: Tensor) -> float:
    """Largest difference relative to the largest value; infinite where the shape or the kind differs."""
    if made.shape != wanted.shape or made.dtype != wanted.dtype:
        return torch.inf
    made, wanted = made.double(), wanted.double()
    if not torch.equal(made.isfinite(), wanted.isfinite()):
        return torch.inf
    gap = (made - wanted).nan_to_num(0, 0, 0).abs().max()
    return float(gap / wanted.nan_to_num(0, 0, 0).abs().max().clamp(min=1e-30))


def state(model: nn.Module) -> dict[str, Any]:
    """What must be as before: everything that each module carries, its parts aside."""
    return {
        f"{name}.{key}": _described(value)
        for name, module in model.named_modules()
        for key, value in sorted(vars(module).items())
        if key != "_modules"
    } | {f"{name}.training": module.training for name, module in model.named_modules()}


def _described(value: Any) -> Any:
    """Something that is equal exactly if a module's attribute is as it was."""
    if isinstance(value, Tensor):
        return reference.digest(value), value.requires_grad, value.grad is None
    if isinstance(value, dict):
        return {key: _described(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [_described(item) for item in value]
    return value if isinstance(value, (bool, int, float, str, type(None))) else id(value)
