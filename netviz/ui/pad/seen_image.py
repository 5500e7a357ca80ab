"""The drawing as the network sees it: cut out, scaled and centred as the data are."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent

from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.widgets.image_painting import input_image

_SIDE_PX, _WIDTH_PX, _CAPTION_PX = 46, 64, 17
_HELP = "The drawing as the network sees it: cut out, scaled and centred as the data are."


class SeenImage(ThemedWidget):
    """A small picture of the network's input with its size below; empty without a drawing."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._image: QImage | None = None
        self.setAccessibleName("What the network sees")
        self.setToolTip(_HELP)

    @property
    def image(self) -> QImage | None:
        """What is shown, a pixel for each number that goes in; None where nothing is."""
        return self._image

    @property
    def caption(self) -> str:
        """Size of the network's input, such as ``as 28 × 28``; empty where none is shown."""
        return f"as {self._image.width()} × {self._image.height()}" if self._image else ""

    def set_seen(self, seen: NDArray[np.float32] | None) -> None:
        """Show the network's input, ``float32 [C, H, W]`` in 0..1, or nothing."""
        image = None if seen is None else input_image(seen)
        # Predictions come many times a second while training, all for the same input.
        if image != self._image:
            self._image = image
            self.setAccessibleDescription(self.caption)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(_WIDTH_PX), self._theme.px(_SIDE_PX + _CAPTION_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image is None:
            return
        painter, theme = QPainter(self), self._theme
        side = theme.px(_SIDE_PX)
        place = QRectF(self.width() - side, 0, side, side)
        painter.fillRect(place, theme.color("border"))
        inside = place.adjusted(1, 1, -1, -1)
        painter.fillRect(inside, Qt.GlobalColor.black)
        size = self._image.size().scaled(inside.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
        picture = QRectF(0, 0, size.width(), size.height())
        picture.moveCenter(inside.center())
        painter.drawImage(picture, self._image)
        if self.height() < self.sizeHint().height():
            return
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("muted"))
        below = QRectF(0, side, self.width(), self.height() - side)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        painter.drawText(below, flags, self.caption)
