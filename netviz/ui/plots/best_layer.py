"""The best test loss on a plot, with its epoch, and the stretch after it that overfits."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from netviz.number_text import loss_text
from netviz.ui.charts.axes import Axes
from netviz.ui.look.theme import Theme
from netviz.ui.plots.free_places import FreePlaces
from netviz.ui.plots.metric import BestTest, Points

_NAME = "overfitting"
_FONT_PX = 12
_REACH_PX = 8
_LABELS_FROM_PX = 60
"""Height of a plot below which the labels would cover the curve; mark and shade remain."""


class BestLayer(QGraphicsItem):
    """Marks a point as the best with a hollow diamond, and shades where the run overfits.

    Attributes
    ----------
    mark
        Where the best point is, in pixels of the scene; None where it is not in sight.
    shade
        The stretch that overfits, as far as it is in sight; empty where there is none. It is an
        item of its own, which lies behind the curves.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._area = QRectF()
        self._labels: list[tuple[QRectF, str]] = []
        # What is painted anew is mostly the end of a curve: the option says so.
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.mark: QPointF | None = None
        self.shade = QGraphicsRectItem()
        self.shade.setPen(QPen(Qt.PenStyle.NoPen))

    @property
    def labels(self) -> list[str]:
        """What is written."""
        return [text for _, text in self._labels]

    @property
    def label_boxes(self) -> list[QRectF]:
        """Where it is written, in pixels of the scene."""
        return [box for box, _ in self._labels]

    def arrange(
        self,
        best: BestTest | None,
        height: float,
        axes: Axes,
        curve: Points,
        taken: Sequence[QRectF],
    ) -> None:
        """Place mark, shade and labels.

        Parameters
        ----------
        best
            What is marked; None for nothing.
        height
            How high it lies, in units of the axis.
        axes
            Steps and values in sight.
        curve
            The test curve, which labels do not cover, in units of the axes.
        taken
            Boxes of other labels, in pixels.
        """
        self.prepareGeometryChange()
        self._area, self.mark, self._labels = axes.area, None, []
        self.shade.setRect(QRectF())
        self.shade.setBrush(self._theme.color("test", 0.08))
        if best is not None:
            self._place_mark(best, height, axes)
            places = FreePlaces(
                axes.area, taken, axes.x(curve[0]), axes.y(curve[1]), self._theme.px(3)
            )
            if axes.area.height() >= self._theme.px(_LABELS_FROM_PX):
                self._place_labels(best, places)
        self.update()

    def _place_mark(self, best: BestTest, value: float, axes: Axes) -> None:
        point = QPointF(float(axes.x(best.step)), float(axes.y(value)))
        if axes.area.adjusted(-1, -1, 1, 1).contains(point):
            self.mark = point
        if best.overfits_until is not None:
            left = max(axes.area.left(), point.x())
            right = min(axes.area.right(), float(axes.x(best.overfits_until)))
            if right > left:
                top, height = axes.area.top(), axes.area.height()
                self.shade.setRect(QRectF(left, top, right - left, height))

    def _place_labels(self, best: BestTest, places: FreePlaces) -> None:
        if self.mark is not None:
            text = f"best {loss_text(best.loss)}, epoch {best.epoch:,}"
            box = places.choose(self._beside(self.mark, *self._size(text)))
            if box is not None:
                self._labels.append((box, text))
        if not self.shade.rect().isEmpty():
            box = places.choose(self._within(self.shade.rect(), *self._size(_NAME)))
            if box is not None:
                self._labels.append((box, _NAME))

    def _size(self, text: str) -> tuple[float, float]:
        metrics = QFontMetricsF(self._theme.font(_FONT_PX))
        return metrics.horizontalAdvance(text) + self._theme.px(10), metrics.height()

    def _beside(self, mark: QPointF, width: float, height: float) -> list[QRectF]:
        """Return places around a mark, the best one first."""
        x, y, reach = mark.x(), mark.y(), self._theme.px(_REACH_PX + 4)
        lefts = (x - width / 2, x + reach / 2, x - reach / 2 - width)
        rows = [y - reach - height, y + reach]
        rows += [row + sign * height for sign, row in ((-1, rows[0]), (1, rows[1]))]
        return [QRectF(left, top, width, height) for top in rows for left in lefts]

    def _within(self, shade: QRectF, width: float, height: float) -> list[QRectF]:
        """Return places in a stretch, or up to its right edge where it is narrower."""
        px = self._theme.px
        left = max(shade.left(), self._area.left()) + px(4)
        if left + width > shade.right():
            left = shade.right() - width
        rows = [shade.top() + px(3) + row * (height + px(4)) for row in range(3)]
        rows.append(shade.bottom() - height - px(3))
        return [QRectF(left, top, width, height) for top in rows]

    def boundingRect(self) -> QRectF:
        reach = self._theme.px(_REACH_PX + 2)
        return self._area.adjusted(-reach, -reach, reach, reach)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        theme, exposed = self._theme, option.exposedRect
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(_FONT_PX))
        for box, text in self._labels:
            if not exposed.intersects(box):
                continue
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("surface", 0.7 if text == _NAME else 0.9))
            painter.drawRoundedRect(box, theme.px(4), theme.px(4))
            painter.setPen(theme.color("muted" if text == _NAME else "text"))
            painter.drawText(box, _CENTERED, text)
        if self.mark is not None:
            reach = theme.px(_REACH_PX)
            corners = ((0, -reach), (reach, 0), (0, reach), (-reach, 0))
            painter.setPen(QPen(theme.color("test"), 2 * theme.scale))
            painter.setBrush(theme.color("surface"))
            painter.drawPolygon(QPolygonF([self.mark + QPointF(*corner) for corner in corners]))


_CENTERED: Any = Qt.AlignmentFlag.AlignCenter
