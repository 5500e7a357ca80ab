"""One run with its record: how it started, what happened, and the state to go back to."""

import copy
from dataclasses import replace
from itertools import pairwise
from time import perf_counter

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from netviz.engine.errors import ConfigError
from netviz.engine.findings.watch import FindingWatch
from netviz.engine.options.option import Effect
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.options.training import chance_level
from netviz.engine.probes.initial_weights import initial_weights
from netviz.engine.probes.layer_rows import untrained_layers
from netviz.engine.protocol.findings import Finding
from netviz.engine.protocol.happening import Happening, What, went_back
from netviz.engine.protocol.layer_record import LayerRecord
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.divergence import BLOCK, Divergence, LossWatch
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.run.history import StepHistory
from netviz.engine.run.layer_history import with_gap
from netviz.engine.run.record import RunRecord
from netviz.engine.run.remedy import rate_that_works
from netviz.engine.run.state import State
from netviz.engine.run.states import States
from netviz.engine.run.version import Version
from netviz.engine.training.trainer import Snapshot, Trainer

STATE_INTERVAL_S = 0.4
"""Training time between two states that are kept for `Run.at`: as long as it takes to go back."""

YOUNG_SHARE = 1 / 8
"""Part of its training time so far that lies between two states of a young run: what it learns
first is what one looks back at most."""

STATE_SHARE = 0.01
"""Part of the training time that keeping them may take."""

_REPLAYED_STEPS = 2000
"""Of a saved run, so many of the last losses say whether it learns."""


class Run:
    """A trainer with its record.

    Attributes
    ----------
    number
        Identifies the run within its session.
    trainer
        The network under training.
    initial_config
        The settings at step 0; with the ledger they give those of any step.
    history
        Loss and learning rate of every step.
    measurements
        One for each epoch, the first of the untrained network.
    ledger
        Every change since step 0, in order.
    tally
        Sums over the epoch under way.
    initial_weights
        How each layer's weights were spread at step 0.
    layers
        What was recorded of the layers over the steps.
    start, started_from
        Weights at step 0 and the file they came from, if they are not the seed's own.
    happenings
        What is to be told of it beside its measurements and changes, in order.
    findings
        What was noticed in it, and what the rules look at.
    """

    def __init__(
        self,
        number: int,
        trainer: Trainer,
        untrained: Measurement,
        start: dict[str, Tensor] | None = None,
        started_from: str = "",
    ) -> None:
        self.number = number
        self.trainer = trainer
        self.initial_config = trainer.config
        self.history = StepHistory()
        self.measurements = [untrained]
        self.ledger: tuple[LedgerEntry, ...] = ()
        self.happenings: tuple[Happening, ...] = ()
        self.tally = EpochTally()
        self.start, self.started_from = start, started_from
        self.initial_weights = initial_weights(trainer.model)
        self.layers = untrained_layers(trainer.model)
        self.findings = FindingWatch()
        self._watch = LossWatch(self._untrained_loss(trainer.config))
        self.states = States([self._keep()])
        self._trained_s = self._stateless_s = self._state_cost_s = 0.0
        self._edits = 0

    @property
    def version(self) -> Version:
        """What is another as soon as the run, or anything in its record, is another."""
        return Version(self.number, self.trainer.step, self._edits)

    @property
    def has_epochs_left(self) -> bool:
        """Whether the config asks for more epochs than were trained."""
        return self.trainer.epoch < self.trainer.config.epochs

    @property
    def is_measurement_due(self) -> bool:
        """Whether an epoch was trained to its end and not yet measured."""
        return self.trainer.epoch > self.measurements[-1].epoch

    @property
    def current_epoch(self) -> int:
        """Epoch under way, counted from 1; the last one when it is complete."""
        in_mid_epoch = not self.trainer.sampler.epoch_done
        return max(1, self.trainer.epoch + in_mid_epoch)

    @property
    def _good(self) -> State:
        """The last state that was kept and is from before any damage."""
        return self.states.last_sound_until(self._watch.sound_step)

    @property
    def good_step(self) -> int:
        """Step of the last good state that was kept."""
        return self._good.step

    def change(self, config: RunConfig) -> tuple[LedgerEntry, ...]:
        """Go on with `config`; return the ledger's new entries.

        A change before the first step makes no entry: the run begins with it. Several changes
        of an option at the same step make one entry, and none if they cancel out.
        """
        self._edits += 1
        changes = config.changes_from(self.trainer.config)
        old = self.trainer.config
        step = self.trainer.step
        if step == 0:
            # A first batch that failed has drawn images and may have moved running averages.
            self.trainer.restore(self.states.last_until(0).snapshot)
        self.trainer.apply(config)
        if step == 0:
            self.initial_config = config
            self.states = self.states.like_these([self._keep()])
            return ()
        entries = []
        ledger = list(self.ledger)
        for name, value in changes.items():
            before = getattr(old, name)
            for entry in ledger:
                if entry.step == step and entry.option == name:
                    before = entry.old
            ledger = [e for e in ledger if not (e.step == step and e.option == name)]
            if before != value:
                entries.append(LedgerEntry(step, self.current_epoch, name, before, value))
        self.ledger = (*ledger, *entries)
        return tuple(entries)

    def note(self, what: What, text: str) -> None:
        """Remember what happened now, to be told in the log."""
        self._edits += 1
        happening = Happening(self.trainer.step, self.current_epoch, what, text)
        self.happenings = (*self.happenings, happening)

    @property
    def watch(self) -> LossWatch:
        """What is remembered of the losses, to notice that the run has diverged."""
        return self._watch

    @property
    def good_config(self) -> RunConfig:
        """Settings with which the last good state was reached."""
        return self.config_at(self.good_step - 1) if self.good_step else self.initial_config

    @property
    def divergence(self) -> Divergence | None:
        """What says that the network is ruined, for as long as it is."""
        return self._watch.divergence

    @property
    def is_in_doubt(self) -> bool:
        """Whether the last losses were bad and it is not yet known what becomes of the network."""
        return self._watch.is_undecided

    @property
    def better_rate(self) -> float:
        """A learning rate that is likely to train from the last good state on."""
        earlier = self.good_config.learning_rate
        return rate_that_works(self.trainer.config, earlier, self._watch.good_rate)

    def watch_losses(self, losses: NDArray[np.float32]) -> None:
        """Look in the losses of the batches since this was called last for signs of divergence."""
        self._add_losses(self._watch, losses, self.trainer.config)

    def _add_losses(self, watch: LossWatch, losses: NDArray[np.float32], config: RunConfig) -> None:
        """Give `watch` the losses of batches that were trained with `config`."""
        untrained = self._untrained_loss(config)
        if untrained != watch.untrained:  # the loss function is another
            watch.measure_in(untrained)
        watch.add(losses.tolist(), config.learning_rate, config.batch_size)

    def keep_state(self, seconds: float, *, at_epoch_end: bool = False) -> None:
        """Keep the present state for `at`, where that takes less than a hundredth of the time.

        A young run is damaged most easily: there a state is also kept wherever there are twice as
        many steps as at the one before. How long it takes is known from the last time, but for a
        slow moment, such as one in which Python collects its garbage: after that there would be
        none for long.

        Parameters
        ----------
        seconds
            Training time since this was called last.
        at_epoch_end
            Whether it is one to keep however short ago the last one was, if there is the time.
        """
        self._stateless_s += seconds
        self._trained_s += seconds
        at_least_s = 0.0 if at_epoch_end else STATE_INTERVAL_S
        if self._trained_s:
            at_least_s = min(at_least_s, YOUNG_SHARE * self._trained_s)
        step, last = self.trainer.step, self.states.last_until(self.trainer.step).step
        is_due = self._stateless_s >= max(at_least_s, self._state_cost_s / STATE_SHARE)
        if is_due or step == last or step >= max(BLOCK, 2 * last):
            began = perf_counter()
            self.states.add(self._keep())
            cost_s = perf_counter() - began
            self._state_cost_s = min(cost_s, 2 * (self._state_cost_s or cost_s))
            self._stateless_s = 0.0

    def finish_epoch(self, measurement: Measurement) -> None:
        """Take the measurement of an epoch that was trained to its end.

        States that were kept at this step are from before it, and the schedule may depend on it.
        """
        self._edits += 1
        self.measurements.append(measurement)
        self.tally = EpochTally()
        self.trainer.note_test_loss(measurement.test_loss)
        self.keep_state(0.0, at_epoch_end=True)

    def good_record(self) -> RunRecord:
        """Return the run as it was at its last good state."""
        return self._record(self._good)

    def sound_record(self) -> RunRecord:
        """Return the run as it is; as it was at its last good state, where it has been ruined.

        A step can break weights while its loss, which it was made from, is still a number. A run
        that has diverged before any good state was kept has nothing better than what it is.
        """
        return self.records_to_save()[0]

    def records_to_save(self) -> tuple[RunRecord, RunRecord | None]:
        """Return `sound_record`, and the run as it is where that is another one.

        The second is None where its weights are no numbers any more: nothing could go on from
        them.
        """
        present = self._keep()
        if _broken_parts(present.snapshot) - _broken_parts(self._good.snapshot):
            return self.good_record(), None
        if self.divergence and self.good_step:
            return self.good_record(), self._record(present)
        return self._record(present), None

    def present_record(self) -> RunRecord | None:
        """Return the run as it is, also where it has diverged; None where nothing can go on so.

        That is where its weights are no numbers any more and there is a good state.
        """
        present = self._keep()
        is_broken = _broken_parts(present.snapshot) - _broken_parts(self._good.snapshot)
        return None if is_broken else self._record(present)

    def _record(self, kept: State) -> RunRecord:
        step = kept.step
        return RunRecord(
            kept.snapshot,
            self.initial_config,
            self.history.until(step),
            [m for m in self.measurements if m.step <= step],
            kept.ledger,
            kept.tally,
            self.start,
            self.started_from,
            self.trainer.usual_threads,
            self.layers.until(step),
            tuple(found for found in self.findings.found if found.step <= step),
            tuple(each for each in self.happenings if each.step <= step),
        )

    def at(self, step: int, trainer: Trainer, tally: EpochTally, number: int) -> "Run":
        """Return a run that is where this one was at `step`, and goes on by itself.

        Parameters
        ----------
        trainer, tally
            As they were at that step, before anything was changed there.
        """
        run = copy.copy(self)
        run.number, run.trainer, run.tally = number, trainer, tally
        run.history, run.layers = self.history.until(step), self.layers.until(step)
        run.measurements = [each for each in self.measurements if each.step <= step]
        run.ledger = tuple(entry for entry in self.ledger if entry.step < step)
        run.findings = copy.deepcopy(self.findings)
        run.findings.truncate(step)
        run.states = self.states.until(step)
        state = run.states.last_until(step)
        run._watch = run._followed(state.watch.copy(), state.step)
        if state.step == step:  # it may be from after a change that is gone now
            run.states.add(run._keep())
        if step <= self._watch.sound_step:  # it is known here what came after
            run.states.trusted_step = step
        run._stateless_s = 0.0
        run.happenings = went_back(self.happenings, step, run.current_epoch, self.trainer.step)
        return run

    def copied(self, trainer: Trainer, number: int) -> "Run":
        """Return a run that is where this one is, and goes on by itself.

        Parameters
        ----------
        trainer
            A twin of this run's, in the same state.
        """
        run = copy.copy(self)
        run.number, run.trainer, run.tally = number, trainer, replace(self.tally)
        run.history, run.measurements = self.history.copy(), list(self.measurements)
        run.findings, run._watch = copy.deepcopy(self.findings), self._watch.copy()
        run.states = self.states.until(trainer.step)
        return run

    def restore_record(
        self,
        initial_config: RunConfig,
        history: StepHistory,
        measurements: list[Measurement],
        ledger: tuple[LedgerEntry, ...],
        tally: EpochTally,
        layers: LayerRecord | None = None,
        findings: tuple[Finding, ...] = (),
        happenings: tuple[Happening, ...] = (),
    ) -> None:
        """Go on with the record of a saved run, whose state the trainer already has.

        Without `layers` it has a gap from the untrained network up to here.
        """
        self.initial_config = initial_config
        self.history = history
        self.measurements = measurements
        self.ledger = ledger
        self.tally = tally
        self.layers = layers or with_gap(self.layers, self.trainer.step)
        self.findings = FindingWatch(findings)
        self.happenings = happenings
        self._watch = self._replayed()
        self.states.add(self._keep())
        self.states.trusted_step = self.trainer.step  # there is no better one

    def _replayed(self) -> LossWatch:
        """Return what the last losses of a saved run say, without a verdict on what is past."""
        first = max(0, len(self.history) - _REPLAYED_STEPS) // BLOCK * BLOCK
        watch = LossWatch(self._untrained_loss(self.config_at(first)), step=first)
        return self._followed(watch, first)

    def _followed(self, watch: LossWatch, first: int) -> LossWatch:
        """Give `watch` all losses after the step `first`, and return it."""
        losses = self.history.losses
        changed = sorted({entry.step for entry in self.ledger if entry.step > first})
        for start, end in pairwise([first, *changed, len(losses)]):
            if start < end:
                self._add_losses(watch, losses[start:end], self.config_at(start))
        return watch

    def config_at(self, step: int) -> RunConfig:
        """Return the settings of the batch that follows `step`."""
        changes = {entry.option: entry.new for entry in self.ledger if entry.step <= step}
        return self.initial_config.with_changes(changes)

    def _untrained_loss(self, config: RunConfig) -> float:
        """Return the loss of the untrained network, by the loss function of `config`.

        A run that began with trained weights has never been untrained: there it is the loss of a
        network that knows nothing.
        """
        classes = len(self.trainer.data.classes)
        chance = chance_level(config.loss, classes)
        measured_by = chance_level(self.initial_config.loss, classes)
        return chance * max(1.0, self.measurements[0].train_loss / measured_by)

    def _keep(self) -> State:
        return State(self.trainer.snapshot(), self.ledger, self._watch.copy(), replace(self.tally))


def _broken_parts(snapshot: Snapshot) -> set[str]:
    """Return the names of weights and buffers that hold a NaN or an infinity."""
    return {
        name
        for name, value in snapshot.model.items()
        if isinstance(value, Tensor) and value.layout is torch.strided  # what a file can hold
        if not value.isfinite().all()
    }


def refuse_resets(config: RunConfig, current: RunConfig) -> None:
    """Raise `ConfigError` if `config` changes an option that takes effect on Reset only."""
    for name in config.changes_from(current):
        if OPTIONS[name].effect is Effect.RESET:
            raise ConfigError(
                f"{OPTIONS[name].label} cannot change during a run.",
                "Reset the run to change it.",
            )
