"""Real notebook hosts for real browsers: a JupyterLab server, and a notebook open in a page.

Everything a server reads or writes lies in one folder given to it, so a run neither sees nor
changes the user's settings. Used by the browser tests and by ``scripts/screenshot.py``.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import nbformat
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

import chromium

Theme = Literal["light", "dark"]

SETTINGS = {
    "apputils-extension/notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "docmanager-extension/plugin": {"autosave": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}
"""No toast over the panel, no save behind the test's back, no output taken out of the page."""

NODELAY = """
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler as Handler

_open = Handler.open


async def open(self, *args, **kwargs):
    # Nagle's algorithm against delayed acknowledgements costs 40 ms a message, none of it ours.
    self.set_nodelay(True)
    return await _open(self, *args, **kwargs)


Handler.open = open
"""

OUTSIDE = re.compile(r"^https?://(?!127\.0\.0\.1[:/])")

MODULES = Path(__file__).resolve().parents[2] / "js" / "node_modules"
"""What npm has installed; the tests put some of it into pages."""


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab server."""

    url: str
    token: str
    root: Path


@contextmanager
def jupyterlab(folder: Path) -> Iterator[Lab]:
    """Run JupyterLab on ``folder / "notebooks"`` until the block ends."""
    lab = Lab(f"http://127.0.0.1:{free_port()}", secrets.token_hex(16), folder / "notebooks")
    log = folder / "server.log"
    environment = prepare(folder)
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={lab.url.rpartition(':')[2]}", "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={lab.token}", f"--ServerApp.root_dir={lab.root}"),
        *("--ServerApp.terminals_enabled=False", "--LabApp.news_url=None"),
        *("--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",),
        *("--LabApp.extension_manager=readonly", "--LabApp.expose_app_in_browser=True"),
    ]
    with log.open("wb") as sink:
        server = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until_up(server, lab, log)
            yield lab
        finally:
            stop(server)


def prepare(folder: Path) -> dict[str, str]:
    """Write the server's settings and return its environment."""
    places = {
        "JUPYTER_CONFIG_DIR": folder / "config",
        "JUPYTER_DATA_DIR": folder / "data",
        "JUPYTER_RUNTIME_DIR": folder / "runtime",
        "IPYTHONDIR": folder / "ipython",
        "JUPYTERLAB_SETTINGS_DIR": folder / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": folder / "workspaces",
    }
    for place in (*places.values(), folder / "notebooks"):
        place.mkdir(parents=True, exist_ok=True)
    for name, setting in SETTINGS.items():
        file = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(setting))
    (folder / "config" / "jupyter_server_config.py").write_text(NODELAY)
    return {
        **os.environ,
        **{name: str(place) for name, place in places.items()},
        "JUPYTER_PREFER_ENV_PATH": "1",
        "MPLBACKEND": "agg",
        "NO_PROXY": "127.0.0.1,localhost",
    }


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(server: subprocess.Popen[bytes], lab: Lab, log: Path, seconds: float = 60) -> None:
    """Return when the server listens; raise with its log when it ends or stays silent."""
    deadline = time.monotonic() + seconds
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", int(lab.url.rpartition(":")[2]))) == 0:
                return
        if server.poll() is not None or time.monotonic() > deadline:
            msg = f"JupyterLab did not start:\n{log.read_text()}"
            raise RuntimeError(msg)
        time.sleep(0.1)


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server, and the kernels it may have left behind in its process group."""
    server.terminate()
    with suppress(subprocess.TimeoutExpired):
        server.wait(15)
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(server.pid, sign)
    server.wait(15)


def launch_options() -> dict[str, object]:
    """Return what Playwright needs to launch the Chromium of this machine."""
    path = chromium.find()
    if path is None:
        msg = f"No Chromium was found. {chromium.CURE}"
        raise RuntimeError(msg)
    quiet = [
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    # Chromium's sandbox does not work for root, which is who containers run as.
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return {"executable_path": path, "args": [*quiet, *sandbox, "--disable-sync", "--no-first-run"]}


def launch(playwright: Playwright) -> Browser:
    """Launch a headless Chromium."""
    return playwright.chromium.launch(**launch_options())  # type: ignore[arg-type]


class CellError(Exception):
    """A cell raised; ``name`` is the class of its exception."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


KERNEL = "window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel"

EXECUTE = f"""async (code) => {{
  const kernel = {KERNEL};
  const future = kernel.requestExecute({{ code, stop_on_error: false, store_history: false }});
  let text = '';
  future.onIOPub = ({{ header, content }}) => {{
    if (header.msg_type === 'stream') text += content.text;
    if (header.msg_type === 'execute_result') text += content.data['text/plain'];
  }};
  const {{ content }} = await future.done;
  return {{ text, error: content.status === 'error' ? [content.ename, content.evalue] : null }};
}}"""

ADD_CELL = """async (code) => {
  const { commands, shell } = window.jupyterapp;
  const notebook = shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.length - 1;
  await commands.execute('notebook:insert-cell-below');
  notebook.activeCell.model.sharedModel.setSource(code);
  await commands.execute('notebook:run-cell');
}"""

RUN_LAST_CELL = """async () => {
  const { commands, shell } = window.jupyterapp;
  const notebook = shell.currentWidget.content;
  notebook.activeCellIndex = notebook.widgets.length - 1;
  await commands.execute('notebook:run-cell');
}"""


OPEN_BESIDE = """async (path) => {
  const { commands, shell } = window.jupyterapp;
  const { id } = shell.currentWidget.sessionContext.session.kernel;
  const opened = await commands.execute('docmanager:open', { path, factory: 'Notebook', kernel: { id } });
  await opened.context.ready;
  await opened.sessionContext.ready;
}"""


@dataclass
class Notebook:
    """A notebook open in a page: its cells, its kernel, and what went wrong in the browser."""

    page: Page
    lab: Lab
    name: str
    faults: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Open the notebook and wait for its kernel."""
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.context.route(OUTSIDE, self._refuse)
        self.page.goto(f"{self.lab.url}/lab/tree/{self.name}?reset&token={self.lab.token}")
        self.wait_until_idle()
        self.page.evaluate("() => window.jupyterapp.shell.collapseLeft()")

    def _refuse(self, route) -> None:
        self.faults.append(f"request to the outside: {route.request.url}")
        route.abort()

    def wait_until_idle(self) -> None:
        """Wait until the kernel has nothing to do."""
        self.page.wait_for_function(f"() => {KERNEL}?.status === 'idle'", timeout=90_000)

    def run_all(self) -> None:
        """Run all cells and wait for the last one; raise when one raised."""
        if not self._command("notebook:run-all-cells"):
            raise CellError("cell", "\n".join(self.page.locator(".jp-RenderedText").all_inner_texts()))
        self.wait_until_idle()

    def _command(self, name: str) -> object:
        return self.page.evaluate("(name) => window.jupyterapp.commands.execute(name)", name)

    def run(self, code: str) -> str:
        """Run code in the kernel and return the text it put out; raise ``CellError`` when it raised."""
        done = self.page.evaluate(EXECUTE, code)
        if done["error"]:
            raise CellError(*done["error"])
        return str(done["text"])

    def add_cell(self, code: str) -> None:
        """Add a cell at the end, run it, and leave its output in the page."""
        self.page.evaluate(ADD_CELL, code)
        self.wait_until_idle()

    def run_last_cell(self) -> None:
        """Run the last cell again."""
        self.page.evaluate(RUN_LAST_CELL)
        self.wait_until_idle()

    def save(self) -> None:
        """Save the notebook."""
        self._command("docmanager:save")

    def reload(self) -> None:
        """Reload the page and wait for the kernel, which lives on."""
        self.page.reload()
        self.wait_until_idle()

    def set_theme(self, theme: Theme) -> None:
        """Switch JupyterLab to its light or dark theme."""
        light = "true" if theme == "light" else "false"
        body = self.page.locator("body")
        if body.get_attribute("data-jp-theme-light") != light:
            change = "(theme) => window.jupyterapp.commands.execute('apputils:change-theme', { theme })"
            self.page.evaluate(change, f"JupyterLab {theme.title()}")
        expect(body).to_have_attribute("data-jp-theme-light", light)

    def set_width(self, element: Locator, width: int) -> None:
        """Resize the page until ``element`` is ``width`` CSS pixels wide."""
        for _ in range(3):
            size, box = self.page.viewport_size, element.bounding_box()
            if size is None or box is None or round(box["width"]) == width:
                return
            size["width"] += width - round(box["width"])
            self.page.set_viewport_size(size)
            self.page.wait_for_timeout(300)

    @contextmanager
    def beside(self, name: str) -> Iterator[Notebook]:
        """Open another notebook in the same page, on the same kernel, until the block ends.

        This saves loading JupyterLab and torch once more. What the notebook leaves in the kernel
        and in the page is cleared away.
        """
        size = self.page.viewport_size
        self.faults.clear()
        self.page.evaluate(OPEN_BESIDE, name)
        try:
            yield Notebook(self.page, self.lab, name, self.faults)
        finally:
            self.run("import ipywidgets; ipywidgets.Widget.close_all()")
            self.run("%reset -f")
            self.page.evaluate("() => window.jupyterapp.shell.currentWidget.dispose()")
            self.page.set_viewport_size(size)
            self.set_theme("light")

    def close(self) -> None:
        """Shut the kernel down and close the page."""
        with suppress(Exception):
            self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.page.context.close()


def write_notebook(lab: Lab, name: str, cells: Sequence[str]) -> None:
    """Write a notebook of code cells into the server's folder."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, lab.root / name)


@contextmanager
def notebook(
    browser: Browser,
    lab: Lab,
    name: str,
    *,
    scale: float = 1,
    size: tuple[int, int] = (1280, 1000),
) -> Iterator[Notebook]:
    """Open a notebook of the server's folder in a new browser context until the block ends."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale, reduced_motion="reduce"
    )
    opened = Notebook(context.new_page(), lab, name)
    try:
        opened.open()
        yield opened
    finally:
        opened.close()
