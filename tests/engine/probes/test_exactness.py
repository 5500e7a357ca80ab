"""The run does not know that it is watched: its losses are the same to the bit."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from netviz.engine.observatory.probe_runner import ProbeRunner
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.layer_record import LayersRecorded
from netviz.engine.protocol.observations import (
    ActivationsObserved,
    Prediction,
    TestPredictions,
    WeightsObserved,
)
from netviz.engine.training import trainer
from tests.support import ALL_OBSERVATIONS, Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

ALL = commands.Watch(ALL_OBSERVATIONS)


def drawing(request: int = 0, width: int = 20) -> commands.Predict:
    canvas = np.zeros((280, 280), np.uint8)
    canvas[40:200, 100 : 100 + width] = 255
    return commands.Predict(request, canvas)


@pytest.fixture
def always_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Observe at every batch, whatever it costs."""
    monkeypatch.setattr(ProbeRunner, "is_due", lambda _: True)


@pytest.fixture
def driven(config: RunConfig) -> Driven:
    return Driven(config)


def messy(_config: RunConfig, _shape: Any, _classes: int) -> nn.Sequential:
    """A network that draws random numbers and keeps statistics while it trains."""
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 16),
        nn.BatchNorm1d(16),
        nn.ReLU(),
        nn.Dropout(0.3),
        nn.Linear(16, 10),
    )


@pytest.mark.usefixtures("always_due")
@pytest.mark.parametrize(
    ("changes", "build"),
    [({}, None), ({"model": "cnn", "epochs": 1}, None), ({"loss": "mse"}, messy)],
    ids=["mlp", "cnn", "dropout and batch norm"],
)
def test_a_watched_run_is_the_same_to_the_bit(
    config: RunConfig,
    changes: dict[str, Any],
    build: Callable[..., nn.Sequential] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if build:
        monkeypatch.setattr(trainer, "build_model", build)
    config = config.with_changes(changes)
    requests = iter(range(10_000))

    def draw(event: Event) -> commands.Command | None:
        if isinstance(event, events.Progress):
            number = next(requests)
            return commands.MeasureTest() if number % 7 == 3 else drawing(number, 1 + number % 90)
        return None

    headless = Driven(config)
    headless.do(commands.Start())
    random_state = torch.get_rng_state()
    watched = Driven(config)  # seeds the random generator, which both share, again
    watched.do(ALL, drawing())
    watched.do(commands.Start(), answer=draw)
    assert losses(watched.events) == losses(headless.events)
    assert len(losses(headless.events)) == 20 * config.epochs
    assert torch.equal(torch.get_rng_state(), random_state)
    figures = [
        [
            replace(told.measurement, seconds=0, samples_per_second=0)
            for told in only(driven.events, events.EpochFinished)
        ]
        for driven in (headless, watched)
    ]
    assert figures[0] == figures[1]
    states = [driven.session.run.trainer.model.state_dict() for driven in (headless, watched)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    steps = set(losses(watched.events))
    for kind in (WeightsObserved, LayersRecorded, ActivationsObserved, Prediction):
        assert steps <= {told.step for told in only(watched.events, kind)} | {0}
    assert len(only(watched.events, TestPredictions)) > config.epochs + 1


def test_an_evaluation_that_is_watched_is_still_one_pass(loss: Any, driven: Driven) -> None:
    passes: list[int] = []
    loss.on_evaluation = lambda: passes.append(1)
    driven.do(commands.Start())
    headless = len(passes)
    watched = Driven(driven.session.run.initial_config)
    passes.clear()
    watched.do(commands.Watch(frozenset({TestPredictions})))
    watched.do(commands.Start())
    assert len(passes) == headless
    assert [told.epoch for told in only(watched.events, TestPredictions)] == [0, 1, 2, 3]


def test_the_answers_are_those_of_the_figures(driven: Driven) -> None:
    driven.do(commands.Watch(frozenset({TestPredictions})))
    driven.do(commands.Start())
    (prepared,) = only(driven.events, events.Prepared)
    labels = prepared.images.test_labels
    told = only(driven.events, TestPredictions)[1:]
    for answered, finished in zip(told, only(driven.events, events.EpochFinished), strict=True):
        measured = finished.measurement
        assert (answered.step, answered.epoch) == (measured.step, measured.epoch)
        right = answered.probabilities.argmax(axis=1) == labels
        assert right.mean() == pytest.approx(measured.test_accuracy)
        assert np.trace(answered.confusion) == right.sum()
        assert answered.losses.mean() == pytest.approx(measured.test_loss, rel=1e-5)


def test_learned_and_forgotten_are_counted_from_one_evaluation_to_the_next(driven: Driven) -> None:
    driven.do(commands.Watch(frozenset({TestPredictions})))
    driven.do(commands.Start(), answer=when_step(30, commands.MeasureTest()))
    (prepared,) = only(driven.events, events.Prepared)
    labels = prepared.images.test_labels
    told = only(driven.events, TestPredictions)
    assert [answered.step for answered in told] == [0, 20, 30, 40, 60]
    right = [answered.probabilities.argmax(axis=1) == labels for answered in told]
    for before, now, answered in zip(right[:-1], right[1:], told[1:], strict=True):
        assert np.array_equal(answered.just_learned, now & ~before)
        assert np.array_equal(answered.just_forgotten, before & ~now)
    assert not told[0].just_learned.any()


@pytest.mark.usefixtures("always_due")
def test_observing_is_no_training_time(driven: Driven, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ProbeRunner, "take_spent", lambda _: 1000.0)
    driven.do(commands.Start())
    assert all(told.measurement.seconds < 1 for told in only(driven.events, events.EpochFinished))
