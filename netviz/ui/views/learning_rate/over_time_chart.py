"""The chart of the rate over the epochs: as it was, and as it is planned."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF

from netviz.engine.curves.ticks import Range, Ticks, logarithmic_ticks, thinned_ticks, tick_values
from netviz.engine.options.rate_points import RatePoint, RatePoints
from netviz.engine.options.run_config import RunConfig
from netviz.number_text import number_text, rate_text
from netviz.ui.charts.axes import LABEL_PX, Axes, crisp, exponent
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.rate_chart import LEFT_PX, RIGHT_PX, RateChart
from netviz.ui.views.learning_rate.rate_timeline import Line, RateTimeline

_TOP_PX, _BOTTOM_PX = 8, 20
_TICK_PX = 22
_WORDS_PX = 70
_HANDLE_PX = 4.5
_EMPTY = "The learning rate is 0: a schedule has nothing to multiply."


class OverTimeChart(RateChart):
    """Draws the rate upwards, over the epochs.

    The other charts of the tab have the rate on their horizontal axis; here it is the vertical
    one, as wherever a schedule is drawn.

    Attributes
    ----------
    timeline
        What is drawn.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.timeline = RateTimeline(RunConfig())
        self._points: RatePoints | None = None
        self._marked: RatePoint | None = None
        self._fixed_range: Range | None = None

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(420), self._theme.px(112))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(240), self._theme.px(112))

    @property
    def can_be_drawn_on(self) -> bool:
        """Whether there are points to be moved."""
        line = self.timeline
        return line.is_custom and not line.is_over and line.config.learning_rate > 0

    @property
    def points(self) -> RatePoints:
        """The points of the line that is drawn, those of a drag under way among them."""
        return self.timeline.config.points if self._points is None else self._points

    def handles(self) -> dict[int, QPointF]:
        """Return the points that can be moved, by their number, and where they are painted."""
        if not self.can_be_drawn_on:
            return {}
        line = self.timeline
        return {
            index: self.place_of(point)
            for index, point in enumerate(self.points)
            if line.now <= point[0] <= line.last
        }

    def place_of(self, point: RatePoint) -> QPointF:
        """Return where a point is painted."""
        axes = self.axes()
        rate = self.timeline.config.learning_rate * point[1]
        return QPointF(axes.x(point[0]), self._y(axes, rate))

    def axes(self) -> Axes:
        """Return the axes: epochs done across, exponents of ten of the rate upwards."""
        px = self._theme.px
        width = self.width() - px(LEFT_PX + RIGHT_PX)
        height = self.height() - px(_TOP_PX + _BOTTOM_PX)
        area = QRectF(px(LEFT_PX), px(_TOP_PX), max(1, width), max(1, height))
        return Axes(self._theme, area, (0.0, self.timeline.last), self.y_range())

    def y_range(self) -> Range:
        return self._fixed_range or self.timeline.y_range(self._points)

    def y_ticks(self) -> Ticks:
        height = self.height() - self._theme.px(_TOP_PX + _BOTTOM_PX)
        return thinned_ticks(logarithmic_ticks(*self.y_range()), height / self._theme.px(_TICK_PX))

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, axes, line = QPainter(self), self._theme, self.axes(), self.timeline
        past = line.past(round(axes.area.width() / 2))
        area, x = axes.area, axes.x(line.now)
        painter.fillRect(
            QRectF(area.topLeft(), QPointF(x, area.bottom())), theme.color("grid", 0.5)
        )
        axes.paint_y_ticks(painter, self.y_ticks(), gap_px=6, within=(0.0, float(self.height())))
        axes.paint_x_labels(painter, self._x_ticks(), right=self.width())
        if line.config.learning_rate <= 0:
            painter.setPen(theme.color("muted"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, _EMPTY)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(area.adjusted(0, -theme.px(2), theme.px(2), theme.px(2)))
        self._paint_line(painter, axes, past, Qt.PenStyle.SolidLine)
        if line.config.learning_rate > 0 and not line.is_over:
            style = Qt.PenStyle.SolidLine if line.is_custom else Qt.PenStyle.DashLine
            self._paint_line(painter, axes, line.plan(self._points), style)
        painter.restore()
        self._paint_now(painter, axes)
        self._paint_handles(painter)

    def _paint_line(self, painter: QPainter, axes: Axes, line: Line, style: Qt.PenStyle) -> None:
        epochs, rates = line
        if len(epochs) < 2:
            return
        is_plan = style is Qt.PenStyle.DashLine or bool(epochs[0] >= self.timeline.now)
        color = self._theme.color("primary", 0.75 if is_plan else 1.0)
        painter.setPen(QPen(color, self._theme.px(1.75), style))
        places = zip(axes.x(epochs).tolist(), rates.tolist(), strict=True)
        painter.drawPolyline(QPolygonF([QPointF(x, self._y(axes, rate)) for x, rate in places]))

    def _paint_now(self, painter: QPainter, axes: Axes) -> None:
        line, theme, area = self.timeline, self._theme, axes.area
        if not 0 < line.now <= line.last:
            return
        x = crisp(axes.x(line.now))
        painter.setPen(QPen(theme.color("muted"), theme.px(1), Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("quiet"))
        room, gap = theme.px(_WORDS_PX), theme.px(4)
        line_of_words = QRectF(area.left(), area.top(), area.width(), theme.px(LABEL_PX))
        if self._y(axes, line.rate_at(line.now, self._points)) < area.center().y():
            line_of_words.moveBottom(area.bottom())  # where the curve is not
        if x - area.left() > room:
            line_of_words.setRight(x - gap)
            painter.drawText(line_of_words, Qt.AlignmentFlag.AlignRight, "as it was")
        if area.right() - x > room and not line.is_over:
            line_of_words.setRight(area.right())
            line_of_words.setLeft(x + gap)
            painter.drawText(line_of_words, Qt.AlignmentFlag.AlignLeft, "as planned")

    def _paint_handles(self, painter: QPainter) -> None:
        theme, radius, handles = self._theme, self._theme.px(_HANDLE_PX), self.handles()
        for index, place in handles.items():
            is_marked = self.points[index] == self._marked
            painter.setPen(QPen(theme.color("primary"), theme.px(2)))
            painter.setBrush(theme.color("primary" if is_marked else "surface"))
            grown = theme.px(1.5) if is_marked else 0
            painter.drawEllipse(place, radius + grown, radius + grown)
        if self._marked is not None and self._marked in [self.points[index] for index in handles]:
            self._paint_label(painter, self._marked)

    def _paint_label(self, painter: QPainter, point: RatePoint) -> None:
        theme, place, area = self._theme, self.place_of(point), self.axes().area
        text = self.words_at(point)
        painter.setFont(theme.font(12))
        metrics = QFontMetricsF(theme.font(12))
        size = QSize(round(metrics.horizontalAdvance(text)) + theme.px(10), round(metrics.height()))
        left = min(max(place.x() - size.width() / 2, area.left()), self.width() - size.width())
        above = place.y() - theme.px(10) - size.height()
        top = above if above >= 0 else place.y() + theme.px(10)
        box = QRectF(left, top, size.width(), size.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("pill"))
        painter.drawRoundedRect(box, theme.px(4), theme.px(4))
        painter.setPen(theme.color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def words_at(self, point: RatePoint) -> str:
        """Say where a point lies."""
        rate = self.timeline.config.learning_rate * point[1]
        return f"after {_epochs(point[0])}: {rate_text(rate)}"

    def _x_ticks(self) -> Ticks:
        last = self.timeline.last
        values = [each for each in tick_values(0.0, last) if each == round(each)] or [0.0, last]
        texts = [number_text(int(each)) for each in values[:-1]]
        return list(zip(values, [*texts, _epochs(values[-1])], strict=True))

    def _y(self, axes: Axes, rate: float) -> float:
        """Return the vertical position of a rate; what is beyond the axis lies at its edge."""
        low, high = axes.y_range
        return float(axes.y(min(max(exponent(rate, low), low), high)))


def _epochs(count: float) -> str:
    return f"{number_text(round(count, 3))} {'epoch' if count == 1 else 'epochs'}"


def nearest(places: dict[int, QPointF], place: QPointF, reach: float) -> int | None:
    """Return which of several places is nearest to another, within reach; None for none."""
    distances = {index: _distance(each, place) for index, each in places.items()}
    found = min(distances, key=distances.__getitem__, default=None)
    return found if found is not None and distances[found] <= reach else None


def _distance(one: QPointF, other: QPointF) -> float:
    return math.hypot(one.x() - other.x(), one.y() - other.y())
