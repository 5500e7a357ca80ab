"""`netviz report`: the report of a saved run, without a window and without training it."""

from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from rich.console import Console
from rich.progress import Progress

from netviz.cli.interruption import Interruption, leave
from netviz.cli.output import Output
from netviz.cli.refusal import error_of
from netviz.cli.train import TrainOptions, require_dataset
from netviz.engine.errors import ConfigError, NetvizError
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.events import Event
from netviz.engine.storage.run_summary import run_file

NAME = "report.html"


@dataclass(frozen=True)
class ReportOptions:
    """What is asked of `netviz report`.

    Attributes
    ----------
    run
        Where the run was saved, and its data set.
    out
        Where the page is written; None for `NAME` in the folder of the run.
    overwrite
        Whether a file that is there may be replaced.
    """

    run: TrainOptions
    out: Path | None = None
    overwrite: bool = False


class _Reporter:
    """Opens a run, exports its report, and ends."""

    def __init__(self, run: TrainOptions, path: Path, progress: Progress) -> None:
        assert run.resume is not None
        self._inbox: SimpleQueue[Command] = SimpleQueue()
        self._inbox.put(commands.Open(run.resume, run.data_dir, trust_model=run.trust_model))
        self._inbox.put(commands.Export(commands.ExportKind.REPORT, path))
        self._progress = progress
        self._task = progress.add_task("Writing", total=1.0, visible=False)
        self._notes: tuple[str, ...] = ()
        self._failure: NetvizError | None = None

    def run(self) -> tuple[str, ...]:
        """Write the report; return what is to be said of it, a sentence each.

        Raises
        ------
        NetvizError
            When the run cannot be opened, or the page not be written.
        """
        # Takes seconds, which `netviz --help` and a wrong option need not wait for.
        from netviz.engine.session.session import TrainingSession

        TrainingSession(self._on_event, self._inbox, records_layers=False).serve()
        if self._failure:
            raise self._failure
        return self._notes

    def _on_event(self, event: Event) -> None:
        match event:
            case events.Opened():
                self._notes = event.left_out
            case events.Exporting():
                self._progress.update(self._task, completed=event.done, visible=True)
            case events.Exported():
                self._inbox.put(commands.Close())
            case events.Failed() | events.Refused():
                self._failure = self._failure or error_of(event)
                self._inbox.put(commands.Close())
            case _:
                pass


def make_report(options: ReportOptions) -> int:
    """Write it; return the exit status: 0 written, 1 failed, 2 wrong usage, 128 + N interrupted."""
    run = options.run.resumed()  # first of all whether there is one
    assert run.resume is not None
    path = options.out or run_file(run.resume).parent / NAME
    _check_place(path, overwrite=options.overwrite)
    output, console = Output(), Console(stderr=True)
    is_seen = console.is_interactive and console.is_terminal
    with (
        Interruption(on_first=leave) as interruption,
        Progress(console=console, transient=True, disable=not is_seen) as progress,
    ):
        try:
            require_dataset(run)
            notes = _Reporter(run, path, progress).run()
        except KeyboardInterrupt:
            return interruption.status or 1
    for note in (*notes, f"Saved {path}."):
        output.write(f"{note}\n")
    return output.status()


def _check_place(path: Path, *, overwrite: bool) -> None:
    """Refuse before the work what cannot be written after it; raises `ConfigError`."""
    if path.is_dir():
        raise ConfigError(f"out: {path} is a folder.", f"Write {path / NAME}, for example.")
    if path.exists() and not overwrite:
        raise ConfigError(
            f"out: {path} is there already.", "Choose another file for --out, or add --overwrite."
        )
