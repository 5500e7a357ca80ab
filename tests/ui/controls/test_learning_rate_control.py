"""The learning rate's control, by keyboard, mouse and wheel."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from netviz.ui.controls.learning_rate_control import LearningRateControl
from netviz.ui.look.style_sheet import dress_application, dress_window
from netviz.ui.look.theme import Theme

CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def control(qtbot, qapp: QApplication) -> LearningRateControl:
    theme = Theme()
    dress_application(theme)
    widget = LearningRateControl(theme)
    dress_window(widget, theme)
    qtbot.addWidget(widget)
    widget.resize(240, widget.sizeHint().height())
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)
    return widget


@pytest.fixture
def emitted(control: LearningRateControl) -> list[float]:
    rates: list[float] = []
    control.changed.connect(rates.append)
    return rates


def _type(qtbot, control: LearningRateControl, text: str) -> None:
    control.field.setFocus()
    control.field.selectAll()
    qtbot.keyClick(control.field, Qt.Key.Key_Delete)
    qtbot.keyClicks(control.field, text)
    qtbot.keyClick(control.field, Qt.Key.Key_Return)


def _wheel(widget: QWidget, angle: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
    window = widget.window()
    place = widget.mapTo(window, widget.rect().center())
    QTest.wheelEvent(window.windowHandle(), place, QPoint(0, angle), QPoint(), modifiers)
    QApplication.processEvents()


def _problem(control: LearningRateControl) -> str:
    texts = [label.text() for label in control.findChildren(QLabel) if label.isVisible()]
    return texts[0] if texts else ""


@pytest.mark.parametrize(("text", "rate"), [("0.01", 0.01), ("1e-4", 1e-4), ("50", 50), ("0", 0)])
def test_a_typed_rate_takes_effect_with_enter(qtbot, control, emitted, text, rate) -> None:
    _type(qtbot, control, text)
    assert emitted == [rate]
    assert control.value == rate


def test_a_rate_is_written_as_one_writes_it(qtbot, control) -> None:
    for rate, text in ((0.0003, "0.0003"), (1e-5, "1e-5"), (10.0, "10")):
        control.set_value(rate)
        assert control.field.text() == text


@pytest.mark.parametrize(
    ("text", "rate"), [("0,01", 0.01), ("0,005", 0.005), ("1,5e-4", 1.5e-4), (",1", 0.1)]
)
def test_a_decimal_comma_is_read_as_one(qtbot, control, emitted, text, rate) -> None:
    _type(qtbot, control, text)
    assert emitted == [rate]


@pytest.mark.parametrize("text", ["fast", "-1", "2000", "", "nan", "1,000", "0,0,1"])
def test_a_bad_rate_is_refused_with_what_is_allowed(qtbot, control, emitted, text) -> None:
    _type(qtbot, control, text)
    assert emitted == []
    assert "Allowed: 0 to 1,000." in _problem(control)
    assert control.field.property("invalid")


def test_escape_restores_the_rate(qtbot, control, emitted) -> None:
    _type(qtbot, control, "fast")
    qtbot.keyClick(control.field, Qt.Key.Key_Escape)
    assert control.field.text() == "0.001"
    assert _problem(control) == ""
    assert not control.field.property("invalid")
    assert emitted == []


def test_setting_a_value_emits_nothing(control, emitted) -> None:
    control.set_value(0.25)
    assert control.field.text() == "0.25"
    assert emitted == []


def test_arrow_keys_step_on_round_figures(qtbot, control, emitted) -> None:
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left):
        qtbot.keyClick(control.slider, key)
    qtbot.keyClick(control.field, Qt.Key.Key_Down)
    assert emitted == [0.0013, 0.0016, 0.0013, 0.001]


def test_page_and_control_keys_step_decades(qtbot, control, emitted) -> None:
    qtbot.keyClick(control.slider, Qt.Key.Key_PageUp)
    qtbot.keyClick(control.slider, Qt.Key.Key_Left, CTRL)
    qtbot.keyClick(control.field, Qt.Key.Key_PageDown)
    qtbot.keyClick(control.slider, Qt.Key.Key_End)
    qtbot.keyClick(control.slider, Qt.Key.Key_PageUp)
    qtbot.keyClick(control.slider, Qt.Key.Key_Home)
    assert emitted == [0.01, 0.001, 0.0001, 10.0, 1e-5]


def test_wheel_steps_over_slider_and_figure(control, emitted) -> None:
    _wheel(control.slider, 120)
    _wheel(control.field, -120)
    _wheel(control.slider, 120, CTRL)
    assert emitted == [0.0013, 0.001, 0.01]


def test_small_turns_of_a_touchpad_add_up(control, emitted) -> None:
    for _ in range(4):
        _wheel(control.slider, 30)
    assert emitted == [0.0013]


def test_click_on_the_groove_jumps_there(qtbot, control, emitted) -> None:
    place = QPoint(round(control.slider.x_of(0.1)), 11)
    qtbot.mouseClick(control.slider, Qt.MouseButton.LeftButton, pos=place)
    assert emitted == [pytest.approx(0.1, rel=0.05)]
    assert control.field.text() == f"{emitted[0]:g}"


def test_click_on_a_label_takes_exactly_its_decade(qtbot, control, emitted) -> None:
    place = QPoint(round(control.slider.x_of(0.01)) + 4, control.slider.height() - 4)
    qtbot.mouseClick(control.slider, Qt.MouseButton.LeftButton, pos=place)
    assert emitted == [0.01]


def test_a_drag_emits_every_rate_on_its_way(qtbot, control, emitted) -> None:
    slider = control.slider
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(40, 11))
    for x in range(50, 201, 10):
        qtbot.mouseMove(slider, QPoint(x, 11))
        control.set_value(0.5)
    assert len(emitted) >= 15
    assert emitted == sorted(emitted)
    assert control.value == emitted[-1], "a confirmation that comes late must not move the handle"
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(200, 11))
    assert control.value == 0.5, "what came during the drag shows after it"


def test_a_value_from_outside_waits_while_one_types(qtbot, control, emitted) -> None:
    control.field.setFocus()
    control.field.selectAll()
    qtbot.keyClicks(control.field, "0.0")
    control.set_value(5.0)
    qtbot.keyClicks(control.field, "2")
    qtbot.keyClick(control.field, Qt.Key.Key_Return)
    assert emitted == [0.02]
    control.field.selectAll()
    qtbot.keyClicks(control.field, "7")
    control.set_value(5.0)
    qtbot.keyClick(control.field, Qt.Key.Key_Escape)
    assert control.field.text() == "5"


def test_the_handle_stands_at_the_end_for_rates_beyond_it(control) -> None:
    slider = control.slider
    assert slider.x_of(0) == slider.x_of(1e-5)
    assert slider.x_of(50) == slider.x_of(10)


def test_it_is_drawn_in_both_themes_and_sizes(qtbot, qapp) -> None:
    theme = Theme()
    dress_application(theme)
    widget = LearningRateControl(theme)
    qtbot.addWidget(widget)
    widget.resize(240, 80)
    dark = widget.grab().toImage()
    theme.set_dark(False)
    assert widget.grab().toImage() != dark
    small = widget.sizeHint().height()
    theme.set_scale(1.5)
    assert widget.sizeHint().height() > small
