"""Where the runs of a race begin: all at the same state, each with settings of its own."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from netviz.engine.options.run_config import RunConfig
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.run.run import Run
from netviz.engine.session.preparation import measure, value_of
from netviz.engine.session.replaced_run import ReplacedRun
from netviz.engine.training.random_state import RandomState


def copied(start: ReplacedRun, changes: Mapping[str, Any] | None = None) -> ReplacedRun:
    """Return a run that goes on from where `start` is, by itself, with other settings.

    An untrained network that is to be trained with another loss is measured with it, which takes
    as long as an evaluation.
    """
    present = RandomState.now()
    try:
        run = _copied(start)
        before = run.trainer.config
        config = before.with_changes(changes or {})
        if run.trainer.step == 0 and config.loss != before.loss:
            run = _measured_anew(run, config)
        if config != before:
            run.change(config)
        return replace(start, run=run, random_state=RandomState.now())
    finally:
        present.restore()


def _copied(start: ReplacedRun) -> Run:
    run = start.run
    start.random_state.restore()
    snapshot = run.trainer.snapshot()
    twin = run.trainer.twin()
    twin.restore(snapshot)
    return run.copied(twin, run.number)


def _measured_anew(run: Run, config: RunConfig) -> Run:
    """Return an untrained run with the loss of `config`."""
    trainer = run.trainer
    with_loss = trainer.config.with_changes({"loss": config.loss})
    trainer.restore(replace(trainer.snapshot(), config=with_loss, trained_with=None))
    untrained, _ = value_of(measure(trainer, EpochTally()))
    return Run(run.number, trainer, untrained, run.start, run.started_from)
