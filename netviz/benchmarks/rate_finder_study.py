"""What becomes of a network that is trained with the rates that a range test suggests.

``python -m netviz.benchmarks.rate_finder_study --outcomes FILE --data-dir DIR`` goes through the
moments of `netviz.benchmarks.rate_study`, whose ``--json FILE`` has the losses after seven rates.
At each it does the range test, as the window does, trains 200 steps with each rate that is
suggested, and prints what became of it, beside the best of the seven.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import typer

from netviz.benchmarks.rate_outcomes import STEPS, Became, outcomes_of
from netviz.benchmarks.rate_situations import Situation, arrived, situations
from netviz.benchmarks.rate_study import begin_process, process_data
from netviz.benchmarks.rate_tables import percent, table
from netviz.engine.protocol.rate_suggestions import RULES, readings_of
from netviz.engine.rates.range_test import find_rate
from netviz.engine.rates.trial import Trial
from netviz.engine.session.preparation import value_of
from netviz.engine.training.trainer import DeviceData

NOTHING = "nothing suggested"


@dataclass(frozen=True)
class Tested:
    """What each rule suggested in one situation, and what became of it.

    Attributes
    ----------
    rates
        What each rule suggested, None for nothing.
    became
        What became of each, None for nothing.
    decades
        How far each lies above the best of the seven rates, in decades, None for nothing.
    """

    situation: Situation
    rates: Mapping[str, float | None]
    became: Mapping[str, Became | None]
    decades: Mapping[str, float | None]


def range_tested(
    situation: Situation, seven: Mapping[str, Any], data: DeviceData, steps: int = STEPS
) -> Tested:
    """Do the range test in a situation, and train with each rate that it suggests.

    `seven` is the situation's row in the file of the other study.
    """
    trainer = arrived(situation, data)
    moment = trainer.snapshot()
    readings = readings_of(value_of(find_rate(Trial(trainer), 1)))
    rates = {each.rule.name: each.rate for each in readings.suggestions}
    ends = [math.inf if end is None else end for end in seven["ends"]]
    best = seven["rates"][ends.index(min(ends))]
    known = [rate for rate in rates.values() if rate is not None]
    found = outcomes_of(trainer, moment, known, steps, min(ends)) if known else None
    became = dict(zip(known, found.became, strict=True)) if found else {}
    return Tested(
        situation,
        rates,
        {name: None if rate is None else became[rate] for name, rate in rates.items()},
        {name: None if rate is None else math.log10(rate / best) for name, rate in rates.items()},
    )


def study(
    chosen: Sequence[tuple[Situation, Mapping[str, Any]]],
    data_dir: Path | None,
    processes: int,
    steps: int = STEPS,
) -> Iterator[Tested]:
    """Test each situation with its row, in order, in so many processes."""
    with get_context("spawn").Pool(processes, begin_process, (data_dir,)) as pool:
        yield from pool.imap(_test, [(*each, steps) for each in chosen])


def _test(job: tuple[Situation, Mapping[str, Any], int]) -> Tested:
    situation, seven, steps = job
    return range_tested(situation, seven, process_data(), steps)


def suggestion_table(found: Sequence[Tested]) -> str:
    """Return what became of the suggestions of each rule as a table in Markdown."""
    head = ["rule", *(each.value for each in Became), NOTHING, "decades from the best of seven"]
    rows = []
    for rule in RULES:
        counts = Counter(each.became[rule.name] for each in found)
        said = len(found) - counts[None]
        shares = [f"{counts[each]} ({percent(counts[each], said)})" for each in Became]
        rows.append([rule.name, *shares, str(counts[None]), _spread(rule.name, found)])
    return table(head, rows)


def _spread(name: str, found: Sequence[Tested]) -> str:
    decades = sorted(far for each in found if (far := each.decades[name]) is not None)
    if not decades:
        return ""
    quarter, half = len(decades) // 4, len(decades) // 2
    low, middle, high = decades[quarter], decades[half], decades[-1 - quarter]
    return f"{middle:+.1f} ({low:+.1f} to {high:+.1f})".replace("-", "−")


def main(
    outcomes: Annotated[Path, typer.Option(help="What the study of the zones wrote.")],
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder with MNIST; else the bundled sample serves.")
    ] = None,
    only: Annotated[int, typer.Option(help="Only so many of the moments; 0 for all.")] = 0,
    processes: Annotated[int, typer.Option(help="How many work beside each other.")] = 2,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures here, too.")
    ] = None,
) -> None:
    """Print what became of the rates that range tests suggest."""
    seven = json.loads(outcomes.read_text(encoding="utf-8"))
    chosen = list(zip(situations(seven["situations"], seven["seed"]), seven["rows"], strict=False))
    found: list[Tested] = []
    for each in study(chosen[: only or None], data_dir, processes, seven["steps"]):
        found.append(each)
        typer.echo(f"{len(found)}: {each.situation.name}", err=True)
        if json_file:
            json_file.write_text(json.dumps([_plain(one) for one in found], indent=1), "utf-8")
    typer.echo(suggestion_table(found))


def _plain(each: Tested) -> dict[str, Any]:
    became = {name: None if kind is None else kind.value for name, kind in each.became.items()}
    name = each.situation.name
    return {"situation": name, "rates": each.rates, "became": became, "decades": each.decades}


if __name__ == "__main__":
    typer.run(main)
