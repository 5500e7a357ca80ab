"""The learning rate that a schedule plans, painted small, with where the run is on it."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from netviz.engine.options.rate_points import RatePoints
from netviz.engine.options.run_config import RunConfig
from netviz.engine.training.drawn_schedule import points_following
from netviz.engine.training.schedules import Plateau, Position, planned_rates, rate_factor
from netviz.number_text import rate_text
from netviz.ui.charts.axes import Axes, exponent
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget

_HEIGHT_PX = 64
_POINTS = 200
_LOGARITHMIC_FROM = 30
"""The axis is logarithmic where the highest rate is more than this many times the lowest."""
_NEGLIGIBLE = 1e-5
_FALLING = ("step", "exponential", "custom")


class SchedulePlan:
    """The learning rate that a config plans, and where the run is on it; free of Qt.

    Attributes
    ----------
    config
        The settings that are planned with.
    curve
        Epochs done and the learning rate there, from the first step to the last.
    position
        Start of the last step that was trained; the first step's before any was.
    """

    def __init__(self, config: RunConfig) -> None:
        self.config = config
        self.position = Position(0, 0, 1)
        self._trained: RunConfig | None = None
        self._rate = 0.0
        self.curve = planned_rates(config, 1, _POINTS)

    def set_config(self, config: RunConfig) -> None:
        """Plan with other settings."""
        self.config = config
        self.curve = planned_rates(config, self.position.batches, _POINTS)

    def set_position(self, position: Position, rate: float | None = None) -> None:
        """Set where the run is, and the rate of its last step if there was one."""
        is_other = position.batches != self.position.batches
        self.position = position
        self._trained, self._rate = (None, 0.0) if rate is None else (self.config, rate)
        if is_other:
            self.set_config(self.config)

    @property
    def is_constant(self) -> bool:
        """Whether nothing is planned but the base rate."""
        return self.config.schedule == "constant"

    @property
    def has_begun(self) -> bool:
        """Whether a step was trained."""
        return self._trained is not None

    @property
    def plateau(self) -> Plateau:
        """What "reduce on plateau" has come to, as the rate of the last step tells."""
        factor = 1.0
        if self._trained and self._trained.schedule == "plateau" and self._trained.learning_rate:
            factor = self._rate / self._trained.learning_rate
        return Plateau(factor=factor)

    @property
    def rate_now(self) -> float:
        """The effective learning rate at `position` with the present settings."""
        return self.config.learning_rate * rate_factor(self.config, self.position, self.plateau)

    def drawn_by_hand(self) -> RatePoints:
        """Return a few points that follow the plan."""
        return points_following(self.config, self.position, self.plateau)


class ScheduleCurve(ThemedWidget):
    """The planned learning rate over the epochs; hidden while it is constant.

    Attributes
    ----------
    plan
        What is painted.
    """

    def __init__(self, theme: Theme, config: RunConfig, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.plan = SchedulePlan(config)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Planned learning rate")
        self.set_config(config)

    def set_config(self, config: RunConfig) -> None:
        """Plan with other settings."""
        self.plan.set_config(config)
        self._show_plan()

    def set_position(self, position: Position, rate: float | None = None) -> None:
        """Mark where the run is; `rate` is what its last step used."""
        self.plan.set_position(position, rate)
        if not self.plan.is_constant:
            self._show_plan()

    @property
    def rate_note(self) -> str:
        """The effective rate in words; empty while it is the base rate."""
        return "" if self.plan.is_constant else f"now {rate_text(self.plan.rate_now)}"

    @property
    def is_logarithmic(self) -> bool:
        """Whether the vertical axis is logarithmic."""
        low, high = self._extremes()
        return self.plan.config.schedule in _FALLING and high > _LOGARITHMIC_FROM * low > 0

    def point_at(self, epochs: float, rate: float) -> QPointF:
        """Return where a rate after so many epochs is painted."""
        axes = self._axes()
        low, high = axes.y_range
        height = exponent(rate, low) if self.is_logarithmic else rate
        return QPointF(axes.x(min(epochs, axes.x_range[1])), axes.y(min(max(height, low), high)))

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(_HEIGHT_PX))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, axes = QPainter(self), self._theme, self._axes()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area, count = axes.area, self.plan.config.epochs
        axes.paint_line(painter, area.bottom())
        length = f"{count:,} {'epoch' if count == 1 else 'epochs'}"
        span, metrics = self._span(), QFontMetrics(theme.font(12))
        room = area.width() - metrics.horizontalAdvance(length) - theme.px(8)
        if metrics.horizontalAdvance(span) > room:
            span = self._span(with_peak=False)
        axes.paint_end_labels(painter, span, "", length, gap=theme.px(2))
        points = [self.point_at(epochs, rate) for epochs, rate in self.plan.curve]
        painter.setPen(QPen(theme.color("primary"), theme.px(2)))
        painter.drawPolyline(QPolygonF(points))
        if self.plan.has_begun:
            here = self.point_at(self.plan.position.epochs, self.plan.rate_now)
            painter.setPen(QPen(theme.color("muted"), theme.px(1), Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(here.x(), area.top()), QPointF(here.x(), area.bottom()))
            painter.setPen(QPen(theme.color("surface"), theme.px(1.5)))
            painter.setBrush(theme.color("primary"))
            painter.drawEllipse(here, theme.px(4), theme.px(4))

    def _span(self, *, with_peak: bool = True) -> str:
        """Say where the rate starts and ends, and its peak where that is neither."""
        rates = [rate for _, rate in self.plan.curve]
        if self.plan.config.schedule == "plateau":
            return f"from {rate_text(rates[0])}"
        peak = max(rates)
        turns = [rates[0], rates[-1]]
        if with_peak and peak > max(turns):
            turns.insert(1, peak)
        # A hundred-thousandth of the peak is written as zero where it is drawn as zero.
        least = 0 if self.is_logarithmic else peak * _NEGLIGIBLE
        return " → ".join(rate_text(rate if rate > least else 0) for rate in turns)

    def _axes(self) -> Axes:
        margin, labels = self._theme.px(5), self._theme.px(18)
        area = QRectF(self.rect()).adjusted(margin, margin, -margin, -labels)
        low, high = self._extremes()
        y_range = (math.log10(low), math.log10(high)) if self.is_logarithmic else (0.0, high or 1.0)
        return Axes(self._theme, area, (0.0, max(1, self.plan.config.epochs)), y_range)

    def _extremes(self) -> tuple[float, float]:
        rates = [rate for _, rate in self.plan.curve]
        return min(rates), max(rates)

    def _show_plan(self) -> None:
        later = ""
        if self.plan.config.schedule == "plateau":
            later = ", to fall when the test loss gets no better"
        self.setToolTip(f"The learning rate that is planned: {self._span()}{later}.")
        self.setVisible(not self.plan.is_constant)
        self.update()
