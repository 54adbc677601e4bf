"""Attention maps, where a network computes them in one go and shows none."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from nnscope.layout import Axis, Layout, channels
from nnscope.network.axes import Axes, argument

FUSED = frozenset({"scaled_dot_product_attention", "multi_head_attention_forward"})
"""Functions of torch that hold a softmax of their own."""


def attention_layout(name: str, axes: Axes, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Layout | None:
    """The layout ``[1, heads, queries, keys]`` of the map inside a fused call, if it is one over patches.

    Args:
        name: A name of ``FUSED``.
        axes: The layouts of what the call is given.
        args: What the call is given.
        kwargs: The same.
    """
    query, key = (argument(args, kwargs, place, word) for place, word in enumerate(("query", "key")))
    of_query, of_key = (axes.of(tensor) if isinstance(tensor, Tensor) else None for tensor in (query, key))
    if of_query is None or of_key is None:
        return None
    if name == "scaled_dot_product_attention":
        layout = Layout((*of_query.axes[:-1], of_key.axes[-2]))
    else:  # [tokens, 1, channels]
        heads = argument(args, kwargs, 4, "num_heads")
        if len(of_query.axes) != 3 or of_query.axes[1].size != 1:
            return None
        layout = Layout((Axis(), channels(heads), of_query.axes[0], of_key.axes[0]))
    return layout if layout.queries is not None and layout.picture_shape else None


def attention_map(
    name: str, func: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Tensor:
    """The softmax inside a fused call, ``[1, heads, queries, keys]``, in the dtype of the queries.

    That of ``nn.MultiheadAttention`` is asked of torch itself; that of
    ``scaled_dot_product_attention`` is computed as its documentation writes it out,
    softmax(q kᵀ / √d + mask), in float32 at least.
    """
    if name == "multi_head_attention_forward":
        given = inspect.signature(func).bind(*args, **kwargs).arguments
        given.update(need_weights=True, average_attn_weights=False)
        weights: Tensor = func(**given)[1]
        return weights
    return _softmax({**dict(zip(_ARGUMENTS, args, strict=False)), **kwargs})


_ARGUMENTS = ("query", "key", "value", "attn_mask", "dropout_p", "is_causal", "scale", "enable_gqa")
"""Of ``scaled_dot_product_attention``, in order."""


def _softmax(given: Mapping[str, Any]) -> Tensor:
    query, key, mask = given["query"], given["key"], given.get("attn_mask")
    wide = torch.promote_types(query.dtype, torch.float32)
    with torch.no_grad():
        if given.get("enable_gqa"):
            key = key.repeat_interleave(query.shape[-3] // key.shape[-3], -3)
        scale = given.get("scale")
        scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
        scores = query.to(wide) @ key.to(wide).transpose(-2, -1) * scale
        if given.get("is_causal"):
            scores = scores.masked_fill(torch.ones_like(scores, dtype=torch.bool).triu(1), -torch.inf)
        if mask is not None and mask.dtype == torch.bool:
            scores = scores.masked_fill(~mask, -torch.inf)
        elif mask is not None:
            scores = scores + mask
        return F.softmax(scores, -1).to(query.dtype)
