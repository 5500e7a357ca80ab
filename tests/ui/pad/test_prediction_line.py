"""The predicted class is named, with a figure and a word for the confidence."""

import pytest

from netviz.number_text import percent_text
from netviz.ui.look.theme import Theme
from netviz.ui.pad.prediction_line import PredictionLine, confidence_word


@pytest.mark.parametrize(
    ("confidence", "word"), [(0.99, "sure"), (0.6, "unsure"), (0.2, "guessing")]
)
def test_a_confidence_has_a_word(confidence: float, word: str) -> None:
    assert confidence_word(confidence) == word


def test_the_line_names_the_winner_and_how_sure_the_network_is(qtbot) -> None:
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
