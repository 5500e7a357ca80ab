"""The legend of signed values follows the theme."""

from pytestqt.qtbot import QtBot

from netviz.ui.look.theme import Theme
from netviz.ui.widgets.signed_legend import SignedLegend


def test_the_legend_shows_its_scale_and_follows_the_theme(qtbot: QtBot) -> None:
    theme = Theme(dark=True)
    legend = SignedLegend(theme)
    qtbot.addWidget(legend)
    legend.resize(legend.sizeHint())
    dark = legend.grab().toImage()
    assert dark.pixelColor(40, 8).blue() > dark.pixelColor(40, 8).red()
    assert dark.pixelColor(120, 8).red() > dark.pixelColor(120, 8).blue()
    theme.set_dark(False)
    assert legend.grab().toImage() != dark
    theme.set_scale(1.5)
    assert legend.sizeHint().width() == 240
