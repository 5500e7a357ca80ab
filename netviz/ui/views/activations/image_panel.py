"""The image that is looked at, with its saliency and its likeliest classes."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QPainter,
    QPaintEvent,
)

from netviz.engine.protocol.observations import ActivationsObserved
from netviz.number_text import percent_text, signed_text
from netviz.ui.look.theme import Theme
from netviz.ui.views.activations.strips import class_names
from netviz.ui.views.activations.value_tooltip import ValueTooltip
from netviz.ui.widgets.image_painting import input_image, signed_image

_ALIGN = Qt.AlignmentFlag
_TOP_CLASSES = 3
_IMAGE_OPACITY = 0.35


class ImagePanel(ValueTooltip):
    """The image, the saliency of its pixels for the predicted class, and the likeliest classes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._observed: ActivationsObserved | None = None
        self._names: tuple[str, ...] = ()
        self._pictures: tuple[QImage, QImage] | None = None
        self._side = 0
        self.setAccessibleName("Image and saliency")

    def show_image(self, observed: ActivationsObserved, classes: tuple[str, ...]) -> None:
        """Show the image of an observation."""
        self._observed = observed
        self._names = class_names(classes, len(observed.probabilities))
        self._pictures = None
        self.update()

    def fit(self, width: int, height: int) -> None:
        """Take the width that is right in a view of this size."""
        px = self._theme.px
        below = px(18) + px(8) + _TOP_CLASSES * px(17)
        least = px(32)
        self._side = max(min((width - px(8)) // 2, height - below), least)
        # A hidden view is not fitted anew, and must not keep the window from becoming narrow.
        self.setMinimumWidth(2 * least + px(8))
        self.setMaximumWidth(2 * self._side + px(8))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(2 * self._side + self._theme.px(8), 0)

    def describe(self, point: QPointF) -> str:
        if self._observed is None:
            return ""
        for name, area in zip(("image", "saliency"), self._places(), strict=True):
            if area.contains(point):
                rows, columns = self._observed.saliency.shape
                row = int((point.y() - area.top()) / area.height() * rows)
                column = int((point.x() - area.left()) / area.width() * columns)
                return f"{name} · row {row}, column {column}: {self._value(name, row, column)}"
        return ""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._observed is None:
            return
        painter = QPainter(self)
        theme = self._theme
        if self._pictures is None:
            self._pictures = self._paint_pictures(self._observed)
        for area, picture in zip(self._places(), self._pictures, strict=True):
            painter.drawImage(area, picture)
            painter.setPen(theme.color("border"))
            painter.drawRect(area.adjusted(0, 0, -1, -1))
        self._paint_captions(painter, self._observed.source)
        self._paint_top(painter, self._side + theme.px(18 + 6))

    def _paint_captions(self, painter: QPainter, source: str) -> None:
        theme, caption = self._theme, "saliency"
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("muted"))
        metrics = painter.fontMetrics()
        line = QRectF(0, self._side + theme.px(2), self.width(), theme.px(16))
        right = self._places()[1].left()
        if metrics.horizontalAdvance(source) > self._side:
            # A long source takes some of the space below the other picture.
            right = self.width() - metrics.horizontalAdvance(caption)
        # Where even that is too little, the choice above names the source.
        if metrics.horizontalAdvance(source) <= right - theme.px(4):
            painter.drawText(line, _ALIGN.AlignLeft | _ALIGN.AlignVCenter, source)
        line.setLeft(right)
        painter.drawText(line, _ALIGN.AlignLeft | _ALIGN.AlignVCenter, caption)

    def _paint_top(self, painter: QPainter, top: int) -> None:
        assert self._observed is not None
        theme, probabilities = self._theme, self._observed.probabilities
        for place, index in enumerate(np.argsort(-probabilities)[:_TOP_CLASSES].tolist()):
            weight = QFont.Weight.Normal if place else QFont.Weight.DemiBold
            painter.setFont(theme.font(12, weight))
            painter.setPen(theme.color("muted" if place else "text"))
            row = QRectF(0, top + place * theme.px(17), self.width(), theme.px(17))
            if row.bottom() > self.height() and place:
                return
            figure = percent_text(float(probabilities[index]))
            room = self.width() - painter.fontMetrics().horizontalAdvance(figure) - theme.px(6)
            name = painter.fontMetrics().elidedText(
                self._names[index], Qt.TextElideMode.ElideRight, room
            )
            painter.drawText(row, _ALIGN.AlignLeft | _ALIGN.AlignVCenter, name)
            painter.drawText(row, _ALIGN.AlignRight | _ALIGN.AlignVCenter, figure)

    def _paint_pictures(self, observed: ActivationsObserved) -> tuple[QImage, QImage]:
        seen = input_image(observed.seen)
        limit = float(np.abs(observed.saliency).max(initial=0.0))
        saliency = signed_image(observed.saliency, limit, self._theme)
        # The image is drawn over it faintly, so that one sees which stroke a pixel belongs to.
        painter = QPainter(saliency)
        painter.setOpacity(_IMAGE_OPACITY)
        painter.drawImage(0, 0, _ink(observed.seen, self._theme.color("text")))
        painter.end()
        return seen, saliency

    def _value(self, name: str, row: int, column: int) -> str:
        assert self._observed is not None
        if name == "saliency":
            return signed_text(float(self._observed.saliency[row, column]))
        return " ".join(f"{value:.2f}" for value in self._observed.seen[:, row, column])

    def _places(self) -> tuple[QRectF, QRectF]:
        side = self._side
        right = side + self._theme.px(8)
        return QRectF(0, 0, side, side), QRectF(right, 0, side, side)

    def _restyle(self) -> None:
        self._pictures = None


def _ink(seen: NDArray[np.float32], color: QColor) -> QImage:
    """Return an image in one colour, transparent where it is dark."""
    brightness = np.rint(np.clip(seen, 0, 1).max(axis=0) * 255).astype(np.uint32)
    pixels = brightness << np.uint32(24) | np.uint32(color.rgb() & 0xFFFFFF)
    height, width = pixels.shape
    return QImage(pixels.data, width, height, QImage.Format.Format_ARGB32).copy()
