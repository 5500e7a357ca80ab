"""What is pointed out in fifty varied runs, and whether it is true.

``python -m netviz.benchmarks.findings_trial`` trains networks of many kinds on the bundled sample,
on parts of it and, with ``--data-dir``, on MNIST, and judges each finding by what the rules do not
see: an offered rate by training on with it and without it, dead units by all training images,
overfitting and a weak class by the end of the run, gradients by those of a thousand images.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Annotated

import torch
import typer
from torch import Tensor

from netviz.benchmarks.findings_runs import RUNS, TrialRun, dataset_of
from netviz.engine.datasets.dataset import Dataset
from netviz.engine.datasets.load import load
from netviz.engine.errors import NetvizError
from netviz.engine.observatory.observatory import Observatory
from netviz.engine.options.run_config import RunConfig
from netviz.engine.options.training import chance_level
from netviz.engine.probes.layers import flow, layers_of
from netviz.engine.protocol import events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.findings import ActionKind, Finding, FindingKind
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.run.run import Run
from netviz.engine.session.preparation import measure, value_of
from netviz.engine.session.run_keeper import RunKeeper
from netviz.engine.session.training_loop import TrainingLoop
from netviz.engine.training.trainer import DeviceData, Snapshot, Trainer

_CPU = torch.device("cpu")
_AHEAD = 3
"""Epochs that are trained on with an offered rate, and without it."""


@dataclass(frozen=True)
class Verdict:
    """A finding, whether it is true, and the figures that say so."""

    finding: Finding
    is_true: bool
    why: str


@dataclass(frozen=True)
class Outcome:
    """What became of one run."""

    run: TrialRun
    verdicts: tuple[Verdict, ...]
    diverging: tuple[events.Diverging, ...]
    last: Measurement
    chance: float
    failure: str = ""

    @property
    def is_quiet(self) -> bool:
        """Whether nothing was pointed out."""
        return not self.verdicts and not self.diverging

    @property
    def is_silent(self) -> bool:
        """Whether the run learned next to nothing and nothing was said of it."""
        return self.is_quiet and not self.failure and self.last.train_loss > 0.8 * self.chance

    @property
    def is_ruined(self) -> bool:
        """Whether the network was one at the end that has diverged."""
        loss = self.last.train_loss
        return loss > 0.7 * self.chance or not math.isfinite(loss)


class _Watcher:
    """Keeps each new finding with the state of the run at that moment, and each divergence."""

    def __init__(self) -> None:
        self.made: list[tuple[Finding, Snapshot]] = []
        self.diverging: list[events.Diverging] = []
        self.trainer: Trainer | None = None

    def take(self, event: Event) -> None:
        """Take an event of the loop."""
        if isinstance(event, events.FindingsChanged) and self.trainer:
            for finding in event.found[len(self.made) :]:
                self.made.append((finding, self.trainer.snapshot()))
        elif isinstance(event, events.Diverging):
            self.diverging.append(event)


def try_run(run: TrialRun, sample: Dataset, mnist: Dataset | None) -> Outcome:
    """Train one run to its end and judge what was pointed out."""
    watcher = _Watcher()
    config = RunConfig.parse({"device": "cpu", "threads": 1, **run.values})
    data = DeviceData.of(dataset_of(run, sample, mnist), _CPU)
    trainer = watcher.trainer = Trainer(config, data, _CPU)
    untrained, _ = value_of(measure(trainer, EpochTally()))
    trained = Run(1, trainer, untrained)
    observatory = Observatory(watcher.take)
    loop = TrainingLoop(watcher.take, observatory, RunKeeper(watcher.take, None), lambda: False)
    loop.start_clock()
    failure = ""
    try:
        for _ in loop.train(trained):
            pass
    except NetvizError as error:
        failure = error.message
    chance = chance_level(config.loss, len(data.classes))
    end, verdicts = trainer.snapshot(), []
    for finding, then in watcher.made:
        verdicts.append(_judged(trained, finding, then))
        trainer.restore(end)
    last = trained.measurements[-1]
    verdicts = [_with_reset(verdict, trained, last) for verdict in verdicts]
    return Outcome(run, tuple(verdicts), tuple(watcher.diverging), last, chance, failure)


def _with_reset(verdict: Verdict, run: Run, last: Measurement) -> Verdict:
    """Try what a link that resets offers, for as many epochs as the run had."""
    resets = [a for a in verdict.finding.actions if a.kind is ActionKind.RESET]
    if not resets:
        return verdict
    trainer = Trainer(run.trainer.config.with_changes(resets[0].changes), run.trainer.data, _CPU)
    while trainer.epoch < last.epoch:
        trainer.train_batch()
    try:
        tried = value_of(measure(trainer, EpochTally()))[0]
    except NetvizError as error:
        return replace(verdict, is_true=False, why=f"{verdict.why}; {error.message}")
    why = f"{verdict.why}; after the reset train {tried.train_loss:.3f} instead of "
    is_better = tried.train_loss < last.train_loss
    return replace(
        verdict, is_true=verdict.is_true and is_better, why=f"{why}{last.train_loss:.3f}"
    )


def _judged(run: Run, finding: Finding, then: Snapshot) -> Verdict:
    last = run.measurements[-1]
    match finding.kind:
        case FindingKind.NOT_LEARNING | FindingKind.RATE_COULD_RISE:
            return _rate_judged(run, finding, then)
        case FindingKind.DEAD_LAYER | FindingKind.DEAD_UNITS:
            dead = _dead_share(run.trainer, finding.subject)
            run.trainer.restore(then)
            was = _dead_share(run.trainer, finding.subject)
            # A few images of thousands may switch on a unit that the probe's did not.
            is_true = min(was, dead) >= (0.95 if finding.kind is FindingKind.DEAD_LAYER else 0.7)
            why = f"on all training images {was:.1%} then, {dead:.1%} at the end"
        case FindingKind.OVERFITTING:
            best = min(run.measurements, key=lambda item: item.test_loss)
            is_true = last.test_loss > 1.05 * best.test_loss and last.train_loss < best.train_loss
            why = (
                f"best test {best.test_loss:.3f} in epoch {best.epoch}, last {last.test_loss:.3f}"
                f" in {last.epoch}; train {best.train_loss:.3f}, {last.train_loss:.3f}"
            )
        case FindingKind.WEAK_CLASS:
            score = run.findings.scores[-1]
            own = int(finding.subject)
            accuracy = score.correct[own] / score.total[own]
            rest = (score.correct.sum() - score.correct[own]) / (
                score.total.sum() - score.total[own]
            )
            is_true, why = rest - accuracy > 0.15, f"at the end {accuracy:.0%}, others {rest:.0%}"
        case FindingKind.VANISHING | FindingKind.EXPLODING:
            ratio = _gradient_ratio(run.trainer, then)
            is_true = ratio < 1e-2 if finding.kind is FindingKind.VANISHING else ratio > 1e2
            why = f"first to last layer over 1,000 images {ratio:.1e}"
    return Verdict(finding, bool(is_true), why)


def _rate_judged(run: Run, finding: Finding, then: Snapshot) -> Verdict:
    """Train on with the offered rate, and as it was."""
    ends = []
    for changes in (finding.actions[0].changes, {}):
        run.trainer.restore(then)
        run.trainer.apply(then.config.with_changes({**changes, "epochs": 100_000}))
        epoch = run.trainer.epoch
        try:
            while run.trainer.epoch < epoch + _AHEAD:
                run.trainer.train_batch()
            ends.append(value_of(measure(run.trainer, EpochTally()))[0])
        except NetvizError:
            ends.append(replace(run.measurements[-1], train_loss=math.inf, test_loss=math.inf))
    new, old = ends
    is_true = new.train_loss < old.train_loss and new.test_loss < 1.02 * old.test_loss
    why = (
        f"{_AHEAD} epochs on, train {new.train_loss:.3f} instead of {old.train_loss:.3f}, "
        f"test {new.test_loss:.3f} instead of {old.test_loss:.3f}"
    )
    return Verdict(finding, is_true, why)


def _dead_share(trainer: Trainer, name: str) -> float:
    trainer.model.eval()
    alive: Tensor | None = None
    with torch.no_grad():
        for images in torch.split(trainer.data.train_images, 500):
            _, passed = flow(trainer.model, images)
            values = next(each.values for each in passed if each.layer.name == name)
            now = (values != 0).transpose(0, 1).flatten(1).any(dim=1)
            alive = now if alive is None else alive | now
    trainer.model.train()
    return 1 - float(alive.double().mean()) if alive is not None else 1.0


def _gradient_ratio(trainer: Trainer, then: Snapshot) -> float:
    trainer.restore(then)
    trainer.optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(
        trainer.model(trainer.data.train_images[:1000]), trainer.data.train_labels[:1000]
    )
    loss.backward()  # type: ignore[no-untyped-call]
    gradients = [layer.module.weight.grad for layer in layers_of(trainer.model)]
    sizes = [float(each.square().mean().sqrt()) for each in gradients if each is not None]
    return sizes[0] / sizes[-1] if sizes[-1] else math.inf


def main(
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of downloaded data sets, for runs on MNIST.")
    ] = None,
    only: Annotated[str, typer.Option(help="Only runs whose name has this in it.")] = "",
) -> None:
    """Print a line for each finding, and a sum."""
    torch.set_num_threads(1)
    sample = load("mnist-sample", None)
    mnist = load("mnist", data_dir) if data_dir else None
    outcomes = []
    for run in RUNS:
        if only not in run.name or (run.needs_mnist and mnist is None):
            continue
        began = perf_counter()
        outcomes.append(try_run(run, sample, mnist))
        _tell(outcomes[-1], perf_counter() - began)
    _sum_up(outcomes)


def _tell(outcome: Outcome, seconds: float) -> None:
    last = outcome.last
    typer.echo(
        f"{outcome.run.name}: epoch {last.epoch}, train {last.train_loss:.3f}, test "
        f"{last.test_loss:.3f} ({last.test_accuracy:.1%}), {seconds:.1f} s"
        f"{'; SILENT' if outcome.is_silent else ''} {outcome.failure}"
    )
    for diverging in outcome.diverging:
        sign = "true " if outcome.is_ruined else "FALSE"
        typer.echo(f"    {sign} step {diverging.step:,} {diverging.message}")
        typer.echo(f"          train loss at the end {last.train_loss:.3g}")
    for verdict in outcome.verdicts:
        finding = verdict.finding
        sign = "true " if verdict.is_true else "FALSE"
        typer.echo(f"    {sign} step {finding.step:,} (epoch {finding.epoch}) {finding.text}")
        typer.echo(f"          {[a.label for a in finding.actions]}; {verdict.why}")


def _sum_up(outcomes: Sequence[Outcome]) -> None:
    diverged = [outcome.is_ruined for outcome in outcomes for _ in outcome.diverging]
    typer.echo(f"diverged: {sum(diverged)} of {len(diverged)} true")
    verdicts = [verdict for outcome in outcomes for verdict in outcome.verdicts]
    for kind in FindingKind:
        of_kind = [verdict.is_true for verdict in verdicts if verdict.finding.kind is kind]
        typer.echo(f"{kind.value}: {sum(of_kind)} of {len(of_kind)} true")
    quiet = sum(outcome.is_quiet for outcome in outcomes)
    silent = [outcome.run.name for outcome in outcomes if outcome.is_silent]
    typer.echo(
        f"{len(outcomes)} runs, {quiet} without a word; nothing learned in silence: {silent}"
    )


if __name__ == "__main__":
    typer.run(main)
