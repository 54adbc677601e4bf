"""Charts beside the panel: figures that follow a scope. bqplot is loaded here alone, once asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from nnscope.errors import UnavailableError, sentence
from nnscope.records import Histogram
from nnscope.records.histogram import Numbers
from nnscope.widget.explaining import Explaining
from nnscope.widget.worker import Worker

LEAST = 0.5
"""Where a logarithmic axis of counts begins: an empty bin has no height."""
_PLACE = ("_header", "channel")
_AIM = ("target", "unit", "predictions")


class Bars(NamedTuple):
    """What a figure shows."""

    title: str
    x: Any
    """Where the bars stand: numbers, or names."""
    y: Any
    """How high each is."""


class Plots:
    """Makes figures that show what the scope shows, and go on doing so when it moves.

    Each is a ``bqplot.Figure``: put it beside the panel with ``HBox([scope, scope.plots.activations()])``.
    Figures are drawn on the model's own thread, and stop following when the scope is released or they are
    closed. There is one of each kind: whoever asks again, as a cell that runs again does, gets the same.

    Raises:
        UnavailableError: From every method where bqplot cannot be imported.
    """

    def __init__(self, scope: Explaining) -> None:
        self._scope = scope
        self._followers: dict[tuple[str, bool], _Follower] = {}

    def activations(self, *, log: bool = False) -> Any:
        """How the activations of the layer, or of the enlarged channel, are distributed on this image.

        Args:
            log: Whether the axis of the counts is logarithmic.
        """
        return self._histogram("activations", _PLACE, log=log)

    def weights(self, *, log: bool = False) -> Any:
        """How the weights of the layer, or of the enlarged channel, are distributed; see ``activations``."""
        return self._histogram("weights", _PLACE, log=log)

    def gradients(self, *, log: bool = False) -> Any:
        """How the gradients of what the panel explains are distributed at the layer; see ``activations``."""
        return self._histogram("gradients", (*_PLACE, *_AIM), log=log)

    def predictions(self) -> Any:
        """The classes that the panel lists, and their probabilities, 0 to 1."""
        return self._one(("predictions", False), self._chances)

    def stop(self) -> None:
        """Let the figures be as they are from now on."""
        for follower in self._followers.values():
            follower.stop()
        self._followers.clear()

    # -- inside -----------------------------------------------------------------------------

    def _one(self, key: tuple[str, bool], make: Callable[[Any], _Follower]) -> Any:
        """The figure of a kind, with a logarithmic axis or not; a new one where none is open."""
        bqplot = _bqplot()
        follower = self._followers.get(key)
        if follower is None or follower.closed:
            if follower is not None:
                follower.stop()
            follower = self._followers[key] = make(bqplot)
        self._scope._worker.run(follower.draw)
        return follower.figure

    def _histogram(self, kind: Numbers, names: tuple[str, ...], *, log: bool) -> Any:
        return self._one((kind, log), lambda bqplot: self._distribution(bqplot, kind, names, log=log))

    def _chances(self, bqplot: Any) -> _Follower:
        names, chances = bqplot.OrdinalScale(reverse=True), bqplot.LinearScale(min=0.0, max=1.0)
        bars = bqplot.Bars(scales={"x": names, "y": chances}, orientation="horizontal")
        axes = [
            bqplot.Axis(scale=names, **_upright(bqplot), grid_lines="none"),
            bqplot.Axis(scale=chances, label="probability", tick_format=".0%", num_ticks=5),
        ]
        margin = {"left": 160, "right": 20, "top": 50, "bottom": 50}
        figure = bqplot.Figure(marks=[bars], axes=axes, fig_margin=margin)
        return self._follow(figure, bars, self._classes, ("predictions",))

    def _distribution(self, bqplot: Any, kind: Numbers, names: tuple[str, ...], *, log: bool) -> _Follower:
        values = bqplot.LinearScale()
        counts = bqplot.LogScale(min=LEAST) if log else bqplot.LinearScale(min=0.0)
        bars = bqplot.Bars(scales={"x": values, "y": counts}, base=LEAST if log else 0.0, padding=0.0)
        axes = [
            bqplot.Axis(scale=values, label=kind),
            bqplot.Axis(
                scale=counts, **_upright(bqplot), label="how many", label_offset="50px", tick_format="~s"
            ),
        ]
        margin = {"left": 75, "right": 20, "top": 50, "bottom": 50}
        figure = bqplot.Figure(marks=[bars], axes=axes, fig_margin=margin)
        return self._follow(figure, bars, lambda: self._bars(kind, LEAST if log else 0.0), names)

    def _follow(self, figure: Any, bars: Any, draw: Callable[[], Bars], names: tuple[str, ...]) -> _Follower:
        # Of its own accord it would take the room of the panel beside it.
        figure.title_style = {"font-size": "11px"}
        figure.layout.width, figure.layout.height, figure.layout.flex = "360px", "300px", "0 0 auto"
        return _Follower(self._scope, figure, bars, draw, names)

    def _bars(self, kind: Numbers, least: float) -> Bars:
        scope = self._scope
        target = scope._explains() if kind == "gradients" else None
        (found,) = scope.probe.histograms(scope.layer, scope.channel, target=target, kinds=(kind,))
        if not found.known:
            return Bars(found.sentence, [0.0], [least])
        return Bars(found.sentence, _centres(found), np.maximum(found.counts.numpy(), least))

    def _classes(self) -> Bars:
        rows = self._scope.predictions
        if not rows:
            return Bars("The output is no class scores.", [""], [0.0])
        # Bars stand by name, and ImageNet has two cranes.
        names = [f"{row['label']} ({row['index']})" for row in rows]
        return Bars(f"classes by {self._scope.probe.name}", names, [row["probability"] for row in rows])


class _Follower:
    """Keeps one figure up to date, drawing at most once more however many changes come."""

    def __init__(
        self, scope: Explaining, figure: Any, bars: Any, draw: Callable[[], Bars], names: tuple[str, ...]
    ) -> None:
        self._scope, self.figure, self._bars = scope, figure, bars
        self._worker: Worker = scope._worker
        self._draw, self._names = draw, names
        self._queued = self._stopped = False
        scope.observe(self._changed, names)

    @property
    def closed(self) -> bool:
        """Whether nobody can see it any more."""
        return self.figure.comm is None

    def stop(self) -> None:
        """Follow no more."""
        if not self._stopped:
            self._stopped = True
            self._scope.unobserve(self._changed, self._names)

    def draw(self) -> None:
        """Draw what the scope shows now. Never raises: where that cannot be, the title says why."""
        self._queued = False
        if self._stopped:
            return
        try:
            self._scope.probe.refresh()
            with self._scope.probe.settled():  # one look at the weights for all of it
                shown = self._draw()
        except BaseException as error:  # noqa: BLE001  # it must not vanish in a thread
            shown = Bars(sentence(error), [], [])
        with self._bars.hold_sync():
            self._bars.x, self._bars.y = shown.x, shown.y
        self.figure.title = shown.title

    def _changed(self, _change: Any) -> None:
        if self.closed:
            self.stop()
        elif not self._queued:
            self._queued = True
            self._worker.submit(self.draw)


def _centres(histogram: Histogram) -> Any:
    edges = np.array(histogram.edges)
    return (edges[1:] + edges[:-1]) / 2


def _upright(bqplot: Any) -> dict[str, str]:
    """What makes an axis stand on the left; before bqplot 0.13 it had to be told twice."""
    told_twice = bqplot.Axis.class_traits().get("orientation") is not None
    return {"side": "left", **({"orientation": "vertical"} if told_twice else {})}


def _bqplot() -> Any:
    try:
        import bqplot
    except Exception as error:  # a broken one raises anything
        msg = f"The plots need bqplot, which cannot be imported here ({error}); pip install --upgrade bqplot."
        raise UnavailableError(msg) from error
    return bqplot
