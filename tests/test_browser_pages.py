"""The notebooks as pages, decks and handouts: without a kernel, and without a network."""

import gzip
import importlib
import json
import re
from base64 import b64decode
from pathlib import Path

import nbformat
import pytest
from conftest import NOTEBOOKS, parts
from test_browser import chromium_browser

from helpers.widgets import Derivation, Explorer, Prediction

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]
SLIDES = [path for path in NOTEBOOKS if nbformat.read(path, 4).cells[0].metadata.get("slideshow")]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    importlib.import_module("helpers.pages.__main__").build(SLIDES, folder)
    return folder


@pytest.fixture(scope="module")
def chromium():
    with chromium_browser() as browser:
        yield browser


@pytest.fixture(params=SLIDES, ids=lambda path: path.stem)
def stem(request):
    return request.param.stem


@pytest.fixture
def visit(site, chromium):
    """Opens a file of the site as a double click would; nothing else may be asked for."""
    opened = []

    def open_file(name, width=1280, height=720):
        page = chromium.new_page(viewport={"width": width, "height": height})
        page.troubles = []
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        page.on("requestfailed", lambda request: page.troubles.append(request.url))
        page.on("request", lambda r: r.url.startswith("file:") or page.troubles.append(r.url))
        page.goto((site / name).as_uri())
        page.wait_for_function("document.fonts.ready")
        opened.append(page)
        return page

    yield open_file
    for page in opened:
        assert page.troubles == []
        page.close()


def deck_of(visit, stem):
    page = visit(f"{stem}.deck.html")
    page.wait_for_selector("#talk", timeout=60_000)
    return page


def test_no_explorer_sends_more_than_a_phone_can_bear(site):
    sizes = {path.name: path.stat().st_size for path in (site / "frames").iterdir()}
    moving = [one for one in parts(Explorer) if one.values[0].controls]
    assert len(sizes) > len(moving) / 2
    assert max(sizes.values()) < 1_500_000, sizes


def test_nothing_names_the_network(site):
    for path in site.glob("*.*"):
        if path.suffix in (".html", ".js", ".css"):
            text = path.read_text(encoding="utf-8")
            addresses = set(re.findall(r"(?<!xmlns=\")(?<!xlink=\")https?://[^\"' ]+", text))
            assert {a for a in addresses if "w3.org" not in a} == set()


def test_links_lead_somewhere(site):
    for path in site.glob("*.html"):
        links = re.findall(r'<a [^>]*href="([^"#]+)', path.read_text(encoding="utf-8"))
        assert links or "handout" in path.name
        for link in links:
            assert (site / link).exists(), (path.name, link)


# What a reader sees cut off: wider than its box where the box does not scroll, or taller.
CUT = """() => slides.map((slide, index) => {
  const found = [];
  const bottom = slide.offsetHeight - parseFloat(getComputedStyle(slide).paddingBottom);
  const top = slide.getBoundingClientRect().top;
  for (const one of slide.querySelectorAll('.block *')) {
    if (one.closest('.notes, .unseen, svg') || one.parentElement.closest('math')) continue;
    const box = one.getBoundingClientRect();
    if (!box.height || !box.width) continue;
    const name = one.tagName + '.' + one.className;
    if (box.bottom - top > bottom + 1) found.push([name, 'below', box.bottom - top]);
    if (box.right > 1280 - 60 || box.left < 60) found.push([name, 'beside', box.right]);
    if (one.clientWidth && one.scrollWidth > one.clientWidth + 2)
      found.push([name, 'wide', one.scrollWidth, one.clientWidth]);
  }
  return [index + 1, found];
}).filter(([_, found]) => found.length)"""


def test_no_slide_is_cut(visit, stem):
    page = deck_of(visit, stem)
    assert page.evaluate("slides.length") > 10
    assert page.evaluate(CUT) == []
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    assert page.evaluate(CUT) == [], "with the answers open"


# Where a slide goes on though its first words, or they and what they lead to, had room before it.
WASTED = """() => {
  document.querySelectorAll('details').forEach(one => one.open = true);
  const wasted = [];
  for (const [index, slide] of slides.entries()) {
    if (!slide.querySelector('.again')) continue;
    const [first, second] = slide.querySelectorAll('.block');
    const before = [...slides[index - 1].querySelectorAll('.block')].at(-1);
    const about = before.querySelector('.picture, table, pre') && !first.querySelector('h3');
    const leads = prose(first) && second && !about
      && (!prose(second) || first.querySelector('h3'));
    const need = 16 + first.offsetHeight + (leads ? 16 + second.offsetHeight : 0);
    if (!first.querySelector('.part table') && height(slides[index - 1]) + need < ROOM)
      wasted.push([index + 1, need, height(slides[index - 1])]);
  }
  return wasted;
}"""


def test_slides_are_filled_from_heading_to_heading(visit, stem):
    """A few words alone on a slide tell little; what comes after them waits for its step."""
    page = deck_of(visit, stem)
    late = "slides.filter(slide => slide.querySelector('.block ~ .block :is(h1, h2)')).length"
    assert page.evaluate(late) == 0, "a section begins on a slide of its own"
    untold = "slides.map(slide => [...slide.querySelectorAll('.block:not(.fragment)')].length)"
    assert set(page.evaluate(untold)) == {1}
    assert page.locator(".block.fragment").count() > page.evaluate("slides.length") / 3
    assert page.evaluate(WASTED) == []


def test_words_that_lead_to_a_picture_share_its_slide(visit):
    page = deck_of(visit, "05_coin_toss")
    led = """() => slides.filter(slide => {
      const [first, second] = slide.querySelectorAll('.block');
      return second && prose(first) && second.querySelector('.picture');
    }).map(slide => height(slide))"""
    heights = page.evaluate(led)
    assert len(heights) > 2
    assert max(heights) <= 664


def test_letters_in_pictures_can_be_read_from_the_back(visit, stem):
    """At 1280 × 720; a projector of 1920 × 1080 shows them half as large again."""
    page = deck_of(visit, stem)
    widths = page.evaluate("""() => [...document.querySelectorAll('.picture svg[role=img]')].map(
        one => 10 * one.getBoundingClientRect().width / one.viewBox.baseVal.width)""")
    assert len(widths) > 2
    assert min(widths) >= 14, sorted(widths)[:5]


def test_the_deck_holds_all_that_the_notebook_says(visit, stem, site):
    """Splitting loses nothing: every word of the page is on some slide, and every note."""
    page, deck = visit(f"{stem}.html"), deck_of(visit, stem)
    page.evaluate("document.querySelectorAll('.hint').forEach(one => one.remove())")
    told, shown = (
        set(re.findall(r"[^\s<>]+", re.sub("<[^>]*>", " ", one.locator("main").inner_html())))
        for one in (page, deck)
    )
    assert told - shown == set()
    ledgers = "() => document.querySelectorAll('.part td').length"
    assert deck.evaluate(ledgers) == page.evaluate(ledgers)
    notebook = nbformat.read(next(p for p in SLIDES if p.stem == stem), 4)
    notes = [c for c in notebook.cells if c.metadata.slideshow.slide_type == "notes"]
    assert deck.locator("aside.notes").count() == len(notes) > 0


def test_a_talk_by_keyboard(visit, stem):
    page = deck_of(visit, stem)
    total = page.evaluate("slides.length")
    seen = set()
    for _ in range(1000):
        at = page.evaluate("at")
        seen.add(at)
        if at == total - 1 and not page.evaluate(
            "slides[at].querySelector('.fragment:not(.seen)')"
        ):
            break
        page.keyboard.press("ArrowRight")
    assert seen == set(range(total))
    page.keyboard.press("Home")
    assert page.evaluate("at") == 0
    place = page.evaluate("slides.findIndex(slide => slide.querySelector('.notes'))")
    page.evaluate(f"show({place})")
    page.keyboard.press("n")
    assert "For the teacher" in page.locator("#spoken").inner_text()
    page.keyboard.press("n")
    assert page.locator("#spoken").count() == 0


def test_a_ledger_goes_line_by_line(visit):
    page = deck_of(visit, "01_gaussian_kl")
    page.evaluate("show(slides.findIndex(slide => slide.querySelectorAll('tr.fragment').length))")
    lines = page.locator(".slide.shown tr:has(td)")
    assert [line.is_visible() for line in lines.all()][:2] == [True, False]
    page.keyboard.press("ArrowRight")
    assert lines.nth(1).is_visible()


def test_no_slide_begins_with_an_empty_step(visit, stem):
    """A ledger that goes on on the next slide, for one."""
    page = deck_of(visit, stem)
    first = "[...document.querySelectorAll('.part table')].map(t => t.querySelector('tr:has(td)'))"
    assert page.evaluate(f"{first}.filter(line => line.matches('.fragment')).length") == 0
    bare = "slides.findIndex(slide => !slide.querySelector('.block:not(.fragment)'))"
    assert page.evaluate(bare) == -1
    assert page.locator("tr.fragment").count() > 2


def explorer(page):
    found = page.locator("figure[data-frames]:has(input)").first
    found.scroll_into_view_if_needed()
    return found


def test_a_slider_moves_without_a_kernel(visit, stem):
    page = visit(f"{stem}.html")
    figure = explorer(page)
    sliders = figure.locator("input[type=range]")
    marks = figure.locator(".moving")
    start, said = marks.inner_html(), figure.locator("figcaption").inner_text()
    handle = sliders.first
    handle.focus()
    before = handle.get_attribute("aria-valuetext")
    page.keyboard.press("End")
    page.wait_for_function("([f, old]) => f.innerHTML !== old", arg=[marks.element_handle(), start])
    assert figure.locator("figcaption").inner_text() != said
    label = marks.locator("svg").get_attribute("aria-label")
    assert label == figure.locator("figcaption").inner_text()
    assert handle.get_attribute("aria-valuetext") != before
    said = figure.locator("[role=status]").element_handle()
    page.wait_for_function("([e, words]) => e.innerText === words", arg=[said, label])
    figure.locator("button").click()
    again = "([e, marks]) => e.innerHTML === marks"
    page.wait_for_function(again, arg=[marks.element_handle(), start])
    assert handle.get_attribute("aria-valuetext") == before


def test_one_slider_at_a_time(visit):
    page = visit("01_gaussian_kl.html")
    figure = explorer(page)
    first, second = (figure.locator("input[type=range]").nth(place) for place in (0, 1))
    start = first.input_value()
    first.focus()
    page.keyboard.press("End")
    second.focus()
    page.keyboard.press("End")
    back = "([e, value]) => e.value === value"
    page.wait_for_function(back, arg=[first.element_handle(), start])
    assert first.get_attribute("aria-valuetext") == figure.locator("output").first.inner_text()


def test_sliders_move_in_the_deck_and_leave_the_slides_alone(visit):
    page = deck_of(visit, "01_gaussian_kl")
    place = page.evaluate("slides.findIndex(slide => slide.querySelector('input'))")
    page.evaluate(f"show({place})")
    figure = page.locator(".slide.shown figure")
    while not figure.is_visible():  # the words that lead to it come first
        page.keyboard.press("PageDown")
    assert page.evaluate("at") == place
    moving = figure.locator(".moving")
    arg = [moving.element_handle(), moving.inner_html()]
    figure.locator("input").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("([e, marks]) => e.innerHTML !== marks", arg=arg)
    assert page.evaluate("at") == place
    for _ in range(10):
        page.keyboard.press("PageDown")  # a presenter's remote
    assert page.evaluate("at") > place


def test_every_frame_is_the_explorers_own(site):
    """The frames stored for the first explorer of sliders, against its picture drawn anew."""
    frames = importlib.import_module("helpers.pages.frames")
    found = importlib.import_module("helpers.pages.cells").blocks(nbformat.read(SLIDES[1], 4))
    block = next(b for b in found if isinstance(b.part, Explorer) and b.part.controls)
    shown = block.part
    script = (site / "frames" / f"{SLIDES[1].stem}-{block.name}.js").read_text("utf-8")
    content = json.loads(gzip.decompress(b64decode(script.split('"')[-2])))
    assert set(content["controls"]) == {control.name for control in shown.controls}
    stage = frames.Stage(shown)
    starts = {control.name: control.start for control in shown.controls}
    for control in shown.controls:
        stored = content["controls"][control.name]
        expected = frames.values(control)
        assert len(stored["frames"]) == len(stored["words"]) == len(expected)
        assert expected[0] == control.low
        assert expected[-1] == control.high
        for value, words in zip(expected, stored["words"], strict=True):
            stage.draw(**(starts | {control.name: value}))
            assert words == stage.summary
    assert frames.values(shown.controls[0], 4)[0] >= shown.controls[0].low
    assert shown.controls[0].start in frames.values(shown.controls[0], 4)


def test_on_a_phone_nothing_runs_off_the_page(visit, stem):
    page = visit(f"{stem}.html", width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("kind", ["", ".deck", ".handout"])
def test_nothing_is_out_of_reach_of_a_screen_reader(visit, kind):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(f"01_gaussian_kl{kind}.html")
    if kind == ".deck":
        page.wait_for_selector("#talk")
    found = Axe().run(page, options={"preload": False}).response["violations"]
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert serious == [], [(one["id"], one["nodes"][0]["html"][:200]) for one in serious]


def test_formulas_are_drawn_with_the_font_that_comes_along(visit, stem):
    page = visit(f"{stem}.html")
    assert page.locator("math").count() > 15
    assert page.evaluate("document.fonts.check('16px formulas')")
    text = page.locator("main").inner_text()
    assert not re.search(r"\\\w+|\$", re.sub(r"`[^`]*`", "", text.replace("\\n", "")))


def test_the_font_has_the_root(tmp_path):
    """<msqrt> holds no letter √, so no letter of the page asks for it."""
    from fontTools.ttLib import TTFont

    formulas = importlib.import_module("helpers.pages.formulas")
    page = formulas.mathml(r"\sqrt H")
    assert "√" not in page
    formulas.write_font(tmp_path / "font.woff", [page])
    glyphs = TTFont(tmp_path / "font.woff").getBestCmap()
    assert {ord("√"), ord("H")} <= set(glyphs)


def test_a_handout_asks_and_does_not_answer(visit, stem):
    page = visit(f"{stem}.handout.html")
    text = page.locator("main").inner_text()
    assert page.locator("details, .notes, input, .output").count() == 0
    for tell in ("What you should have seen", "For the teacher", "✓", "✗", "The answer"):
        assert tell not in text
    source = Path(next(p for p in SLIDES if p.stem == stem)).read_text(encoding="utf-8")
    asked = 0
    for one in parts(Prediction):
        if "." + one.id.rsplit(".", 1)[1] in source and one.id.split(".")[0] in source:
            asked += 1
            reason = re.sub(r"<[^>]+>", "", one.values[0].reason)
            assert reason not in text
    assert asked > 0
    assert text.count("☐") >= 2
    assert any(one.values[0].title in text for one in parts(Derivation))
    assert len(page.pdf(format="A4")) > 10_000
