"""What is read of the batches since the last report: their figures, and training time alone."""

import pytest
import torch

from netviz.engine.session import batch_meter
from netviz.engine.session.batch_meter import Meter
from netviz.engine.training.trainer import Batch

INTERVAL_S = 0.5


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(batch_meter, "perf_counter", clock)
    monkeypatch.setattr(batch_meter, "REPORT_INTERVAL_S", INTERVAL_S)
    return clock


def batch(loss: float, right: int, wrong: int, kind: torch.dtype = torch.float32) -> Batch:
    """A batch of which so many images were predicted rightly."""
    labels = torch.arange(right + wrong) % 3
    predicted = torch.where(torch.arange(right + wrong) < right, labels, (labels + 1) % 3)
    logits = torch.nn.functional.one_hot(predicted, 3).to(kind)
    return Batch(torch.tensor(loss, dtype=kind), logits, labels, loss / 10)


def test_a_reading_is_of_all_batches_since_the_last(clock: Clock) -> None:
    meter = Meter()
    for each in (batch(0.5, 3, 1), batch(0.25, 0, 5), batch(2.0, 4, 0)):
        meter.add(each)
    assert len(meter) == 3
    reading = meter.read()
    assert reading.losses.tolist() == [0.5, 0.25, 2.0]
    assert reading.learning_rates.tolist() == [0.05, 0.025, 0.2]
    assert (reading.samples, reading.correct) == (13, 7)
    assert len(meter) == 0
    meter.add(batch(1.0, 1, 1))
    assert meter.read().samples == 2


@pytest.mark.parametrize("kind", [torch.float64, torch.float16, torch.bfloat16])
def test_a_network_may_compute_with_numbers_of_any_kind(clock: Clock, kind: torch.dtype) -> None:
    meter = Meter()
    meter.add(batch(0.5, 3, 1, kind))
    reading = meter.read()
    assert (reading.losses.dtype, reading.losses.tolist()) == ("float32", [0.5])
    assert (reading.samples, reading.correct) == (4, 3)


def test_only_the_time_of_the_training_is_counted(clock: Clock) -> None:
    meter = Meter()
    clock.now += 10
    meter.start()
    clock.now += 3
    meter.leave_out(2)
    meter.add(batch(1.0, 1, 0))
    assert meter.read().seconds == pytest.approx(1)
    clock.now += 5
    meter.add(batch(1.0, 1, 0))
    assert meter.read().seconds == pytest.approx(5)
    meter.add(batch(1.0, 1, 0))
    assert 0 < meter.read().seconds < 1e-6, "a speed can be told of no time at all"


def test_it_is_due_as_soon_as_the_time_between_two_reports_has_passed(clock: Clock) -> None:
    meter = Meter()
    clock.now += INTERVAL_S / 2
    assert not meter.is_due()
    meter.leave_out(INTERVAL_S / 4)
    clock.now += INTERVAL_S / 2
    assert not meter.is_due()
    clock.now += INTERVAL_S / 4
    assert meter.is_due()
    meter.add(batch(1.0, 1, 0))
    meter.read()
    assert not meter.is_due()


def test_what_is_dropped_is_never_read(clock: Clock) -> None:
    meter = Meter()
    meter.add(batch(1.0, 1, 0))
    meter.drop()
    assert len(meter) == 0
    meter.add(batch(3.0, 1, 0))
    assert meter.read().losses.tolist() == [3.0]
