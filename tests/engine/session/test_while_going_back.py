"""What is done while a step of the past is being reached, and what happens to the run meanwhile."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.observations import AugmentedSamples, Prediction
from netviz.engine.protocol.run_state import State
from netviz.engine.run.run import Run
from netviz.engine.session import going_back
from netviz.engine.storage.run_folder import read_run
from tests.engine.session.first_runs import assert_no_difference, reached, run_of
from tests.engine.session.portraits import plain
from tests.support import ALL_OBSERVATIONS, Answer, Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

HELD = 37
GOAL = 8
DRAWING = np.arange(28 * 28, dtype=np.uint8).reshape(28, 28)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go back from step 0, with each batch a part of its own, so that there is a lot between."""
    monkeypatch.setattr(going_back, "SLICE_S", 0.0)
    monkeypatch.setattr(Run, "keep_state", lambda *_, **__: None)


@pytest.fixture
def drawing(config: RunConfig) -> RunConfig:
    """A run that draws random numbers wherever it can, and adds up gradients."""
    layers = ("flatten", "dropout 0.2", "linear 12", "batchnorm", "relu", "dropout 0.3")
    values = {"model": "layers", "layers": layers, "augment_noise": 0.1, "accumulate": 3}
    return config.with_changes(values)


@pytest.fixture
def whole(drawing: RunConfig) -> dict[str, Any]:
    """What the run is at its end if nothing happens to it."""
    driven = Driven(drawing)
    driven.do(commands.Start())
    return reached(run_of(driven))


@pytest.fixture
def held(drawing: RunConfig, whole: dict[str, Any]) -> Driven:
    """The run, held in mid-epoch and amid a sum of gradients."""
    assert whole["state"]["step"] > HELD  # trained before it: both draw from the same generators
    driven = Driven(drawing)
    driven.do(commands.Start(), answer=when_step(HELD, commands.Pause()))
    assert driven.step == HELD
    return driven


def when_going(*given: Command, at: float = 0.0) -> Answer:
    """Answer the first report of going back that is at least so far with each of these."""
    waiting = list(given)

    def answer(event: Event) -> Command | None:
        is_there = isinstance(event, events.GoingBack) and event.done >= at
        return waiting.pop(0) if is_there and waiting else None

    return answer


def go_back(driven: Driven, *given: Command, at: float = 0.0) -> list[Event]:
    """Go back, and give commands meanwhile; it is told when that begins and when it is over."""
    told = driven.do(commands.GoBack(GOAL), answer=when_going(*given, at=at))
    told_of = only(told, events.GoingBack)
    assert {each.step for each in told_of} == {GOAL}
    done = [each.done for each in told_of]
    assert (done[0], done[-1]) == (0.0, 1.0)
    assert done == sorted(done)
    return told


def assert_given_up(driven: Driven, told: list[Event], whole: dict[str, Any]) -> None:
    """The run is still the one that was held, and ends as if nothing had happened."""
    assert not only(told, events.Prepared)
    driven.do(commands.Start())
    assert driven.state is State.FINISHED
    assert_no_difference(reached(run_of(driven)), whole)


def assert_gone_back(driven: Driven, told: list[Event], whole: dict[str, Any]) -> None:
    """The step is reached, and leads to the same end."""
    (prepared,) = only(told, events.Prepared)
    assert (prepared.step, prepared.replaced_step) == (GOAL, HELD)
    driven.do(commands.Start())
    assert_no_difference(reached(run_of(driven)), whole)


@pytest.mark.parametrize("at", [0.0, 0.5, 0.99])
@pytest.mark.parametrize(
    "given", [commands.Pause(), commands.Step(), commands.Start(), commands.RunEpoch()]
)
def test_holding_and_training_give_it_up(
    held: Driven, whole: dict[str, Any], given: Command, at: float
) -> None:
    told = go_back(held, given, at=at)
    assert_given_up(held, told, whole)


def test_it_is_told_to_be_over_before_the_run_goes_on(held: Driven) -> None:
    told = go_back(held, commands.Start())
    over = next(
        at for at, event in enumerate(told) if isinstance(event, events.GoingBack) and event.done
    )
    batches = [at for at, event in enumerate(told) if isinstance(event, events.Progress)]
    assert batches
    assert over < min(batches)


def test_stopping_gives_it_up(held: Driven, whole: dict[str, Any]) -> None:
    told = go_back(held, commands.Stop())
    assert only(told, events.StateChanged)
    assert_given_up(held, told, whole)


def test_the_last_good_state_is_reached_instead(held: Driven, whole: dict[str, Any]) -> None:
    told = held.do(commands.GoBack(GOAL), answer=when_going(commands.Rewind()))
    (prepared,) = only(told, events.Prepared)
    assert (prepared.step, prepared.replaced_step) == (0, HELD)
    held.do(commands.Start())
    assert_no_difference(reached(run_of(held)), whole)


@pytest.mark.parametrize("given", [commands.Reset({"seed": 7}), commands.LoadWeights(Path("w"))])
def test_another_run_takes_the_place_of_the_present_one(
    held: Driven, whole: dict[str, Any], given: Command, tmp_path: Path
) -> None:
    if isinstance(given, commands.LoadWeights):
        given = commands.LoadWeights(tmp_path / "weights.safetensors")
        held.do(commands.Export(commands.ExportKind.WEIGHTS, given.path))
    told = go_back(held, given)
    (prepared,) = only(told, events.Prepared)
    assert (prepared.step, prepared.replaced_step) == (0, HELD)
    held.do(commands.Step(), commands.BringBack(), commands.Start())
    assert_no_difference(reached(run_of(held)), whole)


def test_another_step_is_reached_instead(held: Driven, whole: dict[str, Any]) -> None:
    told = held.do(commands.GoBack(30), answer=when_going(commands.GoBack(GOAL)))
    done = [(each.step, each.done) for each in only(told, events.GoingBack)]
    assert done.index((30, 1.0)) < done.index((GOAL, 0.0))
    assert done[-1] == (GOAL, 1.0)
    assert_gone_back(held, told, whole)


def test_a_step_that_is_not_past_gives_up_the_other(held: Driven, whole: dict[str, Any]) -> None:
    told = go_back(held, commands.GoBack(HELD + 1))
    assert len(only(told, events.Refused)) == 1
    assert_given_up(held, told, whole)


def test_a_change_is_one_of_the_present_run(drawing: RunConfig, whole: dict[str, Any]) -> None:
    other = {"learning_rate": 0.02}
    direct = Driven(drawing)
    direct.do(commands.Start(), answer=when_step(HELD, commands.Change(other)))
    driven = Driven(drawing)
    driven.do(commands.Start(), answer=when_step(HELD, commands.Pause()))
    told = go_back(driven, commands.Change(other))
    assert only(told, events.Changed)[0].entries[0].step == HELD
    assert run_of(driven).trainer.config == drawing
    assert_gone_back(driven, told, whole)
    driven.do(commands.BringBack(), commands.Start())
    assert_no_difference(reached(run_of(driven)), reached(run_of(direct)))


def test_what_is_saved_meanwhile_is_the_present_run(
    held: Driven, whole: dict[str, Any], tmp_path: Path
) -> None:
    held.do(commands.Save(tmp_path / "before"))
    told = go_back(held, commands.Save(tmp_path / "meanwhile"), at=0.5)
    assert only(told, events.Saved)
    before, meanwhile = (plain(read_run(tmp_path / name)) for name in ("before", "meanwhile"))
    assert_no_difference(meanwhile, before)
    assert_gone_back(held, told, whole)


def test_a_drawing_is_predicted_by_the_present_network(held: Driven, whole: dict[str, Any]) -> None:
    (before,) = only(held.do(commands.Predict(1, DRAWING)), Prediction)
    told = go_back(held, commands.Predict(1, DRAWING), at=0.5)
    (meanwhile, *_) = only(told, Prediction)
    assert plain(meanwhile) == plain(before)
    places = {type(event): place for place, event in enumerate(told)}
    assert told.index(meanwhile) < places[events.Prepared]
    assert_gone_back(held, told, whole)


def test_looking_at_everything_changes_nothing(held: Driven, whole: dict[str, Any]) -> None:
    looks = commands.Watch(ALL_OBSERVATIONS), commands.LookAt(1), commands.MeasureTest()
    told = go_back(held, *looks, commands.Watch(frozenset()))
    assert not only(told, events.Refused)
    assert_gone_back(held, told, whole)


def test_a_run_in_training_is_held_where_it_is(drawing: RunConfig, whole: dict[str, Any]) -> None:
    driven = Driven(drawing)
    told = driven.do(commands.Start(), answer=when_step(HELD, commands.GoBack(GOAL)))
    (prepared,) = only(told, events.Prepared)
    held = [each.step for each in only(told, events.StateChanged) if each.state is State.PAUSED]
    assert (held, prepared.replaced_step) == ([HELD, GOAL], HELD)
    assert max(losses(told)) == HELD
    driven.do(commands.BringBack())
    assert (driven.state, driven.step) == (State.PAUSED, HELD)
    driven.do(commands.Start())
    assert_no_difference(reached(run_of(driven)), whole)


def test_a_slow_pace_does_not_slow_it_down(drawing: RunConfig, whole: dict[str, Any]) -> None:
    driven = Driven(drawing)
    driven.do(commands.Start(), answer=when_step(HELD - 1, commands.Pause()))
    driven.do(commands.SetPace(1e-4))  # hours between two batches
    told = driven.do(commands.Start(), answer=when_step(HELD, commands.GoBack(GOAL)))
    driven.do(commands.SetPace(None))
    assert_gone_back(driven, told, whole)


def test_between_its_parts_the_random_numbers_and_threads_are_those_of_the_run(
    config: RunConfig,
) -> None:
    """Seen where it answers a command, at each batch on the way."""
    config = config.with_changes({"layers": ("flatten", "dropout 0.3"), "model": "layers"})
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(HELD, commands.Change({"threads": 2})))
    before = torch.get_num_threads(), torch.get_rng_state()
    assert before[0] == 2
    seen: list[bool] = []

    def answer(event: Event) -> Command | None:
        if isinstance(event, AugmentedSamples):
            now = torch.get_num_threads(), torch.get_rng_state()
            seen.append(now[0] == before[0] and torch.equal(now[1], before[1]))
        is_going = isinstance(event, events.GoingBack) and event.done < 1
        return commands.PreviewAugmentation((0, 1), 3) if is_going else None

    driven.do(commands.GoBack(15), answer=answer)
    assert len(seen) >= 10
    assert all(seen)
    assert torch.get_num_threads() == 1  # as it was at that step
    assert not torch.equal(torch.get_rng_state(), before[1])
    driven.do(commands.BringBack())
    assert torch.get_num_threads() == 2
    assert torch.equal(torch.get_rng_state(), before[1])


# -- not as it was -------------------------------------------------------------------------------


def test_a_past_that_is_another_now_is_refused_and_the_run_goes_on(
    held: Driven, whole: dict[str, Any]
) -> None:
    state = run_of(held).states.last_until(GOAL)
    for name, value in state.snapshot.model.items():
        if name.endswith("bias"):
            value.add_(torch.arange(len(value)))
    told = go_back(held)
    (refused,) = only(told, events.Refused)
    assert f"Step {state.step + 1:,} is not as it was" in refused.message
    assert "cannot be reached again" in refused.hint
    assert "goes on where it is" in refused.hint
    assert (held.state, held.step) == (State.PAUSED, HELD)
    assert_given_up(held, told, whole)


def test_what_fails_on_the_way_is_told_and_the_run_goes_on(
    held: Driven, whole: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = type(run_of(held).trainer)
    train: Callable[..., Any] = trainer.train_batch

    def failing(*_: Any) -> None:
        raise MemoryError("no such luck")

    monkeypatch.setattr(trainer, "train_batch", failing)
    told = go_back(held)
    monkeypatch.setattr(trainer, "train_batch", train)
    (refused,) = only(told, events.Refused)
    assert "no such luck" in refused.message
    assert_given_up(held, told, whole)
