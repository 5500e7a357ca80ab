"""The network diagram as a person uses it, alone and in the window."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from netviz.engine.protocol import events
from netviz.engine.protocol.layer_facts import LayerFacts
from netviz.engine.protocol.run_state import State
from netviz.ui.look.theme import Theme
from netviz.ui.presenters.network_presenter import NetworkPresenter, candidates
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.network.diagram_layout import flow, glyph, height_of
from netviz.ui.views.network.network_view import NetworkView
from tests.ui.conftest import wait_for_state

LEFT = Qt.MouseButton.LeftButton
NETWORK = (
    LayerFacts("0", "Conv2d", "Conv 1 → 16, 3×3", (16, 28, 28), (("0", 160),), False),
    LayerFacts("1", "BatchNorm2d", "BatchNorm2d", (16, 28, 28), (("1", 32),), True),
    LayerFacts("2", "Dropout", "Dropout 0.5", (16, 28, 28), (), True),
    LayerFacts("3", "Flatten", "Flatten", (12544,), (), False),
    LayerFacts("4", "Linear", "Linear 12544 → 10", (10,), (("4", 125450),), False),
)


@pytest.fixture
def view(qtbot: QtBot) -> NetworkView:
    view = NetworkView(Theme())
    qtbot.addWidget(view)
    view.resize(660, 190)
    view.set_network(NETWORK, ())
    view.show()
    qtbot.waitExposed(view)
    return view


def click_flake(qtbot: QtBot, view: NetworkView, index: int) -> None:
    where = view.diagram.flake_rect(index).center()
    qtbot.mouseClick(view.diagram, LEFT, pos=where)


def test_a_click_on_a_snowflake_asks_to_freeze_and_another_to_unfreeze(
    view: NetworkView, qtbot: QtBot
) -> None:
    asked: list[tuple[str, ...]] = []
    view.freeze_requested.connect(asked.append)
    click_flake(qtbot, view, 0)
    view.set_frozen(("0",))
    click_flake(qtbot, view, 1)
    click_flake(qtbot, view, 0)
    assert asked == [("0",), ("0", "1"), ()]


def test_what_has_no_weights_cannot_be_frozen(view: NetworkView, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.freeze_requested):
        click_flake(qtbot, view, 2)
        qtbot.mouseClick(view.diagram, LEFT, pos=QPoint(view.diagram.width() - 1, 1))


def test_the_keys_go_through_the_layers_and_freeze(view: NetworkView, qtbot: QtBot) -> None:
    diagram = view.diagram
    qtbot.keyClick(diagram, Qt.Key.Key_Right)
    assert "BatchNorm2d (1)" in diagram.accessibleName()
    with qtbot.waitSignal(view.freeze_requested) as asked:
        qtbot.keyClick(diagram, Qt.Key.Key_Return)
    assert asked.args == [("1",)]


def test_transfer_learning_is_one_click(view: NetworkView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.freeze_requested) as asked:
        qtbot.mouseClick(view.transfer_button, LEFT)
    assert asked.args == [("0", "1")]
    view.set_frozen(("0", "1"))
    assert not view.transfer_button.isEnabled()
    with qtbot.waitSignal(view.freeze_requested) as asked:
        qtbot.mouseClick(view.unfreeze_button, LEFT)
    assert asked.args == [()]


def test_the_count_follows_what_is_frozen(view: NetworkView) -> None:
    assert view.facts.text.startswith("125,642 parameters, all learn")
    view.set_frozen(("0", "1"))
    assert view.facts.text.startswith("125,450 of 125,642 learn")


def test_the_mode_is_told_where_it_matters(view: NetworkView) -> None:
    assert "eval mode: dropout" in view.facts.text
    view.set_training(True)
    assert "train mode: dropout" in view.facts.text
    assert "in train mode" in view.diagram.sentence(1)
    view.set_frozen(("1",))
    assert "in eval mode" in view.diagram.sentence(1)
    assert "in train mode" in view.diagram.sentence(2)
    view.set_network(NETWORK[3:], ())
    assert "mode" not in view.facts.text


def test_it_is_empty_before_there_is_a_network(qtbot: QtBot) -> None:
    view = NetworkView(Theme())
    qtbot.addWidget(view)
    view.show()
    assert not view.has_content


@pytest.mark.parametrize("width", [1, 200, 660, 1100, 4000])
def test_blocks_never_overlap_and_stay_inside(width: int) -> None:
    places = flow(9, width, (140, 62), (18, 8))
    corners = {(place.x, place.y) for place in places}
    assert len(corners) == 9
    assert all(place.x + place.width <= max(width, 140) for place in places)
    assert height_of(places) == max(y for _, y in corners) + 62
    rows = {y for _, y in corners}
    assert sum(place.leads_right for place in places) == 9 - len(rows)


@pytest.mark.parametrize("shape", [(), (1,), (10,), (10**6,), (1, 1, 1), (512, 7, 7), (3, 999, 9)])
def test_the_glyph_of_a_shape_fits(shape: tuple[int, ...]) -> None:
    sheets, length = glyph(shape, 24)
    assert 1 <= sheets <= 4
    assert 0 < length <= 24


# -- in the window -------------------------------------------------------------------------------


def facts_of(window: MainWindow) -> str:
    """Return what the panel says of the network."""
    labels = [label.text() for label in window.panel.findChildren(QLabel)]
    return next(text for text in labels if "parameters" in text)


def presenter_of(window: MainWindow) -> NetworkPresenter:
    found = window.findChild(NetworkPresenter)
    assert found is not None
    return found


def test_a_layer_is_frozen_while_the_network_trains(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(epochs=500)
    window.views.show_named("network")
    assert facts_of(window) == "59,210 parameters"
    window.controller.start()
    wait_for_state(qtbot, window, State.RUNNING)
    with qtbot.waitSignal(window.controller.changed, timeout=10_000) as changed:
        click_flake(qtbot, window.views.view(NetworkView), 1)
    assert changed.args[0].config.frozen == ("1",)
    assert facts_of(window) == "8,970 of 59,210 parameters learn"
    with qtbot.waitSignal(window.controller.changed, timeout=10_000):
        window.controller.undo_stack.undo()
    assert facts_of(window) == "59,210 parameters"


def test_edited_layers_are_trained_at_once_where_nothing_is_lost(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    qtbot.mouseClick(window.panel.network_buttons.edit_button, LEFT)
    editor = presenter_of(window).editor
    assert editor.isVisible()
    assert editor.layers[:2] == ("flatten", "linear 64")
    qtbot.mouseClick(editor.rows[2].buttons["remove"], LEFT)
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000) as prepared:
        qtbot.mouseClick(editor.apply_button, LEFT)
    event: events.Prepared = prepared.args[0]
    assert event.config.model == "layers"
    assert event.config.layers == editor.layers
    assert window.panel.row("model").editor.field.currentText() == "Own layers"


def test_edited_layers_replace_a_run_under_way_by_one_click(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(epochs=1000)
    window.controller.start()
    wait_for_state(qtbot, window, State.RUNNING)
    qtbot.mouseClick(window.panel.network_buttons.edit_button, LEFT)
    editor = presenter_of(window).editor
    qtbot.mouseClick(editor.rows[2].buttons["remove"], LEFT)
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000) as prepared:
        qtbot.mouseClick(editor.reset_button, LEFT)
    assert prepared.args[0].config.layers == editor.layers
    assert prepared.args[0].step == 0
    assert not window.controller.waiting


def test_a_network_from_a_file_is_trained_and_shown(
    open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "mine.py"
    path.write_text("from torch import nn\nNet = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n")
    window = open_window()
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        presenter_of(window).open_file(path, "Net")
    assert window.panel.row("model").editor.field.currentText() == "mine.py:Net"
    assert facts_of(window) == "7,850 parameters · mine.py:Net"


COUNTING = """
from torch import nn

class Net(nn.Sequential):
    calls = 0

    def forward(self, images):
        self.calls += 1
        return super().forward(images)

def make():
    return Net(nn.Flatten(), nn.Linear(784, 10))
"""


def test_what_a_network_keeps_that_no_run_holds_is_said_as_long_as_it_is_there(
    open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "mine.py"
    path.write_text(COUNTING)
    window = open_window()
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        presenter_of(window).open_file(path, "make")
    text = window.message_bar.text
    assert text.startswith("mine.py: make keeps self.calls from batch to batch")
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.controller.change({"model": "mlp"})
        window.controller.reset()
    qtbot.waitUntil(lambda: window.message_bar.isHidden())


def test_a_file_with_an_error_says_so_and_the_run_stays(
    open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "mine.py"
    path.write_text("x = 1\n1 / 0\n")
    window = open_window()
    with qtbot.waitSignal(window.controller.refused, timeout=30_000) as refused:
        presenter_of(window).open_file(path, "Net")
    assert "mine.py, line 2, importing it: ZeroDivisionError" in refused.args[0].message
    assert facts_of(window) == "59,210 parameters"
    # The change waits, so that Reset tries the corrected file; one click drops it.
    assert window.controller.waiting == {"model": f"{path}:Net"}
    window.controller.drop_waiting()
    assert window.panel.row("model").editor.field.currentText() == "MLP (dense layers)"
    window.controller.train_one_batch()
    wait_for_state(qtbot, window, State.PAUSED)


def test_the_names_in_a_file_are_read_without_running_it(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "raise SystemExit\nclass Part(M): pass\nclass Net(M): pass\nclass P: pass\ndef make(): 0\n"
    )
    assert candidates(path) == ["Net", "Part", "make"]
    path.write_text("class (")
    assert candidates(path) == []
    assert candidates(tmp_path / "none.py") == []
