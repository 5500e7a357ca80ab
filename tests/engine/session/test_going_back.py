"""Any step of a run can be gone back to, and is what it was the first time, bit for bit.

A few random runs are tried with the other tests; how to try more is said in docs/CONTRIBUTING.md.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from netviz.engine.run.run import Run
from tests.engine.session.driving import STATES, UNDISTURBED
from tests.engine.session.first_runs import (
    Changes,
    FirstRun,
    assert_no_difference,
    reached,
    run_of,
)
from tests.support import Driven, Loss, losses, only

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

COUNT = int(os.environ.get("NETVIZ_RANDOM_RUNS", "10"))
STEPS_OF_EACH = 5

NETWORKS: list[dict[str, Any]] = [
    {"hidden": (16,)},
    {"model": "layers", "layers": ("flatten", "linear 12", "batchnorm", "relu", "dropout 0.3")},
    {"model": "layers", "layers": ("dropout 0.2", "conv 3 3", "relu", "maxpool 4", "flatten")},
]
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "learning_rate": st.sampled_from((0.0003, 0.003, 0.02)),
    "optimizer": st.sampled_from(("sgd", "adam", "rmsprop", "adamw")),
    "momentum": st.sampled_from((0.0, 0.9)),
    "schedule": st.sampled_from(("constant", "warmup", "cosine", "plateau", "step", "custom")),
    "points": st.sampled_from((((0.0, 0.1), (1.0, 2.0)), ((0.5, 1.0), (2.5, 0.01)))),
    "patience": st.sampled_from((0, 1)),
    "loss": st.sampled_from(("cross-entropy", "mse")),
    "batch_size": st.sampled_from((10, 20, 30)),
    "order": st.sampled_from((0, 1, 2)),
    "accumulate": st.sampled_from((1, 3)),
    "clip_norm": st.sampled_from((0.0, 0.1)),
    "augment_noise": st.sampled_from((0.0, 0.1)),
    "augment_shift": st.sampled_from((0.0, 0.1)),
    "frozen": st.sampled_from(((), ("1",))),
    "epochs": st.sampled_from((3, 4)),
}
_SETTINGS = st.fixed_dictionaries({}, optional=_VALUES)
_CHANGES = st.dictionaries(st.integers(1, 45), _SETTINGS.filter(bool), max_size=6)

MIXED: Changes = {
    4: {"learning_rate": 0.005, "augment_noise": 0.1},
    9: {"optimizer": "adam", "accumulate": 3},
    17: {"batch_size": 30, "loss": "mse"},
    20: {"schedule": "plateau", "patience": 0},
    23: {"frozen": ("1",), "order": 2},
    30: {"frozen": (), "clip_norm": 0.1},
}


class Keeping:
    """Decides at which steps a state is kept, in the place of the clock.

    Attributes
    ----------
    every
        So many steps lie between two of them.
    """

    def __init__(self) -> None:
        self.every = 7

    def before(self, keep_state: Callable[..., None]) -> Callable[..., None]:
        def kept(run: Run, seconds: float, **_: float) -> None:
            keep_state(run, 0.0 if run.trainer.step % self.every else 1e9)

        return kept


@pytest.fixture(autouse=True)
def keeping(monkeypatch: pytest.MonkeyPatch) -> Keeping:
    keeping = Keeping()
    monkeypatch.setattr(Run, "keep_state", keeping.before(Run.keep_state))
    return keeping


@pytest.fixture
def mixed(config: RunConfig) -> FirstRun:
    """A finished run of a network with dropout, with changes of every kind on the way."""
    return FirstRun(config.with_changes(NETWORKS[1]), MIXED)


# -- exact ---------------------------------------------------------------------------------------


@settings(
    max_examples=COUNT,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(network=NETWORKS[1], first={}, changes=MIXED, every=7, parts=[0.1, 0.35, 0.52, 0.66, 0.97])
@given(
    network=st.sampled_from(NETWORKS),
    first=_SETTINGS,
    changes=_CHANGES,
    every=st.sampled_from((1, 7, 1000)),
    parts=st.lists(st.floats(0, 0.999), min_size=STEPS_OF_EACH, max_size=STEPS_OF_EACH),
)
def test_a_step_is_as_it_was_and_so_is_what_follows(
    network: dict[str, Any],
    first: dict[str, Any],
    changes: Changes,
    every: int,
    parts: list[float],
    config: RunConfig,
    keeping: Keeping,
) -> None:
    keeping.every = every
    run = FirstRun(config.with_changes(network | first), changes)
    for part in parts:
        step = int(part * run.last)
        told = run.go_back(step)
        (prepared,) = only(told, events.Prepared)
        assert (prepared.step, run.driven.step) == (step, step)
        run.go_on()


def test_what_is_told_is_the_past_until_there(mixed: FirstRun) -> None:
    past, state = losses(mixed.driven.events), mixed.driven.state
    told = mixed.go_back(25)
    assert state is State.FINISHED
    (prepared,) = only(told, events.Prepared)
    (opened,) = only(told, events.Opened)
    assert (prepared.replaced_step, prepared.is_back) == (mixed.last, False)
    assert prepared.config == run_of(mixed.driven).trainer.config
    assert opened.progress is not None
    assert losses([opened.progress]) == {step: past[step] for step in range(1, 26)}
    assert [each.step for each in opened.measurements] == [0, *mixed.epochs_ends(until=25)]
    assert {entry.step for entry in opened.ledger} == {4, 9, 17, 20, 23}
    assert (mixed.driven.state, mixed.driven.step) == (State.PAUSED, 25)


def test_no_speed_is_made_up_before_the_first_epoch_was_measured(mixed: FirstRun) -> None:
    (opened,) = only(mixed.go_back(2), events.Opened)
    assert opened.progress is not None
    assert (opened.progress.samples_per_second, opened.progress.remaining_s) == (0, 0)


@pytest.mark.parametrize("step", MIXED)
def test_at_the_step_of_a_change_it_is_not_made_yet(mixed: FirstRun, step: int) -> None:
    mixed.go_back(step)
    run = run_of(mixed.driven)
    assert run.trainer.config == mixed.run.config_at(step - 1)
    assert all(entry.step < step for entry in run.ledger)
    mixed.go_on()


def test_step_0_is_the_untrained_network(mixed: FirstRun) -> None:
    told = mixed.go_back(0)
    assert (mixed.driven.state, mixed.driven.step) == (State.IDLE, 0)
    (opened,) = only(told, events.Opened)
    assert (opened.progress, opened.ledger, len(opened.measurements)) == (None, (), 1)
    mixed.go_on()


def test_the_end_of_an_epoch_is_measured_and_the_next_one_follows(mixed: FirstRun) -> None:
    ends = mixed.epochs_ends()
    assert len(ends) == 3
    for end in ends[:-1]:
        mixed.go_back(end)
        run = run_of(mixed.driven)
        assert (run.is_measurement_due, run.measurements[-1].step) == (False, end)
        mixed.go_on()


def test_the_step_before_the_last(mixed: FirstRun) -> None:
    mixed.go_back(mixed.last - 1)
    mixed.go_on()


def test_from_a_step_in_the_past_one_can_go_farther_back(mixed: FirstRun) -> None:
    for step in (mixed.last - 2, 24, 23, 20, 8, 0):
        mixed.go_back(step)
    mixed.go_on()


def test_another_way_from_there_is_that_of_a_run_that_was_changed_there(config: RunConfig) -> None:
    config = config.with_changes(NETWORKS[1])
    first = FirstRun(config, {30: {"optimizer": "adam"}})
    other = FirstRun(config, {26: {"learning_rate": 0.1}})
    first.go_back(26)
    first.driven.do(commands.Change({"learning_rate": 0.1}), commands.Start())
    assert_no_difference(reached(run_of(first.driven)), reached(other.run))


def test_the_last_good_state_is_not_later_than_where_one_went(mixed: FirstRun) -> None:
    for step in (31, 20, 9):
        mixed.go_back(step)
        mixed.driven.do(commands.Rewind())
        run = run_of(mixed.driven)
        assert run.trainer.step <= step
        good = run.trainer.step
        assert_no_difference(reached(run), mixed.was_at(good))
        mixed.go_on()


@pytest.mark.usefixtures("snapshots_at_every_batch")
def test_a_change_that_is_gone_stays_gone_at_the_last_good_state(
    config: RunConfig, keeping: Keeping
) -> None:
    """It was made at an epoch's end before the measurement, with which the state was kept."""
    keeping.every = 1
    first = FirstRun(config, {20: {"learning_rate": 0.02}})
    for step in (20, 30, 20):
        first.go_back(step)
        first.driven.do(commands.Rewind())
        run = run_of(first.driven)
        assert_no_difference(reached(run), first.was_at(run.trainer.step))
        first.go_on()


# -- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [name for name in STATES if name not in ("none", "running")])
@pytest.mark.parametrize("ahead", [0, 1, 1000, -1000])
def test_a_step_that_is_not_past_is_refused_and_nothing_changes(
    state: str, ahead: int, config: RunConfig, loss: Loss
) -> None:
    driven = STATES[state](config, loss)
    before = reached(run_of(driven))
    told = driven.do(commands.GoBack(driven.step + ahead))
    (refused,) = told
    assert isinstance(refused, events.Refused)
    assert "not in the past" in refused.message
    assert (driven.state, driven.step) == UNDISTURBED[state]
    assert_no_difference(reached(run_of(driven)), before)


def test_without_a_run_there_is_no_past() -> None:
    driven = Driven()
    (refused,) = driven.do(commands.GoBack(0))
    assert isinstance(refused, events.Refused)
    assert "no run yet" in refused.message
