"""The gallery of mistakes, used as a person would."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QWidget

from netviz.engine.protocol.commands import MeasureTest
from netviz.engine.protocol.mistakes import Order
from netviz.engine.protocol.observations import ImageArrays
from netviz.ui.look.style_sheet import dress_application, dress_window
from netviz.ui.look.theme import Theme
from netviz.ui.views.mistakes.mistake_list import MISTAKE_ROLE
from netviz.ui.views.mistakes.mistake_view import MistakeGallery
from tests.ui.made_up import DIGITS, answers, images

WRONG = {3: (5, 0.95), 13: (8, 0.99), 24: (8, 0.6)}


@pytest.fixture
def data() -> ImageArrays:
    return images()


@pytest.fixture
def gallery(qtbot, data: ImageArrays) -> MistakeGallery:
    theme = Theme()
    dress_application(theme)
    gallery = MistakeGallery(theme)
    dress_window(gallery, theme)
    qtbot.addWidget(gallery)
    gallery.resize(660, 190)
    gallery.set_images(data, DIGITS)
    gallery.show()
    return gallery


def listed(gallery: MistakeGallery) -> list[int]:
    return gallery.model.indices.tolist()


def item(gallery: MistakeGallery, row: int) -> QPoint:
    return gallery.list_view.visualRect(gallery.model.index(row)).center()


def choose(qtbot, combo: QComboBox, text: str) -> None:
    combo.setFocus()
    qtbot.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(combo.findText(text)):
        qtbot.keyClick(combo, Qt.Key.Key_Down)


def click(qtbot, gallery: MistakeGallery, row: int) -> None:
    viewport = gallery.list_view.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=item(gallery, row))


def test_the_most_confident_mistake_comes_first(gallery: MistakeGallery, data) -> None:
    gallery.show_predictions(answers(data, WRONG))
    assert listed(gallery) == [13, 3, 24]
    assert gallery.header.text == "3 of 200 wrong (1.5 %)"


def test_the_count_is_told_even_while_hidden(qtbot, gallery: MistakeGallery, data) -> None:
    gallery.hide()
    with qtbot.waitSignal(gallery.count_changed) as told:
        gallery.show_predictions(answers(data, WRONG))
    assert told.args == [3]
    assert listed(gallery) == []
    gallery.show()
    assert listed(gallery) == [13, 3, 24]


def test_filters_narrow_the_list(qtbot, gallery: MistakeGallery, data) -> None:
    gallery.show_predictions(answers(data, WRONG))
    choose(qtbot, gallery.predicted_filter, "taken for 8")
    assert listed(gallery) == [13, 24]
    choose(qtbot, gallery.true_filter, "is 4")
    assert listed(gallery) == [24]
    gallery.set_filter(None, None)
    assert listed(gallery) == [13, 3, 24]


def test_a_confusion_cell_sets_the_filters(gallery: MistakeGallery, data) -> None:
    gallery.show_predictions(answers(data, WRONG))
    gallery.set_filter(3, 5)
    assert listed(gallery) == [3]
    assert gallery.true_filter.currentText() == "is 3"
    assert gallery.predicted_filter.currentText() == "taken for 5"
    gallery.show_predictions(answers(data, {**WRONG, 33: (5, 0.97)}))
    assert listed(gallery) == [33, 3]


@pytest.mark.parametrize(
    ("true_class", "predicted_class", "said"),
    [(3, 3, "3 taken for 3 is right"), (1, 2, "No mistake of this kind")],
)
def test_an_empty_list_says_why(
    gallery: MistakeGallery, data, true_class: int, predicted_class: int, said: str
) -> None:
    gallery.show_predictions(answers(data, WRONG))
    gallery.set_filter(true_class, predicted_class)
    assert not gallery.list_view.isVisible()
    assert gallery.nothing.isVisible()
    assert gallery.nothing.text.startswith(said)


def test_a_perfect_network_is_praised(gallery: MistakeGallery, data) -> None:
    gallery.show_predictions(answers(data, {}))
    assert gallery.nothing.text.startswith("No mistake: every test image")


@pytest.mark.parametrize(
    ("order", "expected"), [(Order.INDEX, [3, 13, 24]), (Order.LOSS, [13, 3, 24])]
)
def test_order_can_be_chosen(qtbot, gallery, data, order: Order, expected: list[int]) -> None:
    gallery.show_predictions(answers(data, WRONG))
    choose(qtbot, gallery.order, "by index" if order is Order.INDEX else "by loss")
    assert listed(gallery) == expected


def test_just_learned_images_join_on_request(qtbot, gallery: MistakeGallery, data) -> None:
    gallery.show_predictions(answers(data, WRONG, learned=(50,), forgotten=(13,)))
    assert 50 not in listed(gallery)
    gallery.learned.click()
    assert 50 in listed(gallery)
    told = [gallery.model.index(row).data(Qt.ItemDataRole.ToolTipRole) for row in range(2)]
    assert told[0] == (
        "Test image 13 is 3 and was taken for 8, 99 % sure; it was right at the evaluation before."
    )


def test_badges_are_painted(gallery: MistakeGallery, data) -> None:
    gallery.show_predictions(answers(data, WRONG))
    plain = gallery.list_view.grab().toImage()
    gallery.show_predictions(answers(data, WRONG, forgotten=(13,)))
    assert gallery.list_view.grab().toImage() != plain


def test_a_click_shows_a_mistake_large_with_its_bars(qtbot, gallery, data) -> None:
    gallery.show_predictions(answers(data, WRONG))
    click(qtbot, gallery, 1)
    detail = gallery.detail
    assert detail.isVisible()
    assert detail.mistake.index == 3
    assert detail.headline == "✗ 5 is 3"
    qtbot.waitUntil(lambda: detail.bars.rows == list(range(10)))
    assert "5 95 %" in detail.bars.accessibleDescription()


def test_enter_shows_it_and_arrows_go_on(qtbot, gallery, data) -> None:
    gallery.show_predictions(answers(data, WRONG))
    gallery.list_view.setFocus()
    gallery.list_view.setCurrentIndex(gallery.model.index(0))
    qtbot.keyClick(gallery.list_view, Qt.Key.Key_Return)
    assert gallery.detail.mistake.index == 13
    qtbot.keyClick(gallery.list_view, Qt.Key.Key_Right)
    assert gallery.detail.mistake.index == 3
    qtbot.mouseClick(gallery.detail.close_button, Qt.MouseButton.LeftButton)
    assert not gallery.detail.isVisible()


def test_what_is_shown_large_follows_the_training(qtbot, gallery, data) -> None:
    gallery.show_predictions(answers(data, WRONG))
    click(qtbot, gallery, 0)
    gallery.show_predictions(answers(data, {3: (5, 0.95)}, learned=(13,)))
    assert gallery.detail.headline == "✓ 3, just learned"


@pytest.mark.parametrize(
    ("button", "signal"),
    [("pad_button", "sent_to_pad"), ("activations_button", "activations_requested")],
)
@pytest.mark.parametrize("size", [(660, 190), (1100, 420)])
def test_a_mistake_goes_to_the_pad_and_to_the_activations(
    qtbot, gallery, data, button: str, signal: str, size: tuple[int, int]
) -> None:
    gallery.resize(*size)
    gallery.show_predictions(answers(data, WRONG))
    click(qtbot, gallery, 2)
    with qtbot.waitSignal(getattr(gallery, signal)) as told:
        qtbot.mouseClick(getattr(gallery.detail, button), Qt.MouseButton.LeftButton)
    assert told.args == [24]


def test_measuring_now_can_be_asked_for(qtbot, gallery, data) -> None:
    gallery.show_predictions(answers(data, WRONG))
    with qtbot.waitSignal(gallery.command_requested) as requested:
        qtbot.mouseClick(gallery.measure_button, Qt.MouseButton.LeftButton)
    assert requested.args == [MeasureTest()]


def test_ten_thousand_mistakes_scroll_without_a_widget_for_each(qtbot) -> None:
    data = images(10_000)
    gallery = MistakeGallery(Theme())
    qtbot.addWidget(gallery)
    gallery.set_images(data, DIGITS)
    gallery.resize(660, 190)
    gallery.show()
    wrong = {i: ((i + 1) % 10, 0.5 + i / 30_000) for i in range(10_000)}
    gallery.show_predictions(answers(data, wrong))
    widgets = len(gallery.findChildren(QWidget))
    bar = gallery.list_view.verticalScrollBar()
    for place in np.linspace(0, bar.maximum(), 20).astype(int):
        bar.setValue(int(place))
        assert not gallery.list_view.viewport().grab().isNull()
    assert len(gallery.findChildren(QWidget)) == widgets
    last = gallery.list_view.indexAt(QPoint(40, 40)).data(MISTAKE_ROLE)
    assert last.confidence < 0.51


def test_an_update_keeps_scroll_position_and_selection(qtbot) -> None:
    data = images(2_000)
    gallery = MistakeGallery(Theme())
    qtbot.addWidget(gallery)
    gallery.set_images(data, DIGITS)
    gallery.resize(660, 190)
    gallery.show()
    wrong = {i: ((i + 1) % 10, 0.5 + i / 5_000) for i in range(2_000)}
    gallery.show_predictions(answers(data, wrong))
    gallery.list_view.verticalScrollBar().setValue(3_000)
    click(qtbot, gallery, gallery.list_view.indexAt(QPoint(40, 40)).row())
    chosen = gallery.detail.mistake.index
    before = gallery.list_view.verticalScrollBar().value()
    del wrong[1_999]
    gallery.show_predictions(answers(data, wrong, step=200))
    assert gallery.list_view.verticalScrollBar().value() == before
    assert gallery.list_view.currentIndex().data(MISTAKE_ROLE).index == chosen
    assert gallery.list_view.selectionModel().hasSelection()


def test_another_run_begins_anew(gallery, data) -> None:
    gallery.show_predictions(answers(data, WRONG))
    gallery.open_mistake(13)
    gallery.clear()
    assert not gallery.has_content
    assert not gallery.detail.isVisible()
    gallery.set_images(images(20, classes=3), ("cat", "dog", "bird of prey"))
    assert gallery.true_filter.count() == 4
    assert listed(gallery) == []


def test_a_network_that_has_diverged_is_listed(gallery, data) -> None:
    broken = answers(data, WRONG)
    broken.probabilities[:] = np.nan
    gallery.show_predictions(broken)
    gallery.open_mistake(13)
    assert not gallery.grab().isNull()
