"""The range test runs when somebody asks, tells how far it is, and can be stopped."""

import numpy as np
import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.range_test import Ended, RangeTest
from netviz.engine.protocol.rates import StepsAhead
from netviz.engine.protocol.run_state import State
from netviz.engine.rates import range_test
from tests.support import Answer, Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told", "short")

FIND = commands.Refresh(RangeTest)
STOP = commands.StopTrying(RangeTest)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(range_test, "TRIALS", 2)
    monkeypatch.setattr(range_test, "BATCHES", 40)
    monkeypatch.setattr(range_test, "TELL_S", 0.0)


@pytest.fixture
def driven(config: RunConfig) -> Driven:
    return Driven(config)


def when_told(count: int, command: commands.Command) -> Answer:
    """Answer the observation of that number with `command`."""
    told: list[RangeTest] = []

    def answer(event: Event) -> commands.Command | None:
        if isinstance(event, RangeTest):
            told.append(event)
            return command if len(told) == count else None
        return None

    return answer


def test_it_is_made_only_when_somebody_asks(driven: Driven) -> None:
    assert not only(driven.do(commands.Watch(frozenset({RangeTest}))), RangeTest)
    assert not only(driven.do(commands.Step()), RangeTest)
    told = only(driven.do(FIND), RangeTest)
    assert [each.is_finished for each in told] == [False] * (len(told) - 1) + [True]
    assert told[-1].step == 1
    assert told[-1].seconds > 0
    assert not only(driven.do(commands.Step()), RangeTest)
    assert only(driven.do(FIND), RangeTest)[-1].step == 2


def test_the_training_waits_and_goes_on_as_if_nobody_had_asked(
    driven: Driven, config: RunConfig
) -> None:
    plain = Driven(config)
    plain.do(commands.Start())
    told = driven.do(commands.Start(), answer=when_step(25, FIND))
    (first, *_, last) = [index for index, each in enumerate(told) if isinstance(each, RangeTest)]
    assert not only(told[first:last], events.Progress)
    assert only(told[last:], events.Progress)
    assert losses(driven.events) == losses(plain.events)


def test_commands_are_obeyed_while_it_is_under_way(driven: Driven) -> None:
    told = driven.do(FIND, answer=when_told(5, commands.Change({"learning_rate": 0.5})))
    (changed,) = only(told, events.Changed)
    tests = only(told, RangeTest)
    assert told.index(changed) < told.index(tests[-1])
    assert tests[-1].config.learning_rate == 0.001, "it is about the moment when it was asked for"
    assert tests[-1].ended in (Ended.DIVERGED, Ended.HIGHEST)


def test_it_can_be_stopped_and_tells_what_it_had_found(driven: Driven) -> None:
    told = only(driven.do(FIND, answer=when_told(30, STOP)), RangeTest)
    assert told[-1].ended is Ended.STOPPED
    np.testing.assert_array_equal(told[-1].losses, told[-2].losses)
    assert told[-1].reached > 0
    assert only(driven.do(FIND), RangeTest)[-1].ended is not Ended.STOPPED


def test_to_stop_nothing_does_nothing(driven: Driven) -> None:
    driven.do(FIND)
    assert not only(driven.do(STOP), RangeTest)


def test_another_run_ends_it_and_begins_none(driven: Driven, config: RunConfig) -> None:
    other = commands.Prepare(config.with_changes({"seed": 5}))
    told = driven.do(FIND, answer=when_told(5, other))
    assert only(told, RangeTest)[-1].ended is Ended.STOPPED
    (prepared,) = only(told, events.Prepared)
    assert not only(told[told.index(prepared) :], RangeTest)


def test_of_a_race_the_run_at_hand_is_tested(driven: Driven) -> None:
    driven.do(commands.Race(({"learning_rate": 0.01}, {"learning_rate": 0.1})))
    told = driven.do(FIND)
    assert [each.config.learning_rate for each in only(told, RangeTest)[-1:]] == [0.01]
    assert driven.do(commands.Start())
    assert driven.state is State.FINISHED


def test_what_fails_says_how_to_ask_again_and_the_run_goes_on(
    driven: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bool:
        raise RuntimeError("no memory")

    monkeypatch.setattr(range_test, "has_diverged", fail)
    told = driven.do(FIND)
    (refused,) = only(told, events.Refused)
    assert "The range of rates could not be computed" in refused.message
    assert "ask for it once more" in refused.hint
    assert only(told, RangeTest)[-1].ended is Ended.STOPPED
    monkeypatch.undo()
    assert only(driven.do(FIND), RangeTest)[-1].ended is not Ended.STOPPED
    assert only(driven.do(commands.Step()), events.Progress)


def test_it_comes_before_what_only_keeps_the_views_fresh(driven: Driven) -> None:
    told = driven.do(commands.Watch(frozenset({StepsAhead})), FIND)
    kinds = [type(each) for each in told if isinstance(each, RangeTest | StepsAhead)]
    assert kinds == [RangeTest] * (len(kinds) - 1) + [StepsAhead]
