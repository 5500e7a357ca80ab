"""Fetching a data set with a progress bar, or plain lines where there is no terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from netviz.engine.catalogue import DatasetInfo
from netviz.engine.datasets.download import DownloadProgress, download

OnProgress = Callable[[DownloadProgress], None]


def fetch(info: DatasetInfo, folder: Path, mirror: str | None) -> None:
    """Download what is missing of `info` into `folder`; progress goes to standard error.

    An exception from a signal handler ends it and leaves nothing half-written.
    Raises what `netviz.engine.datasets.download.download` raises.
    """
    console = Console(stderr=True)
    on_terminal = console.is_interactive and sys.stderr.isatty()
    with _bar(info, console) if on_terminal else _lines(info) as on_progress:
        download(info, folder, mirror=mirror, on_progress=on_progress)


@contextmanager
def _bar(info: DatasetInfo, console: Console) -> Iterator[OnProgress]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(info.label, total=info.total_bytes)
        yield lambda news: progress.update(task, completed=news.received_bytes)


@contextmanager
def _lines(info: DatasetInfo) -> Iterator[OnProgress]:
    """A line for each tenth."""
    told = -1

    def tell(news: DownloadProgress) -> None:
        nonlocal told
        tenth = 10 * news.received_bytes // news.total_bytes
        if tenth > told:
            told = tenth
            print(  # noqa: T201
                f"{info.label}: {news.received_bytes / 1e6:.1f} of {news.total_bytes / 1e6:.1f} MB",
                file=sys.stderr,
                flush=True,
            )

    yield tell
