"""Whether the layers of a thing can be seen at all."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from nnscope.errors import ModelError


def check(model: object) -> nn.Module:
    """Return the model whose layers can be seen, or raise a ``ModelError`` that says why they cannot."""
    if isinstance(model, torch.jit.ScriptModule):
        msg = "This model is TorchScript, whose layers cannot be hooked; pass the nn.Module it was made from."
        raise ModelError(msg)
    if not isinstance(model, nn.Module):
        msg = f"nnscope looks into a torch.nn.Module, not into {_described(model)}; pass the model itself."
        raise ModelError(msg)
    # torch.compile fuses layers away; what it wraps still has them.
    seen: nn.Module = getattr(model, "_orig_mod", model)
    name = type(seen).__name__
    tensors = [*seen.parameters(), *seen.buffers()]
    if any(nn.parameter.is_lazy(tensor) for tensor in tensors):
        msg = f"{name} has lazy parameters without a shape yet; run it once on an input first."
        raise ModelError(msg)
    if any(tensor.is_meta for tensor in tensors):
        msg = (
            f"{name} lies on the meta device and has no values; "
            "load its weights first (model.to_empty(device='cpu'), then load_state_dict)."
        )
        raise ModelError(msg)
    return seen


def _described(thing: object) -> str:
    if isinstance(thing, type):
        return f"the class {thing.__name__} (an instance is needed)"
    if isinstance(thing, Mapping):
        return "a mapping (a state_dict holds weights, no network)"
    return f"a {type(thing).__name__}"
