"""Pictures of a report, which lie in the page itself: as PNG in ``data:`` addresses."""

import base64
import io
import math

import numpy as np
from numpy.typing import NDArray

NEGATIVE, NOTHING, POSITIVE = (0, 114, 178), (255, 255, 255), (213, 94, 0)
"""The one scale of signed values: red, green and blue of its ends and its middle."""

_COLUMNS = 8
_LEAST_TILE = 24
"""Width of a tile in pixels at least: a small filter is enlarged by whole numbers."""


def image_uri(pixels: NDArray[np.uint8]) -> str:
    """Return a test image as the address of a PNG.

    Parameters
    ----------
    pixels
        ``uint8 [C, H, W]``; of one channel, or of three: red, green and blue.
    """
    is_coloured = pixels.shape[0] == 3
    return _png(pixels.transpose(1, 2, 0) if is_coloured else pixels[0])


def filters_uri(filters: NDArray[np.float32], limit: float) -> str:
    """Return the weights of units as the address of one PNG, a tile for each.

    Parameters
    ----------
    filters
        ``float32 [units, C, H, W]``; of several channels the strongest is drawn at each place.
    limit
        Magnitude at the ends of the scale, which is symmetric about zero.
    """
    strongest = np.abs(np.nan_to_num(filters)).argmax(axis=1, keepdims=True)
    values = np.take_along_axis(filters, strongest, axis=1)[:, 0]
    factor = max(1, math.ceil(_LEAST_TILE / values.shape[-1]))
    tiles = signed_colors(values, limit).repeat(factor, axis=1).repeat(factor, axis=2)
    count, height, width, _ = tiles.shape
    columns = min(_COLUMNS, count)
    rows = -(-count // columns)
    sheet = np.full((rows * (height + 2) - 2, columns * (width + 2) - 2, 3), 255, np.uint8)
    for place, tile in enumerate(tiles):
        y, x = place // columns * (height + 2), place % columns * (width + 2)
        sheet[y : y + height, x : x + width] = tile
    return _png(sheet)


def signed_colors(values: NDArray[np.float32], limit: float) -> NDArray[np.uint8]:
    """Return the colours of signed values, ``uint8 [..., 3]``; NaN has that of zero."""
    share = np.nan_to_num(values / limit) if limit > 0 else np.zeros_like(values)
    share = np.clip(share, -1, 1)[..., None]
    ends = np.where(share < 0, np.array(NEGATIVE), np.array(POSITIVE))
    middle = np.array(NOTHING)
    colors: NDArray[np.uint8] = np.rint(middle + np.abs(share) * (ends - middle)).astype(np.uint8)
    return colors


def _png(pixels: NDArray[np.uint8]) -> str:
    from PIL import Image  # late, since few make a report

    content = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(content, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(content.getvalue()).decode()}"
