"""``Scope``: the widget. State flows one way: a trait is set, the view is drawn from it."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets
import traitlets as t

from nnscope.errors import NnscopeError, OptionError, UnavailableError, nearest
from nnscope.probe import Edits, Probe, Target
from nnscope.records import Unit
from nnscope.widget import choices, pictures
from nnscope.widget.answers import built
from nnscope.widget.cell import Run, current_run, opened
from nnscope.widget.desk import Desk, OverAll
from nnscope.widget.drawing import LOOKING
from nnscope.widget.explaining import ASKING
from nnscope.widget.listening import Listening
from nnscope.widget.logbook import Logbook, Writer
from nnscope.widget.plots import Plots
from nnscope.widget.traits import FROM_BROWSER
from nnscope.widget.wanting import GROWING

if TYPE_CHECKING:
    from typing_extensions import Self


class Scope(Listening):
    """A microscope panel on one probe, or on several to compare.

    Its public traits are ordinary traitlets: set them, ``observe`` them, ``link`` two scopes.

    Args:
        probe: What to look at; of several, one a specimen.
        layer: The layer to begin with; by default the first convolution.
        target: What the map explains: index, label, ``Unit``, ``None`` for the top class, or a callable.
        over_all: Compares two of the probes over more images than are shown.
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
        probe: Probe | Sequence[Probe],
        *,
        layer: str | None = None,
        target: Target = None,
        over_all: OverAll | None = None,
        **view: Any,
    ) -> None:
        if not self._esm:
            msg = "The frontend of nnscope is not built; run `make bundle` in the checkout (it needs Node)."
            raise UnavailableError(msg)
        check_view(view)
        probes = [probe] if isinstance(probe, Probe) else list(probe)
        self._shown: Run | None = None
        specimen = view.get("specimen", 0)
        # What else it may be is refused once it is set.
        first = probes[specimen] if type(specimen) is int and 0 <= specimen < len(probes) else probes[0]
        against = None if len(probes) == 1 else int(first is probes[0])
        sides = {"specimen": 0, "against": against}  # these first: what the others may be depends on them
        self._start = {**sides, "layer": layer or _first(first), **_asked(first, target), **view}
        self._plots = Plots(self)
        super().__init__(Desk(probes, over_all), target if callable(target) else None)
        self.on_msg(self._receive)

    @property
    def probe(self) -> Probe:
        """What the panel shows, to be asked without it: this specimen, as edited and silenced.

        Raises:
            UnavailableError: The cell that showed this scope ran again, and its probe was let go.
        """
        return self._look.this

    @property
    def other(self) -> Probe | None:
        """What it is compared with: another specimen, this one before it was changed, or nothing."""
        return self._look.other

    @property
    def edits(self) -> Edits:
        """How the image was edited; after a change here, call ``redraw``."""
        return self._desk.edits(self.specimen)

    @property
    def plots(self) -> Plots:
        """Charts that follow this panel: ``HBox([scope, scope.plots.activations()])``."""
        return self._plots

    def log(self, writer: Writer, step: int | None = None) -> None:
        """Write what the panel shows to TensorBoard: all channels, the map if there is one, histograms.

        Of a difference, histograms are those of this.
        Tags are such as ``nnscope/features.0/channels``. The model is looked at anew where its weights have
        changed, as in a training. A map that is still being made is made to its end first; one that was
        stopped is left out.

        Args:
            writer: A ``SummaryWriter`` of ``torch.utils.tensorboard`` or tensorboardX.
            step: Number of the step.

        Raises:
            UnavailableError: The scope was released, or another panel's observer or a pass calls this.
            ForwardError: The model raised.
        """
        self._worker.call(lambda: self._write(Logbook(writer, self.layer, step)))

    def _write(self, book: Logbook) -> None:
        self.probe.refresh()
        self._refresh()
        book.channels(self._look.shown, self.normalize, self.colormap)
        book.histograms(self._look.probe, self._explains())
        heatmap = self._finished()
        if heatmap is not None:
            book.map(heatmap, self.opacity)

    def open(self) -> None:
        """Fill the traits, then open the comm, so that the first message holds the first picture."""
        for name, value in self._start.items():
            setattr(self, name, value)
        self._changed_sides()
        drawn = self._ask_to_draw()
        self.observe(self._on_view, [*LOOKING, *ASKING, *GROWING])
        super().open()
        if not drawn or any(study.running for study in self._studies):
            # What was drawn while the comm was being opened was not sent.
            names = [name for name in self.keys if name not in ("_esm", "_css")]
            self._worker.submit(lambda: self.send_state(names))

    def release(self) -> None:
        """Let go of the model; the panel keeps its last picture and says why it answers no more."""
        if self._opened is None:
            return
        self._plots.stop()
        self._let_go()
        self.set_trait("error", "The cell that opened this panel ran again; this one shows its last picture.")

    def close(self) -> None:
        """Take the panel away; what is still being made for it ends, and no comm of it stays."""
        if self.comm is not None:
            self._plots.stop()
        super().close()

    @t.default("layout")
    def _room(self) -> ipywidgets.Layout:
        """In a row, what others leave: the panel fits what it is given, so it would be given nothing."""
        self._own_layout = ipywidgets.Layout(flex="1 1 0%", min_width="min(480px, 100%)")
        return self._own_layout

    # -- what a trait may be ----------------------------------------------------------------

    @t.validate("layer")
    def _known_layer(self, proposal: Any) -> str:
        probe = self._whole_probe
        with probe.settled():
            return str(probe.layers.feature_map(proposal.value).name)

    @t.validate("channel")
    def _known_channel(self, proposal: Any) -> int | None:
        value: int | None = proposal.value
        if value is not None:
            self._current().check_channel(value)
        return value

    @t.validate("specimen", "against")
    def _known_specimen(self, proposal: Any) -> int | None:
        against = self.specimen if proposal.trait.name == "against" else None
        return choices.specimen(proposal.value, len(self._desk.wholes), against)

    @t.validate("silence")
    def _known_silence(self, proposal: Any) -> str:
        with self._whole_probe.settled():
            return choices.silence(proposal.value, self._whole_probe.layers)

    @t.validate("pins")
    def _known_pins(self, proposal: Any) -> list[str]:
        with self._whole_probe.settled():
            return choices.pins(proposal.value, self._whole_probe.layers)

    @t.validate("region")
    def _possible_region(self, proposal: Any) -> list[float]:
        _, height, width = self._whole_probe.specimen.shape
        return choices.region(proposal.value, height, width)

    @t.validate("scale")
    def _possible_scale(self, proposal: Any) -> list[float]:
        return choices.scale(proposal.value)

    # -- what follows from a trait ------------------------------------------------------------

    def _on_view(self, change: Any) -> None:
        if change.name == "growing" and self._tells:
            return
        with self._drawn_once():
            self._changing.draws, self._stopped = True, False
            if change.name == "specimen":
                self._settle_specimen()
            if change.name == "layer" and self.channel is not None:
                self.channel = self.channel if self.channel < self._current().channels else None
            if change.name in LOOKING and not self._from_browser:  # more may come with it, see set_state
                self._changed_sides()
            self._settle_question(change.name)
            self._settle_growing(change.name, by_browser=self._from_browser)

    def _settle_specimen(self) -> None:
        """Let go of what another specimen has not: its model may have other layers."""
        with self._whole_probe.settled():  # whatever thread this is, it runs no model
            self._let_go_of_what_is_missing(self._whole_probe)

    def _let_go_of_what_is_missing(self, whole: Probe) -> None:
        if self.against == self.specimen:
            self.against = None
        for name in ("silence", "unit", "target", "versus"):
            if not self._fits(name):
                setattr(self, name, self.traits()[name].default_value)
        self.pins = [pin for pin in self.pins if choices.has(whole.layers, pin)]
        if not self._fits("layer"):
            self.layer = _first(whole)
        elif not self._fits("channel"):
            self.channel = None

    def _fits(self, name: str) -> bool:
        """Whether a trait may be what it is."""
        try:
            self.traits()[name]._validate(self, getattr(self, name))
        except NnscopeError:
            return False
        return True

    # -- the notebook -----------------------------------------------------------------------

    def displayed(self) -> Self:
        """Show the panel where a cell runs; returns it."""
        run = current_run()
        if run is not None:
            self._ipython_display_()
            self._shown = run
        return self

    def _ipython_display_(self, **kwargs: Any) -> None:
        """Show the panel, but once only where a cell ends in ``show(...)``, which has shown it already."""
        from IPython.display import display

        if self.comm is None:  # then ipywidgets has taken its picture away
            display({"text/plain": f"{self!r}, closed"}, raw=True)
            return
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
        if made is not None and self._opened is not None:
            with contextlib.suppress(NnscopeError):  # this side has no such layer: the panel says so
                png = pictures.still(self._look.shown, self.layer, self.normalize, self.colormap)
                made[0]["image/png"] = base64.b64encode(png).decode("ascii")
        return made

    def __repr__(self) -> str:
        return f"<Scope on {self._about.get('model')}, layer {self.layer!r}>"


def check_view(view: dict[str, Any]) -> None:
    """Raise ``OptionError`` unless these are traits of a scope."""
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
