"""Any picture becomes one that the network can read: square, and light on black."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from netviz.ui.widgets.image_painting import gray_image, image_pixels

_LIGHT_BACKGROUND = 127


def fitted(picture: QImage, side: int) -> QImage:
    """Return a picture in grey, whole and centred in a black square, light on dark."""
    # Scaled first, since a photograph has millions of pixels to look for the background in.
    size = picture.size().scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio)
    small = picture.scaled(
        size.expandedTo(QSize(1, 1)),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    gray = light_on_dark(image_pixels(_opaque(small)))
    canvas = np.zeros((side, side), np.uint8)
    height, width = gray.shape
    top, left = (side - height) // 2, (side - width) // 2
    canvas[top : top + height, left : left + width] = gray
    return gray_image(canvas)


def filled(picture: QImage, side: int) -> QImage:
    """Return the middle of a picture in colour, scaled to fill a square."""
    image = QImage(side, side, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    mode = Qt.AspectRatioMode.KeepAspectRatioByExpanding
    size = picture.size().scaled(side, side, mode)
    small = picture.scaled(
        size,
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    painter = QPainter(image)
    painter.drawImage(centred(size, side, mode), small)
    painter.end()
    return image


def light_on_dark(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture with a black background and light strokes.

    The background is the median of the border. A light one is inverted, and what grey is left of
    it is subtracted, so that paper in a photograph becomes black.

    Parameters
    ----------
    gray
        ``uint8 [H, W]``.
    """
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    background = int(np.median(border))
    if background > _LIGHT_BACKGROUND:
        gray, background = 255 - gray, 255 - background
    span = max(int(gray.max()) - background, 1)
    lifted = np.clip((gray.astype(np.float32) - background) / span, 0, 1) * 255
    return gray if background == 0 else np.rint(lifted).astype(np.uint8)


def _opaque(picture: QImage) -> QImage:
    """Lay a picture with transparent parts on black or white, whichever its ink contrasts with."""
    if not picture.hasAlphaChannel():
        return picture
    black, white = (_laid_on(background, picture) for background in ("black", "white"))
    dark, light = (image_pixels(laid).astype(np.int64) for laid in (black, white))
    opacity = 255 - (light - dark)
    return black if 2 * dark.sum() > opacity.sum() else white


def _laid_on(background: str, picture: QImage) -> QImage:
    laid = QImage(picture.size(), QImage.Format.Format_RGB32)
    laid.fill(QColor(background))
    painter = QPainter(laid)
    painter.drawImage(0, 0, picture)
    painter.end()
    return laid


def centred(size: QSize, side: int, mode: Qt.AspectRatioMode) -> QRectF:
    """Return where a picture of `size` lies when scaled into the middle of a square."""
    scaled = size.scaled(side, side, mode)
    left, top = (side - scaled.width()) / 2, (side - scaled.height()) / 2
    return QRectF(left, top, scaled.width(), scaled.height())
