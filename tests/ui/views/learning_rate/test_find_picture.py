"""The row "Find": a growing curve, marks with words, and a line that chooses a rate."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands
from netviz.engine.protocol.range_test import Ended, RangeTest
from netviz.engine.protocol.rate_suggestions import readings_of
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.find_picture import FindPicture
from tests.ui.painting import painted

RATES = np.geomspace(1e-5, 10, 150)


def finished(step: int = 0, level: float = 2.3) -> RangeTest:
    """A loss that falls from 1e-3 on, is lowest at 0.1, and of which one trial ends at 1."""
    decades = np.log10(RATES)
    curve = level - 1.5 / (1 + np.exp(-4 * (decades + 2)))
    curve += np.exp(3 * np.maximum(0.0, decades + 1)) - 1
    smoothed = np.stack([curve - 0.01, curve + 0.01])
    smoothed[1, RATES > 1] = np.nan
    losses = smoothed.astype(np.float32)
    return RangeTest(1, step, RunConfig(), RATES, losses, smoothed, level, 2, Ended.DIVERGED)


def under_way(step: int = 0) -> RangeTest:
    whole = finished(step)
    smoothed = whole.smoothed.copy()
    smoothed[1, 75:] = np.nan
    losses = smoothed.astype(np.float32)
    return replace(whole, losses=losses, smoothed=smoothed, done=1, ended=None)


@pytest.fixture
def picture(qtbot: QtBot, theme: Theme) -> FindPicture:
    picture = FindPicture(theme)
    qtbot.addWidget(picture)
    picture.resize(800, 220)
    picture.set_rate(0.001)
    picture.show()
    qtbot.waitExposed(picture)
    return picture


def place_of(picture: FindPicture, rate: float) -> QPoint:
    axes = picture.line.axes()
    return QPointF(axes.x(np.log10(rate)), axes.area.center().y() - 30).toPoint()


def click(qtbot: QtBot, picture: FindPicture, place: QPoint) -> None:
    qtbot.mouseClick(picture.line, Qt.MouseButton.LeftButton, pos=place)


def test_before_the_first_test_it_says_what_to_press(picture: FindPicture) -> None:
    assert any("Press Find (F)" in words for words in painted(picture.line).words())
    assert picture.button.text() == "Find"
    assert not picture.menu_button.isEnabled()


def test_the_button_begins_stops_and_begins_again(picture: FindPicture, qtbot: QtBot) -> None:
    asked: list[object] = []
    picture.command_requested.connect(asked.append)
    picture.button.click()
    picture.show_test(under_way())
    assert picture.button.text() == "Stop"
    assert "Trial 2 of 2, 75%" in picture.sentence
    picture.start()  # a second wish changes nothing
    picture.button.click()
    picture.show_test(under_way().stopped())
    assert picture.button.text() == "Again"
    assert "stopped" in picture.sentence
    picture.button.click()
    find, stop = commands.Refresh(RangeTest), commands.StopTrying(RangeTest)
    assert asked == [find, stop, find]


def test_escape_stops_it_and_leaves_the_line(picture: FindPicture, qtbot: QtBot) -> None:
    asked: list[object] = []
    picture.command_requested.connect(asked.append)
    picture.show_test(under_way())
    qtbot.keyClick(picture.line, Qt.Key.Key_Escape)
    assert asked == [commands.StopTrying(RangeTest)]
    picture.show_test(finished())
    click(qtbot, picture, place_of(picture, 0.03))
    assert picture.line.chosen is not None
    qtbot.keyClick(picture.line, Qt.Key.Key_Escape)
    assert picture.line.chosen is None
    assert len(asked) == 1


def test_each_suggestion_is_marked_with_words_that_do_not_touch(picture: FindPicture) -> None:
    test = finished()
    picture.show_test(test)
    painting = painted(picture.line)
    readings = readings_of(test)
    assert readings.band is not None
    marked = [mark.words for mark in picture.line.marks]
    assert len(marked) == 5
    for suggestion in readings.suggestions:
        assert any(suggestion.rule.name in words for words in painting.words())
    assert "Sensible" in picture.sentence
    assert not painting.collisions()


def test_a_mark_names_its_source_and_a_click_moves_the_line_there(
    picture: FindPicture, qtbot: QtBot
) -> None:
    picture.show_test(finished())
    text = painted(picture.line).text(picture.line.marks[0].words)
    place = text.box.center()
    assert "fastai" in picture.line.text_at(place)
    click(qtbot, picture, place.toPoint())
    assert picture.line.chosen == pytest.approx(picture.line.marks[0].rate, rel=0.05)


def test_enter_uses_the_rate_at_the_line_and_so_does_the_pill(
    picture: FindPicture, qtbot: QtBot
) -> None:
    taken: list[float] = []
    picture.rate_chosen.connect(taken.append)
    picture.show_test(finished())
    assert "‹ 0.001 now ›" in painted(picture.line).words()
    qtbot.keyClick(picture.line, Qt.Key.Key_Return)
    assert not taken, "it is the present rate"
    click(qtbot, picture, place_of(picture, 0.03))
    chosen = picture.line.chosen
    assert chosen == pytest.approx(0.03, rel=0.05)
    assert f"‹ use {chosen:g} ›" in painted(picture.line).words()
    qtbot.keyClick(picture.line, Qt.Key.Key_Return)
    click(qtbot, picture, picture.line.pill.center().toPoint())
    assert taken == [chosen, chosen]
    picture.set_rate(chosen)
    assert picture.line.chosen is None


def test_it_is_dragged_and_stepped_like_the_slider(picture: FindPicture, qtbot: QtBot) -> None:
    picture.show_test(finished())
    line, left = picture.line, Qt.MouseButton.LeftButton
    qtbot.mousePress(line, left, pos=place_of(picture, 0.01))
    qtbot.mouseMove(line, place_of(picture, 0.1))
    qtbot.mouseRelease(line, left, pos=place_of(picture, 0.1))
    assert line.chosen == pytest.approx(0.1, rel=0.06)
    line.choose(None)
    qtbot.keyClick(line, Qt.Key.Key_Right)
    assert line.chosen == 0.0013
    qtbot.keyClick(line, Qt.Key.Key_Left)
    assert line.chosen is None, "back at the present rate"


def test_an_earlier_curve_stays_pale_below_the_next(picture: FindPicture) -> None:
    picture.show_test(finished(0))
    picture.show_test(under_way(500))
    picture.show_test(finished(500, level=1.9))
    assert picture.line.earlier is not None
    assert picture.line.earlier.step == 0
    words = painted(picture.line).words()
    assert {"step 0", "step 500"} <= set(words)
    picture.show_test(under_way(500))  # again from the same moment: it takes that one's place
    assert picture.line.earlier.step == 0


def test_other_settings_at_the_same_step_are_laid_over_those_before(picture: FindPicture) -> None:
    other = replace(finished(70), config=RunConfig(optimizer="sgd"))
    picture.show_test(finished(70))
    picture.show_test(replace(other, ended=None, done=1))
    picture.show_test(other)
    painting = painted(picture.line)
    assert {"before", "step 70"} <= set(painting.words())
    assert not painting.collisions()


def test_another_run_forgets_both(picture: FindPicture) -> None:
    picture.show_test(finished(0))
    picture.show_test(finished(500))
    picture.clear()
    assert (picture.line.test, picture.line.earlier) == (None, None)


@pytest.mark.parametrize("ending", ["png", "svg", "csv"])
def test_the_curve_is_saved(picture: FindPicture, tmp_path: Path, ending: str) -> None:
    test = finished(500)
    picture.show_test(test)
    path = tmp_path / f"curve.{ending}"
    picture.export(path)
    if ending == "png":
        assert QImage(str(path)).width() == 2 * 880
    elif ending == "svg":
        assert "range test from step 500" in path.read_text()
    else:
        header, *rows = csv.reader(path.read_text().splitlines())
        assert header == ["learning_rate", "loss_1", "loss_2", "smoothed_mean"]
        assert [float(row[0]) for row in rows] == RATES.tolist()
        assert [row[2] for row in rows][-1] == ""


def test_it_is_drawn_in_both_themes(picture: FindPicture, theme: Theme) -> None:
    picture.show_test(finished())
    for dark in (True, False):
        theme.set_dark(dark)
        assert "‹ 0.001 now ›" in painted(picture.line).words()


def test_of_a_ruined_network_it_says_so(picture: FindPicture) -> None:
    nothing = np.full((2, 150), np.nan)
    ruined = replace(
        finished(70), start=np.nan, smoothed=nothing, losses=nothing.astype(np.float32)
    )
    picture.show_test(ruined)
    assert "ruined" in picture.sentence
    assert not picture.grab().isNull()
    assert picture.line.text_at(QPointF(400, 60)) == ""
