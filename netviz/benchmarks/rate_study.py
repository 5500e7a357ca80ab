"""Whether the zones of the learning rate tell the truth.

``python -m netviz.benchmarks.rate_study --data-dir DIR`` takes 60 random moments of random runs. At
each it makes the zones from the next steps, as the window does, then really trains 200 steps with
each of seven rates, spread evenly over the same range, and prints what was said of each rate
against what became of it. The definitions were chosen on other moments (``--seed 1`` and
``--seed 2``) than those of the default seed.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any, TypeVar

import numpy as np
import torch
import typer

from netviz.benchmarks.rate_outcomes import STEPS, outcomes_of
from netviz.benchmarks.rate_situations import Situation, arrived, situations
from netviz.benchmarks.rate_tables import Judged, confusion_table, group_table, groups, summary
from netviz.engine.catalogue import dataset_info, is_present
from netviz.engine.datasets.load import load
from netviz.engine.protocol.rate_zones import zones_of
from netviz.engine.rates.ahead import look_ahead
from netviz.engine.rates.trial import Trial
from netviz.engine.session.preparation import value_of
from netviz.engine.training.trainer import DeviceData

RATES = 7
"""Rates that are really trained with, over the range of those that are tried."""

_QUICK_SITUATIONS, _QUICK_STEPS = 4, 20

_Found = TypeVar("_Found")

_data: DeviceData | None = None
"""The data set of this process: too large to be sent to it for each situation."""


def judged(situation: Situation, data: DeviceData, steps: int = STEPS) -> Judged:
    """Say which rates are good in a situation, and train with seven to see what becomes of them."""
    trainer = arrived(situation, data)
    moment = trainer.snapshot()
    ahead = value_of(look_ahead(Trial(trainer), 1))
    rates = np.geomspace(ahead.rates[0], ahead.rates[-1], RATES).tolist()
    return Judged(situation, zones_of(ahead), outcomes_of(trainer, moment, rates, steps))


def study(
    chosen: Sequence[Situation], data_dir: Path | None, processes: int, steps: int = STEPS
) -> Iterator[Judged]:
    """Judge each situation, in order, in so many processes."""
    with get_context("spawn").Pool(processes, begin_process, (data_dir,)) as pool:
        yield from pool.imap(_judge, [(each, steps) for each in chosen])


def begin_process(data_dir: Path | None) -> None:
    """Load the data set, for `process_data`."""
    global _data
    torch.set_num_threads(1)
    _data = DeviceData.of(load(dataset_in(data_dir), data_dir), torch.device("cpu"))


def process_data() -> DeviceData:
    """Return the data set of a process that has begun."""
    assert _data is not None
    return _data


def _judge(job: tuple[Situation, int]) -> Judged:
    situation, steps = job
    return judged(situation, process_data(), steps)


def dataset_in(data_dir: Path | None) -> str:
    """Return the name of the data set to take."""
    is_there = data_dir and is_present(dataset_info("mnist"), data_dir)
    return "mnist" if is_there else "mnist-sample"


def main(
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder with MNIST; else the bundled sample serves.")
    ] = None,
    count: Annotated[int, typer.Option("--situations", help="How many random moments.")] = 60,
    seed: Annotated[int, typer.Option(help="Of the random moments.")] = 12,
    processes: Annotated[int, typer.Option(help="How many work beside each other.")] = 2,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures here, too.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Few and short, to see whether it runs.")
    ] = False,
) -> None:
    """Print what was said of learning rates against what became of them."""
    chosen = situations(_QUICK_SITUATIONS if quick else count, seed)
    steps = _QUICK_STEPS if quick else STEPS
    heading: dict[str, Any] = {
        "dataset": dataset_in(data_dir),
        "seed": seed,
        "situations": len(chosen),
    }
    heading |= {"steps": steps}
    found: list[Judged] = []
    for each in study(chosen, data_dir, processes, steps):
        found.append(each)
        typer.echo(f"{len(found)} of {len(chosen)}: {each.situation.name}", err=True)
        if json_file:  # each time, so that a study that is given up was not in vain
            json_file.write_text(json.dumps({**heading, **_values(found)}, indent=1), "utf-8")
    typer.echo(f"{confusion_table(found)}\n\n{group_table(found)}")


def _values(found: Sequence[Judged]) -> dict[str, Any]:
    of_groups = {name: summary(those) for name, those in groups(found).items()}
    return {"groups": of_groups, "rows": [_plain(each) for each in found]}


def _plain(each: Judged) -> dict[str, Any]:
    outcomes = asdict(each.outcomes)
    # JSON has no infinity.
    ends = [end if np.isfinite(end) else None for end in each.outcomes.ends]
    return {
        "situation": each.situation.name,
        "settings": dict(each.situation.values),
        "rate": each.situation.rate,
        "zones": [[zone.kind.value, zone.low, zone.high] for zone in each.zones],
        "said": each.said,
        **outcomes,
        "ends": ends,
        "became": [became.value for became in each.outcomes.became],
    }


if __name__ == "__main__":
    typer.run(main)
