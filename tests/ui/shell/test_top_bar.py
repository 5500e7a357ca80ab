"""The top bar enables what can be done, and nothing in it moves."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from netviz.engine.protocol.run_state import State
from netviz.ui.look.style_sheet import dress_window
from netviz.ui.look.theme import Theme
from netviz.ui.shell.top_bar import TopBar


@pytest.fixture
def bar(qtbot, theme: Theme) -> TopBar:
    bar = TopBar(theme)
    qtbot.addWidget(bar)
    dress_window(bar, theme)
    theme.changed.connect(lambda: dress_window(bar, theme))
    bar.set_device("cpu")
    bar.set_progress(6, 10, 750, 1250)
    bar.set_speed(74_300, 4)
    bar.resize(1280, 54)
    bar.show()
    return bar


def _texts(bar: TopBar) -> list[str]:
    labels = [label for label in bar.findChildren(QLabel) if label.isVisible()]
    return [label.text() for label in labels if label.text()]


def _lefts(bar: TopBar) -> list[int]:
    QApplication.processEvents()
    return [w.x() for w in bar.findChildren(QWidget) if w.parent() is bar and w.isVisible()]


def test_train_pauses_and_resumes(qtbot, bar: TopBar) -> None:
    for state, text in ((State.IDLE, "Train"), (State.PAUSED, "Resume")):
        bar.set_state(state)
        assert bar.train_button.text() == text
        with qtbot.waitSignal(bar.train_clicked):
            qtbot.mouseClick(bar.train_button, Qt.MouseButton.LeftButton)
    bar.set_state(State.RUNNING)
    assert bar.train_button.text() == "Pause"
    with qtbot.waitSignal(bar.pause_clicked):
        qtbot.mouseClick(bar.train_button, Qt.MouseButton.LeftButton)


def test_a_double_click_presses_once_what_would_do_and_undo(qtbot, bar: TopBar) -> None:
    clicks: list[str] = []
    for name in ("reset", "train", "pause", "theme", "stage", "step"):
        getattr(bar, f"{name}_clicked").connect(lambda name=name: clicks.append(name))
    bar.train_clicked.connect(lambda: bar.set_state(State.RUNNING))

    def double_click(button: QWidget) -> None:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        qtbot.mouseDClick(button, Qt.MouseButton.LeftButton)  # the second press only
        qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)

    for name in ("reset", "train", "theme", "stage"):
        bar.set_state(State.IDLE)
        double_click(getattr(bar, f"{name}_button"))
    assert clicks == ["reset", "train", "theme", "stage"]
    bar.set_state(State.PAUSED)
    double_click(bar.step_button)
    assert clicks[4:] == ["step", "step"]


def test_train_says_how_many_epochs_it_adds_to_a_run_that_is_over(qtbot, bar: TopBar) -> None:
    bar.set_state(State.FINISHED)
    bar.set_more_epochs(20)
    assert bar.train_button.text() == "Train 20 more"
    assert not bar.step_button.isEnabled()
    assert not bar.epoch_button.isEnabled()
    with qtbot.waitSignal(bar.train_clicked):
        qtbot.mouseClick(bar.train_button, Qt.MouseButton.LeftButton)
    bar.set_more_epochs(0)
    assert bar.train_button.text() == "Train"
    assert bar.step_button.isEnabled()


def test_a_failed_run_cannot_go_on(bar: TopBar) -> None:
    bar.set_state(State.FAILED)
    assert not bar.train_button.isEnabled()
    assert "failed" in bar.train_button.toolTip()
    assert bar.reset_button.isEnabled()


def test_nothing_can_be_started_while_data_are_loaded(bar: TopBar) -> None:
    bar.set_busy("Loading MNIST …")
    assert not bar.train_button.isEnabled()
    assert "Loading MNIST …" in _texts(bar)
    bar.set_busy("")
    assert bar.train_button.isEnabled()
    assert "Epoch 6 / 10" in _texts(bar)


@pytest.mark.parametrize("name", ["reset", "step", "epoch", "theme", "stage"])
def test_each_button_tells_its_click(qtbot, bar: TopBar, name: str) -> None:
    bar.set_state(State.PAUSED)
    button = getattr(bar, f"{name}_button")
    with qtbot.waitSignal(getattr(bar, f"{name}_clicked")):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.toolTip()
    assert button.accessibleName()


def test_progress_and_speed_are_written_out(bar: TopBar) -> None:
    assert {"Epoch 6 / 10", "batch 750 / 1,250", "74,300 samples/s", "0:04 left"} <= {*_texts(bar)}
    assert "cpu · 1 thread" in _texts(bar)


@pytest.mark.parametrize(("seconds", "text"), [(65, "1:05 left"), (3723, "1:02:03 left")])
def test_time_left_reads_as_a_clock(bar: TopBar, seconds: float, text: str) -> None:
    bar.set_speed(1.0, seconds)
    assert text in _texts(bar)


def test_nothing_moves_while_figures_change(bar: TopBar) -> None:
    before = _lefts(bar)
    for epoch, batch, speed in ((1, 1, 9), (9, 1111, 123_456), (10, 1250, 0)):
        bar.set_progress(epoch, 10, batch, 1250)
        bar.set_speed(speed, speed / 100)
        assert _lefts(bar) == before
    for state in (State.RUNNING, State.PAUSED, State.FINISHED):
        bar.set_state(state)
        assert _lefts(bar) == before


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("width", [700, 1024, 1280, 1920])
def test_nothing_is_cut_off(bar: TopBar, theme: Theme, width: int, scale: float) -> None:
    theme.set_scale(scale)
    bar.resize(width, bar.sizeHint().height())
    QApplication.processEvents()
    shown = [w for w in bar.findChildren(QWidget) if w.parent() is bar and w.isVisible()]
    assert bar.train_button in shown
    assert all(w.geometry().right() <= width for w in shown)
    labels = [w for w in shown if isinstance(w, QLabel)]
    assert all(w.width() >= w.sizeHint().width() for w in labels)


def test_what_there_is_no_room_for_is_in_a_menu(qtbot, bar: TopBar) -> None:
    assert not bar.more_button.isVisible()
    bar.resize(460, bar.sizeHint().height())
    QApplication.processEvents()
    assert bar.more_button.isVisible()
    assert not bar.step_button.isVisible()
    menu = bar.more_button.menu()
    menu.aboutToShow.emit()
    entries = {action.text(): action for action in menu.actions()}
    figures = {"60 % of the run", "batch 750 / 1,250", "0:04 left", "cpu · 1 thread"}
    assert figures | {"74,300 samples/s", "Step"} <= entries.keys() | {"60 % of the run"}
    with qtbot.waitSignal(bar.step_clicked):
        entries["Step"].trigger()
    with qtbot.waitSignal(bar.epoch_clicked):
        entries["Run to end of epoch"].trigger()
    assert entries["Speed limit: Full speed"].menu() is bar.pace_button.menu()
    bar.set_busy("Loading")
    assert not bar.step_button.isEnabled()
    menu.aboutToShow.emit()
    assert not next(a for a in menu.actions() if a.text() == "Step").isEnabled()


def test_all_of_it_is_there_at_1280(bar: TopBar) -> None:
    assert len(_texts(bar)) == 5


def test_a_pace_can_be_chosen(qtbot, bar: TopBar) -> None:
    slow = next(a for a in bar.pace_button.menu().actions() if a.text() == "1 batch per second")
    with qtbot.waitSignal(bar.pace_chosen, check_params_cb=lambda pace: pace == 1.0):
        slow.trigger()
    with qtbot.waitSignal(bar.pace_chosen, check_params_cb=lambda pace: pace is None):
        bar.pace_button.menu().actions()[0].trigger()
    with qtbot.assertNotEmitted(bar.pace_chosen):
        bar.pace_button.set_pace(20.0)
    assert bar.pace_button.menu().actions()[2].isChecked()
