"""The confusion matrix, with recall and precision at its sides."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from netviz.engine.protocol.mistakes import cell_levels, precision, recall, row_fractions
from netviz.number_text import percent_text
from netviz.ui.look.theme import Theme
from netviz.ui.views.confusion.cell_colors import cell_color, ink_on
from netviz.ui.widgets.tooltip_widget import TooltipWidget

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignCenter
_MOVES = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_MOST_ASPECT = 3
_CORNERS = ("is ↓   taken for →", "taken for →", "")
_WIDEST_CELL_PX = 72


class ConfusionMatrix(TooltipWidget):
    """Rows are true classes, columns predicted classes.

    Signals
    -------
    cell_clicked
        True and predicted class of a cell that was clicked or chosen with Enter.
    cell_pointed
        True and predicted class under the mouse or the keyboard's cursor; -1, -1 for none.
    """

    cell_clicked = Signal(int, int)
    cell_pointed = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._classes: tuple[str, ...] = ()
        self._counts = np.zeros((0, 0), np.int64)
        self._shows_fractions = False
        self._cursor = (0, 0)
        self._pointed = (-1, -1)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Confusion matrix")

    def set_counts(self, counts: NDArray[np.int64], classes: tuple[str, ...]) -> None:
        """Show images by true class (row) and predicted class (column)."""
        self._counts, self._classes = counts, classes
        last = max(0, len(classes) - 1)
        self._cursor = (min(self._cursor[0], last), min(self._cursor[1], last))
        self.update()
        self._point_at(self._pointed)

    def set_fractions(self, shows_fractions: bool) -> None:
        """Write percentages of the row into the cells, or counts."""
        self._shows_fractions = shows_fractions
        self.update()

    def sentence(self, true: int, predicted: int) -> str:
        """Return the numbers of a cell: ``7 taken for 1: 12 of 102, 11.8 %``."""
        size = len(self._classes)
        if not (0 <= true < size and 0 <= predicted < size):
            return ""
        count, total = int(self._counts[true, predicted]), int(self._counts[true].sum())
        name = self._classes[true]
        if not total:
            return f"There is no test image of {name}"
        what = "recognised" if true == predicted else f"taken for {self._classes[predicted]}"
        return f"{name} {what}: {count:,} of {total:,}, {percent_text(count / total)}"

    def cell_at(self, position: QPointF) -> tuple[int, int]:
        """Return the true and the predicted class of the cell at a place; -1, -1 outside."""
        grid = self.grid_area()
        if not len(self._classes) or not grid.contains(position):
            return -1, -1
        size = len(self._classes)
        row = int((position.y() - grid.top()) / grid.height() * size)
        column = int((position.x() - grid.left()) / grid.width() * size)
        return min(row, size - 1), min(column, size - 1)

    def cell_area(self, true: int, predicted: int) -> QRectF:
        """Return the rectangle of a cell."""
        grid, size = self.grid_area(), max(1, len(self._classes))
        width, height = grid.width() / size, grid.height() / size
        return QRectF(grid.left() + predicted * width, grid.top() + true * height, width, height)

    def grid_area(self) -> QRectF:
        """Return the rectangle of all cells."""
        px, size = self._theme.px, max(1, len(self._classes))
        left, top = self._name_width() + px(6), px(17)
        right, bottom = px(48), px(18)
        height = max(px(40), self.height() - top - bottom)
        widest = min(height * _MOST_ASPECT, size * px(_WIDEST_CELL_PX))
        width = min(max(px(40), self.width() - left - right), widest)
        return QRectF(left, top, width, height)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(420), self._theme.px(170))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(180), self._theme.px(90))

    def text_at(self, position: QPointF) -> str:
        grid = self.grid_area()
        if grid.contains(position):
            return self.sentence(*self.cell_at(position))
        if grid.top() <= position.y() <= grid.bottom() and position.x() > grid.right():
            row = self.cell_at(QPointF(grid.left(), position.y()))[0]
            percent = percent_text(float(recall(self._counts)[row]), 0)
            return f"Recall of {self._classes[row]}: {percent} of its images are recognised"
        if grid.left() <= position.x() <= grid.right() and position.y() > grid.bottom():
            column = self.cell_at(QPointF(position.x(), grid.top()))[1]
            percent = percent_text(float(precision(self._counts)[column]), 0)
            name = self._classes[column]
            return f"Precision of {name}: {percent} of the images taken for {name} are {name}"
        return "A row is a true class, a column a predicted class."

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.cell_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and cell[0] >= 0:
            self._cursor = cell
            self.update()
            self.cell_clicked.emit(*cell)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at((-1, -1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() is not Qt.FocusReason.MouseFocusReason:
            self._point_at(self._cursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _MOVES and self._classes:
            last = len(self._classes) - 1
            row, column = (a + b for a, b in zip(self._cursor, _MOVES[key], strict=True))
            self._cursor = (min(max(row, 0), last), min(max(column, 0), last))
            self._point_at(self._cursor)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._classes:
            self.cell_clicked.emit(*self._cursor)
        else:
            super().keyPressEvent(event)

    def _point_at(self, cell: tuple[int, int]) -> None:
        self._pointed = cell
        self.setAccessibleDescription(self.sentence(*cell))
        self.cell_pointed.emit(*cell)
        self.update()

    # -- painting ------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._classes:
            return
        painter = QPainter(self)
        painter.setFont(self._theme.font(12))
        self._paint_cells(painter)
        self._paint_names(painter)
        self._paint_sides(painter)
        for cell, token in ((self._pointed, "text"), (self._cursor, "primary")):
            if cell[0] >= 0 and (token == "text" or self.hasFocus()):
                painter.setPen(QPen(self._theme.color(token), 1.5 * self._theme.scale))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.cell_area(*cell))

    def _paint_cells(self, painter: QPainter) -> None:
        grid, cell = self.grid_area(), self.cell_area(0, 0)
        fractions = np.nan_to_num(row_fractions(self._counts))
        levels = cell_levels(fractions)
        metrics = QFontMetricsF(painter.font())
        is_high = metrics.capHeight() + 3 <= cell.height()
        painter.fillRect(grid, self._theme.color("raised"))
        for row, column in np.argwhere(self._counts > 0).tolist():
            area = cell.translated(column * cell.width(), row * cell.height())
            level = float(levels[row, column])
            color = cell_color(self._theme, is_correct=row == column, level=level)
            painter.fillRect(area, color)
            text = self._cell_text(row, column, fractions) if is_high else ""
            if text and metrics.horizontalAdvance(text) + 2 <= cell.width():
                painter.setPen(ink_on(color))
                painter.drawText(area, _CENTER, text)
        if min(cell.width(), cell.height()) >= self._theme.px(7):
            self._paint_gaps(painter, grid, cell)

    def _paint_gaps(self, painter: QPainter, grid: QRectF, cell: QRectF) -> None:
        painter.setPen(QPen(self._theme.color("surface"), 1))
        for place in range(1, len(self._classes)):
            x, y = grid.left() + place * cell.width(), grid.top() + place * cell.height()
            painter.drawLine(QPointF(x, grid.top()), QPointF(x, grid.bottom()))
            painter.drawLine(QPointF(grid.left(), y), QPointF(grid.right(), y))

    def _cell_text(self, row: int, column: int, fractions: NDArray[np.float64]) -> str:
        if self._shows_fractions:
            percent = 100 * fractions[row, column]
            return f"{percent:.0f}" if percent >= 10 else f"{percent:.1f}"
        return str(self._counts[row, column])  # no comma: four digits just fit

    def _paint_names(self, painter: QPainter) -> None:
        theme, grid, size = self._theme, self.grid_area(), len(self._classes)
        metrics = QFontMetricsF(painter.font())
        cell = self.cell_area(0, 0)
        every_row = max(1, int(np.ceil(metrics.capHeight() * 1.5 / cell.height())))
        painter.setPen(theme.color("text"))
        name_width = self._name_width()
        for row in range(0, size, every_row):
            area = self.cell_area(row, 0)
            area = QRectF(0, area.center().y() - theme.px(8), name_width, theme.px(16))
            name = metrics.elidedText(self._classes[row], Qt.TextElideMode.ElideRight, name_width)
            painter.drawText(area, _RIGHT, name)
        widest = max(metrics.horizontalAdvance(name) for name in self._classes)
        room = cell.width() - theme.px(3)
        every_column = 1 if widest <= 2.5 * cell.width() else 2
        if widest <= 3 * metrics.averageCharWidth():
            every_column = max(1, int(np.ceil((widest + theme.px(3)) / cell.width())))
        for column in range(0, size, every_column):
            area = self.cell_area(0, column)
            width = room + (every_column - 1) * cell.width()
            # Of the last name as much as does not reach the word "recall".
            width = min(width, 2 * (grid.right() + theme.px(4) - area.center().x()))
            name = metrics.elidedText(self._classes[column], Qt.TextElideMode.ElideRight, width)
            area = QRectF(area.center().x() - width, grid.top() - theme.px(16), 2 * width, 0)
            area.setHeight(theme.px(15))
            painter.drawText(area, _CENTER, name)
            if column == 0:
                start = area.center().x() - metrics.horizontalAdvance(name) / 2 - theme.px(4)
        painter.setPen(theme.color("muted"))
        # The first name may be wider than its column and begin before it.
        corner = QRectF(0, grid.top() - theme.px(16), min(name_width, start), theme.px(15))
        fitting = (text for text in _CORNERS if metrics.horizontalAdvance(text) <= corner.width())
        painter.drawText(corner, _RIGHT, next(fitting))

    def _paint_sides(self, painter: QPainter) -> None:
        """Write recall to the right of the rows and precision below the columns, if they fit."""
        theme, grid = self._theme, self.grid_area()
        metrics = QFontMetricsF(painter.font())
        cell = self.cell_area(0, 0)
        height = theme.px(15)
        painter.setPen(theme.color("muted"))
        if metrics.capHeight() + 2 <= cell.height():
            area = QRectF(grid.right() + theme.px(6), 0, theme.px(42), height)
            painter.drawText(area.translated(0, grid.top() - height - 1), _LEFT, "recall")
            for row, fraction in enumerate(recall(self._counts).tolist()):
                middle = self.cell_area(row, 0).center().y()
                painter.drawText(
                    area.translated(0, middle - height / 2), _LEFT, percent_text(fraction, 0)
                )
        if metrics.horizontalAdvance("100") <= cell.width():
            unit = "" if metrics.horizontalAdvance("100 %") <= cell.width() else " %"
            area = QRectF(0, grid.bottom() + theme.px(3), self._name_width(), height)
            painter.drawText(area, _RIGHT, f"precision{unit}")
            area.setWidth(cell.width())
            for column, fraction in enumerate(precision(self._counts).tolist()):
                left = self.cell_area(0, column).left()
                text = percent_text(fraction, 0).removesuffix(unit)
                painter.drawText(area.translated(left, 0), _CENTER, text)

    def _name_width(self) -> float:
        metrics = QFontMetricsF(self._theme.font(12))
        names = [metrics.horizontalAdvance(name) for name in (*self._classes, _CORNERS[0])]
        return min(max(names), self.width() * 0.3) + 1
