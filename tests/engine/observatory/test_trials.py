"""What is tried on copies is tried when it is wanted, within its budget, and disturbs nothing."""

import math

import pytest

from netviz.engine.observatory import trial_runner
from netviz.engine.observatory.probe_runner import ProbeRunner
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.rates import StepsAhead
from netviz.engine.rates.trial_spec import all_trials
from tests.support import Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

AHEAD = commands.Watch(frozenset({StepsAhead}))
ALL = commands.Watch(frozenset(spec.observation for spec in all_trials()))
REFRESH = commands.Refresh(StepsAhead)


@pytest.fixture
def driven(config: RunConfig) -> Driven:
    return Driven(config)


@pytest.fixture
def no_trial_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_runner, "QUICK_S", 0.0)


@pytest.fixture
def every_trial_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it is a matter of what the machine has to do besides."""
    monkeypatch.setattr(trial_runner, "QUICK_S", math.inf)


@pytest.fixture
def always_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProbeRunner, "is_due", lambda _: True)


def steps_of(told: list[Event]) -> list[int]:
    return [each.step for each in only(told, StepsAhead)]


def test_nothing_is_tried_that_nobody_watches(driven: Driven) -> None:
    assert not only(driven.do(commands.Start()), StepsAhead)


def test_what_is_watched_is_tried_once_of_each_moment_at_rest(driven: Driven) -> None:
    told = driven.do(AHEAD)
    assert steps_of(told) == [0]
    assert only(told, StepsAhead)[0].seconds > 0
    assert steps_of(driven.do(AHEAD)) == []
    assert steps_of(driven.do(commands.Step())) == [1]
    assert steps_of(driven.do(commands.Change({"learning_rate": 0.1}))) == [1]


@pytest.mark.usefixtures("always_due", "every_trial_is_quick")
def test_training_with_all_of_it_has_the_losses_of_training_without(
    config: RunConfig, driven: Driven
) -> None:
    plain = Driven(config)
    plain.do(commands.Start())
    told = driven.do(ALL, commands.Start())
    assert len(only(told, StepsAhead)) > 2
    assert losses(driven.events) == losses(plain.events)


@pytest.mark.usefixtures("no_trial_is_quick", "always_due")
def test_what_takes_long_is_given_up_while_training_and_tried_at_its_end(driven: Driven) -> None:
    told = driven.do(AHEAD, commands.Start())
    assert steps_of(told) == [driven.step]


@pytest.mark.usefixtures("no_trial_is_quick")
def test_what_takes_long_is_tried_while_training_if_somebody_asks(driven: Driven) -> None:
    told = driven.do(AHEAD, commands.Start(), answer=when_step(25, REFRESH))
    assert steps_of(told) == [25, driven.step]


def test_somebody_may_ask_without_watching(driven: Driven) -> None:
    assert steps_of(driven.do(REFRESH, REFRESH)) == [0]
    assert steps_of(driven.do(REFRESH)) == [0]


def test_to_try_without_a_run_is_refused() -> None:
    (refused,) = only(Driven().do(REFRESH), events.Refused)
    assert "no run yet" in refused.message


def test_another_run_is_tried_anew(driven: Driven, config: RunConfig) -> None:
    driven.do(AHEAD)
    told = driven.do(commands.Prepare(config.with_changes({"seed": 5})))
    assert [each.config.seed for each in only(told, StepsAhead)] == [5]


def test_what_takes_very_long_is_tried_at_rest_only_if_somebody_asks(
    driven: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_runner, "REST_S", 0.0)
    assert steps_of(driven.do(AHEAD)) == []
    assert steps_of(driven.do(commands.Step())) == []
    assert steps_of(driven.do(REFRESH)) == [1]
