"""The window in every mode: within its screen, and as it was once the mode is left."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.launch import WindowOptions
from netviz.ui.app import build_window
from netviz.ui.shell import modes
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.shell.settings import Settings
from netviz.ui.views.weights.weight_view import WeightView

OpenWindow = Callable[..., MainWindow]
MODES = ("presentation", "theme", "fullscreen", "unlock", "hold_plots")


def picture_of(window: MainWindow) -> QImage:
    QApplication.processEvents()
    window.loss_plot.refresh()
    window.accuracy_plot.refresh()
    return window.grab().toImage()


def settled_picture(qtbot: QtBot, window: MainWindow) -> QImage:
    """Wait until the first weights are shown and the window has found its layout."""
    qtbot.waitUntil(lambda: window.views.view(WeightView).has_content)
    pictures = [picture_of(window)]

    def is_still() -> bool:
        pictures.append(picture_of(window))
        return len(pictures) > 10 and all(each == pictures[-1] for each in pictures[-10:])

    qtbot.waitUntil(is_still)
    return pictures[-1]


def toggle(window: MainWindow, mode: str) -> None:
    window.actions_by_key[mode].trigger()
    QApplication.processEvents()


def test_a_mode_that_is_left_leaves_the_same_picture(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    # Sizes that no default would give back.
    window.resize(1301, 751)
    docks = list(window.docks[:2])
    docks[0].parentWidget().resizeDocks(docks, [301, 333], Qt.Orientation.Horizontal)
    before, size = settled_picture(qtbot, window), window.size()

    @settings(
        max_examples=4,
        deadline=None,
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
            assert picture_of(window) == before, f"other after {entered}, left as {left}"

        qtbot.waitUntil(assert_same)

    leave_in_any_order()


def test_presentation_never_makes_the_window_larger(open_window: OpenWindow) -> None:
    window = open_window()
    size, least = window.size(), window.minimumSize()
    toggle(window, "presentation")
    assert window.theme.scale > 1
    assert window.size() == size
    assert window.minimumSize() == least
    assert window.minimumSizeHint().boundedTo(size) == window.minimumSizeHint()
    assert window.loss_plot.canvas.area.height() > 100


def test_presentation_grows_and_shrinks_with_the_window(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    toggle(window, "presentation")
    small = window.theme.scale
    window.resize(1900, 1050)
    qtbot.waitUntil(lambda: window.theme.scale > small)
    large = window.theme.scale
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: window.theme.scale < large)
    assert window.size() == QSize(1280, 720)
    need = window.minimumSizeHint()
    assert need.boundedTo(window.size()) == need


def test_what_a_mode_did_to_the_sizes_is_not_remembered(
    open_window: OpenWindow, tmp_path: object
) -> None:
    window = open_window()
    width = window.docks[0].width()
    toggle(window, "presentation")
    assert window.docks[0].width() > width
    window.close()
    again = open_window()
    assert not again.actions_by_key["presentation"].isChecked()
    assert again.docks[0].width() == width


@pytest.mark.parametrize("room", [(1536, 824), (960, 520), (640, 340)])
def test_the_window_fits_its_screen_in_every_mode(
    room: tuple[int, int],
    qapp: QApplication,
    qtbot: QtBot,
    tmp_path: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = QRect(0, 30, *room)
    monkeypatch.setattr(modes, "room_of", lambda _window: screen)
    options = WindowOptions(RunConfig())
    window, _ = build_window(qapp, options, Settings(tmp_path / "window.ini"))  # type: ignore[operator]
    window.show()
    qtbot.waitExposed(window)
    window.message_bar.show_message("warning", "Something is the matter.", "Do this.")
    for mode in ("presentation", "unlock", "presentation"):
        toggle(window, mode)
        qtbot.waitUntil(lambda: screen.contains(window.frameGeometry()))
        assert window.minimumSize().boundedTo(screen.size()) == window.minimumSize()
    window.close()
    window.deleteLater()
