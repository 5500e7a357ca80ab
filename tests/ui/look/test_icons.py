"""Icons take the theme's colour and stay crisp."""

from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QPixmap

from netviz.ui.look import damaged_resources
from netviz.ui.look.icons import icon, pixmap
from netviz.ui.look.theme import DARK, LIGHT, Theme


def _ink(picture: QPixmap) -> str:
    """The colour of the most opaque pixel."""
    image = picture.toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=lambda color: color.alpha()).name().upper()


def test_icon_is_drawn_in_the_colour_of_the_theme(theme: Theme) -> None:
    assert _ink(icon(theme, "square").pixmap(16, 16)) == DARK.text
    theme.set_dark(False)
    assert _ink(icon(theme, "square").pixmap(16, 16)) == LIGHT.text
    assert _ink(icon(theme, "square", "wrong").pixmap(16, 16)) == LIGHT.wrong


def test_disabled_icon_is_faint(theme: Theme) -> None:
    disabled = icon(theme, "square").pixmap(QSize(16, 16), QIcon.Mode.Disabled)
    assert _ink(disabled) == DARK.faint


def test_icon_has_a_pixel_for_each_of_the_screen(theme: Theme) -> None:
    assert icon(theme, "play").pixmap(QSize(16, 16), 2.0).width() == 32
    assert pixmap(theme, "play", size_px=16, ratio=2.0).deviceIndependentSize().width() == 16


def test_icon_is_made_once(theme: Theme) -> None:
    assert icon(theme, "play") is icon(theme, "play")


def test_a_dot_stands_in_for_an_icon_that_is_not_there(theme: Theme, resources: Path) -> None:
    assert _ink(icon(theme, "no-such-icon").pixmap(16, 16)) == DARK.text
    assert "icons" in damaged_resources.problem()
