"""Whether a window looks as it did before, to the pixel."""

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.learning_rate.ahead_picture import AheadPicture
from netviz.ui.views.learning_rate.rate_view import RateView


def picture_of(window: MainWindow) -> QImage:
    """Return what the window shows while nothing has the focus or lies under the mouse.

    Both may be anywhere after an earlier test, and what they are on looks otherwise. The mouse goes
    to a corner where nothing is, in two moves: Qt does not notice a place outside the window, nor
    one where it believes the mouse to be.
    """
    window.workspace.setFocus()
    for x in (2, 1):
        QTest.mouseMove(window.windowHandle(), QPoint(x, 1))
    QApplication.processEvents()
    window.loss_plot.refresh()
    window.accuracy_plot.refresh()
    return window.grab().toImage()


def are_zones_measured(window: MainWindow) -> bool:
    """Return whether it is known what rates would do from the present step."""
    pictures = window.views.view(RateView).pictures
    fans = [each.fan.ahead for each in pictures if isinstance(each, AheadPicture)]
    run = window.controller
    if not window.actions_by_key["rate_zones"].isChecked():
        return True
    return all(fan and (fan.step, fan.config) == (run.step, run.config) for fan in fans)


def settled_picture(qtbot: QtBot, window: MainWindow) -> QImage:
    """Wait until the zones of the rate are measured and the window looks the same ten times."""
    qtbot.waitUntil(lambda: are_zones_measured(window), timeout=30_000)
    pictures = [picture_of(window)]

    def is_still() -> bool:
        pictures.append(picture_of(window))
        return len(pictures) > 10 and all(each == pictures[-1] for each in pictures[-10:])

    qtbot.waitUntil(is_still)
    return pictures[-1]


def assert_same_picture(window: MainWindow, before: QImage, deeds: str) -> None:
    """Fail with the parts of the window that look otherwise than before."""
    after = picture_of(window)
    assert after.size() == before.size(), f"another size after {deeds}"
    if after == before:
        return
    old, new = (
        np.frombuffer(each.constBits(), np.uint32).reshape(each.height(), each.width())
        for each in (before, after)
    )
    places = {(int(x) // 8, int(y) // 8) for y, x in np.argwhere(old != new)}
    parts = {window.childAt(8 * x + 4, 8 * y + 4) for x, y in places}
    raise AssertionError(f"other after {deeds}: " + "; ".join(_described(part) for part in parts))


def _described(part: QWidget | None) -> str:
    if part is None:
        return "the window itself"
    states = {
        "focused": part.hasFocus(),
        "under the mouse": part.underMouse(),
        "disabled": not part.isEnabled(),
    }
    name = part.objectName() or getattr(part, "text", str)()
    return " ".join([type(part).__name__, repr(name), *(s for s, holds in states.items() if holds)])
