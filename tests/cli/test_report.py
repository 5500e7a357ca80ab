"""`netviz report`: a saved run as one page, and nothing else is changed."""

from pathlib import Path

import pytest

from netviz.cli import app
from netviz.engine.storage.run_summary import summarise
from tests.engine.export.report.page import Page

FAST = "--hidden 8 --epochs 1 --batch-size 500 --threads 1 --device cpu"


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """The folder of a run of one epoch."""
    folder = tmp_path / "my run"
    assert app.run(["train", *FAST.split(), "--out", str(folder)]) == 0
    return folder


def report(*arguments: object) -> int:
    return app.run(["report", *map(str, arguments)])


def test_the_page_lies_in_the_runs_folder_which_stays_as_it_is(
    saved: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.read_bytes() for path in saved.iterdir()}
    capfd.readouterr()
    assert report(saved) == 0
    path = saved / "report.html"
    assert capfd.readouterr().out == f"Saved {path}.\n"
    page = Page(path.read_text("utf-8"))
    assert f"saved in {saved.name} · finished at step {summarise(saved).step}" in " ".join(
        page.text.split()
    )
    assert len(page.rows["epochs"]) == 3
    after = {each.name: each.read_bytes() for each in saved.iterdir() if each != path}
    assert after == before
    assert report(saved) == 2
    assert "is there already. Choose another file for --out, or add --overwrite." in (
        capfd.readouterr().err
    )
    path.write_text("old")
    assert report(saved, "--overwrite") == 0
    assert path.read_text("utf-8") != "old"


def test_the_page_can_lie_anywhere(saved: Path, tmp_path: Path) -> None:
    assert report(saved, "--out", tmp_path / "new" / "page.html") == 0
    assert "my run" in (tmp_path / "new" / "page.html").read_text("utf-8")
    assert not (saved / "report.html").exists()


def test_what_is_no_run_is_said_in_a_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert report(tmp_path / "nowhere") == 1
    assert "There is no saved run in" in capfd.readouterr().err
    (tmp_path / "run.safetensors").write_text("nonsense")
    assert report(tmp_path) == 1
    captured = capfd.readouterr()
    assert "is broken or no saved run" in captured.err
    assert captured.err.count("\n") == 1
    assert list(tmp_path.glob("*.html")) == []


def test_a_place_that_cannot_be_written_is_said_in_a_line(
    saved: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert report(saved, "--out", tmp_path) == 2
    assert "is a folder" in capfd.readouterr().err
    (tmp_path / "file").write_text("in the way")
    assert report(saved, "--out", tmp_path / "file" / "page.html") == 1
    assert "could not be written" in capfd.readouterr().err


def test_a_network_of_somebody_else_is_run_only_with_trust(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file, run = tmp_path / "net.py", tmp_path / "run"
    file.write_text("from torch import nn\nNet = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n")
    arguments = ["train", *FAST.split(), "--model", f"{file}:Net", "--out", str(run)]
    assert app.run(arguments) == 0
    file.write_text(file.read_text() + "print('run')\n")
    capfd.readouterr()
    assert report(run) == 2
    captured = capfd.readouterr()
    assert "Add --trust-model to run it." in captured.err
    assert captured.out == ""
    assert report(run, "--trust-model") == 0
    assert "net.py:Net" in (run / "report.html").read_text("utf-8")


def test_a_data_set_that_is_missing_is_named(
    saved: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netviz.cli.train.is_present", lambda *_: False)
    assert report(saved, "--data-dir", tmp_path) == 1
    assert "netviz datasets download mnist-sample" in capfd.readouterr().err
