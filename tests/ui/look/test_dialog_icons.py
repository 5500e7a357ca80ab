"""No dialog shows an icon of the desktop's or of Qt's own."""

import pytest
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QStyle
from pytestqt.qtbot import QtBot

from netviz.ui.look.style_sheet import dress_application
from netviz.ui.look.theme import DARK, LIGHT, Theme

Standard = QStyle.StandardPixmap


def inks(picture: QPixmap) -> set[str]:
    """Return the colours of the opaque pixels."""
    image = picture.toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return {color.name().upper() for color in pixels if color.alpha() == 255}


@pytest.mark.parametrize(
    ("kind", "token"),
    [
        (Standard.SP_MessageBoxInformation, "primary"),
        (Standard.SP_MessageBoxQuestion, "primary"),
        (Standard.SP_MessageBoxWarning, "warning"),
        (Standard.SP_MessageBoxCritical, "wrong"),
        (Standard.SP_DialogOkButton, "text"),
        (Standard.SP_DialogCancelButton, "text"),
        (Standard.SP_DialogSaveButton, "text"),
        (Standard.SP_DialogCloseButton, "text"),
        (Standard.SP_FileDialogBack, "text"),
        (Standard.SP_FileDialogNewFolder, "text"),
        (Standard.SP_DirIcon, "muted"),
        (Standard.SP_FileIcon, "muted"),
        (Standard.SP_ComputerIcon, "muted"),
    ],
)
def test_standard_icons_are_ours_in_the_colours_of_the_theme(
    theme: Theme, kind: Standard, token: str
) -> None:
    for dark, colors in ((True, DARK), (False, LIGHT)):
        theme.set_dark(dark)
        dress_application(theme)
        picture = QApplication.style().standardIcon(kind).pixmap(64, 64)
        assert inks(picture) == {getattr(colors, token).upper()}


def test_a_question_and_its_buttons_show_our_icons(theme: Theme, qtbot: QtBot) -> None:
    yes = QMessageBox.StandardButton.Ok | QMessageBox.StandardButton.Cancel
    box = QMessageBox(QMessageBox.Icon.Warning, "Title", "Text", yes)
    qtbot.addWidget(box)
    assert inks(box.iconPixmap()) == {DARK.warning.upper()}
    for button in box.findChildren(QPushButton):
        assert inks(button.icon().pixmap(64, 64)) <= {DARK.text.upper()}
