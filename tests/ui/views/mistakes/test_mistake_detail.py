"""One mistake in detail: bars that mark the true and the predicted class, at any height."""

import numpy as np
import pytest
from PySide6.QtCore import Qt

from netviz.ui.look.theme import Theme
from netviz.ui.views.mistakes.mistake_detail import MistakeDetail
from netviz.ui.views.mistakes.mistake_model import Mistake

CLASSES = tuple("abcdefghijklmnopqrstuvwxyz")


def mistake(true: int = 3, predicted: int = 5, **changes) -> Mistake:
    probabilities = np.linspace(0.01, 0.0, len(CLASSES)).astype(np.float32)
    probabilities[predicted] = 0.8
    values = {
        "index": 1234,
        "image": np.zeros((1, 8, 8), np.uint8),
        "true": true,
        "predicted": predicted,
        "true_name": CLASSES[true],
        "predicted_name": CLASSES[predicted],
        "probabilities": probabilities,
        "is_learned": False,
        "is_forgotten": False,
    }
    return Mistake(**(values | changes))


@pytest.fixture
def detail(qtbot) -> MistakeDetail:
    detail = MistakeDetail(Theme())
    qtbot.addWidget(detail)
    detail.resize(310, 300)
    detail.show()
    return detail


def test_words_leave_the_buttons_where_the_bars_need_the_height(detail: MistakeDetail) -> None:
    detail.show_mistake(mistake(), CLASSES)
    assert detail.pad_button.text() == "Send to the pad"
    detail.resize(310, 138)
    assert detail.pad_button.text() == ""
    assert detail.pad_button.accessibleName() == "Send to the pad"
    detail.resize(310, 300)
    assert detail.pad_button.text() == "Send to the pad"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Test image 1,234 is d; the network says f, 80 % sure."),
        ({"true": 5, "true_name": "f"}, "Test image 1,234: f, predicted correctly, 80 % sure."),
        (
            {"true": 5, "true_name": "f", "is_learned": True},
            "Test image 1,234: f, just learned, 80 % sure.",
        ),
    ],
)
def test_what_happened_is_said_in_a_sentence(changes, said: str) -> None:
    assert mistake(**changes).sentence == said


def test_escape_closes_it(qtbot, detail: MistakeDetail) -> None:
    detail.show_mistake(mistake(), CLASSES)
    detail.activateWindow()
    detail.pad_button.setFocus()
    qtbot.waitUntil(detail.pad_button.hasFocus)
    with qtbot.waitSignal(detail.closed):
        qtbot.keyClick(detail.pad_button, Qt.Key.Key_Escape)


def test_nothing_is_sent_before_there_is_an_image(qtbot, detail: MistakeDetail) -> None:
    with qtbot.assertNotEmitted(detail.sent_to_pad):
        qtbot.mouseClick(detail.pad_button, Qt.MouseButton.LeftButton)
    with qtbot.assertNotEmitted(detail.activations_requested):
        qtbot.mouseClick(detail.activations_button, Qt.MouseButton.LeftButton)
