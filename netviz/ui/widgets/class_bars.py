"""Horizontal bars of the probability of each class."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from netviz.number_text import percent_text
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget

_SMALLEST_ROW_PX = 11
_SMALL_FONT_PX = 12
_NAME_FRACTION = 0.4
_SIGN_PX = 11
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class BarsStyle:
    """Lengths of the bars in pixels of the design, and the colour behind them.

    Attributes
    ----------
    row_px, font_px, bar_px
        Largest height of a row, of its text and of its bar.
    name_gap_px, percent_gap_px
        Space between the names and the bars, and between the bars and the percentages.
    light_groove
        Theme colour behind the bars where the theme is light.
    """

    row_px: int
    font_px: int
    bar_px: int
    name_gap_px: int
    percent_gap_px: int
    light_groove: str


ROOMY = BarsStyle(24, 12, 8, name_gap_px=8, percent_gap_px=8, light_groove="grid")
"""For bars on their own."""
DENSE = BarsStyle(16, 12, 6, name_gap_px=16, percent_gap_px=0, light_groove="raised")
"""For bars beside a picture, with space for a sign after each name."""


@dataclass(frozen=True)
class _RowColors:
    """Theme colours of one row, and the icon after its name."""

    name: str
    percent: str
    bar: str
    sign: str = ""


_WINNER = _RowColors("text", "text", "right")
_LOSER = _RowColors("muted", "muted", "faint")
_TRUE = _RowColors("right", "text", "right", "check")
_MISTAKEN = _RowColors("wrong", "text", "wrong", "x")
_OTHER = _RowColors("text", "muted", "faint")


class ClassBars(ThemedWidget):
    """One bar for each class; where there is no space for all, the most likely ones.

    Where the true class is known, it carries a tick and a wrong prediction a cross; elsewhere
    the most likely class stands out.
    """

    def __init__(
        self, theme: Theme, style: BarsStyle = ROOMY, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._style = style
        self._classes: tuple[str, ...] = ()
        self._probabilities: NDArray[np.float32] | None = None
        self._percents: list[str] = []
        self._true: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Probabilities")
        self.setToolTip("The network's probability for each class.")

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        return self._classes

    @property
    def probabilities(self) -> NDArray[np.float32] | None:
        """What is shown, ``float32 [classes]``; None while the bars are empty."""
        return self._probabilities

    @property
    def winner(self) -> int | None:
        """The most likely class; None while the bars are empty."""
        return None if self._probabilities is None else int(self._probabilities.argmax())

    @property
    def rows(self) -> list[int]:
        """Classes that are shown, from the top."""
        count = len(self._classes)
        fitting = max(1, int(self.height() / self._theme.px(_SMALLEST_ROW_PX)))
        if count <= fitting or self._probabilities is None:
            return list(range(count))
        rows: list[int] = np.argsort(-self._probabilities, kind="stable")[:fitting].tolist()
        if self._true is not None and self._true not in rows:
            rows[-1] = self._true
        return rows

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """Name the classes; the bars are empty afterwards."""
        self._classes = classes
        self._probabilities, self._percents, self._true = None, [], None
        self.update()

    def set_probabilities(
        self, probabilities: NDArray[np.float32] | None, true: int | None = None
    ) -> None:
        """Show ``float32 [classes]`` of an image of class `true`, or empty bars."""
        if probabilities is not None and len(probabilities) != len(self._classes):
            probabilities = None
        shown = self.winner, self._percents, self._true
        self._probabilities, self._true = probabilities, true
        values = [] if probabilities is None else probabilities.tolist()
        self._percents = [percent_text(value) for value in values]
        # While training predictions come many times a second, and most look like the one before.
        if (self.winner, self._percents, true) != shown:
            rows = zip(self._classes, values, strict=False)
            told = ", ".join(f"{name} {percent_text(value, 0)}" for name, value in rows)
            self.setAccessibleDescription(told)
            self.update()

    def row_area(self, row: int) -> QRectF:
        """Return where a row is painted, counted from the top."""
        height = min(self.height() / max(len(self.rows), 1), self._theme.px(self._style.row_px))
        return QRectF(0, row * height, self.contentsRect().width(), height)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(170), self._theme.px(10 * self._style.row_px))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(110), self._theme.px(3 * _SMALLEST_ROW_PX))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = int(event.pos().y() / max(self.row_area(0).height(), 1))
            if row < len(rows := self.rows):
                QToolTip.showText(event.globalPos(), self._hint(rows[row]), self)
                return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        rows = self.rows
        if not rows:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, style = self._theme, self._style
        # Rows may be flatter than the text is high; figures have no descenders to lose.
        is_low = self.row_area(0).height() < theme.px(15)
        font = theme.font(_SMALL_FONT_PX if is_low else style.font_px)
        # Not in whole pixels, by which a name could be too wide for its own width and be cut.
        metrics = QFontMetricsF(font if self._true is None else _bold(font))
        widest = max(metrics.horizontalAdvance(self._classes[index]) for index in rows)
        name_width = math.ceil(min(widest, self.width() * _NAME_FRACTION))
        right = metrics.horizontalAdvance("100.0 %")
        if style.percent_gap_px:
            right += theme.px(style.percent_gap_px)
        left = name_width + theme.px(style.name_gap_px)
        for row, index in enumerate(rows):
            area = self.row_area(row)
            if area.intersects(QRectF(event.rect())):
                colors = self._colors(index)
                painter.setFont(_bold(font) if colors.sign else font)
                self._paint_name(painter, area, index, name_width)
                self._paint_bar(painter, area.adjusted(left, 0, -right, 0), index)
                if self._percents:
                    painter.setPen(theme.color(colors.percent))
                    painter.drawText(area, _RIGHT, self._percents[index])

    def _paint_name(self, painter: QPainter, area: QRectF, index: int, width: int) -> None:
        theme, colors = self._theme, self._colors(index)
        painter.setPen(theme.color(colors.name))
        metrics = painter.fontMetrics()
        name = metrics.elidedText(self._classes[index], Qt.TextElideMode.ElideRight, width)
        painter.drawText(QRectF(0, area.top(), width + 1, area.height()), _LEFT, name)
        if colors.sign:
            side = theme.px(_SIGN_PX)
            place = QRectF(width + theme.px(2), area.center().y() - side / 2, side, side)
            icon(theme, colors.sign, colors.name, _SIGN_PX).paint(painter, place.toRect())

    def _paint_bar(self, painter: QPainter, area: QRectF, index: int) -> None:
        theme = self._theme
        thickness = min(theme.px(self._style.bar_px), area.height() - 4)
        groove = QRectF(area.left(), 0, area.width(), thickness)
        groove.moveTop(area.center().y() - thickness / 2)
        radius = thickness / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised" if theme.dark else self._style.light_groove))
        painter.drawRoundedRect(groove, radius, radius)
        value = np.nan if self._probabilities is None else float(self._probabilities[index])
        if np.isnan(value):
            return
        filled = QRectF(groove)
        filled.setWidth(max(value * groove.width(), theme.px(2)))
        painter.setBrush(theme.color(self._colors(index).bar))
        radius = min(radius, filled.width() / 2)
        painter.drawRoundedRect(filled, radius, radius)

    def _colors(self, index: int) -> _RowColors:
        if self._true is None:
            return _WINNER if index == self.winner else _LOSER
        if index == self._true:
            return _TRUE
        return _MISTAKEN if index == self.winner else _OTHER

    def _hint(self, index: int) -> str:
        percent = self._percents[index] if self._percents else "no prediction yet."
        return f"{self._classes[index]}: {percent}"


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.Bold)
    return bold
