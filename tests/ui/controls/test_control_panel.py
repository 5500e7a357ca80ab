"""The control panel, used as a person would."""

import contextlib
from collections.abc import Mapping
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QScrollArea, QWidget

from netviz.bridge.run_settings import RunSettings
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.ui.controls.control_panel import ControlPanel
from netviz.ui.controls.learning_rate_control import LearningRateControl
from netviz.ui.look.style_sheet import dress_window
from netviz.ui.look.theme import Theme
from tests.ui.settings_owner import SettingsOwner


@pytest.fixture
def panel(qtbot, theme: Theme) -> ControlPanel:
    panel = ControlPanel(theme, RunConfig())
    qtbot.addWidget(panel)
    dress_window(panel, theme)
    theme.changed.connect(lambda: dress_window(panel, theme))
    panel.set_network_facts("55,050 parameters")
    panel.set_data_facts("4,000 train · 1,000 test · 28×28 grey")
    panel.resize(264, 610)
    panel.show()
    panel.activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    return panel


@pytest.fixture
def asked(panel: ControlPanel) -> list[dict[str, Any]]:
    """What was asked for; each change is shown at once, as the controller does."""
    return SettingsOwner(panel).changes


def show(panel: ControlPanel, config: RunConfig, waiting: Mapping[str, Any] | None = None) -> None:
    panel.show_settings(RunSettings(config, waiting=waiting or {}))


def _field(panel: ControlPanel, option: str) -> QWidget:
    return panel.row(option).editor.field


def _type(qtbot, panel: ControlPanel, option: str, text: str) -> None:
    field = _field(panel, option)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def _texts(widget: QWidget) -> list[str]:
    labels = [label for label in widget.findChildren(QLabel) if label.isVisible()]
    return [label.text() for label in labels if label.text()]


def _buttons(panel: ControlPanel) -> dict[str, QPushButton]:
    return {b.text(): b for b in panel.findChildren(QPushButton) if b.isVisible()}


def _button(panel: ControlPanel, text: str) -> QPushButton:
    return _buttons(panel)[text]


def test_every_option_has_a_row_that_says_when_it_takes_effect(panel: ControlPanel) -> None:
    panel.set_section_states(dict.fromkeys(panel.section_states(), True))
    seen = set()
    for config in _configs_that_show_everything():
        show(panel, config)
        seen |= {name for name in OPTIONS if config.is_relevant(name)}
        _check_rows(panel, config)
    assert seen == {*OPTIONS}


def _configs_that_show_everything() -> list[RunConfig]:
    """Configs such that each option is relevant in one of them."""
    conditions = {option.only_with for option in OPTIONS.values() if option.only_with}
    return [
        RunConfig.parse({name: value + "x" if value.endswith(":") else value})
        for name, values in conditions
        for value in values
    ]


def _check_rows(panel: ControlPanel, config: RunConfig) -> None:
    for name, option in OPTIONS.items():
        if not option.in_panel or not config.is_relevant(name):
            with contextlib.suppress(KeyError):
                assert not panel.row(name).isVisible()
            continue
        texts = _texts(panel.row(name))
        assert {option.label, option.short.capitalize()} & {*texts}, name
        assert option.effect.value in texts, name
        for field in panel.row(name).editor.findChildren(QWidget):
            if field.focusPolicy() & Qt.FocusPolicy.TabFocus and field.accessibleName():
                assert option.help in field.toolTip()


def test_the_optimizer_is_chosen_by_keyboard_and_momentum_appears(qtbot, panel, asked) -> None:
    assert not panel.row("momentum").isVisible()
    box = _field(panel, "optimizer")
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Home)
    assert asked == [{"optimizer": "sgd"}]
    assert panel.row("momentum").isVisible()
    assert panel.row("nesterov").isVisible()
    show(panel, RunConfig(optimizer="sgd"))
    show(panel, RunConfig(optimizer="rmsprop"))
    assert panel.row("momentum").isVisible()
    assert not panel.row("nesterov").isVisible()


def test_the_learning_rate_is_asked_for_at_once(qtbot, panel, asked) -> None:
    control = panel.findChild(LearningRateControl)
    qtbot.keyClick(control.slider, Qt.Key.Key_Right)
    assert asked == [{"learning_rate": 0.0013}]


def test_a_bad_batch_size_is_refused_at_its_field(qtbot, panel, asked) -> None:
    _type(qtbot, panel, "batch_size", "0")
    assert asked == []
    assert "0 is too small. Allowed: 1 to 60,000." in _texts(panel.row("batch_size"))
    assert _field(panel, "batch_size").property("invalid")
    _type(qtbot, panel, "batch_size", "ten")
    assert "ten is not a whole number. Allowed: 1 to 60,000." in _texts(panel.row("batch_size"))
    _type(qtbot, panel, "batch_size", "64")
    assert asked == [{"batch_size": 64}]
    assert not _field(panel, "batch_size").property("invalid")


def test_escape_takes_a_bad_entry_back(qtbot, panel, asked) -> None:
    _type(qtbot, panel, "batch_size", "0")
    qtbot.keyClick(_field(panel, "batch_size"), Qt.Key.Key_Escape)
    assert _field(panel, "batch_size").text() == "10"
    assert _texts(panel.row("batch_size")) == ["Batch", "next batch"]
    assert asked == []


def test_bad_widths_are_refused_at_their_field(qtbot, panel, asked) -> None:
    line = _field(panel, "hidden").lineEdit()
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "64,many")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert asked == []
    assert any("many is not a list" in text for text in _texts(panel.row("hidden")))
    line.selectAll()
    qtbot.keyClicks(line, "32,16")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert asked == [{"hidden": (32, 16)}]
    assert line.text() == "784 – 32 – 16 – 10"


def test_setters_tell_nobody(panel, asked) -> None:
    show(panel, RunConfig(learning_rate=5, optimizer="sgd", nesterov=True, hidden=(7,), seed=9))
    show(panel, RunConfig(), {"dataset": "mnist", "model": "cnn"})
    show(panel, RunConfig())
    show(panel, RunConfig(), {})
    assert asked == []


def test_the_config_in_force_is_shown(panel) -> None:
    show(panel, RunConfig(learning_rate=0.25, batch_size=99, hidden=(512, 512)))
    assert panel.findChild(LearningRateControl).field.text() == "0.25"
    assert _field(panel, "batch_size").text() == "99"
    assert _field(panel, "hidden").currentText() == "784 – 512 – 512 – 10"


def test_waiting_changes_are_marked_and_can_be_applied_or_dropped(qtbot, panel) -> None:
    show(panel, RunConfig(), {"hidden": (512, 512), "seed": 7})
    assert _field(panel, "hidden").currentText() == "784 – 512 – 512 – 10"
    assert "waits for Reset" in _texts(panel.row("hidden"))
    assert "2 changes wait for Reset" in _texts(panel)
    with qtbot.waitSignal(panel.apply_requested):
        qtbot.mouseClick(_button(panel, "Reset and apply"), Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(panel.drop_requested):
        qtbot.mouseClick(_button(panel, "Drop"), Qt.MouseButton.LeftButton)
    show(panel, RunConfig(), {"seed": 7})
    assert "1 change waits for Reset" in _texts(panel)
    assert _field(panel, "hidden").currentText() == "784 – 64 – 64 – 64 – 10"
    show(panel, RunConfig(), {})
    assert "on Reset" in _texts(panel.row("hidden"))
    assert "Reset and apply" not in _buttons(panel)


def test_a_waiting_network_decides_which_options_have_a_meaning(panel) -> None:
    show(panel, RunConfig(), {"model": "cnn"})
    assert not panel.row("hidden").isVisible()


def test_a_waiting_data_set_is_shown_in_the_ends_of_the_network(panel) -> None:
    show(panel, RunConfig(), {"dataset": "cifar10"})
    assert _field(panel, "hidden").currentText().startswith("3072 – ")


def test_answers_to_earlier_steps_do_not_move_the_control(qtbot, panel) -> None:
    control, owner = panel.findChild(LearningRateControl), SettingsOwner(panel)
    for _ in range(3):
        qtbot.keyClick(control.slider, Qt.Key.Key_Right)
    owner.answer(1)
    assert control.value == 0.002
    owner.answer(3)
    show(panel, RunConfig(learning_rate=0.5))
    assert control.value == 0.5, "another change, such as an undo, shows at once"


def test_a_change_that_nobody_obeyed_is_taken_back(qtbot, panel) -> None:
    box, owner = _field(panel, "optimizer"), SettingsOwner(panel)
    qtbot.keyClick(box, Qt.Key.Key_Home)
    assert box.currentText() == "SGD"
    owner.refuse(1)
    assert box.currentText() == "Adam"


def test_a_refused_change_is_taken_back_with_the_reason(qtbot, panel) -> None:
    box = _field(panel, "optimizer")
    qtbot.keyClick(box, Qt.Key.Key_Home)
    panel.show_problem("optimizer", "Not now.")
    assert box.currentText() == "Adam"
    assert "Not now." in _texts(panel.row("optimizer"))


def test_sections_fold_and_are_remembered(qtbot, panel, theme) -> None:
    open_ones = [name for name, is_open in panel.section_states().items() if is_open]
    assert open_ones == ["Training", "Network", "Data"]
    assert not {"SCHEDULE", "seed", "Seed"} & {*_texts(panel)}
    header = next(w for w in panel.findChildren(QWidget) if w.accessibleName() == "Network section")
    with qtbot.waitSignal(panel.section_toggled):
        qtbot.mouseClick(header, Qt.MouseButton.LeftButton)
    assert not panel.row("hidden").isVisible()
    again = ControlPanel(theme, RunConfig())
    qtbot.addWidget(again)
    again.set_section_states(panel.section_states())
    assert again.section_states()["Network"] is False


def test_a_data_set_can_be_fetched_and_the_download_cancelled(qtbot, panel) -> None:
    panel.set_download("mnist", "Download (11 MB)")
    with qtbot.waitSignal(panel.download_requested, check_params_cb=lambda name: name == "mnist"):
        qtbot.mouseClick(_button(panel, "Download (11 MB)"), Qt.MouseButton.LeftButton)
    panel.set_download_progress(4_300_000, 11_600_000)
    assert "4.3 of 11.6 MB" in _texts(panel)
    with qtbot.waitSignal(panel.cancel_download_requested):
        qtbot.mouseClick(_button(panel, "Cancel"), Qt.MouseButton.LeftButton)
    panel.set_download_progress(4_300_000, None)
    assert "4.3 MB" in _texts(panel)
    panel.set_download(None)
    assert "4.3 MB" not in _texts(panel)


def test_what_is_open_at_first_fits_at_1280_by_720_and_the_rest_needs_little(panel) -> None:
    panel.resize(250, 620)
    QApplication.processEvents()
    area = panel.findChild(QScrollArea)
    facts = next(label for label in panel.findChildren(QLabel) if "4,000 train" in label.text())
    end = facts.mapTo(area.viewport(), facts.rect().bottomLeft()).y()
    assert end <= area.viewport().height()
    assert area.widget().sizeHint().height() - end <= 4 * 24 + 16


def test_an_option_without_an_editor_has_no_row(panel) -> None:
    for name in ("layers", "frozen"):
        with pytest.raises(KeyError):
            panel.row(name)


def _summaries(panel: ControlPanel) -> dict[str, str]:
    headers = [w for w in panel.findChildren(QWidget) if w.accessibleName().endswith(" section")]
    return {
        header.accessibleName().removesuffix(" section"): text
        for header in headers
        for text in _texts(header)
    }


def test_a_folded_section_tells_what_is_not_as_at_first(panel) -> None:
    assert _summaries(panel) == {}
    show(
        panel,
        RunConfig(schedule="cosine", gamma=0.9, clip_norm=1.0, augment_flip=True, normalise=True),
    )
    assert _summaries(panel) == {
        "Schedule": "Cosine",  # whose factor has no meaning
        "Optimizer details": "clip 1",
        "Augmentation": "flip",
    }
    panel.set_section_states({"Schedule": True})
    assert "Schedule" not in _summaries(panel)


def test_a_long_summary_is_cut_and_whole_in_the_tooltip(panel) -> None:
    show(panel, RunConfig(beta1=0.5, beta2=0.9, accumulate=4, clip_norm=1.0, eps=1e-4))
    assert _summaries(panel)["Optimizer details"].endswith("…")
    header = next(
        w for w in panel.findChildren(QWidget) if w.accessibleName() == "Optimizer details section"
    )
    assert "Changed: beta 1 0.5, beta 2 0.9, epsilon 0.0001" in header.toolTip()


def test_epsilon_can_be_stepped_to_zero_and_back(qtbot, panel, asked) -> None:
    panel.set_section_states({"Optimizer details": True})
    field = _field(panel, "eps")
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert asked.pop() == {"eps": 2e-8}
    for _ in range(9):
        qtbot.keyClick(field, Qt.Key.Key_Down)
    assert asked[-1] == {"eps": 0.0}
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert asked[-1] == {"eps": 1e-10}
    _type(qtbot, panel, "eps", "1e-3")
    assert asked[-1] == {"eps": 0.001}


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_is_cut_off_at_the_right(panel, theme: Theme, scale: float) -> None:
    theme.set_scale(scale)
    show(panel, RunConfig(optimizer="sgd"), {"hidden": (512, 512), "seed": 7, "threads": 2})
    panel.set_section_states(dict.fromkeys(panel.section_states(), True))
    panel.resize(theme.px(264), 610)
    QApplication.processEvents()
    area = panel.findChild(QScrollArea)
    assert area.widget().width() <= area.viewport().width()
    for label in area.findChildren(QLabel):
        if label.isVisible() and not label.wordWrap():
            assert label.width() >= label.sizeHint().width(), label.text()
