"""Find a Chromium for the browser tests, and install one where that is easy.

    python scripts/chromium.py             prints the path, or says how to get one
    python scripts/chromium.py --install   installs it with apt where none is found

Any Chromium will do: Playwright drives it over the DevTools protocol. ``NNSCOPE_CHROMIUM`` names
one that is not on the PATH.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
CURE = "Install Chromium or Google Chrome, or name one: NNSCOPE_CHROMIUM=/path/to/chromium"


def find() -> str | None:
    """Return the path of a Chromium that starts, or ``None``."""
    named = os.environ.get("NNSCOPE_CHROMIUM")
    paths = (shutil.which(name) for name in ((named,) if named else NAMES))
    return next((path for path in paths if path and _starts(path)), None)


def _starts(path: str) -> bool:
    # Ubuntu's chromium-browser is a script that only says to install a snap.
    try:
        subprocess.run([path, "--version"], capture_output=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return False
    return True


def install() -> None:
    """Install Debian's chromium when there is an apt and the right to use it."""
    if os.environ.get("NNSCOPE_CHROMIUM") or not shutil.which("apt-get"):
        return
    prefix: list[str] = []
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            return
        prefix = ["sudo", "--non-interactive"]
    print("Installing chromium with apt …", flush=True)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    for arguments in (["update"], ["install", "--yes", "chromium", "fonts-dejavu-core"]):
        if subprocess.run([*apt, *arguments], check=False).returncode:
            return


def main() -> int:
    """Print the path of a Chromium; exit with 1 where there is none."""
    path = find()
    if not path and "--install" in sys.argv[1:]:
        install()
        path = find()
    if not path:
        print(f"The browser tests need a Chromium, and none was found. {CURE}", file=sys.stderr)
        return 1
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
