"""One live drawing of an explorer: a still layer and, exactly over it, a moving one.

Only the moving artists are rendered at a change, by matplotlib's own SVG renderer. That is
blitting in vectors: as fast as a blitted bitmap, and sharp at any zoom.
"""

import base64
import io
import itertools
import re
from html import escape

import matplotlib
from ipywidgets import HTML, GridBox, Layout
from matplotlib import _path
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from PIL import Image, ImageDraw, ImageFont, ImageOps

from helpers.controls import Controls, one_at_a_time
from helpers.frame import framed, small_button

STYLE = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so every machine has it
    "font.size": 10,
    "figure.constrained_layout.w_pad": 0.09,  # inches: an upright label keeps off the edge
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "legend.frameon": False,
    "legend.handlelength": 2.8,
    "svg.fonttype": "path",  # text as outlines: the same picture without the font
}
# Room for two lines: one more word must not push the page down under a moving hand.
CAPTION = "margin:2px 8px 0;line-height:1.4;min-height:2.8em"


class Stage:
    """The picture, its sliders and its caption, as widgets in `box`."""

    _ids = itertools.count()

    def __init__(self, explorer):
        self._id = next(self._ids)
        with one_at_a_time(), matplotlib.rc_context(STYLE):
            self.figure = Figure(figsize=explorer.size, dpi=72, layout="constrained")
            self._update = explorer.scene(self.figure)
            self.controls = Controls(explorer.controls, self.draw)
            self.summary = self._update(**self.controls.values)
            if self.figure.axes:
                self.figure.get_layout_engine().execute(self.figure)
            self.figure.set_layout_engine(None)  # frozen; with "none", savefig would draw twice
            moving = self.figure.findobj(lambda artist: artist.get_animated())
            self.moving = sorted(moving, key=lambda artist: artist.get_zorder())
            self.still = self.still_layer()
        cell = dict(grid_area="1 / 1", margin="0", overflow="hidden")
        self.layer = HTML(layout=Layout(min_height="4.6em", **cell))
        self.layer.add_class("vi-moving")
        both = [HTML(_image(self.still), layout=Layout(**cell)), self.layer]
        layers = GridBox(both, layout=Layout(grid_template_columns="100%", overflow="hidden"))
        self._explorer, self._source = explorer, HTML(layout=Layout(display="none"))
        code = small_button("Code", self._toggle_source, "How this picture is drawn")
        buttons = [self.controls.reset_button, code] if explorer.controls else [code]
        children = [self.controls.box, layers, self._source]
        self.box = framed(explorer.title, *children, buttons=buttons)
        self._show()

    def draw(self, **values):
        """Move to `values`: only the moving artists are rendered anew."""
        with one_at_a_time():
            self.summary = self._update(**values)
            self._show()

    def still_layer(self):
        """What never moves, as SVG. A figure drawn by a renderer leaves animated artists out."""
        return self._svg([self.figure], "")

    def moving_layer(self):
        return self._svg(self.moving, self.summary)

    def _show(self):
        # One value, so one message: the picture and its words cannot come apart.
        caption = f'<output aria-live="off">{escape(self.summary)}</output>'
        self.layer.value = f'{self.moving_layer()}<div style="{CAPTION}">{caption}</div>'

    def _toggle_source(self):
        shown = self._source.layout.display is None
        if not self._source.value:
            style = "overflow:auto;line-height:1.35;margin:4px 8px"
            code = escape(self._explorer.source)
            self._source.value = f'<pre style="{style}" tabindex="0">{code}</pre>'
        self._source.layout.display = "none" if shown else None

    def _svg(self, artists, label):
        width, height = self.figure.bbox.size
        stream = io.StringIO()
        renderer = _ShortNumbers(width, height, stream)
        for artist in artists:
            artist.draw(renderer)
        renderer.finalize()
        # Matplotlib's head holds a style for `*`, which would reach the whole page: ours instead.
        body = stream.getvalue().split("</defs>", 1)[1]
        # Ids are global to the page: two pictures must not find each other's glyphs and clips.
        prefix = f"vi{self._id}{'moving' if label else 'still'}-"
        body = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{prefix}", body)
        role = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
        style = "display:block;width:100%;height:auto;stroke-linejoin:round;stroke-linecap:butt"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'viewBox="0 0 {width:g} {height:g}" {role} style="{style}">{body}'
        )

    def png(self):
        """The picture as it stands, for readers without a kernel; 256 colours are enough."""
        full, small = io.BytesIO(), io.BytesIO()
        with one_at_a_time():
            self.figure.savefig(full, dpi=120, pil_kwargs={"compress_level": 0})
        picture = Image.open(full).convert("RGB")
        if self.controls.widgets:
            picture = ImageOps.expand(picture, (0, 0, 0, STRIP), "white")
            font = ImageFont.truetype(findfont("DejaVu Sans"), STRIP - 8)
            place = (picture.width - 8, picture.height - 6)
            ImageDraw.Draw(picture).text(place, STILL, "#595959", font, anchor="rb")
        picture.quantize(256, Image.Quantize.MAXCOVERAGE).save(small, "png")
        return small.getvalue()


def _image(svg):
    """The same picture as one element of the page: its hundreds of marks are laid out only once."""
    source = base64.b64encode(svg.encode()).decode()
    style = "display:block;width:100%;height:auto"
    return f'<img alt="" decoding="sync" style="{style}" src="data:image/svg+xml;base64,{source}">'


STRIP, STILL = 24, "Run this cell to move it."  # a line of so many pixels under the stored picture


class _ShortNumbers(RendererSVG):
    """Outlines to a hundredth of a point, where matplotlib writes six decimals: half the size.

    And nothing that nobody reads: no metadata, no groups with names.
    """

    def _write_metadata(self, metadata):
        pass

    def open_group(self, s, gid=None):
        pass

    def close_group(self, s):
        pass

    def _convert_path(self, path, transform=None, clip=None, simplify=None, sketch=None):
        clip = (0.0, 0.0, self.width, self.height) if clip else None
        commands = [b"M", b"L", b"Q", b"C", b"z"]
        return _path.convert_to_string(
            path, transform, clip, simplify, sketch, 2, commands, False
        ).decode("ascii")
