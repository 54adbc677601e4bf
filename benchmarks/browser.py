"""What a user waits for in JupyterLab, and what a notebook keeps."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "browser"), str(ROOT / "scripts")]

from ratio import report  # noqa: E402

import hosts  # noqa: E402
from panel import Panel  # noqa: E402

SETUP = """\
import anywidget, torch, torchvision, nnscope

class Echo(anywidget.AnyWidget):
    _esm = '''export default { render({ model, el }) {
      const button = el.appendChild(document.createElement("button"));
      button.textContent = "echo";
      button.onclick = () => model.send({});
      model.on("msg:custom", () => { button.dataset.count = 1 + Number(button.dataset.count ?? 0); });
    } }'''

echo = Echo()
echo.on_msg(lambda *_: echo.send({}))
torch.manual_seed(0)
scope = nnscope.show(torchvision.models.resnet18(), nnscope.example.chelsea(), tile=48)
"""

# One step to the next layer, one jump along the rail and one empty message, in turns; each ends when its
# attribute changes. The panel fetches layers from the one shown outward while nothing else happens.
TURNS = """async (turns) => {
  const next = document.querySelector('button[aria-label="Next layer"]');
  const root = next.closest('[role=region]');
  const rail = root.querySelector('[role=slider][aria-label="Network rail"]');
  const press = (key) => rail.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  const echo = [...document.querySelectorAll('button')].find((b) => b.textContent === 'echo');
  const timed = (act, watched, attribute) => new Promise((resolve) => {
    const start = performance.now();
    new MutationObserver((_, observer) => {
      observer.disconnect();
      resolve(performance.now() - start);
    }).observe(watched, { attributes: true, attributeFilter: [attribute] });
    act();
  });
  const rest = () => new Promise((resolve) => setTimeout(resolve, 400));
  const times = { step: [], jump: [], echo: [] };
  for (let turn = 0; turn < turns; turn++) {
    if (turn % 8 === 0) press('Home');
    await rest();
    times.step.push(await timed(() => next.click(), root, 'data-layer'));
    await rest();
    times.jump.push(await timed(() => press('PageUp'), root, 'data-layer'));
    await rest();
    times.echo.push(await timed(() => echo.click(), echo, 'data-count'));
  }
  return times;
}"""


def switching(notebook: hosts.Notebook) -> None:
    """A layer switch, pick to painted, against an empty message round trip of the same page."""
    notebook.add_cell(SETUP)
    notebook.add_cell("echo")
    Panel(notebook).wait_until_painted()
    times = notebook.page.evaluate(TURNS, 44)
    step, jump, echo = (statistics.median(times[name][4:]) for name in ("step", "jump", "echo"))
    report(f"a step to the next layer, pick to painted (p50 {step:.0f} ms)", step / echo, "× echo", "≤ 2")
    report(f"a jump to a far layer (p50 {jump:.0f} ms; echo {echo:.0f} ms)", jump / echo, "× echo", "≤ 2")


def saving(notebook: hosts.Notebook) -> None:
    """The notebook of one scope as saved, without and with the widget's state in it."""
    notebook.save()
    path = notebook.lab.root / notebook.name
    plain = path.stat().st_size
    sizes = """
import json, ipywidgets
state = ipywidgets.Widget.get_manager_state(widgets=[scope])
print(len(json.dumps(state)))
"""
    state = int(notebook.run(sizes))
    code = sum(len(cell["source"]) for cell in json.loads(path.read_text("utf-8"))["cells"])
    report("a saved scope", (plain - code) / 1000, "KB", "≤ 400")
    report("a saved scope with its widget state", (plain - code + state) / 1000, "KB", "≤ 400")


def memory(notebook: hosts.Notebook) -> None:
    """Growth of the kernel over 20 runs of one cell that builds a model and opens a scope on it."""
    rss = "import gc, psutil; gc.collect(); print(psutil.Process().memory_info().rss)"
    notebook.add_cell("scope = nnscope.show(torchvision.models.resnet50(), nnscope.example.chelsea())")
    first = int(notebook.run(rss))
    for _ in range(20):
        notebook.run_last_cell()
    growth = (int(notebook.run(rss)) - first) / 2**20
    report("growth of the kernel over 20 runs of show(resnet50(), image)", growth, "MB", "≤ 256")


def main() -> None:
    """Run all in one JupyterLab."""
    limits = {"widget.js": 100, "widget.css": 100, "rooms.js": 150, "tools.js": 100, "wanting.js": 100}
    for name, limit in limits.items():
        size = (ROOT / "src" / "nnscope" / "static" / name).stat().st_size
        report(f"bundle, {name}", size / 1000, "KB", f"≤ {limit}")
    with (
        tempfile.TemporaryDirectory() as folder,
        hosts.jupyterlab(Path(folder)) as lab,
        sync_playwright() as playwright,
        hosts.launch(playwright) as browser,
    ):
        for part in (switching, saving, memory):
            hosts.write_notebook(
                lab, f"{part.__name__}.ipynb", ["import nnscope, torchvision, nnscope.example"]
            )
            with hosts.notebook(browser, lab, f"{part.__name__}.ipynb") as notebook:
                notebook.run_all()
                if part is saving:
                    notebook.add_cell("scope = nnscope.demo(cam=True)")
                    Panel(notebook).wait_until_painted()
                part(notebook)


if __name__ == "__main__":
    main()
