"""The view of mistakes, used as a person would."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QWidget

from netviz.engine.protocol.commands import MeasureTest
from netviz.engine.protocol.mistakes import Order
from netviz.engine.protocol.observations import ImageArrays
from netviz.engine.protocol.run_state import State
from netviz.ui.look.style_sheet import dress_window
from netviz.ui.look.theme import Theme
from netviz.ui.views.mistakes.mistake_model import MISTAKE_ROLE
from netviz.ui.views.mistakes.mistake_view import MistakeView
from tests.ui.observations import DIGITS, images, predictions

WRONG = {3: (5, 0.95), 13: (8, 0.99), 24: (8, 0.6)}


@pytest.fixture
def data() -> ImageArrays:
    return images()


@pytest.fixture
def view(qtbot, theme: Theme, data: ImageArrays) -> MistakeView:
    view = MistakeView(theme)
    dress_window(view, theme)
    qtbot.addWidget(view)
    view.resize(660, 190)
    view.set_images(data, DIGITS)
    view.show()
    return view


def listed(view: MistakeView) -> list[int]:
    return view.model.indices.tolist()


def item(view: MistakeView, row: int) -> QPoint:
    return view.list_view.visualRect(view.model.index(row)).center()


def choose(qtbot, combo: QComboBox, text: str) -> None:
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(combo.findText(text)):
        qtbot.keyClick(combo, Qt.Key.Key_Down)


def click(qtbot, view: MistakeView, row: int) -> None:
    viewport = view.list_view.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=item(view, row))


def test_the_most_confident_mistake_comes_first(view: MistakeView, data) -> None:
    view.show_predictions(predictions(data, WRONG))
    assert listed(view) == [13, 3, 24]
    assert view.header.text == "3 of 200 wrong (1.5 %)"


def test_the_count_is_told_even_while_hidden(qtbot, view: MistakeView, data) -> None:
    view.hide()
    with qtbot.waitSignal(view.count_changed) as told:
        view.show_predictions(predictions(data, WRONG))
    assert told.args == [3]
    assert listed(view) == []
    view.show()
    assert listed(view) == [13, 3, 24]


def test_filters_narrow_the_list(qtbot, view: MistakeView, data) -> None:
    view.show_predictions(predictions(data, WRONG))
    choose(qtbot, view.predicted_filter, "says 8")
    assert listed(view) == [13, 24]
    choose(qtbot, view.true_filter, "is 4")
    assert listed(view) == [24]
    view.set_filter(None, None)
    assert listed(view) == [13, 3, 24]


def test_a_confusion_cell_sets_the_filters(view: MistakeView, data) -> None:
    view.show_predictions(predictions(data, WRONG))
    view.set_filter(3, 5)
    assert listed(view) == [3]
    assert view.true_filter.currentText() == "is 3"
    assert view.predicted_filter.currentText() == "says 5"
    view.show_predictions(predictions(data, {**WRONG, 33: (5, 0.97)}))
    assert listed(view) == [33, 3]


@pytest.mark.parametrize(
    ("true_class", "predicted_class", "said"),
    [(3, 3, "3 for 3 is correct"), (1, 2, "No mistake of this kind")],
)
def test_an_empty_list_says_why(
    view: MistakeView, data, true_class: int, predicted_class: int, said: str
) -> None:
    view.show_predictions(predictions(data, WRONG))
    view.set_filter(true_class, predicted_class)
    assert not view.list_view.isVisible()
    assert view.nothing.isVisible()
    assert view.nothing.text.startswith(said)


def test_a_perfect_network_is_praised(view: MistakeView, data) -> None:
    view.show_predictions(predictions(data, {}))
    assert view.nothing.text.startswith("No mistake: every test image")


@pytest.mark.parametrize(
    ("order", "expected"), [(Order.INDEX, [3, 13, 24]), (Order.LOSS, [13, 3, 24])]
)
def test_order_can_be_chosen(qtbot, view, data, order: Order, expected: list[int]) -> None:
    view.show_predictions(predictions(data, WRONG))
    choose(qtbot, view.order, "by index" if order is Order.INDEX else "by loss")
    assert listed(view) == expected


def test_just_learned_images_join_on_request(qtbot, view: MistakeView, data) -> None:
    view.show_predictions(predictions(data, WRONG, learned=(50,), forgotten=(13,)))
    assert 50 not in listed(view)
    view.learned.click()
    assert 50 in listed(view)
    told = [view.model.index(row).data(Qt.ItemDataRole.ToolTipRole) for row in range(2)]
    assert told[0] == (
        "Test image 13 is 3; the network says 8, 99 % sure;"
        " it was correct at the previous evaluation."
    )


def test_badges_are_painted(view: MistakeView, data) -> None:
    view.show_predictions(predictions(data, WRONG))
    plain = view.list_view.grab().toImage()
    view.show_predictions(predictions(data, WRONG, forgotten=(13,)))
    assert view.list_view.grab().toImage() != plain


def test_a_click_shows_a_mistake_large_with_its_bars(qtbot, view, data) -> None:
    view.show_predictions(predictions(data, WRONG))
    click(qtbot, view, 1)
    detail = view.detail
    assert detail.isVisible()
    assert detail.mistake.index == 3
    assert detail.headline == "✗ says 5, is 3"
    qtbot.waitUntil(lambda: detail.bars.rows == list(range(10)))
    assert "5 95 %" in detail.bars.accessibleDescription()


def test_enter_shows_it_and_arrows_go_on(qtbot, view, data) -> None:
    view.show_predictions(predictions(data, WRONG))
    view.list_view.setFocus()
    view.list_view.setCurrentIndex(view.model.index(0))
    qtbot.keyClick(view.list_view, Qt.Key.Key_Return)
    assert view.detail.mistake.index == 13
    qtbot.keyClick(view.list_view, Qt.Key.Key_Right)
    assert view.detail.mistake.index == 3
    qtbot.mouseClick(view.detail.close_button, Qt.MouseButton.LeftButton)
    assert not view.detail.isVisible()


def test_what_is_shown_large_follows_the_training(qtbot, view, data) -> None:
    view.show_predictions(predictions(data, WRONG))
    click(qtbot, view, 0)
    view.show_predictions(predictions(data, {3: (5, 0.95)}, learned=(13,)))
    assert view.detail.headline == "✓ 3, just learned"


@pytest.mark.parametrize(
    ("button", "signal"),
    [("pad_button", "sent_to_pad"), ("activations_button", "activations_requested")],
)
@pytest.mark.parametrize("size", [(660, 190), (1100, 420)])
def test_a_mistake_goes_to_the_pad_and_to_the_activations(
    qtbot, view, data, button: str, signal: str, size: tuple[int, int]
) -> None:
    view.resize(*size)
    view.show_predictions(predictions(data, WRONG))
    click(qtbot, view, 2)
    with qtbot.waitSignal(getattr(view, signal)) as told:
        qtbot.mouseClick(getattr(view.detail, button), Qt.MouseButton.LeftButton)
    assert told.args == [24]


def test_measuring_now_can_be_asked_for(qtbot, view, data) -> None:
    view.show_predictions(predictions(data, WRONG))
    with qtbot.waitSignal(view.command_requested) as requested:
        qtbot.mouseClick(view.measure_button, Qt.MouseButton.LeftButton)
    assert requested.args == [MeasureTest()]


def test_ten_thousand_mistakes_scroll_without_a_widget_for_each(qtbot) -> None:
    data = images(10_000)
    view = MistakeView(Theme())
    qtbot.addWidget(view)
    view.set_images(data, DIGITS)
    view.resize(660, 190)
    view.show()
    wrong = {i: ((i + 1) % 10, 0.5 + i / 30_000) for i in range(10_000)}
    view.show_predictions(predictions(data, wrong))
    widgets = len(view.findChildren(QWidget))
    bar = view.list_view.verticalScrollBar()
    for place in np.linspace(0, bar.maximum(), 20).astype(int):
        bar.setValue(int(place))
        assert not view.list_view.viewport().grab().isNull()
    assert len(view.findChildren(QWidget)) == widgets
    last = view.list_view.indexAt(QPoint(40, 40)).data(MISTAKE_ROLE)
    assert last.confidence < 0.51


def test_an_update_keeps_scroll_position_and_selection(qtbot) -> None:
    data = images(2_000)
    view = MistakeView(Theme())
    qtbot.addWidget(view)
    view.set_images(data, DIGITS)
    view.resize(660, 190)
    view.show()
    wrong = {i: ((i + 1) % 10, 0.5 + i / 5_000) for i in range(2_000)}
    view.show_predictions(predictions(data, wrong))
    view.list_view.verticalScrollBar().setValue(3_000)
    click(qtbot, view, view.list_view.indexAt(QPoint(40, 40)).row())
    chosen = view.detail.mistake.index
    before = view.list_view.verticalScrollBar().value()
    del wrong[1_999]
    view.show_predictions(predictions(data, wrong, step=200))
    assert view.list_view.verticalScrollBar().value() == before
    assert view.list_view.currentIndex().data(MISTAKE_ROLE).index == chosen
    assert view.list_view.selectionModel().hasSelection()


def test_another_run_begins_anew(view, data) -> None:
    view.show_predictions(predictions(data, WRONG))
    view.open_mistake(13)
    view.clear()
    assert not view.has_content
    assert not view.detail.isVisible()
    view.set_images(images(20, classes=3), ("cat", "dog", "bird of prey"))
    assert view.true_filter.count() == 4
    assert listed(view) == []


def test_a_network_that_has_diverged_is_listed(view, data) -> None:
    broken = predictions(data, WRONG)
    broken.probabilities[:] = np.nan
    view.show_predictions(broken)
    view.open_mistake(13)
    assert 13 in listed(view)
    assert not view.grab().isNull()


def test_while_nothing_is_known_it_says_when_it_will_be(view: MistakeView, data) -> None:
    assert "Press Train" in view.empty.text
    view.set_state(State.PAUSED)
    assert view.empty.text == "Waiting for the test images to be evaluated."
    view.set_state(State.RUNNING)
    assert "at the end of the epoch" in view.empty.text
    view.show_predictions(predictions(data, WRONG))
    assert view.has_content
    view.clear()
    assert view.empty.isVisible()
