"""How fast training stays where other programs keep the processor busy.

``python -m netviz.benchmarks.busy_machine --data-dir DIR`` trains three networks alone, beside one
process that computes without end, and beside two. Each is measured with one thread, with the usual
number of threads as torch uses them by itself, and as `netviz` trains.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from netviz.__main__ import wait_briefly
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events

NETWORKS: dict[str, dict[str, Any]] = {
    "MLP 512-512, batch 64": {"hidden": (512, 512), "batch_size": 64},
    "CNN, batch 64": {"model": "cnn", "batch_size": 64},
    "ResNet-18, batch 32": {"model": "resnet18", "batch_size": 32},
}
WAYS = {"one thread": (1, False), "several": (0, False), "as netviz trains": (0, True)}
"""The setting `threads`, and whether NetViz does what it does against busy cores."""

_SETTLE_S = 3.0
"""Training time that is not counted: by then the number of threads is chosen."""


def speed(name: str, way: str, data_dir: Path | None, seconds: float) -> float:
    """Train in this process and return the samples per second."""
    threads, as_netviz = WAYS[way]
    if as_netviz:
        wait_briefly()  # before torch is loaded
    from netviz.engine.catalogue import dataset_info, is_present
    from netviz.engine.session.session import TrainingSession

    there = data_dir and is_present(dataset_info("mnist"), data_dir)
    dataset = "mnist" if there else "mnist-sample"
    values = {"dataset": dataset, "epochs": 100_000, "device": "cpu", "threads": threads}
    config = RunConfig.parse(values | NETWORKS[name])
    reports: list[tuple[float, int]] = []

    def take(event: events.Event) -> None:
        if isinstance(event, events.Progress):
            reports.append((perf_counter(), len(event.steps) * config.batch_size))
            if perf_counter() - reports[0][0] > _SETTLE_S + seconds:
                session.submit(commands.Close())

    session = TrainingSession(take, may_lower_threads=as_netviz)
    session.submit(commands.Prepare(config, data_dir))
    session.submit(commands.Start())
    session.serve()
    began = reports[0][0] + _SETTLE_S
    counted = [report for report in reports if report[0] > began]
    return sum(samples for _, samples in counted[1:]) / (counted[-1][0] - counted[0][0])


def speed_apart(name: str, way: str, data_dir: Path | None, seconds: float) -> float:
    """Do the same in a process of its own, since it decides how torch's threads wait."""
    environment = {k: v for k, v in os.environ.items() if k != "GOMP_SPINCOUNT"}
    command = [sys.executable, "-m", __spec__.name, "--only", name, "--way", way]
    command += ["--seconds", str(seconds), *(["--data-dir", str(data_dir)] if data_dir else [])]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


@contextmanager
def busy_processes(count: int) -> Iterator[None]:
    """Keep so many cores busy."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for other in others:
            other.kill()
            other.wait()


def main(
    data_dir: Annotated[Path | None, typer.Option(help="Folder that holds MNIST.")] = None,
    seconds: Annotated[float, typer.Option(help="Length of one measurement.")] = 4.0,
    rounds: Annotated[int, typer.Option(help="Measurements of each speed.")] = 3,
    only: Annotated[str, typer.Option(help="One network instead of all.")] = "",
    way: Annotated[str, typer.Option(help="Measure one speed once, and print it.")] = "",
) -> None:
    """Print a table of samples per second, medians of measurements that take turns."""
    if way:
        typer.echo(speed(only, way, data_dir, seconds))
        return
    typer.echo(f"| network | beside | {' | '.join(WAYS)} | / one thread | / several |")
    typer.echo("| --- | --- |" + " --- |" * (len(WAYS) + 2))
    for name in [only] if only else NETWORKS:
        for count, beside in enumerate(("nothing", "one busy process", "two")):
            with busy_processes(count):
                measured = [
                    [speed_apart(name, way, data_dir, seconds) for way in WAYS]
                    for _ in range(rounds)
                ]
            one, several, netviz = (
                statistics.median(speeds) for speeds in zip(*measured, strict=True)
            )
            figures = f"{one:,.0f} | {several:,.0f} | {netviz:,.0f}"
            ratios = f"{netviz / one:.2f} | {netviz / several:.2f}"
            typer.echo(f"| {name} | {beside} | {figures} | {ratios} |")


if __name__ == "__main__":
    typer.run(main)
