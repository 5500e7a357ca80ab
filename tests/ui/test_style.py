"""The look: legible in both themes, and dressed anew when the theme changes."""

import pytest
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import QApplication, QLabel

from netviz.ui.style import apply_style, set_style_property, style_sheet
from netviz.ui.theme import DARK, LIGHT, Colors, Theme


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


def test_application_takes_the_colours_of_the_theme(qapp: QApplication) -> None:
    theme = Theme(dark=False)
    apply_style(qapp, theme)
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == LIGHT.ground.lower()
    theme.set_dark(True)
    apply_style(qapp, theme)
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == DARK.ground.lower()
    assert LIGHT.ground not in qapp.styleSheet()


def test_text_is_set_in_the_shipped_font(qapp: QApplication) -> None:
    apply_style(qapp, Theme())
    assert QFontInfo(qapp.font()).family() == "Inter"


def test_presentation_scales_the_type(qapp: QApplication) -> None:
    theme = Theme()
    assert "font-size: 11px" in style_sheet(theme)
    theme.set_scale(2.0)
    assert "font-size: 11px" not in style_sheet(theme)


def test_a_property_changes_the_look_at_once(qtbot, qapp: QApplication) -> None:
    theme = Theme()
    apply_style(qapp, theme)
    label = QLabel("text")
    qtbot.addWidget(label)
    label.ensurePolished()
    set_style_property(label, "role", "muted")
    assert label.palette().color(label.foregroundRole()).name() == DARK.muted.lower()
