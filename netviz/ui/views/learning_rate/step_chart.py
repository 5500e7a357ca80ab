"""Paints the loss after the next step over the rate, with a ball at the present one."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QPainter, QPen, QPolygonF

from netviz.engine.curves.ticks import Range, Ticks, linear_ticks
from netviz.engine.options.rate_steps import RATE_MAX, RATE_MIN
from netviz.engine.protocol.step_curve import StepCurve
from netviz.engine.protocol.step_figures import (
    StepFigures,
    figures_of,
    losses_at,
    short_text,
)
from netviz.number_text import loss_text
from netviz.ui.charts.axes import Axes
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.chart_words import paint_words
from netviz.ui.views.learning_rate.rate_chart import RateChart

_SLIDE_MS = 260
_ABOVE, _BELOW = 0.45, 0.2
"""Room above the higher start and below the lowest loss, as shares of what lies between."""
_LEAST_USED = 0.4
"""The axis is kept while the curve uses at least so much of it, so that steps can be compared."""
_BALL_PX, _MARK_PX = 5.0, 4.5
_LINE_PX = 9
_POINTS = 200
_EMPTY = "The next step is tried as soon as the run rests, or when you press Try a step."


class StepChart(RateChart):
    """Draws one step's curve; the curve of a later step slides into the place of the one before."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._curve: StepCurve | None = None
        self._figures: StepFigures | None = None
        self._before: StepCurve | None = None
        self._range: Range = (0.0, 1.0)
        self._slide = QVariantAnimation(self)
        self._slide.setDuration(_SLIDE_MS)
        self._slide.setStartValue(0.0)
        self._slide.setEndValue(1.0)
        self._slide.valueChanged.connect(self.update)

    @property
    def curve(self) -> StepCurve | None:
        """What is drawn."""
        return self._curve

    @property
    def figures(self) -> StepFigures | None:
        """Its lowest point, and where the loss is back at its start."""
        return self._figures

    @property
    def is_sliding(self) -> bool:
        """Whether the curve of another step is on its way to its place."""
        return self._slide.state() is QVariantAnimation.State.Running

    def set_curve(self, curve: StepCurve | None) -> None:
        """Draw this, or nothing; a later step's slides in where the chart can be seen."""
        before, self._before = self._curve, None
        self._slide.stop()
        self._curve = curve
        self._figures = figures_of(curve) if curve else None
        if curve is None:
            self.update()
            return
        self._range = _range_of(curve, self._range if before else None)
        if before and before.run == curve.run and before.step < curve.step and self.isVisible():
            self._before = before
            self._slide.start()
        self.update()

    def ball(self) -> QPointF | None:
        """Return where the ball lies; None without a curve, or beyond what was tried.

        Where the loss lies beyond the axis it is at its edge.
        """
        if not self._has_points or not RATE_MIN <= self._rate <= RATE_MAX:
            return None
        loss = float(self._losses_at(np.array([self._rate]))[0])
        if math.isnan(loss):
            return None
        axes = self.axes()
        y = axes.y(min(max(loss, self._range[0]), self._range[1]))
        return QPointF(axes.x(math.log10(self._rate)), y)

    def y_range(self) -> Range:
        return self._range

    def y_ticks(self) -> Ticks:
        return linear_ticks(*self._range) if self._has_points else []

    @property
    def _has_points(self) -> bool:
        """Whether there is a curve to draw: of a network that is ruined there is none."""
        return self._curve is not None and math.isfinite(self._curve.batch_start)

    def _done(self) -> float:
        """Return how far the slide is, 0..1, slow at both ends."""
        if self._before is None or not self.is_sliding:
            return 1.0
        done = float(self._slide.currentValue())
        return done * done * (3 - 2 * done)

    def _losses_at(self, rates: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the losses that are drawn for some rates: while it slides, between both curves."""
        assert self._curve is not None
        now, done = _on_batch(self._curve, rates), self._done()
        if self._before is None or done == 1.0:
            return now
        before = _on_batch(self._before, rates)
        known = np.isfinite(before) & np.isfinite(now)
        return np.where(known, (1 - done) * before + done * now, now)

    # -- painting ----------------------------------------------------------------------------

    def paint_curves(self, painter: QPainter, axes: Axes) -> None:
        curve = self._curve
        if curve is None or not self._has_points:
            return
        px, color = self._theme.px, self._theme.color
        done, before = self._done(), self._before
        start = curve.batch_start
        if before is not None and done < 1.0:
            start = before.batch_start + done * (start - before.batch_start)
        rates = _drawn_rates(curve)
        sample = losses_at(curve.rates, curve.sample_losses, curve.sample_start, rates)
        painter.setPen(QPen(color("muted"), px(1), Qt.PenStyle.DotLine))
        y = axes.y(start)
        painter.drawLine(QPointF(axes.area.left(), y), QPointF(axes.area.right(), y))
        painter.setPen(QPen(color("muted"), px(1.5), Qt.PenStyle.DashLine))
        _paint_line(painter, axes, rates, sample)
        painter.setPen(QPen(color("train"), px(2)))
        _paint_line(painter, axes, rates, self._losses_at(rates))

    @property
    def empty_text(self) -> str:
        return _EMPTY if self._curve is None else ""

    def paint_marks(self, painter: QPainter, axes: Axes) -> None:
        if not self._has_points:
            return
        if not self.is_sliding:
            self._paint_starts(painter, axes)
            self._paint_lowest(painter, axes)
            self._paint_critical(painter, axes)
        self._paint_ball(painter)

    def _paint_starts(self, painter: QPainter, axes: Axes) -> None:
        """Say at the left which curve is which, and where each begins."""
        curve = self._curve
        assert curve is not None
        names = [
            (curve.batch_start, "this batch", "train"),
            (curve.sample_start, f"{curve.sample_images} images", "muted"),
        ]
        known = sorted((name for name in names if math.isfinite(name[0])), reverse=True)
        gap, above = self._theme.px(_LINE_PX), -math.inf
        for start, name, token in known:
            y = axes.y(start)
            # Above its curve, which falls, unless the other curve or its name is there.
            y += gap if y - above < 2.5 * gap else -gap
            above = axes.y(start)
            at = QPointF(axes.area.left(), y)
            words = f"{name}, now {loss_text(start)}"
            paint_words(painter, self._theme, words, at, axes.area, token)
        step = f"after step {curve.step:,}"
        corner = QPointF(axes.area.right(), axes.area.top())
        paint_words(painter, self._theme, step, corner, axes.area, "quiet")

    def _paint_lowest(self, painter: QPainter, axes: Axes) -> None:
        """Mark the lowest point with a triangle below it."""
        figures = self._figures
        if figures is None or figures.lowest_rate is None or figures.lowest_loss is None:
            return
        reach = self._theme.px(_MARK_PX)
        point = QPointF(axes.x(math.log10(figures.lowest_rate)), axes.y(figures.lowest_loss))
        tip = point + QPointF(0, reach)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("right"))
        corners = [tip, tip + QPointF(-reach, 1.7 * reach), tip + QPointF(reach, 1.7 * reach)]
        painter.drawPolygon(QPolygonF(corners))
        words = f"lowest {short_text(figures.lowest_rate)}"
        at = tip + QPointF(reach, 1.2 * reach)
        paint_words(painter, self._theme, words, at, axes.area, "right")

    def _paint_critical(self, painter: QPainter, axes: Axes) -> None:
        """Mark with a square where the loss is back at its start."""
        figures = self._figures
        if figures is None or figures.critical_rate is None:
            return
        reach = self._theme.px(_MARK_PX)
        point = QPointF(axes.x(math.log10(figures.critical_rate)), axes.y(figures.start))
        painter.setPen(QPen(self._theme.color("wrong"), self._theme.px(1.75)))
        painter.setBrush(self._theme.color("surface"))
        painter.drawRect(QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach))
        words = f"back at its start {short_text(figures.critical_rate)}"
        at = point + QPointF(reach, -self._theme.px(_LINE_PX))
        paint_words(painter, self._theme, words, at, axes.area, "wrong")

    def _paint_ball(self, painter: QPainter) -> None:
        if (ball := self.ball()) is None:
            return
        radius = self._theme.px(_BALL_PX)
        painter.setPen(QPen(self._theme.color("surface"), self._theme.px(1.5)))
        painter.setBrush(self._theme.color("train"))
        painter.drawEllipse(ball, radius, radius)


def _on_batch(curve: StepCurve, rates: NDArray[np.float64]) -> NDArray[np.float64]:
    return losses_at(curve.rates, curve.batch_losses, curve.batch_start, rates)


def _drawn_rates(curve: StepCurve) -> NDArray[np.float64]:
    """Return all rates that were tried, and as many between them as make the curve smooth."""
    between = np.geomspace(curve.rates[0], curve.rates[-1], _POINTS)[1:-1]
    return np.unique(np.concatenate([curve.rates, between]))


def _paint_line(
    painter: QPainter, axes: Axes, rates: NDArray[np.float64], losses: NDArray[np.float64]
) -> None:
    """Paint a curve as far as it is finite."""
    known = np.isfinite(losses)
    # Far beyond the edge a painter cuts lines badly.
    heights = np.clip(axes.y(losses[known]), -axes.area.height(), 3 * axes.area.height())
    places = axes.x(np.log10(rates[known]))
    points = [QPointF(float(x), float(y)) for x, y in zip(places, heights, strict=True)]
    painter.drawPolyline(QPolygonF(points))


def _range_of(curve: StepCurve, present: Range | None) -> Range:
    """Return the losses at both edges; those of the present axis while they do."""
    starts = [start for start in (curve.batch_start, curve.sample_start) if math.isfinite(start)]
    known = [each[np.isfinite(each)] for each in (curve.batch_losses, curve.sample_losses)]
    lows = [float(each.min()) for each in known if len(each)]
    high = max(starts, default=1.0)
    low = min([*lows, *starts], default=0.0)
    span = high - low or 0.1 * abs(high) or 1.0
    wanted = low - _BELOW * span, high + _ABOVE * span
    if present is not None and present[0] <= low - 0.5 * _BELOW * span:
        fits = high + 0.5 * _ABOVE * span <= present[1]
        if fits and wanted[1] - wanted[0] >= _LEAST_USED * (present[1] - present[0]):
            return present
    return wanted
