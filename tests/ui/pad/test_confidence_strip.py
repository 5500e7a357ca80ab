"""The record grows with the steps of one drawing and restarts with the next."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint

from netviz.engine.protocol.observations import Prediction
from netviz.ui.look.theme import Theme
from netviz.ui.pad.confidence_record import ConfidenceRecord, LookedRecord
from netviz.ui.pad.confidence_strip import ConfidenceStrip


def _prediction(step: int, request: int = 1, run: int = 1, confidence: float = 0.8) -> Prediction:
    probabilities = np.full(10, (1 - confidence) / 9, np.float32)
    probabilities[7] = confidence
    return Prediction(run, request, step, np.zeros((1, 28, 28), np.float32), probabilities)


def test_the_record_grows_with_the_steps() -> None:
    record = ConfidenceRecord()
    for step in (0, 10, 20):
        record.add(_prediction(step, confidence=0.2 + step / 100))
    assert record.steps.tolist() == [0, 10, 20]
    assert record.probabilities[:, 7].tolist() == pytest.approx([0.2, 0.3, 0.4])


@pytest.mark.parametrize("later", [{"request": 2}, {"run": 2}])
def test_another_drawing_or_run_restarts_it(later: dict[str, int]) -> None:
    record = ConfidenceRecord()
    for step in (0, 10, 20):
        record.add(_prediction(step))
    record.add(_prediction(30, **later))
    assert record.steps.tolist() == [30]


def test_the_same_step_counts_once_and_a_rewind_forgets_what_came_later() -> None:
    record = ConfidenceRecord()
    for step in (0, 10, 20, 20, 30):
        record.add(_prediction(step))
    assert record.steps.tolist() == [0, 10, 20, 30]
    record.add(_prediction(10, confidence=0.5))
    assert record.steps.tolist() == [0, 10]


def test_a_million_steps_are_thinned_to_few_points() -> None:
    record = ConfidenceRecord()
    for step in range(0, 1_000_000, 100):
        record.add(_prediction(step))
    steps = record.steps
    assert 100 < len(steps) <= 256
    assert (steps[0], steps[-1]) == (0, 999_900)
    assert np.diff(steps).max() < 4 * np.median(np.diff(steps))


def test_the_strip_shows_the_value_under_the_pointer(qtbot) -> None:
    strip = ConfidenceStrip(Theme())
    qtbot.addWidget(strip)
    strip.set_classes(tuple("0123456789"))
    strip.resize(240, 60)
    strip.show()
    pictures = [strip.grab().toImage()]
    for step in (0, 50, 100):
        strip.add(_prediction(step, confidence=0.3 + step / 200))
        pictures.append(strip.grab().toImage())
    qtbot.mouseMove(strip, QPoint(120, 30))
    pictures.append(strip.grab().toImage())
    strip.clear()
    assert strip.grab().toImage() == pictures[0]
    assert all(a != b for a, b in pairwise(pictures))


def test_steps_that_are_looked_at_stand_beside_the_record_and_are_forgotten_after(qtbot) -> None:
    strip = ConfidenceStrip(Theme())
    qtbot.addWidget(strip)
    strip.set_classes(tuple("0123456789"))
    for step in (20, 30, 40):
        strip.add(_prediction(step))
    assert strip.shown_step == 40
    strip.look_back(True)
    assert strip.shown_step == 40
    for step in (25, 10, 30):
        strip.add(_prediction(step, confidence=0.4))
        assert strip.shown_step == step
    assert strip.record.steps.tolist() == [20, 30, 40]
    strip.look_back(False)
    assert strip.shown_step == 40


def test_looked_at_with_another_drawing_only_that_one_is_shown() -> None:
    record, looked = ConfidenceRecord(), LookedRecord()
    for step in (0, 20):
        record.add(_prediction(step))
    assert looked.beside(record)[0].tolist() == [0, 20]
    for step in (10, 5):
        looked.add(_prediction(step, confidence=0.3 + step / 100))
    steps, probabilities = looked.beside(record)
    assert (steps.tolist(), looked.step) == ([0, 5, 10, 20], 5)
    assert probabilities[:, 7].tolist() == pytest.approx([0.8, 0.35, 0.4, 0.8])
    for step in (20, 0):
        looked.add(_prediction(step, request=2))
    assert looked.beside(record)[0].tolist() == [0, 20]
    looked.add(_prediction(10, request=3))
    assert looked.beside(record)[0].tolist() == [10]
