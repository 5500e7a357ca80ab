"""Settings: kept between two starts; a damaged file gives the defaults and one sentence."""

import random
from pathlib import Path

import pytest

from netviz.ui.shell.settings import LARGEST_BYTES, Settings


def test_no_file_is_no_problem(tmp_path: Path) -> None:
    assert Settings(tmp_path / "window.ini").problem == ""


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "window.ini")
    settings.set("mirror", "http://localhost/ä")
    settings.save()
    again = Settings(tmp_path / "window.ini")
    assert (again.problem, again.text("mirror")) == ("", "http://localhost/ä")


def test_the_theme_is_as_asked_for_or_as_it_was_left(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "window.ini")
    assert settings.is_dark(None)
    settings.set("dark", False)
    assert [settings.is_dark(asked) for asked in (None, True, False)] == [False, True, False]


@pytest.mark.parametrize(
    "content",
    [random.Random(1).randbytes(5000), b"\0" * 100, b"[General]\n" + b"a" * LARGEST_BYTES],
    ids=["random", "zeros", "huge"],
)
def test_a_damaged_file_is_put_aside_and_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "window.ini"
    path.write_bytes(content)
    settings = Settings(path)
    assert settings.problem.count(".") == 1
    assert settings.flag("dark", True)
    assert settings.text("page") == ""
    assert path.with_name("window.ini.damaged").read_bytes() == content
    settings.set("dark", False)
    settings.save()
    assert not Settings(path).flag("dark", True)


@pytest.mark.parametrize("value", ["/a, /b", "@Invalid()", "@ByteArray(abc)"])
def test_a_damaged_value_is_dropped_alone_and_told(tmp_path: Path, value: str) -> None:
    path = tmp_path / "window.ini"
    path.write_text(f"[General]\nmirror=http://localhost\nrecent_runs={value}\n", "utf-8")
    settings = Settings(path)
    assert settings.problem == "Damaged settings start with their defaults: recent runs."
    assert (settings.text("recent_runs"), settings.text("mirror")) == ("", "http://localhost")
    settings.save()
    assert Settings(path).problem == ""


def test_a_folder_in_its_place_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "window.ini"
    path.mkdir()
    assert Settings(path).problem
    assert Settings(path).problem == ""
