"""What surrounds every part on the page: the row of its title, its look, and its end."""

from html import escape

from IPython import get_ipython
from ipywidgets import HTML, HBox, Layout, VBox, Widget

from helpers.controls import SMALL, button

WIDTH = "960px"
# Focus that can be seen on white and on dark; nothing that looks alive without its kernel, whose
# loss ipywidgets marks with a class of its own. What moves is painted apart from what does not.
LOOK = """<style>
.vi-part :is(button, .noUi-handle, input, pre):focus-visible {
  outline: 3px solid #1A85D6; outline-offset: 1px; }
.vi-moving { will-change: transform; contain: content; }
.vi-equation { overflow-x: auto; padding-bottom: 4px; }
.vi-verdict { display: block; line-height: 1.4; padding: 4px 6px 0 0; }
.vi-part .widget-toggle-buttons { display: flex; align-items: baseline; }
.vi-part .widget-toggle-buttons > .widget-label { flex: 0 0 auto; margin: 0 8px 0 0.5em; }
.vi-part .vi-option { position: relative; padding: 0 1.1em; }
.vi-chosen::before { content: "▸"; position: absolute; left: 0.3em; }
.vi-part .widget-htmlmath-content { min-width: 0; flex: 1 1 auto; }
.vi-part .vi-gone { display: none; }
.vi-part.jupyter-widgets-disconnected .vi-gone { display: block; }
.vi-part.jupyter-widgets-disconnected :is(.slider, button, input) {
  pointer-events: none; opacity: 0.35; }
.vi-part .jupyter-widgets-disconnected::before { display: none; }
</style>"""
GONE = '<div class="vi-gone" role="status">⚠ The kernel was restarted: run this cell again.</div>'


def framed(title, *children, buttons=()):
    """A part's box: title and small buttons in one row, and the part below."""
    head = f"{LOOK}<b>{escape(title)}</b>{GONE}" if title else f"{LOOK}{GONE}"
    row = HBox([HTML(head, layout=Layout(flex="1 1 auto")), *buttons])
    row.layout.align_items = "center"
    box = VBox([row, *children], layout=Layout(max_width=WIDTH))
    box.add_class("vi-part")
    return box


def small_button(text, action, tooltip=""):
    """A quiet button, for the title's row."""
    made = button(text, action, **SMALL)
    made.tooltip = tooltip
    return made


_shown = {}  # cell: (its run, the boxes shown in that run)


def shown_in_cell(box):
    """Close what the same cell showed when it was run before: ipywidgets would keep it for ever.

    JupyterLab says which cell is run; where nobody does (nbconvert, tests), nothing is closed.
    """
    shell = get_ipython()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell = parent.get("metadata", {}).get("cellId")
    if not cell:
        return
    run = parent["header"]["msg_id"]
    last_run, boxes = _shown.get(cell, (run, []))
    if last_run != run:
        for old in boxes:
            close(old)
        boxes = []
    _shown[cell] = run, [*boxes, box]


def close(box):
    """Close a widget and all that it holds."""
    for child in getattr(box, "children", ()):
        close(child)
    for name in ("layout", "style"):
        held = getattr(box, name, None)
        if isinstance(held, Widget):
            held.close()
    box.unobserve_all()
    box.close()
