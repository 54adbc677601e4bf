"""Passes of one model on one input that differ from one layer on: what comes before it is computed once."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.modules import module as global_hooks

from nnscope.errors import ForwardError
from nnscope.network.capture import Call, Visit, forward, walked
from nnscope.network.fingerprint import Fingerprint
from nnscope.network.guards import untouched
from nnscope.network.nested import leaves
from nnscope.network.parts import all_modules
from nnscope.network.recording import Recording
from nnscope.network.replay import Departed, Replay
from nnscope.network.silence import Silence, active
from nnscope.network.tape import Tape, copied
from nnscope.tensors.bits import same


class _Made(NamedTuple):
    """What a model returned, which may be nothing."""

    output: Any


class Rerun:
    """Runs a model as ``forward`` does, but shows no call before the layer from the second time on.

    The first pass is recorded. Before the second one the tape is proved: replayed from the values that were
    handed on at the layer, with the values of skipped tensors spoilt, it must return what the model had
    returned, bit for bit. Where it does not, where there is no tape, where hooks or scripted parts look on,
    or a replay leaves the way that was recorded, the whole model is run. There are no gradients.

    Args:
        model: The model; it leaves each pass as it came.
        x: Its input.
        layer: Name of the layer.
    """

    def __init__(self, model: nn.Module, x: Tensor, layer: str) -> None:
        self._model = model
        self._x = x
        self._layer = layer
        self._tape: Tape | None = None
        self._state: tuple[Fingerprint, Silence | None] | None = None
        self._proved = False
        self._turn = threading.RLock()  # a probe of two panels, or of a panel and a cell, is asked by several
        self.refusal = ""
        """Why there is no tape, or ``""``."""

    @property
    def nbytes(self) -> int:
        """Size of the tensors it keeps."""
        return 0 if self._tape is None else self._tape.nbytes

    def __call__(self, visit: Visit, *, attention: bool = True) -> Any:
        """Run the model; see ``forward``.

        Args:
            visit: May hand on other values at the layer, and nowhere else.
            attention: See ``forward``.

        Raises:
            ForwardError: The model raised.
        """
        if not self.refusal and not _looked_on(self._model):
            with self._turn:
                made = self._run(visit, attention=attention)
            if made is not None:
                return made.output
        with untouched(self._model), torch.no_grad():
            return forward(self._model, self._x, visit, attention=attention)

    # -- inside -----------------------------------------------------------------------------

    def _run(self, visit: Visit, *, attention: bool) -> _Made | None:
        """Record a pass, or replay one; ``None`` where the whole model is to be run."""
        if self._tape is None or self._changed():
            return _Made(self._record(visit, attention=attention))
        if not self._proved:
            self._prove(self._tape)
        return self._replayed(visit, attention=attention)

    def _record(self, visit: Visit, *, attention: bool) -> Any:
        self._tape, self._proved = None, False
        self._state = Fingerprint(self._model), self._elsewhere()
        with untouched(self._model), torch.no_grad():
            x = self._x.clone()
            walk = Recording(self._model, x, visit, self._layer, attention=attention)
            output = walked(walk, x)
            tape = walk.finished(output)
        self.refusal = walk.refusal
        del x
        returned = {id(tensor) for _, tensor in leaves(output, lambda _: True)}
        if tape and any(tensor is not None and id(tensor) not in returned for tensor in tape.alive()):
            # It would keep what a replay hands about, too.
            self.refusal = "something keeps what was computed"
        self._tape = None if self.refusal else tape
        return output

    def _prove(self, tape: Tape) -> None:
        def visit(call: Call, _output: Tensor) -> Tensor | None:
            return copied(tape.handed) if call.name == tape.layer and tape.handed is not None else None

        made = self._replayed(visit, attention=False, poison=True)
        if made is None:
            return
        answer = [tensor for _, tensor in leaves(made.output, lambda _: True)]
        if not _alike(answer, tape.answer):
            self._give_up("the tape computed something else")
            return
        tape.handed = None
        tape.answer.clear()
        self._proved = True

    def _replayed(self, visit: Visit, *, attention: bool, poison: bool = False) -> _Made | None:
        if self._tape is None:
            return None
        with untouched(self._model), torch.no_grad():
            walk = Replay(self._tape, self._model, visit, attention=attention, poison=poison)
            try:
                output = walked(walk, walk.x)
            except (Departed, ForwardError):
                walk.departed = True
        if walk.departed or not walk.arrived:
            self._give_up("a replay took another way")
            return None
        return _Made(output)

    def _give_up(self, why: str) -> None:
        self.refusal, self._tape = why, None

    def _changed(self) -> bool:
        """Whether the model, or what is silenced in other layers, is not what it was."""
        assert self._state is not None
        fingerprint, silence = self._state
        return fingerprint.stale() or silence is not self._elsewhere()

    def _elsewhere(self) -> Silence | None:
        silence = active()
        return None if silence is None or silence.layer.name == self._layer else silence


def _looked_on(model: nn.Module) -> bool:
    """Whether hooks may see what a replay hands about, or parts that are scripted run on it."""
    if any(
        table for name, table in vars(global_hooks).items() if name.startswith("_global_") and "hooks" in name
    ):
        return True
    modules = all_modules(model)
    tables = (getattr(module, name, None) for module in modules for name in _TABLES)
    return any(tables) or any(isinstance(module, torch.jit.ScriptModule) for module in modules)


_TABLES = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def _alike(ours: list[Tensor], theirs: list[Tensor]) -> bool:
    """Whether two lists hold the same tensors, bit for bit."""
    return len(ours) == len(theirs) and all(map(same, ours, theirs))
