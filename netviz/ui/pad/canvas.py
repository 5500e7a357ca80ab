"""The canvas of the drawing pad: strokes on black, with undo."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from netviz.ui.pad.picture_fitting import centred, filled, fitted
from netviz.ui.widgets.image_painting import gray_image, image_pixels

SIDE = 280
"""Width and height of the canvas in its own pixels."""

WHITE = QColor(255, 255, 255)

_HISTORY_STATES = 64


@dataclass(frozen=True, eq=False)
class Example:
    """An image of the data set that was put on the canvas.

    Attributes
    ----------
    pixels
        ``uint8 [C, H, W]``, as the data set holds it.
    label
        Text to show with it.
    """

    pixels: NDArray[np.uint8]
    label: str


@dataclass(frozen=True, eq=False)
class _State:
    image: QImage
    is_empty: bool = True
    example: Example | None = None


class Canvas:
    """A black square that takes strokes and pictures, each of which can be undone; no widget.

    A state costs 78 KiB in grey and 307 KiB in colour; 64 of them are kept.

    Parameters
    ----------
    color
        Whether it holds red, green and blue. Strokes on a grey one are white.
    """

    def __init__(self, *, color: bool = False) -> None:
        self._color = color
        self._state = _State(self._black())
        self._past: deque[_State] = deque(maxlen=_HISTORY_STATES)
        self._future: list[_State] = []
        self._stroke: _Stroke | None = None

    @property
    def image(self) -> QImage:
        """The present picture; do not paint on it."""
        return self._state.image

    @property
    def is_empty(self) -> bool:
        """Whether nothing was drawn since the canvas was cleared."""
        return self._state.is_empty

    @property
    def example(self) -> Example | None:
        """The image of the data set that is on the canvas unchanged, if there is one."""
        return self._state.example

    @property
    def is_stroking(self) -> bool:
        """Whether a stroke was begun and not yet ended."""
        return self._stroke is not None

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier state."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether a state was undone and nothing was drawn since."""
        return bool(self._future)

    def array(self) -> NDArray[np.uint8]:
        """Return a copy of the drawing, or of the unchanged image of the data set.

        Returns
        -------
        array
            ``uint8 [280, 280]``, ``[3, 280, 280]`` in colour, or an example's own shape.
        """
        if self._state.example is not None:
            return self._state.example.pixels.copy()
        return image_pixels(self._state.image, color=self._color)

    @property
    def is_color(self) -> bool:
        """Whether it holds red, green and blue."""
        return self._color

    def begin_stroke(
        self, point: QPointF, width: float, *, erase: bool = False, ink: QColor = WHITE
    ) -> QRectF:
        """Begin a stroke of `ink` at `point`; return the area that changed."""
        # Painting on a shared QImage would copy it at every segment; this copies it once.
        self._push(_State(self._state.image.copy(), self._state.is_empty and erase))
        drawn = ink if self._color else WHITE
        self._stroke = _Stroke(QPen(QColor(Qt.GlobalColor.black) if erase else drawn), point)
        return self._stroke.paint_to(point, width, self._state.image)

    def extend_stroke(self, point: QPointF, width: float) -> QRectF:
        """Continue the stroke to `point` in a smooth curve; return the area that changed."""
        if self._stroke is None:
            return QRectF()
        return self._stroke.paint_to(point, width, self._state.image)

    def end_stroke(self) -> QRectF:
        """End the stroke, which is one step of undo; return the area that changed."""
        if self._stroke is None:
            return QRectF()
        changed = self._stroke.paint_rest(self._state.image)
        self._stroke = None
        return changed

    def clear(self) -> None:
        """Make everything black again."""
        if not self.is_empty:
            self._push(_State(self._black()))

    def fill(self, ink: QColor) -> None:
        """Paint everything in one colour; of a grey canvas, its lightness."""
        image = self._black()
        image.fill(ink)
        self._push(_State(image, False))

    def place_picture(self, picture: QImage) -> None:
        """Replace the drawing by any picture.

        A grey canvas shows it whole, centred, with its background made black: dark strokes on
        light paper become light on dark. A canvas in colour is filled by its middle.
        """
        image = filled(picture, SIDE) if self._color else fitted(picture, SIDE)
        self._push(_State(image, False))

    def place_example(self, example: Example) -> None:
        """Replace the drawing by an image of the data set."""
        image = self._black()
        picture = gray_image(example.pixels)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        keep = Qt.AspectRatioMode.KeepAspectRatio
        painter.drawImage(centred(picture.size(), SIDE, keep), picture)
        painter.end()
        self._push(_State(image, False, example))

    def undo(self) -> None:
        """Go back to the state before the last stroke, picture or clearing."""
        self.end_stroke()
        if self._past:
            self._future.append(self._state)
            self._state = self._past.pop()

    def redo(self) -> None:
        """Go forward again after `undo`."""
        self.end_stroke()
        if self._future:
            self._past.append(self._state)
            self._state = self._future.pop()

    def _push(self, state: _State) -> None:
        self._past.append(self._state)
        self._future.clear()
        self._stroke = None
        self._state = state

    def _black(self) -> QImage:
        kind = QImage.Format.Format_RGB32 if self._color else QImage.Format.Format_Grayscale8
        image = QImage(SIDE, SIDE, kind)
        image.fill(Qt.GlobalColor.black)
        return image


class _Stroke:
    """One stroke under way, smoothed by curves between the midpoints of the input's points."""

    def __init__(self, pen: QPen, start: QPointF) -> None:
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self._pen = pen
        self._point = start
        self._middle = start

    def paint_to(self, point: QPointF, width: float, image: QImage) -> QRectF:
        middle = (self._point + point) / 2
        path = QPainterPath(self._middle)
        path.quadTo(self._point, middle)
        self._point, self._middle = point, middle
        self._pen.setWidthF(width)
        return self._paint(path, image)

    def paint_rest(self, image: QImage) -> QRectF:
        path = QPainterPath(self._middle)
        path.lineTo(self._point)
        return self._paint(path, image)

    def _paint(self, path: QPainterPath, image: QImage) -> QRectF:
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._pen)
        bounds = path.boundingRect()
        if QLineF(bounds.topLeft(), bounds.bottomRight()).length() < 0.1:
            painter.drawPoint(self._point)
        else:
            painter.drawPath(path)
        painter.end()
        margin = self._pen.widthF() / 2 + 2
        return bounds.adjusted(-margin, -margin, margin, margin)
