"""What a run without a window tells."""

import dataclasses
import io
import json
from pathlib import Path

import numpy as np
from rich.console import Console

from netviz.cli.progress_report import BarReport, JsonReport, LineReport, Outcome, Report
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.observations import ImageArrays
from netviz.engine.protocol.run_state import Measurement


def measurement(epoch: int = 1) -> Measurement:
    return Measurement(epoch, 400 * epoch, 0.25, 0.9, 0.5, 0.875, 0.125, 32_000.0)


def prepared(config: RunConfig) -> events.Prepared:
    no_images = np.zeros((0, 1, 28, 28), np.uint8), np.zeros(0, np.int64)
    images = ImageArrays(*no_images, *no_images)
    return events.Prepared(
        1,
        config,
        "cpu",
        1,
        59_210,
        4000,
        1000,
        tuple("01"),
        (1, 28, 28),
        images,
        measurement(0),
    )


def progress() -> events.Progress:
    losses = np.array([0.1, 1 / 3], np.float32)
    steps = np.array([1, 2])
    return events.Progress(1, steps, losses, np.array([0.1, 1e-5]), 1, 2, 400, 0.5, 1e4, 61.0)


COURSE = (
    events.Preparing(1, RunConfig(epochs=2)),
    prepared(RunConfig(epochs=2)),
    progress(),
    events.EpochFinished(1, measurement()),
    events.Saved(1, Path("run")),
)


def told(report: Report, outcome: Outcome) -> None:
    with report:
        for event in COURSE:
            report.tell(event)
        report.end(outcome)


def test_json_lines_are_those_of_the_contract() -> None:
    out = io.StringIO()
    told(JsonReport(out.write, batches=True), Outcome("failed", "Why."))
    start, *batches, epoch, end = [json.loads(line) for line in out.getvalue().splitlines()]
    assert list(start) == ["event", "config", "device", "threads", "parameters"]
    assert RunConfig.parse(start["config"]) == RunConfig(epochs=2)
    assert [(batch["step"], batch["lr"]) for batch in batches] == [(1, 0.1), (2, 1e-5)]
    assert [np.float32(batch["loss"]) for batch in batches] == progress().losses.tolist()
    assert epoch == {"event": "epoch", **dataclasses.asdict(measurement())}
    assert end == {"event": "end", "state": "failed", "message": "Why."}


def test_batches_are_told_only_when_asked_for() -> None:
    out = io.StringIO()
    told(JsonReport(out.write, batches=False), Outcome("finished"))
    lines = out.getvalue().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["start", "epoch", "end"]
    assert lines[-1] == '{"event":"end","state":"finished"}'


EPOCH_LINE = (
    "Epoch 1/2: loss train 0.2500, test 0.5000; accuracy train 90.0%, test 87.5%; 32,000 samples/s"
)


def test_plain_lines_tell_each_epoch() -> None:
    out = io.StringIO()
    told(LineReport(out.write), Outcome("finished"))
    assert out.getvalue().splitlines() == [
        "Preparing MLP (dense layers) 64-64-64 on MNIST sample.",
        "59,210 parameters, 4,000 training and 1,000 test images, on cpu with 1 thread.",
        EPOCH_LINE,
        "Saved in run",
        "Finished.",
    ]


def test_a_terminal_has_a_bar_below_the_same_lines() -> None:
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=120, color_system=None)
    told(BarReport(console), Outcome("interrupted"))
    text = out.getvalue()
    assert "Epoch 1/2  " in text
    assert "2/400  loss 0.2167  10,000 samples/s  0:01:01 left" in text
    assert EPOCH_LINE in text
    assert "Interrupted." in text


def test_a_divergence_has_a_line() -> None:
    event = events.Diverging(
        1, "It has diverged.", "Go back.", 90, 50, 10.0, 40, {"learning_rate": 0.001}
    )
    written: list[str] = []
    JsonReport(written.append, batches=False).tell(event)
    assert json.loads(written.pop()) == {
        "event": "diverging",
        "step": 90,
        "since_step": 50,
        "lr": 10.0,
        "message": "It has diverged. Go back.",
        "remedy": {"learning_rate": 0.001},
    }
    LineReport(written.append).tell(event)
    assert written == ["Step 90: It has diverged. The learning rate is 10.\n"]


def test_runs_that_are_left_out_are_named() -> None:
    missing = ("Run 1 is left out: it is not there.",)
    events_of_it = (
        events.Opened(1, Path("run"), None, (), (), left_out=missing),
        events.Saved(1, Path("other"), left_out=missing),
    )
    written: list[str] = []
    for event in events_of_it:
        JsonReport(written.append, batches=False).tell(event)
    line = {"event": "runs_left_out", "messages": list(missing)}
    assert [json.loads(each) for each in written] == [line, line]
    written.clear()
    for event in events_of_it:
        LineReport(written.append).tell(event)
    assert written == [f"{missing[0]}\n", "Saved in other\n", f"{missing[0]}\n"]
