"""How a layer's weights were spread before training and are now, for a report."""

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from netviz.engine.export.report.contents import LayerChange
from netviz.engine.export.report.drawing import Drawing
from netviz.engine.protocol.observations import Histogram
from netviz.number_text import weight_text

_WIDTH, _HEIGHT = 220.0, 74.0
_FOOT = 16.0
_TAIL = 0.001
"""Part of the weights, at each end, that may lie outside of what is drawn."""


def histogram_svg(layer: LayerChange) -> Markup:
    """Draw the weights now as a filled shape, and those before training as its outline.

    Both have the same area, so that what is drawn is where the weights are and not how many.
    """
    title = f"Weights of {layer.title} before and after training"
    drawing = Drawing(_WIDTH, _HEIGHT + _FOOT, title, "histogram")
    low, high = _ends(layer)
    shapes = [_outline(each) for each in (layer.after, layer.before)]
    highest = max((float(ys.max(initial=0.0)) for _, ys in shapes), default=0.0)
    # Training may leave a peak far higher than the rest; the outline has to be seen as well.
    top = min(highest, 4 * min(float(ys.max(initial=0.0)) or highest for _, ys in shapes))

    drawing.begin_clip(f"spread-{drawing_name(layer.title)}", 0, 0, _WIDTH, _HEIGHT)
    for (xs, ys), look in zip(shapes, ("now", "before"), strict=True):
        if top > 0:
            drawing.shape(
                (xs - low) / (high - low) * _WIDTH, _HEIGHT - ys / top * (_HEIGHT - 4), look
            )
    drawing.end_clip()
    drawing.line(0, _HEIGHT, _WIDTH, _HEIGHT, "axis")
    zero = -low / (high - low) * _WIDTH
    drawing.line(zero, _HEIGHT, zero, _HEIGHT + 4, "axis")
    drawing.text(zero, _HEIGHT + 14, "0", "tick", "middle")
    drawing.text(0, _HEIGHT + 14, weight_text(low), "tick")
    drawing.text(_WIDTH, _HEIGHT + 14, weight_text(high), "tick", "end")
    return drawing.markup()


def drawing_name(title: str) -> str:
    """Return a word for a layer, of letters and figures that an address may have."""
    return "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in title)


def _outline(histogram: Histogram) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of a histogram's shape, with an area of 1."""
    total = int(histogram.counts.sum())
    edges = histogram.edges
    heights = histogram.counts / (total * np.diff(edges)) if total else 0.0 * histogram.counts
    xs = np.repeat(edges, 2)
    ys = np.concatenate([[0.0], np.repeat(heights, 2), [0.0]])
    return xs, ys


def _ends(layer: LayerChange) -> tuple[float, float]:
    """Return what to draw of both, symmetric about zero, without their last few weights."""
    far = max(_far(layer.before), _far(layer.after))
    return (-far, far) if far > 0 else (-1.0, 1.0)


def _far(histogram: Histogram) -> float:
    total = histogram.counts.sum()
    if not total:
        return 0.0
    below = np.cumsum(histogram.counts) / total
    first = int(np.searchsorted(below, _TAIL))
    last = min(int(np.searchsorted(below, 1 - _TAIL)), len(below) - 1)
    return float(max(abs(histogram.edges[first]), abs(histogram.edges[last + 1])))
