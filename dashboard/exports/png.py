"""The waterfall as PNG, drawn without a browser, at twice the size for sharp text."""

import io

from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from dashboard.runs.record import Record
from dashboard.text import printable

from .scene import Rect, scene
from .tokens import light

SCALE = 2
ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
BOLD = 0.5  # pixels of outline: the built-in font has one weight


def write(record: Record) -> bytes:
    """One picture, with its sentence as its Title."""
    drawn, colours = scene(record), light()
    size = (drawn.width * SCALE, drawn.height * SCALE)
    image = Image.new("RGB", size, colours["page"])
    pen = ImageDraw.Draw(image)
    fonts: dict[int, ImageFont.ImageFont | ImageFont.FreeTypeFont] = {}
    for shape in drawn.shapes:
        x, y, colour = shape.x * SCALE, shape.y * SCALE, colours[shape.colour]
        if isinstance(shape, Rect):
            right = x + max(1.0, shape.width * SCALE)
            bottom = y + max(1.0, shape.height * SCALE)
            # The lower right corner belongs to Pillow's rectangles.
            corner = (max(round(right) - 1, round(x)), max(round(bottom) - 1, round(y)))
            pen.rectangle((round(x), round(y), *corner), fill=colour)
            continue
        if shape.size not in fonts:
            fonts[shape.size] = ImageFont.load_default(shape.size * SCALE)
        pen.text(
            (x, y),
            printable(shape.text),
            fill=colour,
            font=fonts[shape.size],
            anchor=ANCHORS[shape.anchor],
            stroke_width=BOLD if shape.bold else 0,
        )
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True, pnginfo=_title(drawn.title))
    return out.getvalue()


def _title(text: str) -> PngInfo:
    info = PngInfo()
    info.add_text("Title", text.encode("latin-1", "replace").decode("latin-1"))
    info.add_text("Software", "Poolscope")
    return info
