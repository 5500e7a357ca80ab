"""How a run without a window ends: signals, readers that leave, saving that fails."""

import os
import signal
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from netviz.cli import app
from netviz.cli.interruption import Interruption
from netviz.cli.output import CLOSED_PIPE_STATUS, Output
from netviz.cli.progress_report import Outcome, Report
from netviz.cli.train import HeadlessRun, TrainOptions
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.run_state import State


def finished(run: int = 1) -> events.StateChanged:
    return events.StateChanged(run, State.FINISHED, 400, 1)


def played(monkeypatch: pytest.MonkeyPatch, out: Path | None, *course: Any) -> Outcome:
    """The outcome when a session tells `course`, in which a function is called in its turn."""

    class Session:
        def __init__(self, emit: Any, _inbox: Any, **_: Any) -> None:
            self.emit = emit

        def serve(self) -> None:
            for each in course:
                if callable(each):
                    each(run)
                else:
                    self.emit(each)

    module = types.ModuleType("netviz.engine.session.session")
    module.TrainingSession = Session  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "netviz.engine.session.session", module)
    run = HeadlessRun(TrainOptions(RunConfig(), out=out))
    return run.run(Report())


RUNNING = events.StateChanged(1, State.RUNNING, 0, 1)
REFUSED_SAVE = events.Refused(1, "The disk is full.", "Make room.")


def test_a_run_that_cannot_be_saved_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = played(monkeypatch, Path("run"), RUNNING, finished(), REFUSED_SAVE)
    assert outcome == Outcome("failed", "The disk is full. Make room.")


def test_why_training_failed_is_said_also_when_nothing_can_be_saved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed = events.Failed(1, "The loss became infinite.", "", "", 7, None)
    outcome = played(monkeypatch, Path("run"), RUNNING, failed, REFUSED_SAVE)
    assert outcome == Outcome("failed", "The loss became infinite. The disk is full. Make room.")


def test_a_stop_in_the_last_measurement_is_an_interruption(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert played(monkeypatch, None, HeadlessRun.stop, finished()).state == "interrupted"


def test_a_stop_after_the_end_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert played(monkeypatch, None, finished(), HeadlessRun.stop).state == "finished"


def test_a_folder_that_cannot_be_written_to_is_refused_before_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert app.run(["train", "--out", str(tmp_path / "file" / "run")]) == 1
    captured = capsys.readouterr()
    assert "cannot be written to" in captured.err
    assert captured.out == ""


def test_the_first_signal_calls_and_the_second_ends() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    heard: list[str] = []
    with Interruption(on_first=lambda: heard.append("first")) as interruption:
        assert interruption.status is None
        signal.raise_signal(signal.SIGTERM)
        assert heard == ["first"]
        assert interruption.status == 143
        with pytest.raises(SystemExit) as raised:
            signal.raise_signal(signal.SIGINT)
        assert raised.value.code == 130
    assert heard == ["first"]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_output_goes_quiet_when_its_reader_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    closed: list[bool] = []
    with open(writer, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        output = Output(on_closed=lambda: closed.append(True))
        output.write("one\n")
        output.write("two\n")
        monkeypatch.undo()
    assert closed == [True]
    assert output.status() == CLOSED_PIPE_STATUS


def test_no_output_at_all_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    output = Output()
    output.write("one\n")
    assert output.status() == 0
