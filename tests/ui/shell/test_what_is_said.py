"""Status bar, top bar, notices and title, which speak of the run as it is now."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from netviz.engine.protocol import commands
from netviz.engine.protocol.run_state import State
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.ledger_view import LedgerView
from netviz.ui.views.mistakes.mistake_view import MistakeView
from tests.ui.conftest import OpenWindow, wait_for_state
from tests.ui.presenters.test_own_pictures import save_pets


def figures(window: MainWindow) -> tuple[str, str]:
    return window.top_bar.progress


def test_a_run_stopped_in_mid_epoch_says_that_it_goes_on(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(epochs=1000)
    window.controller.start()
    qtbot.waitUntil(lambda: window.controller.step > 5)
    window.controller.stop()
    wait_for_state(qtbot, window, State.FINISHED)
    assert window.status.startswith("Stopped by you at step")
    assert window.status.endswith("of 1,000. Space goes on.")


def test_another_batch_size_divides_the_epoch_at_once(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    assert figures(window) == ("Epoch 0 / 2", "batch 0 / 400")
    with qtbot.waitSignal(window.controller.changed):
        window.controller.change({"batch_size": 64})
    assert figures(window) == ("Epoch 0 / 2", "batch 0 / 63")


def test_fewer_epochs_than_trained_are_no_contradiction(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(epochs=3, batch_size=1000)
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    with qtbot.waitSignal(window.controller.changed):
        window.controller.change({"epochs": 1})
    assert figures(window) == ("Epoch 3 / 3", "batch 4 / 4")
    assert "epochs 3 → 1 at step 12." in window.status
    assert "3 epochs are trained, and 1 wanted" in window.status
    assert "next batch" not in window.status


def test_a_refusal_goes_when_it_is_possible(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(epochs=1, batch_size=1000)
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    with qtbot.waitSignal(window.controller.refused):
        window.controller.start()
    assert "All epochs are trained" in window.message_bar.text
    window.controller.change({"epochs": 1000})
    wait_for_state(qtbot, window, State.RUNNING)
    assert not window.message_bar.isVisible()


def test_a_run_that_cannot_be_opened_is_forgotten_with_the_next(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window()
    with qtbot.waitSignal(window.controller.refused):
        window.controller.open_run(tmp_path / "nothing")
    assert window.message_bar.isVisible()
    with qtbot.waitSignal(window.controller.prepared):
        window.controller.reset()
    qtbot.waitUntil(lambda: not window.message_bar.isVisible())


def test_after_a_rescue_nothing_speaks_of_the_failure(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(optimizer="sgd", loss="mse", learning_rate=0.1, epochs=1000)
    window.controller.start()
    qtbot.waitUntil(lambda: window.controller.step > 20)
    window.controller.change({"weight_decay": 10.0, "learning_rate": 1000.0})
    wait_for_state(qtbot, window, State.FAILED)
    assert window.status in window.message_bar.text
    with qtbot.waitSignal(window.controller.prepared):
        window.controller.rewind_with({"learning_rate": 0.1})
    qtbot.waitUntil(lambda: window.controller.state in (State.PAUSED, State.IDLE))
    step = window.controller.step
    assert window.status == (f"Held at step {step:,}. Space goes on." if step else READY)
    assert figures(window)[1] == f"batch {step % 400} / 400"
    assert not window.message_bar.isVisible()


READY = "Ready. Press Train, or Space."


def test_a_frozen_layer_is_called_by_its_name(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(model="cnn", epochs=1000)
    window.controller.submit(commands.Step())
    wait_for_state(qtbot, window, State.PAUSED)
    with qtbot.waitSignal(window.controller.changed):
        window.controller.change({"frozen": ("0",)})
    assert window.status.startswith("frozen none → Conv 3×3 (1) at step 1.")
    assert "Conv 3×3 (1)" in window.controller.undo_stack.undoText()
    entries = window.views.view(LedgerView).entries
    assert entries[-1].text == "frozen none → Conv 3×3 (1)"
    assert "frozen" not in entries[0].text
    assert window.stage.foot.remark.text == "Step 1: frozen none → Conv 3×3 (1)"
    with qtbot.waitSignal(window.controller.prepared):
        window.controller.reset()
    frozen, back = "Frozen, so not learning: Conv 3×3 (1).", "Ctrl+Z brings back the run at step 1."
    assert window.status == f"{READY} {frozen} {back}"
    (begun,) = (each for each in window.views.view(LedgerView).entries if each.step == 0)
    assert "frozen Conv 3×3 (1)" in begun.text


def test_the_title_names_the_run_and_where_it_was_saved(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window()
    named = window.windowTitle()
    assert named.endswith("MLP – NetViz")
    with qtbot.waitSignal(window.controller.saved):
        window.controller.save(tmp_path / "monday")
    assert window.windowTitle() == named.replace(" – ", " · monday – ")
    with qtbot.waitSignal(window.controller.prepared):
        window.controller.reset()
    assert window.windowTitle() == named
    with qtbot.waitSignal(window.controller.opened):
        window.controller.open_run(tmp_path / "monday")
    assert window.windowTitle() == named.replace(" – ", " · monday – ")


def test_layers_that_stay_frozen_on_other_pictures_are_told_until_they_learn(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(hidden=(8,), frozen="1")
    assert not window.message_bar.isVisible()
    pets = save_pets(tmp_path / "pets")
    with qtbot.waitSignal(window.controller.prepared):
        window.controller.change({"dataset": f"folder:{pets}", "image_size": 28})
    qtbot.waitUntil(lambda: "They stay as they are on pets too." in window.message_bar.text)
    window.controller.change({"frozen": ()})
    qtbot.waitUntil(lambda: "frozen" not in window.message_bar.text.lower())
    qtbot.waitUntil(lambda: window.status == READY)


def mistakes_tab(window: MainWindow) -> str:
    tabs = window.views.tabs
    titles = [tabs.tabText(index) for index in range(tabs.count())]
    return next(title for title in titles if title.startswith("Mistakes"))


def test_the_count_of_mistakes_is_that_of_the_run_whichever_tab_is_in_front(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(epochs=1, batch_size=100)
    window.views.show_named("log")
    assert mistakes_tab(window) == "Mistakes"
    with qtbot.waitSignal(window.controller.epoch_finished) as finished:
        window.controller.start()
    wrong = round((1 - finished.args[0].measurement.test_accuracy) * 1000)
    assert mistakes_tab(window) == f"Mistakes  {wrong:,}"
    wait_for_state(qtbot, window, State.FINISHED)
    with qtbot.waitSignal(window.controller.saved):
        window.controller.save(tmp_path / "kept")
    window.views.show_named("mistakes")
    view = window.views.view(MistakeView)
    qtbot.waitUntil(lambda: view.header.text.startswith(f"{wrong:,} "))
    assert mistakes_tab(window) == f"Mistakes  {wrong:,}"
    with qtbot.waitSignal(window.controller.prepared):
        window.controller.reset()
    assert mistakes_tab(window) == "Mistakes"
    with qtbot.waitSignal(window.controller.opened):
        window.controller.open_run(tmp_path / "kept")
    assert mistakes_tab(window) == f"Mistakes  {wrong:,}"
