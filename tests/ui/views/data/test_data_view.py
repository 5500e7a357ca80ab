"""The data: pages, filter, shuffle, balance and facts."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from netviz.engine.protocol.observations import ImageArrays
from netviz.ui.look.theme import Theme
from netviz.ui.views.data.data_facts import imbalance
from netviz.ui.views.data.data_view import DataView
from tests.ui.observations import DIGITS, images


@pytest.fixture
def view(qtbot) -> DataView:
    view = DataView(Theme())
    qtbot.addWidget(view)
    view.resize(660, 190)
    view.set_data(images(), DIGITS, "Noise", 64)
    view.show()
    return view


def press(qtbot, button) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_facts_are_those_that_the_tutorials_print(qtbot, view: DataView) -> None:
    assert view.facts == (
        "Noise, train\nshape [100, 1, 8, 8] · uint8\nvalues 0 to 255 · 2 batches of 64"
    )
    press(qtbot, view.split.button(1))
    assert view.facts == "Noise, test\nshape [200, 1, 8, 8] · uint8\nvalues 0 to 255"


def test_pages_go_through_all_images_once(qtbot, view: DataView) -> None:
    assert not view.previous_button.isEnabled()
    seen = list(view.shown)
    while view.next_button.isEnabled():
        press(qtbot, view.next_button)
        seen += view.shown
    assert seen == list(range(100))
    press(qtbot, view.previous_button)
    assert view.next_button.isEnabled()


def test_only_one_class_on_request(qtbot, view: DataView) -> None:
    qtbot.keyClicks(view.class_filter, "7")
    assert set(view.grid.accessibleDescription().split(", ")) == {"7"}
    assert all(index % 10 == 7 for index in view.shown)


def test_shuffling_shows_the_same_images_in_another_order(qtbot, view: DataView) -> None:
    view.resize(1100, 420)
    before = list(view.shown)
    press(qtbot, view.shuffle_button)
    assert view.shown != before
    assert len(set(view.shown)) == len(before)


def test_the_mouse_is_told_which_image_it_is(view: DataView) -> None:
    assert view.grid.text_at(QPointF(10, 10)) == "Train image 0: 0"
    assert view.grid.text_at(QPointF(view.grid.width() - 1, view.grid.height() - 1)) == ""


def test_the_mouse_is_told_how_many_a_class_has(view: DataView) -> None:
    assert view.balance.text_at(QPointF(1, 1)) == "0: 10 of 100 images, 10.0 %"


def test_skewed_classes_are_warned_of(qtbot, view: DataView) -> None:
    assert view.warning == ""
    even = images()
    rare = (even.train_labels != 3) | (np.arange(100) < 40)
    skewed = ImageArrays(
        even.train_images[rare], even.train_labels[rare], even.test_images, even.test_labels
    )
    view.set_data(skewed, DIGITS, "Noise", 64)
    assert view.warning == "Skewed: 10 images of 0, only 4 of 3."
    press(qtbot, view.split.button(1))
    assert view.warning == ""


def test_a_larger_page_shows_more(view: DataView) -> None:
    before = len(view.shown)
    view.resize(1100, 420)
    assert len(view.shown) > before
    assert len(view.grid.accessibleDescription().split(", ")) == len(view.shown)


def test_another_batch_size_keeps_the_place(qtbot, view: DataView) -> None:
    data = images()
    view.set_data(data, DIGITS, "Noise", 64)
    press(qtbot, view.next_button)
    place = view.shown
    view.set_data(data, DIGITS, "Noise", 10)
    assert view.shown == place
    assert view.facts.endswith("10 batches of 10")


def test_a_hidden_page_draws_nothing_until_it_is_shown(view: DataView) -> None:
    view.hide()
    view.set_data(images(), DIGITS, "Other", 64)
    assert view.facts.startswith("Noise")
    view.show()
    assert view.facts.startswith("Other")


@pytest.mark.parametrize(("counts", "warned"), [((5, 10), False), ((4, 10), True)])
def test_skewed_is_under_half_of_the_largest(counts, warned: bool) -> None:
    assert bool(imbalance(np.array(counts), ("a", "b"))) is warned
