"""The left button draws, other buttons do not."""

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPointingDevice, QTabletEvent

from netviz.ui.pad.pen_input import PenAction, PenInput, mouse_input, tablet_input

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


@pytest.mark.parametrize(("pressure", "factor"), [(0.0, 1.0), (1.0, 1.0), (0.5, 0.8), (0.75, 1.0)])
def test_a_pen_without_pressure_draws_the_full_width(pressure: float, factor: float) -> None:
    kinds = QPointingDevice
    device = QPointingDevice(
        *("pen", 1, kinds.DeviceType.Stylus, kinds.PointerType.Pen),
        *(QPointingDevice.Capability.Pressure, 1, 1),
    )
    event = QTabletEvent(
        *(QEvent.Type.TabletPress, device, PLACE, PLACE, pressure, 0, 0, 0, 0, 0),
        *(Qt.KeyboardModifier.NoModifier, LEFT, LEFT),
    )
    found = tablet_input(event)
    assert found.width_factor == pytest.approx(factor)
    assert (found.action, found.position, found.is_eraser) == (PenAction.DOWN, PLACE, False)
