"""Reaches a step of a run's past again, beside the run, which stays as it is."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from netviz.engine.errors import TrainingError
from netviz.engine.protocol import events
from netviz.engine.protocol.events import Event
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.run.run import Run
from netviz.engine.session import reports
from netviz.engine.session.batch_meter import Meter
from netviz.engine.training.random_state import RandomState
from netviz.engine.training.trainer import Trainer

SLICE_S = 0.01
"""Work is done for so long at a time, so that commands are obeyed meanwhile."""

_ROUNDING = 1e-3
"""Relative difference of losses that a GPU, which adds up in any order, may make."""


@dataclass(frozen=True, eq=False)
class Reached:
    """A step of a run's past, reached by a trainer of its own.

    Attributes
    ----------
    trainer, tally
        As they were at that step, before anything was changed there.
    random_state
        The random generators as they were after that step.
    """

    trainer: Trainer
    tally: EpochTally
    random_state: RandomState


def reach(
    run: Run, step: int, emit: Callable[[Event], None]
) -> Generator[None, None, Reached | None]:
    """Train from the last state before `step` on, over the same batches with the same changes.

    Between its parts torch's random generators are those of `run`.

    Parameters
    ----------
    step
        From 0 to the last step of `run`.
    emit
        Takes each `GoingBack`, the last one also where this is given up, and `Refused`.

    Returns
    -------
    Reached
        As the generator's value; None where the step could not be reached.
    """

    def tell(done: float) -> None:
        emit(events.GoingBack(run.number, step, done))

    tell(0.0)
    try:
        return (yield from _beside(_replay(run, step, tell)))
    except Exception as error:  # noqa: BLE001 - the run itself is well, and stays as it is
        emit(reports.refused(run.number, error))
        return None
    finally:
        tell(1.0)


def _beside(work: Generator[None, None, Reached]) -> Generator[None, None, Reached]:
    """Do `work` with random generators of its own; what they are to begin with, it decides."""
    mine = RandomState.now()
    while True:
        present = RandomState.now()
        mine.restore()
        try:
            next(work)
        except StopIteration as done:
            reached: Reached = done.value
            return reached
        finally:
            mine = RandomState.now()
            present.restore()
        yield


def _replay(run: Run, step: int, tell: Callable[[float], None]) -> Generator[None, None, Reached]:
    state = run.states.last_until(step)
    trainer, tally, meter = run.trainer.twin(), replace(state.tally), Meter()
    trainer.restore(state.snapshot)
    measured = {each.step: each.test_loss for each in run.measurements if each.epoch}
    changed = {state.step, *(entry.step for entry in run.ledger)}
    until = perf_counter() + SLICE_S
    while trainer.step < step:
        if trainer.step in changed:
            trainer.apply(run.config_at(trainer.step))
        meter.add(trainer.train_batch())
        is_over = trainer.sampler.epoch_done
        if is_over or trainer.step == step or perf_counter() >= until:
            reading = meter.read()
            _compare(run, trainer, reading.losses)
            tally.add(reading.samples, reading.correct, reading.seconds)
            if is_over and trainer.step in measured:
                trainer.note_test_loss(measured[trainer.step])
                tally = EpochTally()
            tell((trainer.step - state.step) / (step - state.step))
            yield
            meter.start()
            until = perf_counter() + SLICE_S
    trainer.apply(run.config_at(step - 1) if step else run.initial_config)
    return Reached(trainer, tally, RandomState.now())


def _compare(run: Run, trainer: Trainer, losses: NDArray[np.float32]) -> None:
    """Raise `TrainingError` where the losses of the last steps are not those of the first time."""
    first = trainer.step - len(losses)
    before = run.history.losses[first : trainer.step]
    if trainer.device.type == "cpu":
        same = losses == before
    else:
        same = np.isclose(losses, before, rtol=_ROUNDING, atol=_ROUNDING)
    if not same.all():
        index = int(same.argmin())
        raise TrainingError(
            f"Step {first + index + 1:,} is not as it was: its loss was {before[index]:g} and is "
            f"{losses[index]:g} now.",
            "What lies behind it cannot be reached again: the network's file, the data or torch "
            "may be another than the run began with. The run goes on where it is.",
        )
