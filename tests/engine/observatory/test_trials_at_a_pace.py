"""At a slow pace the step's curve is computed of each step, and a new rate needs no new one."""

from collections.abc import Callable

import pytest

from netviz.engine.observatory import trial_runner
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.rates import StepsAhead, Tried
from netviz.engine.protocol.step_curve import StepCurve
from tests.support import Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits")

WATCH = commands.Watch(frozenset({StepCurve}))
VERY_SLOW = commands.SetPace(0.01)


@pytest.fixture
def driven(config: RunConfig) -> Driven:
    return Driven(config)


def steps_of(told: list[Event]) -> list[int]:
    return [each.step for each in only(told, StepCurve)]


def test_another_rate_alone_needs_no_new_curve(driven: Driven) -> None:
    assert steps_of(driven.do(WATCH)) == [0]
    assert steps_of(driven.do(commands.Change({"learning_rate": 0.1}))) == []
    assert steps_of(driven.do(commands.Change({"momentum": 0.5, "optimizer": "sgd"}))) == [0]
    assert steps_of(driven.do(commands.Step())) == [1]


def test_somebody_may_still_ask_for_a_new_one(driven: Driven) -> None:
    driven.do(WATCH, commands.Change({"learning_rate": 0.1}))
    (curve,) = only(driven.do(commands.Refresh(StepCurve)), StepCurve)
    assert curve.config.learning_rate == 0.1


def until(last: int) -> Callable[[Event], commands.Command | None]:
    """Let the next batch begin as soon as there is a curve, up to a last step."""

    def answer(event: Event) -> commands.Command | None:
        if not isinstance(event, StepCurve):
            return None
        return commands.Pause() if event.step >= last else VERY_SLOW

    return answer


@pytest.mark.usefixtures("every_batch_told")
def test_at_a_slow_pace_each_step_has_its_curve(driven: Driven) -> None:
    driven.do(WATCH, VERY_SLOW)
    assert steps_of(driven.do(commands.Start(), answer=until(4))) == [1, 2, 3, 4]


@pytest.mark.usefixtures("every_batch_told")
def test_what_needs_not_each_step_takes_no_spare_time(driven: Driven) -> None:
    driven.do(commands.Watch(frozenset({StepsAhead, StepCurve})), VERY_SLOW)
    told = driven.do(commands.Start(), answer=until(4))
    assert steps_of(told) == [1, 2, 3, 4]
    assert {each.step for each in only(told, StepsAhead)} <= {1, 4}


@pytest.mark.usefixtures("every_batch_told")
def test_where_the_pace_leaves_no_time_the_budget_holds(
    driven: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_runner, "QUICK_S", 1e-9)  # too slow for any turn of its own
    assert steps_of(driven.do(WATCH, commands.SetPace(1e5))) == [0]
    told = driven.do(commands.Start(), answer=when_step(8, commands.Pause()))
    assert steps_of(told) == [driven.step]


@pytest.mark.usefixtures("every_batch_told")
def test_a_run_at_a_slow_pace_has_the_losses_of_one_that_nobody_watches(
    config: RunConfig, driven: Driven
) -> None:
    plain = Driven(config)
    plain.do(commands.Start())
    driven.do(WATCH, VERY_SLOW, commands.Start(), answer=until(3))
    driven.do(commands.SetPace(None), commands.Start())
    assert losses(driven.events) == losses(plain.events)


def test_the_curve_of_a_single_step_comes_before_what_takes_longer(driven: Driven) -> None:
    driven.do(commands.Watch(frozenset({StepsAhead, StepCurve})))
    told = driven.do(commands.Step())
    assert [type(each) for each in told if isinstance(each, Tried)] == [StepCurve, StepsAhead]
