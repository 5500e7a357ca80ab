"""`netviz train` on own pictures, as typed in a terminal."""

import json
from pathlib import Path

import pytest

from netviz.cli import app
from tests.engine.datasets.pictures import save_classes

FAST = ["--hidden", "8", "--epochs", "1", "--threads", "1", "--device", "cpu"]


def test_a_folder_trains_and_what_is_left_out_is_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pets = save_classes(tmp_path / "pets", cats=10, dogs=2)
    (pets / "cats" / "notes.png").write_text("no picture")
    assert app.run(["train", "--dataset", f"folder:{pets}", "--image-size", "16", *FAST]) == 0
    out = capfd.readouterr().out.splitlines()
    assert out[0].endswith("8 on pets.")
    assert "9 training and 3 test images" in out[1]
    assert out[2:4] == ["1 file was left out:", "  notes.png is not an image."]
    assert out[4].startswith("The classes are out of balance: 'dogs' has 1 training")
    assert out[-1] == "Finished."


def test_a_csv_trains_and_json_has_the_notes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    save_classes(tmp_path, cats=5, dogs=5)
    lines = [f"{kind}/{n:03}.png,{kind}" for kind in ("cats", "dogs") for n in range(5)]
    table = tmp_path / "labels.csv"
    table.write_text("\n".join(["file_name,label", *lines, "gone.png,cats"]))
    assert app.run(["train", "--dataset", f"csv:{table}", "--json", *FAST]) == 0
    start = json.loads(capfd.readouterr().out.splitlines()[0])
    assert start["config"]["dataset"] == f"csv:{table}"
    assert start["left_out"] == [f"gone.png is missing in {tmp_path}."]
    assert "warnings" not in start


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("folder:{}/none", "There is no folder {}/none."),
        ("csv:{}/none.csv", "There is no file {}/none.csv."),
        ("folder:{}/empty", "{}/empty"),
    ],
)
def test_bad_pictures_are_refused_with_a_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    (tmp_path / "empty").mkdir()
    assert app.run(["train", "--dataset", name.format(tmp_path), *FAST]) == 1
    error = capfd.readouterr().err
    assert message.format(tmp_path) in error
    assert "Traceback" not in error
