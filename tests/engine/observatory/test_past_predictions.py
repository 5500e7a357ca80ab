"""Going back does not wait for the test images; what is told of them belongs to the step."""

from collections.abc import Callable

import numpy as np
import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.observations import TestPredictions
from netviz.engine.protocol.run_state import State
from netviz.engine.training import trainer
from tests.engine.session.first_runs import FirstRun
from tests.support import Driven, Loss, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

LOOK = commands.Watch(frozenset({TestPredictions}))
Count = Callable[[], int]


@pytest.fixture
def first(config: RunConfig) -> FirstRun:
    """A finished run of three epochs, which end at the steps 20, 40 and 60."""
    first = FirstRun(config, {})
    assert first.epochs_ends() == [20, 40, 60]
    return first


@pytest.fixture
def parts(loss: Loss, first: FirstRun) -> Count:
    """How many parts of test images were evaluated since the run's end."""
    count = [0]

    def add() -> None:
        count[0] += 1

    loss.on_evaluation = add
    return lambda: count[0]


def steps(told: list[events.Event]) -> list[int]:
    return [each.step for each in only(told, TestPredictions)]


def direct(config: RunConfig, step: int) -> TestPredictions:
    """What a run that comes to a step for the first time tells there."""
    driven = Driven(config)
    if step:
        driven.do(commands.Start(), answer=when_step(step, commands.Pause()))
    assert not only(driven.events, TestPredictions)
    (told,) = only(driven.do(LOOK), TestPredictions)
    return told


def assert_alike(seen: TestPredictions, wanted: TestPredictions) -> None:
    assert seen.step == wanted.step
    assert np.array_equal(seen.probabilities, wanted.probabilities)
    assert np.array_equal(seen.losses, wanted.losses)
    assert np.array_equal(seen.confusion, wanted.confusion)


@pytest.mark.parametrize("step", [0, 7, 20, 33])
def test_the_run_is_held_before_they_are_evaluated(
    config: RunConfig, first: FirstRun, parts: Count, step: int
) -> None:
    first.driven.do(LOOK)
    when: list[int] = []

    def answer(event: events.Event) -> None:
        if isinstance(event, events.StateChanged):
            when.append(parts())

    told = first.driven.do(commands.GoBack(step), answer=answer)
    assert when == [0]
    assert parts() > 0
    (seen,) = only(told, TestPredictions)
    assert_alike(seen, direct(config, step))
    first.go_on()


def test_while_nobody_looks_they_are_not_evaluated_and_when_somebody_does_they_are(
    config: RunConfig, first: FirstRun, parts: Count
) -> None:
    first.go_back(27)
    assert parts() == 0
    (seen,) = only(first.driven.do(LOOK), TestPredictions)
    assert_alike(seen, direct(config, 27))
    first.go_on()


def test_where_the_run_was_evaluated_before_they_are_known(
    config: RunConfig, first: FirstRun, parts: Count
) -> None:
    first.driven.do(LOOK)
    told = [*first.go_back(40), *first.driven.do(commands.BringBack())]
    assert (parts(), steps(told)) == (0, [40, 60])
    assert_alike(only(told, TestPredictions)[0], direct(config, 40))


@pytest.mark.parametrize(("step", "wanted"), [(50, [40, 60]), (27, [40, 60]), (15, [20, 40, 60])])
def test_who_trains_on_at_once_does_not_wait_for_them(
    first: FirstRun,
    loss: Loss,
    monkeypatch: pytest.MonkeyPatch,
    step: int,
    wanted: list[int],
) -> None:
    """Until the epoch's end those of the one before stand, where they are known still."""
    monkeypatch.setattr(trainer, "EVALUATION_CHUNK", 10)
    monkeypatch.setattr(trainer, "EVALUATION_SLICE_S", 0.0)
    first.driven.do(LOOK)
    waiting = [commands.Start()]
    loss.on_evaluation = lambda: [first.driven.session.submit(waiting.pop()) for _ in waiting[:]]
    told = first.driven.do(commands.GoBack(step))
    assert not waiting
    assert steps(told) == wanted
    begun = next(at for at, event in enumerate(told) if isinstance(event, events.Progress))
    until_then = [each for each in only(told[:begun], TestPredictions) if each.step > step]
    assert not until_then
    assert (first.driven.state, first.driven.step) == (State.FINISHED, 60)


def test_what_was_just_learned_is_said_against_the_same_epoch_as_without_going_back(
    first: FirstRun,
) -> None:
    other = Driven(first.run.initial_config)
    other.do(commands.Start())
    (wanted,) = only(other.do(LOOK), TestPredictions)
    assert wanted.just_learned.any()
    first.go_back(50)
    first.driven.do(commands.Start())
    (seen,) = only(first.driven.do(LOOK), TestPredictions)
    assert_alike(seen, wanted)
    assert np.array_equal(seen.just_learned, wanted.just_learned)
    assert np.array_equal(seen.just_forgotten, wanted.just_forgotten)


def test_where_they_cannot_be_evaluated_the_run_is_there_all_the_same(
    first: FirstRun, loss: Loss
) -> None:
    first.driven.do(LOOK)
    loss.error, loss.fails_in_training = RuntimeError("no such luck"), False
    told = first.driven.do(commands.GoBack(33))
    (refused,) = only(told, events.Refused)
    assert "predictions for the test images" in refused.message
    assert (first.driven.state, first.driven.step) == (State.PAUSED, 33)
    loss.error = None
    first.go_on()
