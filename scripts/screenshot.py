"""Photograph the panel in JupyterLab.

python scripts/screenshot.py                        docs/panel.png, from the quickstart notebook
python scripts/screenshot.py --theme dark --width 1200 --out panel-dark.png
python scripts/screenshot.py --all shots            every width, theme and view, for looking
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "browser"))

import hosts  # noqa: E402
from panel import Panel  # noqa: E402

WIDTHS = (480, 900, 1400)
SIZE = (1280, 1500)
"""Of the page: high enough for the whole panel at its narrowest."""
THEMES: tuple[hosts.Theme, ...] = ("light", "dark")
QUICKSTART = ROOT / "notebooks" / "quickstart.ipynb"
LAYER = "_blocks.2._bn1"


def set_scene(notebook: hosts.Notebook) -> Panel:
    """Open the demo the way a reader should first see it: a middle layer, the strongest first, the map on."""
    notebook.add_cell("import nnscope\nscope = nnscope.demo()")
    panels = notebook.page.get_by_role("region", name="nnscope", exact=True)
    panels.last.wait_for(timeout=60_000)
    panel = Panel(notebook, panels.count() - 1)
    panel.wait_until_painted()
    notebook.run(f"scope.layer = {LAYER!r}; scope.sort = 'max'; scope.cam = True")
    panel.wait_for_layer(LAYER)
    return panel


def shoot(panel: Panel, theme: hosts.Theme, width: int, out: Path) -> None:
    """Photograph the panel at one width in one theme."""
    panel.notebook.set_theme(theme)
    panel.notebook.set_width(panel.root, width)
    panel.root.scroll_into_view_if_needed()
    panel.page.mouse.move(0, 0)
    panel.wait_until_settled()
    panel.page.wait_for_timeout(500)  # finer tiles arrive, transitions end
    out.parent.mkdir(parents=True, exist_ok=True)
    panel.root.screenshot(path=out)
    print(out)


def shoot_all(panel: Panel, folder: Path) -> None:
    """Photograph the panel and one enlarged channel at every width in both themes."""
    strongest = panel.order()[0]
    for view, channel in (("panel", None), ("enlarged", strongest)):
        panel.notebook.run(f"scope.channel = {channel}")
        for theme in THEMES:
            for width in WIDTHS:
                shoot(panel, theme, width, folder / f"{view}-{theme}-{width}.png")


def main() -> None:
    """Parse the command line and take the pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--theme", choices=THEMES, default="light")
    parser.add_argument("--width", type=int, default=960, help="of the panel, in CSS pixels")
    parser.add_argument("--scale", type=float, default=2, help="device pixels to a CSS pixel")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "panel.png")
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every width, theme and view")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        hosts.jupyterlab(Path(folder)) as lab,
        sync_playwright() as playwright,
        hosts.launch(playwright) as browser,
    ):
        shutil.copy(QUICKSTART, lab.root)
        with hosts.notebook(browser, lab, QUICKSTART.name, scale=options.scale, size=SIZE) as notebook:
            panel = set_scene(notebook)
            if options.all:
                shoot_all(panel, options.all)
            else:
                shoot(panel, options.theme, options.width, options.out)


if __name__ == "__main__":
    main()
