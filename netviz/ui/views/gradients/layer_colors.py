"""Colours and dashes that tell layers apart, from the first to the last."""

from functools import cache

import numpy as np
from PySide6.QtGui import QColor, QPen

from netviz.ui.look.theme import Theme

# Viridis from its blue to its yellow, shifted so that every step is legible on the ground; it
# falls evenly in lightness, so its order can be seen with any kind of colour vision.
_DARK = ("#9A8CFF", "#5AA9E6", "#3CC4A8", "#9BD94A", "#FDE725")
_LIGHT = ("#440154", "#3B4F9A", "#1F7488", "#2E8B57", "#8A8A00")
_DASHES: tuple[tuple[float, ...], ...] = ((), (6, 3), (2, 2.5), (8, 3, 2, 3))


def layer_color(theme: Theme, index: int, count: int) -> QColor:
    """Return the colour of layer `index` of `count`."""
    return QColor(*_mixed(_DARK if theme.dark else _LIGHT, index, count))


@cache
def _mixed(names: tuple[str, ...], index: int, count: int) -> tuple[int, int, int]:
    anchors = [QColor(name) for name in names]
    place = index / max(1, count - 1) * (len(anchors) - 1)
    positions = np.arange(len(anchors))
    red, green, blue = (
        round(float(np.interp(place, positions, [getattr(color, part)() for color in anchors])))
        for part in ("red", "green", "blue")
    )
    return red, green, blue


def thin_pen(theme: Theme, index: int, count: int) -> QPen:
    """Return the pen of a layer's single observations, at a third of its strength.

    The colour is mixed rather than transparent, which would cost five times as much to draw.
    """
    color, ground = layer_color(theme, index, count), theme.color("surface")
    mixed = (
        round(getattr(ground, part)() + (getattr(color, part)() - getattr(ground, part)()) / 3)
        for part in ("red", "green", "blue")
    )
    return QPen(QColor(*mixed), 1)


def layer_pen(theme: Theme, index: int, count: int) -> QPen:
    """Return the pen of a layer's line; neighbours differ in their dashes too."""
    pen = QPen(layer_color(theme, index, count), 1.5 * theme.scale)
    dashes = _DASHES[index % len(_DASHES)]
    if dashes:
        pen.setDashPattern(list(dashes))
    return pen
