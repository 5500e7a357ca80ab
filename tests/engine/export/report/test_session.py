"""A report is made at any moment, and the run neither notices nor waits for its end."""

from pathlib import Path

import pytest
import torch

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.protocol.run_state import State
from tests.engine.export.report.conftest import export
from tests.engine.export.report.page import Page
from tests.support import Driven, Loss, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

CONFIG = RunConfig.parse(
    {
        "model": "layers",
        "layers": ("flatten", "linear 16", "batchnorm", "relu", "dropout 0.5"),
        "epochs": 2,
        "device": "cpu",
        "threads": 1,
        "augment_noise": 0.1,
    }
)


def test_the_losses_are_the_same_with_and_without_reports(tmp_path: Path) -> None:
    plain = Driven(CONFIG)
    plain.do(commands.Start())
    watched, path = Driven(CONFIG), tmp_path / "report.html"
    report = commands.Export(ExportKind.REPORT, path)
    told = watched.do(report, commands.Start(), answer=when_step(7, report))
    assert len(only(told, events.Exported)) == 2
    assert watched.state is State.FINISHED
    assert losses(watched.events) == losses(plain.events)
    assert "at step 7 ·" in " ".join(Page(path.read_text("utf-8")).text.split())


def test_a_report_is_of_the_run_for_which_it_was_asked(tmp_path: Path) -> None:
    driven = Driven(CONFIG)
    driven.do(commands.Step())
    told = driven.do(
        commands.Export(ExportKind.REPORT, tmp_path / "report.html"), commands.Reset({"seed": 3})
    )
    (exported,) = only(told, events.Exported)
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "at step 1 ·" in text
    assert Page(text).rows["settings"][1:]
    assert exported.path.name == "report.html"
    driven.do(commands.Start())
    assert driven.state is State.FINISHED


def test_a_report_that_cannot_be_written_is_refused_and_the_run_goes_on(tmp_path: Path) -> None:
    driven = Driven(CONFIG)
    (tmp_path / "file").write_text("in the way")
    told = export(driven, tmp_path / "file" / "report.html")
    (refused,) = only(told, events.Refused)
    assert "could not be written" in refused.message
    assert not only(told, events.Exported)
    driven.do(commands.Start())
    assert driven.state is State.FINISHED


def test_a_network_that_cannot_be_evaluated_has_a_report_without_answers(
    tmp_path: Path, loss: Loss
) -> None:
    driven = Driven(CONFIG)
    driven.do(commands.Step())
    loss.error, loss.fails_in_training = RuntimeError("out of luck"), False
    told = export(driven, tmp_path / "report.html")
    assert only(told, events.Exported)
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    assert "cannot be shown to it" in page.sections["answers"]
    assert "out of luck" in page.sections["answers"]


def test_a_ruined_network_says_so(tmp_path: Path) -> None:
    driven = Driven(CONFIG)
    driven.do(commands.Step())
    assert driven.session.run is not None
    with torch.no_grad():
        for weights in driven.session.run.trainer.model.parameters():
            weights.fill_(torch.nan)
    assert only(export(driven, tmp_path / "report.html"), events.Exported)
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    assert "not a number any more" in page.sections["answers"]
    assert "nan" not in "".join(page.attributes("path", "d"))


def test_the_report_of_a_race_has_all_its_runs(tmp_path: Path) -> None:
    driven = Driven(RunConfig.parse({"hidden": (8,), "epochs": 1, "threads": 1}))
    driven.do(commands.Race(tuple({"learning_rate": rate} for rate in (0.001, 0.01))))
    driven.do(commands.Start())
    assert only(export(driven, tmp_path / "report.html"), events.Exported)
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    assert len(page.rows["runs"]) == 3
    assert all(row[3] == "20" for row in page.rows["runs"][1:])
