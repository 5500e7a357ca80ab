"""How many images each class has, as bars."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from netviz.number_text import percent_text
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget

_LABEL_PX = 15


class BalanceBars(ThemedWidget):
    """One vertical bar for each class, all from zero."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._classes: tuple[str, ...] = ()
        self._counts = np.zeros(0, np.int64)
        self._token = "train"
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Images per class")

    def set_counts(self, classes: tuple[str, ...], counts: NDArray[np.int64], token: str) -> None:
        """Show the images per class in the theme colour `token`, that of their split."""
        self._classes, self._counts, self._token = classes, counts, token
        rows = zip(classes, counts.tolist(), strict=True)
        self.setAccessibleDescription(", ".join(f"{name}: {count:,}" for name, count in rows))
        self.update()

    def text_at(self, position: QPointF) -> str:
        """Return the tooltip of the class at `position`."""
        if not self._classes:
            return ""
        place = int(position.x() / self.width() * len(self._classes))
        place = min(max(place, 0), len(self._classes) - 1)
        count, total = int(self._counts[place]), int(self._counts.sum())
        fraction = percent_text(count / max(1, total))
        return f"{self._classes[place]}: {count:,} of {total:,} images, {fraction}"

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(200), self._theme.px(80))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(120), self._theme.px(18))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._classes:
            return
        theme = self._theme
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        pitch = self.width() / len(self._classes)
        gap = min(theme.px(6), pitch * 0.25)
        bottom = self.height() - theme.px(_LABEL_PX)
        tallest = max(1, int(self._counts.max()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(self._token, 0.85))
        for place, count in enumerate(self._counts.tolist()):
            height = (bottom - 1) * count / tallest
            painter.drawRect(QRectF(place * pitch + gap / 2, bottom - height, pitch - gap, height))
        self._paint_names(painter, pitch, bottom)

    def _paint_names(self, painter: QPainter, pitch: float, bottom: float) -> None:
        """Write the names that fit, shortened where they are long."""
        metrics = QFontMetricsF(painter.font())
        widest = max(metrics.horizontalAdvance(name) for name in self._classes)
        widest = min(widest, 2.5 * metrics.averageCharWidth())
        every = max(1, int(np.ceil((widest + self._theme.px(2)) / pitch)))
        painter.setPen(self._theme.color("muted"))
        for place in range(0, len(self._classes), every):
            room = pitch * every
            name = metrics.elidedText(self._classes[place], Qt.TextElideMode.ElideRight, room)
            left = (place + 0.5) * pitch - room / 2
            area = QRectF(left, bottom, room, self._theme.px(_LABEL_PX))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, name)
