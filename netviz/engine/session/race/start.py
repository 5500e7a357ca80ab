"""Where the runs of a race begin: all at the same state, each with settings of its own."""

from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from netviz.engine.options.run_config import RunConfig
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.run.run import Run
from netviz.engine.session.preparation import RandomState, beside, measure
from netviz.engine.session.replaced_run import ReplacedRun


def copied(start: ReplacedRun) -> ReplacedRun:
    """Return a run that goes on from where `start` is, by itself."""
    present = RandomState.now()
    try:
        return _copied(start)
    finally:
        present.restore()


def with_changes(
    start: ReplacedRun, changes: Mapping[str, Any]
) -> Generator[None, None, ReplacedRun]:
    """Return the same with other settings, as the generator's value.

    An untrained network that is to be trained with another loss is measured with it.
    """
    return beside(_with_changes(start, changes))


def _with_changes(
    start: ReplacedRun, changes: Mapping[str, Any]
) -> Generator[None, None, ReplacedRun]:
    run = _copied(start).run
    before = run.trainer.config
    config = before.with_changes(changes)
    if run.trainer.step == 0 and config.loss != before.loss:
        run = yield from _measured_anew(run, config)
    run.change(config)
    return replace(start, run=run, random_state=RandomState.now())


def _copied(start: ReplacedRun) -> ReplacedRun:
    run = start.run
    start.random_state.restore()
    snapshot = run.trainer.snapshot()
    twin = run.trainer.twin()
    twin.restore(snapshot)
    return replace(start, run=run.copied(twin, run.number))


def _measured_anew(run: Run, config: RunConfig) -> Generator[None, None, Run]:
    """Return an untrained run with the loss of `config`."""
    trainer = run.trainer
    with_loss = trainer.config.with_changes({"loss": config.loss})
    trainer.restore(replace(trainer.snapshot(), config=with_loss, trained_with=None))
    untrained, _ = yield from measure(trainer, EpochTally())
    return Run(run.number, trainer, untrained, run.start, run.started_from)
