"""The message bar."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from netviz.ui.look.style_sheet import dress_window
from netviz.ui.look.theme import Theme
from netviz.ui.shell.message_bar import MessageBar


@pytest.fixture
def bar(qtbot, theme: Theme) -> Iterator[MessageBar]:
    window = QWidget()
    dress_window(window, theme)
    bar = MessageBar(theme)
    layout = QVBoxLayout(window)
    layout.addWidget(bar)
    layout.addStretch()
    window.resize(900, 300)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield bar
    window.close()


def _button(bar: MessageBar, text: str) -> QPushButton:
    return next(b for b in bar.findChildren(QPushButton) if b.text() == text and b.isVisible())


def _shown(bar: MessageBar) -> list[str]:
    return [label.text() for label in bar.findChildren(QLabel) if label.isVisible()]


def test_bar_is_hidden_until_there_is_something_to_say(bar: MessageBar) -> None:
    assert not bar.isVisible()
    bar.show_message("error", "The disk is full.", "Free some space.")
    assert bar.isVisible()
    assert bar.text == "The disk is full. Free some space."


def test_the_same_message_again_is_counted(bar: MessageBar) -> None:
    for _ in range(3):
        bar.show_message("warning", "Slow network.")
    assert bar.count == 3
    assert "×3" in _shown(bar)
    bar.show_message("warning", "Another.")
    assert bar.count == 1
    assert "×3" not in _shown(bar)


def test_what_can_wait_comes_when_the_message_before_it_is_closed(bar: MessageBar) -> None:
    answered: list[str] = []
    bar.show_message(
        "warning", "Lost.", actions=[("Bring it back", lambda: answered.append("yes"))]
    )
    bar.show_next("warning", "Second.")
    bar.show_next("error", "Third.", details="a trace")
    assert bar.text == "Lost."
    _button(bar, "Bring it back").click()
    assert (answered, bar.text) == (["yes"], "Second.")
    bar.close_message()
    assert bar.text == "Third."
    assert _button(bar, "Copy details").isVisible()
    bar.close_message()
    assert not bar.isVisible()
    bar.show_next("warning", "Alone.")
    assert bar.text == "Alone."


def test_escape_closes(qtbot, bar: MessageBar) -> None:
    bar.show_message("error", "The disk is full.")
    with qtbot.waitSignal(bar.closed):
        qtbot.keyClick(bar.window(), Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert bar.text == ""


def test_the_cross_closes(qtbot, bar: MessageBar) -> None:
    bar.show_message("error", "The disk is full.")
    with qtbot.waitSignal(bar.closed):
        qtbot.mouseClick(bar.findChild(QToolButton), Qt.MouseButton.LeftButton)


def test_an_info_goes_by_itself(qtbot, bar: MessageBar) -> None:
    bar.fade_after_ms = 10
    with qtbot.waitSignal(bar.closed):
        bar.show_message("info", "Saved.")
    assert not bar.isVisible()


def test_an_error_stays_even_after_an_info_that_would_go(qtbot, bar: MessageBar) -> None:
    bar.fade_after_ms = 10
    with qtbot.assertNotEmitted(bar.closed, wait=60):
        bar.show_message("info", "Saved.")
        bar.show_message("error", "The disk is full.")
    assert bar.isVisible()


def test_a_warning_comes_back_from_under_what_goes_by_itself(qtbot, bar: MessageBar) -> None:
    bar.fade_after_ms = 10
    answered: list[str] = []
    bar.show_message("warning", "Lost.", actions=[("Bring it back", lambda: answered.append("y"))])
    with qtbot.waitSignal(bar.closed):
        bar.show_message("info", "Threads changed.")
        bar.show_message("success", "Saved.")
        assert bar.text == "Saved."
    assert bar.isVisible()
    assert (bar.text, bar.accessibleName()) == ("Lost.", "warning: Lost.")
    _button(bar, "Bring it back").click()
    assert answered == ["y"]
    assert not bar.isVisible()


def test_a_warning_that_is_past_or_replaced_does_not_come_back(qtbot, bar: MessageBar) -> None:
    bar.fade_after_ms = 10
    facts = {"holds": True}
    bar.show_message("warning", "It diverges.", holds=lambda: facts["holds"])
    bar.show_message("success", "Saved.")
    bar.show_message("error", "The disk is full.")
    bar.close_message()
    assert not bar.isVisible()
    for end in (bar.review, lambda: None):
        facts["holds"] = True
        bar.show_message("warning", "It diverges.", holds=lambda: facts["holds"])
        with qtbot.waitSignal(bar.closed):
            bar.show_message("success", "Saved.")
            facts["holds"] = False
            end()
        assert not bar.isVisible()


def test_details_can_be_copied(qtbot, bar: MessageBar) -> None:
    bar.show_message("error", "It broke.", details="Traceback: line 1")
    qtbot.mouseClick(_button(bar, "Copy details"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "It broke.\n\nTraceback: line 1"
    bar.show_message("error", "Nothing more to say.")
    assert not any(b.isVisible() for b in bar.findChildren(QPushButton))


def test_an_action_is_done_and_the_message_goes(qtbot, bar: MessageBar) -> None:
    done: list[str] = []
    bar.show_message("error", "It broke.", actions=[("Go back", lambda: done.append("back"))])
    qtbot.mouseClick(_button(bar, "Go back"), Qt.MouseButton.LeftButton)
    assert done == ["back"]
    assert not bar.isVisible()


def test_the_mouse_on_a_message_leaves_the_focus_where_it_was(qtbot, bar: MessageBar) -> None:
    field, other = QLineEdit(bar.window()), QLineEdit(bar.window())
    for each in (field, other):
        each.show()
    field.setFocus()
    bar.show_message("error", "It broke.", details="line 1", actions=[("Go back", lambda: None)])
    for text in ("Copy details", "Go back"):
        qtbot.mouseClick(_button(bar, text), Qt.MouseButton.LeftButton)
        assert field.hasFocus()


def test_an_action_may_bring_the_next_message(qtbot, bar: MessageBar) -> None:
    bar.show_message(
        "error", "It broke.", actions=[("Retry", lambda: bar.show_message("info", "Again."))]
    )
    qtbot.mouseClick(_button(bar, "Retry"), Qt.MouseButton.LeftButton)
    assert bar.text == "Again."
    assert bar.isVisible()


def test_a_long_text_is_wrapped_and_not_cut_off(qtbot, bar: MessageBar) -> None:
    bar.show_message("error", "Short.")
    QApplication.processEvents()
    low = bar.height()
    bar.show_message("error", "A long message. " * 20, "And a long hint. " * 10)
    two_lines_more = 2 * bar.fontMetrics().lineSpacing()
    qtbot.waitUntil(lambda: bar.height() - low >= two_lines_more)
    assert bar.width() <= bar.window().width()


def test_markup_in_a_message_is_shown_and_not_obeyed(bar: MessageBar) -> None:
    bar.show_message("error", "No <b>bold</b> & no harm.")
    assert "&lt;b&gt;bold" in _shown(bar)[1]


def test_what_is_no_longer_so_goes(bar: MessageBar) -> None:
    facts = {"shown": True, "waiting": True}
    bar.show_message("error", "All epochs are trained.", holds=lambda: facts["shown"])
    bar.show_next("warning", "A file is damaged.", holds=lambda: facts["waiting"])
    bar.show_next("warning", "The last start crashed.")
    bar.review()
    assert bar.text == "All epochs are trained."
    facts["shown"] = facts["waiting"] = False
    bar.review()
    assert bar.text == "The last start crashed."
    bar.review()
    assert bar.isVisible()


def test_what_waits_is_asked_again_before_it_is_shown(bar: MessageBar) -> None:
    facts = {"waiting": True}
    bar.show_message("error", "First.")
    bar.show_next("warning", "Second.", holds=lambda: facts["waiting"])
    facts["waiting"] = False
    bar.close_message()
    assert not bar.isVisible()
