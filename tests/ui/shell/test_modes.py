"""The window in every mode: within its screen, and as it was once the mode is left."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMargins, QPoint, QRect, QSize
from PySide6.QtGui import QMoveEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.launch import WindowOptions
from netviz.ui.app import build_window
from netviz.ui.shell import screen_fit, screen_keeper
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.shell.settings import Settings
from netviz.ui.views.weights.weight_view import WeightView
from tests.ui.conftest import OpenWindow
from tests.ui.shell.same_picture import assert_same_picture, picture_of, settled_picture

MODES = ("stage", "theme", "fullscreen", "hold_plots")


def toggle(window: MainWindow, mode: str) -> None:
    window.actions_by_key[mode].trigger()
    QApplication.processEvents()


def test_a_mode_that_is_left_leaves_the_same_picture(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    # Sizes that no default would give back.
    window.resize(1301, 751)
    window.workspace.choose((301.0, 600.0, 333.0))
    qtbot.waitUntil(lambda: window.views.view(WeightView).has_content)
    before, size = settled_picture(qtbot, window), window.size()

    @settings(
        max_examples=4,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(st.lists(st.sampled_from(MODES), min_size=1, max_size=4, unique=True), st.randoms())
    def leave_in_any_order(entered: list[str], order: object) -> None:
        for mode in entered:
            toggle(window, mode)
        assert picture_of(window) != before
        left = list(entered)
        order.shuffle(left)  # type: ignore[attr-defined]
        for mode in left:
            toggle(window, mode)

        def assert_same() -> None:
            assert window.size() == size
            assert_same_picture(window, before, f"{entered}, left as {left}")

        qtbot.waitUntil(assert_same)

    leave_in_any_order()


DEEDS: dict[str, Callable[[MainWindow], object]] = {
    "hide the pad": lambda window: window.actions_by_key["pad"].trigger(),
    "hide the settings": lambda window: window.actions_by_key["settings"].trigger(),
    "fold the tabs": lambda window: window.views.set_folded(True),
    "widen the settings": lambda window: window.workspace.choose((420.0, 600.0, 270.0)),
    "flatten the loss": lambda window: window.centre.choose((1.0, 500.0, 500.0)),
    "fill the centre": lambda window: window.centre.fill(window.accuracy_plot),
    "turn the page": lambda window: window.stage.show_page(4),
    "turn to the last page": lambda window: window.stage.show_page(9),
}
"""What a mode, or a hand while it lasts, may do to the parts."""


def test_whatever_was_done_in_a_mode_is_given_back(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    window.resize(1301, 751)
    qtbot.waitUntil(lambda: window.views.view(WeightView).has_content)
    before, least = settled_picture(qtbot, window), window.minimumSize()

    @settings(
        max_examples=6,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        mode=st.sampled_from(["stage", "fullscreen"]),
        deeds=st.lists(st.sampled_from(list(DEEDS)), min_size=1, max_size=3, unique=True),
    )
    def leave(mode: str, deeds: list[str]) -> None:
        toggle(window, mode)
        for deed in deeds:
            DEEDS[deed](window)
            QApplication.processEvents()
        toggle(window, mode)

        def assert_same() -> None:
            assert_same_picture(window, before, f"{deeds} in {mode}")
            assert window.minimumSize() == least

        qtbot.waitUntil(assert_same)

    leave()


def test_the_stage_never_makes_the_window_larger(open_window: OpenWindow) -> None:
    window = open_window()
    size, least = window.size(), window.minimumSize()
    toggle(window, "stage")
    assert window.theme.scale > 1
    assert window.size() == size
    assert window.minimumSize() == least
    assert window.minimumSizeHint().boundedTo(size) == window.minimumSizeHint()
    assert window.loss_plot.canvas.area.height() > 220


def test_the_stage_grows_and_shrinks_with_the_window(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    toggle(window, "stage")
    small = window.theme.scale
    window.resize(1900, 1050)
    qtbot.waitUntil(lambda: window.theme.scale > small)
    large = window.theme.scale
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: window.theme.scale < large)
    assert window.size() == QSize(1280, 720)
    need = window.minimumSizeHint()
    assert need.boundedTo(window.size()) == need


def test_the_stage_is_not_remembered(open_window: OpenWindow, tmp_path: object) -> None:
    window = open_window()
    window.workspace.choose((301.0, 600.0, 333.0))
    width, tab = window.panel.width(), window.views.tabs.currentIndex()
    toggle(window, "stage")
    window.stage.show_page(5)
    assert not window.panel.isVisible()
    assert window.views.tabs.currentIndex() != tab
    window.close()
    again = open_window()
    assert not again.actions_by_key["stage"].isChecked()
    assert again.panel.width() == width
    assert again.views.tabs.currentIndex() == tab


class Desk:
    """A screen and the frame around a window, which can change.

    Attributes
    ----------
    room, frame
        What the screen leaves, and how wide the frame is.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # The platform of the tests leaves two pixels for a frame of its own.
        self.room = QRect(2, 2, 1920, 1080)
        self.frame = QMargins()
        monkeypatch.setattr(screen_keeper, "room_of", lambda _window: self.room)
        for module in (screen_fit, screen_keeper):
            monkeypatch.setattr(module, "frame_of", lambda _window: self.frame)

    def holds(self, window: QWidget) -> bool:
        """Whether the window and its frame lie on the screen."""
        return self.room.contains(window.geometry().marginsAdded(self.frame))


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk for one window."""
    return Desk(monkeypatch)


@pytest.mark.parametrize("mode", ["", "stage"])
@pytest.mark.parametrize("room", [(1280, 720), (640, 360)])
def test_a_frame_that_comes_late_is_made_room_for(
    desk: Desk, open_window: OpenWindow, qtbot: QtBot, mode: str, room: tuple[int, int]
) -> None:
    desk.room = QRect(desk.room.topLeft(), QSize(*room))
    window = open_window()
    if mode:
        toggle(window, mode)
    qtbot.waitUntil(lambda: desk.holds(window))
    desk.frame = QMargins(2, 30, 2, 6)
    QApplication.sendEvent(window, QMoveEvent(QPoint(2, 30), QPoint()))
    qtbot.waitUntil(lambda: desk.holds(window))


def test_a_screen_that_becomes_smaller_and_larger_is_followed(
    desk: Desk, open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    changed = QApplication.primaryScreen().availableGeometryChanged
    desk.room = QRect(2, 40, 800, 420)
    changed.emit(desk.room)
    qtbot.waitUntil(lambda: desk.holds(window) and window.theme.scale < 1)
    desk.room = QRect(2, 2, 1920, 1080)
    changed.emit(desk.room)
    qtbot.waitUntil(lambda: window.theme.scale == 1)


def test_a_size_for_one_start_is_not_remembered_where_the_screen_was_too_small(
    desk: Desk, open_window: OpenWindow, qtbot: QtBot
) -> None:
    desk.room = QRect(2, 2, 1200, 700)
    window = open_window()  # asks for 1280 x 720
    qtbot.waitUntil(lambda: desk.holds(window))
    window.close()
    assert window.settings.bytes("geometry").isEmpty()


@pytest.mark.parametrize("room", [(1536, 824), (960, 520), (640, 340)])
def test_the_window_fits_its_screen_in_every_mode(
    room: tuple[int, int],
    qapp: QApplication,
    qtbot: QtBot,
    tmp_path: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = QRect(0, 30, *room)
    monkeypatch.setattr(screen_keeper, "room_of", lambda _window: screen)
    options = WindowOptions(RunConfig())
    window, _ = build_window(qapp, options, Settings(tmp_path / "window.ini"))  # type: ignore[operator]
    window.show()
    qtbot.waitExposed(window)
    window.message_bar.show_message("warning", "Something is the matter.", "Do this.")
    for mode in ("stage", "fold", "stage"):
        toggle(window, mode)
        qtbot.waitUntil(lambda: screen.contains(window.frameGeometry()))
        assert window.minimumSize().boundedTo(screen.size()) == window.minimumSize()
    window.close()
    window.deleteLater()
