"""``Scope``: the widget. State flows one way: a trait is set, the view is drawn from it."""

from __future__ import annotations

import base64
import threading
from typing import Any

import anywidget
import ipywidgets
import traitlets as t

from nnscope.errors import NnscopeError, OptionError, UnavailableError, nearest
from nnscope.probe import Probe, Target
from nnscope.records import Layer, Unit
from nnscope.widget import messages, pictures
from nnscope.widget.answers import answer, built
from nnscope.widget.cell import Run, current_run, opened
from nnscope.widget.explaining import ASKING, Explaining
from nnscope.widget.logbook import Logbook, Writer
from nnscope.widget.plots import Plots
from nnscope.widget.traits import FROM_BROWSER
from nnscope.widget.worker import submit
from nnscope.wire.stream import chunks


class Scope(Explaining, anywidget.AnyWidget):
    """A microscope panel on one probe.

    Its public traits are ordinary traitlets: set them, ``observe`` them, ``link`` two scopes.

    Args:
        probe: What to look at.
        layer: The layer to begin with; by default the first convolution.
        target: What the map explains: index, label, ``Unit``, ``None`` for the top class, or a callable.
        view: Any other public trait, such as ``colormap="viridis"`` or ``cam=True``.

    Raises:
        OptionError: ``view`` names no trait.
        LayerNotFoundError, ChannelNotFoundError, TargetError: No such layer, channel or class.
        UnavailableError: The frontend was not built.
    """

    # Text, not a path: anywidget keeps every instance alive that was given a path.
    _esm = built("widget.js")
    _css = built("widget.css")

    def __init__(
        self,
        probe: Probe,
        *,
        layer: str | None = None,
        target: Target = None,
        **view: Any,
    ) -> None:
        if not self._esm:
            msg = "The frontend of nnscope is not built; run `make bundle` in the checkout (it needs Node)."
            raise UnavailableError(msg)
        _check_view(view)
        self._probe: Probe | None = probe
        self._lock = threading.RLock()
        self._origin = threading.local()
        self._wanted: set[int] = set()  # requests that are neither answered nor cancelled
        self._queued = False
        self._listed: tuple[int, int | None] | None = None
        self._shown: Run | None = None
        self._start = {"layer": layer or _first(probe), **_asked(probe, target), **view}
        self._plots = Plots(self)
        super().__init__(target if callable(target) else None)
        self.on_msg(self._receive)

    @property
    def probe(self) -> Probe:
        """The probe behind the panel: the same answers without the widget.

        Raises:
            UnavailableError: The cell that showed this scope ran again, and its probe was let go.
        """
        if self._probe is None:
            msg = "The cell that opened this scope ran again, so its model was let go; use the new scope."
            raise UnavailableError(msg)
        return self._probe

    @property
    def plots(self) -> Plots:
        """Charts that follow this panel: ``HBox([scope, scope.plots.activations()])``."""
        return self._plots

    def log(self, writer: Writer, step: int | None = None) -> None:
        """Write what the panel shows to TensorBoard: all channels, the map if there is one, histograms.

        Tags are such as ``nnscope/features.0/channels``. The model is looked at anew where its weights have
        changed, as in a training. A map that is still being made is made to its end first; one that was
        stopped is left out.

        Args:
            writer: A ``SummaryWriter`` of ``torch.utils.tensorboard`` or tensorboardX.
            step: Number of the step.

        Raises:
            UnavailableError: The scope was released.
            ForwardError: The model raised.
        """
        self.probe.refresh()
        self._refresh()
        book = Logbook(writer, self.layer, step)
        book.channels(self.probe, self.normalize, self.colormap)
        book.histograms(self.probe, self._explains())
        heatmap = self._finished()
        if heatmap is not None:
            book.map(heatmap, self.opacity)

    def open(self) -> None:
        """Fill the traits, then open the comm, so that the first message holds the first picture."""
        for name, value in self._start.items():
            setattr(self, name, value)
        self._refresh()
        self.observe(self._on_view, ["layer", *ASKING])
        super().open()

    def release(self) -> None:
        """Let go of the model; the panel keeps its last picture and says why it answers no more."""
        self.stop()
        self._plots.stop()
        self._probe = None
        self.set_trait("error", "The cell that opened this panel ran again; this one shows its last picture.")

    @t.default("layout")
    def _room(self) -> ipywidgets.Layout:
        """In a row, what others leave: the panel fits what it is given, so it would be given nothing."""
        return ipywidgets.Layout(flex="1 1 0%", min_width="min(480px, 100%)")

    # -- what a trait may be ----------------------------------------------------------------

    @t.validate("layer")
    def _known_layer(self, proposal: Any) -> str:
        with self.probe.settled():
            return self.probe.layers.feature_map(proposal.value).name

    @t.validate("channel")
    def _known_channel(self, proposal: Any) -> int | None:
        value: int | None = proposal.value
        if value is not None:
            self._current().check_channel(value)
        return value

    def _current(self) -> Layer:
        with self.probe.settled():
            return self.probe.layers.feature_map(self.layer)

    # -- drawing what the traits say --------------------------------------------------------

    def _on_view(self, change: Any) -> None:
        if change.name == "layer" and self.channel is not None:
            self.channel = self.channel if self.channel < self._current().channels else None
        self._settle_question(change.name)
        if not getattr(self._origin, "browser", False):
            self._refresh()
        elif change.name == "layer" and not self._maps_wanted() and self.probe.at_hand(self.layer):
            with self.probe.settled():  # a look into the cache, which need not wait for the worker
                self._refresh()
        elif not self._queued:
            # The job reads the traits when it runs, so one in the queue is enough: the latest wins.
            self._queued = True
            submit(self.probe.model, self._refresh)

    def _refresh(self) -> None:
        """Draw the current layer and map. Never raises: a failure is a sentence in the panel."""
        self._queued = False
        try:
            self.probe.refresh()
            with self.probe.settled():
                self._draw()
            self.set_trait("error", "")
        except Exception as error:  # noqa: BLE001  # a bug of ours must not vanish in a thread
            self._failed(error)
        finally:
            self._rest()

    def _draw(self) -> None:
        if self._header.get("epoch") != self.probe.epoch:
            self._publish()
        self._draw_layer()
        self._draw_classes()
        self._draw_map()

    def _draw_layer(self) -> None:
        layer, epoch = self.layer, self.probe.epoch
        if (self._header.get("layer"), self._header.get("epoch")) == (layer, epoch):
            return
        self._send_packet("_header", "_tiles", pictures.layer_packet(self.probe, layer))

    def _draw_classes(self) -> None:
        shown = (self.probe.epoch, self.target)
        if self._listed != shown:
            self.set_trait("predictions", pictures.prediction_rows(self.probe, self.target))
            self._listed = shown

    def _publish(self) -> None:
        """Write what depends on the model and the image alone."""
        probe = self.probe
        with self._lock, self.hold_sync():
            self._about = pictures.about(probe, explains=bool(probe.labels) or self._explained is not None)
            self._labels = probe.labels
            self._methods = pictures.method_rows()
            self._picture = pictures.picture(probe)
            self._original = pictures.original(probe)
            self.set_trait("layers", pictures.layer_rows(probe))

    def _send_packet(self, header: str, body: str, packet: pictures.Packet) -> None:
        with self._lock, self.hold_sync():
            setattr(self, header, packet[0])
            setattr(self, body, packet[1])

    # -- the browser, which is not trusted ---------------------------------------------------

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
        finally:
            self._origin.browser = False

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

    def _receive(self, _widget: Any, content: Any, _buffers: Any) -> None:
        rid = messages.rid_of(content)
        try:
            with self.probe.settled():
                message = messages.parse(content, self.probe.layers)
        except NnscopeError as error:
            self._refuse(rid, str(error))
            return
        if isinstance(message, messages.Ping):
            self.send({"k": "pong", "rid": rid})
        elif isinstance(message, messages.Cancel):
            self._wanted.discard(message.rid)
        elif isinstance(message, messages.Stop):
            self.stop()
        else:
            self._wanted.add(rid)
            submit(self.probe.model, lambda: self._answer(message))

    def _answer(self, get: messages.Get) -> None:
        if get.rid not in self._wanted:
            return
        try:
            header, body = answer(self.probe, get, self._explains())
            for part, parts, piece in chunks(body):
                if get.rid not in self._wanted:
                    return
                head = {"header": header} if part == 0 else {}
                self.send({"k": "data", "rid": get.rid, "part": part, "parts": parts, **head}, [piece])
            if self._header.get("epoch") != self.probe.epoch:  # the answer found other weights
                submit(self.probe.model, self._refresh)
        except Exception as error:  # noqa: BLE001  # whatever it is, the browser must not be left waiting
            self._refuse(get.rid, str(error))
        finally:
            self._wanted.discard(get.rid)

    def _refuse(self, rid: int, message: str) -> None:
        self.send({"k": "error", "rid": rid, "code": "refused", "message": message})

    # -- the notebook -----------------------------------------------------------------------

    def _ipython_display_(self, **kwargs: Any) -> None:
        """Show the panel, but once only where a cell ends in ``show(...)``, which has shown it already."""
        from IPython.display import display

        run = current_run()
        if run is not None and self._shown == run:
            self._shown = None
            return
        if run is not None:
            opened(self, run)
        bundle, metadata = self._repr_mimebundle_(**kwargs) or ({"text/plain": repr(self)}, {})
        display(bundle, metadata=metadata, raw=True)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[Any, Any], dict[Any, Any]] | None:
        """The widget, and a picture of all channels for hosts that run none (GitHub, nbviewer)."""
        made = super()._repr_mimebundle_(**kwargs)
        if made is not None and self._probe is not None:
            png = pictures.still(self.probe, self.layer, self.normalize, self.colormap)
            made[0]["image/png"] = base64.b64encode(png).decode("ascii")
        return made

    def __repr__(self) -> str:
        return f"<Scope on {self._about.get('model')}, layer {self.layer!r}>"


def show(
    model: Any,
    image: Any,
    *,
    layer: str | None = None,
    target: Target = None,
    transform: Any = "auto",
    labels: Any = "auto",
    name: str | None = None,
    **view: Any,
) -> Scope:
    """Open the microscope on a model and an image: display the panel and return it.

    Args:
        model: Any eager ``nn.Module``; it leaves as it came.
        image: See ``Probe``.
        layer: The layer to begin with; by default the first convolution.
        target: What the map explains: class index, label, ``None`` for the top class, a channel or cell
            (``Unit``), or a ``callable(output) -> scalar``.
        transform: See ``Probe``.
        labels: See ``Probe``.
        name: What to call the model; by default its architecture or class.
        view: Any public trait of ``Scope``, such as ``cam=True`` or ``colormap="viridis"``.

    Returns:
        The panel; ``.probe`` is the probe behind it.

    Raises:
        NnscopeError: One sentence on what is wrong with the model, the image or an option.
    """
    _check_view(view)
    probe = Probe(model, image, transform=transform, labels=labels, name=name)
    scope = Scope(probe, layer=layer, target=target, **view)
    run = current_run()
    if run is not None:
        scope._ipython_display_()
        scope._shown = run
    return scope


def _check_view(view: dict[str, Any]) -> None:
    for name in view:
        if name not in FROM_BROWSER:
            msg = f"A scope has no option {name!r}; {nearest(name, FROM_BROWSER) or ', '.join(FROM_BROWSER)}"
            raise OptionError(msg)


def _asked(probe: Probe, target: Target) -> dict[str, Any]:
    """The traits that say what a target is; nothing says what a callable is."""
    if isinstance(target, Unit):
        return {"unit": str(target)}
    return {} if target is None or callable(target) else {"target": probe.target_index(target)}


def _first(probe: Probe) -> str:
    rows = probe.layers.viewable
    return next((row.name for row in rows if row.family == "convolution"), rows[0].name)
