"""The row "Stability": the rate that the curvature allows, over the steps, beside the rate used."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip

from netviz.engine.curves.ticks import Range, Ticks, step_ticks
from netviz.engine.options.rate_steps import RATE_MAX, RATE_MIN
from netviz.engine.protocol.sharpness import SCALED, Sharpness, in_words, limit_of
from netviz.number_text import norm_text, number_text, rate_text
from netviz.ui.charts.axes import Axes
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.chart_words import paint_words
from netviz.ui.views.learning_rate.rate_chart import RateChart
from netviz.ui.views.learning_rate.rate_picture import PictureSpec, RatePicture

_SENTENCE = "Up to which rate the curvature of the loss lets the steps stay stable."
_WHAT = (
    "The sharpness is the largest eigenvalue of the Hessian of the training loss, measured on "
    "{images} training images in evaluation mode while this row is open: {value} at step {step}."
)
_SCALED = " The Hessian is scaled as {name} scales the gradient (Cohen et al. 2022)."
_CEILING = (
    " Steps with a rate above {limit} / sharpness overshoot along the steepest direction: so it is "
    "for a quadratic loss (Cohen et al. 2021). A network may leave for a flatter place instead, "
    "or stay below its ceiling throughout."
)
_NO_CEILING = " No ceiling is known for this optimizer."
_DOT_PX, _LINE_PX = 4, 18
_LEAST_STEPS = 10


class StabilityChart(RateChart):
    """Draws steps downward: the ceiling, and the rates that were used."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._found: Sharpness | None = None

    @property
    def found(self) -> Sharpness | None:
        """What is drawn."""
        return self._found

    def set_found(self, found: Sharpness | None) -> None:
        """Draw this, or nothing."""
        self._found = found
        self.update()

    def y_range(self) -> Range:
        """Return the last step, which is below, and the first."""
        if self._found is None or not len(self._found.steps):
            return (1.0, 0.0)
        first, last = float(self._found.steps[0]), float(self._found.steps[-1])
        return (max(last, first + _LEAST_STEPS), first)

    def y_ticks(self) -> Ticks:
        last, first = self.y_range()
        has_steps = self._found is not None and len(self._found.steps)
        return [(at, f"{at:,.0f}") for at, _ in step_ticks(first, last)] if has_steps else []

    def paint_curves(self, painter: QPainter, axes: Axes) -> None:
        found = self._found
        if found is None:
            return
        painter.setPen(QPen(self._theme.color("ledger"), self._theme.px(2)))
        _paint_steps(painter, axes, found.rates, found.steps)
        painter.setPen(QPen(self._theme.color("wrong"), self._theme.px(2)))
        _paint_steps(painter, axes, found.ceilings, found.steps)

    def paint_marks(self, painter: QPainter, axes: Axes) -> None:
        found = self._found
        if found is None or not len(found.steps):
            return
        y = axes.y(float(found.steps[-1]))
        for rate, token, name in (
            (float(found.rates[-1]), "ledger", "rate used"),
            (float(found.ceilings[-1]), "wrong", "ceiling"),
        ):
            if RATE_MIN <= rate <= RATE_MAX:
                self._paint_end(painter, axes, QPointF(axes.x(math.log10(rate)), y), token, name)
        ceiling = float(found.ceilings[-1])
        if ceiling > RATE_MAX:
            edge = QPointF(axes.area.right(), axes.area.bottom())
            words = f"ceiling above {rate_text(RATE_MAX)}"
            paint_words(painter, self._theme, words, edge, axes.area, "wrong")

    def _paint_end(
        self, painter: QPainter, axes: Axes, end: QPointF, token: str, name: str
    ) -> None:
        """Mark where a line has got to, and write its rate beside it."""
        radius = self._theme.px(_DOT_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(token))
        painter.drawEllipse(end, radius, radius)
        rate = 10.0 ** axes.x_value(end.x())
        words = f"{name} {rate_text(float(f'{rate:.2g}'))}"
        # One above the other, since both may be at the same rate.
        lift = self._theme.px(_LINE_PX)
        y = min(end.y(), axes.area.bottom() - lift / 2) - (lift if name == "rate used" else 0)
        paint_words(painter, self._theme, words, QPointF(end.x(), y), axes.area, token)


class StabilityPicture(RatePicture):
    """The sharpness against its ceiling; nothing is measured while the row is folded."""

    def __init__(self, theme: Theme) -> None:
        self.stability = StabilityChart(theme)
        super().__init__(theme, "Stability", _SENTENCE, self.stability, can_fold=True)
        self.stability.installEventFilter(self)

    def show_sharpness(self, found: Sharpness) -> None:
        """Draw what was measured so far."""
        self.stability.set_found(found)
        self.set_sentence(in_words(found))
        self.stability.setAccessibleDescription(self.sentence)

    def clear(self) -> None:
        self.stability.set_found(None)
        self.set_sentence(_SENTENCE)

    def explanation(self) -> str:
        """Return what is seen, with its source; for the tooltip."""
        found = self.stability.found
        if found is None or not len(found.steps):
            return _SENTENCE
        value = norm_text(max(0.0, float(found.values[-1])))
        text = _WHAT.format(images=found.images, value=value, step=f"{found.steps[-1]:,}")
        if found.config.optimizer in SCALED:
            text += _SCALED.format(name=found.config.optimizer)
        limit = limit_of(found.config)
        return text + (_CEILING.format(limit=number_text(limit)) if limit else _NO_CEILING)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.explanation(), self.stability)
            return True
        return False


def _paint_steps(
    painter: QPainter, axes: Axes, rates: NDArray[np.float64], steps: NDArray[np.int64]
) -> None:
    """Paint a line through rates, downward over the steps; with gaps where there is none."""
    known = ~np.isnan(rates) & (rates > 0)
    pieces = np.split(np.arange(len(rates)), np.flatnonzero(np.diff(known.astype(int))) + 1)
    for piece in pieces:
        if not len(piece) or not known[piece[0]]:
            continue
        # What lies beyond the slider runs along its edge, outside of the axes.
        exponents = np.log10(np.clip(rates[piece], RATE_MIN / 2, 2 * RATE_MAX))
        places = zip(axes.x(exponents), axes.y(steps[piece].astype(float)), strict=True)
        painter.drawPolyline(QPolygonF([QPointF(float(x), float(y)) for x, y in places]))


PICTURE = PictureSpec(40, StabilityPicture, {Sharpness: StabilityPicture.show_sharpness})
