"""The two sides of the activation view: the image with its saliency, and the layers' strips."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from netviz.engine.protocol.observations import ActivationsObserved
from netviz.number_text import signed_text
from netviz.ui.look.theme import Theme
from netviz.ui.views.activations.activation_strips import Strip, Zoom, class_names
from netviz.ui.widgets.image_painting import gray_image, signed_image

_ALIGN = Qt.AlignmentFlag
_TOP_CLASSES = 3
_SHINE = 0.35


class ImagePanel(QWidget):
    """The image, what of it speaks for the answer, and the likeliest classes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._observed: ActivationsObserved | None = None
        self._names: tuple[str, ...] = ()
        self._pictures: tuple[QImage, QImage] | None = None
        self._side = 0
        self.setMouseTracking(True)
        self.setAccessibleName("Image and saliency")
        theme.changed.connect(self._on_theme_changed)

    def show_image(self, observed: ActivationsObserved, classes: tuple[str, ...]) -> None:
        self._observed = observed
        self._names = class_names(classes, len(observed.probabilities))
        self._pictures = None
        self.update()

    def fit(self, width: int, height: int) -> None:
        """Take the place that a view of this size has for it."""
        px = self._theme.px
        below = px(18) + px(8) + _TOP_CLASSES * px(17)
        self._side = max(min((width - px(8)) // 2, height - below), px(32))
        self.setFixedWidth(2 * self._side + px(8))

    def sizeHint(self) -> QSize:
        return QSize(self.width(), 0)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        text = self.describe(event.position())
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def describe(self, point: QPointF) -> str:
        """Say what lies under a point; empty where nothing does."""
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
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("muted"))
        metrics = painter.fontMetrics()
        line = QRectF(0, self._side + theme.px(2), self.width(), theme.px(16))
        right = self._places()[1].left()
        if metrics.horizontalAdvance(source) > self._side:
            # A long source takes some of the place below the other picture.
            right = self.width() - metrics.horizontalAdvance(caption)
        room = int(right) - theme.px(4)
        source = metrics.elidedText(source, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, _ALIGN.AlignLeft | _ALIGN.AlignVCenter, source)
        line.setLeft(right)
        painter.drawText(line, _ALIGN.AlignLeft | _ALIGN.AlignVCenter, caption)

    def _paint_top(self, painter: QPainter, top: int) -> None:
        assert self._observed is not None
        theme, shares = self._theme, self._observed.probabilities
        for place, index in enumerate(np.argsort(-shares)[:_TOP_CLASSES].tolist()):
            weight = QFont.Weight.Normal if place else QFont.Weight.DemiBold
            painter.setFont(theme.font(12, weight))
            painter.setPen(theme.color("muted" if place else "text"))
            row = QRectF(0, top + place * theme.px(17), self.width(), theme.px(17))
            if row.bottom() > self.height() and place:
                return
            figure = f"{100 * shares[index]:.1f} %"
            room = self.width() - painter.fontMetrics().horizontalAdvance(figure) - theme.px(6)
            name = painter.fontMetrics().elidedText(
                self._names[index], Qt.TextElideMode.ElideRight, room
            )
            painter.drawText(row, _ALIGN.AlignLeft | _ALIGN.AlignVCenter, name)
            painter.drawText(row, _ALIGN.AlignRight | _ALIGN.AlignVCenter, figure)

    def _paint_pictures(self, observed: ActivationsObserved) -> tuple[QImage, QImage]:
        seen = gray_image(np.rint(np.clip(observed.seen, 0, 1) * 255).astype(np.uint8))
        limit = float(np.abs(observed.saliency).max(initial=0.0))
        saliency = signed_image(observed.saliency, limit, self._theme)
        # The image shines through, so that one sees which stroke a pixel belongs to.
        painter = QPainter(saliency)
        painter.setOpacity(_SHINE)
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

    def _on_theme_changed(self) -> None:
        self._pictures = None
        self.update()


class StripList(QWidget):
    """All strips, side by side where they fit, and one below the other."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("scrolled")
        self._strips: list[Strip] = []
        self._places: list[tuple[QRectF, QRectF]] = []
        self._zoom = Zoom.fitting(0, theme)
        self.setMouseTracking(True)
        self.setAccessibleName("What each layer makes of the image")
        theme.changed.connect(self._arrange)

    @property
    def strips(self) -> list[Strip]:
        """What is shown, from the top."""
        return self._strips

    def show_strips(self, strips: list[Strip]) -> None:
        """Show other strips."""
        self._strips = strips
        self._arrange()

    def set_zoom(self, zoom: Zoom) -> None:
        """Choose how large everything is."""
        if zoom != self._zoom:
            self._zoom = zoom
            self._arrange()

    def area(self, index: int) -> QRectF:
        """Return the place of a strip's contents."""
        return self._places[index][1]

    def describe(self, point: QPointF) -> str:
        """Say what lies under a point; empty where nothing does."""
        for strip, (_, area) in zip(self._strips, self._places, strict=True):
            if area.contains(point):
                return strip.describe(point, area, self._zoom)
        return ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        text = self.describe(event.position())
        QToolTip.showText(event.globalPosition().toPoint(), text, self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for strip, (title, area) in zip(self._strips, self._places, strict=True):
            if title.united(area).intersects(QRectF(event.rect())):
                self._paint_title(painter, strip, title)
                strip.paint(painter, area, self._zoom, self._theme)

    def _paint_title(self, painter: QPainter, strip: Strip, area: QRectF) -> None:
        theme = self._theme
        painter.setFont(theme.font(12, QFont.Weight.Medium))
        painter.setPen(theme.color("text"))
        painter.drawText(area, _ALIGN.AlignLeft | _ALIGN.AlignTop, strip.title)
        used = painter.fontMetrics().horizontalAdvance(strip.title) + theme.px(8)
        ascent = painter.fontMetrics().ascent()
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("muted"))
        metrics = painter.fontMetrics()
        room = int(area.width()) - used
        note = metrics.elidedText(strip.note, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(area.left() + used, area.top() + ascent), note)

    def _arrange(self) -> None:
        """Find a place for each strip, from left to right and then below."""
        px = self._theme.px
        head, gap = px(18), px(12)
        x = y = row_height = 0
        self._places = []
        for strip in self._strips:
            width, height = strip.size(self.width(), self._zoom, self._theme)
            taken = max(width, self._title_width(strip))
            if x and x + taken > self.width():
                x, y, row_height = 0, y + row_height + gap, 0
            title = QRectF(x, y, min(taken, self.width() - x), head)
            self._places.append((title, QRectF(x, y + head, width, height)))
            x += taken + 2 * gap
            row_height = max(row_height, head + height)
        self.setMinimumHeight(y + row_height)
        self.update()

    def _title_width(self, strip: Strip) -> int:
        title = QFontMetrics(self._theme.font(12, QFont.Weight.Medium))
        note = QFontMetrics(self._theme.font(11))
        advance = title.horizontalAdvance(strip.title) + note.horizontalAdvance(strip.note)
        return advance + self._theme.px(10)


def _ink(seen: NDArray[np.float32], color: QColor) -> QImage:
    """Return an image in one colour, see-through where it is dark."""
    brightness = np.rint(np.clip(seen, 0, 1).max(axis=0) * 255).astype(np.uint32)
    pixels = brightness << np.uint32(24) | np.uint32(color.rgb() & 0xFFFFFF)
    height, width = pixels.shape
    return QImage(pixels.data, width, height, QImage.Format.Format_ARGB32).copy()
