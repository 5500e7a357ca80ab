"""The rate over time: where it was, where it is planned, and what is offered."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import SCHEDULES, RunConfig
from netviz.engine.run.history import StepHistory
from netviz.engine.training.schedules import Plateau, Position, rate_factor
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.over_time import OverTime
from netviz.ui.views.learning_rate.rate_timeline import RateTimeline
from tests.ui.painting import is_number, number, painted, scale_of

BATCHES = 40


def config(schedule: str = "cosine", **values: Any) -> RunConfig:
    return RunConfig.parse({"schedule": schedule, "learning_rate": 0.1, "epochs": 10, **values})


def trained(steps: int, settings: RunConfig) -> tuple[StepHistory, list[float]]:
    """Return the record of a run, and how many epochs were done before each of its steps."""
    history, epochs = StepHistory(), [step / BATCHES for step in range(steps)]
    places = [Position(step // BATCHES, step % BATCHES, BATCHES) for step in range(steps)]
    rates = [settings.learning_rate * rate_factor(settings, p, Plateau()) for p in places]
    history.extend(np.arange(1, steps + 1), np.ones(steps), rates)
    return history, epochs


@pytest.fixture
def part(qtbot: QtBot, theme: Theme) -> OverTime:
    """The part of a run that has trained three epochs and a half along a cosine."""
    part, settings = OverTime(theme), config()
    qtbot.addWidget(part)
    part.set_folded(False)
    part.resize(900, 200)
    part.set_config(settings)
    history, _ = trained(140, settings)
    part.begin(history, 0, Position(0, 0, BATCHES))
    for epoch in (1, 2, 3):
        part.end_epoch(epoch, epoch * BATCHES)
    part.set_progress(140, Position(3, 20, BATCHES), float(history.learning_rates[-1]))
    part.show()
    qtbot.waitExposed(part)
    return part


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_past_and_plan_are_one_curve_the_rates_of_the_steps(schedule: str) -> None:
    settings = config(schedule, points="0:1, 2:0.3, 8:0.1, 10:0.01", step_epochs=2)
    line = RateTimeline(settings)
    history, epochs = trained(140, settings)
    line.begin(history, 0, Position(0, 0, BATCHES))
    for epoch in (1, 2, 3):
        line.end_epoch(epoch, epoch * BATCHES)
    line.set_progress(140, Position(3, 20, BATCHES), float(history.learning_rates[-1]))
    ends, rates = line.past(10_000)
    assert ends[-1] == line.now == 3.5
    assert np.interp(epochs, ends, rates) == pytest.approx(history.learning_rates, rel=1e-2)
    for epoch in range(4, 10):
        rate = 0.1 * rate_factor(settings, Position(epoch, 20, BATCHES), Plateau())
        assert line.rate_at(epoch + 0.5) == pytest.approx(rate, rel=0.02)


def test_epochs_of_another_batch_size_lie_where_they_ended() -> None:
    line = RateTimeline(config())
    line.begin(StepHistory(), 0, Position(0, 0, 100))
    line.end_epoch(1, 100)
    line.end_epoch(2, 110)
    line.set_progress(115, Position(2, 5, 10), 0.1)
    assert line.epochs_of(np.array([0.0, 50, 100, 105, 110, 115])).tolist() == pytest.approx(
        [0, 0.5, 1, 1.5, 2, 2.5]
    )


def test_going_back_takes_the_later_epochs_away() -> None:
    line = RateTimeline(config())
    line.end_epoch(1, 40)
    line.end_epoch(2, 80)
    line.begin(StepHistory(), 40, Position(1, 0, 40))
    line.end_epoch(1, 40)
    line.set_progress(60, Position(1, 20, 40), 0.1)
    assert line.epochs_of(np.array([60.0])).tolist() == [1.5]


def test_a_plateau_is_planned_from_the_rate_that_it_has_come_to() -> None:
    line = RateTimeline(config("plateau"))
    line.set_progress(40, Position(1, 0, 40), 0.025)
    assert line.rate_at(5) == pytest.approx(0.025)
    assert line.drawn_by_hand() == ((0, 0.25), (1, 0.25), (10, 0.25))


def test_what_is_painted_lies_at_the_figures_of_the_axes(part: OverTime) -> None:
    painting, axes = painted(part.editor), part.editor.axes()
    texts = [text for text in painting.texts if is_number(text.text)]
    below = [text for text in texts if text.box.top() > axes.area.bottom()]
    left = [text for text in texts if text not in below]
    across = scale_of([(text.box.center().x(), number(text.text)) for text in below])
    upwards = scale_of([(text.box.center().y(), np.log10(number(text.text))) for text in left])
    curves = [s for s in painting.shapes if len(s.points) > 20 and not s.fill]
    assert len(curves) == 2
    for curve in curves:
        for x, y in curve.points[:-1:7]:
            epochs = across(x)
            rate = 0.1 * (1 + np.cos(np.pi * epochs / 10)) / 2
            if epochs < 9:  # then it falls so steeply that half a pixel matters
                assert upwards(y) == pytest.approx(np.log10(rate), abs=0.08)
    assert painting.text("as it was").box.right() <= axes.x(3.5)
    assert painting.text("as planned").box.left() >= axes.x(3.5)
    assert not painting.collisions()


def test_draw_by_hand_turns_the_plan_into_points_in_one_change(
    qtbot: QtBot, part: OverTime
) -> None:
    with qtbot.waitSignal(part.change_requested) as told:
        part.draw_button.click()
    changes = told.args[0]
    assert changes["schedule"] == "custom"
    drawn = config(**changes)
    for epoch in (4, 5, 6, 7):
        place = Position(epoch, 0, BATCHES)
        planned = rate_factor(config(), place, Plateau())
        assert rate_factor(drawn, place, Plateau()) == pytest.approx(planned, rel=0.1)
    part.set_config(drawn)
    assert part.draw_button.isHidden()
    assert "Drag the points" in part.sentence
    assert part.editor.handles()


def test_the_sentence_and_the_button_say_what_there_is(part: OverTime) -> None:
    assert "cosine" in part.sentence
    assert not part.draw_button.isHidden()
    part.set_config(config("constant"))
    assert "stays" in part.sentence
    part.set_config(config(epochs=3))
    assert "All epochs are trained" in part.sentence
    assert part.draw_button.isHidden()
    part.set_config(config(learning_rate=0.0))
    assert part.draw_button.isHidden()
    assert any("The learning rate is 0" in text for text in painted(part.editor).words())


def test_folded_it_says_what_is_planned_and_opens_for_drawing(qtbot: QtBot, part: OverTime) -> None:
    part.set_folded(True)
    assert part.draw_button.isHidden()
    assert part.summary.text() == "cosine: 0.0727 → 0"
    with qtbot.waitSignal(part.change_requested) as told:
        part.open_button.click()
    assert not part.is_folded
    assert not part.summary.isVisible()
    part.set_config(config(**told.args[0]))
    part.set_folded(True)
    assert part.open_button.text() == "Show"
    part.open_button.click()
    assert not part.is_folded


@pytest.mark.parametrize("dark", [True, False])
@pytest.mark.parametrize("size", [QSize(300, 104), QSize(1200, 240)])
def test_it_is_painted_in_any_state(
    qtbot: QtBot, theme: Theme, part: OverTime, dark: bool, size: QSize
) -> None:
    theme.set_dark(dark)
    part.editor.resize(size)
    for settings in (
        config(),
        config("custom", points="0:1"),
        config("custom", points="0:1e-9, 5:1e9"),
        config("exponential", gamma=0.0),
        config(learning_rate=0.0),
        config(epochs=1),
        config(epochs=100_000),
    ):
        part.set_config(settings)
        assert not painted(part.editor).collisions()
    part.begin(StepHistory(), 0, Position(0, 0, 1))
    painted(part.editor)
