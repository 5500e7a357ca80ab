"""The bars are as long as the probabilities, and long lists scroll."""

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from netviz.ui.look.theme import Theme
from netviz.ui.pad.probability_bars import ProbabilityBars

DIGITS = tuple("0123456789")


def _probabilities(winner: int, classes: int, confidence: float = 0.9) -> np.ndarray:
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


def test_the_bars_are_as_long_as_the_probabilities(bars: ProbabilityBars) -> None:
    assert bars.shown() == [0.0] * 10
    bars.set_probabilities(_probabilities(3, 10))
    assert bars.shown() == pytest.approx(_probabilities(3, 10).tolist())


def test_without_a_prediction_the_bars_are_empty(bars: ProbabilityBars) -> None:
    empty = bars.grab().toImage()
    bars.hide()
    bars.set_probabilities(_probabilities(3, 10))
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
    bars.set_probabilities(_probabilities(46, 47))
    assert bars.verticalScrollBar().value() > bars.verticalScrollBar().maximum() * 0.9
