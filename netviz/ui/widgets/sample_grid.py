"""A grid of images with labels, painted by one widget."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.widgets.image_painting import gray_image

_IMAGE_PX = 44
_LABEL_PX = 15
_GAP_PX = 8
_NAME_PX = 84


class SampleGrid(ThemedWidget):
    """As many images as fit, each with its label below.

    Signals
    -------
    capacity_changed
        Another number of images fits now; see `capacity`.
    """

    capacity_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._images = np.empty((0, 1, 1, 1), np.uint8)
        self._labels: Sequence[str] = ()
        self._sentences: Sequence[str] = ()
        self._classes: tuple[str, ...] = ()
        self._capacity = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Samples")

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """Size the cells for labels of these classes."""
        self._classes = classes
        self._measure()

    def set_samples(
        self, images: NDArray[np.uint8], labels: Sequence[str], sentences: Sequence[str]
    ) -> None:
        """Show images ``uint8 [k, C, H, W]`` each with a label and a tooltip."""
        self._images, self._labels, self._sentences = images, labels, sentences
        self.setAccessibleDescription(", ".join(labels))
        self.update()

    @property
    def images(self) -> NDArray[np.uint8]:
        """What is shown, ``uint8 [k, C, H, W]``."""
        return self._images

    @property
    def capacity(self) -> int:
        """How many images fit."""
        columns, rows = self._shape
        return columns * rows

    def text_at(self, position: QPointF) -> str:
        """Return the tooltip of the image at `position`."""
        for place, sentence in enumerate(self._sentences):
            if self._cell(place).contains(position.toPoint()):
                return sentence
        return ""

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(320), self._theme.px(140))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._cell_size.width(), self._cell_size.height())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._theme.font(12))
        painter.setPen(self._theme.color("text"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        metrics = painter.fontMetrics()
        side = self._theme.px(_IMAGE_PX)
        for place, label in enumerate(self._labels[: self.capacity]):
            cell = self._cell(place)
            picture = QRect(cell.center().x() - side // 2, cell.top(), side, side)
            painter.drawImage(picture, gray_image(self._images[place]))
            line = QRectF(
                cell.left(), picture.bottom() + 1, cell.width(), self._theme.px(_LABEL_PX)
            )
            text = metrics.elidedText(label, Qt.TextElideMode.ElideRight, cell.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)

    @property
    def _cell_size(self) -> QSize:
        px = self._theme.px
        metrics = QFontMetrics(self._theme.font(12))
        widest = max((metrics.horizontalAdvance(name) for name in self._classes), default=0)
        return QSize(max(px(_IMAGE_PX), min(widest, px(_NAME_PX))), px(_IMAGE_PX + _LABEL_PX))

    @property
    def _shape(self) -> tuple[int, int]:
        """Columns and rows that fit."""
        gap, cell = self._theme.px(_GAP_PX), self._cell_size
        columns = (self.width() + gap) // (cell.width() + gap)
        rows = (self.height() + gap // 2) // (cell.height() + gap // 2)
        return max(1, columns), max(1, rows)

    def _cell(self, place: int) -> QRect:
        gap, cell = self._theme.px(_GAP_PX), self._cell_size
        row, column = divmod(place, self._shape[0])
        left, top = column * (cell.width() + gap), row * (cell.height() + gap // 2)
        return QRect(left, top, cell.width(), cell.height())

    def _measure(self) -> None:
        if self.capacity != self._capacity:
            self._capacity = self.capacity
            self.capacity_changed.emit()

    def _restyle(self) -> None:
        self._measure()
