"""The layers are recorded from step 0, whatever is watched and done, and the run does not know."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.engine.observatory import layer_recorder
from netviz.engine.observatory.layer_recorder import (
    COLD_CACHES,
    COST_FRACTION,
    LayerRecorder,
    spacing_for,
)
from netviz.engine.options.run_config import RunConfig
from netviz.engine.probes.gradients import copy_weights
from netviz.engine.probes.layer_rows import layer_row
from netviz.engine.probes.layers import layers_of
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.layer_record import LayerRecord, LayersRecorded
from netviz.engine.protocol.run_state import State
from netviz.engine.run.run import Run
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.conftest import CPU
from tests.engine.session.portraits import differences, plain
from tests.support import ALL_OBSERVATIONS, Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

CONFIGS = st.fixed_dictionaries(
    {
        "network": st.sampled_from(
            [
                {"hidden": (16,)},
                {"hidden": (8, 8)},
                {"model": "cnn"},
                {"model": "layers", "layers": ("flatten", "linear 12", "batchnorm", "relu")},
                {"model": "layers", "layers": ("flatten", "linear 12", "relu", "dropout 0.3")},
            ]
        ),
        "optimizer": st.sampled_from(("sgd", "adam", "rmsprop", "nadam")),
        "accumulate": st.sampled_from((1, 3)),
        "clip_norm": st.sampled_from((0.0, 0.1)),
        "augment_noise": st.sampled_from((0.0, 0.1)),
        "batch_size": st.sampled_from((10, 50)),
        "schedule": st.sampled_from(("constant", "cosine")),
        "seed": st.integers(0, 99),
    }
)


def run_of(driven: Driven) -> Run:
    run = driven.session.run
    assert run is not None
    return run


def steps(record: LayerRecord) -> list[int]:
    return [row.step for row in record.rows]


def same(one: LayerRecord, other: LayerRecord) -> list[str]:
    return differences(plain(one), plain(other))


# -- the run does not know -----------------------------------------------------------------------


@pytest.mark.usefixtures("layers_at_every_step")
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=CONFIGS)
def test_a_run_is_the_same_to_the_bit_with_the_record_and_without(drawn: dict[str, Any]) -> None:
    values = {"epochs": 2, "device": "cpu", "threads": 1} | drawn
    config = RunConfig.parse(values.pop("network") | values)
    runs = [Driven(config, records_layers=wanted) for wanted in (False, True)]
    states = []
    for driven in runs:
        torch.manual_seed(7)
        driven.do(commands.Start())
        states.append(torch.get_rng_state())
    bare, recorded = runs
    assert losses(recorded.events) == losses(bare.events)
    assert torch.equal(*states)
    weights = [run_of(driven).trainer.model.state_dict() for driven in runs]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert steps(run_of(bare).layers) == [0]
    assert len(run_of(recorded).layers.rows) > run_of(recorded).trainer.step // 4


# -- what is recorded ----------------------------------------------------------------------------


@pytest.mark.usefixtures("layers_at_every_step")
def test_every_row_is_what_a_plain_computation_gives(config: RunConfig, digits: DeviceData) -> None:
    config = config.with_changes({"clip_norm": 0.5})
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(7, commands.Pause()))
    trainer = Trainer(config, digits, CPU)
    layers = layers_of(trainer.model)
    wanted = [layer_row(layers, 0)]
    for step in range(1, 8):
        before = copy_weights(layers)
        trainer.train_batch()
        wanted.append(layer_row(layers, step, before, trainer.clip_factor))
    found = run_of(driven).layers
    assert not same(found, LayerRecord(tuple(layer.name for layer in layers), tuple(wanted)))


@pytest.mark.usefixtures("layers_at_every_step")
def test_the_record_is_the_same_whether_a_view_is_open_or_not(config: RunConfig) -> None:
    unseen, seen = Driven(config), Driven(config)
    seen.do(commands.Watch(ALL_OBSERVATIONS))
    for driven in (unseen, seen):
        driven.do(commands.Start())
    assert steps(run_of(unseen).layers) == list(range(61))
    assert not same(run_of(unseen).layers, run_of(seen).layers)


@pytest.mark.usefixtures("layers_at_every_step")
def test_a_view_that_is_opened_late_is_told_the_whole_run(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.Start())
    (told,) = only(driven.do(commands.Watch(frozenset({LayersRecorded}))), LayersRecorded)
    assert steps(told.record) == list(range(61))
    assert told.titles == ("Linear 784 → 16", "Linear 16 → 10")


ACTS: dict[str, tuple[Command, ...]] = {
    "step": (commands.Step(),),
    "epoch": (commands.RunEpoch(),),
    "change": (commands.Change({"learning_rate": 0.002}),),
    "rewind": (commands.Rewind(),),
    "open": (),
    "train": (),
}


@pytest.mark.usefixtures("layers_at_every_step", "snapshots_by_steps")
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.sampled_from(sorted(ACTS)), min_size=1, max_size=8), few=st.integers(1, 9))
def test_there_are_no_holes_whatever_is_done(config: RunConfig, acts: list[str], few: int) -> None:
    driven = Driven(config.with_changes({"epochs": 30}))
    with TemporaryDirectory() as folder:
        for act in acts:
            if act == "open":
                before = run_of(driven).layers
                driven.do(commands.Save(Path(folder)), commands.Open(Path(folder)))
                assert not same(run_of(driven).layers, before)
            elif act == "train":
                stop = when_step(run_of(driven).trainer.step + few, commands.Pause())
                driven.do(commands.Start(), answer=stop)
            else:
                driven.do(*ACTS[act])
            run = run_of(driven)
            assert steps(run.layers) == list(range(run.trainer.step + 1))
            assert run.layers.gaps == ()
            assert all(row.gradients is not None for row in run.layers.rows[1:])


@pytest.mark.usefixtures("layers_at_every_step")
@pytest.mark.parametrize("singly", [False, True])
def test_of_accumulated_batches_only_what_moves_the_weights_is_recorded(
    config: RunConfig, singly: bool
) -> None:
    driven = Driven(config.with_changes({"accumulate": 8, "epochs": 1}))
    for _ in range(20 if singly else 0):
        driven.do(commands.Step())
    driven.do(commands.Start())
    record = run_of(driven).layers
    assert steps(record) == [0, 8, 16, 20]
    assert all((row.gradients.update_ratios > 0).all() for row in record.rows[1:] if row.gradients)


@pytest.mark.usefixtures("layers_at_every_step", "snapshots_by_steps")
def test_what_was_noted_of_a_step_is_forgotten_where_the_run_goes_back(config: RunConfig) -> None:
    driven = Driven(config.with_changes({"accumulate": 4}))
    driven.do(commands.Start(), answer=when_step(26, commands.Pause()))
    driven.do(commands.Rewind())
    back = run_of(driven).trainer.step
    for _ in range(8):
        driven.do(commands.Step())
    direct = Driven(config.with_changes({"accumulate": 4}))
    direct.do(commands.Start(), answer=when_step(back + 8, commands.Pause()))
    assert not same(run_of(driven).layers, run_of(direct).layers)


# -- what it costs -------------------------------------------------------------------------------


@given(st.floats(1e-6, 10), st.floats(1e-6, 10))
def test_the_spacing_keeps_the_cost_within_its_fraction(cost_s: float, step_s: float) -> None:
    spacing = spacing_for(cost_s, step_s)
    share = COLD_CACHES * cost_s / (spacing * step_s)
    assert share <= COST_FRACTION * 1.001
    assert spacing == 1 or 2 * share > COST_FRACTION * 0.999
    assert spacing & (spacing - 1) == 0


def test_a_young_run_is_measured_more_often_and_ever_less(
    config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer_recorder, "spacing_for", lambda cost_s, step_s: 2**40)
    driven = Driven(config)
    driven.do(commands.Start())
    assert steps(run_of(driven).layers) == [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48]


def test_single_steps_are_all_measured_however_much_that_costs(
    config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer_recorder, "spacing_for", lambda cost_s, step_s: 2**40)
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(50, commands.Pause()))
    for step in (51, 52, 53):
        driven.do(commands.Step())
        assert steps(run_of(driven).layers)[-1] == step


def test_where_batches_wait_for_each_other_each_is_measured_that_has_the_time(
    config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer_recorder, "spacing_for", lambda cost_s, step_s: 2**40)
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(40, commands.Pause()))
    run, recorder = run_of(driven), LayerRecorder()
    recorder.begin(run)
    recorder.note_speed(10, 1.0)
    run.trainer.train_batch()
    assert recorder.note_if_due(run, spare_s=0)  # what it costs is not known yet
    run.trainer.train_batch()
    recorder.record(run)
    assert not recorder.note_if_due(run, spare_s=0.05)
    assert recorder.note_if_due(run, spare_s=5.0)


# -- errors --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("layers_at_every_step", "snapshots_by_steps")
def test_where_measuring_fails_it_is_told_once_and_nothing_is_drawn_over_it(
    config: RunConfig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no such thing")

    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(30, commands.Pause()))
    with monkeypatch.context() as broken:
        broken.setattr(layer_recorder, "layer_row", fail)
        told = driven.do(commands.Start(), answer=when_step(45, commands.Pause()))
    assert not only(told, events.Refused)  # as long as nobody looks at it
    assert driven.step == 45
    assert steps(run_of(driven).layers)[-1] == 30
    driven.do(commands.Save(tmp_path), commands.Open(tmp_path))
    assert run_of(driven).layers.gaps == ((30, 45),)
    driven.do(commands.Start())
    assert driven.state is State.FINISHED
    assert steps(run_of(driven).layers)[30:33] == [30, 46, 47]
    assert run_of(driven).layers.gaps == ((30, 45),)


@pytest.mark.usefixtures("layers_at_every_step")
def test_whoever_looks_is_told_of_a_failure_and_it_is_tried_again(
    config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no such thing")

    watch = commands.Watch(frozenset({LayersRecorded}))
    driven = Driven(config)
    driven.do(watch)
    with monkeypatch.context() as broken:
        broken.setattr(layer_recorder, "layer_row", fail)
        told = driven.do(commands.Start(), answer=when_step(10, commands.Pause()))
    (refused,) = only(told, events.Refused)
    assert "The history of the layers" in refused.message
    assert "no such thing" in refused.message
    assert "RuntimeError" in refused.details
    driven.do(commands.Step())
    assert steps(run_of(driven).layers) == [0]
    driven.do(commands.Watch(frozenset()), watch, commands.Step())
    assert steps(run_of(driven).layers) == [0, 12]
    assert run_of(driven).layers.gaps == ((0, 11),)


@pytest.mark.usefixtures("layers_at_every_step", "snapshots_by_steps")
def test_going_back_before_a_failure_records_on(
    config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(30, commands.Pause()))
    with monkeypatch.context() as broken:
        broken.setattr(layer_recorder, "copy_weights", lambda _: np.zeros(0) + None)
        driven.do(commands.Start(), answer=when_step(33, commands.Pause()))
    driven.do(commands.Rewind())
    driven.do(commands.Start())
    assert steps(run_of(driven).layers) == list(range(61))
    assert run_of(driven).layers.gaps == ()
