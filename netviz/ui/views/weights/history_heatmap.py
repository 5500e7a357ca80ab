"""The parameters of one layer over the steps: time to the right, values upwards."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFontMetricsF, QImage, QPainter

from netviz.number_text import percent_text, signed_text, weight_text
from netviz.ui.charts.axes import Axes
from netviz.ui.look.theme import Theme
from netviz.ui.views.weights.histogram_history import HistogramHistory

_MARGIN_PX, _GAP_PX = 38, 4


class HistoryHeatmap:
    """Paints a history of histograms into a part of a widget.

    Parameters
    ----------
    theme
        The look.
    noun
        What is counted: ``weights`` or ``biases``.
    history
        What is painted.

    """

    def __init__(self, theme: Theme, noun: str, history: HistogramHistory) -> None:
        self._theme = theme
        self._noun = noun
        self.history = history

    @property
    def is_empty(self) -> bool:
        """Whether there is no value to show."""
        return self.history.is_empty

    @property
    def margin_px(self) -> float:
        """Space for the labels on the left, more where the weights have grown very large."""
        if self.is_empty:
            return _MARGIN_PX
        metrics, limit = QFontMetricsF(self._theme.font(12)), self.history.limit
        widest = max(metrics.horizontalAdvance(weight_text(end)) for end in (-limit, limit))
        return max(_MARGIN_PX, math.ceil(widest / self._theme.scale) + _GAP_PX)

    def text_at(self, area: QRectF, position: QPointF) -> str:
        """Return which fraction of the values is in the bin at a position."""
        history = self.history
        if self.is_empty:
            return ""
        edges = history.edges
        axes = self._axes(area)
        step = axes.x_value(position.x())
        row = int(history.rows_at(np.array([step]))[0])
        if row < 0:
            return f"Step {step:,.0f}: not recorded"
        index = int(np.searchsorted(edges, axes.y_value(position.y()), side="right")) - 1
        index = min(max(index, 0), len(edges) - 2)
        low, high = edges[index : index + 2]
        return (
            f"Step {history.steps[row]:,}: {percent_text(history.fractions(row)[index])}"
            f" of the {self._noun} lie in {signed_text(low)} to {signed_text(high)}"
        )

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the shades and the labels; nothing of an empty history."""
        if self.is_empty:
            return
        painter.drawImage(area, self._image(round(area.width())))
        axes, history = self._axes(area), self.history
        low, high = axes.y_range
        ticks = [(low, weight_text(low)), (0.0, "0"), (high, weight_text(high))]
        axes.paint_y_labels(painter, ticks, gap_px=_GAP_PX, within=(area.top(), area.bottom()))
        axes.paint_gaps(painter, history.gaps)
        axes.paint_end_labels(painter, f"{history.steps[0]:,}", "", f"{history.end:,} steps")

    def _axes(self, area: QRectF) -> Axes:
        history = self.history
        x_range = (float(history.steps[0]), float(max(history.end, history.steps[0] + 1)))
        return Axes(self._theme, area, x_range, (-history.limit, history.limit))

    def _image(self, width: int) -> QImage:
        """Shade each bin of a step against the fullest one of that step."""
        history = self.history
        first = float(history.steps[0])
        rows = history.rows_at(first + np.linspace(0, 1, width) * (history.end - first))
        picture = self._levels(rows).T[::-1]
        low, high = self._theme.color("surface"), self._theme.color("train")
        channels = [
            np.rint(a + (b - a) * picture).astype(np.uint32)
            for a, b in zip(low.getRgb()[:3], high.getRgb()[:3], strict=True)  # type: ignore[index]
        ]
        red, green, blue = channels
        pixels = np.uint32(0xFF000000) | red << np.uint32(16) | green << np.uint32(8) | blue
        pixels = np.ascontiguousarray(pixels)
        image = QImage(pixels.data, width, len(pixels), 4 * width, QImage.Format.Format_RGB32)
        return image.copy()

    def _levels(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the shade of each bin of each of `rows`; none for what was not recorded."""
        seen, places = np.unique(rows, return_inverse=True)
        nothing = np.zeros(len(self.history.edges) - 1)
        fractions = [nothing if row < 0 else self.history.fractions(row) for row in seen.tolist()]
        shares = np.stack(fractions)
        fullest = shares.max(axis=1, keepdims=True)
        levels: NDArray[np.float64] = np.sqrt(shares / np.where(fullest > 0, fullest, 1.0))
        return levels[places]
