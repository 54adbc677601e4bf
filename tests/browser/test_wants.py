"""What channels want: pictures that grow in the enlarged view and in the grid, in real JupyterLab."""

from __future__ import annotations

import ast
import base64
import io
import re
import time

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from panel import NUMBER, Panel, number_of

MODEL = """\
import base64, numpy as np, torch, nnscope
from collections import OrderedDict
from torch import nn
from nnscope.widget.worker import submit
torch.manual_seed(0)
model = nn.Sequential(OrderedDict(
    stem=nn.Conv2d(3, 16, 3, padding=1), norm=nn.BatchNorm2d(16), relu=nn.ReLU(),
    middle=nn.Conv2d(16, 24, 3, stride=2, padding=1), relu2=nn.ReLU(), wide=nn.Conv2d(24, 512, 1),
    pool=nn.AdaptiveAvgPool2d(1), flat=nn.Flatten(), drop=nn.Dropout(), head=nn.Linear(512, 10),
)).eval()
model.drop.train()
model.stem.bias.requires_grad_(False)
model.head.weight.grad = torch.ones_like(model.head.weight)
model.middle.register_forward_hook(lambda *args: None)
"""
STATE = """\
HOOKS = [name for name in vars(nn.Module()) if "hooks" in name]
def state_of(model):
    grads = {f"{name}.grad": each.grad for name, each in model.named_parameters()}
    held = model.state_dict(keep_vars=True) | grads
    return {
        "values": {name: (id(each), None if each is None else each.clone()) for name, each in held.items()},
        "asks": [each.requires_grad for each in model.parameters()],
        "flags": [each.training for each in model.modules()],
        "hooks": [dict(getattr(each, name) or {}) for each in model.modules() for name in HOOKS],
        "own": [sorted(vars(each)) for each in model.modules()],
        "random": torch.get_rng_state(),
    }
def same(one, other):
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other
as_it_came = state_of(model)
def untouched():
    return [name for name, value in state_of(model).items() if not same(value, as_it_came[name])]
def rest(scope):
    scope.set_trait("wants", False)
    scope.channel = None
    submit(model, lambda: None).result(30)
"""
IMAGE = "image = np.random.default_rng(0).random((32, 32, 3), np.float32)"
CELLS = [
    f"{MODEL}{STATE}{IMAGE}\nscope = nnscope.show(model, image, transform=None, layer='middle')",
    "twin = nnscope.show(model, image, transform=None, layer='middle')",
]
SEEN = "scope.probe.specimen.input"
KINDS = {
    "Wants, Fourier": ("fourier", False),
    "Wants, pixels": ("pixels", False),
    "Dislikes, Fourier": ("fourier", True),
    "Dislikes, pixels": ("pixels", True),
}
ENDLESS = 4096
"""Steps that no machine makes while a test looks on."""


@pytest.fixture
def panel(kept_panel):
    yield kept_panel
    kept_panel.notebook.run("rest(scope); rest(twin)")
    assert told(kept_panel, "untouched()") == []


def told(panel, expression):
    """What the kernel makes of an expression."""
    return ast.literal_eval(panel.notebook.run(f"print(repr({expression}))"))


def steps_done(panel):
    return told(panel, "[made.step for made in scope.visualizations]")


def grow_beyond(panel, steps):
    """Wait until each picture has more steps than it had."""
    panel.follows(f"all(made.step > old for made, old in zip(scope.visualizations, {steps}))", value=True)


def enlarge(panel, channel, steps):
    """Enlarge a channel whose pictures take so many steps, and look at what it wants."""
    panel.notebook.run(f"scope.wants_steps = {steps}")
    panel.channel_cell(channel).click()
    dialog = panel.channel_dialog(channel)
    dialog.get_by_role("tab", name="Wants", exact=True).click()
    return dialog


def picture(within, name):
    return within.get_by_role("img", name=re.compile(f"^{name}: "))


def score(dialog, name):
    """The score that is told in the name of a picture."""
    said = picture(dialog, name).get_attribute("alt")
    return number_of(re.fullmatch(f"{name}: ({NUMBER})", said)[1])


def button(dialog, name):
    return dialog.get_by_role("button", name=name, exact=True)


def progress(dialog):
    return dialog.get_by_role("progressbar", name="Gradient ascent", exact=True)


def is_whole(dialog):
    expect(button(dialog, "More steps")).to_be_visible(timeout=30_000)
    expect(progress(dialog)).to_have_attribute("aria-valuenow", "1")
    for name in KINDS:
        expect(picture(dialog, name)).to_be_visible()


WATCH = """(dialog) => {
  const seen = window.seen = { done: [] };
  const add = (list, value) => list.at(-1) === value || list.push(value);
  const look = () => {
    for (const { alt, src } of dialog.querySelectorAll('img')) {
      const [name] = alt.split(':');
      add(seen[name] ??= [], src);
    }
    const bar = dialog.querySelector('[role=progressbar][aria-label="Gradient ascent"]');
    if (bar) add(seen.done, Number(bar.ariaValueNow));
  };
  new MutationObserver(look).observe(dialog, { subtree: true, childList: true, attributes: true });
}"""


def grows_to_more(panel, dialog, name, than):
    """Wait until the score in the name of a picture has risen."""
    deadline = time.monotonic() + 30
    while score(dialog, name) <= than:
        assert time.monotonic() < deadline, f"{name} stays at {than}"
        panel.page.wait_for_timeout(100)


def test_pictures_grow_while_one_watches(panel):
    panel.notebook.run(f"scope.wants_steps = {ENDLESS}")
    panel.channel_cell(2).click()
    dialog = panel.channel_dialog(2)
    dialog.evaluate(WATCH)
    dialog.get_by_role("tab", name="Wants", exact=True).click()
    for name in ("Wants, Fourier", "Wants, pixels"):
        picture(dialog, name).wait_for()
        begun = score(dialog, name)
        panel.page.wait_for_function("(name) => window.seen[name].length > 2", arg=name)
        grows_to_more(panel, dialog, name, begun)
    assert picture(dialog, "Dislikes, Fourier").count() == 0  # these come after the other two
    done = panel.page.evaluate("() => window.seen.done")
    assert len(done) > 3
    assert done == sorted(done)
    assert 0 < done[-1] < 1

    steps = dialog.get_by_role("spinbutton", name="Steps", exact=True)
    steps.fill("12")
    steps.press("Enter")
    button(dialog, "Start again").click()
    is_whole(dialog)
    panel.follows("(scope.growing, scope.status, scope.error)", (False, "ready", ""))
    for place, (name, (method, negative)) in enumerate(KINDS.items()):
        asked = f"'middle', 2, method={method!r}, negative={negative}, steps=12, size=32, seed=0"
        panel.notebook.run(f"made, again = scope.visualizations[{place}], scope.probe.maximize({asked})")
        assert told(panel, "(made.step, made.done, made.labels)") == (12, 1.0, ["channel 2 of middle"])
        assert told(
            panel, "torch.equal(made.tensor, again.tensor) and torch.equal(made.scores, again.scores)"
        )
        assert score(dialog, name) == pytest.approx(told(panel, "made.scores[0].item()"), rel=5e-3)
        # The channel answers to what was made as strongly as is said.
        own = told(panel, "model[:4](made.tensor)[0, 2].mean().item()")
        assert score(dialog, name) == pytest.approx(own, rel=5e-3)
        shown = pixels_of(picture(dialog, name))
        made = base64.b64decode(told(panel, "base64.b64encode(made.pixels.tobytes())"))
        made = np.frombuffer(made, np.uint8).reshape(32, 32, 3).astype(float)
        assert shown.shape == made.shape
        assert np.abs(shown - made).mean() < 8  # of 255: JPEG at most


def pixels_of(image):
    """What an image in the page shows, from its file."""
    data = image.evaluate("""async ({ src }) => {
      const bytes = new Uint8Array(await (await fetch(src)).arrayBuffer());
      return btoa(String.fromCharCode(...bytes));
    }""")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"), float)


def test_pause_continue_cancel_and_more(panel):
    dialog = enlarge(panel, 4, ENDLESS)
    picture(dialog, "Wants, pixels").wait_for()
    button(dialog, "Pause").click()
    expect(button(dialog, "Continue")).to_be_visible()
    panel.follows("(scope.growing, scope.status)", (False, "ready"))
    panel.notebook.run("submit(model, lambda: None).result(30)")
    dialog.evaluate(WATCH)
    held, now = steps_done(panel), dialog.inner_text()
    assert "paused at step" in now
    panel.page.wait_for_timeout(700)  # two pictures would have come
    panel.notebook.run("submit(model, lambda: None).result(30)")
    assert steps_done(panel) == held
    assert dialog.inner_text() == now
    assert panel.page.evaluate("() => window.seen.done") == []
    button(dialog, "Continue").click()
    grow_beyond(panel, held)
    panel.page.wait_for_function("() => window.seen.done.length > 1")
    button(dialog, "Cancel").click()
    expect(dialog.get_by_text("nothing has grown yet")).to_be_visible()
    for name in KINDS:
        expect(picture(dialog, name)).to_have_count(0)
    panel.follows("(scope.growing, scope.visualizations)", (False, []))

    panel.notebook.run("scope.wants_steps = 6")
    button(dialog, "Start again").click()
    is_whole(dialog)
    panel.follows("(scope.growing, scope.status)", (False, "ready"))
    assert steps_done(panel) == [6] * 4
    before = {name: picture(dialog, name).get_attribute("src") for name in KINDS}
    button(dialog, "More steps").click()
    expect(dialog).to_contain_text("12 steps each", timeout=30_000)
    is_whole(dialog)
    assert steps_done(panel) == [12] * 4
    assert all(picture(dialog, name).get_attribute("src") != before[name] for name in KINDS)
    button(dialog, "Cancel").wait_for(state="hidden")


def test_by_keyboard_alone(panel):
    panel.notebook.run(f"scope.wants_steps = {ENDLESS}; whole = {SEEN}; photo = whole.clone()")
    keys = panel.page.keyboard
    panel.layer.focus()
    panel.tab_to(panel.grid)
    keys.press("Control+Home")
    keys.press("ArrowRight")
    expect(panel.channel_cell(1)).to_be_focused()
    keys.press("Enter")
    dialog = panel.channel_dialog(1)
    panel.tab_to(dialog.get_by_role("tablist", name="Enlarged"))
    for _ in range(2):
        keys.press("ArrowLeft")
    expect(dialog.get_by_role("tab", name="Wants", exact=True)).to_be_focused()
    picture(dialog, "Wants, pixels").wait_for()
    keys.press("Space")
    expect(button(dialog, "Continue")).to_be_visible()
    panel.follows("scope.growing", value=False)
    keys.press("Space")
    expect(button(dialog, "Pause")).to_be_visible()
    panel.follows("scope.growing", value=True)

    for name, value in (("Steps", 8), ("Size", 20), ("Seed", 7)):
        panel.tab_to(dialog.get_by_role("spinbutton", name=name, exact=True))
        keys.press("Control+a")
        keys.type(str(value))
        keys.press("Enter")
        panel.follows(f"scope.wants_{name.lower()}", value)
    panel.follows("scope.growing", value=False)
    again = button(dialog, "Start again")
    again.wait_for()
    panel.tab_to(again)
    keys.press("Enter")
    is_whole(dialog)
    expect(button(dialog, "More steps")).to_be_focused()  # what was pressed is gone
    assert told(panel, "[made.provenance['seed'] for made in scope.visualizations]") == [7] * 4
    assert told(panel, "{tuple(made.tensor.shape) for made in scope.visualizations}") == {(1, 3, 20, 20)}

    panel.tab_to(button(dialog, "Put under the microscope").first)
    keys.press("Enter")
    panel.follows("scope.edits.undoable", 1)
    panel.wait_until_drawn()
    panel.follows(f"torch.equal({SEEN}, photo)", value=False)
    keys.press("Control+z")
    panel.follows(f"({SEEN} is whole, torch.equal({SEEN}, photo))", (True, True))
    panel.follows("(scope.edits.undoable, scope.edits.redoable)", (0, 1))
    panel.wait_until_drawn()
    keys.press("Escape")
    expect(dialog).to_have_count(0)
    expect(panel.channel_cell(1)).to_be_focused()


def mean_of(panel, channel):
    """The mean of a channel as its tile tells it, and as the kernel has it."""
    name = panel.channel_cell(channel).get_attribute("aria-label")
    shown = number_of(re.search(rf"mean ({NUMBER})", name)[1])
    assert shown == pytest.approx(
        told(panel, f"scope.probe.activations('middle')[{channel}].mean().item()"), rel=5e-3, abs=5e-4
    )
    return shown


def test_what_was_made_lights_the_channel_up(panel):
    panel.notebook.run(f"whole = {SEEN}; photo = whole.clone()")
    of_the_photo = mean_of(panel, 6)
    image = panel.picture.screenshot()
    made = {}
    for name in ("Wants, Fourier", "Dislikes, pixels"):
        dialog = enlarge(panel, 6, 40)
        is_whole(dialog)
        made[name] = score(dialog, name)
        figure = dialog.get_by_role("figure").filter(has=picture(panel.page, name))
        figure.hover()
        figure.get_by_role("button", name="Put under the microscope", exact=True).click()
        panel.follows("scope.edits.undoable", 1)
        panel.wait_until_drawn()
        tab = dialog.get_by_role("tab", name="Map", exact=True)
        expect(tab).to_have_attribute("aria-selected", "true")
        place = list(KINDS).index(name)
        assert told(panel, f"torch.equal({SEEN}, scope.visualizations[{place}].tensor)")
        panel.page.keyboard.press("Escape")
        assert mean_of(panel, 6) == pytest.approx(made[name], rel=5e-3)
        assert panel.picture.screenshot() != image
        panel.button("Undo").click()
        panel.follows(f"({SEEN} is whole, torch.equal({SEEN}, photo))", (True, True))
        panel.wait_until_drawn()
    assert made["Wants, Fourier"] > of_the_photo > made["Dislikes, pixels"]


def filled(panel, than):
    """How many pictures of how many the line beside the switch tells, once they are more than so many."""
    line = panel.root.get_by_text(re.compile(r"^What channels want: \d+ of \d+"))
    deadline = time.monotonic() + 30
    while True:  # the line follows the tiles, four times a second
        done, of = map(int, re.search(r"(\d+) of (\d+)", line.inner_text()).groups())
        if done > than:
            return done, of
        assert time.monotonic() < deadline, f"it stays at {done} of {of}"
        panel.page.wait_for_timeout(50)


def test_the_grid_shows_what_its_channels_want(panel):
    panel.page.mouse.move(0, 0)
    values = panel.cells.first.screenshot()
    panel.notebook.run("scope.layer = 'wide'")
    panel.wait_for_layer("wide")
    switch = panel.root.get_by_role("switch", name="Wants", exact=True)
    switch.click()
    expect(switch).to_be_checked()
    whole = re.compile(rf"wanted picture, score {NUMBER}")
    expect(panel.cells.first).to_have_accessible_name(whole, timeout=30_000)
    begun, of = filled(panel, 0)
    assert begun < of == 512
    expect(panel.cells.nth(8)).to_have_accessible_name(whole, timeout=30_000)
    assert filled(panel, begun)[0] < of

    # What comes into sight is made next, though hundreds before it are missing.
    panel.cells.first.focus()
    panel.page.keyboard.press("Control+End")
    expect(panel.channel_cell(511)).to_be_focused()
    far = re.compile(rf"^channel [345]\d\d of 512, .*score {NUMBER}")
    panel.grid.get_by_role("gridcell", name=far).first.wait_for()
    assert filled(panel, begun)[0] < of / 2

    panel.pick(panel.layer, "middle")
    panel.wait_for_layer("middle")
    for channel in (0, 23):
        expect(panel.channel_cell(channel)).to_have_accessible_name(whole, timeout=30_000)
    assert filled(panel, 0)[1] == 24
    assert panel.cells.first.screenshot() != values

    switch.click()
    expect(panel.channel_cell(0)).not_to_have_accessible_name(re.compile("wanted picture"))
    panel.page.mouse.move(0, 0)
    panel.wait_until_settled()
    assert panel.cells.first.screenshot() == values


def test_the_network_answers_while_a_picture_grows(panel):
    twin = Panel(panel.notebook, index=1)
    twin.wait_until_painted()
    dialog = enlarge(panel, 8, ENDLESS)
    picture(dialog, "Wants, pixels").wait_for()
    begun = steps_done(panel)
    twin.pick(twin.layer, "stem")
    twin.wait_for_layer("stem")
    twin.cam.click()
    twin.follows("twin._map_header.get('layer')", "stem")
    twin.channel_cell(3).click()
    twin.point_at(20, 30, (32, 32))
    assert twin.value() == pytest.approx(
        told(twin, "twin.probe.activations('stem')[3, 20, 30].item()"), rel=1e-4
    )
    twin.page.keyboard.press("Escape")
    assert told(panel, "(scope.growing, scope.channel)") == (True, 8)
    grow_beyond(panel, begun)

    button(dialog, "Next channel").click()
    following = panel.channel_dialog(9)
    picture(following, "Wants, pixels").wait_for()
    assert told(panel, "scope.visualizations[0].labels") == ["channel 9 of middle"]
    following.get_by_role("tab", name="Map", exact=True).click()
    panel.follows("scope.growing", value=False)
