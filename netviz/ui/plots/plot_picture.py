"""The card of a plot as a picture for a file."""

from PySide6.QtWidgets import QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.plots.plot_canvas import PlotCanvas
from netviz.ui.plots.plot_export import PNG_PIXEL_RATIO, png_bytes, svg_bytes
from netviz.ui.plots.plot_header import PlotHeader


def picture_bytes(
    card: QWidget, header: PlotHeader, canvas: PlotCanvas, theme: Theme, ending: str
) -> bytes:
    """Return the card, as it is drawn, without what is of use only on the screen.

    Parameters
    ----------
    header, canvas
        Its parts.
    ending
        ``.svg`` for an SVG; a PNG for any other.
    """
    background = theme.color("surface")
    header.show_tools(False)
    canvas.style_curves(1 if ending == ".svg" else PNG_PIXEL_RATIO, as_shapes=True)
    try:
        if ending == ".svg":
            return svg_bytes(card, background, card.accessibleName())
        return png_bytes(card, background)
    finally:
        canvas.style_curves(card.devicePixelRatioF())
        header.show_tools(True)
