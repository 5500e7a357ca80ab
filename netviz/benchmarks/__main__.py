"""The benchmarks' command line: measures, prints one table, and writes it as JSON."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from netviz.benchmarks.cases import CASES, environment, machine
from netviz.benchmarks.measuring import Outcome, Plan
from netviz.engine.errors import ConfigError

console = Console()
app = typer.Typer(add_completion=False)


@app.command()
def main(
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder with MNIST; else the bundled sample serves.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the table here, too.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Measure little, to see whether it runs.")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help=f"Of {', '.join(CASES)}.")
    ] = None,
) -> None:
    """Measure how fast NetViz is, against plain torch and against itself."""
    names = only or list(CASES)
    if unknown := set(names) - set(CASES):
        raise typer.BadParameter(f"no benchmark is called {', '.join(sorted(unknown))}")
    plan = Plan(data_dir, quick)
    outcomes: list[Outcome] = []
    for name in names:
        with console.status(f"{name}…"):
            outcomes += measure(name, plan)
    console.print(_table(outcomes))
    if json_file:
        rows = [{**asdict(outcome), "is_met": outcome.is_met} for outcome in outcomes]
        table = {"machine": machine(), "dataset": plan.dataset, "quick": quick, "rows": rows}
        json_file.write_text(json.dumps(table, indent=2), encoding="utf-8")


def measure(name: str, plan: Plan) -> list[Outcome]:
    """Measure one case in a process of its own, so that none finds what another left behind."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "rows.json"
        command = [sys.executable, "-m", "netviz.benchmarks.cases", name, str(file)]
        command += [str(plan.data_dir or ""), "quick" if plan.quick else "full"]
        done = subprocess.run(command, env=environment(name, Path(folder)), check=False)
        if done.returncode or not file.exists():
            raise ConfigError(f"The benchmark {name} ended with status {done.returncode}.")
        return [Outcome(**row) for row in json.loads(file.read_text(encoding="utf-8"))]


def _table(outcomes: list[Outcome]) -> Table:
    table = Table(title=machine())
    for heading in ("what", "measured", "spread", "to reach", "", "note"):
        table.add_column(heading)
    for row in outcomes:
        unit = "" if row.unit == "x" else f" {row.unit}"
        bound = "at least" if row.at_least else "at most"
        target = "" if row.target is None else f"{bound} {row.target:g}{unit}"
        verdict = {True: "[green]yes", False: "[red]no", None: ""}[row.is_met]
        spread = f"{row.low:.3g} to {row.high:.3g}"
        table.add_row(row.what, f"{row.value:.3g}{unit}", spread, target, verdict, row.note)
    return table


if __name__ == "__main__":
    app()
