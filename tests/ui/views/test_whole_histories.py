"""Weights and Gradients show the whole run, however late they are opened and whatever was done."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.layer_record import LayersRecorded
from netviz.engine.protocol.run_state import State
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.gradients.gradient_view import GradientView
from netviz.ui.views.weights.weight_view import WeightView
from tests.engine.conftest import layers_at_every_step  # noqa: F401
from tests.engine.storage.run_files import rewrite, without_layers
from tests.ui.conftest import OpenWindow, wait_for_state

pytestmark = pytest.mark.usefixtures("layers_at_every_step")


def open_tab(qtbot: QtBot, window: MainWindow, name: str) -> None:
    """Bring a tab to the front and wait until it shows the record up to the present step."""

    def is_present(observed: object) -> bool:
        return isinstance(observed, LayersRecorded) and observed.step == window.controller.step

    window.views.show_named("log")
    with qtbot.waitSignal(window.controller.observed, timeout=20_000, check_params_cb=is_present):
        window.views.show_named(name)


def gradient_steps(window: MainWindow) -> list[int]:
    """Return the steps whose gradients are shown, as the mouse is told them."""
    plot = window.views.view(GradientView).norm_plot
    texts: list[str] = []
    while text := plot.text_at(len(texts)):
        texts.append(text)
    return [int(text.splitlines()[0].rpartition(" ")[2].replace(",", "")) for text in texts]


def weights_text(window: MainWindow, part: float) -> str:
    """Return what the mouse is told in the history of the first layer's weights."""
    view = window.views.view(WeightView)
    view.time.button(1).click()
    panel = view.panels[0]
    area = panel.chart_area()
    return panel.text_at(QPointF(area.left() + part * area.width(), area.center().y()))


def test_a_tab_opened_late_shows_the_run_from_its_first_step(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(hidden=(8,), batch_size=100)
    run = window.controller
    window.views.show_named("log")
    run.train_one_epoch()
    wait_for_state(qtbot, window, State.PAUSED)
    for step in (41, 42):
        run.train_one_batch()
        qtbot.waitUntil(lambda step=step: run.step == step and run.state is State.PAUSED)
    open_tab(qtbot, window, "gradients")
    assert gradient_steps(window) == list(range(1, 43))
    open_tab(qtbot, window, "weights")
    assert weights_text(window, 0.0).startswith("Step 0: ")
    assert weights_text(window, 0.5).startswith("Step 21: ")

    with qtbot.waitSignal(run.prepared, timeout=10_000):
        run.rewind_with({})
    back = run.step
    run.train_one_batch()
    qtbot.waitUntil(lambda: run.step == back + 1 and run.state is State.PAUSED)
    open_tab(qtbot, window, "gradients")
    assert gradient_steps(window) == list(range(1, back + 2))

    with qtbot.waitSignal(run.saved, timeout=10_000):
        run.save(tmp_path / "kept")
    with qtbot.waitSignal(run.opened, timeout=20_000):
        run.open_run(tmp_path / "kept")
    open_tab(qtbot, window, "gradients")
    assert gradient_steps(window) == list(range(1, back + 2))


def test_a_run_of_an_earlier_version_says_what_it_lacks_and_draws_nothing_there(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(hidden=(8,), batch_size=100)
    run = window.controller
    run.train_one_epoch()
    wait_for_state(qtbot, window, State.PAUSED)
    with qtbot.waitSignal(run.saved, timeout=10_000):
        run.save(tmp_path / "kept")
    rewrite(tmp_path / "kept", without_layers)
    window.message_bar.close_message()
    with qtbot.waitSignal(run.opened, timeout=20_000):
        run.open_run(tmp_path / "kept")
    assert "no whole record of how weights and gradients developed" in window.message_bar.text
    assert "from step 41 on" in window.message_bar.text
    open_tab(qtbot, window, "gradients")
    assert not window.views.view(GradientView).has_content
    run.train_one_batch()
    qtbot.waitUntil(lambda: run.step == 41 and run.state is State.PAUSED)
    open_tab(qtbot, window, "gradients")
    assert gradient_steps(window) == [41]
    open_tab(qtbot, window, "weights")
    assert weights_text(window, 0.5) == "Step 20: not recorded"
