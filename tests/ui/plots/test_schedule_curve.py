"""The planned learning rate in the control panel, and what is said of it."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from netviz.bridge.run_settings import RunSettings
from netviz.engine.options.run_config import SCHEDULES, RunConfig
from netviz.engine.protocol.run_state import State
from netviz.engine.training.schedules import Plateau, Position, planned_rates, rate_factor
from netviz.ui.controls.control_panel import ControlPanel
from netviz.ui.look.style_sheet import dress_window
from netviz.ui.look.theme import Theme
from netviz.ui.plots.schedule_curve import ScheduleCurve
from netviz.ui.shell.status_line import StatusLine
from tests.ui.conftest import OpenWindow, wait_for_state
from tests.ui.settings_owner import SettingsOwner


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> ControlPanel:
    panel = ControlPanel(theme, RunConfig())
    qtbot.addWidget(panel)
    dress_window(panel, theme)
    panel.set_section_states({"Schedule": True, "Training": True})
    panel.resize(264, 900)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def texts(panel: ControlPanel, option: str) -> list[str]:
    labels = panel.row(option).findChildren(QLabel)
    return [label.text() for label in labels if label.isVisible() and label.text()]


def choose(qtbot: QtBot, panel: ControlPanel, option: str, label: str) -> None:
    """Choose in a combo box by typing the first letters of what it says."""
    box = panel.row(option).editor.field
    box.setFocus()
    qtbot.keyClicks(box, label)
    assert box.currentText() == label


def config(schedule: str, **values: Any) -> RunConfig:
    return RunConfig.parse({"schedule": schedule, "learning_rate": 0.1, "epochs": 10, **values})


def test_nothing_is_drawn_of_a_constant_rate(panel: ControlPanel) -> None:
    assert not panel.schedule_curve.isVisible()
    assert "now" not in " ".join(texts(panel, "learning_rate"))


def test_the_curve_comes_with_the_choice_and_follows_every_change(
    qtbot: QtBot, panel: ControlPanel
) -> None:
    owner = SettingsOwner(panel)
    choose(qtbot, panel, "schedule", "Cosine")
    curve = panel.schedule_curve
    assert curve.isVisible()
    assert owner.changes == [{"schedule": "cosine"}]
    before = curve.grab().toImage()
    panel.show_settings(RunSettings(RunConfig(schedule="cosine", epochs=3, learning_rate=0.5)))
    assert curve.plan.curve == planned_rates(RunConfig(**vars(curve.plan.config)), 1)
    assert max(rate for _, rate in curve.plan.curve) == 0.5
    assert curve.grab().toImage() != before
    panel.show_settings(RunSettings(RunConfig()))
    assert not curve.isVisible()


@pytest.mark.parametrize("schedule", [name for name in SCHEDULES if name != "constant"])
@pytest.mark.parametrize("dark", [True, False])
def test_the_curve_is_painted_where_the_plan_is(
    qtbot: QtBot, theme: Theme, schedule: str, dark: bool
) -> None:
    theme.set_dark(dark)
    curve = ScheduleCurve(theme, config(schedule))
    qtbot.addWidget(curve)
    curve.set_position(Position(0, 0, 40))
    curve.resize(240, curve.sizeHint().height())
    curve.show()
    image = curve.grab().toImage()
    wanted = theme.color("primary")
    for epochs, rate in curve.plan.curve[5:-5:20]:
        place = curve.point_at(epochs, rate).toPoint()
        found = [
            QColor(image.pixel(place.x() + dx, place.y() + dy))
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
        ]
        assert any(abs(c.hue() - wanted.hue()) < 12 and c.saturation() > 90 for c in found), epochs
        assert curve.rect().contains(place)


def test_where_the_run_is_is_marked_and_the_effective_rate_said(panel: ControlPanel) -> None:
    cosine = config("cosine")
    panel.show_settings(RunSettings(cosine))
    before = panel.schedule_curve.grab().toImage()
    assert "now 0.1" in texts(panel, "learning_rate")
    here = Position(4, 200, 400)
    rate = 0.1 * rate_factor(cosine, here, Plateau())
    panel.show_position(here, rate)
    assert panel.schedule_curve.grab().toImage() != before
    assert f"now {rate:.3g}" in texts(panel, "learning_rate")
    panel.show_settings(RunSettings(cosine.with_changes({"learning_rate": 0.2})))
    assert f"now {2 * rate:.3g}" in texts(panel, "learning_rate")
    panel.show_settings(RunSettings(cosine.with_changes({"schedule": "constant"})))
    assert not [text for text in texts(panel, "learning_rate") if text.startswith("now")]


def test_on_a_plateau_the_rate_is_the_one_that_was_used(panel: ControlPanel) -> None:
    panel.show_settings(RunSettings(config("plateau")))
    panel.show_position(Position(6, 3, 400), 0.025)
    assert "now 0.025" in texts(panel, "learning_rate")
    panel.show_settings(RunSettings(config("plateau", learning_rate=0.2)))
    assert "now 0.05" in texts(panel, "learning_rate")


def test_steep_falls_are_drawn_logarithmically(qtbot: QtBot, theme: Theme) -> None:
    curve = ScheduleCurve(theme, config("exponential", gamma=0.5))
    qtbot.addWidget(curve)
    assert curve.is_logarithmic
    curve.set_config(config("exponential", gamma=0.9))
    assert not curve.is_logarithmic
    curve.set_config(config("exponential", gamma=0.0))
    assert not curve.is_logarithmic
    curve.resize(240, 64)
    curve.grab()
    curve.set_config(config("cosine", learning_rate=0.0))
    curve.grab()


# -- what each choice is for -----------------------------------------------------------------


def test_the_window_says_at_its_foot_what_a_choice_is_for(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    window = open_window()
    panel, foot = window.panel, window.statusBar().findChild(StatusLine)
    assert isinstance(foot, StatusLine)
    QApplication.processEvents()
    heights = [panel.row(name).height() for name in ("optimizer", "loss")]
    choose(qtbot, panel, "optimizer", "SGD")
    panel.row("optimizer").editor.field.setFocus()
    assert foot.text().startswith("Optimizer: ")
    assert "momentum" in foot.text()
    assert foot.text().endswith("Takes effect: next batch.")
    panel.row("epochs").editor.field.setFocus()
    assert foot.text().startswith("Epochs: ")
    qtbot.keyClick(window.pad.pad, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: foot.text().startswith("Training."))
    window.workspace.setFocus()
    assert foot.text() == window.status
    assert [panel.row(name).height() for name in ("optimizer", "loss")] == heights


@pytest.mark.parametrize("option", ["optimizer", "loss", "schedule"])
def test_each_choice_has_a_sentence_as_its_tooltip(panel: ControlPanel, option: str) -> None:
    box = panel.row(option).editor.field
    sentences = [box.itemData(i, Qt.ItemDataRole.ToolTipRole) for i in range(box.count())]
    assert len(sentences) == len({*sentences})
    for sentence in sentences:
        assert sentence.endswith(".</p>")


# -- in the window ---------------------------------------------------------------------------


def test_the_panel_follows_a_scheduled_run(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window(schedule="cosine", epochs=2, batch_size=100, hidden=(8,))
    curve = window.panel.schedule_curve
    assert curve.rate_note == "now 0.001"
    assert not curve.plan.has_begun
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    rates = window.loss_plot.history.learning_rates
    assert curve.plan.position == Position(1, 39, 40)
    assert curve.rate_note == f"now {rates[-1]:.3g}"
    window.loss_plot.refresh()
    assert window.loss_plot.rate_strip.isVisible()
    window.controller.reset()
    qtbot.waitUntil(lambda: not curve.plan.has_begun, timeout=10_000)
    assert curve.rate_note == "now 0.001"
