"""How a run without a window is reported: JSON lines, plain lines or a progress bar.

Each report reads the events of a `TrainingSession`, in whatever thread hands them over.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from time import perf_counter
from typing import Any, Literal, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from netviz.cli.race import Standings
from netviz.engine.dataset_names import dataset_label
from netviz.engine.options.run_config import MODELS, RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.run_state import Measurement
from netviz.number_text import rate_text

REFRESH_INTERVAL_S = 0.2
"""Drawing a bar costs a few milliseconds of training."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes
    ----------
    state
        In a word.
    message
        Why it failed, or why there was nothing to do; else empty.
    is_usage
        Whether it failed because what was asked for is not possible.
    """

    state: Literal["finished", "failed", "interrupted"]
    message: str = ""
    is_usage: bool = False


class Report:
    """Reports a run; this one reports nothing. Enter it before the first event."""

    def tell(self, event: Event, lane: str = "") -> None:
        """Take one event of the session; `lane` is the run of a race that it belongs to."""

    def tell_standings(self, standings: Standings) -> None:
        """Report what each run of a race has come to; there are none without a race."""

    def end(self, outcome: Outcome) -> None:
        """Report how the run ended; nothing is reported after it."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class JsonReport(Report):
    """One JSON object a line, for programs.

    Parameters
    ----------
    write
        Takes whole lines.
    batches
        Whether every step has a line of its own.
    """

    def __init__(self, write: Callable[[str], object], *, batches: bool) -> None:
        self._write = write
        self._batches = batches

    def tell(self, event: Event, lane: str = "") -> None:
        """Write the event's line, or a line for each of its steps."""
        of_lane = {"lane": lane} if lane else {}
        match event:
            case events.Prepared():
                self._write(_start_line(event))
            case events.Progress() if self._batches:
                self._write(_batch_lines(event, of_lane))
            case events.EpochFinished(measurement=measurement):
                self._write(_line(event="epoch", **of_lane, **asdict(measurement)))
            case events.Diverging():
                self._write(_diverging_line(event, of_lane))
            case events.Failed(step=step, message=message) if lane:
                self._write(_line(event="failed", **of_lane, step=step, message=message))
            case events.Changed(reason=reason) if reason:
                self._write(_threads_line(event))
            case events.Opened(left_out=messages) | events.Saved(left_out=messages) if messages:
                self._write(_line(event="runs_left_out", messages=messages))
            case _:
                pass

    def end(self, outcome: Outcome) -> None:
        """Write the last line."""
        message = {"message": outcome.message} if outcome.message else {}
        self._write(_line(event="end", state=outcome.state, **message))


def _line(**values: Any) -> str:
    # NaN and infinity are no JSON: the session never reports any, and none may slip through.
    return json.dumps(values, separators=(",", ":"), allow_nan=False) + "\n"


def _start_line(event: events.Prepared) -> str:
    notes = {
        "warnings": event.warnings,
        "left_out": event.left_out,
        "cautions": event.cautions,
    }
    notes = {name: told for name, told in notes.items() if told}
    return _line(
        event="start",
        config=event.config.model_dump(mode="json"),
        device=event.device,
        threads=event.threads,
        parameters=event.parameters,
        **notes,
    )


def _diverging_line(event: events.Diverging, of_lane: Mapping[str, str]) -> str:
    return _line(
        event="diverging",
        **of_lane,
        step=event.step,
        since_step=event.since_step,
        lr=event.learning_rate,
        message=f"{event.message} {event.hint}",
        remedy=dict(event.remedy),
    )


def _threads_line(event: events.Changed) -> str:
    step = event.ledger[-1].step
    return _line(event="threads", step=step, threads=event.threads, message=event.reason)


def _batch_lines(event: events.Progress, of_lane: Mapping[str, str]) -> str:
    # As 64-bit floats these numbers read back to the same 32-bit losses.
    columns = (event.steps.tolist(), event.losses.tolist(), event.learning_rates.tolist())
    return "".join(
        _line(event="batch", **of_lane, step=step, loss=loss, lr=rate)
        for step, loss, rate in zip(*columns, strict=True)
    )


class LineReport(Report):
    """A line of text for each epoch, for logs and pipes.

    Parameters
    ----------
    write
        Takes whole lines.
    """

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._epochs = 0

    def tell(self, event: Event, lane: str = "") -> None:
        """Write the event's line if it has one."""
        whose = f"{lane}: " if lane else ""
        match event:
            case events.Preparing(config=config):
                self._say(f"Preparing {_subject(config)}.")
            case events.Prepared():
                self._epochs = event.config.epochs
                self._say(_figures(event))
                for note in (*left_out_lines(event.left_out), *event.warnings):
                    self._say(note)
                if event.cautions:
                    self._say(" ".join(event.cautions))
            case events.Changed(config=config):
                self._epochs = config.epochs
                if event.reason:
                    self._say(event.reason)
            case events.EpochFinished(measurement=measurement):
                self._say(whose + _epoch(measurement, self._epochs))
            case events.Diverging(message=message):
                rate = rate_text(event.learning_rate)
                self._say(f"{whose}Step {event.step:,}: {message} The learning rate is {rate}.")
            case events.Failed(message=message) if lane:
                self._say(whose + message)
            case events.AutosaveFailed():
                self._say(f"Not kept safe: {event.message} {event.hint}".strip())
            case events.Opened(left_out=left_out):
                for sentence in left_out:
                    self._say(sentence)
            case events.Saved():
                for sentence in (_saved(event), *event.left_out):
                    self._say(sentence)
            case _:
                pass

    def tell_standings(self, standings: Standings) -> None:
        """Write the table that ends a race."""
        for line in standings.table():
            self._say(line)

    def end(self, outcome: Outcome) -> None:
        """Report that the run ended, unless it failed: that is for standard error."""
        if outcome.state != "failed":
            self._say(f"{outcome.state.capitalize()}. {outcome.message}".strip())

    def _say(self, text: str) -> None:
        self._write(text + "\n")


def _saved(event: events.Saved) -> str:
    where = f"Saved in {event.folder}"
    if event.good_step is None:
        return where
    return f"{where} as it was after step {event.good_step:,}, its last good state"


def _subject(config: RunConfig) -> str:
    hidden = "-".join(map(str, config.hidden)) if config.is_relevant("hidden") else ""
    network = f"{MODELS.get(config.model, config.model)} {hidden}".strip()
    return f"{network} on {dataset_label(config.dataset)}"


def left_out_lines(left_out: tuple[str, ...], at_most: int = 10) -> list[str]:
    """List the own files that are not in the data set, the first `at_most` of them by name."""
    if not left_out:
        return []
    files = "1 file was" if len(left_out) == 1 else f"{len(left_out):,} files were"
    more = [f"... and {len(left_out) - at_most:,} more."] if len(left_out) > at_most else []
    return [f"{files} left out:", *(f"  {line}" for line in left_out[:at_most]), *more]


def _figures(event: events.Prepared) -> str:
    return (
        f"{event.parameters:,} parameters, {event.train_count:,} training and "
        f"{event.test_count:,} test images, on {event.device} with "
        f"{event.threads} thread{'s' if event.threads > 1 else ''}."
    )


def _epoch(measurement: Measurement, epochs: int) -> str:
    return (
        f"Epoch {measurement.epoch}/{epochs}: "
        f"loss train {measurement.train_loss:.4f}, test {measurement.test_loss:.4f}; "
        f"accuracy train {measurement.train_accuracy:.1%}, test {measurement.test_accuracy:.1%}; "
        f"{measurement.samples_per_second:,.0f} samples/s"
    )


class BarReport(LineReport):
    """The same lines with a progress bar below them, for a terminal."""

    def __init__(self, console: Console) -> None:
        super().__init__(self._print_above)
        # Drawn from `tell` rather than by a thread of rich's own beside the training.
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[figures]}"),
            console=console,
            auto_refresh=False,
            transient=True,
        )
        self._task = self._bar.add_task("Loading", total=None, figures="")
        self._drawn_at = 0.0

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def tell(self, event: Event, lane: str = "") -> None:
        """Print the event's line, or move the bar."""
        super().tell(event, lane)
        if isinstance(event, events.Progress) and self._is_due():
            self._bar.update(
                self._task,
                description=f"Epoch {event.epoch}/{self._epochs}",
                total=self._epochs * event.batches,
                completed=(event.epoch - 1) * event.batches + event.batch,
                figures=_progress_figures(event),
                refresh=True,
            )

    def end(self, outcome: Outcome) -> None:
        """Remove the bar and report that the run ended, unless it failed."""
        self._bar.stop()
        super().end(outcome)

    def _is_due(self) -> bool:
        now = perf_counter()
        if now - self._drawn_at < REFRESH_INTERVAL_S:
            return False
        self._drawn_at = now
        return True

    def _print_above(self, text: str) -> None:
        self._bar.console.print(text, end="", markup=False, highlight=False, soft_wrap=True)


def _progress_figures(event: events.Progress) -> str:
    return (
        f"{event.batch}/{event.batches}  loss {event.losses.mean():.4f}  "
        f"{event.samples_per_second:,.0f} samples/s  "
        f"{timedelta(seconds=round(event.remaining_s))} left"
    )
