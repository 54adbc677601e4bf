"""The panel fits its room and wears its host's colours."""

from __future__ import annotations

from playwright.sync_api import expect

BACKGROUND = """(element) => {
  const [r, g, b] = getComputedStyle(element).backgroundColor.match(/\\d+/g).map(Number);
  return (r + g + b) / 3;
}"""
OVERFLOW = """(root) => [root, ...root.querySelectorAll('*')]
  .filter((e) => e.getBoundingClientRect().right > root.getBoundingClientRect().right + 1)
  .filter((e) => e.checkVisibility() && getComputedStyle(e).position !== 'absolute')
  .map((e) => e.outerHTML.slice(0, 120))"""


def test_nothing_hangs_over_at_any_width(demo):
    for width in (480, 640, 900, 1400):
        demo.notebook.set_width(demo.root, width)
        demo.wait_until_settled()
        assert demo.root.evaluate(OVERFLOW) == [], width
        demo.channel_cell(0).click()
        expect(demo.channel_dialog(0)).to_be_visible()
        assert demo.root.evaluate(OVERFLOW) == [], width
        demo.page.keyboard.press("Escape")
        expect(demo.dialog).to_have_count(0)


def test_the_theme_is_followed(demo):
    demo.notebook.set_theme("dark")
    assert demo.root.evaluate(BACKGROUND) < 64
    demo.notebook.set_theme("light")
    assert demo.root.evaluate(BACKGROUND) > 224
