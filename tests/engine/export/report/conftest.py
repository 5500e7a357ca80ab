"""One run with a tree, changes and an open epoch, and its report; made once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from netviz.engine.export.report.contents import ReportContents
from netviz.engine.export.report.page import write_report
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.protocol.lesson_predictions import Prediction
from netviz.engine.run.run import Run
from netviz.engine.session import report_control
from netviz.engine.session.preparation import value_of
from tests.engine.conftest import replace_sample
from tests.engine.export.report.page import Page
from tests.support import Driven, only

PREDICTIONS = (
    Prediction("How far does it fall?", "to 0.5", "to 0.31", "0.19"),
    Prediction(
        "Draw the loss.",
        "a curve",
        "another one",
        "",
        (np.arange(4.0), np.array([2.3, 1, 0.5, 0.4]), np.array([2.3, np.nan, 1.5, 1.2])),
    ),
)


@dataclass(frozen=True, eq=False)
class Reported:
    """A run, what was told of it, what its report was made from, and the file."""

    driven: Driven
    run: Run
    contents: ReportContents
    html: str

    @property
    def page(self) -> Page:
        return Page(self.html)


def html_of(contents: ReportContents) -> str:
    return value_of(write_report(contents))


def export(driven: Driven, path: Path, *predictions: Prediction) -> list[events.Event]:
    return driven.do(commands.Export(ExportKind.REPORT, path, predictions))


@pytest.fixture(scope="package")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reported]:
    """A run that parted from another one at step 20 and was changed twice, in its third epoch."""
    with pytest.MonkeyPatch.context() as patch:
        replace_sample(patch.setitem)
        seen: list[ReportContents] = []

        def remember(contents: ReportContents) -> object:
            seen.append(contents)
            return write_report(contents)

        patch.setattr(report_control, "write_report", remember)
        config = RunConfig(hidden=(16,), epochs=4, device="cpu", threads=1)
        driven = Driven(config)
        driven.do(commands.RunEpoch())
        driven.do(commands.RunEpoch())
        driven.do(commands.GoBack(20))
        driven.do(commands.Change({"learning_rate": 0.01, "optimizer": "sgd"}))
        driven.do(commands.RunEpoch())
        driven.do(commands.Step())
        driven.do(commands.Step())
        path = tmp_path_factory.mktemp("report") / "report.html"
        told = export(driven, path, *PREDICTIONS)
        (exported,) = only(told, events.Exported)
        assert (exported.kind, exported.path) == (ExportKind.REPORT, path)
        run = driven.session.run
        assert run is not None
        yield Reported(driven, run, seen[-1], path.read_text("utf-8"))
