"""What is drawn on the pad: light strokes on black, and the way back to every earlier state."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from netviz.ui.widgets.image_painting import gray_image, image_pixels

SIDE = 280
"""Width and height of the canvas in pixels of its own."""

_HISTORY_STATES = 64
_LIGHT_GROUND = 127


@dataclass(frozen=True, eq=False)
class Example:
    """An image of the data set that was put on the canvas.

    Attributes
    ----------
    pixels
        ``uint8 [C, H, W]``, as the data set holds it.
    label
        What it is, for the screen.
    """

    pixels: NDArray[np.uint8]
    label: str


@dataclass(frozen=True, eq=False)
class _State:
    image: QImage
    is_empty: bool = True
    example: Example | None = None


class Canvas:
    """A black square that takes strokes and pictures, each of which can be undone.

    Holds no widget. A state costs 78 KiB in grey and 307 KiB in colour; 64 of them are kept.

    Parameters
    ----------
    color
        Whether it holds red, green and blue. Strokes are white in any case.
    """

    def __init__(self, *, color: bool = False) -> None:
        self._color = color
        self._state = _State(self._black())
        self._past: deque[_State] = deque(maxlen=_HISTORY_STATES)
        self._future: list[_State] = []
        self._stroke: _Stroke | None = None

    @property
    def image(self) -> QImage:
        """The picture as it is now; not to be painted on."""
        return self._state.image

    @property
    def is_empty(self) -> bool:
        """Whether nothing was drawn since the canvas was cleared."""
        return self._state.is_empty

    @property
    def example(self) -> Example | None:
        """The data set's own image that lies on the canvas unchanged, if one does."""
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
        """Return a copy of the drawing, or of the data set's image where it lies there unchanged.

        Returns
        -------
        array
            ``uint8 [280, 280]``, ``[3, 280, 280]`` in colour, or an example's own shape.
        """
        if self._state.example is not None:
            return self._state.example.pixels.copy()
        return image_pixels(self._state.image, color=self._color)

    def begin_stroke(self, point: QPointF, width: float, *, erase: bool = False) -> QRectF:
        """Put the pen down at `point`; return what changed, like all that paints here."""
        # Painting on a shared QImage would copy it at every segment; this copies it once.
        self._push(_State(self._state.image.copy(), self._state.is_empty and erase))
        ink = Qt.GlobalColor.black if erase else Qt.GlobalColor.white
        self._stroke = _Stroke(QPen(ink), point)
        return self._stroke.paint_to(point, width, self._state.image)

    def extend_stroke(self, point: QPointF, width: float) -> QRectF:
        """Draw on to `point` in a smooth curve."""
        if self._stroke is None:
            return QRectF()
        return self._stroke.paint_to(point, width, self._state.image)

    def end_stroke(self) -> QRectF:
        """Lift the pen; the stroke becomes one step of undo."""
        if self._stroke is None:
            return QRectF()
        changed = self._stroke.paint_rest(self._state.image)
        self._stroke = None
        return changed

    def clear(self) -> None:
        """Make everything black again."""
        if not self.is_empty:
            self._push(_State(self._black()))

    def place_picture(self, picture: QImage) -> None:
        """Put any picture on the canvas in place of what was there.

        A grey canvas shows it whole, centred, with its ground made black: strokes on light
        paper become light on dark. A canvas in colour shows its middle, from edge to edge.
        """
        self._push(_State(self._filled(picture) if self._color else self._fitted(picture), False))

    def place_example(self, example: Example) -> None:
        """Put an image of the data set on the canvas in place of what was there."""
        image = self._black()
        picture = gray_image(example.pixels)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(_centred(picture.size(), Qt.AspectRatioMode.KeepAspectRatio), picture)
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

    def _fitted(self, picture: QImage) -> QImage:
        # Scaled before the ground is looked for, since a photograph has millions of pixels.
        size = picture.size().scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio)
        small = picture.scaled(
            size.expandedTo(QSize(1, 1)),
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        gray = light_on_dark(image_pixels(_opaque(small)))
        canvas = np.zeros((SIDE, SIDE), np.uint8)
        height, width = gray.shape
        top, left = (SIDE - height) // 2, (SIDE - width) // 2
        canvas[top : top + height, left : left + width] = gray
        return gray_image(canvas)

    def _filled(self, picture: QImage) -> QImage:
        image = self._black()
        mode = Qt.AspectRatioMode.KeepAspectRatioByExpanding
        size = picture.size().scaled(SIDE, SIDE, mode)
        small = picture.scaled(
            size,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        painter = QPainter(image)
        painter.drawImage(_centred(size, mode), small)
        painter.end()
        return image


class _Stroke:
    """One stroke under way: curves from middle to middle of the points that the hand gave."""

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


def light_on_dark(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture with its ground black and the strokes on it light.

    The ground is the median of the border. A light one is inverted, and whatever grey is left
    of it taken off, so that a photograph of paper does not glow.

    Parameters
    ----------
    gray
        ``uint8 [H, W]``.
    """
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    ground = int(np.median(border))
    if ground > _LIGHT_GROUND:
        gray, ground = 255 - gray, 255 - ground
    span = max(int(gray.max()) - ground, 1)
    lifted = np.clip((gray.astype(np.float32) - ground) / span, 0, 1) * 255
    return gray if ground == 0 else np.rint(lifted).astype(np.uint8)


def _opaque(picture: QImage) -> QImage:
    """Lay a picture with see-through parts on black or white, whichever its ink stands out on."""
    if not picture.hasAlphaChannel():
        return picture
    black, white = (_laid_on(ground, picture) for ground in ("black", "white"))
    dark, light = (image_pixels(laid).astype(np.int64) for laid in (black, white))
    opacity = 255 - (light - dark)
    return black if 2 * dark.sum() > opacity.sum() else white


def _laid_on(ground: str, picture: QImage) -> QImage:
    laid = QImage(picture.size(), QImage.Format.Format_RGB32)
    laid.fill(QColor(ground))
    painter = QPainter(laid)
    painter.drawImage(0, 0, picture)
    painter.end()
    return laid


def _centred(size: QSize, mode: Qt.AspectRatioMode) -> QRectF:
    scaled = size.scaled(SIDE, SIDE, mode)
    left, top = (SIDE - scaled.width()) / 2, (SIDE - scaled.height()) / 2
    return QRectF(left, top, scaled.width(), scaled.height())
