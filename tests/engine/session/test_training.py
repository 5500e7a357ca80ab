"""A run from beginning to end: what is reported, and in which order."""

import threading
from queue import SimpleQueue

import numpy as np
import pytest
import torch

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.run_state import State
from netviz.engine.session.session import TrainingSession
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.session.driving import EPOCH, LAST, event_names, reference
from tests.support import Driven, only

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")


def test_a_whole_run_is_reported_in_order(config: RunConfig) -> None:
    driven = Driven(config)
    told = driven.do(commands.Start())
    assert event_names(driven.events) == [
        "Preparing",
        "Prepared",
        "StateChanged",
        "StateChanged",
        *["Progress", "EpochFinished"] * 3,
        "StateChanged",
    ]
    states = [event.state for event in only(driven.events, events.StateChanged)]
    assert states == [State.IDLE, State.RUNNING, State.FINISHED]
    assert {event.run for event in driven.events} == {1}
    steps = np.concatenate([progress.steps for progress in only(told, events.Progress)])
    assert steps.tolist() == list(range(1, LAST + 1))


def test_a_run_that_is_ready_says_what_it_consists_of(config: RunConfig) -> None:
    (prepared,) = only(Driven(config).events, events.Prepared)
    assert prepared.config == config
    assert (prepared.device, prepared.threads) == ("cpu", 1)
    assert (prepared.train_count, prepared.test_count) == (200, 40)
    assert prepared.parameters == 785 * 16 + 17 * 10
    assert prepared.image_shape == (1, 28, 28)
    assert len(prepared.network) == 4
    assert prepared.images.train_images.shape == (200, 1, 28, 28)
    assert prepared.untrained.step == prepared.untrained.epoch == 0
    assert 2 < prepared.untrained.test_loss < 3


def test_progress_says_where_the_run_is(config: RunConfig) -> None:
    told = only(Driven(config).do(commands.Start()), events.Progress)
    for progress in told:
        assert progress.batches == EPOCH
        assert progress.epoch == -(-progress.step // EPOCH)
        assert progress.batch == (progress.step - 1) % EPOCH + 1
        assert 0 <= progress.running_accuracy <= 1
        assert progress.samples_per_second > 0
    assert told[0].remaining_s > 0
    assert told[-1].remaining_s == 0


def test_progress_says_how_many_images_of_the_epoch_were_predicted_correctly(
    config: RunConfig, digits: DeviceData
) -> None:
    told = only(Driven(config).do(commands.Start()), events.Progress)
    trainer, expected = Trainer(config, digits, torch.device("cpu")), []
    for step in range(LAST):
        if step % EPOCH == 0:
            samples = correct = 0
        batch = trainer.train_batch()
        samples += len(batch.labels)
        correct += int((batch.logits.argmax(dim=1) == batch.labels).sum())
        expected.append(correct / samples)
    assert [progress.running_accuracy for progress in told] == expected


def test_each_epoch_is_measured_at_its_end(config: RunConfig) -> None:
    told = only(Driven(config).do(commands.Start()), events.EpochFinished)
    assert [(e.measurement.epoch, e.measurement.step) for e in told] == [(1, 20), (2, 40), (3, 60)]
    assert told[-1].measurement.train_loss < told[0].measurement.train_loss
    assert all(event.measurement.seconds > 0 for event in told)


def test_the_same_config_gives_the_same_events(config: RunConfig) -> None:
    assert reference(config) == reference(config)
    assert reference(config) != reference(config.with_changes({"seed": 1}))


def test_it_serves_in_one_thread_the_commands_of_another(config: RunConfig) -> None:
    told: SimpleQueue[Event] = SimpleQueue()
    served = TrainingSession(told.put)
    thread = threading.Thread(target=served.serve)
    thread.start()

    def wait_for(kind: type[events.Progress | events.StateChanged], state: State | None) -> int:
        while True:
            event = told.get(timeout=30)
            if isinstance(event, kind) and getattr(event, "state", None) is state:
                return event.step

    try:
        served.submit(commands.Prepare(config.with_changes({"epochs": 100_000})))
        served.submit(commands.Start())
        step = wait_for(events.Progress, None)
        served.submit(commands.Pause())
        assert wait_for(events.StateChanged, State.PAUSED) >= step > 0
    finally:
        served.submit(commands.Close())
        thread.join(30)
    assert not thread.is_alive()
