"""The one memory of the settings: what was asked for holds until it is answered."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.bridge.run_settings import RunSettings
from netviz.engine.options.run_config import RunConfig

RATES = st.sampled_from((0.1, 0.2, 0.3))
START = RunSettings(RunConfig())


def confirmed(settings: RunSettings, request: int, **values: Any) -> RunSettings:
    return settings.confirm(settings.confirmed.with_changes(values), request)


def test_a_change_holds_from_the_moment_it_is_asked_for() -> None:
    settings = START.ask({"learning_rate": 0.5}, 1)
    assert settings.config.learning_rate == 0.5
    assert settings.confirmed == START.confirmed


@given(st.lists(RATES, min_size=1, max_size=8), st.data())
def test_answers_to_earlier_requests_never_move_a_later_one(
    rates: list[float], data: st.DataObject
) -> None:
    """The same values may come twice in one drag: only the numbers tell the answers apart."""
    settings = START
    for request, rate in enumerate(rates, 1):
        settings = settings.ask({"learning_rate": rate}, request)
    answered = data.draw(st.integers(0, len(rates)))
    for request, rate in enumerate(rates[:answered], 1):
        settings = confirmed(settings, request, learning_rate=rate)
        assert settings.config.learning_rate == rates[-1]
    assert settings.asked == ({} if answered == len(rates) else settings.asked)
    assert bool(settings.asked) == (answered < len(rates))


def test_an_answer_to_the_last_request_ends_the_waiting_for_it() -> None:
    settings = confirmed(START.ask({"learning_rate": 0.5}, 3), 3, learning_rate=0.5)
    assert settings.asked == {}
    assert confirmed(settings, 0, learning_rate=0.7).config.learning_rate == 0.7


def test_a_refused_request_is_taken_back_and_no_other() -> None:
    settings = START.ask({"learning_rate": 0.5}, 1).ask({"momentum": 0.9}, 2)
    reverted = settings.revert(1)
    assert (reverted.config.learning_rate, reverted.config.momentum) == (0.001, 0.9)
    assert settings.revert().config == START.config


def test_a_new_run_has_what_it_was_begun_with_and_what_was_asked_since() -> None:
    settings = START.ask({"learning_rate": 0.5}, 1).ask({"momentum": 0.9}, 2)
    settings = settings.wait_for_reset({"seed": 3, "hidden": (5,)})
    begun = settings.begin(RunConfig(learning_rate=0.5, seed=3))
    assert set(begun.asked) == {"momentum"}
    assert begun.waiting == {"hidden": (5,)}
    assert begun.config == RunConfig(learning_rate=0.5, seed=3, momentum=0.9)
    assert begun.shown.hidden == (5,)


@pytest.mark.parametrize("value", [RunConfig().seed, 7])
def test_only_what_is_not_in_force_waits(value: int) -> None:
    settings = START.wait_for_reset({"seed": 4}).wait_for_reset({"seed": value})
    assert settings.waiting == ({} if value == START.config.seed else {"seed": 7})
    assert settings.drop_waiting().shown == START.config
