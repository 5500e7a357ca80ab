"""How often divergence is missed, and how often it is seen where there is none.

``python -m netviz.benchmarks.divergence_trial --networks 60`` trains random networks on the
bundled sample, four runs of each: two at rates up to the edge at which it still learns, and two at
3 to 1,000 times that edge, one of them from the middle of the run on. What became of a network is
judged by its end, where the watch judges on the way, and by what the watch does not see: its units
and its weights.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import torch
import typer
from torch import nn

from netviz.engine.datasets.load import load
from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.options.run_config import LOSSES, RunConfig
from netviz.engine.options.training import chance_level
from netviz.engine.run.divergence import HIGHEST, LossWatch
from netviz.engine.training.trainer import DeviceData, Trainer

_LARGEST_RATE = 1000.0
_GROWTH = 2.5
"""Factor between the rates among which the edge is looked for."""

_TOLD_EVERY = 40

_DEAD, _GROWN = 0.5, 2.0
"""From here on units and weights count as harmed; so does a network that had learned before."""

_CPU = torch.device("cpu")
_HIDDEN = ((32,), (64, 64), (64, 64, 64), (128,))


@dataclass(frozen=True)
class Trial:
    """One run: what became of the network, and what the watch said.

    Attributes
    ----------
    became
        ``healthy``, ``ruined``, ``not finite``, ``slow`` where the loss is that of an untrained
        network and no harm can be seen, or, where one may think either, ``doubtful``.
    alarmed_after
        Batches after the start, or after the change of the rate; None without an alarm.
    dead
        Fraction of units that no image switches on, in the layer where it is largest.
    growth
        How many times as long as at the start the weights are, in the layer where that is most.
    """

    values: dict[str, Any]
    rates: tuple[float, ...]
    became: str
    alarmed_after: int | None
    dead: float = math.nan
    growth: float = math.nan


def trials(networks: int, seed: int) -> Iterator[Trial]:
    """Train four runs of each of so many random networks."""
    torch.set_num_threads(1)
    data = DeviceData.of(load("mnist-sample", None), _CPU)
    random = np.random.default_rng(seed)
    for _ in range(networks):
        values, count = _random_values(random)
        edge = _edge(values, count, data)
        if edge is None:
            continue
        usual = edge * _between(random, 0.1, 0.6)
        hopeless = min(_LARGEST_RATE, edge * _between(random, 3, 1000))
        yield _tried(values, (edge * _between(random, 0.01, 1),), count, data)
        yield _tried(values, (edge * _between(random, 0.3, 1),), count, data)
        yield _tried(values, (hopeless,), count, data)
        yield _tried(values, (usual, hopeless), count, data)


def _between(random: np.random.Generator, low: float, high: float) -> float:
    return math.exp(random.uniform(math.log(low), math.log(high)))


def _random_values(random: np.random.Generator) -> tuple[dict[str, Any], int]:
    """Return random settings, and for how many batches to train with them."""
    batch_size = round(_between(random, 1, 512))
    values: dict[str, Any] = {
        "optimizer": str(random.choice(list(OPTIMIZERS))),
        "loss": str(random.choice(list(LOSSES))),
        "batch_size": batch_size,
        "hidden": _HIDDEN[random.integers(len(_HIDDEN))],
        "seed": int(random.integers(1_000_000)),
        "device": "cpu",
        "threads": 1,
    }
    if values["optimizer"] == "sgd":
        values["momentum"] = float(random.choice([0.0, 0.9]))
    return values, int(np.clip(30_000 / batch_size, 160, 700))


def _edge(values: dict[str, Any], count: int, data: DeviceData) -> float | None:
    """Return the largest rate at which the network learns, to a factor of `_GROWTH`."""
    rate = OPTIMIZERS[values["optimizer"]].usual_rate / 10
    edge = None
    while rate < _LARGEST_RATE:
        trainer = Trainer(RunConfig.parse({**values, "learning_rate": rate}), data, _CPU)
        losses = _losses(trainer, min(count, 300))
        if np.mean(losses[-40:]) < 0.8 * _chance(trainer):
            edge = rate
        elif edge or rate > OPTIMIZERS[values["optimizer"]].usual_rate * 10:
            break
        rate *= _GROWTH
    return edge


def _losses(trainer: Trainer, count: int) -> list[float]:
    losses: list[float] = torch.stack([trainer.train_batch().loss for _ in range(count)]).tolist()
    return losses


def _chance(trainer: Trainer) -> float:
    return chance_level(trainer.config.loss, len(trainer.data.classes))


def _dead_units(trainer: Trainer) -> float:
    values, dead = trainer.data.test_images, 0.0
    with torch.no_grad():
        for layer in trainer.model.children():
            values = layer(values)
            if isinstance(layer, nn.ReLU):
                dead = max(dead, float((values.amax(dim=0) <= 0).double().mean()))
    return dead


def _lengths(trainer: Trainer) -> list[float]:
    return [float(weights.detach().norm()) for weights in trainer.model.parameters()][::2]


def _tried(values: dict[str, Any], rates: tuple[float, ...], count: int, data: DeviceData) -> Trial:
    """Train `count` batches with each of the rates, watched as a run is."""
    trainer = Trainer(RunConfig.parse({**values, "learning_rate": rates[0]}), data, _CPU)
    watch = LossWatch(_chance(trainer))
    before = _lengths(trainer)
    alarm: int | None = None
    losses: list[float] = []
    for rate in rates:
        trainer.apply(trainer.config.with_changes({"learning_rate": rate}))
        losses = _losses(trainer, count)
        if not np.isfinite(losses).all():
            return Trial(values, rates, "not finite", None)
        # In small parts, so that an alarm of which nothing is left at the end counts, too.
        for start in range(0, count, 8):
            watch.add(losses[start : start + 8], rate, values["batch_size"])
            if watch.divergence and alarm is None:
                alarm = trainer.step - count + start + 8
    begun = trainer.step - count
    last = np.minimum(losses[-64:], HIGHEST * _chance(trainer)).mean() / _chance(trainer)
    dead = _dead_units(trainer)
    growth = max(now / then for now, then in zip(_lengths(trainer), before, strict=True))
    is_harmed = dead > _DEAD or growth > _GROWN or len(rates) > 1
    became = "healthy" if last < 0.7 else "doubtful"
    if last > 0.9:
        became = "ruined" if is_harmed else "slow"
    return Trial(values, rates, became, None if alarm is None else alarm - begun, dead, growth)


def _with_alarm(counts: Counter[tuple[str, bool]]) -> str:
    parts = []
    for became in ("healthy", "ruined", "slow", "doubtful", "not finite"):
        seen, unseen = counts[became, True], counts[became, False]
        parts.append(f"{became}: {seen} of {seen + unseen} with an alarm")
    return "; ".join(parts)


def main(
    networks: Annotated[int, typer.Option(help="How many random networks, of four runs each.")] = 2,
    seed: Annotated[int, typer.Option(help="Of the random settings.")] = 1,
) -> None:
    """Count missed and false alarms."""
    counts: Counter[tuple[str, bool]] = Counter()
    delays = []
    for done, trial in enumerate(trials(networks, seed), start=1):
        is_alarmed = trial.alarmed_after is not None
        counts[trial.became, is_alarmed] += 1
        if trial.became == "ruined" and trial.alarmed_after is not None:
            delays.append(trial.alarmed_after)
        if (trial.became, is_alarmed) in (("healthy", True), ("slow", True), ("ruined", False)):
            typer.echo(f"{trial.became}, alarm after {trial.alarmed_after}: {trial}")
        if done % _TOLD_EVERY == 0:  # so that a trial that is given up was not in vain
            typer.echo(f"after {done} runs: {_with_alarm(counts)}")
    typer.echo(_with_alarm(counts))
    if delays:
        low, high = np.percentile(delays, [50, 90])
        typer.echo(f"noticed after {low:.0f} batches (median), {high:.0f} (nine of ten)")


if __name__ == "__main__":
    typer.run(main)
