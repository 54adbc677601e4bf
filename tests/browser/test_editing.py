"""The tools on the image, by mouse and by keyboard, against a real kernel."""

from __future__ import annotations

import base64
import io
import itertools
import re
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from hosts import KERNEL
from panel import NUMBER

CODE = """\
import base64, io, torch, torchvision, nnscope, nnscope.example
torch.manual_seed(0)
model = torchvision.models.squeezenet1_1().eval()
scope = nnscope.show(model, nnscope.example.chelsea())
"""
SEEN = "scope.probe.specimen.input"
WHOLE = f"whole = {SEEN}; pixels = whole.clone()"


@pytest.fixture
def panel(open_panel):
    panel = open_panel(CODE)
    panel.notebook.run(WHOLE)
    return panel


@contextmanager
def one_more_step(panel, by=1):
    """Wait after the block until the kernel has one more step to undo, and the panel has drawn it."""
    steps = int(panel.notebook.run("print(scope.edits.undoable)"))
    yield
    panel.follows("scope.edits.undoable", steps + by)
    panel.wait_until_drawn()


def is_whole(panel):
    """The network sees the very image that it saw first, to the bit."""
    panel.follows(f"({SEEN} is whole, torch.equal({SEEN}, pixels))", (True, True))


def looks(panel, locator, shot):
    """Wait until a part of the panel looks as it did."""
    panel.page.mouse.move(0, 0)
    for _ in range(100):
        if locator.screenshot() == shot:
            return
        panel.page.wait_for_timeout(100)
    raise AssertionError("it looks otherwise")


def shots(panel):
    """The image and the first tiles, without a pointer on them, once the finest have come."""
    panel.page.mouse.move(0, 0)
    panel.wait_until_drawn()
    panel.notebook.wait_until_idle()
    last = None
    while (now := (panel.picture.screenshot(), panel.cells.first.screenshot())) != last:
        last = now
        panel.page.wait_for_timeout(600)
    return now


def test_a_stroke_changes_all_and_can_be_taken_back(panel):
    image, tile = shots(panel)
    surface = panel.choose_tool("Erase to grey")
    with one_more_step(panel):
        panel.drag(surface, (0.3, 0.3), (0.7, 0.35), (0.7, 0.7))
    painted_image, painted_tile = shots(panel)
    assert painted_image != image
    assert painted_tile != tile
    # What is under the stroke, and nothing else, has another colour in the network's input.
    changed = f"({SEEN} != pixels)[0].any(0)"
    where = ", ".join(f"{changed}[{at}].item()" for at in ("78, 157", "67, 67", "200, 20"))
    panel.follows(f"({where})", (True, True, False))
    bars = panel.root.get_by_role("list", name="Classes").get_by_role("listitem")
    expect(bars.first).to_contain_text(re.compile(rf"{NUMBER} → {NUMBER} %"))
    rows = "[row['logit'] != row['before']['logit'] for row in scope.predictions]"
    panel.follows(f"all({rows})", value=True)

    sides = panel.root.get_by_role("radiogroup", name="Side")
    expect(sides.get_by_role("radio")).to_have_text(["after", "before", "difference"])
    sides.get_by_role("radio", name="before").click()
    panel.follows("scope.side", "other")
    looks(panel, panel.picture, image)
    looks(panel, panel.cells.first, tile)
    sides.get_by_role("radio", name="difference").click()
    panel.follows("scope.side", "difference")
    difference = shots(panel)
    assert difference[0] not in (image, painted_image)
    assert difference[1] not in (tile, painted_tile)
    sides.get_by_role("radio", name="after").click()
    looks(panel, panel.picture, painted_image)

    panel.notebook.run(f"painted = {SEEN}; paint = painted.clone()")
    panel.button("Undo").click()
    is_whole(panel)
    looks(panel, panel.picture, image)
    looks(panel, panel.cells.first, tile)
    expect(sides).to_have_count(0)  # nothing to compare with
    expect(bars.first).not_to_contain_text("→")
    panel.button("Redo").click()
    panel.follows(f"({SEEN} is painted, torch.equal({SEEN}, paint))", (True, True))
    looks(panel, panel.picture, painted_image)
    panel.button("Reset").click()
    is_whole(panel)
    looks(panel, panel.picture, image)
    panel.button("Undo").click()
    panel.follows(f"{SEEN} is painted", value=True)


def test_flips_turns_and_light(panel):
    panel.button("Adjust").click()
    adjust = panel.root.get_by_role("group", name="Adjust", exact=True)
    with one_more_step(panel):
        adjust.get_by_role("button", name="Flip horizontally").click()
    panel.follows(f"torch.equal({SEEN}, pixels.flip(-1))", value=True)
    with one_more_step(panel):
        adjust.get_by_role("button", name="Flip vertically").click()
    panel.follows(f"torch.equal({SEEN}, pixels.flip(-1, -2))", value=True)
    with one_more_step(panel):
        adjust.get_by_role("button", name="Turn 90° to the left").click()
    panel.follows(f"torch.allclose({SEEN}, pixels.flip(-1, -2).rot90(1, (-2, -1)), atol=1e-4)", value=True)
    # A slider is one step however far it moves.
    for name, middle in (("Turn", 90), ("Brightness", 0), ("Contrast", 1)):
        slider = adjust.get_by_role("slider", name=name, exact=True)
        with one_more_step(panel, by=0 if name == "Turn" else name == "Brightness"):
            slider.focus()
            expect(slider).to_have_value(str(middle))
            for _ in range(3):
                panel.page.keyboard.press("ArrowRight")
            panel.wait_until_drawn()
    assert panel.notebook.run("print(scope.edits.words)").strip() == "brightness +0.03, contrast 1.06"
    panel.button("Reset").click()
    is_whole(panel)


def drop(panel, name, kind, data):
    """Let go of a file over the panel."""
    panel.root.evaluate(
        """(root, [name, type, data]) => {
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([bytes], name, { type }));
          for (const event of ['dragenter', 'dragover', 'drop'])
            root.dispatchEvent(new DragEvent(event, { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        [name, kind, base64.b64encode(data).decode("ascii")],
    )


def test_a_dropped_file_takes_the_place_of_the_image(panel):
    image, _ = shots(panel)
    stripes = np.zeros((200, 260, 3), np.uint8)
    stripes[:, ::20] = 255, 128, 0
    file = io.BytesIO()
    Image.fromarray(stripes).save(file, "PNG")
    with one_more_step(panel):
        drop(panel, "stripes.png", "image/png", file.getvalue())
    assert shots(panel)[0] != image
    expect(panel.root).to_contain_text("stripes")
    data = base64.b64encode(file.getvalue()).decode("ascii")
    picture = f"__import__('PIL.Image').Image.open(io.BytesIO(base64.b64decode('{data}')))"
    panel.notebook.run(f"assert torch.equal({SEEN}, nnscope.Probe(model, {picture}).specimen.input)")

    stripes_shot, _ = shots(panel)
    drop(panel, "notes.txt", "text/plain", b"These are no pixels.")
    expect(panel.root.get_by_text(re.compile("notes.txt.*image")).first).to_be_visible()
    looks(panel, panel.picture, stripes_shot)
    panel.follows("scope.edits.undoable", 1)
    panel.button("Undo").click()
    is_whole(panel)
    looks(panel, panel.picture, image)


def test_a_file_larger_than_a_message_of_jupyter_takes_the_place_of_the_image(panel):
    noise = np.random.default_rng(0).integers(0, 256, (2000, 2200, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    assert file.tell() > 12 * 2**20
    with one_more_step(panel):
        drop(panel, "noise.png", "image/png", file.getvalue())
    expect(panel.root).to_contain_text(re.compile("noise.*2200 × 2000"))


def test_painting_by_keyboard_alone(panel):
    image, _ = shots(panel)
    keys = panel.page.keyboard
    panel.layer.focus()
    tools = panel.root.get_by_role("radiogroup", name="Image tool")
    panel.tab_to(tools)
    for _ in range(2):
        keys.press("ArrowRight")
    expect(panel.tool("Blur")).to_be_checked()
    for _ in range(4):
        keys.press("ArrowRight")
    expect(panel.tool("Erase to grey")).to_be_focused()
    panel.tab_to(panel.surface("Erase to grey"), back=True)
    keys.press("]")
    keys.press("Shift+ArrowRight")
    with one_more_step(panel):
        keys.press("Enter")
    # From the middle ten to the right, with a radius of 12 and an eighth more.
    changed = f"({SEEN} != pixels)[0].any(0)"
    panel.follows(f"({changed}[112, 122].item(), {changed}[112, 100].item())", (True, False))
    with one_more_step(panel):
        keys.down("Enter")
        for _ in range(3):
            keys.press("Shift+ArrowLeft")
        keys.up("Enter")
    panel.follows(f"({changed}[112, 100].item(), {changed}[112, 70].item())", (True, False))
    keys.press("Control+z")
    panel.follows("(scope.edits.undoable, scope.edits.redoable)", (1, 1))
    expect(panel.root).to_have_attribute("data-painting", "0")  # the kernel knows of a step before the panel
    keys.press("Control+Shift+z")
    panel.follows("(scope.edits.undoable, scope.edits.redoable)", (2, 0))
    for _ in range(2):
        expect(panel.root).to_have_attribute("data-painting", "0")
        keys.press("Control+z")
    is_whole(panel)
    keys.press("Escape")
    expect(panel.tool("Look")).to_be_focused()
    looks(panel, panel.picture, image)


FLIGHTS = """() => {
  const root = document.querySelector('[role=region][aria-label=nnscope]');
  const flights = { painting: [], order: [] };
  window.flights = flights;
  new MutationObserver(() => flights.painting.push(root.dataset.painting))
    .observe(root, { attributes: true, attributeFilter: ['data-painting'] });
  KERNEL.anyMessage.connect((_, { msg, direction }) => {
    const content = msg.content?.data?.content;
    if (direction === 'send' && content?.k === 'edit') flights.order.push(content);
    if (direction === 'recv' && content?.k === 'done') flights.order.push(content);
  });
}""".replace("KERNEL", KERNEL)


def test_one_edit_at_a_time_while_the_hand_moves_on(open_panel):
    # Only the connection that a widget came by tells its messages, so the kernel is its own.
    panel = open_panel(CODE, fresh=True)
    panel.notebook.run(WHOLE)
    surface = panel.choose_tool("Noise")
    panel.page.evaluate(FLIGHTS)
    with one_more_step(panel):
        panel.drag(surface, *((0.1 + 0.8 * (i % 2), 0.1 + i / 10) for i in range(9)), moves=20)
    flights = panel.page.evaluate("() => window.flights")
    assert set(flights["painting"]) == {"0", "1"}
    edits = [each for each in flights["order"] if each["k"] == "edit"]
    assert len(edits) > 1
    assert [each["rid"] for each in flights["order"]] == [each["rid"] for each in edits for _ in range(2)]
    assert [each["k"] for each in flights["order"]] == ["edit", "done"] * len(edits)
    # One stroke: each goes on where the last one ended, from the press to the lift.
    assert [each["begin"] for each in edits] == [True] + [False] * (len(edits) - 1)
    for before, after in itertools.pairwise(edits):
        assert after["points"][0] == before["points"][-1]
    assert edits[0]["points"][0] == pytest.approx([22.4, 22.4], abs=1)
    assert edits[-1]["points"][-1] == pytest.approx([22.4, 201.6], abs=1)
    panel.button("Undo").click()
    is_whole(panel)


def test_a_region_by_mouse(panel):
    surface = panel.choose_tool("Region")
    panel.drag(surface, (0.25, 0.25), (0.5, 0.75))
    panel.follows("scope.view", "region")
    box = panel.notebook.run("print(scope.region)")
    assert [float(n) for n in re.findall(NUMBER, box)] == pytest.approx([56, 56, 112, 168], abs=2)
    tab = panel.root.get_by_role("tab", name="Region", exact=True)
    expect(tab).to_have_attribute("aria-selected", "true")
    panel.drag(surface, (0.375, 0.5), (0.625, 0.5))  # seized within, it moves
    panel.follows("[round(x / 4) * 4 for x in scope.region]", [112, 56, 168, 168])
    panel.button("Remove the region").click()
    panel.follows("(scope.region, scope.view)", ([], "channels"))
    expect(tab).to_have_count(0)


def test_a_region_by_keyboard(panel):
    keys = panel.page.keyboard
    panel.layer.focus()
    panel.tab_to(panel.root.get_by_role("radiogroup", name="Image tool"))
    keys.press("ArrowRight")
    expect(panel.tool("Region")).to_be_focused()
    panel.tab_to(panel.root.get_by_role("application", name=re.compile("^No region")), back=True)
    keys.press("Enter")
    panel.follows("len(scope.region)", 4)
    expect(panel.root.get_by_role("tab", name="Region", exact=True)).to_be_visible()
    left, top, right, bottom = map(float, re.findall(NUMBER, panel.notebook.run("print(scope.region)")))
    keys.press("ArrowRight")
    panel.follows("scope.region", [left + 1, top, right + 1, bottom])
    keys.press("Shift+ArrowDown")
    panel.follows("scope.region", [left + 1, top, right + 1, bottom + 1])
    keys.press("Delete")
    panel.follows("(scope.region, scope.view)", ([], "channels"))


def test_a_cell_says_where_it_looks_from(panel):
    panel.notebook.run("scope.layer = 'features.5'")
    panel.wait_for_layer("features.5")
    image, _ = shots(panel)
    panel.channel_cell(2).hover()
    told = panel.root.get_by_text(re.compile(r"^channel 2 · cell .* sees .* in \d+ × \d+$"))
    expect(told).to_be_visible(timeout=30_000)
    assert panel.picture.screenshot() != image  # light and frames lie on it
    words = told.inner_text()
    row, column = re.search(r"cell \((\d+), (\d+)\)", words).groups()
    field = f"scope.probe.effective_field('features.5', {row}, {column}, 2)"
    panel.notebook.run(f"left, top, right, bottom = {field}.core")
    rows, columns = map(int, re.search(r"in (\d+) × (\d+)$", words).groups())
    panel.follows("(bottom - top, right - left)", (rows, columns))
    height, width = re.search(r"sees (\d+) × (\d+) px at most", words).groups()
    panel.notebook.run(
        f"assert tuple(scope.probe.layers['features.5'].receptive_field) == ({height}, {width})"
    )
