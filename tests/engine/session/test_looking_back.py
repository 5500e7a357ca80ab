"""A look at a step of the past shows what was so then, and leaves the present as it is.

A few random runs are tried with the other tests; how to try more is said in docs/CONTRIBUTING.md.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.layer_record import LayersRecorded
from netviz.engine.protocol.observations import (
    ActivationsObserved,
    Observation,
    Prediction,
    TestPredictions,
    WeightsObserved,
)
from netviz.engine.protocol.run_state import State
from netviz.engine.run.run import Run
from tests.engine.session.first_runs import assert_no_difference, changing, reached, run_of
from tests.engine.session.own_networks import EXACT, written
from tests.engine.session.portraits import plain
from tests.engine.session.test_going_back import MIXED, NETWORKS, Keeping, keeping
from tests.support import ALL_OBSERVATIONS, Driven, only, when_step

__all__ = ["keeping"]
pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

COUNT = int(os.environ.get("NETVIZ_RANDOM_RUNS", "10"))
DRAWING = np.arange(28 * 28, dtype=np.uint8).reshape(28, 28)
KINDS = (WeightsObserved, LayersRecorded, ActivationsObserved, TestPredictions, Prediction)

KEPT = tuple(range(0, 60, 7))
"""Steps of the states that a run of these tests has when it has ended."""

Look = tuple[int, float | None]
"""At which step of the run to look where, as a part of the steps so far; None for the present."""


@pytest.fixture
def finished(config: RunConfig) -> Driven:
    """A run of 60 steps, a state kept after each seventh."""
    driven = Driven(config.with_changes(NETWORKS[1]))
    driven.do(commands.Start())
    return driven


def look(driven: Driven, step: int | None) -> list[Event]:
    """Look at a step, and return what is told of it."""
    return driven.do(commands.LookBack(step, run_of(driven).number))


def seen(told: list[Event]) -> dict[str, Any]:
    """What was told last of each kind that views show, in a form that can be compared."""
    return {kind.__name__: plain(only(told, kind)[-1]) for kind in KINDS if only(told, kind)}


def watch_all(driven: Driven) -> list[Event]:
    """Let all views be seen, and the drawing be predicted."""
    return driven.do(commands.Watch(ALL_OBSERVATIONS), commands.Predict(1, DRAWING))


class _Looking:
    """Looks back at some steps of a run that trains, and makes its changes."""

    def __init__(self, changes: dict[int, dict[str, Any]], looks: list[Look]) -> None:
        self._changing = changing(changes)
        self._looks = dict(looks)
        self._number = 0

    def __call__(self, event: Event) -> Command | None:
        if isinstance(event, events.Prepared):
            self._number = event.run
        if change := self._changing(event):
            return change
        if not isinstance(event, events.Progress) or event.step not in self._looks:
            return None
        part = self._looks.pop(event.step)
        return commands.LookBack(None if part is None else int(part * event.step), event.run)


@settings(
    max_examples=COUNT,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(network=NETWORKS[1], changes=MIXED, every=7, looks=[(5, 0.5), (30, 0.9), (40, None)])
@given(
    network=st.sampled_from(NETWORKS),
    changes=st.just(MIXED) | st.just({}),
    every=st.sampled_from((1, 7, 1000)),
    looks=st.lists(
        st.tuples(st.integers(1, 50), st.none() | st.floats(0, 1)), min_size=1, max_size=12
    ),
)
def test_the_run_is_the_one_that_was_never_looked_at(
    network: dict[str, Any],
    changes: dict[int, dict[str, Any]],
    every: int,
    looks: list[Look],
    config: RunConfig,
    keeping: Keeping,
) -> None:
    keeping.every = every
    config = config.with_changes(network)
    whole = Driven(config)
    whole.do(commands.Start(), answer=changing(changes))
    wanted, generator = reached(run_of(whole)), torch.get_rng_state()
    driven = Driven(config)
    watch_all(driven)
    driven.do(commands.Start(), answer=_Looking(changes, looks))
    assert not only(driven.events, events.Refused)
    assert_no_difference(reached(run_of(driven)), wanted)
    assert torch.equal(torch.get_rng_state(), generator)
    assert torch.get_num_threads() == 1
    assert plain(run_of(driven).ledger) == plain(run_of(whole).ledger)


def test_a_run_under_way_goes_on_while_views_stay_at_the_step(config: RunConfig) -> None:
    driven = Driven(config)
    watch_all(driven)
    told = driven.do(commands.Start(), answer=when_step(30, commands.LookBack(20, 1)))
    assert driven.state is State.FINISHED
    at = next(i for i, event in enumerate(told) if isinstance(event, events.LookedBack))
    later = told[at:]
    assert {each.step for each in only(later, events.LookedBack)} == {14}
    assert {each.step for each in only(later, Observation) if hasattr(each, "step")} == {14}
    assert max(each.step for each in only(later, events.Progress)) == 60
    # It is told which steps can be looked at as they come.
    assert only(later, events.LookedBack)[-1].steps == KEPT


def test_what_is_seen_is_what_going_back_there_shows(finished: Driven) -> None:
    watch_all(finished)
    steps = only(look(finished, 0), events.LookedBack)[-1].steps
    assert steps == KEPT
    for step in reversed(steps):
        told = look(finished, step)
        assert only(told, events.LookedBack)[-1].step == step
        then = seen(told)
        assert len(then) == len(KINDS)
        told = finished.do(commands.GoBack(step), commands.Predict(1, DRAWING))
        assert then == seen(told)
        finished.do(commands.BringBack())


def test_what_is_seen_is_what_was_seen(config: RunConfig) -> None:
    watched = Driven(config)
    watched.do(commands.Start(), answer=when_step(28, commands.Pause()))
    then = seen(watch_all(watched))
    watched.do(commands.Start())
    again = seen(look(watched, 28))
    for name in ("just_learned", "just_forgotten"):  # since the evaluation before, which is gone
        del then["TestPredictions"][name], again["TestPredictions"][name]
    assert again == then


def test_back_to_now_everything_is_the_present_again(finished: Driven) -> None:
    now = seen(watch_all(finished))
    past = seen(look(finished, 21))
    assert all(past[name] != now[name] for name in now)
    told = look(finished, None)
    assert only(told, events.LookedBack)[-1].step is None
    assert seen(told) == now


@pytest.mark.parametrize("ahead", [0, 1, 1000])
def test_the_present_step_is_the_present(finished: Driven, ahead: int) -> None:
    watch_all(finished)
    look(finished, 21)
    told = look(finished, finished.step + ahead)
    assert only(told, events.LookedBack)[-1].step is None


def test_only_the_newest_of_several_looks_counts(finished: Driven) -> None:
    watch_all(finished)
    told = finished.do(*(commands.LookBack(step, 1) for step in (50, 30, 21)))
    assert [each.step for each in only(told, events.LookedBack)] == [21]
    assert [each.step for each in only(told, Prediction)] == [21]


def test_a_view_that_is_opened_meanwhile_shows_the_step(finished: Driven) -> None:
    look(finished, 21)
    told = watch_all(finished)
    assert {each["step"] for each in seen(told).values()} == {21}
    told = finished.do(commands.LookAt(3), commands.MeasureTest())
    assert {each["step"] for each in seen(told).values()} == {21}


@pytest.mark.parametrize(
    "given",
    [commands.Reset(), commands.GoBack(30), commands.Rewind(), commands.Step()],
    ids=["reset", "go back", "rewind", "train"],
)
def test_what_ends_a_look(finished: Driven, given: Command) -> None:
    """A run that is another one, or another one by now, is seen at its present."""
    finished.do(commands.Change({"epochs": 4}))
    watch_all(finished)
    look(finished, 21)
    told = finished.do(given)
    steps = {each["step"] for each in seen(told).values()}
    assert steps == (set() if isinstance(given, commands.Step) else {run_of(finished).trainer.step})
    assert not only(told, events.LookedBack)


def test_a_wish_of_an_older_run_is_not_met(finished: Driven) -> None:
    finished.do(commands.Reset())
    watch_all(finished)
    assert not finished.do(commands.LookBack(0, 1))


def test_without_a_run_there_is_nothing_to_look_at() -> None:
    assert not Driven().do(commands.LookBack(0, 0))


def test_states_that_are_given_up_meanwhile_are_looked_at_on(finished: Driven) -> None:
    watch_all(finished)
    before = seen(look(finished, 28))
    run_of(finished).states.thin_out()
    told = finished.do(commands.Predict(2, DRAWING))
    assert plain(only(told, Prediction)[-1].probabilities) == before["Prediction"]["probabilities"]
    assert only(look(finished, 28), events.LookedBack)[-1].step == 0


@pytest.mark.parametrize("network", EXACT)
def test_networks_of_the_users_own_are_looked_at_too(
    config: RunConfig, tmp_path: Path, network: str
) -> None:
    values = {"model": written(tmp_path, [network]), "learning_rate": 0.005, "epochs": 2}
    whole = Driven(config.with_changes(values))
    whole.do(commands.Start())
    driven = Driven(config.with_changes(values))
    watch_all(driven)
    driven.do(commands.Start(), answer=_Looking({}, [(9, 0.9), (17, 0.5), (30, None)]))
    assert not only(driven.events, events.Refused)
    assert_no_difference(reached(run_of(driven)), reached(run_of(whole)))


def test_a_network_whose_file_is_gone_is_refused_and_the_present_goes_on(
    config: RunConfig, tmp_path: Path
) -> None:
    model = written(tmp_path, [next(iter(EXACT))])
    driven = Driven(config.with_changes({"model": model}))
    driven.do(commands.Start(), answer=when_step(30, commands.Pause()))
    watch_all(driven)
    for file in tmp_path.glob("*.py"):
        file.unlink()
    told = look(driven, 14)
    (refused,) = only(told, events.Refused)
    assert "cannot be read" in refused.message
    assert only(told, events.LookedBack)[-1].step is None
    assert seen(driven.do(commands.Step()))["Prediction"]["step"] == 31


def test_what_cannot_be_copied_is_refused_and_the_present_goes_on(
    finished: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch_all(finished)
    look(finished, 14)
    trainer = type(run_of(finished).trainer)
    show: Callable[..., None] = trainer.show

    def failing(*_: Any) -> None:
        raise MemoryError("no such luck")

    monkeypatch.setattr(trainer, "show", failing)
    told = look(finished, 28)
    monkeypatch.setattr(trainer, "show", show)
    assert "no such luck" in only(told, events.Refused)[0].message
    assert only(told, events.LookedBack)[-1].step is None
    assert {each["step"] for each in seen(told).values()} == {60}
    assert only(look(finished, 28), events.LookedBack)[-1].step == 28


def test_a_saved_run_can_be_looked_at_where_it_began(finished: Driven, tmp_path: Path) -> None:
    watch_all(finished)
    untrained = seen(look(finished, 0))
    finished.do(commands.Save(tmp_path / "run"))
    opened = Driven()
    opened.do(commands.Open(tmp_path / "run"))
    watch_all(opened)
    told = look(opened, 30)
    assert only(told, events.LookedBack)[-1].step == 0
    assert seen(told)["Prediction"] == untrained["Prediction"]


def test_it_is_measured_by_the_loss_of_then(config: RunConfig, keeping: Keeping) -> None:
    driven = Driven(config)
    driven.do(commands.Start(), answer=changing({30: {"loss": "mse"}}))
    watch_all(driven)
    then = only(look(driven, 28), TestPredictions)[-1]
    chosen = then.probabilities[np.arange(40), run_of(driven).trainer.data.test_labels.numpy()]
    np.testing.assert_allclose(then.losses, -np.log(chosen), rtol=1e-3, atol=1e-5)


def test_the_run_takes_another_batch_size_while_it_is_looked_at(finished: Driven) -> None:
    look(finished, 21)
    told = finished.do(commands.Change({"learning_rate": 0.1}))
    (changed,) = only(told, events.Changed)
    assert [entry.step for entry in changed.entries] == [60]


def test_a_run_that_is_not_watched_tells_nothing_of_its_states(config: RunConfig) -> None:
    driven = Driven(config)
    watch_all(driven)
    assert not only(driven.do(commands.Start()), events.LookedBack)


def test_the_copy_of_a_run_is_made_once(finished: Driven, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = type(run_of(finished).trainer)
    twin: Callable[[Any], Any] = trainer.twin
    made: list[Run | None] = []

    def counting(self: Any) -> Any:
        made.append(None)
        return twin(self)

    monkeypatch.setattr(trainer, "twin", counting)
    for step in (0, 20, None, 40):
        look(finished, step)
    assert len(made) == 1
