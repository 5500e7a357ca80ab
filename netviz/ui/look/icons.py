"""The thin-line icons, drawn in the colours of the theme."""

import contextlib
from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from netviz import paths
from netviz.ui.look.damaged_resources import note_damaged
from netviz.ui.look.theme import Theme

_PIXEL_RATIOS = (1, 2, 3)
_STAND_IN = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
    '<circle cx="12" cy="12" r="5" fill="currentColor"/></svg>'
)


def icon(theme: Theme, name: str, token: str = "text", size_px: int = 16) -> QIcon:
    """Return a shipped icon in one of the theme's colours.

    Parameters
    ----------
    name
        File in resources/icons without its ending, such as ``play``.
    token
        Colour of the enabled icon; a disabled one is always faint.
    size_px
        Length of its side, scaled with the theme.
    """
    colors = theme.colors
    shipped = paths.resources_dir()
    return _icon(shipped, name, getattr(colors, token), colors.faint, theme.px(size_px))


def pixmap(
    theme: Theme, name: str, token: str = "text", size_px: int = 16, ratio: float = 1.0
) -> QPixmap:
    """Return an icon as a picture for a label, at the device pixel `ratio` of the screen."""
    return _pixmap(_drawing(name, getattr(theme.colors, token)), theme.px(size_px), ratio)


def tinted_svg(name: str, color: str) -> bytes:
    """Return the SVG text of an icon with `color` in place of its ``currentColor``."""
    return _svg(paths.resources_dir(), name).replace("currentColor", color).encode()


@cache
def _svg(shipped: Path, name: str) -> str:
    """Read the SVG text of an icon; where it cannot be read, note it and return a dot."""
    file = shipped / "icons" / f"{name}.svg"
    with contextlib.suppress(OSError, UnicodeDecodeError):
        text = file.read_text(encoding="utf-8")
        if QSvgRenderer(QByteArray(text.encode())).isValid():
            return text
    note_damaged(file)
    return _STAND_IN


@cache
def _icon(_shipped: Path, name: str, color: str, disabled: str, size_px: int) -> QIcon:
    """Draw an icon once, since views ask for theirs every time they paint.

    The folder is part of the key, so that other files give other icons.
    """
    result = QIcon()
    for ink, mode in ((color, QIcon.Mode.Normal), (disabled, QIcon.Mode.Disabled)):
        drawing = _drawing(name, ink)
        for ratio in _PIXEL_RATIOS:
            result.addPixmap(_pixmap(drawing, size_px, ratio), mode)
    return result


def _drawing(name: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(tinted_svg(name, color)))


def _pixmap(drawing: QSvgRenderer, size_px: int, ratio: float) -> QPixmap:
    side = round(size_px * ratio)
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    drawing.render(painter)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture
