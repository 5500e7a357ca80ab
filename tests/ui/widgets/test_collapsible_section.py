"""Cards and the sections that fold."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from netviz.ui.look.theme import Theme
from netviz.ui.widgets.card import Card, SectionBox


@pytest.fixture
def theme(qapp) -> Theme:
    return Theme()


@pytest.fixture
def section(qtbot, theme: Theme) -> SectionBox:
    box = SectionBox(theme, "Training")
    box.body.addWidget(QLabel("inside"))
    box.set_summary("what is inside")
    qtbot.addWidget(box)
    box.resize(264, 80)
    box.show()
    return box


def _texts(section: SectionBox) -> list[str]:
    return [label.text() for label in section.findChildren(QLabel) if label.isVisible()]


def test_click_on_the_heading_folds_and_opens(qtbot, section: SectionBox) -> None:
    header = section.layout().itemAt(0).widget()
    with qtbot.waitSignal(section.toggled, check_params_cb=lambda is_open: not is_open):
        qtbot.mouseClick(header, Qt.MouseButton.LeftButton)
    assert not section.is_open()
    assert _texts(section) == ["what is inside"]
    qtbot.mouseClick(header, Qt.MouseButton.LeftButton)
    assert _texts(section) == ["inside"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_heading_obeys_the_keyboard(qtbot, section: SectionBox, key: Qt.Key) -> None:
    with qtbot.waitSignal(section.toggled):
        qtbot.keyClick(section.layout().itemAt(0).widget(), key)
    assert not section.is_open()


def test_setting_a_section_tells_nobody(qtbot, section: SectionBox) -> None:
    with qtbot.assertNotEmitted(section.toggled):
        section.set_open(False)
    assert _texts(section) == ["what is inside"]


def test_card_has_its_title_and_grows_with_the_scale(qtbot, theme: Theme) -> None:
    card = Card(theme, "Draw a digit")
    qtbot.addWidget(card)
    assert card.title is not None
    assert card.title.text() == "Draw a digit"
    assert card.layout().contentsMargins().left() == 12
    theme.set_scale(1.5)
    assert card.layout().contentsMargins().left() == 18
