"""Bars show the classes that matter where there is little space, and mark the true one."""

import numpy as np
from pytestqt.qtbot import QtBot

from netviz.ui.look.theme import Theme
from netviz.ui.widgets.class_bars import DENSE, ClassBars

LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")


def _probabilities(winner: int) -> np.ndarray:
    result = np.linspace(0.01, 0.0, len(LETTERS)).astype(np.float32)
    result[winner] = 0.8
    return result


def _bars(qtbot: QtBot) -> ClassBars:
    bars = ClassBars(Theme(), DENSE)
    qtbot.addWidget(bars)
    bars.set_classes(LETTERS)
    bars.resize(160, 66)
    return bars


def test_the_likeliest_classes_stay_and_the_true_one_always(qtbot: QtBot) -> None:
    bars = _bars(qtbot)
    bars.set_probabilities(_probabilities(winner=5), true=25)
    assert bars.rows == [5, 0, 1, 2, 3, 25]
    bars.resize(160, 400)
    assert bars.rows == list(range(26))


def test_without_a_true_class_only_the_likeliest_stay(qtbot: QtBot) -> None:
    bars = _bars(qtbot)
    bars.set_probabilities(_probabilities(winner=5))
    assert bars.rows == [5, 0, 1, 2, 3, 4]


def test_the_true_class_is_marked(qtbot: QtBot) -> None:
    bars = _bars(qtbot)
    bars.resize(160, 400)
    bars.set_probabilities(_probabilities(winner=5))
    plain = bars.grab().toImage()
    bars.set_probabilities(_probabilities(winner=5), true=3)
    assert bars.grab().toImage() != plain
    assert bars.accessibleDescription().startswith("a 1 %, b 1 %")


def test_probabilities_of_other_classes_empty_the_bars(qtbot: QtBot) -> None:
    bars = _bars(qtbot)
    empty = bars.grab().toImage()
    bars.set_probabilities(_probabilities(winner=5))
    assert bars.winner == 5
    bars.set_probabilities(np.ones(3, np.float32))
    assert bars.probabilities is None
    assert bars.grab().toImage() == empty
