"""Has the model changed since it was last looked at? Cheap enough to ask before every answer."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Fingerprint:
    """The state of a model at one moment: which tensors and parts it has, and how often each was written.

    No value is read. A write that goes around autograd's counters, such as ``p.data[0] = 1``, is not seen.
    """

    def __init__(self, model: nn.Module) -> None:
        # The dicts are kept, not walked to again: a part that is replaced shows in the dict of its parent.
        modules = list(model.modules())
        self._parts = [module._modules for module in modules]
        self._tensors = [table for m in modules for table in (m._parameters, m._buffers)]
        self._taken = self._take()

    def stale(self) -> bool:
        """Whether the model is no longer what it was."""
        return self._take() != self._taken

    def _take(self) -> list[int]:
        marks = [id(part) for table in self._parts for part in table.values()]
        for table in self._tensors:
            for tensor in table.values():
                if tensor is not None:
                    marks += (_address(tensor), _version(tensor))
        return marks


def _address(tensor: Tensor) -> int:
    return tensor.data_ptr() if tensor.layout is torch.strided else id(tensor)


def _version(tensor: Tensor) -> int:
    try:
        return tensor._version
    except RuntimeError:  # an inference tensor counts no writes
        return 0
