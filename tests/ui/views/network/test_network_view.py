"""The drawn network as a person uses it, alone and in the window."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from netviz.engine.protocol import events
from netviz.engine.protocol.events import State
from netviz.engine.protocol.layer_facts import LayerFacts
from netviz.ui.look.theme import Theme
from netviz.ui.presenters.network_presenter import NetworkPresenter, candidates
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.network.diagram_layout import flow, glyph, height_of
from netviz.ui.views.network.network_view import NetworkPicture
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
def picture(qtbot: QtBot) -> NetworkPicture:
    picture = NetworkPicture(Theme())
    qtbot.addWidget(picture)
    picture.resize(660, 190)
    picture.set_network(NETWORK, ())
    picture.show()
    qtbot.waitExposed(picture)
    return picture


def click_flake(qtbot: QtBot, picture: NetworkPicture, index: int) -> None:
    where = picture.canvas.flake_rect(index).center()
    qtbot.mouseClick(picture.canvas, LEFT, pos=where)


def test_a_click_on_a_snowflake_asks_to_freeze_and_another_to_free(
    picture: NetworkPicture, qtbot: QtBot
) -> None:
    asked: list[tuple[str, ...]] = []
    picture.freeze_requested.connect(asked.append)
    click_flake(qtbot, picture, 0)
    picture.set_frozen(("0",))
    click_flake(qtbot, picture, 1)
    click_flake(qtbot, picture, 0)
    assert asked == [("0",), ("0", "1"), ()]


def test_what_has_no_weights_cannot_be_frozen(picture: NetworkPicture, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(picture.freeze_requested):
        click_flake(qtbot, picture, 2)
        qtbot.mouseClick(picture.canvas, LEFT, pos=QPoint(picture.canvas.width() - 1, 1))


def test_the_keys_go_through_the_layers_and_freeze(picture: NetworkPicture, qtbot: QtBot) -> None:
    canvas = picture.canvas
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert "BatchNorm2d (1)" in canvas.accessibleName()
    with qtbot.waitSignal(picture.freeze_requested) as asked:
        qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert asked.args == [("1",)]


def test_transfer_learning_is_one_click(picture: NetworkPicture, qtbot: QtBot) -> None:
    with qtbot.waitSignal(picture.freeze_requested) as asked:
        qtbot.mouseClick(picture.transfer_button, LEFT)
    assert asked.args == [("0", "1")]
    picture.set_frozen(("0", "1"))
    assert not picture.transfer_button.isEnabled()
    with qtbot.waitSignal(picture.freeze_requested) as asked:
        qtbot.mouseClick(picture.free_button, LEFT)
    assert asked.args == [()]


def test_the_count_follows_what_is_frozen(picture: NetworkPicture) -> None:
    assert picture.facts.text.startswith("125,642 parameters, all learn")
    picture.set_frozen(("0", "1"))
    assert picture.facts.text.startswith("125,450 of 125,642 learn")


def test_the_mode_is_told_where_it_matters(picture: NetworkPicture) -> None:
    assert "eval mode: dropout" in picture.facts.text
    picture.set_training(True)
    assert "train mode: dropout" in picture.facts.text
    assert "in train mode" in picture.canvas.sentence(1)
    picture.set_frozen(("1",))
    assert "in eval mode" in picture.canvas.sentence(1)
    assert "in train mode" in picture.canvas.sentence(2)
    picture.set_network(NETWORK[3:], ())
    assert "mode" not in picture.facts.text


def test_it_is_empty_before_there_is_a_network(qtbot: QtBot) -> None:
    picture = NetworkPicture(Theme())
    qtbot.addWidget(picture)
    picture.show()
    assert not picture.has_content


@pytest.mark.parametrize("width", [1, 200, 660, 1100, 4000])
def test_blocks_never_overlap_and_stay_inside(width: int) -> None:
    places = flow(9, width, (140, 62), (18, 8))
    corners = {(place.x, place.y) for place in places}
    assert len(corners) == 9
    assert all(place.x + place.width <= max(width, 140) for place in places)
    assert height_of(places) == max(y for _, y in corners) + 62
    assert [place.is_last for place in places].count(True) == 1


@pytest.mark.parametrize("shape", [(), (1,), (10,), (10**6,), (1, 1, 1), (512, 7, 7), (3, 999, 9)])
def test_the_sign_of_a_shape_fits(shape: tuple[int, ...]) -> None:
    sheets, length = glyph(shape, 24)
    assert 1 <= sheets <= 4
    assert 0 < length <= 24


# -- in the window -------------------------------------------------------------------------------


def facts_of(window: MainWindow) -> str:
    return window.panel._network_facts.text()


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
        click_flake(qtbot, window.views.view(NetworkPicture), 1)
    assert changed.args[0].config.frozen == ("1",)
    assert facts_of(window) == "8,970 of 59,210 parameters learn"
    with qtbot.waitSignal(window.controller.changed, timeout=10_000):
        window.controller.undo_stack.undo()
    assert facts_of(window) == "59,210 parameters"


def test_edited_layers_are_trained_at_once_where_nothing_is_lost(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    qtbot.mouseClick(window.panel.network_strip.edit_button, LEFT)
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
    # The wish waits, so that Reset tries the mended file; to drop it is one click.
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
