"""The waterfall as SVG 1.1, with nothing loaded from elsewhere."""

from xml.etree.ElementTree import Element, SubElement, tostring

from dashboard.runs.record import Record
from dashboard.text import printable

from .scene import Rect, scene
from .tokens import light

FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif"


def write(record: Record) -> bytes:
    """One picture, with its sentence as its title."""
    drawn, colours = scene(record), light()
    width, height = str(drawn.width), str(drawn.height)
    root = Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {width} {height}",
        role="img",
    )
    root.set("font-family", FONT)
    SubElement(root, "title").text = printable(drawn.title)
    SubElement(root, "rect", width=width, height=height, fill=colours["page"])
    for shape in drawn.shapes:
        where = {"x": f"{shape.x:.2f}", "y": f"{shape.y:.2f}", "fill": colours[shape.colour]}
        if isinstance(shape, Rect):
            size = {"width": f"{max(shape.width, 0):.2f}", "height": f"{max(shape.height, 0):.2f}"}
            SubElement(root, "rect", {**where, **size})
            continue
        font = {"font-size": str(shape.size), "text-anchor": shape.anchor}
        weight = {"font-weight": "bold"} if shape.bold else {}
        SubElement(root, "text", {**where, **font, **weight}).text = printable(shape.text)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode")
    ).encode()
