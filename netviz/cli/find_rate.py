"""`netviz find-rate`: the range test of a new run, or of a saved one, without a window."""

import json
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from rich.console import Console
from rich.progress import Progress

from netviz.cli.display import why_no_window
from netviz.cli.interruption import Interruption, leave
from netviz.cli.output import Output
from netviz.cli.refusal import error_of
from netviz.cli.table import aligned
from netviz.cli.train import TrainOptions, require_dataset
from netviz.engine.errors import ConfigError, NetvizError, StorageError
from netviz.engine.options.rate_steps import rounded_rate
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.range_test import Ended, RangeTest
from netviz.engine.protocol.rate_suggestions import Readings, readings_of
from netviz.engine.protocol.run_state import State
from netviz.number_text import loss_text, typed_text

PICTURES = (".png", ".svg")
_HEADER = ("Suggestion", "Rate", "What it takes", "Source")


@dataclass(frozen=True)
class FindRateOptions:
    """What is asked of `netviz find-rate`.

    Attributes
    ----------
    run
        The run: its settings or where it was saved, and its data set.
    after
        Steps that it is trained before.
    json
        Whether standard output is for a program.
    picture
        Where a picture of the curve is written; None for none.
    dark
        Whether that is dark.
    """

    run: TrainOptions
    after: int = 0
    json: bool = False
    picture: Path | None = None
    dark: bool = False


class _Find:
    """Trains a run so far as asked, makes one range test, and ends.

    The steps are trained one by one, since each is another command: so the test begins exactly
    where it shall.
    """

    def __init__(self, options: FindRateOptions, progress: Progress) -> None:
        run = options.run
        self._inbox: SimpleQueue[Command] = SimpleQueue()
        self._inbox.put(
            commands.Open(run.resume, run.data_dir, run.changes, run.trust_model)
            if run.resume
            else commands.Prepare(run.config, run.data_dir)
        )
        self._left, self._is_asked = options.after, False
        self._progress = progress
        self._training = progress.add_task("Training", total=options.after, visible=False)
        self._finding = progress.add_task("Finding", total=1.0, visible=False)
        self._found: RangeTest | None = None
        self._failure: NetvizError | None = None

    def stop(self) -> None:
        """End with what was found until now; may be called in a signal handler."""
        self._inbox.put(commands.StopTrying(RangeTest))
        self._inbox.put(commands.Close())

    def run(self) -> RangeTest | None:
        """Return what was found; None where it was stopped before there was anything.

        Raises
        ------
        NetvizError
            When the run cannot be prepared, trained or tested.
        """
        # Takes seconds, which `netviz --help` and a wrong option need not wait for.
        from netviz.engine.session.session import TrainingSession

        TrainingSession(self._on_event, self._inbox, records_layers=False).serve()
        if self._failure:
            raise self._failure
        return self._found

    def _on_event(self, event: Event) -> None:
        match event:
            case events.StateChanged(state=State.IDLE | State.PAUSED | State.FINISHED):
                self._go_on()
            case RangeTest():
                self._progress.update(self._finding, completed=event.reached, visible=True)
                if event.is_finished:
                    self._found = event
                    self._inbox.put(commands.Close())
            case events.Failed() | events.Refused():
                self._failure = self._failure or error_of(event)
                self._inbox.put(commands.Close())
            case _:
                pass

    def _go_on(self) -> None:
        """Train the next step, or begin the test; the test itself changes no state."""
        if self._left:
            self._left -= 1
            self._progress.update(self._training, advance=1, visible=True)
            self._inbox.put(commands.Step())
        elif not self._is_asked:
            self._is_asked = True
            self._inbox.put(commands.Refresh(RangeTest))


def find_rate(options: FindRateOptions) -> int:
    """Find; return the exit status: 0 found, 1 failed, 2 wrong usage, 128 + N interrupted."""
    _check_picture(options.picture)
    options = _from_saved(options)
    output = Output()
    console = Console(stderr=True)
    is_seen = console.is_interactive and console.is_terminal and not options.json
    with (
        Interruption(on_first=leave) as interruption,
        Progress(console=console, transient=True, disable=not is_seen) as progress,
    ):
        try:
            require_dataset(options.run)
            find = _Find(options, progress)
            interruption.on_first = find.stop
            found = find.run()
        except KeyboardInterrupt:
            found = None
    if found is not None:
        _print(found, output, as_json=options.json)
        if options.picture:
            _draw(found, options.picture, dark=options.dark)
            if not options.json:
                output.write(f"Saved {options.picture}.\n")
    return interruption.status or output.status()


def _from_saved(options: FindRateOptions) -> FindRateOptions:
    """Fill in what the saved run decides; raises `NetvizError`."""
    try:
        run = options.run.resumed()
    except ConfigError as error:
        raise ConfigError(error.message, error.hint.replace("--resume", "--from")) from error
    return FindRateOptions(run, options.after, options.json, options.picture, options.dark)


def _check_picture(picture: Path | None) -> None:
    """Refuse before the work what cannot be drawn after it; raises `NetvizError`."""
    if picture is None:
        return
    if picture.suffix.lower() not in PICTURES:
        raise ConfigError(f"picture: {picture} is no picture.", "Write FILE.png or FILE.svg.")
    if not picture.absolute().parent.is_dir():
        raise ConfigError(f"picture: there is no folder {picture.absolute().parent}.")
    missing = why_no_window()
    if missing and not missing.has_qt:
        raise StorageError("A picture takes Qt.", missing.reason)


def _draw(found: RangeTest, picture: Path, *, dark: bool) -> None:
    """Draw the curve as the window does, where there is none."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    # Loads Qt, which nothing else here need wait for, and which may not be there.
    from PySide6.QtWidgets import QApplication

    from netviz.ui.look.style_sheet import dress_application
    from netviz.ui.look.theme import Theme
    from netviz.ui.views.learning_rate.find_figure import write_range_test

    app = QApplication.instance() or QApplication(["netviz"])
    theme = Theme(dark=dark, parent=app)
    dress_application(theme)
    write_range_test(picture, theme, found)


def _print(found: RangeTest, output: Output, *, as_json: bool) -> None:
    readings = readings_of(found)
    if as_json:
        output.write(f"{json.dumps(_record(found, readings), allow_nan=False)}\n")
    else:
        output.write("".join(f"{line}\n" for line in _lines(found, readings)))


def _lines(found: RangeTest, readings: Readings) -> Iterator[str]:
    trials, batches = found.losses.shape
    assert found.ended is not None
    yield (
        f"Range test from step {found.step:,}, loss {loss_text(found.start)}: {trials} trials of "
        f"{batches} batches at most; {found.ended.value}."
    )
    rows = [
        (each.rule.name, _text(each.rate), each.rule.sentence, each.rule.source)
        for each in readings.suggestions
    ]
    yield from aligned([_HEADER, *rows])
    if not math.isfinite(found.start):
        yield "The network is ruined: no loss is finite."
    elif readings.band:
        low, high = readings.band
        yield f"Sensible rates (Smith 2017): {_text(low)} to {_text(high)}, where it is lowest."
    elif found.ended is Ended.STOPPED:
        yield "That is too little to suggest anything."
    else:
        yield "The loss does not clearly fall: nothing is suggested."
    if readings.diverges_from:
        yield f"It diverges from {_text(readings.diverges_from)} on."


def _text(rate: float | None) -> str:
    return "–" if rate is None else typed_text(rounded_rate(rate))


def _record(found: RangeTest, readings: Readings) -> dict[str, Any]:
    assert found.ended is not None
    return {
        "event": "range_test",
        "step": found.step,
        "start_loss": _finite(found.start),
        "ended": found.ended.name.lower(),
        "seconds": found.seconds,
        "suggestions": [
            {
                "name": each.rule.name,
                "rate": each.rate,
                "what": each.rule.sentence,
                "source": each.rule.source,
            }
            for each in readings.suggestions
        ],
        "sensible": readings.band,
        "lowest": readings.lowest,
        "diverges_from": readings.diverges_from,
        "rates": found.rates.tolist(),
        "losses": [[_finite(loss) for loss in trial] for trial in found.losses.tolist()],
        "smoothed": [[_finite(loss) for loss in trial] for trial in found.smoothed.tolist()],
        "mean": [_finite(loss) for loss in found.mean.tolist()],
        "config": found.config.model_dump(mode="json"),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
