"""Painting on the image in JupyterLab: does the picture keep up with the hand?

A mouse paints with the brush for some hundred moves, once without a map and once with Grad-CAM on; before,
nothing goes on. Edits are told apart by the numbers of their messages. What is counted:

in flight
    The largest ``data-painting`` of the panel's root, read whenever it changes.
queue
    The most jobs that waited for the model's thread in the kernel, counted after each that was put there.
unanswered
    The most messages of the panel that had come to the kernel and were not yet answered or called off.
edit
    From an edit's message in the kernel to its ``done``: the change of the image, the pass, the maps, the
    packets. In plain forwards of the same model, timed in the same kernel before and after.
lag
    From the pointer event of an edit's last point until a picture with it was drawn on the screen, less the
    time from that edit's message in the kernel until the kernel sent the picture, in the same forwards. That
    is what the newest paint waits before its own edit begins, and the way of the message and of the picture:
    through the server, its decoding, and the next frame. It is of edits that changed the picture.
wait of the oldest
    From the pointer event of an edit's *first* point until its message goes, less the time of the edit that
    was under way then: what the hand does meanwhile waits for that one, and for nothing else.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "browser"), str(ROOT / "scripts")]

from ratio import report  # noqa: E402

import hosts  # noqa: E402
from panel import Panel  # noqa: E402

SETUP = """\
import torch, torchvision, nnscope, nnscope.example
torch.manual_seed(0)
model = torchvision.models.resnet18().eval()
scope = nnscope.show(model, nnscope.example.chelsea())
"""

# Counts in the kernel; nothing is changed but what is called is noted.
COUNTING = """\
import json, statistics, time
from nnscope.widget import worker

class Counted:
    def __init__(self):
        self.came = time.perf_counter()
        self.queue, self.open, self.unanswered, self.edits, self.pictures = 0, set(), 0, {}, []

counted = Counted()
drawing, send, send_state = worker.worker_of(model), scope.send, scope.send_state

def submit(job, _submit=drawing.submit):
    future = _submit(job)
    counted.queue = max(counted.queue, drawing._waiting)
    return future

def note_sent(content, buffers=None):
    whole = content["k"] != "data" or content["part"] == content["parts"] - 1
    if whole:
        counted.open.discard(content["rid"])
    if content["k"] in ("done", "error") and content["rid"] in counted.edits:
        counted.edits[content["rid"]].append(time.perf_counter())
    return send(content, buffers)

def note_received(widget, content, buffers):
    counted.came = time.perf_counter()
    if content["k"] in ("get", "edit"):
        counted.open.add(content["rid"])
        counted.unanswered = max(counted.unanswered, len(counted.open))
    if content["k"] == "cancel":
        counted.open.discard(content["rid"])
    if content["k"] == "edit":
        counted.edits[content["rid"]] = [time.perf_counter()]

def note_state(key=None):
    if "_picture" in (key if isinstance(key, (set, list)) else [key]):
        counted.pictures.append(time.perf_counter())
    return send_state(key)

drawing.submit, scope.send, scope.send_state = submit, note_sent, note_state
# Before the scope's own, which may answer at once.
scope._msg_callbacks.callbacks.insert(0, note_received)

def forward(rounds=9):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        with torch.no_grad():
            model(scope.probe.specimen.input)
        times.append(time.perf_counter() - start)
    return statistics.median(times[2:])
"""

# Notes in the page, in milliseconds of its clock: pointer events, edits that go, pictures that are drawn.
WATCH = """(kernel) => {
  const root = document.querySelector('[role=region][aria-label=nnscope]');
  const sheet = root.querySelector('canvas[aria-label^="The image as the network saw it"]');
  const notes = { painting: 0, moves: [], sent: [], done: [], pictures: [], drawn: [] };
  window.notes = notes;
  const now = () => performance.now();
  new MutationObserver(() => {
    notes.painting = Math.max(notes.painting, Number(root.dataset.painting));
  }).observe(root, { attributes: true, attributeFilter: ['data-painting'] });
  for (const type of ['pointerdown', 'pointermove'])
    root.addEventListener(type, (event) => {
      if (!event.buttons) return;
      const [first = event] = event.getCoalescedEvents();
      notes.moves.push([first.timeStamp, event.timeStamp, now()]);
    }, { capture: true });
  kernel.anyMessage.connect((_, { msg, direction }) => {
    const { data } = msg.content ?? {};
    if (msg.header.msg_type !== 'comm_msg') return;
    if (direction === 'send' && data.content?.k === 'edit') notes.sent.push([data.content.rid, now()]);
    if (direction === 'recv' && data.content?.k === 'done') notes.done.push([data.content.rid, now()]);
    if (direction !== 'recv' || data.method !== 'update') return;
    const place = (data.buffer_paths ?? []).findIndex(([name]) => name === '_picture');
    if (place >= 0) notes.pictures.push([msg.buffers[place].byteLength, now()]);
  });
  // A picture that is decoded is one that came, by its size in bytes; it counts once it is drawn.
  const numbers = new WeakMap();
  const { createImageBitmap: decode } = window;
  window.createImageBitmap = async (blob) => {
    const number = notes.pictures.map(([size]) => size).lastIndexOf(blob.size);
    const bitmap = await decode.call(window, blob);
    numbers.set(bitmap, number);
    return bitmap;
  };
  const { drawImage } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.drawImage = function (image, ...place) {
    drawImage.call(this, image, ...place);
    if (this.canvas === sheet && numbers.has(image)) notes.drawn.push([numbers.get(image), now()]);
  };
}"""

WATCHING = f"""() => {{ const kernel = {hosts.KERNEL}; ({WATCH})(kernel); }}"""

ROWS, STEPS, RATE = 9, 40, 60
"""Strokes of the brush across the image, moves of each, and moves a second."""


def paint(panel: Panel) -> None:
    """Erase the image row by row, so that every move changes pixels that no other did."""
    box = panel.picture.bounding_box()
    assert box is not None
    due = time.perf_counter()
    for row in range(ROWS):
        y = box["y"] + (row + 0.5) / ROWS * box["height"]
        for step in range(STEPS):
            across = (step if row % 2 == 0 else STEPS - 1 - step) + 0.5
            panel.page.mouse.move(box["x"] + across / STEPS * box["width"], y)
            if row == step == 0:
                panel.page.mouse.down()
            now = time.perf_counter()
            due = max(due + 1 / RATE, now)
            time.sleep(due - now)
    panel.page.mouse.up()


def measure(panel: Panel, name: str) -> None:
    """Paint once and print what was counted; the image is as it came before and after."""
    run = panel.notebook.run
    # What is fetched ahead comes to its end first.
    panel.follows("time.perf_counter() - counted.came > 1", value=True)
    run("counted.__init__()")
    before = float(run("print(forward())"))
    panel.page.evaluate(f"() => {{ Object.assign(notes, {json.dumps(EMPTY)}) }}")
    paint(panel)
    panel.page.wait_for_function(SETTLED)
    notes = panel.page.evaluate("() => window.notes")
    counted = json.loads(run("print(json.dumps(vars(counted), default=list))"))
    forward = 1000 * statistics.mean([before, float(run("print(forward())"))])
    edits = {int(rid): 1000 * (end - start) for rid, (start, end) in counted["edits"].items()}
    waits = followed(notes, edits, drawing(counted))
    title = f"painting, {name}: "
    print(f"{title}{len(notes['moves'])} moves, {len(edits)} edits; a forward takes {forward:.0f} ms")
    report(f"{title}edits in flight, most", notes["painting"], "", "≤ 1")
    report(f"{title}queue of the model's thread, most", counted["queue"], "jobs", "≤ 1")
    report(f"{title}messages that were not answered yet, most", counted["unanswered"], "messages", "≤ 1")
    for what, values, budget in (
        ("an edit in the kernel", list(edits.values()), ""),
        ("lag of the newest paint beyond its edit", [each.lag for each in waits if each.lag], "≤ 1"),
        ("of it, until its message goes", [each.newest for each in waits], ""),
        ("wait of the oldest beyond the edit before", [each.oldest for each in waits], "≤ 1"),
    ):
        for point, value in (("median", statistics.median(values)), ("p95", p95(values))):
            report(f"{title}{what}, {point}", value / forward, "forwards", budget)
    panel.root.get_by_role("button", name="Reset", exact=True).click()
    panel.page.wait_for_function(SETTLED)


EMPTY: dict[str, Any] = {"painting": 0, "moves": [], "sent": [], "done": [], "pictures": [], "drawn": []}

SETTLED = """() => {
  const { painting, lag } = document.querySelector('[role=region][aria-label=nnscope]').dataset;
  return painting === '0' && lag === '0';
}"""


def drawing(counted: dict[str, Any]) -> dict[int, float]:
    """How long the kernel took from the message of an edit to its picture, in milliseconds."""
    found = {}
    for rid, (start, end) in counted["edits"].items():
        pictures = [at for at in counted["pictures"] if start < at <= end]
        if pictures:
            found[int(rid)] = 1000 * (pictures[-1] - start)
    return found


class Waits(NamedTuple):
    """What the paint of one edit waited for, in milliseconds; see above."""

    oldest: float
    newest: float
    """Until the message goes."""
    lag: float | None
    """``None`` where the picture did not change."""


def followed(notes: dict[str, Any], edits: dict[int, float], drawings: dict[int, float]) -> list[Waits]:
    """Follow each edit from the pointer to the screen."""
    done = dict(notes["done"])
    waits = []
    before: tuple[float, float] = (-math.inf, 0)  # when the last edit went, and how long it took
    for rid, sent in notes["sent"]:
        moves = [(first, last) for first, last, taken in notes["moves"] if before[0] < taken <= sent]
        came = [i for i, (_, at) in enumerate(notes["pictures"]) if sent < at <= done[rid]]
        drawn = [at for i, at in notes["drawn"] if came and i >= came[-1] and at > sent]
        if moves:
            newest = moves[-1][1]
            lag = drawn[0] - newest - drawings[rid] if drawn else None
            waits.append(Waits(sent - moves[0][0] - before[1], sent - newest, lag))
        before = sent, edits[rid]
    return waits


def p95(values: list[float]) -> float:
    """The value that a twentieth of them exceed."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def main() -> None:
    """Paint without a map, then with Grad-CAM."""
    with (
        tempfile.TemporaryDirectory() as folder,
        hosts.jupyterlab(Path(folder)) as lab,
        sync_playwright() as playwright,
        hosts.launch(playwright) as browser,
    ):
        hosts.write_notebook(lab, "painting.ipynb", [SETUP])
        with hosts.notebook(browser, lab, "painting.ipynb") as notebook:
            notebook.run_all()
            panel = Panel(notebook)
            panel.wait_until_painted()
            notebook.run(COUNTING)
            panel.page.evaluate(WATCHING)
            panel.root.get_by_role("radio", name="Erase to grey", exact=True).click()
            measure(panel, "no map")
            panel.cam.click()
            panel.follows("scope.progress is None and scope._map_header != {}", value=True)
            measure(panel, "Grad-CAM")


if __name__ == "__main__":
    main()
