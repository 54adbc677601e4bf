"""An attention map is asked by a patch: a click on the image, the arrow keys, Python."""

from __future__ import annotations

from playwright.sync_api import expect

NAME = "blocks.1.attn.softmax"
VIT = [
    """\
import timm, torch, nnscope
torch.manual_seed(0)
model = timm.create_model("vit_tiny_patch16_224", img_size=64, depth=2)
""",
    f"scope = nnscope.show(model, torch.rand(1, 3, 64, 64), layer={NAME!r})",
]


def asked(panel):
    """The patch that asks, as Python knows it, once the panel shows it."""
    panel.wait_until_settled()
    layer = panel.notebook.run("print(scope.layer)").strip()
    expect(panel.root).to_have_attribute("data-layer", layer, timeout=30_000)
    return layer.removeprefix(NAME)


def test_a_patch_asks_by_mouse_by_keyboard_and_from_python(open_panel):
    panel = open_panel(*VIT)
    image = panel.root.get_by_role("application", name="Attention of")
    expect(image).to_have_accessible_name(
        "Attention of class token. Arrow keys choose a patch, Escape the class token."
    )
    expect(panel.cells).to_have_count(3)  # a channel a head

    box = image.bounding_box()
    panel.page.mouse.click(box["x"] + 0.4 * box["width"], box["y"] + 0.6 * box["height"])
    panel.follows("scope.layer", f"{NAME}@2,1")
    assert asked(panel) == "@2,1"
    expect(panel.layer).to_have_value(NAME)
    exact = panel.exact(f"{NAME}@2,1", 1, 3, 3)
    panel.notebook.run("scope.channel = 1")
    panel.point_at(3, 3, (4, 4))
    assert abs(panel.value() - exact) <= 1e-4 * abs(exact)
    panel.notebook.run("scope.channel = None")

    panel.tab_to(image)
    panel.page.keyboard.press("ArrowRight")
    panel.follows("scope.layer", f"{NAME}@2,2")
    panel.page.keyboard.press("Escape")
    panel.follows("scope.layer", NAME)
    panel.notebook.run(f"scope.layer = '{NAME}@0,3'")
    expect(panel.root).to_contain_text("patch (0, 3)")
    assert asked(panel) == "@0,3"
