"""Looking at an earlier step, as it is done in the window."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.observations import WeightsObserved
from netviz.engine.protocol.run_state import State
from netviz.engine.run import run as run_module
from netviz.ui.plots.playhead_strip import SECONDS
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.confusion.confusion_view import ConfusionView
from netviz.ui.views.mistakes.mistake_view import MistakeView
from netviz.ui.views.weights.weight_view import WeightView
from tests.ui.conftest import OpenWindow, draw_line, wait_for_state

LEFT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
END = 800

STILL = 25
"""Looks in a row that show the same."""


@pytest.fixture
def trained(open_window: OpenWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window on a run of two epochs, a line on its pad, and states kept whenever that can be."""
    monkeypatch.setattr(run_module, "STATE_SHARE", 1.0)
    monkeypatch.setattr(run_module, "STATE_INTERVAL_S", 0.0)
    window = open_window(epochs=2)
    draw_line(qtbot, window)
    with qtbot.waitSignal(
        window.controller.observed,
        timeout=60_000,
        check_params_cb=lambda seen: isinstance(seen, WeightsObserved) and seen.step == END,
    ):
        window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    qtbot.waitUntil(lambda: window.pad.strip.record.steps.tolist()[-1:] == [END])
    window.controller.frames.ticked.emit()
    return window


def drag(qtbot: QtBot, window: MainWindow, *steps: int) -> None:
    """Drag the playhead over these steps."""
    strip = window.loss_plot.playhead
    qtbot.mousePress(strip, LEFT, pos=strip.handle.toPoint())
    for step in steps:
        qtbot.mouseMove(strip, QPoint(round(strip.x_of(step)), strip.height() // 2))
    qtbot.mouseRelease(strip, LEFT, pos=QPoint(round(strip.x_of(steps[-1])), strip.height() // 2))


def looked(window: MainWindow) -> int | None:
    return window.loss_plot.playhead.step


def wait_at(qtbot: QtBot, window: MainWindow, is_there: Callable[[int], bool]) -> int:
    """Wait until a step is looked at, by all parts, and return it."""

    def arrived() -> bool:
        step = looked(window)
        return step is not None and is_there(step) and _pad_step(window) == step

    qtbot.waitUntil(arrived, timeout=30_000)
    step = looked(window)
    assert step is not None
    return step


def _pad_step(window: MainWindow) -> int | None:
    return window.pad.strip.shown_step


def wait_for_now(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(
        lambda: looked(window) is None and _pad_step(window) == window.controller.step,
        timeout=30_000,
    )


def portrait(window: MainWindow) -> dict[str, object]:
    """What is written in the window, and what the network says."""
    window.controller.frames.ticked.emit()
    # What a tab shows with a little delay it shows at once where it comes into sight.
    window.views.hide()
    window.views.show()
    QApplication.processEvents()
    plots = (window.loss_plot, window.accuracy_plot)
    weights = window.views.view(WeightView).grab().toImage()
    tabs = window.views.tabs
    return {
        "figures": [plot.figures for plot in plots],
        "answer": window.pad.bars.grab().toImage(),
        "strip": window.pad.strip.grab().toImage(),
        "record": window.pad.strip.record.steps.tolist(),
        "weights": weights,
        "tabs": [tabs.tabText(index) for index in range(tabs.count())],
        "plots": [plot.grab().toImage() for plot in plots],
        "status": window.status,
        "actions": {key: action.isEnabled() for key, action in _actions(window).items()},
    }


def _actions(window: MainWindow) -> dict[str, object]:
    return {key: window.actions_by_key[key] for key in window.actions_by_key}  # type: ignore[misc]


def settled_portrait(qtbot: QtBot, window: MainWindow) -> dict[str, object]:
    """What is seen when nothing has come for a while: the views follow the training by moments."""
    seen = [portrait(window)]

    def is_still() -> bool:
        seen.append(portrait(window))
        return len(seen) > STILL and all(each == seen[-1] for each in seen[-STILL:])

    qtbot.waitUntil(is_still, timeout=30_000)
    return seen[-1]


def test_all_parts_show_the_step_and_nothing_is_left_of_it(
    trained: MainWindow, qtbot: QtBot
) -> None:
    now = settled_portrait(qtbot, trained)
    losses = trained.loss_plot.history.losses.copy()
    drag(qtbot, trained, 700, 600, 500)
    step = wait_at(qtbot, trained, lambda step: step <= 500)
    bar = trained.loss_plot.look_bar
    assert bar.isVisible()
    assert bar.text == f"Looking at step {step:,} of 800, epoch {1 + step // 400 * (step > 400)}"
    then = settled_portrait(qtbot, trained)
    for name in ("figures", "answer", "strip", "plots", "weights", "actions"):
        assert then[name] != now[name], name
    assert "Nothing is changed by looking" in trained.status
    assert trained.controller.step == END
    assert trained.loss_plot.canvas.playhead.label == f"step {step:,}"
    assert trained.accuracy_plot.canvas.playhead.step == step
    qtbot.keyClick(trained, Qt.Key.Key_Escape)
    wait_for_now(qtbot, trained)
    assert not bar.isVisible()
    after = settled_portrait(qtbot, trained)
    for name, seen in now.items():
        assert after[name] == seen, name
    assert trained.loss_plot.history.losses.tolist() == losses.tolist()


def test_the_figures_are_those_of_the_step(trained: MainWindow, qtbot: QtBot) -> None:
    drag(qtbot, trained, 400)
    step = wait_at(qtbot, trained, lambda step: step <= 400)
    figures = trained.loss_plot.figures
    with qtbot.waitSignal(trained.controller.opened, timeout=30_000):
        trained.controller.go_back(step)
    trained.loss_plot.refresh()
    assert figures.values == trained.loss_plot.figures.values


def test_at_the_end_of_the_track_is_the_present(trained: MainWindow, qtbot: QtBot) -> None:
    drag(qtbot, trained, 300)
    wait_at(qtbot, trained, lambda step: step <= 300)
    drag(qtbot, trained, 500, 790, 900)
    wait_for_now(qtbot, trained)


def test_keys_go_from_one_kept_step_to_the_next(trained: MainWindow, qtbot: QtBot) -> None:
    seen = []
    for _ in range(3):
        before = looked(trained) or END
        qtbot.keyClick(trained, Qt.Key.Key_Left, SHIFT)
        seen.append(wait_at(qtbot, trained, lambda step, before=before: step < before))
    qtbot.keyClick(trained, Qt.Key.Key_Right, SHIFT)
    assert wait_at(qtbot, trained, lambda step: step > seen[2]) == seen[1]
    qtbot.keyClick(trained, Qt.Key.Key_Right, SHIFT)
    wait_at(qtbot, trained, lambda step: step == seen[0])
    qtbot.keyClick(trained, Qt.Key.Key_Right, SHIFT)
    wait_for_now(qtbot, trained)
    qtbot.keyClick(trained, Qt.Key.Key_Right, SHIFT)
    assert looked(trained) is None


def test_the_track_itself_takes_keys(trained: MainWindow, qtbot: QtBot) -> None:
    strip = trained.loss_plot.playhead
    strip.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(strip, Qt.Key.Key_Home)
    wait_at(qtbot, trained, lambda step: step == 0)
    assert "untrained" in trained.loss_plot.look_bar.text
    assert "step 0" in strip.accessibleDescription()
    qtbot.keyClick(strip, Qt.Key.Key_Right)
    wait_at(qtbot, trained, lambda step: step > 0)
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    qtbot.keyClick(strip, Qt.Key.Key_Left)  # there is none before it
    wait_at(qtbot, trained, lambda step: step == 0)
    qtbot.keyClick(strip, Qt.Key.Key_End)
    wait_for_now(qtbot, trained)


def test_the_run_goes_on_while_an_earlier_step_is_looked_at(
    trained: MainWindow, qtbot: QtBot
) -> None:
    drag(qtbot, trained, 400)
    step = wait_at(qtbot, trained, lambda step: step <= 400)
    trained.controller.change({"learning_rate": 0.002, "epochs": 3})
    qtbot.waitUntil(lambda: "the present run goes on with it" in trained.message_bar.text)
    trained.message_bar.close_message()
    trained.controller.start()
    qtbot.waitUntil(lambda: trained.controller.step == 1200, timeout=60_000)
    wait_for_state(qtbot, trained, State.FINISHED)
    assert (looked(trained), _pad_step(trained)) == (step, step)
    assert "of 1,200" in trained.loss_plot.look_bar.text
    trained.loss_plot.look_bar.now_button.click()
    wait_for_now(qtbot, trained)
    assert len(trained.loss_plot.history) == 1200


def test_go_back_here_trains_on_from_there(trained: MainWindow, qtbot: QtBot) -> None:
    losses = trained.loss_plot.history.losses.copy()
    drag(qtbot, trained, 500)
    step = wait_at(qtbot, trained, lambda step: step <= 500)
    trained.loss_plot.look_bar.back_button.click()
    qtbot.waitUntil(lambda: trained.controller.step == step, timeout=30_000)
    wait_for_now(qtbot, trained)
    assert not trained.loss_plot.look_bar.isVisible()
    assert trained.loss_plot.history.losses.tolist() == losses[:step].tolist()
    trained.actions_by_key["undo"].trigger()
    qtbot.waitUntil(lambda: trained.controller.step == END, timeout=30_000)


@pytest.mark.parametrize("act", ["reset", "rewind"])
def test_another_run_ends_the_look(trained: MainWindow, qtbot: QtBot, act: str) -> None:
    drag(qtbot, trained, 300)
    wait_at(qtbot, trained, lambda step: step <= 300)
    if act == "reset":
        trained.controller.reset()
    else:
        trained.controller.rewind_with({})
    wait_for_now(qtbot, trained)
    assert trained.loss_plot.canvas.playhead.step is None
    assert not trained.loss_plot.look_bar.isVisible()
    assert trained.controller.step < END


def test_tabs_show_the_step_and_count_its_mistakes(trained: MainWindow, qtbot: QtBot) -> None:
    views = trained.views
    views.show_named("mistakes")
    mistakes, confusion = views.view(MistakeView), views.view(ConfusionView)
    qtbot.waitUntil(lambda: "step 800" in mistakes.header.toolTip(), timeout=30_000)
    now = views.tabs.tabText(2)
    drag(qtbot, trained, 200)
    step = wait_at(qtbot, trained, lambda step: step <= 200)
    qtbot.waitUntil(lambda: f"step {step:,};" in mistakes.header.toolTip() or not step)
    assert views.tabs.tabText(2) != now
    views.show_named("confusion")
    when = f"at step {step:,}" if step else "before training"
    qtbot.waitUntil(lambda: confusion.measured_at == when, timeout=30_000)
    views.show_named("weights")
    trained.loss_plot.look_bar.now_button.click()
    wait_for_now(qtbot, trained)
    # Those that are out of sight show the present again, too.
    assert views.tabs.tabText(2) == now
    for name in ("mistakes", "confusion"):
        views.show_named(name)
    qtbot.waitUntil(lambda: "step 800" in mistakes.header.toolTip())
    qtbot.waitUntil(lambda: confusion.measured_at == "at step 800")


def test_the_menu_of_a_plot_leads_to_a_step(trained: MainWindow, qtbot: QtBot) -> None:
    plot = trained.accuracy_plot
    plot.canvas.hovered.emit(400.0)
    plot.menu.aboutToShow.emit()
    assert plot.menu.look_action.text() == "Look at step 400"
    plot.menu.look_action.trigger()
    wait_at(qtbot, trained, lambda step: step <= 400)


def test_it_plays_from_its_first_step_to_the_present(trained: MainWindow, qtbot: QtBot) -> None:
    strip = trained.loss_plot.playhead
    quick = strip.speed_button.menu().actions()[0]
    assert quick.text() == f"The whole run in {SECONDS[0]} seconds"
    quick.trigger()
    assert strip.seconds == SECONDS[0]
    seen: set[int] = set()
    trained.controller.looked_back.connect(lambda event: seen.add(event.step))
    strip.play_button.click()
    assert strip.play_button.toolTip() == "Stop here."
    wait_at(qtbot, trained, lambda step: step > 100)
    strip.play_button.click()
    held = looked(trained)
    strip.play_button.click()
    wait_for_now(qtbot, trained)
    assert held in seen
    assert {0, None} < seen
    assert "Play the run" in strip.play_button.toolTip()


def test_a_hand_on_the_playhead_stops_it(trained: MainWindow, qtbot: QtBot) -> None:
    strip = trained.loss_plot.playhead
    strip.play_button.click()
    wait_at(qtbot, trained, lambda step: step == 0)
    drag(qtbot, trained, 600)
    wait_at(qtbot, trained, lambda step: 400 < step <= 600)
    assert "Play the run" in strip.play_button.toolTip()


def test_an_untrained_run_has_nothing_to_look_at(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    strip = window.loss_plot.playhead
    assert "Nothing is trained yet" in strip.toolTip()
    assert not strip.play_button.isEnabled()
    assert not window.actions_by_key["look_before"].isEnabled()
    asked: list[object] = []
    strip.step_asked.connect(asked.append)
    drag(qtbot, window, 50)
    assert not asked
    window.controller.train_one_batch()
    qtbot.waitUntil(strip.play_button.isEnabled)
    assert "Drag to see" in strip.toolTip()


def test_the_first_escape_closes_a_message_and_on_the_stage_it_stays(
    trained: MainWindow, qtbot: QtBot
) -> None:
    drag(qtbot, trained, 300)
    step = wait_at(qtbot, trained, lambda step: step <= 300)
    trained.actions_by_key["stage"].trigger()
    trained.message_bar.show_message("warning", "Something.")
    qtbot.keyClick(trained, Qt.Key.Key_Escape)
    assert not trained.message_bar.isVisible()
    assert looked(trained) == step
    qtbot.keyClick(trained, Qt.Key.Key_Escape)
    wait_for_now(qtbot, trained)
    assert trained.stage.is_on
    qtbot.keyClick(trained, Qt.Key.Key_Escape)
    assert not trained.stage.is_on


def test_a_new_drawing_is_answered_by_the_network_of_then(
    trained: MainWindow, qtbot: QtBot
) -> None:
    drag(qtbot, trained, 0)
    wait_at(qtbot, trained, lambda step: step == 0)
    before = trained.pad.strip.record.steps.tolist()
    assert before[-1] == END
    draw_line(qtbot, trained, upright=False)
    answered: list[int] = []
    with qtbot.waitSignal(
        trained.controller.observed, check_params_cb=lambda seen: getattr(seen, "request", 1) > 1
    ) as told:
        pass
    answered.append(told.args[0].step)
    assert answered == [0]
    qtbot.keyClick(trained, Qt.Key.Key_Escape)
    wait_for_now(qtbot, trained)
    qtbot.waitUntil(lambda: trained.pad.strip.record.steps.tolist() == [END], timeout=30_000)


def test_nothing_of_it_is_in_a_picture_for_a_file(
    trained: MainWindow, qtbot: QtBot, tmp_path: object
) -> None:
    drag(qtbot, trained, 300)
    wait_at(qtbot, trained, lambda step: step <= 300)
    seen: list[bool] = []
    trained.loss_plot.exporting.connect(
        lambda _: seen.append(trained.loss_plot.look_bar.isVisible())
    )
    trained.loss_plot.export(tmp_path / "loss.png")  # type: ignore[operator]
    assert seen == [False, True]
    assert trained.loss_plot.playhead.play_button.isVisible()


def test_the_losses_are_those_of_a_run_that_nobody_looked_at(
    trained: MainWindow, qtbot: QtBot
) -> None:
    wanted = trained.loss_plot.history.losses.copy()
    trained.controller.reset()
    qtbot.waitUntil(lambda: trained.controller.step == 0)
    trained.views.show_named("confusion")
    trained.controller.start()
    for step in (50, 200, 400):
        qtbot.waitUntil(lambda step=step: trained.controller.step > step, timeout=60_000)
        drag(qtbot, trained, step // 2)
    wait_for_state(qtbot, trained, State.FINISHED)
    np.testing.assert_array_equal(trained.loss_plot.history.losses, wanted)
