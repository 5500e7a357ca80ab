"""The plots as files."""

import csv
import re
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from netviz.ui.look.theme import DARK
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from tests.ui.plots.using_plots import (
    UNTRAINED,
    action,
    measured,
    progress,
    show,
    show_short_run,
)


def choose(monkeypatch: pytest.MonkeyPatch, path: Path | str) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_the_table_has_a_row_for_every_step(
    qtbot: QtBot, loss: LossPlot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    show_short_run(loss)
    choose(monkeypatch, tmp_path / "run")
    with qtbot.waitSignal(loss.saved) as saved:
        action(loss, "Save as CSV…").trigger()
    assert saved.args == [tmp_path / "run.csv"]
    rows = table(tmp_path / "run.csv")
    assert [row["step"] for row in rows] == ["0", "1", "2", "3"]
    assert [row["batch_loss"] for row in rows] == ["", "2", "nan", "1"]
    assert [row["test_loss"] for row in rows] == ["2.305", "", "", "0.3"]
    assert rows[3]["learning_rate"] == "0.01"
    assert [path.name for path in tmp_path.iterdir()] == ["run.csv"]


def test_every_figure_of_the_table_is_that_of_its_step(loss: LossPlot, tmp_path: Path) -> None:
    loss.set_half_life(1)
    show(loss, UNTRAINED, progress(1, [2.0, 1.0], rate=0.1), measured(1, 2))
    show(loss, progress(3, [0.5], epoch=2, rate=0.02))
    loss.export(tmp_path / "loss.csv")
    names = ("step", "epoch", "batch_loss", "smoothed_loss", "learning_rate", "test_loss")
    # With a half-life of one step an average is the mean of the one before and the new value.
    assert [tuple(row[name] for name in names) for row in table(tmp_path / "loss.csv")] == [
        ("0", "0", "", "", "", "2.305"),
        ("1", "1", "2", "2", "0.1", ""),
        ("2", "1", "1", "1.5", "0.1", "0.3"),
        ("3", "2", "0.5", "1", "0.02", ""),
    ]


def test_the_accuracy_table_has_a_row_for_every_epoch(
    accuracy: AccuracyPlot, tmp_path: Path
) -> None:
    show(accuracy, UNTRAINED, measured(1, 40, 0.969, 0.931))
    accuracy.export(tmp_path / "accuracy.csv")
    rows = table(tmp_path / "accuracy.csv")
    assert [(row["epoch"], row["test_accuracy"]) for row in rows] == [
        ("0", "0.098"),
        ("1", "0.931"),
    ]
    assert rows[1]["gap"] == "0.038"


def test_the_picture_shows_the_curve_without_the_buttons(loss: LossPlot, tmp_path: Path) -> None:
    show_short_run(loss)
    loss.export(tmp_path / "loss.png")
    picture = QImage(str(tmp_path / "loss.png"))
    assert picture.size() == loss.size() * 2
    colors = {
        picture.pixelColor(x, y).name()
        for x in range(0, picture.width(), 2)
        for y in range(0, picture.height(), 2)
    }
    assert {DARK.surface.lower(), DARK.train.lower(), DARK.test.lower()} <= colors
    assert loss.header.menu_button.isVisible()


def test_the_drawing_holds_shapes_and_no_pictures(loss: LossPlot, tmp_path: Path) -> None:
    show_short_run(loss)
    loss.export(tmp_path / "loss.svg")
    text = (tmp_path / "loss.svg").read_text(encoding="utf-8")
    assert QSvgRenderer(str(tmp_path / "loss.svg")).isValid()
    assert "lr 0.1 → 0.01" in text
    size = re.search(r'width="([\d.]+)mm" height="([\d.]+)mm"', text)
    assert size is not None
    assert float(size[1]) / float(size[2]) == pytest.approx(loss.width() / loss.height(), rel=0.01)
    assert "<image" not in text


@pytest.mark.parametrize("ending", ["PNG", "SVG", "CSV"])
def test_a_file_that_cannot_be_written_is_told_and_leaves_the_old_one(
    qtbot: QtBot, loss: LossPlot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    show_short_run(loss)
    occupied = tmp_path / f"occupied.{ending.lower()}"
    occupied.mkdir()
    choose(monkeypatch, occupied)
    with qtbot.waitSignal(loss.failed) as failed:
        action(loss, f"Save as {ending}…").trigger()
    assert occupied.name in failed.args[0].message
    assert failed.args[0].hint
    assert list(tmp_path.iterdir()) == [occupied]


def test_a_save_thought_better_of_writes_nothing(
    loss: LossPlot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, "")
    action(loss, "Save as PNG…").trigger()
    assert list(tmp_path.iterdir()) == []
