"""The curve of a range test, and a line on it that chooses a rate."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPen, QPolygonF

from netviz.engine.curves.ticks import Range, Ticks, linear_ticks
from netviz.engine.options.rate_steps import RATE_MAX, RATE_MIN, rounded_rate
from netviz.engine.protocol.range_test import RangeTest
from netviz.engine.protocol.rate_suggestions import Readings, curve_of, readings_of
from netviz.number_text import loss_text, typed_text
from netviz.ui.charts.axes import Axes
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.find_marks import (
    BAR_PX,
    Mark,
    beside,
    curve_marks,
    paint_shape,
    paint_words,
    stacked,
    suggestion_marks,
)
from netviz.ui.views.learning_rate.rate_chart import RateChart

_SHARES = (0.05, 0.1, 0.2, 0.4, 0.6, 1.0)
"""How far the axis may reach below the start, as shares of it; in steps, so that it stays still."""
_ABOVE = 0.75
"""How far it reaches above the start, as a share of what it reaches below."""
_EMPTY = "Press Find (F): the rate rises over real batches, on copies, and the loss answers."


class FindChart(RateChart):
    """Draws range tests: the one of now, and a pale one from before."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._test: RangeTest | None = None
        self._earlier: RangeTest | None = None
        self._readings: Readings | None = None
        self._words: list[tuple[Mark, QRectF]] = []

    def minimumSizeHint(self) -> QSize:
        # Three rows of words below the curve, where it begins.
        return QSize(super().minimumSizeHint().width(), self._theme.px(116))

    @property
    def test(self) -> RangeTest | None:
        """What is drawn."""
        return self._test

    @property
    def earlier(self) -> RangeTest | None:
        """What is drawn pale below it."""
        return self._earlier

    @property
    def readings(self) -> Readings | None:
        """What is read from the curve; None while it grows."""
        return self._readings

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What is marked on the curve, as it was painted last."""
        return tuple(mark for mark, _ in self._words)

    def set_test(self, test: RangeTest | None, earlier: RangeTest | None = None) -> None:
        """Draw these, or nothing."""
        self._test, self._earlier = test, earlier
        self._readings = readings_of(test) if test and test.is_finished else None
        if self._readings is None:
            self._words = []
        self.update()

    def y_range(self) -> Range:
        tests = [test for test in (self._test, self._earlier) if test]
        starts = [test.start for test in tests if math.isfinite(test.start)]
        if not starts:
            return (0.0, 1.0)
        start = max(starts)
        lows = [float(mean.min()) for test in tests if len(mean := curve_of(test)[1])]
        share = 1.2 * (1 - min([start, *lows]) / start) if start > 0 else 1.0
        share = next((each for each in _SHARES if each >= share), 1.0)
        return (start * (1 - share), start * (1 + _ABOVE * share) or 1.0)

    def y_ticks(self) -> Ticks:
        return linear_ticks(*self.y_range()) if self._test or self._earlier else []

    # -- painting ----------------------------------------------------------------------------

    def paint_curves(self, painter: QPainter, axes: Axes) -> None:
        theme = self._theme
        if self._earlier:
            rates, mean = curve_of(self._earlier)
            _paint_curve(painter, axes, rates, mean, QPen(theme.color("ghost"), theme.px(2)))
        if self._test is None:
            return
        pen = QPen(theme.color("train", 0.4), theme.px(1))
        for smoothed in self._test.smoothed:
            known = np.isfinite(smoothed)
            _paint_curve(painter, axes, self._test.rates[known], smoothed[known], pen)
        rates, mean = curve_of(self._test)
        _paint_curve(painter, axes, rates, mean, QPen(theme.color("train"), theme.px(2.5)))
        self._paint_band(painter, axes)

    @property
    def empty_text(self) -> str:
        return _EMPTY if self._test is None and self._earlier is None else ""

    def paint_marks(self, painter: QPainter, axes: Axes) -> None:
        if self.empty_text:
            return
        painter.setFont(self._theme.font(12))
        self._paint_steps(painter, axes)
        if self._readings:
            self._paint_readings(painter, axes, self._readings)

    def _paint_band(self, painter: QPainter, axes: Axes) -> None:
        """Paint a bar along the foot, over the rates that are sensible."""
        if self._readings is None or self._readings.band is None:
            return
        left, right = (axes.x(math.log10(rate)) for rate in self._readings.band)
        height = self._theme.px(BAR_PX)
        bar = QRectF(left, axes.area.bottom() - height, right - left, height)
        painter.fillRect(bar, self._theme.color("train", 0.55))

    def _paint_steps(self, painter: QPainter, axes: Axes) -> None:
        """Write at the left end of two curves from which step each began."""
        if self._earlier is None or self._test is None:
            return
        taken: list[QRectF] = []
        for test, token in ((self._earlier, "quiet"), (self._test, "train")):
            rates, mean = curve_of(test)
            if not len(rates):
                continue
            is_same = self._test.step == self._earlier.step and test is self._earlier
            words = "before" if is_same else f"step {test.step:,}"
            y = self._height_of(axes, float(mean[: len(mean) // 5 + 1].mean()))
            at = QPointF(axes.area.left(), y - self._theme.px(9))
            box = self._beside(painter, words, at, axes)
            for other in taken:
                if other.intersects(box):
                    box.moveLeft(other.right() + self._theme.px(6))
            taken.append(box)
            paint_words(painter, self._theme, words, box, token)

    def _paint_readings(self, painter: QPainter, axes: Axes, readings: Readings) -> None:
        suggested, theme = suggestion_marks(readings), self._theme
        places = [self.point_at(axes, mark.rate) for mark in suggested]
        # Words go where the curve is not: below it while it begins high, else above it.
        at_top = not self._begins_high(axes)
        pairs = [(mark, at.x()) for mark, at in zip(suggested, places, strict=True)]
        boxes = stacked(painter, theme, pairs, axes.area, at_top=at_top)
        painter.setPen(QPen(theme.color("muted"), theme.px(1)))
        for at, box in zip(places, boxes, strict=True):
            painter.drawLine(at, QPointF(at.x(), box.top() if at_top else box.bottom()))
        self._words = [*zip(suggested, boxes, strict=True)]
        for mark in curve_marks(readings):
            at = self.point_at(axes, mark.rate)
            paint_shape(painter, theme, mark, at)
            lower = QPointF(at.x(), at.y() + theme.px(8 if mark.shape == "triangle" else 0))
            self._words.append((mark, self._beside(painter, mark.words, lower, axes)))
        for mark, at in zip(suggested, places, strict=True):
            paint_shape(painter, theme, mark, at)
        for mark, box in self._words:
            paint_words(painter, theme, mark.words, box, mark.token)

    def _beside(self, painter: QPainter, words: str, at: QPointF, axes: Axes) -> QRectF:
        return beside(painter, self._theme, words, at, axes.area)

    def _begins_high(self, axes: Axes) -> bool:
        assert self._test is not None
        _, mean = curve_of(self._test)
        begins = float(mean[: len(mean) // 2 + 1].mean()) if len(mean) else self._test.start
        return bool(axes.y(begins) < axes.area.center().y())

    def point_at(self, axes: Axes, rate: float) -> QPointF:
        """Return where the curve is at a rate, at the edge where it is beyond it."""
        assert self._test is not None
        rates, mean = curve_of(self._test)
        loss = float(np.interp(math.log(rate), np.log(rates), mean)) if len(rates) else 0.0
        return QPointF(axes.x(math.log10(rate)), self._height_of(axes, loss))

    def _height_of(self, axes: Axes, loss: float) -> float:
        edge = self._theme.px(6)
        return float(min(max(axes.y(loss), axes.area.top() + edge), axes.area.bottom() - edge))

    # -- words -------------------------------------------------------------------------------

    def mark_at(self, place: QPointF) -> Mark | None:
        """Return the mark whose words are at a place."""
        return next((mark for mark, box in self._words if box.contains(place)), None)

    def text_at(self, place: QPointF) -> str:
        """Return what is at a place, in words."""
        if mark := self.mark_at(place):
            return mark.help
        if self._test is None:
            return ""
        rates, mean = curve_of(self._test)
        rate = 10 ** self.axes().x_value(place.x())
        if not len(rates) or not RATE_MIN <= rate <= RATE_MAX:
            return ""
        name = typed_text(rounded_rate(rate))
        if rate > rates[-1]:
            return f"{name}: not every trial came so far."
        loss = loss_text(float(np.interp(math.log(rate), np.log(rates), mean)))
        return f"{name}: the smoothed loss was {loss} when the rate had risen so far."


def _paint_curve(
    painter: QPainter,
    axes: Axes,
    rates: NDArray[np.float64],
    losses: NDArray[np.float64],
    pen: QPen,
) -> None:
    # Far beyond the edge a painter cuts lines badly.
    heights = np.clip(axes.y(losses), -axes.area.height(), 3 * axes.area.height())
    places = zip(axes.x(np.log10(rates)).tolist(), heights.tolist(), strict=True)
    painter.setPen(pen)
    painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in places]))
