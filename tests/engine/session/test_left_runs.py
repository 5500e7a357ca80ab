"""The runs that were left, and what is kept of them.

That each goes on as if it had never been left is held by `test_transitions`.
"""

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.run_names import run_name
from netviz.engine.protocol.run_state import State
from netviz.engine.session import left_runs
from tests.engine.session.driving import STATES
from tests.support import Driven, Loss, losses, only

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
    assert (first.has_ended, second.has_ended) == (True, False)


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


def test_a_run_that_failed_is_told_as_such_and_goes_back_to_where_it_was_good(
    config: RunConfig, loss: Loss
) -> None:
    driven = STATES["failed"](config, loss)
    assert driven.session.run is not None
    good = driven.session.run.good_step
    (failed,) = left(driven.do(commands.Reset({"learning_rate": 0.01})))
    assert failed.has_failed
    told = driven.do(commands.Step(), commands.GoOnWith(failed.origin.line))
    assert only(told, events.Failed)[0].rewind_step == good
    assert (driven.state, driven.step) == (State.FAILED, failed.steps)
    (back,) = only(driven.do(commands.Rewind()), events.Prepared)
    assert [each.has_failed for each in back.left] == [True, False]
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


def lines(told: list[events.Event]) -> list[int]:
    """Return the numbers of the runs that were left, as they were told last."""
    return [each.origin.line for each in only(told, events.RunListChanged)[-1].left]


def three_left(config: RunConfig) -> Driven:
    """Return a session in which runs 1, 2 and 3 were left, in this order; 2 parted from 1."""
    driven = Driven(config)
    for wish in (commands.Start(), commands.GoBack(6), commands.Step(), commands.Reset()):
        driven.do(wish)
    driven.do(commands.Step())
    driven.do(commands.Reset())
    return driven


def test_runs_are_deleted_and_restored_in_their_places(config: RunConfig) -> None:
    driven = three_left(config)
    before = left(driven.events)
    assert lines(driven.do(commands.DeleteRuns((3, 1)))) == [2]
    (refused,) = only(driven.do(commands.GoOnWith(1)), events.Refused)
    assert refused.message == "Run 1 is not kept any more."
    told = driven.do(commands.RestoreRuns((3, 1)))
    assert only(told, events.RunListChanged)[-1].left == before
    # Run 3 was left last, and is so again.
    (back,) = only(driven.do(commands.BringBack()), events.Prepared)
    assert back.origin.line == 3


def test_a_run_from_which_others_parted_can_be_deleted(config: RunConfig) -> None:
    driven = three_left(config)
    driven.do(commands.DeleteRuns((1,)))
    driven.do(commands.GoOnWith(2))
    driven.do(commands.GoBack(3))
    # Step 3 of run 2 is one of run 1, which all know still by its number.
    assert only(driven.events, events.Prepared)[-1].origin == Origin(5, 1, 3)
    assert driven.step == 3


def test_what_was_deleted_is_gone_as_soon_as_another_run_is_left(config: RunConfig) -> None:
    driven = three_left(config)
    driven.do(commands.DeleteRuns((1, 2)), commands.Step())
    driven.do(commands.Reset())
    assert [each.origin.line for each in left(driven.events)] == [3, 4]
    (refused,) = only(driven.do(commands.RestoreRuns((1,))), events.Refused)
    assert refused.message == "Run 1 is not kept any more."
    assert lines(driven.do(commands.DeleteRuns((3,)))) == [4]


def test_nothing_is_deleted_where_one_of_them_is_not_there(config: RunConfig) -> None:
    driven = three_left(config)
    told = driven.do(commands.DeleteRuns((1, 77)), commands.RestoreRuns((1,)))
    assert len(only(told, events.Refused)) == 2
    assert not only(told, events.RunListChanged)
    assert lines(driven.do(commands.DeleteRuns((1,)))) == [2, 3]


def test_runs_are_deleted_while_another_one_trains_on_the_same(config: RunConfig) -> None:
    alone, beside = Driven(config), Driven(config)
    for driven in (alone, beside):
        driven.do(commands.Step(), commands.Reset())
    deletes = iter([commands.DeleteRuns((1,)), commands.RestoreRuns((1,))])
    told = beside.do(
        commands.Start(),
        answer=lambda event: next(deletes, None) if isinstance(event, events.Progress) else None,
    )
    assert len(only(told, events.RunListChanged)) == 2
    assert losses(told) == losses(alone.do(commands.Start()))


def names(told: list[events.Event]) -> list[str]:
    """Return the names of all runs as they were told last, the one at hand last."""
    changed = only(told, events.RunListChanged)[-1]
    return [each.name for each in (*(run.origin for run in changed.left), changed.origin)]


def test_a_run_keeps_its_name_wherever_it_is(config: RunConfig) -> None:
    driven = three_left(config)
    assert names(driven.do(commands.RenameRun(4, "now"))) == ["", "", "", "now"]
    assert names(driven.do(commands.RenameRun(2, " then\n"))) == ["", "then", "", "now"]
    told = driven.do(commands.Step(), commands.GoOnWith(2))
    (prepared,) = only(told, events.Prepared)
    assert prepared.origin.name == "then"
    assert [each.origin.name for each in prepared.left] == ["", "", "now"]
    assert names(driven.do(commands.RenameRun(2, ""))) == ["", "", "now", ""]
    (refused,) = only(driven.do(commands.RenameRun(77, "no")), events.Refused)
    assert refused.message == "Run 77 is not kept any more."


def test_names_are_made_in_comparison_with_the_run_that_was_left(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.Start())
    driven.do(commands.GoBack(6))
    driven.do(commands.Change({"learning_rate": 0.03}), commands.Step())
    driven.do(commands.GoBack(0))
    driven.do(commands.Change({"learning_rate": 0.3}), commands.Step())
    told = driven.do(commands.Reset({"hidden": (5,)}))
    prepared = only(told, events.Prepared)[-1]
    pairs = [*((run.origin, run.config) for run in prepared.left)]
    pairs.append((prepared.origin, prepared.config))
    assert [run_name(*pair) for pair in pairs] == ["Run 1", "lr 0.03", "lr 0.3", "hidden layers 5"]


def test_a_name_outlives_a_reset_before_the_first_batch(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.RenameRun(1, "mine"))
    told = driven.do(commands.Reset({"seed": 5}))
    assert only(told, events.Prepared)[-1].origin.name == "mine"


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
    # It goes on, and so does one that went back from it.
    driven.do(commands.GoOnWith(2))
    driven.do(commands.Step(), commands.Rewind({"learning_rate": 0.3}), commands.Start())
    assert second.losses.tolist() == [*losses[:6], *more]
