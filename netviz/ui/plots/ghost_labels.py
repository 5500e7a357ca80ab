"""The labels at the ends of other runs on a plot, and which of these runs lies under the mouse."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from netviz.ui.charts.axes import Axes
from netviz.ui.look.theme import Theme
from netviz.ui.plots.metric import Points

_FONT_PX = 12
_WIDEST_PX = 150
_GAP_PX = 3
_COLUMN_PX = 3.0
_ALONG = (1.0, 0.8, 0.6, 0.4)
"""Where on the part of a curve in sight its label may stand, from its beginning to its end."""


@dataclass(frozen=True)
class GhostLabel:
    """A label of a run.

    Attributes
    ----------
    line
        Number of the run.
    text
        What is written.
    token
        Colour of the letters.
    box
        Where, in pixels of the scene.
    """

    line: int
    text: str
    token: str
    box: QRectF


class CurveGrid:
    """How high curves lie at each column of an area, to be asked what a box would cover.

    Parameters
    ----------
    area
        In pixels.
    curves
        Points in pixels, ``[n]`` each, from the left; a NaN is a gap.
    """

    def __init__(self, area: QRectF, curves: Iterable[Points]) -> None:
        self._area = area
        columns = _columns(area, area, 0)
        left = area.left()
        self._heights = [_heights(curve, columns, left) for curve in curves if len(curve[0])]

    def is_crossed(self, box: QRectF, gap: float) -> bool:
        """Return whether a curve runs through a box or comes closer to it than `gap`."""
        columns = _columns(self._area, box, gap)
        seen = slice(columns.start, columns.stop)
        return any(_is_in(heights[seen], box, gap) for heights in self._heights)


class GhostLabels(QGraphicsItem):
    """Writes at the end of each run what differs in it, where there is room.

    Attributes
    ----------
    labels
        What is written; a run without a place is missing.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._area, self._bounds = QRectF(), QRectF()
        self.labels: tuple[GhostLabel, ...] = ()
        # What is painted anew is mostly the end of a curve: the option says so.
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def arrange(
        self,
        wanted: Sequence[tuple[int, str, str, Points]],
        axes: Axes,
        taken: Sequence[QRectF],
        curves: Sequence[Points],
    ) -> None:
        """Place the labels.

        Parameters
        ----------
        wanted
            Number, text, colour and curve of each run, in pixels of the scene.
        axes
            Steps and values in sight.
        taken
            Boxes of other labels.
        curves
            Those of the run at hand, which no label covers, in pixels.
        """
        self.prepareGeometryChange()
        self._area = axes.area
        grid = CurveGrid(axes.area, [*curves, *(curve for *_, curve in wanted)])
        metrics, taken = QFontMetricsF(self._theme.font(_FONT_PX)), [*taken]
        labels = []
        for line, text, token, curve in wanted:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, self._theme.px(_WIDEST_PX))
            width = metrics.horizontalAdvance(text) + self._theme.px(4)
            size = QRectF(0, 0, width, metrics.height())
            box = self._place(size, curve, taken, grid) if text else None
            if box is not None:
                labels.append(GhostLabel(line, text, token, box))
                taken.append(box)
        self.labels, self._bounds = tuple(labels), QRectF()
        for label in labels:
            self._bounds = self._bounds.united(label.box)
        self.update()

    def is_crossed_by(self, curves: Sequence[Points]) -> bool:
        """Return whether a curve, in pixels, has grown into a label."""
        area, gap = self._area, self._gap
        return any(
            _is_in(_heights(curve, _columns(area, label.box, gap), area.left()), label.box, gap)
            for label in self.labels
            for curve in curves
            if len(curve[0]) and curve[0][-1] >= label.box.left() - gap - _COLUMN_PX
        )

    @property
    def _gap(self) -> float:
        """How close a curve may come to a label."""
        return self._theme.px(_GAP_PX) / 2

    def at(self, place: QPointF) -> int | None:
        """Return the number of the run whose label is at a place of the scene."""
        found = (label.line for label in self.labels if label.box.contains(place))
        return next(found, None)

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        exposed = option.exposedRect
        painter.setFont(self._theme.font(_FONT_PX))
        for label in self.labels:
            if exposed.intersects(label.box):
                # The noise of the batches would make the letters hard to read.
                painter.fillRect(label.box, self._theme.color("surface", 0.8))
                painter.setPen(self._theme.color(label.token))
                painter.drawText(label.box, _CENTERED, label.text)

    def _place(
        self, size: QRectF, curve: Points, taken: Sequence[QRectF], grid: CurveGrid
    ) -> QRectF | None:
        """Return the first free place, at the end of a curve or else beside it."""
        gap = self._theme.px(_GAP_PX)
        for nth, place in enumerate(_places(curve, self._area)):
            for box in self._boxes(size, place, is_end=nth == 0):
                grown = box.adjusted(-gap, -gap, gap, gap)
                is_taken = any(grown.intersects(other) for other in taken)
                if (
                    self._area.contains(box)
                    and not is_taken
                    and not grid.is_crossed(box, self._gap)
                ):
                    return box
        return None

    def _boxes(self, size: QRectF, place: QPointF, *, is_end: bool) -> list[QRectF]:
        """Return where a label may stand at a point: right of an end, above or below."""
        gap, width, height = self._theme.px(_GAP_PX), size.width(), size.height()
        right, left, middle = place.x() + 2 * gap, place.x() - width, place.x() - width / 2
        above, below = place.y() - height - gap, place.y() + gap
        corners = [(right, place.y() - height / 2), (right, above), (right, below)]
        corners = corners if is_end else []
        corners += [(left, above), (left, below), (middle, above), (middle, below)]
        return [QRectF(x, y, width, height) for x, y in corners]


def _columns(area: QRectF, box: QRectF, gap: float) -> range:
    """Return the columns of an area, counted from its left edge, that a box covers."""
    first = max(0, int((box.left() - gap - area.left()) / _COLUMN_PX))
    last = min(area.width(), box.right() + gap - area.left())
    return range(first, int(last / _COLUMN_PX) + 2)


def _heights(curve: Points, columns: range, left: float) -> NDArray[np.float64]:
    """Return how high a curve, in pixels, lies at some columns from `left` on."""
    x, y = curve
    finite = np.isfinite(y)
    if not finite.all():
        x, y = x[finite], y[finite]
    if len(x) == 0:
        return np.empty(0)
    at = left + _COLUMN_PX * np.arange(columns.start, columns.stop)
    heights: NDArray[np.float64] = np.interp(at, x, y, left=np.nan, right=np.nan)
    return heights


def _is_in(heights: NDArray[np.float64], box: QRectF, gap: float) -> bool:
    """Return whether a curve of these heights passes those of a box.

    Between two columns a steep curve passes all that lie between its heights there.
    """
    seen = heights[np.isfinite(heights)]
    return bool(len(seen) and seen.min() < box.bottom() + gap and seen.max() > box.top() - gap)


_CENTERED: Any = Qt.AlignmentFlag.AlignCenter


def _places(curve: Points, area: QRectF) -> list[QPointF]:
    """Return points of a curve in an area, in pixels, beginning with its end."""
    x, y = curve
    inside = (x >= area.left()) & (x <= area.right()) & np.isfinite(y)
    inside &= (y >= area.top()) & (y <= area.bottom())
    x, y = x[inside], y[inside]
    if len(x) == 0:
        return []
    indices = [round(part * (len(x) - 1)) for part in _ALONG]
    return [QPointF(float(x[index]), float(y[index])) for index in indices]


def nearest_curve(curves: Sequence[tuple[int, Points]], place: QPointF, reach: float) -> int | None:
    """Return the number of the run whose curve, in pixels, is nearest to a place.

    None where all are farther away than `reach`.
    """
    found: list[tuple[float, int]] = []
    across = np.linspace(-reach, reach, 13)
    for line, (x, y) in curves:
        finite = np.isfinite(y)
        if np.count_nonzero(finite) < 2:
            continue
        heights = np.interp(place.x() + across, x[finite], y[finite], left=np.nan, right=np.nan)
        distances = np.hypot(across, heights - place.y())
        if np.isfinite(distances).any():
            found.append((float(np.nanmin(distances)), line))
    distance, line = min(found, default=(np.inf, 0))
    return line if distance <= reach else None
