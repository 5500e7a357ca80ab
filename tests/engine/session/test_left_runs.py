"""The runs that were left, and what is kept of them.

That each goes on as if it had never been left is held by `test_transitions`.
"""

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.left_run import LeftRun
from netviz.engine.protocol.run_state import State
from netviz.engine.session import left_runs
from tests.engine.session.driving import STATES
from tests.support import Driven, Loss, only

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told", "snapshots_at_every_batch")


def left(told: list[events.Event]) -> tuple[LeftRun, ...]:
    return only(told, events.Prepared)[-1].left


def family(told: list[events.Event]) -> list[tuple[int, int, int]]:
    """Return number, parent and parting step of each run, the one at hand last."""
    prepared = only(told, events.Prepared)[-1]
    origins = [*(each.origin for each in prepared.left), prepared.origin]
    return [(each.line, each.parent, each.step) for each in origins]


def test_each_run_tells_which_one_it_parted_from(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.Start())
    driven.do(commands.GoBack(6))
    driven.do(commands.Step(), commands.Step())
    told = driven.do(commands.GoBack(7))
    assert family(told) == [(1, 0, 0), (2, 1, 6), (3, 2, 7)]
    driven.do(commands.Step())
    # Step 4 of run 3 is one of run 1: all have it in common.
    told = driven.do(commands.GoBack(4))
    assert family(told) == [(1, 0, 0), (2, 1, 6), (3, 2, 7), (4, 1, 4)]
    told = driven.do(commands.Reset())
    assert family(told)[-1] == (5, 0, 0)


def test_what_was_measured_and_changed_is_told_of_each(config: RunConfig) -> None:
    driven = Driven(config)
    past = driven.do(commands.Start())
    last = driven.step
    driven.do(commands.GoBack(6))
    driven.do(commands.Change({"learning_rate": 0.03}), commands.Step())
    first, second = left(driven.do(commands.Reset()))
    assert (first.steps, first.config.learning_rate) == (last, config.learning_rate)
    assert first.measurements[1:] == tuple(
        each.measurement for each in only(past, events.EpochFinished)
    )
    assert (second.steps, second.config.learning_rate) == (7, 0.03)
    assert not first.has_failed


def test_the_run_at_hand_changes_places_with_the_one_gone_on_with(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.Start())
    last = driven.step
    driven.do(commands.GoBack(6))
    driven.do(commands.Step())
    told = driven.do(commands.GoOnWith(1))
    (prepared,) = only(told, events.Prepared)
    assert (prepared.origin.line, prepared.step, prepared.replaced_step) == (1, last, 7)
    assert [each.origin.line for each in prepared.left] == [2]
    (back,) = only(driven.do(commands.BringBack()), events.Prepared)
    assert (back.origin.line, back.step, back.is_back) == (2, 7, True)


def test_a_run_that_failed_is_told_as_such_and_goes_on_where_it_was_good(
    config: RunConfig, loss: Loss
) -> None:
    driven = STATES["failed"](config, loss)
    assert driven.session.run is not None
    good = driven.session.run.good_step
    (failed,) = left(driven.do(commands.Reset({"learning_rate": 0.01})))
    assert failed.has_failed
    driven.do(commands.Step(), commands.GoOnWith(failed.origin.line))
    assert (driven.state is State.FAILED, driven.step) == (False, good)


def test_a_run_that_was_never_trained_gives_its_number_away(config: RunConfig) -> None:
    driven = Driven(config)
    assert family(driven.do(commands.Reset({"seed": 5}))) == [(1, 0, 0)]
    driven.do(commands.Step(), commands.GoBack(0))
    assert family(driven.do(commands.Reset())) == [(1, 0, 0), (2, 0, 0)]


@pytest.mark.parametrize("line", [0, 1, 2, 77])
def test_a_run_that_is_not_there_is_refused(config: RunConfig, line: int) -> None:
    driven = Driven(config)
    driven.do(commands.Step())
    told = driven.do(commands.GoOnWith(line))
    (refused,) = only(told, events.Refused)
    assert refused.message == f"Run {line} is not kept any more."
    driven.do(commands.Step())
    assert driven.step == 2


def test_the_run_that_was_left_first_goes_first(
    config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(left_runs, "MOST", 2)
    driven = Driven(config)
    for _ in range(4):
        driven.do(commands.Step())
        told = driven.do(commands.Reset())
    assert [each.origin.line for each in left(told)] == [3, 4]


def test_beyond_their_memory_the_states_along_the_way_go_and_every_step_can_be_reached(
    config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(left_runs, "MOST_STATE_BYTES", 0)
    driven = Driven(config)
    told = driven.do(commands.Start())
    losses = [loss for each in only(told, events.Progress) for loss in each.losses.tolist()]
    run = driven.session.run
    assert run is not None
    driven.do(commands.GoBack(13), commands.Reset())
    assert run.states.steps[0] == 0
    assert len(run.states.steps) == 2
    driven.do(commands.GoOnWith(1), commands.GoBack(7))
    assert driven.step == 7
    again = driven.do(commands.Start())
    more = [loss for each in only(again, events.Progress) for loss in each.losses.tolist()]
    assert losses[7:] == more


def losses_of(told: list[events.Event]) -> list[float]:
    return [loss for each in only(told, events.Progress) for loss in each.losses.tolist()]


def test_the_losses_of_each_are_told_and_nothing_changes_them(config: RunConfig) -> None:
    driven = Driven(config)
    losses = losses_of(driven.do(commands.Start()))
    driven.do(commands.GoBack(6))
    driven.do(commands.Change({"learning_rate": 0.5}))
    more = losses_of(driven.do(commands.Step(), commands.Step()))
    first, second = left(driven.do(commands.Reset()))
    assert first.losses.tolist() == losses
    assert second.losses.tolist() == [*losses[:6], *more]
    assert [entry.option for entry in second.ledger] == ["learning_rate"]
    assert (first.newer, second.newer) == (1, 0)
    assert not first.losses.flags.writeable
    # It goes on, and back within itself, and on from there to other losses.
    driven.do(commands.GoOnWith(2))
    driven.do(commands.Step(), commands.Rewind({"learning_rate": 0.3}), commands.Start())
    assert second.losses.tolist() == [*losses[:6], *more]


def test_runs_that_left_one_later_than_it_went_back_to_part_there(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.Start())
    driven.do(commands.GoBack(11))
    driven.do(commands.Step(), commands.GoOnWith(1), commands.Rewind({}))
    step = driven.step
    told = driven.do(commands.Step(), commands.GoOnWith(2))
    (prepared,) = only(told, events.Prepared)
    expected = min(11, step)
    assert prepared.origin.step == expected
    assert [origin.step for origin in prepared.origins] == [0, expected]
