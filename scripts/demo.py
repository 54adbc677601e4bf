"""Open the quickstart notebook in JupyterLab; where there is no browser, print the address to open."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
NOTEBOOK = "quickstart.ipynb"


def answers(port: int) -> bool:
    """Return whether something listens on a port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start(port: int, token: str) -> subprocess.Popen[bytes]:
    """Start JupyterLab on the notebooks folder."""
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1"),
        *(f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={NOTEBOOKS}"),
        *("--LabApp.news_url=None", "--Application.log_level=WARN"),
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    # This environment's kernel, whatever kernels the user has registered; the token stays out of `ps`.
    environment = {**os.environ, "JUPYTER_PREFER_ENV_PATH": "1", "JUPYTER_TOKEN": token}
    return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)


def wait_until_up(server: subprocess.Popen[bytes], port: int, seconds: float = 60) -> None:
    """Return when the server listens; raise when it ends or stays silent."""
    deadline = time.monotonic() + seconds
    while not answers(port):
        if server.poll() is not None or time.monotonic() > deadline:
            msg = "JupyterLab did not start; what it said stands above."
            raise RuntimeError(msg)
        time.sleep(0.1)


def open_browser(url: str) -> bool:
    """Open ``url`` in a graphical browser; return whether there was one."""
    # Without a display Python would find a text browser, which shows nothing of JupyterLab.
    if sys.platform not in ("darwin", "win32") and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
        return False
    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False


def main() -> int:
    """Serve the notebook until the user stops it."""
    if not (NOTEBOOKS / NOTEBOOK).exists():
        sys.exit(f"There is no {NOTEBOOKS / NOTEBOOK}.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl+C: the server is stopped too
    port = next(port for port in range(8888, 9888) if not answers(port))
    token = secrets.token_hex(16)
    server = start(port, token)
    try:
        wait_until_up(server, port)
        # A workspace of its own: the user's open tabs stay where they are.
        url = f"http://127.0.0.1:{port}/lab/workspaces/nnscope/tree/{NOTEBOOK}?token={token}"
        said = "JupyterLab is open at" if open_browser(url) else "No browser found; open this address in one:"
        print(f"\n{said}\n\n    {url}\n\nRun the cells with Shift+Enter. Stop with Ctrl+C.\n", flush=True)
        return server.wait()
    except KeyboardInterrupt:
        return 0
    except RuntimeError as error:
        sys.exit(str(error))
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()


if __name__ == "__main__":
    sys.exit(main())
