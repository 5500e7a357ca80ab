"""The left button draws, other buttons do not."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from netviz.ui.pad.pen_input import PenAction, PenInput, mouse_input

LEFT, RIGHT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.NoButton
PLACE = QPointF(3, 4)


def _event(kind: QEvent.Type, button: Qt.MouseButton) -> QMouseEvent:
    return QMouseEvent(kind, PLACE, PLACE, button, LEFT, Qt.KeyboardModifier.NoModifier)


@pytest.mark.parametrize(
    ("kind", "button", "action"),
    [
        (QEvent.Type.MouseButtonPress, LEFT, PenAction.DOWN),
        (QEvent.Type.MouseButtonDblClick, LEFT, PenAction.DOWN),
        (QEvent.Type.MouseMove, NONE, PenAction.MOVE),
        (QEvent.Type.MouseButtonRelease, LEFT, PenAction.UP),
    ],
)
def test_the_left_button_is_the_pen(
    kind: QEvent.Type, button: Qt.MouseButton, action: PenAction
) -> None:
    assert mouse_input(_event(kind, button)) == PenInput(action, PLACE)


@pytest.mark.parametrize("kind", [QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease])
def test_other_buttons_do_nothing(kind: QEvent.Type) -> None:
    assert mouse_input(_event(kind, RIGHT)) is None
