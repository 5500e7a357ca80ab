"""The fan of the next steps: where its curves lie, and what it says of them."""

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.rate_zones import zones_of
from netviz.engine.protocol.rates import StepsAhead
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.ahead_picture import AheadPicture


def some_steps_ahead(seconds: float = 0.1) -> StepsAhead:
    """Nine rates, of which the fifth is best and the last two ruin the network."""
    rates = 10.0 ** np.linspace(-3, 0, 9)
    ends = np.array([0.99, 0.95, 0.9, 0.7, 0.5, 1.15, 3.4, np.inf, np.nan])
    losses = np.stack([np.ones(9), (1 + ends) / 2, ends], axis=1)
    batches = np.ones((9, 10), np.float32)
    moments = np.array([0, 5, 10])
    return StepsAhead(1, 70, RunConfig(), rates, moments, losses, batches, seconds=seconds)


@pytest.fixture
def picture(qtbot: QtBot, theme: Theme) -> AheadPicture:
    picture = AheadPicture(theme)
    qtbot.addWidget(picture)
    picture.resize(800, 200)
    picture.show()
    ahead = some_steps_ahead()
    picture.show_ahead(ahead)
    picture.set_zones(zones_of(ahead), are_old=False)
    return picture


def text_of(picture: AheadPicture, index: int) -> str:
    rate = float(some_steps_ahead().rates[index])
    places = [x for x in range(picture.fan.width()) if picture.fan.rate_at(x) == rate]
    return picture.fan.text_at(places[len(places) // 2])


def test_a_tooltip_says_what_each_rate_does(picture: AheadPicture) -> None:
    assert "(too slow): the loss falls from 1.000 to 0.990 over 10 batches" in text_of(picture, 0)
    assert "(good): the loss falls from 1.000 to 0.500" in text_of(picture, 4)
    assert "(good): the loss rises from 1.000 to 1.150" in text_of(picture, 5)
    assert "10 batches; it may fall farther after" in text_of(picture, 5)
    assert "(unstable): the loss rises from 1.000 to 3.400" in text_of(picture, 6)
    assert "(unstable): the network is ruined" in text_of(picture, 8)


def test_the_axis_begins_below_the_best_and_reaches_above_the_start(picture: AheadPicture) -> None:
    low, high = picture.fan.y_range()
    assert low < 0.5
    assert 1.0 < high < 1.4


def test_what_takes_long_says_when_it_is_computed(picture: AheadPicture) -> None:
    picture.show_ahead(some_steps_ahead(seconds=2.7))
    assert "2.7 s" in picture.sentence
    assert "step 70" in picture.sentence.lower()


def test_without_a_run_nothing_is_drawn(picture: AheadPicture) -> None:
    picture.clear()
    assert picture.fan.ahead is None
    assert picture.fan.rate_at(300) is None
    assert "when you press Look ahead" in picture.fan.empty_text
    assert not picture.grab().isNull()


def test_of_a_network_that_is_ruined_nothing_is_drawn(picture: AheadPicture) -> None:
    ahead = some_steps_ahead()
    picture.show_ahead(replace(ahead, losses=np.full_like(ahead.losses, np.nan)))
    assert picture.fan.ahead is None
    assert not picture.grab().isNull()
