"""A pass in which nothing before a layer is computed."""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Iterable
from typing import Any, NoReturn

from torch import Tensor, nn

from nnscope.network.capture import Call, Visit, Walk
from nnscope.network.functions import function_name
from nnscope.network.guards import interruption_point
from nnscope.network.tape import LAYER, PLAIN, Kept, Numbers, Ref, Tape, copied, held, like, outside_of, plain


class Departed(BaseException):  # no error, and nothing a model may catch
    """A replay did not go the way that was recorded."""


class Replay(Walk):
    """A pass in which nothing before the layer is computed, and no call before it is shown.

    Args:
        tape: What was recorded of this model on this input.
        model: The model.
        visit: See ``forward``.
        attention: See ``forward``.
        poison: Spoil the values of tensors that nobody is to read.
    """

    def __init__(
        self, tape: Tape, model: nn.Module, visit: Visit, *, attention: bool, poison: bool = False
    ) -> None:
        self._tape = tape
        self._poison = poison
        self._numbers = Numbers()
        self._made: dict[int, weakref.ref[Tensor]] = {}
        self.arrived = self.departed = False
        kept = tape.kept.get(0)
        self.x = copied(kept.values) if kept else tape.blanks[0].made(poison=poison)
        """What the model is given."""
        super().__init__(model, self.x, visit, attention=attention)
        self._put(0, self.x)
        outside = outside_of(model)
        if len(outside) != len(tape.outside) or any(
            a is not b for a, b in zip(outside, tape.outside, strict=True)
        ):
            self.departed = True
        for place, tensor in enumerate(outside):
            self._numbers.put(tensor, -1 - place)
        self._steps = iter(tape.steps)

    def __torch_function__(
        self, func: Any, types: Iterable[type], args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if self._busy or not self._running:
            return func(*args, **kwargs)
        numbers = tuple(self._numbers.of(tensor) for tensor in held((args, kwargs)))
        if self.arrived:
            if any(
                number is not None and number >= 0 and number not in self._tape.kept for number in numbers
            ):
                self._depart()  # what is read now was not read when the tape was made
            return super().__torch_function__(func, types, args, kwargs)
        interruption_point()
        step = next(self._steps, None)
        if self.departed or step is None or step.function != func or step.given != numbers:
            self._depart()
        if step.plain != tuple(plain((args, kwargs))):
            self._depart()
        if step.result is LAYER:
            return self._arrive(Call(self._tape.layer, function_name(func), None, block=self._block))
        return self._object(step.result)

    def _show(self, call: Call, output: Tensor) -> Tensor | None:
        if self.arrived:
            return super()._show(call, output)
        self._seen[call.name] += 1  # functions are not counted, and are never called as a module is
        count = self._seen[call.name]
        name = call.name if count == 1 else f"{call.name}:{count}"
        if name == self._tape.layer:
            return self._arrive(call._replace(name=name))
        again = self._tape.replaced.get(name)
        return None if again is None else self._tensor(again.number)

    def _arrive(self, call: Call) -> Tensor:
        """Hand on what the visitor makes of the layer."""
        if next(self._steps, None) is not None:
            self._depart()
        self.arrived = True
        self._seen, self._shown = Counter(self._tape.seen), self._tape.shown
        output = self._copied(self._tape.output)
        replaced = self._handed_on(call._replace(layout=self._axes.picture(output)), output)
        return output if replaced is None else replaced

    def _object(self, outline: Any) -> Any:
        if isinstance(outline, Ref):
            return self._tensor(outline.number)
        if isinstance(outline, (tuple, list)) and type(outline) not in PLAIN:
            return like(outline, [self._object(item) for item in outline])
        return outline

    def _tensor(self, number: int) -> Tensor:
        if number < 0:
            return self._tape.outside[-1 - number]
        if number in self._made:
            known = self._made[number]()
            if known is None:
                self._depart()
            return known
        kept = self._tape.kept.get(number)
        tensor = self._copied(kept) if kept else self._tape.blanks[number].made(poison=self._poison)
        self._put(number, tensor)
        return tensor

    def _put(self, number: int, tensor: Tensor) -> None:
        self._made[number] = weakref.ref(tensor)
        self._numbers.put(tensor, number)

    def _copied(self, kept: Kept) -> Tensor:
        tensor = copied(kept.values)
        self._axes.put(tensor, kept.layout)
        if kept.fixed:
            self._axes.fix(tensor)
        return tensor

    def _depart(self) -> NoReturn:
        self.departed = True
        raise Departed
