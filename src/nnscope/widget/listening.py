"""What comes from the browser, which is not trusted: trait values, questions, edits."""

from __future__ import annotations

import threading
from typing import Any, Literal

import traitlets as t

from nnscope.errors import NnscopeError, OptionError, sentence
from nnscope.widget import messages
from nnscope.widget.answers import UNASKED, answer
from nnscope.widget.asked import Asked
from nnscope.widget.drawing import Drawing
from nnscope.widget.edit import Edit, Part, Wanted, opening
from nnscope.widget.pages import Pages
from nnscope.widget.traits import FROM_BROWSER
from nnscope.widget.uploads import Uploads
from nnscope.widget.worker import not_waiting
from nnscope.wire.stream import chunks


class _Origin(threading.local):
    """Whether this thread takes trait values from the browser."""

    browser = False


class Listening(Drawing):
    """The part of a scope that the browser talks to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._origin = _Origin()
        self._unanswered: set[int] = set()  # requests that are neither answered nor cancelled
        self._uploads = Uploads()
        self._pages = Pages()
        super().__init__(*args, **kwargs)

    def _handle_msg(self, msg: Any) -> None:
        """Take any message from the frontend; nothing in it can raise here."""
        try:
            with not_waiting():
                self._take_message(msg)
        except NnscopeError as error:  # the scope was let go of meanwhile
            self._refuse(0, str(error))
        except (LookupError, TypeError, AttributeError) as error:
            self._refuse(0, f"A message from the browser was malformed ({type(error).__name__}).")

    def _take_message(self, msg: Any) -> None:
        data = msg["content"]["data"]
        method = data["method"]
        if method == "update":
            self.set_state(data["state"])
        elif method == "request_state":
            self.send_state()
        elif method == "custom":
            self._handle_custom_msg(data["content"], msg.get("buffers", []))

    def set_state(self, sync_data: Any) -> None:
        """Take trait values from the browser: the legal ones of the traits that are its to write."""
        if not isinstance(sync_data, dict):
            self._refuse(0, "The state in a message is an object.")
            return
        with self._drawn_once():
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
        return self._origin.browser

    def _take(self, name: str, value: Any) -> None:
        trait = self.traits()[name]
        try:
            if isinstance(value, bool) and not isinstance(trait, t.Bool):  # to Python, True is the int 1
                msg = f"The trait {name} takes no {value}."
                raise OptionError(msg)
            trait._validate(self, value)
        except (NnscopeError, t.TraitError, TypeError, ValueError, OverflowError) as error:
            self._refuse(0, str(error) or sentence(error))
            self.send_state(name)
            return
        try:
            with self._outbox.heard(**{name: value}):
                self.set_trait(name, value)
        except NnscopeError as error:
            self._refuse(0, sentence(error))
            self.send_state(name)
        except Exception as error:  # noqa: BLE001  # of an observer of the user's
            said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            self._refuse(0, f"Your own observer of {name} failed with {said}; mend it in the notebook.")
            self.send_state(name)

    def _receive(self, _widget: Any, content: Any, buffers: Any) -> None:
        rid = messages.rid_of(content)
        try:
            with self._whole_probe.settled():
                message = messages.parse(content, self._whole_probe.layers, buffers)
            self._act(rid, message)
        except NnscopeError as error:
            self._refuse(rid, str(error))

    def _act(self, rid: int, message: messages.Message) -> None:
        if isinstance(message, messages.Ping):
            self.send({"k": "pong", "rid": rid, "busy": self._work()})
        elif isinstance(message, messages.Cancel):
            self._unanswered.discard(message.rid)
        elif isinstance(message, messages.Stop):
            self.stop()
        elif isinstance(message, messages.Views):
            if self._pages.update(message.page, message.views):
                self.stop()
        elif isinstance(message, messages.Grow):
            self._ask_to_grow(message.op)
        elif isinstance(message, messages.Get):
            self._unanswered.add(rid)
            self._worker.submit(lambda: self._answer(message))
        else:
            self._take_edit(rid, message)

    def _work(self) -> str:
        """What is being done for the panel, in words; "" where nothing is."""
        status: str = self.status
        if status != "ready":
            return status
        return "computing" if self._worker.busy else ""

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
                self._ask_to_draw()
        except BaseException as error:  # noqa: BLE001  # whatever it is, the browser must not be left waiting
            self._refuse(get.rid, sentence(error))
        finally:
            self._unanswered.discard(get.rid)

    def _asked(self, get: messages.Get) -> Asked:
        wished = self._wished if get.what == "wants" else None
        return Asked(self._look, get, self._explains(), tuple(self.region), wished)

    def _ask_to_grow(self, op: Literal["cancel", "again", "more"]) -> None:
        if op != "cancel":
            self._stopped = False
        self._leave_growth(op)
        if op == "cancel":
            self._worker.submit(self._cancel_growth)
        else:
            self._ask_to_draw()

    def _take_edit(self, rid: int, message: Edit | Part | Wanted) -> None:
        if isinstance(message, Part):
            file = self._uploads.take(rid, message)
            if file is None:  # more of it comes
                return
            edit = opening(rid, message.name, file)
        else:
            edit = message if isinstance(message, Edit) else Edit(rid, self._showing(message))
        specimen = self.specimen  # as it is now: it may be another one when its turn comes
        self._editing.add(edit)
        self._worker.submit(lambda: self._edit(edit, specimen))

    def _edit(self, edit: Edit, specimen: int) -> None:
        """Change an image and draw what became of it; the sender waits for the end of it."""
        try:
            edit.make(self._desk.edits(specimen))
            self._changed_sides()
            if self._is_open():
                self._refresh()
            self.send({"k": "done", "rid": edit.rid})
        except BaseException as error:  # noqa: BLE001  # whatever it is, the browser must not be left waiting
            self._refuse(edit.rid, sentence(error))
        finally:
            self._editing.discard(edit)

    def redraw(self) -> None:
        """Draw what ``edits`` have made of the image."""
        with self._drawn_once():
            self._changing.draws = True
            self._changed_sides()

    def _changed_sides(self) -> None:
        """Draw this where there is nothing left to compare with."""
        if self.side != "this" and not self._desk.compares(self._state()):
            self.side = "this"

    def _refuse(self, rid: int, message: str) -> None:
        self.send({"k": "error", "rid": rid, "code": "refused", "message": message})
