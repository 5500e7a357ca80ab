"""Arrays as pictures: grey and colour images, and signed values on one diverging scale."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from netviz.ui.look.theme import Theme

_HALF_STEPS = 127


def gray_image(array: NDArray[np.uint8]) -> QImage:
    """Return pixels as a picture of their own size that owns its memory.

    Parameters
    ----------
    array
        Grey ``[H, W]`` or ``[1, H, W]``, or red, green and blue ``[3, H, W]``; uint8.
    """
    if array.ndim == 3 and array.shape[0] == 3:
        pixels = np.ascontiguousarray(array.transpose(1, 2, 0))
        kind = QImage.Format.Format_RGB888
    else:
        pixels = np.ascontiguousarray(array.reshape(array.shape[-2:]))
        kind = QImage.Format.Format_Grayscale8
    height, width = pixels.shape[:2]
    return QImage(pixels.data, width, height, pixels.strides[0], kind).copy()


def input_image(values: NDArray[np.float32]) -> QImage:
    """Return what goes into the network, ``float32 [C, H, W]`` in 0..1, as a picture."""
    return gray_image(np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8))


def image_pixels(image: QImage, *, color: bool = False) -> NDArray[np.uint8]:
    """Return a picture's pixels, ``uint8 [H, W]``, or ``[3, H, W]`` where `color` is asked for."""
    kind = QImage.Format.Format_RGB888 if color else QImage.Format.Format_Grayscale8
    image = image.convertToFormat(kind)
    width, height = image.width(), image.height()
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    if not color:
        return lines[:, :width].copy()
    return np.ascontiguousarray(lines[:, : 3 * width].reshape(height, width, 3).transpose(2, 0, 1))


def signed_image(values: NDArray[np.float32], limit: float, theme: Theme) -> QImage:
    """Return signed values as a picture on the diverging scale, one pixel a value.

    Parameters
    ----------
    values
        ``float32 [H, W]``; NaN is drawn as zero.
    limit
        Magnitude at the ends of the scale, which is symmetric about zero; larger values get
        the colour of the end.
    """
    pixels = np.ascontiguousarray(signed_pixels(values, limit, theme))
    height, width = pixels.shape
    return QImage(pixels.data, width, height, pixels.strides[0], QImage.Format.Format_RGB32).copy()


def signed_pixels(values: NDArray[np.float32], limit: float, theme: Theme) -> NDArray[np.uint32]:
    """Return the colours of signed values as ``0xFFRRGGBB``, for composing larger pictures."""
    fraction = np.nan_to_num(values / limit) if limit > 0 else np.zeros_like(values)
    index = np.rint(np.clip(fraction, -1, 1) * _HALF_STEPS).astype(np.intp) + _HALF_STEPS
    pixels: NDArray[np.uint32] = _scale(theme)[index]
    return pixels


def _scale(theme: Theme) -> NDArray[np.uint32]:
    ends = [theme.color(token) for token in ("negative", "surface", "positive")]
    positions = np.linspace(-1, 1, 2 * _HALF_STEPS + 1)
    colors = np.array([[end.red(), end.green(), end.blue()] for end in ends], np.float64)
    steps = [np.interp(positions, (-1, 0, 1), channel) for channel in colors.T]
    red, green, blue = (np.rint(step).astype(np.uint32) for step in steps)
    opaque = np.uint32(0xFF000000)
    pixels: NDArray[np.uint32] = opaque | red << np.uint32(16) | green << np.uint32(8) | blue
    return pixels
