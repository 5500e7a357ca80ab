"""The look: legible in both themes, and applied again when the theme changes."""

import re
import tempfile
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from netviz.paths import cache_dir
from netviz.ui.look.style_rules import style_rules
from netviz.ui.look.style_sheet import dress_window, set_style_property
from netviz.ui.look.theme import DARK, LIGHT, Colors, Theme


def _luminance(color: str) -> float:
    parts = [QColor(color).redF(), QColor(color).greenF(), QColor(color).blueF()]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colors", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("token", ["text", "muted", "quiet", "ledger", "wrong", "warning"])
def test_text_on_a_card_can_be_read(colors: Colors, token: str) -> None:
    assert _contrast(getattr(colors, token), colors.surface) >= 4.5


@pytest.mark.parametrize("colors", [DARK, LIGHT], ids=["dark", "light"])
def test_letters_on_the_primary_button_can_be_read(colors: Colors) -> None:
    assert _contrast(colors.on_primary, colors.primary_fill) >= 4.5


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


class _Watched(QLabel):
    """A label that counts how often it is given a new style."""

    restyled = 0

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.restyled += event.type() == QEvent.Type.StyleChange


def test_window_and_application_take_the_colours_of_the_theme(
    qapp: QApplication, window: QWidget
) -> None:
    theme = Theme(dark=False)
    dress_window(window, theme)
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == LIGHT.ground.lower()
    theme.set_dark(True)
    dress_window(window, theme)
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == DARK.ground.lower()
    assert LIGHT.ground not in window.styleSheet()


def test_text_is_set_in_the_shipped_font(qapp: QApplication, window: QWidget) -> None:
    dress_window(window, Theme())
    assert QFontInfo(qapp.font()).family() == "Inter"


def test_another_scale_scales_the_type(qapp: QApplication) -> None:
    theme = Theme()
    assert "font-size: 12px" in style_rules(theme)
    theme.set_scale(2.0)
    assert "font-size: 12px" not in style_rules(theme)


def test_a_property_changes_the_look_at_once(window: QWidget) -> None:
    theme = Theme()
    label = QLabel("text", window)
    dress_window(window, theme)
    label.ensurePolished()
    set_style_property(label, "role", "muted")
    assert label.palette().color(label.foregroundRole()).name() == DARK.muted.lower()


def test_another_theme_does_not_restyle_a_widget_once_for_every_ancestor(
    qtbot: QtBot, window: QWidget
) -> None:
    inner = window
    for _ in range(8):
        layout, inner = QVBoxLayout(inner), QWidget()
        layout.addWidget(inner)
    label = _Watched("deep inside", inner)
    theme = Theme()
    dress_window(window, theme)
    with qtbot.waitExposed(window):
        window.show()
    label.restyled = 0
    theme.set_dark(False)
    dress_window(window, theme)
    # Once would be enough, but Qt polishes everything in a window whose sheet changes twice.
    assert 1 <= label.restyled <= 2


def test_a_font_of_its_own_survives_another_theme(qtbot: QtBot, window: QWidget) -> None:
    label = QLabel("text", window)
    theme = Theme()
    dress_window(window, theme)
    with qtbot.waitExposed(window):
        window.show()
    theme.set_scale(1.4)
    label.setFont(theme.font(40))
    dress_window(window, theme)
    assert QFontInfo(label.font()).pixelSize() == theme.font(40).pixelSize()


def test_the_pictures_of_the_style_sheet_lie_in_the_cache_and_nowhere_else(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is killed leaves nothing that the next one does not use."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    icons = cache_dir() / "icons"
    sheet = style_rules(Theme(dark=True))
    named = {Path(name) for name in re.findall(r"url\(\"?([^\")]+)", sheet)}
    assert named == set(icons.iterdir())
    damaged = next(iter(named))
    drawing = damaged.read_bytes()
    damaged.write_bytes(b"")
    assert style_rules(Theme(dark=True)) == sheet
    assert damaged.read_bytes() == drawing
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_costs_the_arrows_only(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("netviz.ui.look.style_rules.cache_dir", lambda: tmp_path / "file")
    assert "QComboBox" in style_rules(Theme(dark=True))
