"""`netviz train`: a training session in the main thread, without Qt."""

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from rich.console import Console

from netviz import paths
from netviz.cli.argument_checks import check_kept, check_replaces_no_run
from netviz.cli.fetch import fetch
from netviz.cli.interruption import Interruption, leave
from netviz.cli.output import Output, print_error
from netviz.cli.progress_report import BarReport, JsonReport, LineReport, Outcome, Report
from netviz.cli.race import Lane, Standings
from netviz.engine.catalogue import is_present
from netviz.engine.dataset_names import dataset_info_or_none
from netviz.engine.errors import DataError, NetvizError, StorageError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.run_state import State
from netviz.engine.storage.run_summary import run_file, summarise


@dataclass(frozen=True)
class TrainOptions:
    """What is asked of `netviz train`.

    Attributes
    ----------
    config
        The run's settings.
    data_dir
        Folder of downloaded data sets; None for the user's cache folder.
    mirror
        Address to download from first.
    download
        Whether a data set that is missing is fetched.
    out
        Folder for the run's files; None to keep nothing.
    json, json_batches
        Whether standard output is for a program, and whether it wants every step.
    resume, changes
        Folder of a saved run that is continued, and what is changed there.
    overwrite
        Whether `out` may hold another run, which is replaced then.
    trust_model
        Whether the Python file that a resumed run names may be run.
    race
        The runs that race; empty for a single one.
    """

    def resumed(self) -> "TrainOptions":
        """Return the options with what the saved run decides filled in.

        Raises
        ------
        StorageError
            When there is no saved run, or it cannot be read.
        ConfigError
            When it does not allow the changes.
        """
        if self.resume is None:
            return self
        config = summarise(self.resume).config
        given = {name: getattr(self.config, name) for name in self.config.model_fields_set}
        check_kept(self.resume, config, given)
        return replace(
            self, config=config, changes=given, out=self.out or run_file(self.resume).parent
        )

    @property
    def is_resumed_in_place(self) -> bool:
        """Whether the run goes on in the folder that it was saved in."""
        if self.resume is None or self.out is None:
            return False
        return run_file(self.resume).parent.resolve() == self.out.resolve()

    config: RunConfig
    data_dir: Path | None = None
    mirror: str | None = None
    download: bool = False
    out: Path | None = None
    json: bool = False
    json_batches: bool = False
    resume: Path | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    overwrite: bool = False
    trust_model: bool = False
    race: tuple[Lane, ...] = ()


class HeadlessRun:
    """Trains from the first epoch to the last, then saves; keeps itself safe there meanwhile.

    The commands for it wait in a queue from the beginning, so that a `stop` that comes while
    torch is still being imported has its place behind them.
    """

    def __init__(self, options: TrainOptions) -> None:
        self._out = options.out
        self._inbox: SimpleQueue[Command] = SimpleQueue()
        self._inbox.put(
            commands.Open(options.resume, options.data_dir, options.changes, options.trust_model)
            if options.resume
            else commands.Prepare(options.config, options.data_dir)
        )
        if options.race:
            self._inbox.put(commands.Race(tuple(lane.changes for lane in options.race)))
        self._inbox.put(commands.Start())
        self._standings = Standings(options.race)
        self._report = Report()
        self._is_resumed_in_place = options.is_resumed_in_place
        self._prepared = False
        self._started = False
        self._was_finished = False
        self._stopping = False
        self._saving = False
        self._outcome: Outcome | None = None

    def stop(self) -> None:
        """End after the batch under way; may be called in a signal handler."""
        self._stopping = True
        self._inbox.put(commands.Stop())

    def run(self, report: Report) -> Outcome:
        """Train, reporting everything but the end to `report`."""
        # Takes seconds, which `netviz --help` and a wrong option need not wait for.
        from netviz.engine.session.session import TrainingSession

        self._report = report
        TrainingSession(
            self._on_event, self._inbox, keep_in=self._out, may_lower_threads=True
        ).serve()
        report.tell_standings(self._standings)
        assert self._outcome is not None
        return self._outcome

    def _on_event(self, event: Event) -> None:
        told, lane = self._standings.lane_of(event)
        if not (self._prepared and isinstance(event, events.Prepared)):  # of a race the first
            self._report.tell(told, lane)
        match event:
            case events.Prepared():
                self._prepared = True
            case events.StateChanged(state=State.RUNNING):
                self._started = True
            case events.StateChanged(state=State.FINISHED) if self._prepared and not self._started:
                self._was_finished = True  # so that the command to start will be refused
            case events.StateChanged(state=State.FINISHED):
                self._conclude(Outcome("interrupted" if self._stopping else "finished"))
            case events.StateChanged(state=State.PAUSED) if self._started and lane:
                self._conclude(Outcome("finished"))  # what is shown of the race has diverged
            case events.Refused() if self._was_finished and self._outcome is None:
                hint = "To train on, add --epochs with a larger number."
                self._conclude(Outcome("finished", f"{event.message} {hint}"))
            case events.Failed():
                self._conclude(Outcome("failed", f"{event.message} {event.hint}".strip()))
            case events.Refused():
                agree = "Add --trust-model to run it." if event.consent else ""
                message = f"{event.message} {event.hint} {agree}".strip()
                self._conclude(Outcome("failed", message, event.is_usage))
            case _:
                pass

    def _conclude(self, outcome: Outcome) -> None:
        """Save what is new and end; a second outcome is that saving failed, too."""
        if self._outcome is None:
            self._outcome = outcome
            is_new = self._started or (self._was_finished and not self._is_resumed_in_place)
            if self._out and is_new:
                self._saving = True
                self._inbox.put(commands.Save(self._out))
            self._inbox.put(commands.Close())
        elif self._saving:
            message = f"{self._outcome.message} {outcome.message}".strip()
            self._outcome = Outcome(outcome.state, message)


def train(options: TrainOptions) -> int:
    """Train; return the exit status: 0 finished, 1 failed, 2 wrong usage, 128 + N interrupted."""
    try:
        options = options.resumed()
    except StorageError as error:
        return _end(Outcome("failed", str(error)), options)
    if options.out is not None and not (options.overwrite or options.is_resumed_in_place):
        check_replaces_no_run(options.out)
    run = HeadlessRun(options)
    output = Output(on_closed=run.stop)
    with Interruption(on_first=leave) as interruption, _report(options, output) as report:
        try:
            outcome = _attempt(run, options, report, interruption)
        except NetvizError as error:
            outcome = Outcome("failed", str(error))
        except KeyboardInterrupt:
            outcome = Outcome("interrupted")
        report.end(outcome)
    if outcome.state == "interrupted":
        return interruption.status or output.status()
    return _status(outcome, options, output)


def _end(outcome: Outcome, options: TrainOptions) -> int:
    """Report the end of a run that could not even begin; return the exit status."""
    output = Output()
    with _report(options, output) as report:
        report.end(outcome)
    return _status(outcome, options, output)


def _status(outcome: Outcome, options: TrainOptions, output: Output) -> int:
    """Say on standard error why the run failed, unless a program was told; return the status."""
    output_status = output.status()
    if outcome.state == "failed" and (output_status or not options.json):
        print_error(outcome.message)
    return (2 if outcome.is_usage else int(outcome.state == "failed")) or output_status


def _attempt(
    run: HeadlessRun, options: TrainOptions, report: Report, interruption: Interruption
) -> Outcome:
    require_dataset(options)
    if options.out is not None:
        _require_writable(options.out)
    interruption.on_first = run.stop
    return run.run(report)


def _report(options: TrainOptions, output: Output) -> Report:
    if options.json:
        return JsonReport(output.write, batches=options.json_batches)
    console = Console()
    # Rich takes FORCE_COLOR for a terminal too, where a bar would fill a log.
    if console.is_interactive and sys.stdout.isatty():
        return BarReport(console)
    return LineReport(output.write)


def require_dataset(options: TrainOptions) -> None:
    """Make sure of the data set before torch is loaded; fetch it if `--download` is given."""
    info = dataset_info_or_none(options.config.dataset)
    if info is None:  # own pictures: what is wrong with them is said when they are read
        return
    folder = options.data_dir or paths.data_dir()
    if is_present(info, folder):
        return
    if not options.download:
        where = f' --data-dir "{options.data_dir}"' if options.data_dir else ""
        raise DataError(
            f"{info.label} is not in {folder}.",
            f"Run 'netviz datasets download {info.name}{where}' first, "
            "or 'netviz train' with --download.",
        )
    fetch(info, folder, options.mirror)


def _require_writable(folder: Path) -> None:
    """Fail before an hour of training, not after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be written to: {error.strerror or error}.",
            "Choose another folder for --out.",
        ) from error
