"""What comes from the browser, which is not trusted: trait values, questions, edits."""

from __future__ import annotations

import threading
from typing import Any, Literal

import traitlets as t

from nnscope.errors import NnscopeError, OptionError
from nnscope.widget import messages
from nnscope.widget.answers import UNASKED, answer
from nnscope.widget.asked import Asked
from nnscope.widget.drawing import Drawing
from nnscope.widget.edit import Edit, Wanted
from nnscope.widget.traits import FROM_BROWSER
from nnscope.widget.worker import submit
from nnscope.wire.stream import chunks


class Listening(Drawing):
    """The part of a scope that the browser talks to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._origin = threading.local()
        self._unanswered: set[int] = set()  # requests that are neither answered nor cancelled
        super().__init__(*args, **kwargs)

    def _handle_msg(self, msg: Any) -> None:
        """Take any message from the frontend; nothing in it can raise here."""
        try:
            data = msg["content"]["data"]
            method = data["method"]
            if method == "update":
                self.set_state(data["state"])
            elif method == "request_state":
                self.send_state()
            elif method == "custom":
                self._handle_custom_msg(data["content"], msg.get("buffers", []))
        except (LookupError, TypeError, AttributeError) as error:
            self._refuse(0, f"A message from the browser was malformed ({type(error).__name__}).")

    def set_state(self, sync_data: Any) -> None:
        """Take trait values from the browser: the legal ones of the traits that are its to write."""
        if not isinstance(sync_data, dict):
            self._refuse(0, "The state in a message is an object.")
            return
        self._origin.browser = True
        try:
            for name in FROM_BROWSER:
                if name in sync_data:
                    self._take(name, sync_data[name])
            if self._opened is not None:
                self._changed_sides()
        finally:
            self._origin.browser = False
        if "specimen" in sync_data and "against" in sync_data:
            # Where the two change places there is no other in between. The browser has heard of that, and
            # does not hear again what it wrote.
            self.send_state("against")

    @property
    def _from_browser(self) -> bool:
        """Whether the change that goes on in this thread came from the browser."""
        return getattr(self._origin, "browser", False)

    def _take(self, name: str, value: Any) -> None:
        trait = self.traits()[name]
        try:
            if isinstance(value, bool) and not isinstance(trait, t.Bool):  # to Python, True is the int 1
                msg = f"The trait {name} takes no {value}."
                raise OptionError(msg)
            # Checked before it is set: ipywidgets sets first and rolls back after a TraitError only.
            trait._validate(self, value)
            with self._lock:
                super().set_state({name: value})
        except (NnscopeError, t.TraitError, TypeError, ValueError, OverflowError) as error:
            self._refuse(0, str(error))
            self.send_state(name)

    def _receive(self, _widget: Any, content: Any, buffers: Any) -> None:
        rid = messages.rid_of(content)
        try:
            with self._whole_probe.settled():
                message = messages.parse(content, self._whole_probe.layers, buffers)
        except NnscopeError as error:
            self._refuse(rid, str(error))
            return
        model = self._whole_probe.model
        if isinstance(message, messages.Ping):
            self.send({"k": "pong", "rid": rid})
        elif isinstance(message, messages.Cancel):
            self._unanswered.discard(message.rid)
        elif isinstance(message, messages.Stop):
            self.stop()
        elif isinstance(message, messages.Grow):
            self._ask_to_grow(message.op)
        elif isinstance(message, (Edit, Wanted)):
            self._submit_edit(message)
        else:
            self._unanswered.add(rid)
            submit(model, lambda: self._answer(message))

    def _answer(self, get: messages.Get) -> None:
        if get.rid not in self._unanswered:
            return
        try:
            if get.what not in UNASKED:
                self._settle()
            header, body = answer(self._asked(get))
            for part, parts, piece in chunks(body):
                if get.rid not in self._unanswered:
                    return
                head = {"header": header} if part == 0 else {}
                self.send({"k": "data", "rid": get.rid, "part": part, "parts": parts, **head}, [piece])
            if self._header.get("epoch") != self._look.epoch:  # the answer found other weights
                submit(self._whole_probe.model, self._refresh)
        except Exception as error:  # noqa: BLE001  # whatever it is, the browser must not be left waiting
            self._refuse(get.rid, str(error))
        finally:
            self._unanswered.discard(get.rid)

    def _asked(self, get: messages.Get) -> Asked:
        wished = self._wished if get.what == "wants" else None
        return Asked(self._look, get, self._explains(), tuple(self.region), wished)

    def _ask_to_grow(self, op: Literal["cancel", "again", "more"]) -> None:
        self._leave_growth(op)
        draw = self._cancel_growth if op == "cancel" else self._refresh
        submit(self._whole_probe.model, draw)

    def _submit_edit(self, message: Edit | Wanted) -> None:
        specimen = self.specimen  # as it is now: it may be another one when its turn comes
        try:
            edit = message if isinstance(message, Edit) else Edit(message.rid, self._showing(message))
        except NnscopeError as error:
            self._refuse(message.rid, str(error))
            return
        submit(self._whole_probe.model, lambda: self._edit(edit, specimen))

    def _edit(self, edit: Edit, specimen: int) -> None:
        """Change an image and draw what became of it; the sender waits for the end of it."""
        try:
            edit.make(self._desk.edits(specimen))
            self.redraw()
            self.send({"k": "done", "rid": edit.rid})
        except Exception as error:  # noqa: BLE001  # whatever it is, the browser must not be left waiting
            self._refuse(edit.rid, str(error))

    def redraw(self) -> None:
        """Draw what ``edits`` have made of the image."""
        self._changed_sides()
        self._refresh()

    def _changed_sides(self) -> None:
        """Draw this where there is nothing left to compare with."""
        if self.side != "this" and not self._desk.compares(self._state()):
            self.side = "this"

    def _refuse(self, rid: int, message: str) -> None:
        self.send({"k": "error", "rid": rid, "code": "refused", "message": message})
