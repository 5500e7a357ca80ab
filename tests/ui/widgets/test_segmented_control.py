"""One choice is checked, and only the user's choice is announced."""

from PySide6.QtCore import Qt

from netviz.ui.look.theme import Theme
from netviz.ui.widgets.segmented_control import SegmentedControl


def test_a_click_is_announced_and_a_call_is_not(qtbot) -> None:
    control = SegmentedControl(Theme(), "Split", (("Train", "Seen."), ("Test", "Never seen.")))
    qtbot.addWidget(control)
    assert control.index == 0
    with qtbot.waitSignal(control.chosen, check_params_cb=lambda index: index == 1):
        qtbot.mouseClick(control.button(1), Qt.MouseButton.LeftButton)
    assert control.index == 1
    with qtbot.assertNotEmitted(control.chosen):
        control.choose(0)
    assert control.index == 0
