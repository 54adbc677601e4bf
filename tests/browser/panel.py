"""The panel as a user finds it: by roles and accessible names, never by classes."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from playwright.sync_api import Locator, expect

from hosts import Notebook

NUMBER = r"[-−]?\d+(?:\.\d+)?(?:e[-−]?\d+)?"
DIGITS = 0.5e-4
"""Relative error of a number shown with five significant digits, at most."""


def number_of(text: str) -> float:
    """A number as the panel writes it."""
    return float(text.replace("−", "-"))


class Panel:
    """One view of a scope in a notebook; the kernel knows the scope as ``scope``."""

    def __init__(self, notebook: Notebook, index: int = 0) -> None:
        self.notebook = notebook
        self.page = notebook.page
        self.root = notebook.page.get_by_role("region", name="nnscope", exact=True).nth(index)
        self.layer = self.root.get_by_role("combobox", name="Layer", exact=True)
        self.grid = self.root.get_by_role("grid", name="Channels", exact=True)
        self.cells = self.grid.get_by_role("gridcell")
        self.dialog = self.root.get_by_role("dialog")
        self.cam = self.root.get_by_role("switch", name="Grad-CAM", exact=True)
        self.target = self.root.get_by_role("combobox", name="Class", exact=True)
        self.sort = self.root.get_by_role("combobox", name="Sort", exact=True)

    def wait_until_painted(self) -> None:
        """Wait for the first picture."""
        self.root.wait_for(state="visible", timeout=60_000)
        expect(self.root).to_have_attribute("data-painted", re.compile(r"[1-9]"), timeout=30_000)
        self.wait_until_settled()

    def wait_until_settled(self) -> None:
        """Wait until no answer is awaited."""
        expect(self.root).not_to_have_attribute("aria-busy", "true", timeout=30_000)

    def wait_for_layer(self, name: str) -> None:
        """Wait until the panel shows a layer."""
        expect(self.root).to_have_attribute("data-layer", name, timeout=30_000)
        expect(self.layer).to_have_value(name)
        self.wait_until_settled()

    def wait_until_drawn(self) -> None:
        """Wait until no change of the image is under way."""
        for fact in ("data-painting", "data-lag"):
            expect(self.root).to_have_attribute(fact, "0", timeout=30_000)
        self.wait_until_settled()

    @contextmanager
    def picture_changed(self) -> Iterator[None]:
        """Wait after the block until another picture stands beside the grid."""
        before = self.picture.screenshot()
        yield
        deadline = time.monotonic() + 30
        while self.root.get_attribute("aria-busy") == "true" or self.picture.screenshot() == before:
            assert time.monotonic() < deadline, "the picture did not change"

    def tab_to(self, target: Locator, *, back: bool = False) -> None:
        """Press Tab, or Shift and Tab, until the focus is on an element, or within it."""
        for _ in range(40):
            if target.evaluate("(element) => element.contains(element.getRootNode().activeElement)"):
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
        raise AssertionError("Tab never came there")

    def exact(self, layer: str, channel: int, row: int, column: int) -> float:
        """One activation, asked of the kernel."""
        cell = f"scope.probe.activations({layer!r})[{channel}, {row}, {column}]"
        return float(self.notebook.run(f"print({cell}.item())"))

    def channel_cell(self, channel: int) -> Locator:
        """The tile of one channel."""
        return self.grid.get_by_role("gridcell", name=re.compile(rf"^channel {channel} of "))

    def channel_dialog(self, channel: int) -> Locator:
        """The enlarged view of one channel."""
        return self.root.get_by_role("dialog", name=f"Channel {channel}", exact=True)

    def button(self, name: str) -> Locator:
        """A button by its whole name."""
        return self.root.get_by_role("button", name=name, exact=True)

    def tool(self, name: str) -> Locator:
        """A tool on the image."""
        tools = self.root.get_by_role("radiogroup", name="Image tool")
        return tools.get_by_role("radio", name=name, exact=True)

    def surface(self, tool: str) -> Locator:
        """What a tool works on: the image, once the tool is chosen."""
        start = "(Region|No region)" if tool == "Region" else re.escape(tool)
        return self.root.get_by_role("application", name=re.compile(f"^{start}"))

    def choose_tool(self, name: str) -> Locator:
        """Click a tool and return what it works on."""
        self.tool(name).click()
        return self.surface(name)

    def drag(self, surface: Locator, *places: tuple[float, float], moves: int = 5) -> None:
        """Drag the mouse along places, fractions of the width and height of a surface."""
        box = surface.bounding_box()
        assert box is not None
        for i, (x, y) in enumerate(places):
            at = box["x"] + x * box["width"], box["y"] + y * box["height"]
            self.page.mouse.move(*at, steps=moves if i else 1)
            if i == 0:
                self.page.mouse.down()
        self.page.mouse.up()

    def pick(self, box: Locator, name: str) -> None:
        """Type into a combobox and click the option that fits best."""
        box.click()
        box.fill(name)
        self.root.get_by_role("option", name=name).first.click()

    def order(self) -> list[int]:
        """The channels of the first tiles, as they stand in the grid."""
        names = self.cells.evaluate_all("(cells) => cells.map((cell) => cell.getAttribute('aria-label'))")
        return [int(re.match(r"channel (\d+) of ", name)[1]) for name in names]

    @cached_property
    def picture(self) -> Locator:
        """The image with whatever lies over it, beside the grid."""
        return self.root.get_by_role("img", name=re.compile(r"^The (image|original)")).first

    @property
    def map(self) -> Locator:
        """The map of the enlarged channel."""
        return self.dialog.get_by_role("img", name="activation", exact=True)

    def point_at(self, row: int, column: int, size: tuple[int, int]) -> None:
        """Move the pointer onto one cell of the enlarged map of ``size`` rows and columns."""
        box = self.map.bounding_box()
        assert box is not None
        self.page.mouse.move(
            box["x"] + (column + 0.5) / size[1] * box["width"],
            box["y"] + (row + 0.5) / size[0] * box["height"],
        )

    def value(self) -> float:
        """The exact value that the enlarged view tells; one read off a tile stands behind a ≈."""
        expect(self.dialog).to_contain_text(re.compile(rf"value\s*{NUMBER}"), timeout=15_000)
        told = re.search(rf"value\s*({NUMBER})", self.dialog.inner_text())
        assert told is not None
        return number_of(told[1])

    def follows(self, expression: str, value: object) -> None:
        """Wait until an expression in the kernel has a value."""
        deadline = time.monotonic() + 15
        while (told := ast.literal_eval(self.notebook.run(f"print(repr({expression}))"))) != value:
            assert time.monotonic() < deadline, f"{expression} is {told!r}, not {value!r}"
            self.page.wait_for_timeout(50)
