"""A section opens and closes by click and key, and its heading sums up what is hidden."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from netviz.ui.look.theme import Theme
from netviz.ui.widgets.collapsible_section import CollapsibleSection


@pytest.fixture
def theme(qapp) -> Theme:
    return Theme()


@pytest.fixture
def section(qtbot, theme: Theme) -> CollapsibleSection:
    box = CollapsibleSection(theme, "Training")
    box.body.addWidget(QLabel("inside"))
    box.set_summary("what is inside")
    qtbot.addWidget(box)
    box.resize(264, 80)
    box.show()
    return box


def _texts(section: CollapsibleSection) -> list[str]:
    return [label.text() for label in section.findChildren(QLabel) if label.isVisible()]


def test_click_on_the_heading_closes_and_opens(qtbot, section: CollapsibleSection) -> None:
    with qtbot.waitSignal(section.toggled, check_params_cb=lambda is_open: not is_open):
        qtbot.mouseClick(section.header, Qt.MouseButton.LeftButton)
    assert not section.is_open()
    assert _texts(section) == ["what is inside"]
    qtbot.mouseClick(section.header, Qt.MouseButton.LeftButton)
    assert _texts(section) == ["inside"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_heading_obeys_the_keyboard(qtbot, section: CollapsibleSection, key: Qt.Key) -> None:
    with qtbot.waitSignal(section.toggled):
        qtbot.keyClick(section.header, key)
    assert not section.is_open()


def test_setting_a_section_emits_nothing(qtbot, section: CollapsibleSection) -> None:
    with qtbot.assertNotEmitted(section.toggled):
        section.set_open(False)
    assert _texts(section) == ["what is inside"]
