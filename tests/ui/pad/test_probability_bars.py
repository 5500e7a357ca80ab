"""The answer is named, the bars are as long as the probabilities, and long lists scroll."""

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from netviz.number_text import percent_text
from netviz.ui.look.theme import Theme
from netviz.ui.pad.probability_bars import PredictionLine, ProbabilityBars, confidence_word

DIGITS = tuple("0123456789")


def _answer(winner: int, classes: int, confidence: float = 0.9) -> np.ndarray:
    result = np.full(classes, (1 - confidence) / (classes - 1), np.float32)
    result[winner] = confidence
    return result


@pytest.fixture
def bars(qtbot) -> ProbabilityBars:
    bars = ProbabilityBars(Theme())
    qtbot.addWidget(bars)
    bars.set_classes(DIGITS)
    bars.resize(240, 180)
    bars.show()
    return bars


def test_the_bars_are_as_long_as_the_answer_says(bars: ProbabilityBars) -> None:
    assert bars.shown() == [0.0] * 10
    bars.set_probabilities(_answer(3, 10))
    assert bars.shown() == pytest.approx(_answer(3, 10).tolist())


def test_without_an_answer_the_bars_are_empty(bars: ProbabilityBars) -> None:
    empty = bars.grab().toImage()
    bars.hide()
    bars.set_probabilities(_answer(3, 10))
    assert bars.grab().toImage() != empty
    bars.set_probabilities(None)
    assert bars.shown() == [0.0] * 10
    assert bars.grab().toImage() == empty


def test_ten_classes_share_the_height_and_more_scroll(
    qapp: QApplication, bars: ProbabilityBars
) -> None:
    assert bars.verticalScrollBar().maximum() == 0
    bars.set_classes(tuple(f"class {k}" for k in range(47)))
    qapp.processEvents()
    assert bars.verticalScrollBar().maximum() > 0
    bars.set_probabilities(_answer(46, 47))
    assert bars.verticalScrollBar().value() > bars.verticalScrollBar().maximum() * 0.9


@pytest.mark.parametrize(
    ("confidence", "word"), [(0.99, "sure"), (0.6, "unsure"), (0.2, "guessing")]
)
def test_a_confidence_has_a_word(confidence: float, word: str) -> None:
    assert confidence_word(confidence) == word


def test_the_answer_says_who_wins_and_how_surely(qtbot) -> None:
    line = PredictionLine(Theme())
    qtbot.addWidget(line)
    line.resize(240, 46)
    assert line.text() == ""
    empty = line.grab().toImage()
    line.set_prediction("Ankle boot", 0.99)
    assert line.text() == f"Ankle boot {percent_text(0.99)} sure"
    assert line.accessibleDescription() == line.text()
    assert line.toolTip().startswith("Ankle boot.")
    assert line.grab().toImage() != empty
