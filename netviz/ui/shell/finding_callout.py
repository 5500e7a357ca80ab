"""A finding in the loss plot: a small frame with a line to the step at which it was noticed."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from netviz.engine.protocol.findings import Finding, FindingAction, FindingKind
from netviz.ui.look.theme import Theme
from netviz.ui.plots.loss_plot import LossPlot
from netviz.ui.widgets.finding_note import FindingNote

_WIDEST_PX, _NARROW_PX = 350, 230
_LABELS_PX = 26
"""Height at the top of the area that the labels of the changes take."""
_RING_PX = 6
_AWAY_PX = 3
"""How far the curve may lie from the ring before the frame is placed anew."""
_CURVE = {FindingKind.OVERFITTING: "test"}
"""The curve that a finding is about; the smoothed one for all others."""


class FindingCallout(FindingNote):
    """Lies over the curves of a plot where they leave most room; nothing moves for it.

    It is hidden while the step that it is about is out of sight.
    """

    def __init__(self, theme: Theme, plot: LossPlot) -> None:
        super().__init__(theme, is_line=False, parent=plot.canvas)
        self._canvas = canvas = plot.canvas
        self._is_left_out = False
        plot.exporting.connect(self._leave_out)
        self._leader = _Leader(theme)
        self._leader.setZValue(15)
        canvas.scene().addItem(self._leader)
        canvas.view_changed.connect(self.place)
        plot.drawn.connect(self._follow_curve)
        theme.changed.connect(self.place)

    def set_finding(self, finding: Finding | None, actions: Sequence[FindingAction] = ()) -> None:
        """Show a finding in place of the one before; None shows none."""
        super().set_finding(finding, actions)
        self.place()

    def place(self) -> None:
        """Stand where the curves leave most room, and point at the step."""
        finding = self.finding
        low, high = self._canvas.x_range
        if finding is None or self._is_left_out or not low <= finding.step <= high:
            self.hide()
            self._leader.setVisible(False)
            return
        anchor, points = self._anchor(finding), self._points()
        best = min(self._boxes(anchor), key=lambda box: _covered(box, points, anchor))
        self.setGeometry(best.toRect())
        self._leader.point(best, anchor, self._canvas.area)
        self._leader.setVisible(True)
        self.show()
        self.raise_()

    def _follow_curve(self) -> None:
        """Stand anew where the curve has come or gone: a run may have gone back or been opened."""
        finding = self.finding
        if finding is None or self.isHidden():
            return
        away = self._anchor(finding) - self._leader.end
        if away.manhattanLength() > self._theme.px(_AWAY_PX):
            self.place()

    def _leave_out(self, is_exporting: bool) -> None:
        self._is_left_out = is_exporting
        self.place()

    def _boxes(self, anchor: QPointF) -> Iterator[QRectF]:
        """Return where the frame may lie, the nicest place first; a narrow frame only at need."""
        for widest in (_WIDEST_PX, _NARROW_PX):
            room = self._canvas.area.width() - self._theme.px(16)
            width = round(min(self._theme.px(widest), room))
            size = QSize(width, self.height_for(width))
            for corner in self._corners(anchor, size):
                yield QRectF(QRect(corner.toPoint(), size))

    def _corners(self, anchor: QPointF, size: QSize) -> Iterator[QPointF]:
        """Return where the upper left corner may lie, the nicest place first."""
        area, px = self._canvas.area, self._theme.px
        gap, width, height = px(8), size.width(), size.height()
        left, right = area.left() + gap, area.right() - gap - width
        if area.height() < height + px(_LABELS_PX) + gap:
            tops = [area.top() + px(2)]
        else:
            tops = [area.top() + px(_LABELS_PX), area.bottom() - gap - height]
        beside = (anchor.x() - width / 2, anchor.x() - width - px(20), anchor.x() + px(20))
        for top in tops:
            for x in (*beside, right, left):
                yield QPointF(max(left, min(x, right)), top)

    def _anchor(self, finding: Finding) -> QPointF:
        """Return the point of the curve at the step that the finding is about."""
        axes = self._canvas.axes
        x, y = self._canvas.curves[_CURVE.get(finding.kind, "smoothed")].points
        known = np.isfinite(y)
        x, y = x[known], y[known]
        place = float(axes.x(finding.step))
        if len(x) == 0:
            return QPointF(place, axes.area.center().y())
        height = float(axes.y(np.interp(finding.step, x, y)))
        return QPointF(place, min(max(height, axes.area.top()), axes.area.bottom()))

    def _points(self) -> Any:
        """Return the points of all wide curves in pixels, ``[n, 2]``."""
        axes, found = self._canvas.axes, []
        for name in ("smoothed", "test"):
            x, y = self._canvas.curves[name].points
            known = np.isfinite(y)
            found.append(np.stack([axes.x(x[known]), axes.y(y[known])], axis=1))
        return np.concatenate(found)


def _covered(box: QRectF, points: Any, anchor: QPointF) -> float:
    """Return how much of the curves a box covers; most of all the point that it is about."""
    inside = (points >= (box.left(), box.top())) & (points <= (box.right(), box.bottom()))
    return float(inside.all(axis=1).mean() if len(points) else 0) + 10 * box.contains(anchor)


class _Leader(QGraphicsItem):
    """The line from the frame to the point, and a ring around it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._area = QRectF()
        self._from, self._to = QPointF(), QPointF()
        self.setVisible(False)

    @property
    def end(self) -> QPointF:
        """The point that it leads to."""
        return self._to

    def point(self, box: QRectF, anchor: QPointF, area: QRectF) -> None:
        """Lead from `box` to `anchor`, within `area`."""
        self.prepareGeometryChange()
        self._area, self._to = area.adjusted(-8, -8, 8, 8), anchor
        x = min(max(anchor.x(), box.left() + 8), box.right() - 8)
        y = box.bottom() if anchor.y() > box.center().y() else box.top()
        self._from = QPointF(x, y)
        self.update()

    def boundingRect(self) -> QRectF:
        return self._area

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        px = self._theme.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("warning"), 1.5 * self._theme.scale))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(self._to, px(_RING_PX), px(_RING_PX))
        away = self._from - self._to
        length = max(1.0, (away.x() ** 2 + away.y() ** 2) ** 0.5)
        if length > px(_RING_PX):
            painter.drawLine(self._to + away * (px(_RING_PX) / length), self._from)
