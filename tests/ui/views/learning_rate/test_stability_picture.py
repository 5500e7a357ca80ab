"""The sharpness against its ceiling: folded at first, steps downward, and its sources named."""

import math
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.sharpness import Sharpness, ceiling_of
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.stability_picture import StabilityPicture
from tests.ui.painting import painted

STEPS = np.arange(0, 401, 100)
VALUES = np.array([4.0, 8.0, 16.0, 25.0, 20.0])


def some_sharpness(rate: float = 0.03, **changes: Any) -> Sharpness:
    config = RunConfig(learning_rate=rate, **({"optimizer": "sgd"} | changes))
    ceilings = np.array([ceiling_of(config, value) for value in VALUES])
    return Sharpness(1, 400, config, STEPS, VALUES, ceilings, np.full(5, rate), 200)


@pytest.fixture
def picture(qtbot: QtBot, theme: Theme) -> StabilityPicture:
    picture = StabilityPicture(theme)
    qtbot.addWidget(picture)
    picture.resize(800, 170)
    picture.show()
    return picture


def test_it_is_folded_at_first(picture: StabilityPicture) -> None:
    assert picture.is_folded
    assert not picture.stability.isVisible()
    picture.set_folded(False)
    assert picture.stability.isVisible()


def test_the_lines_go_down_over_the_steps(picture: StabilityPicture, theme: Theme) -> None:
    picture.set_folded(False)
    picture.show_sharpness(some_sharpness())
    chart = picture.stability
    axes, painting = chart.axes(), painted(chart)
    lines = [s for s in painting.drawn(theme.color("wrong").name()) if len(s.points) == 5]
    ceilings = [10 ** axes.x_value(x) for x, _ in lines[0].points]
    np.testing.assert_allclose(ceilings, 2 / VALUES, rtol=0.02)
    heights = [axes.y_value(y) for _, y in lines[0].points]
    np.testing.assert_allclose(heights, STEPS, atol=3)
    assert lines[0].points[0][1] < lines[0].points[-1][1]
    rates = [s for s in painting.drawn(theme.color("ledger").name()) if len(s.points) == 5]
    assert 10 ** axes.x_value(rates[0].points[0][0]) == pytest.approx(0.03, rel=0.02)
    assert {"ceiling 0.1", "rate used 0.03"} <= set(painting.words())
    assert not painting.collisions()


def test_both_names_stay_apart_where_the_rate_is_at_its_ceiling(
    picture: StabilityPicture,
) -> None:
    picture.set_folded(False)
    picture.show_sharpness(some_sharpness(rate=0.09))
    assert not painted(picture.stability).collisions()
    assert "1.1 × the rate used" in picture.sentence


def test_a_ceiling_beyond_the_slider_is_said_at_its_edge(picture: StabilityPicture) -> None:
    picture.set_folded(False)
    found = some_sharpness()
    flat = Sharpness(
        1, 400, found.config, STEPS, VALUES / 1000, 1000 * found.ceilings, found.rates, 200
    )
    picture.show_sharpness(flat)
    assert "ceiling above 10" in painted(picture.stability).words()


def test_the_tooltip_names_what_it_is_and_its_sources(picture: StabilityPicture) -> None:
    picture.show_sharpness(some_sharpness())
    text = picture.explanation()
    assert "20 at step 400" in text
    assert "above 2 / sharpness" in text
    assert "2021" in text
    assert "2022" not in text
    picture.show_sharpness(some_sharpness(optimizer="adam"))
    assert "above 38 / sharpness" in picture.explanation()
    assert "2022" in picture.explanation()


def test_of_an_optimizer_without_a_ceiling_the_sharpness_alone_is_told(
    picture: StabilityPicture,
) -> None:
    picture.set_folded(False)
    found = some_sharpness(optimizer="radam")
    assert math.isnan(found.ceilings[0])
    picture.show_sharpness(found)
    assert "The sharpness is 20" in picture.sentence
    assert "No ceiling is known" in picture.explanation()
    assert not [word for word in painted(picture.stability).words() if "ceiling" in word]


def test_without_a_run_nothing_is_drawn(picture: StabilityPicture) -> None:
    picture.set_folded(False)
    picture.show_sharpness(some_sharpness())
    picture.clear()
    assert not painted(picture.stability).texts
