"""One notebook's blocks as a page, a deck and a handout."""

import re
from html import escape

from helpers.pages.formulas import mathml, with_formulas
from helpers.widgets import Derivation, Explorer, Prediction

NO_KERNEL = (
    '<p class="hint">One slider moves at a time here; the others stand at their start. '
    "The notebook itself moves them together, and checks what you write.</p>"
)


def document(title, body, kind, scripts=()):
    """A whole HTML file; styles and scripts lie beside it."""
    loaded = "".join(f'<script src="{name}" defer></script>' for name in scripts)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="style.css">{loaded}</head>'
        f'<body class="{kind}">\n{body}\n</body></html>\n'
    )


def page(blocks, frames):
    """To read: everything but the teacher's notes."""
    shown = (shown_block(block, frames) for block in blocks if block.place != "notes")
    return f"<main>{NO_KERNEL}{''.join(shown)}</main>"


def shown_block(block, frames):
    """The block as page and deck show it."""
    if isinstance(block.part, Explorer):
        return frames[block.name].figure(f"frames/{frames[block.name].name}.js")
    if block.kind == "part":
        return f'<div class="part">{block.html}</div>'
    return block.html + block.output


def deck(blocks, frames):
    """To project: a section from heading to heading; flow.js makes slides and steps of it."""
    sections = []
    for block in blocks:
        if re.search("<h[12]", block.html) or not sections:
            sections.append([])
        html = shown_block(block, frames)
        if block.place == "notes":
            sections[-1].append(f'<aside class="notes">{html}</aside>')
        else:
            sections[-1].append(f'<div class="block">{html}</div>')
    slides = "".join(f'<section class="slide">{"".join(one)}</section>' for one in sections)
    slides = re.sub(r'href="(\d\w+)\.html"', r'href="\1.deck.html"', slides)
    return f'<main id="deck">{slides}</main>'


def handout(blocks, frames):
    """To print: the questions, with room for the answers, and none of them given.

    A step of prose that nothing follows discusses what was just seen: it stays out.
    """
    asked = []
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if block.kind == "prose":
            leads = following is not None and following.kind != "prose"
            opens = block.place in ("slide", "subslide") or (block.place == "fragment" and leads)
            if opens and "What you should have seen" not in block.html:
                asked.append(re.sub(r"<details>.*?</details>", "", block.html, flags=re.S))
        elif isinstance(block.part, Explorer):
            asked.append(frames[block.name].figure() + _room(2))
        elif isinstance(block.part, Prediction):
            asked.append(_question(block.part))
        elif isinstance(block.part, Derivation):
            asked.append(_lines(block.part))
        else:
            asked.append(block.html + _room(6 if block.kind == "exercise" else 2))
    return f"<main>{''.join(asked)}</main>"


def _room(lines):
    return '<div class="room" aria-hidden="true">' + "<br>" * lines + "</div>"


def _question(prediction):
    options = "".join(f"<li>☐ {option}</li>" for option in prediction.options)
    return with_formulas(
        f'<div class="part"><p><b>Predict.</b> {prediction.question}</p>'
        f'<ol type="A" class="options">{options}</ol></div>'
    )


def _lines(derivation):
    def displayed(line):
        return rf"\displaystyle {line.latex}"

    rows = "".join(
        f"<tr><td>{number}</td><td>{mathml(displayed(line))}</td><td></td></tr>"
        for number, line in enumerate(derivation.lines, 1)
    )
    head = "<tr><th></th><th>line</th><th>Right or wrong? Why?</th></tr>"
    title = escape(derivation.title)
    return f'<div class="part"><table><caption>{title}</caption>{head}{rows}</table></div>'
