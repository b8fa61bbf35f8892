"""Dark themes: every word of our parts can be read, and the pictures keep their paper."""

import io
import shutil

import pytest
from conftest import NOTEBOOKS, ROOT
from PIL import Image
from test_browser import chromium_browser, explorers, jupyterlab, open_and_run

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
DARK = ["JupyterLab Dark", "JupyterLab Dark High Contrast"]

# [contrast, words, what holds them] of every text in our parts, the worst first; colours as
# painted, through every transparent layer and opacity.
CONTRASTS = """() => {
  const context = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = color => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below, opacity) => {
    const a = top[3] * opacity;
    return [0, 1, 2].map(k => a * top[k] + (1 - a) * below[k]).concat(1);
  };
  const paper = e => {
    if (!e) return [255, 255, 255, 1];
    return over(rgba(getComputedStyle(e).backgroundColor), paper(e.parentElement), 1);
  };
  const faded = e => e ? getComputedStyle(e).opacity * faded(e.parentElement) : 1;
  const luminance = color => {
    const [r, g, b] = color.slice(0, 3).map(v => v / 255).map(
      v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  for (const part of document.querySelectorAll('.vi-part')) {
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
      const e = text.parentElement;
      const words = text.textContent.trim();
      const hidden = !e.checkVisibility() || e.closest('svg, style, mjx-assistive-mml');
      if (!words || hidden) continue;
      const below = paper(e);
      const ink = over(rgba(getComputedStyle(e).color), below, faded(e));
      const [low, high] = [luminance(ink), luminance(below)].sort((a, b) => a - b);
      found.push([(high + 0.05) / (low + 0.05), words.slice(0, 60), e.outerHTML.slice(0, 160)]);
    }
    for (const e of part.querySelectorAll('mjx-container')) {
      if (!e.checkVisibility()) continue;
      const ink = over(rgba(getComputedStyle(e).color), paper(e), faded(e));
      const [low, high] = [luminance(ink), luminance(paper(e))].sort((a, b) => a - b);
      found.push([(high + 0.05) / (low + 0.05), 'a formula', '']);
    }
  }
  return found.sort((a, b) => a[0] - b[0]);
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Notebook 01, run, with everything shown that a button shows."""
    home = tmp_path_factory.mktemp("themes")
    shutil.copytree(ROOT / "notebooks", home / "notebooks")
    with jupyterlab(home) as address, chromium_browser() as browser:
        page = open_and_run(browser, address, NOTEBOOKS[0].name)
        for words in ("All lines", "Code", "Hint", "Solution"):
            for button in page.locator(f".vi-part button:has-text('{words}')").all()[:3]:
                button.click()
        for letter in "ABC":  # two of three are wrong
            page.locator(f".vi-part button:has-text('{letter}.')").first.click()
        page.locator(".vi-part :text('The answer:')").first.wait_for()
        page.locator(".vi-part pre").first.wait_for()
        yield page
        page.close()


def choose_theme(page, name):
    page.click(".lm-MenuBar-item:has-text('Settings')")
    page.locator(".lm-Menu-itemLabel", has_text="Theme").first.click()
    page.locator(f".lm-Menu-itemLabel >> text='{name}'").click()
    page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)
    page.wait_for_timeout(300)


@pytest.mark.parametrize("theme", DARK)
def test_every_word_can_be_read_in_the_dark(page, theme):
    choose_theme(page, theme)
    found = page.evaluate(CONTRASTS)
    assert len(found) > 100
    assert any(words == "a formula" for _, words, _ in found)
    assert [one for one in found if one[0] < 4.5] == []


@pytest.mark.parametrize("theme", DARK)
def test_pictures_keep_their_paper(page, theme):
    choose_theme(page, theme)
    picture = explorers(page).first.locator("svg[role=img]")
    picture.scroll_into_view_if_needed()
    shot = Image.open(io.BytesIO(picture.screenshot())).convert("RGB")
    corners = [shot.getpixel((x, y)) for x in (2, shot.width - 3) for y in (2, shot.height - 3)]
    assert corners == [(255, 255, 255)] * 4
