"""What was noticed is shown once, at its place; its links do what they say; it can be off."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.findings import Finding, FindingKind
from netviz.engine.protocol.run_state import State
from netviz.engine.protocol.story import Kind
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.ledger_view import LedgerView
from netviz.ui.views.mistakes.mistake_view import MistakeView
from netviz.ui.views.page import Page
from tests.ui.conftest import OpenWindow, wait_for_state
from tests.ui.findings import callout, dead, overfitting, slow, tell, weak


def page(window: MainWindow, title: str) -> Page:
    found = window.views.page(title)
    assert isinstance(found, Page)
    return found


def log(window: MainWindow) -> list[str]:
    story = window.views.view(LedgerView).entries
    return [entry.text for entry in story if entry.kind is Kind.NOTICED]


def press(qtbot: QtBot, window: MainWindow, label: str) -> None:
    """Click on the link with this label, wherever it is."""
    notes = [callout(window), *(page(window, t).finding_note for t in ("Weights", "Mistakes"))]
    (link,) = [link for note in notes for link in note.links if link.text() == label]
    assert link.isVisible()
    qtbot.mouseClick(link, Qt.MouseButton.LeftButton)


@pytest.fixture
def trained(open_window: OpenWindow, qtbot: QtBot) -> MainWindow:
    """A window on a run of 40 steps."""
    window = open_window(epochs=1, batch_size=100)
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    return window


def test_nothing_is_shown_of_a_run_of_which_nothing_was_noticed(trained: MainWindow) -> None:
    assert not callout(trained).isVisible()
    assert trained.views.marked == set()
    assert not page(trained, "Weights").finding_note.isVisible()


def test_what_is_about_the_loss_stands_in_its_plot_and_in_the_log(trained: MainWindow) -> None:
    tell(trained, slow())
    note = callout(trained)
    assert note.isVisible()
    assert note.text == "The rate could be higher. The loss falls slowly."
    assert [link.text() for link in note.links] == ["Set the rate to 0.003"]
    assert trained.views.marked == set()
    assert log(trained) == ["The rate could be higher: The loss falls slowly."]


def test_its_link_changes_the_rate_and_takes_it_away(trained: MainWindow, qtbot: QtBot) -> None:
    tell(trained, slow())
    with qtbot.waitSignal(trained.controller.changed, timeout=30_000) as told:
        press(qtbot, trained, "Set the rate to 0.003")
    assert told.args[0].config.learning_rate == 0.003
    assert not callout(trained).isVisible()
    assert log(trained)[0].startswith("The rate could be higher")
    tell(trained, slow())
    assert not callout(trained).isVisible()  # not twice


@pytest.mark.parametrize("where", ["note", "cross", "Return", "Escape"])
def test_a_click_on_it_takes_it_away(trained: MainWindow, qtbot: QtBot, where: str) -> None:
    tell(trained, slow())
    note = callout(trained)
    if where == "note":
        qtbot.mouseClick(note, Qt.MouseButton.LeftButton)
    elif where == "cross":
        qtbot.mouseClick(note.close_button, Qt.MouseButton.LeftButton)
    elif where == "Escape":
        note.links[0].setFocus()
        qtbot.keyClick(note.links[0], Qt.Key.Key_Escape)
    else:
        note.close_button.setFocus()
        qtbot.keyClick(note.close_button, Qt.Key.Key_Return)
    assert not note.isVisible()
    assert trained.controller.config.learning_rate == 0.001
    assert trained.controller.state is State.FINISHED


def test_the_newest_of_several_comes_first_and_the_other_after_it(
    trained: MainWindow, qtbot: QtBot
) -> None:
    tell(trained, slow(20), overfitting(30))
    assert callout(trained).text.startswith("Overfitting")
    qtbot.mouseClick(callout(trained), Qt.MouseButton.LeftButton)
    assert callout(trained).text.startswith("The rate could be higher")


def test_what_no_longer_holds_goes_and_stays_in_the_log(trained: MainWindow) -> None:
    tell(trained, slow(), holding=())
    assert not callout(trained).isVisible()
    assert len(log(trained)) == 1


def test_what_is_forgotten_on_going_back_leaves_the_log_too(trained: MainWindow) -> None:
    tell(trained, slow(), dead())
    tell(trained, slow())
    assert log(trained) == ["The rate could be higher: The loss falls slowly."]
    assert trained.views.marked == set()


def test_pausing_is_offered_only_while_it_trains(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(epochs=1000)
    window.controller.start()
    qtbot.waitUntil(lambda: window.controller.step > 50, timeout=30_000)
    tell(window, overfitting())
    assert [link.text() for link in callout(window).links] == [
        "Set the rate to 0.003",
        "Pause here",
    ]
    press(qtbot, window, "Pause here")
    wait_for_state(qtbot, window, State.PAUSED)
    tell(window, overfitting(31))
    assert [link.text() for link in callout(window).links] == ["Set the rate to 0.003"]
    note = callout(window)
    assert note.height() == note.height_for(note.width())


def test_what_is_about_a_layer_marks_its_tab_and_stands_over_it(
    trained: MainWindow, qtbot: QtBot
) -> None:
    trained.views.show_named("Log")
    tell(trained, dead())
    assert trained.views.marked == {"Weights"}
    assert not callout(trained).isVisible()
    trained.views.show_named("Weights")
    note = page(trained, "Weights").finding_note
    assert note.isVisible()
    assert note.text == "Dead layer. All 64 units of Linear 3 give 0 for every image tried."
    qtbot.mouseClick(note, Qt.MouseButton.LeftButton)
    assert not note.isVisible()
    assert trained.views.marked == set()


def test_its_link_resets_with_a_smaller_rate(trained: MainWindow, qtbot: QtBot) -> None:
    trained.views.show_named("Weights")
    tell(trained, dead())
    with qtbot.waitSignal(trained.controller.prepared, timeout=30_000) as told:
        press(qtbot, trained, "Reset with rate 0.0005")
    assert told.args[0].config.learning_rate == 0.0005
    assert trained.controller.config.learning_rate == 0.0005
    assert trained.controller.step == 0
    assert trained.views.marked == set()
    assert log(trained) == []


def test_a_weak_class_opens_its_row_of_the_mistakes(trained: MainWindow, qtbot: QtBot) -> None:
    trained.views.show_named("Mistakes")
    tell(trained, weak())
    qtbot.waitUntil(lambda: trained.views.view(MistakeView).has_content, timeout=30_000)
    press(qtbot, trained, "Show class 8")
    mistakes = trained.views.view(MistakeView)
    assert trained.views.tabs.currentWidget() is mistakes
    assert mistakes.true_filter.currentText() == "is 8"
    assert trained.views.marked == set()


def test_turned_off_nothing_is_shown_and_turned_on_it_is_there_again(
    trained: MainWindow, tmp_path: Path
) -> None:
    found: tuple[Finding, ...] = (slow(), dead())
    tell(trained, *found)
    action = trained.actions_by_key["findings"]
    assert action.isChecked()
    action.trigger()
    assert not callout(trained).isVisible()
    assert trained.views.marked == set()
    assert log(trained) == []
    tell(trained, *found, weak())
    assert not callout(trained).isVisible()
    assert trained.views.marked == set()
    assert log(trained) == []
    action.trigger()
    assert callout(trained).isVisible()
    assert trained.views.marked == {"Weights", "Mistakes"}
    assert len(log(trained)) == 3


def test_that_it_was_turned_off_is_remembered(open_window: OpenWindow) -> None:
    open_window().actions_by_key["findings"].trigger()
    assert not open_window().actions_by_key["findings"].isChecked()


def learning_nothing(open_window: OpenWindow, qtbot: QtBot) -> tuple[MainWindow, str]:
    """Train a run that learns nothing to its end; the window, and what it says of that."""
    window = open_window(epochs=4, learning_rate=1e-7)
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    qtbot.waitUntil(lambda: callout(window).isVisible())
    text = callout(window).text
    assert text.startswith("No learning.")
    return window, text


def test_an_opened_run_tells_what_was_noticed(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window, text = learning_nothing(open_window, qtbot)
    with qtbot.waitSignal(window.controller.saved, timeout=30_000):
        window.controller.save(tmp_path / "run")
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.controller.reset()
    assert not callout(window).isVisible()
    with qtbot.waitSignal(window.controller.findings_changed, timeout=30_000):
        window.controller.open_run(tmp_path / "run")
    assert callout(window).text == text
    qtbot.waitUntil(lambda: callout(window).isVisible())
    assert [line.partition(":")[0] for line in log(window)] == ["No learning"]


def test_a_run_that_is_brought_back_tells_again_what_was_noticed(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window, text = learning_nothing(open_window, qtbot)
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.controller.reset()
    assert not callout(window).isVisible()
    with qtbot.waitSignal(window.controller.findings_changed, timeout=30_000):
        window.controller.undo_stack.undo()
    qtbot.waitUntil(lambda: callout(window).isVisible())
    assert callout(window).text == text
    assert [line.partition(":")[0] for line in log(window)] == ["No learning"]


def test_a_network_that_dies_is_told_on_the_tab_of_its_weights_and_a_reset_mends_it(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(optimizer="sgd", learning_rate=1.0, epochs=1000)
    window.views.show_named("Weights")
    window.controller.start()
    note = page(window, "Weights").finding_note
    qtbot.waitUntil(lambda: note.isVisible(), timeout=120_000)
    assert note.finding is not None
    assert note.finding.kind is FindingKind.DEAD_LAYER
    window.message_bar.close_message()
    QApplication.processEvents()
    (link,) = note.links
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        press(qtbot, window, link.text())
    assert window.controller.config.learning_rate == pytest.approx(0.05)
    window.controller.start()
    accuracies: list[float] = []
    window.controller.epoch_finished.connect(
        lambda e: accuracies.append(e.measurement.test_accuracy)
    )
    qtbot.waitUntil(lambda: bool(accuracies) and accuracies[-1] > 0.7, timeout=120_000)
    assert not note.isVisible()
