"""From a drawing of any size to the image that the network was trained on."""

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from netviz.engine.errors import ConfigError

BOX_FRACTION = 20 / 28
"""Fraction of an image's side that the longer side of the ink fills."""

INK_FRACTION = 0.1
"""Pixels below this fraction of the brightest one are background, not ink."""

LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue in a grey value, from ITU-R BT.601."""


def network_input(
    drawing: NDArray[np.uint8],
    channels: int,
    height: int,
    width: int,
    *,
    prepared: bool = False,
) -> NDArray[np.float32]:
    """Bring a drawing to the form of a data set's images.

    For grey data sets this is the recipe of MNIST's authors (Y. LeCun, L. Bottou, Y. Bengio
    and P. Haffner, "Gradient-based learning applied to document recognition", Proceedings of
    the IEEE 86 (1998), section III.A, and http://yann.lecun.com/exdb/mnist): the ink is
    scaled with anti-aliasing, keeping its aspect ratio, until its longer side is 20 of 28
    pixels, and placed so that its centre of mass lies in the middle of the image, as far as
    no ink is cut off. Colours become luminance. A picture with a light border around
    something darker, such as a photo of ink on paper, is inverted and its paper made black;
    three quarters of the border must be light, so that no pen stroke is taken for paper.

    For data sets in colour the whole picture is scaled to the image's size, whatever its
    aspect ratio; a grey one fills all three channels.

    Parameters
    ----------
    drawing
        Light strokes on dark, ``uint8 [H, W]`` or ``uint8 [3, H, W]``, of any size.
    channels, height, width
        Shape of the data set's images.
    prepared
        Whether `drawing` is already such an image; it is then only divided by 255. One that
        has another size, since the data set was changed, goes through the recipe after all.

    Returns
    -------
    NDArray[np.float32]
        ``[channels, height, width]`` in 0..1; zeros for an empty canvas.

    Raises
    ------
    ConfigError
        When `drawing` is no picture of these forms.
    """
    if drawing.dtype != np.uint8 or drawing.ndim not in (2, 3) or drawing.size == 0:
        raise _no_picture(drawing)
    colours = drawing if drawing.ndim == 3 else drawing[None]
    if len(colours) not in (1, 3):
        raise _no_picture(drawing)
    picture = colours.astype(np.float32) / np.float32(255)
    if channels == 1 and len(picture) == 3:
        picture = np.tensordot(LUMINANCE, picture, axes=1).astype(np.float32)[None]
    if not (prepared and picture.shape[1:] == (height, width)):
        if channels == 1:
            picture = _centred(_on_dark(picture[0]), height, width)[None]
        else:
            picture = _resized(picture, height, width)
    return np.array(np.broadcast_to(picture, (channels, height, width)), order="C")


def _no_picture(drawing: NDArray[np.uint8]) -> ConfigError:
    return ConfigError(
        f"A drawing must be uint8 [H, W] or [3, H, W]; this is {drawing.dtype} "
        f"{list(drawing.shape)}."
    )


def _on_dark(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Turn dark ink on light paper into light ink on black; leave all else as it is."""
    border = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    paper = float(np.median(border))
    ink = np.maximum(np.float32(paper) - picture, np.float32(0))
    contrast = float(ink.max())
    is_paper = np.quantile(border, 0.25) > 0.5 and picture.mean() < paper
    if not is_paper or contrast < INK_FRACTION:
        return picture
    return np.asarray(ink / contrast, np.float32)


def _centred(ink: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Scale ``[H, W]`` ink into the box and place its centre of mass in the middle."""
    image = np.zeros((height, width), np.float32)
    inked = ink > INK_FRACTION * ink.max()
    if not inked.any():
        return image
    rows, columns = (np.flatnonzero(inked.any(axis=axis)) for axis in (1, 0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX_FRACTION * min(height, width) / max(ink.shape)
    tall, wide = (max(1, round(side * scale)) for side in ink.shape)
    ink = _resized(ink[None], tall, wide)[0]
    # The middle of 28 pixels is pixel 14, as in MNIST itself; half a pixel up and to the left
    # costs an MLP 3 points of accuracy. Whole pixels keep the ink as sharp as MNIST's.
    mass = float(ink.sum())
    centre_y = float(ink.sum(axis=1) @ np.arange(tall)) / mass
    centre_x = float(ink.sum(axis=0) @ np.arange(wide)) / mass
    top = min(max(round(height // 2 - centre_y), 0), height - tall)
    left = min(max(round(width // 2 - centre_x), 0), width - wide)
    image[top : top + tall, left : left + wide] = ink
    return image


def _resized(picture: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Scale ``[C, H, W]``; bicubic came closest to MNIST's own pixels (see the tests)."""
    pixels = torch.from_numpy(np.ascontiguousarray(picture))[None]
    scaled = F.interpolate(pixels, (height, width), mode="bicubic", antialias=True)
    return np.asarray(scaled[0].clamp(0, 1), np.float32)
