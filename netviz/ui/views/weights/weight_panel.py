"""One layer's panel: its name, a chart of its weights or biases, and figures below."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from netviz.engine.protocol.layer_record import LayerRecord
from netviz.engine.protocol.observations import LayerWeights
from netviz.ui.charts.axes import LABEL_PX
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget, fill_with_surface
from netviz.ui.views.weights.histogram_chart import HistogramChart
from netviz.ui.views.weights.histogram_history import HistogramHistory
from netviz.ui.views.weights.history_heatmap import HistoryHeatmap
from netviz.ui.views.weights.weight_statistics import Fact, facts_of

_TITLE_PX = 22
_AXIS_PX = 15
_LEAST_CHART_PX = 40
_NOUNS = ("weights", "biases")
_TYPICAL_FACTS = ("mean −0.000", "std 0.000", "near zero 00 %", "dead 00 %")
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignCenter


class WeightPanel(ThemedWidget):
    """One layer's panel, painted as one: of four charts it shows the one that was chosen."""

    def __init__(self, theme: Theme, title: str, sizes: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._title = title
        self._sizes = sizes
        self._has_biases = True
        self._facts = (Fact("", ""),) * len(_TYPICAL_FACTS)
        self._places: list[tuple[QRectF, Fact]] = []
        self._facts_height = 0
        self._record: tuple[LayerRecord, int, int] | None = None
        self._histograms = [HistogramChart(theme, noun) for noun in _NOUNS]
        self._heatmaps = [
            HistoryHeatmap(theme, noun, HistogramHistory(biases=noun == "biases"))
            for noun in _NOUNS
        ]
        self.set_mode(biases=False, history=False)
        self.setMouseTracking(True)
        fill_with_surface(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._restyle()

    def set_layer(self, layer: LayerWeights) -> None:
        """Keep the layer's parameters of this moment; they are painted when seen."""
        self._facts = facts_of(layer)
        self._place_facts()
        self._has_biases = layer.biases is not None
        initials = (layer.initial_weights, None)
        for place, values in enumerate((layer.weights, layer.biases)):
            self._histograms[place].set_histogram(values, initials[place])
        self.setAccessibleName(f"{self._title} {self._sizes}")
        self.setAccessibleDescription(", ".join(fact.text for fact in self._facts if fact.text))

    def set_record(self, record: LayerRecord, index: int, end: int) -> None:
        """Keep what was recorded of the layer, which is number `index`, up to the step `end`."""
        self._record = record, index, end

    def set_mode(self, *, biases: bool, history: bool) -> None:
        """Choose which chart is shown."""
        self._shows_biases, self._shows_history = biases, history
        self.update()

    @property
    def _chart(self) -> HistogramChart | HistoryHeatmap:
        """The chart that is shown; of the past, with the newest record."""
        if not self._shows_history:
            return self._histograms[self._shows_biases]
        heatmap = self._heatmaps[self._shows_biases]
        if self._record is not None:
            heatmap.history.set_record(*self._record)
        return heatmap

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(200), self._theme.px(140))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(140), self._theme.px(60))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_title(painter)
        self._paint_facts(painter)
        area, chart = self.chart_area(), self._chart
        chart.paint(painter, area)
        if chart.is_empty:
            self._paint_absence(painter, area)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_title()
        self._place_facts()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def text_at(self, position: QPointF) -> str:
        """Return the tooltip of a position: the count of a bin, or what a figure means."""
        for place, fact in self._places:
            if place.contains(position):
                return fact.tooltip
        area = self.chart_area()
        return self._chart.text_at(area, position) if area.contains(position) else ""

    def chart_area(self) -> QRectF:
        """Return where the bars or the heat map are painted."""
        px = self._theme.px
        top = px(_TITLE_PX)
        left = px(self._chart.margin_px) if self._chart.margin_px else 0
        bottom = self.height() - px(_AXIS_PX) - self._facts_height
        return QRectF(left, top, self.width() - left, max(px(8), bottom - top))

    # -- painting ------------------------------------------------------------------------

    def _paint_title(self, painter: QPainter) -> None:
        name, sizes = self._title_places
        painter.setFont(self._theme.font(13, QFont.Weight.Medium))
        painter.setPen(self._theme.color("text"))
        painter.drawText(name, _LEFT, self._title)
        painter.setFont(self._theme.font(13))
        painter.setPen(self._theme.color("muted"))
        painter.drawText(sizes, _LEFT, self._shown_sizes)

    def _paint_absence(self, painter: QPainter, area: QRectF) -> None:
        noun = _NOUNS[self._shows_biases]
        has_none = self._shows_biases and not self._has_biases
        painter.setPen(self._theme.color("muted"))
        painter.setFont(self._theme.font(12))
        painter.drawText(area, _CENTER, f"no {noun}" if has_none else f"no finite {noun}")

    def _paint_facts(self, painter: QPainter) -> None:
        painter.setFont(self._theme.font(12))
        painter.setPen(self._theme.color("muted"))
        for area, fact in self._places:
            painter.drawText(area, _LEFT, fact.text)

    def _fact_rows(self) -> list[list[tuple[float, float, Fact]]]:
        """Break the figures into rows as wide as the panel: left, width and figure.

        Each takes the width of a typical one, so that the figures of all panels are aligned and
        none shifts as they change.
        """
        metrics = QFontMetricsF(self._theme.font(12))
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

    def _place_title(self) -> None:
        """Place the title, and the sizes as far as there is room for them."""
        theme = self._theme
        height, gap = theme.px(18), theme.px(6)
        metrics = QFontMetricsF(theme.font(13, QFont.Weight.Medium))
        start = metrics.horizontalAdvance(self._title) + gap
        rest = max(0.0, self.width() - start)
        self._shown_sizes = QFontMetricsF(theme.font(13)).elidedText(
            self._sizes, Qt.TextElideMode.ElideRight, rest
        )
        self._title_places = (
            QRectF(0, 0, self.width(), height),
            QRectF(start, 0, rest, height),
        )

    def _place_facts(self) -> None:
        """Place the figures at the bottom; none where the chart would become too low to read.

        Not done while painting, since measuring text takes longer than painting it.
        """
        rows, row_height = self._fact_rows(), self._theme.px(LABEL_PX)
        height = len(rows) * row_height
        left_over = self.height() - self._theme.px(_TITLE_PX + _AXIS_PX) - height
        if left_over < self._theme.px(_LEAST_CHART_PX):
            rows, height = [], 0
        top = self.height() - height
        self._facts_height = height
        self._places = [
            (QRectF(left, top + index * row_height, width, row_height), fact)
            for index, row in enumerate(rows)
            for left, width, fact in row
        ]

    def _restyle(self) -> None:
        self._place_title()
        self._place_facts()
