"""`netviz runs`: what is printed of the runs in folders, and of those that cannot be read."""

import json
from pathlib import Path

import pytest

from netviz.cli import app
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands
from tests.engine.conftest import replace_sample
from tests.engine.session.trees import branch_files, grown
from tests.support import Driven

CONFIG = RunConfig(hidden=(16,), epochs=3, device="cpu", threads=1)


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a tree of three runs."""
    replace_sample(monkeypatch.setitem)
    monkeypatch.setattr("netviz.engine.session.batch_meter.REPORT_INTERVAL_S", 0.0)
    driven = grown(CONFIG)
    driven.do(commands.RenameRun(1, "the first"))
    driven.do(commands.Save(tmp_path / "run"))
    return tmp_path / "run"


def cells(text: str) -> list[list[str]]:
    """The cells of the printed table, without its heading."""
    return [[cell for cell in line.split("  ") if cell.strip()] for line in text.splitlines()[1:]]


def test_a_row_tells_of_each_run(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["runs", str(saved)]) == 0
    first, second, third = [
        [cell.strip() for cell in row] for row in cells(capsys.readouterr().out)
    ]
    assert first[:5] == ["1", "the first", "the beginning", "lr 0.001, batch 10", "40"]
    assert second[2:4] == ["run 1, step 12", "batch 10"]
    assert (third[0], third[2], third[3], third[-1]) == ("3", "run 2, step 20", "–", "at hand")
    assert first[5].startswith("0.") or float(first[5]) > 0
    assert first[-1] == "left"


def test_programs_get_an_object_for_each(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(["runs", "--json", str(saved)]) == 0
    first, second, third = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (first["line"], first["name"], first["parent"], first["steps"]) == (
        1,
        "the first",
        0,
        40,
    )
    assert (second["parent"], second["parted_at"], second["at_hand"]) == (1, 12, False)
    assert second["differs"] == {"batch_size": 10}
    assert (third["at_hand"], third["differs"]) == (True, {})
    assert RunConfig.parse(third["config"]).batch_size == 20


def test_several_folders_are_compared_with_the_first(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Driven(CONFIG)
    other.do(commands.Step())
    other.do(commands.Save(tmp_path / "other"))
    assert app.run(["runs", str(saved), str(tmp_path / "other")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("Folder")
    assert lines[-1].startswith(str(tmp_path / "other"))
    assert "lr 0.001, batch 10" in lines[-1]


def test_what_cannot_be_read_is_named_after_the_rest(
    saved: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    branch_files(saved)[1].unlink()
    assert app.run(["runs", str(tmp_path / "nothing"), str(saved)]) == 1
    told = capsys.readouterr()
    assert len(told.out.splitlines()) == 3
    nothing, missing = told.err.splitlines()
    assert "There is no saved run in" in nothing
    assert "Run 1 is left out: " in missing
    assert app.run(["runs", str(tmp_path / "nothing")]) == 1
    assert capsys.readouterr().out == ""
