"""`netviz datasets`: what the catalogue holds, what of it is present, and how to get the rest."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from netviz import paths
from netviz.cli.fetch import fetch
from netviz.cli.interruption import Interruption, leave
from netviz.cli.output import Output
from netviz.cli.table import aligned
from netviz.engine.catalogue import CATALOGUE, DatasetInfo, dataset_info, is_present

_HEADER = ("Name", "Data set", "What it is", "Here?")


def list_datasets(data_dir: Path | None, *, as_json: bool) -> int:
    """Print the catalogue; return the exit status."""
    folder = data_dir or paths.data_dir()
    if as_json:
        return _print(json.dumps(_description(info, folder)) for info in CATALOGUE.values())
    rows = [_row(info, folder) for info in CATALOGUE.values()]
    if sys.stdout is None or not sys.stdout.isatty():
        return _print(aligned([_HEADER, *rows]))
    _print_table(rows)
    return 0


def download_dataset(name: str, data_dir: Path | None, mirror: str | None) -> int:
    """Fetch a data set; return the exit status.

    Raises
    ------
    NetvizError
        There is no such data set, or it could not be fetched or saved.
    """
    info = dataset_info(name)
    folder = data_dir or paths.data_dir()
    if info.bundled:
        return _print([f"{info.label} comes with NetViz: there is nothing to download."])
    with Interruption(on_first=leave) as interruption:
        try:
            fetch(info, folder, mirror)
        except KeyboardInterrupt:
            print("Cancelled; what was fetched whole stays.", file=sys.stderr)  # noqa: T201
            return interruption.status or 130
    return _print([f"{info.label} is in {folder}"])


def _print(lines: Iterable[str]) -> int:
    output = Output()
    output.write("".join(f"{line}\n" for line in lines))
    return output.status()


def _description(info: DatasetInfo, folder: Path) -> dict[str, str | int | bool]:
    return {
        "name": info.name,
        "label": info.label,
        "description": info.description,
        "licence": info.licence,
        "train_count": info.train_count,
        "test_count": info.test_count,
        "present": is_present(info, folder),
        "download_bytes": info.total_bytes,
    }


def _row(info: DatasetInfo, folder: Path) -> tuple[str, ...]:
    if info.bundled:
        status = "comes with NetViz"
    elif is_present(info, folder):
        status = "present"
    else:
        status = f"{info.total_bytes / 1e6:,.1f} MB to download"
    return info.name, info.label, info.description, status


def _print_table(rows: Iterable[Sequence[str]]) -> None:
    table = Table(*_HEADER)
    for row in rows:
        table.add_row(*row)
    Console().print(table, markup=False)
