"""A pass of which a tape is made."""

from __future__ import annotations

import random
import weakref
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from nnscope.network.capture import Call, Visit, Walk, version_of
from nnscope.network.nested import leaves
from nnscope.network.tape import (
    LAYER,
    MOST,
    PLAIN,
    Blank,
    Kept,
    Numbers,
    Ref,
    Step,
    Tape,
    copied,
    held,
    like,
    outside_of,
    plain,
)


class Recording(Walk):
    """A pass like any other, of which a tape is made.

    There is none, and ``refusal`` says why, where a replay might go wrong: where tensors come from code that
    is not seen (``autograd.Function``, extensions), chance is used or weights are written before the layer,
    kept tensors share memory that is written later, a result is neither tensor nor plain, or too much would
    be kept.

    Args:
        model: The model.
        x: Its input, which it may write to.
        visit: See ``forward``.
        layer: Name of the layer.
        attention: See ``forward``.
    """

    def __init__(self, model: nn.Module, x: Tensor, visit: Visit, layer: str, *, attention: bool) -> None:
        super().__init__(model, x, visit, attention=attention)
        self.refusal = ""
        outside = outside_of(model)
        self._versions = [version_of(tensor) for tensor in outside]
        self._chance = _chance(x.device)
        self._numbers, self._after = Numbers(), Numbers()
        for place, tensor in enumerate(outside):
            self._numbers.put(tensor, -1 - place)
        nothing = Kept(torch.empty(0), None, fixed=False)
        self._tape = Tape(layer, outside, [], [], {}, Counter(), 0, nothing, {}, None, [], [])
        self._number(x)
        self._arrived = False
        self._states: dict[int, tuple[int, int]] = {}
        """Version and memory of each tensor made before the layer, when it was reached."""
        self._sources: dict[int, Tensor] = {}
        """The tensors of which copies are kept."""

    def finished(self, output: Any) -> Tape | None:
        """The tape, once the model has returned."""
        if not self._arrived:
            self.refusal = self.refusal or "the layer was not reached"
        for _, tensor in leaves(output, lambda _: True):
            self._read(tensor)
            self._tape.answer.append(copied(tensor.detach()))
        if self._mixed():
            self.refusal = _SHARED
        self._sources.clear()
        self._bound()
        return None if self.refusal else self._tape

    def __torch_function__(
        self, func: Any, types: Iterable[type], args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if self._busy or not self._running or self.refusal:
            return super().__torch_function__(func, types, args, kwargs)
        given = list(held((args, kwargs)))
        if self._arrived:
            for tensor in given:
                self._read(tensor)
            result = super().__torch_function__(func, types, args, kwargs)
            for tensor in held(result):
                self._after.put(tensor, 0)
            return result
        numbers, words = tuple(self._numbers.of(tensor) for tensor in given), tuple(plain((args, kwargs)))
        if None in numbers:
            self.refusal = "a tensor was made out of sight"
        if getattr(func, "__name__", "") == "__set__" or kwargs.get("generator") is not None:
            self.refusal = "a tensor is exchanged, or drawn by a generator of the model's own"
        result = super().__torch_function__(func, types, args, kwargs)
        made = LAYER if self._arrived else self._outline(result)
        self._tape.steps.append(Step(func, numbers, words, made))
        return result

    def _handed_on(self, call: Call, output: Tensor) -> Tensor | None:
        is_layer = call.name == self._tape.layer and not self._arrived and not self.refusal
        if is_layer:
            self._arrive(output)
        replaced = super()._handed_on(call, output)
        if is_layer:
            if replaced is None:  # it is to be told from all that was there before
                replaced = copied(output)
                self._axes.put(replaced, self._axes.of(output))
            self._tape.handed = copied(replaced)
        if replaced is not None:
            if self._arrived:
                self._after.put(replaced, 0)
            elif not self.refusal:
                self._tape.replaced[call.name] = self._outline(replaced)
        return replaced

    def _arrive(self, output: Tensor) -> None:
        """The layer is reached: from here on it is noted what is read."""
        tape = self._tape
        if [version_of(tensor) for tensor in tape.outside] != self._versions:
            self.refusal = "a weight, buffer or attribute is written before the layer"
        if _chance(output.device) != self._chance:
            self.refusal = "chance is used before the layer"
        self._arrived = True
        tape.seen, tape.shown = Counter(self._seen), self._shown
        tape.output = self._kept(output)
        tape.made = [weakref.ref(tensor) for number, tensor in self._numbers.alive() if number >= 0]
        self._states = {
            number: (version_of(tensor), tensor.untyped_storage().data_ptr())
            for number, tensor in self._numbers.alive()
            if number >= 0
        }
        self._bound()

    def _read(self, tensor: Tensor) -> None:
        """Keep a tensor that was made before the layer and is read after it."""
        number = self._numbers.of(tensor)
        if self.refusal or self._after.of(tensor) is not None or (number is not None and number < 0):
            return
        if number is None:
            self.refusal = "a tensor was made out of sight"
        elif number not in self._tape.kept:
            if version_of(tensor) != self._states[number][0]:
                self.refusal = _SHARED  # written under another name
                return
            self._sources[number] = tensor
            self._tape.kept[number] = self._kept(tensor)
            self._bound()

    def _mixed(self) -> bool:
        """Whether one of several kept tensors in the same memory was written to: their copies lie apart."""
        states = [self._states[number] for number in self._sources]
        memory = Counter(storage for _, storage in states)
        return any(
            memory[storage] > 1 and version_of(tensor) != version
            for tensor, (version, storage) in zip(self._sources.values(), states, strict=True)
        )

    def _kept(self, tensor: Tensor) -> Kept:
        return Kept(copied(tensor.detach()), self._axes.of(tensor), self._axes.is_fixed(tensor))

    def _bound(self) -> None:
        if self._tape.nbytes > MOST:
            self.refusal = "too much would have to be kept"

    def _number(self, tensor: Tensor) -> int:
        number = self._numbers.of(tensor)
        if number is None:
            number = len(self._tape.blanks)
            odd = tensor.is_inference() or tensor.is_conj() or tensor.is_neg() or tensor.is_quantized
            if type(tensor) is not Tensor or tensor.layout is not torch.strided or odd:
                self.refusal = "a tensor is of a kind of its own"
                return 0
            self._tape.blanks.append(Blank.of(tensor))
            self._numbers.put(tensor, number)
        return number

    def _outline(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            return Ref(self._number(value))
        if type(value) in PLAIN:
            return value
        if isinstance(value, (tuple, list)):
            return like(value, [self._outline(item) for item in value])
        self.refusal = f"a function returned a {type(value).__name__}"
        return None


_SHARED = "memory that two tensors share is written after the layer"


def _chance(device: torch.device) -> tuple[object, ...]:
    """The state of whatever numbers are drawn from."""
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002  # what a model may draw from
    own = torch.cuda.get_rng_state(device).numpy().tobytes() if device.type == "cuda" else b""
    return (
        torch.get_rng_state().numpy().tobytes(),
        own,
        random.getstate(),
        kind,
        np.asarray(keys).tobytes(),
        rest,
    )
