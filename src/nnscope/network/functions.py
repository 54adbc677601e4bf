"""What functions are called, and which of them compute nothing."""

from __future__ import annotations

from typing import Any

NO_LAYERS = frozenset(
    "bfloat16 clone contiguous cpu cuda detach double flatten float half requires_grad reshape to type "
    "type_as empty_like full_like new_empty new_full new_ones new_tensor new_zeros ones_like rand_like "
    "randint_like randn_like zeros_like".split()
)
"""Functions that compute nothing from values: copies and casts, and factories that take a shape alone."""


def function_name(func: Any) -> str:
    """``Tensor.__iadd__``, ``Tensor.add_`` and ``torch.add`` are all ``add``."""
    name = str(getattr(func, "__name__", "function"))
    if name == "__get__":  # a property, such as Tensor.T
        name = str(getattr(func.__self__, "__name__", name))
    dunder = name.startswith("__") and name.endswith("__")
    name = name.strip("_")
    if dunder and name[:1] in "ir" and name[1:] in _OPERATORS:
        return name[1:]
    return name


_OPERATORS = frozenset("add sub mul truediv floordiv div mod pow matmul and or xor".split())
