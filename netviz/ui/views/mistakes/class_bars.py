"""Bars of the probability of each class."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from netviz.number_text import percent_text
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme

_ROW_PX = 16
_LEAST_ROW_PX = 10
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ClassBars(QWidget):
    """One bar for each class; where there is no space for all, the likeliest ones.

    The true class carries a tick, a wrong answer a cross.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._classes: tuple[str, ...] = ()
        self._probabilities = np.empty(0, np.float32)
        self._true = self._predicted = -1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Probabilities")
        self.setToolTip("How likely the network holds each class to be.")
        theme.changed.connect(self.update)

    def set_prediction(
        self,
        classes: tuple[str, ...],
        probabilities: NDArray[np.float32],
        true: int,
        predicted: int,
    ) -> None:
        """Show the probabilities of an image of class `true`."""
        self._classes, self._probabilities = classes, probabilities
        self._true, self._predicted = true, predicted
        rows = zip(classes, probabilities, strict=True)
        self.setAccessibleDescription(", ".join(f"{name} {100 * p:.0f} %" for name, p in rows))
        self.update()

    @property
    def rows(self) -> list[int]:
        """Classes that are shown, from the top."""
        count = len(self._classes)
        fitting = max(1, int(self.height() / self._theme.px(_LEAST_ROW_PX)))
        if count <= fitting:
            return list(range(count))
        likeliest = np.argsort(-self._probabilities, kind="stable")[:fitting].tolist()
        if self._true not in likeliest:
            likeliest[-1] = self._true
        return [int(index) for index in likeliest]

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(170), self._theme.px(10 * _ROW_PX))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(110), self._theme.px(3 * _LEAST_ROW_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        rows = self.rows
        if not rows:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = min(self._theme.px(_ROW_PX), self.height() / len(rows))
        metrics = QFontMetricsF(self._theme.font(11, QFont.Weight.Bold))
        widest = max(metrics.horizontalAdvance(self._classes[index]) for index in rows)
        name_width = min(widest, self.width() * 0.4) + self._theme.px(16)
        for row, index in enumerate(rows):
            area = QRectF(0, row * height, self.width(), height)
            self._paint_row(painter, area, index, name_width)

    def _paint_row(self, painter: QPainter, area: QRectF, index: int, name_width: float) -> None:
        theme = self._theme
        token = self._token(index)
        strong = QFont.Weight.Bold if token != "muted" else QFont.Weight.Normal
        painter.setFont(theme.font(11, strong))
        painter.setPen(theme.color(token if token != "muted" else "text"))
        name_area = QRectF(0, area.top(), name_width - theme.px(14), area.height())
        name = painter.fontMetrics().elidedText(
            self._classes[index], Qt.TextElideMode.ElideRight, round(name_area.width())
        )
        painter.drawText(name_area, _LEFT, name)
        if token != "muted":
            sign = theme.px(11)
            place = QRectF(name_area.right(), area.center().y() - sign / 2, sign, sign)
            name = "check" if token == "right" else "x"
            icon(theme, name, token, 11).paint(painter, place.toRect())
        figure = theme.px(40)
        groove = QRectF(name_width, area.center().y() - theme.px(3), 0, theme.px(6))
        groove.setRight(area.right() - figure)
        self._paint_bar(painter, groove, float(self._probabilities[index]), token)
        painter.setFont(theme.font(11, strong))
        painter.setPen(theme.color("muted" if token == "muted" else "text"))
        painter.drawText(area, _RIGHT, percent_text(float(self._probabilities[index])))

    def _paint_bar(self, painter: QPainter, groove: QRectF, share: float, token: str) -> None:
        radius = groove.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("raised"))
        painter.drawRoundedRect(groove, radius, radius)
        if share > 0:
            bar = QRectF(groove)
            bar.setWidth(max(2.0, groove.width() * min(1.0, share)))
            painter.setBrush(self._theme.color(token if token != "muted" else "faint"))
            painter.drawRoundedRect(bar, min(radius, bar.width() / 2), radius)

    def _token(self, index: int) -> str:
        if index == self._true:
            return "right"
        return "wrong" if index == self._predicted else "muted"
