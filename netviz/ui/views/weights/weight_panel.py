"""One layer's weights: a histogram with the initial one as its ghost, or its history."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from netviz.engine.protocol.observations import Histogram, LayerWeights
from netviz.number_text import signed_text, weight_text
from netviz.ui.look.theme import Theme
from netviz.ui.views.weights.histogram_history import HistogramHistory, is_drawable, reach_of
from netviz.ui.views.weights.weight_statistics import Fact, facts_of

_LEAST_PLOT_PX = 40
_TYPICAL_FACTS = ("mean −0.000", "std 0.000", "near zero 00 %", "dead 00 %")
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignCenter


class WeightPanel(QWidget):
    """One layer's panel, painted as one.

    Attributes
    ----------
    weight_history, bias_history
        What `set_layer` has been given so far.
    """

    def __init__(self, theme: Theme, title: str, sizes: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = title
        self._sizes = sizes
        self._layer: LayerWeights | None = None
        self._facts = (Fact("", ""),) * len(_TYPICAL_FACTS)
        self._places: list[tuple[QRectF, Fact]] = []
        self._facts_height = 0
        self._shows_biases = False
        self._shows_history = False
        self.weight_history = HistogramHistory()
        self.bias_history = HistogramHistory()
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self._on_theme_changed)

    def set_layer(self, layer: LayerWeights, step: int) -> None:
        """Keep the layer's parameters after `step` steps; they are painted when seen."""
        self._layer = layer
        self._facts = facts_of(layer)
        self._place_facts()
        self.weight_history.append(step, layer.weights)
        if layer.biases is not None:
            self.bias_history.append(step, layer.biases)
        self.setAccessibleName(f"{self._title} {self._sizes}")
        self.setAccessibleDescription(", ".join(fact.text for fact in self._facts if fact.text))

    def truncate(self, step: int) -> None:
        """Forget the history after `step`."""
        self.weight_history.truncate(step)
        self.bias_history.truncate(step)

    def set_mode(self, *, biases: bool, history: bool) -> None:
        """Choose what is shown."""
        self._shows_biases = biases
        self._shows_history = history
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(200), self._theme.px(140))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(140), self._theme.px(60))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_title(painter)
        self._paint_facts(painter)
        if self._shows_history:
            self._paint_history(painter)
        else:
            self._paint_histogram(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_facts()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def text_at(self, position: QPointF) -> str:
        """Return what is to be said of a place: a bin's count, or what a figure means."""
        for area, fact in self._places:
            if area.contains(position):
                return fact.tooltip
        plot = self.plot_area()
        if not plot.contains(position):
            return ""
        across = (position.x() - plot.left()) / plot.width()
        if self._shows_history:
            return self._history_text(across, (plot.bottom() - position.y()) / plot.height())
        return self._bin_text(across)

    def plot_area(self) -> QRectF:
        """Return where the bars or the heat map stand."""
        px = self._theme.px
        top = px(22)
        left = px(38) if self._shows_history else 0
        bottom = self.height() - px(15) - self._facts_height
        return QRectF(left, top, self.width() - left, max(px(8), bottom - top))

    @property
    def _noun(self) -> str:
        return "biases" if self._shows_biases else "weights"

    def _histogram(self) -> Histogram | None:
        if self._layer is None:
            return None
        histogram = self._layer.biases if self._shows_biases else self._layer.weights
        return histogram if histogram is not None and is_drawable(histogram) else None

    def _history(self) -> HistogramHistory:
        return self.bias_history if self._shows_biases else self.weight_history

    def _absence(self) -> str:
        has_none = self._layer is not None and self._shows_biases and self._layer.biases is None
        return "no biases" if has_none else f"no finite {self._noun}"

    def _ghost(self) -> Histogram | None:
        if self._layer is None or self._shows_biases:
            return None
        ghost = self._layer.initial_weights
        return ghost if is_drawable(ghost) else None

    def _bin_text(self, across: float) -> str:
        histogram = self._histogram()
        if histogram is None:
            return ""
        value = (2 * across - 1) * self._limit(histogram)
        index = int(np.searchsorted(histogram.edges, value, side="right")) - 1
        if not 0 <= index < len(histogram.counts):
            return ""
        low, high = histogram.edges[index : index + 2]
        count, total = int(histogram.counts[index]), int(histogram.counts.sum())
        return (
            f"{signed_text(low)} to {signed_text(high)}: {count:,} of {total:,} {self._noun},"
            f" {100 * count / total:.1f} %"
        )

    def _history_text(self, across: float, up: float) -> str:
        history = self._history()
        if not len(history):
            return ""
        shares = history.shares()
        row = int(self._rows_at(np.array([across]))[0])
        index = min(int(up * shares.shape[1]), shares.shape[1] - 1)
        low, high = history.edges[index : index + 2]
        return (
            f"Step {history.steps[row]:,}: {100 * shares[row, index]:.1f} % of the {self._noun}"
            f" lie in {signed_text(low)} to {signed_text(high)}"
        )

    def _rows_at(self, across: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the rows of the history that hold at shares of the time axis."""
        steps = np.array(self._history().steps)
        times = steps[0] + across * (steps[-1] - steps[0])
        rows: NDArray[np.int64] = np.searchsorted(steps, times, side="right") - 1
        return rows

    def _limit(self, histogram: Histogram) -> float:
        ghost = self._ghost()
        reach = max(reach_of(histogram), reach_of(ghost) if ghost else 0.0)
        return reach or 1.0

    # -- painting ------------------------------------------------------------------------

    def _font(self, size_px: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        return self._theme.font(size_px, weight)

    def _paint_title(self, painter: QPainter) -> None:
        theme = self._theme
        font = self._font(13, QFont.Weight.Medium)
        width = QFontMetricsF(font).horizontalAdvance(self._title)
        height = theme.px(18)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        painter.drawText(QRectF(0, 0, self.width(), height), _LEFT, self._title)
        start = width + theme.px(6)
        rest = self.width() - start
        painter.setFont(self._font(13))
        painter.setPen(theme.color("muted"))
        text = painter.fontMetrics().elidedText(
            self._sizes, Qt.TextElideMode.ElideRight, max(0, round(rest))
        )
        painter.drawText(QRectF(start, 0, rest, height), _LEFT, text)

    def _paint_histogram(self, painter: QPainter) -> None:
        plot, histogram = self.plot_area(), self._histogram()
        self._paint_baseline(painter, plot)
        if histogram is None:
            self._paint_absence(painter, plot)
            return
        limit, ghost = self._limit(histogram), self._ghost()
        top = max(density(histogram).max(), density(ghost).max() if ghost else 0.0)
        self._paint_bars(painter, plot, histogram, limit, top)
        if ghost:
            self._paint_ghost(painter, plot, ghost, limit, top)
        self._paint_labels(painter, plot, (weight_text(-limit), "0", weight_text(limit)))

    def _paint_bars(
        self, painter: QPainter, plot: QRectF, histogram: Histogram, limit: float, top: float
    ) -> None:
        lefts = plot.left() + (histogram.edges / limit + 1) / 2 * plot.width()
        heights = density(histogram) / top * plot.height()
        gap = 1 if lefts[1] - lefts[0] >= 3 else 0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, gap == 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("train", 0.85))
        bars = [
            QRectF(left, plot.bottom() - height, right - left - gap, height)
            for left, right, height in zip(lefts, lefts[1:], heights, strict=False)
            if height > 0
        ]
        painter.drawRects(bars)

    def _paint_ghost(
        self, painter: QPainter, plot: QRectF, ghost: Histogram, limit: float, top: float
    ) -> None:
        xs = plot.left() + (ghost.edges / limit + 1) / 2 * plot.width()
        centers = (xs[:-1] + xs[1:]) / 2
        ys = plot.bottom() - density(ghost) / top * plot.height()
        points = [QPointF(xs[0], plot.bottom())]
        points += [QPointF(x, y) for x, y in zip(centers, ys, strict=True)]
        points.append(QPointF(xs[-1], plot.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(ghost_pen(self._theme))
        painter.drawPolyline(QPolygonF(points))

    def _paint_history(self, painter: QPainter) -> None:
        plot, history = self.plot_area(), self._history()
        if not len(history):
            self._paint_absence(painter, plot)
            return
        painter.drawImage(plot, self._heat(round(plot.width())))
        painter.setPen(self._theme.color("muted"))
        painter.setFont(self._font(11))
        height = self._theme.px(14)
        column = QRectF(0, 0, plot.left() - self._theme.px(4), height)
        for text, y in (
            (weight_text(history.limit), plot.top()),
            ("0", plot.center().y() - height / 2),
            (weight_text(-history.limit), plot.bottom() - height),
        ):
            painter.drawText(column.translated(0, y), _RIGHT, text)
        first, last = history.steps[0], history.steps[-1]
        self._paint_labels(painter, plot, (f"{first:,}", "", f"{last:,} steps"))

    def _heat(self, width: int) -> QImage:
        """Paint time to the right and values upwards, each row as full as its fullest bin."""
        shares = self._history().shares()
        level = np.sqrt(shares / shares.max(axis=1, keepdims=True))
        picture = level[self._rows_at(np.linspace(0, 1, width))].T[::-1]
        low, high = self._theme.color("surface"), self._theme.color("train")
        channels = [
            np.rint(a + (b - a) * picture).astype(np.uint32)
            for a, b in zip(low.getRgb()[:3], high.getRgb()[:3], strict=True)  # type: ignore[index]
        ]
        red, green, blue = channels
        pixels = np.uint32(0xFF000000) | red << np.uint32(16) | green << np.uint32(8) | blue
        pixels = np.ascontiguousarray(pixels)
        rows_count = pixels.shape[0]
        image = QImage(pixels.data, width, rows_count, 4 * width, QImage.Format.Format_RGB32)
        return image.copy()

    def _paint_baseline(self, painter: QPainter, plot: QRectF) -> None:
        painter.setPen(QPen(self._theme.color("border"), 1))
        y = round(plot.bottom()) + 0.5
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))

    def _paint_absence(self, painter: QPainter, plot: QRectF) -> None:
        painter.setPen(self._theme.color("muted"))
        painter.setFont(self._font(11))
        painter.drawText(plot, _CENTER, self._absence())

    def _paint_labels(self, painter: QPainter, plot: QRectF, labels: tuple[str, str, str]) -> None:
        area = QRectF(plot.left(), plot.bottom() + 1, plot.width(), self._theme.px(14))
        painter.setFont(self._font(11))
        painter.setPen(self._theme.color("muted"))
        for text, align in zip(labels, (_LEFT, _CENTER, _RIGHT), strict=True):
            painter.drawText(area, align, text)

    def _paint_facts(self, painter: QPainter) -> None:
        painter.setFont(self._font(11))
        painter.setPen(self._theme.color("muted"))
        for area, fact in self._places:
            painter.drawText(area, _LEFT, fact.text)

    def _fact_rows(self) -> list[list[tuple[float, float, Fact]]]:
        """Break the figures into rows as wide as the panel: left, width and figure.

        Each has the place of a typical one, so that the rows of all panels stand in line and
        nothing shifts while the figures change.
        """
        metrics = QFontMetricsF(self._font(11))
        gap = self._theme.px(10)
        rows: list[list[tuple[float, float, Fact]]] = []
        left = self.width() + 1.0
        for fact, typical in zip(self._facts, _TYPICAL_FACTS, strict=True):
            width = max(metrics.horizontalAdvance(text) for text in (fact.text, typical)) + 1
            if left + width > self.width():
                rows.append([])
                left = 0.0
            rows[-1].append((left, width, fact))
            left += width + gap
        return rows

    def _place_facts(self) -> None:
        """Place the figures at the bottom; none where the plot would become too low to read.

        Done when something has changed: to measure text at every paint costs most of it.
        """
        rows, row_height = self._fact_rows(), self._theme.px(14)
        height = len(rows) * row_height
        left_over = self.height() - self._theme.px(22 + 15) - height
        if left_over < self._theme.px(_LEAST_PLOT_PX):
            rows, height = [], 0
        top = self.height() - height
        self._facts_height = height
        self._places = [
            (QRectF(left, top + index * row_height, width, row_height), fact)
            for index, row in enumerate(rows)
            for left, width, fact in row
        ]

    def _on_theme_changed(self) -> None:
        self._place_facts()
        self.updateGeometry()
        self.update()


def ghost_pen(theme: Theme) -> QPen:
    """Return the pen of the histogram before training."""
    pen = QPen(QColor(theme.color("faint")), max(1.0, theme.scale))
    pen.setDashPattern([3, 3])
    return pen


def density(histogram: Histogram) -> NDArray[np.float64]:
    """Return the share of the values in each bin by its width, so that bins compare."""
    widths = np.diff(histogram.edges)
    shares: NDArray[np.float64] = histogram.counts / histogram.counts.sum()
    return shares / widths
