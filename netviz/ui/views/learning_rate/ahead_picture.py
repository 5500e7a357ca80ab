"""The next steps with each of several rates, as small curves that begin at the present loss."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QPushButton, QToolTip

from netviz.engine.curves.ticks import Range, Ticks, linear_ticks
from netviz.engine.protocol import commands
from netviz.engine.protocol.rate_zones import Zone, ZoneKind, kind_at
from netviz.engine.protocol.rates import StepsAhead
from netviz.number_text import loss_text, rate_text
from netviz.ui.charts.axes import LABEL_PX, Axes
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.rate_chart import RateChart
from netviz.ui.views.learning_rate.rate_picture import PictureSpec, RatePicture
from netviz.ui.widgets.zone_painting import TOKENS

_WIDTH = 0.8
"""Of each small curve, as a share of the distance to the next."""
_ABOVE = 0.6
"""How far the axis reaches above the present loss, as a share of what it reaches below."""
_LEAST_BELOW = 0.05
"""How far it reaches below at least, as a share of the present loss."""
_ALWAYS = "Loss over the next batches."
_EMPTY = "Nine rates are tried as soon as the run rests, or when you press Look ahead."
_SENTENCE = "Loss over the next {count} batches."
_HELP = (
    "Nine copies of the network train the next batches, each with another rate, from the same "
    "weights; the run stays as it is. The loss is that on the same 500 training images each time. "
    "It is short-sighted: what is best over a few batches need not be best in the end."
)
_WAITS = "Takes {seconds:.1f} s: on request while it trains."


class AheadChart(RateChart):
    """Draws the fan; a click on a curve takes its rate."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._ahead: StepsAhead | None = None
        self.setMouseTracking(True)

    @property
    def ahead(self) -> StepsAhead | None:
        """What is drawn."""
        return self._ahead

    def set_ahead(self, ahead: StepsAhead | None) -> None:
        """Draw this, or nothing: also of a network that is ruined, whose loss is no number."""
        is_drawable = ahead is not None and math.isfinite(ahead.losses[0, 0])
        self._ahead = ahead if is_drawable else None
        self.update()

    def y_range(self) -> Range:
        if self._ahead is None:
            return (0.0, 1.0)
        start, losses = float(self._ahead.losses[0, 0]), self._ahead.losses
        below = start - min(start, float(np.nanmin(_finite(losses), initial=start)))
        below = max(below, _LEAST_BELOW * start) or 1.0  # else chance alone would fill the picture
        return (start - 1.15 * below, start + _ABOVE * below)

    def y_ticks(self) -> Ticks:
        return linear_ticks(*self.y_range()) if self._ahead else []

    def rate_at(self, x: float) -> float | None:
        """Return the rate whose curve is at a horizontal position; None between them."""
        if self._ahead is None:
            return None
        exponents = np.log10(self._ahead.rates)
        at = self.axes().x_value(x)
        nearest = int(np.abs(exponents - at).argmin())
        reach = _WIDTH / 2 * _distance(self._ahead)
        return float(self._ahead.rates[nearest]) if abs(exponents[nearest] - at) <= reach else None

    def paint_curves(self, painter: QPainter, axes: Axes) -> None:
        if self._ahead is None:
            return
        self._paint_start(painter, axes, float(self._ahead.losses[0, 0]))
        for index in range(len(self._ahead.rates)):
            self._paint_future(painter, axes, index)

    @property
    def empty_text(self) -> str:
        return _EMPTY if self._ahead is None else ""

    def paint_marks(self, painter: QPainter, axes: Axes) -> None:
        if self._ahead is None:
            return
        painter.setFont(self._theme.font(12))
        painter.setPen(self._theme.color("quiet"))
        words = f"now {loss_text(float(self._ahead.losses[0, 0]))}"
        y = axes.y(self._ahead.losses[0, 0]) - self._theme.px(LABEL_PX)
        place = QRectF(axes.area.left() + self._theme.px(4), y, 200, self._theme.px(LABEL_PX))
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft, words)

    def _paint_start(self, painter: QPainter, axes: Axes, start: float) -> None:
        pen = QPen(self._theme.color("muted"), self._theme.px(1), Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.drawLine(
            QPointF(axes.area.left(), axes.y(start)), QPointF(axes.area.right(), axes.y(start))
        )

    def _paint_future(self, painter: QPainter, axes: Axes, index: int) -> None:
        """Paint what happens with one rate, around its place on the axis."""
        assert self._ahead is not None
        theme, ahead = self._theme, self._ahead
        rate, losses = float(ahead.rates[index]), ahead.losses[index]
        kind = kind_at(self._zones, rate)
        color = theme.color(TOKENS[kind] if kind else "muted")
        is_present = math.isclose(rate, self._rate, rel_tol=1e-9)
        known = np.isfinite(losses)
        span = _WIDTH * _distance(ahead)
        across = math.log10(rate) + span * (ahead.moments / ahead.moments[-1] - 0.5)
        # Far beyond the edge a painter cuts lines badly.
        heights = np.clip(axes.y(losses[known]), -axes.area.height(), 3 * axes.area.height())
        points = [
            QPointF(float(x), float(y)) for x, y in zip(axes.x(across[known]), heights, strict=True)
        ]
        painter.setPen(QPen(color, theme.px(2.5 if is_present else 1.75)))
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        if known.all():
            radius = theme.px(3.5 if is_present else 2.5)
            painter.drawEllipse(points[-1], radius, radius)
        else:
            _paint_cross(
                painter, QPointF(points[-1].x(), axes.area.top() + theme.px(6)), color, theme
            )

    # -- the mouse ---------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(event.pos().x()), self)
            return True
        return super().event(event)

    def text_at(self, x: float) -> str:
        """Return what the rate at a horizontal position does, in words."""
        rate = self.rate_at(x)
        if rate is None or self._ahead is None:
            return ""
        index = int(np.abs(self._ahead.rates - rate).argmin())
        return _words(self._ahead, index, self._zones) + " A click uses it."

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_over = self.rate_at(event.position().x()) is not None
        shape = Qt.CursorShape.PointingHandCursor if is_over else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)


class AheadPicture(RatePicture):
    """The row "Next steps".

    Attributes
    ----------
    refresh
        Asks for it now.
    """

    def __init__(self, theme: Theme) -> None:
        self.fan = AheadChart(theme)
        super().__init__(theme, "Next steps", _ALWAYS, self.fan, about=_HELP)
        self.refresh = QPushButton("Look ahead")
        self.refresh.setProperty("kind", "small")
        self.refresh.setToolTip("Try the next batches with nine rates now. The run stays as it is.")
        self.refresh.clicked.connect(self._on_refresh_clicked)
        self.tools.addWidget(self.refresh)
        self.tools.addStretch()
        self.fan.installEventFilter(self)

    def show_ahead(self, ahead: StepsAhead) -> None:
        """Draw what was tried."""
        self.fan.set_ahead(ahead)
        count = int(ahead.moments[-1])
        words = _SENTENCE.format(count=count) + f" Step {ahead.step:,}."
        if not ahead.is_quick:
            words += " " + _WAITS.format(seconds=ahead.seconds)
        self.set_sentence(words)

    def clear(self) -> None:
        self.fan.set_ahead(None)
        self.set_sentence(_ALWAYS)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if (
            watched is self.fan
            and isinstance(event, QMouseEvent)
            and event.type() is QEvent.Type.MouseButtonRelease
            and event.button() is Qt.MouseButton.LeftButton
            and (rate := self.fan.rate_at(event.position().x())) is not None
        ):
            self.rate_chosen.emit(rate)
        return False

    def _on_refresh_clicked(self) -> None:
        self.command_requested.emit(commands.Refresh(StepsAhead))


def _words(ahead: StepsAhead, index: int, zones: tuple[Zone, ...]) -> str:
    rate = float(ahead.rates[index])
    start, end = (float(ahead.losses[index, at]) for at in (0, -1))
    kind = kind_at(zones, rate)
    name = f" ({kind.value})" if kind else ""
    count = int(ahead.moments[-1])
    if not math.isfinite(end):
        return f"{rate_text(rate)}{name}: the network is ruined within {count} batches."
    how = "falls" if end < start else "rises"
    # Else it would be called good and rise, without a word.
    why = "; it may fall farther after" if how == "rises" and kind is ZoneKind.GOOD else ""
    ends = f"from {loss_text(start)} to {loss_text(end)}"
    return f"{rate_text(rate)}{name}: the loss {how} {ends} over {count} batches{why}."


def _finite(losses: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(losses), losses, np.nan)


def _distance(ahead: StepsAhead) -> float:
    """Return how far neighbouring rates are apart, in decades."""
    return float(np.diff(np.log10(ahead.rates)).mean())


def _paint_cross(painter: QPainter, middle: QPointF, color: QColor, theme: Theme) -> None:
    reach = theme.px(4)
    painter.setPen(QPen(color, theme.px(2)))
    for dy in (-reach, reach):
        painter.drawLine(middle + QPointF(-reach, dy), middle + QPointF(reach, -dy))


PICTURE = PictureSpec(20, AheadPicture, {StepsAhead: AheadPicture.show_ahead})
