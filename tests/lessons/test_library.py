"""Lessons are found in their folders, in the system's language where there is such a file."""

from pathlib import Path

import pytest

from netviz.lessons.curves import DrawnCurve
from netviz.lessons.library import entries, languages, lesson_key, next_after
from netviz.lessons.progress import ProgressBook, Reached
from tests.lessons.damaged import GOOD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three lessons, one of them in two languages, and what is none."""
    for name, title in (
        ("01-first.md", "First"),
        ("02-rates.md", "Rates"),
        ("02-rates.de.md", "Raten"),
        ("03-last.md", "Last"),
        ("README.md", "none"),
        ("notes.txt", "none"),
    ):
        (tmp_path / name).write_text(GOOD.replace("Too small, too large", title))
    return tmp_path


def titles(folder: Path, system: str) -> list[str]:
    return [each.title for each in entries(None, system, folder)]


def test_a_lesson_is_taken_in_the_language_of_the_system(folder: Path) -> None:
    assert titles(folder, "en_GB") == ["First", "Rates", "Last"]
    assert titles(folder, "de_AT") == ["First", "Raten", "Last"]
    (folder / "02-rates.de_AT.md").write_text(GOOD)
    assert titles(folder, "de_AT")[1] == "Too small, too large"


def test_all_languages_of_a_lesson_share_their_progress(folder: Path) -> None:
    assert lesson_key(folder / "02-rates.de.md") == lesson_key(folder / "02-rates.md")


def test_a_language_is_asked_for_from_the_nearest_on() -> None:
    assert languages("pt_BR.UTF-8") == ("pt_BR", "pt-BR", "pt")
    assert (languages("de"), languages("C")) == (("de",), ())


def test_a_damaged_lesson_is_listed_with_what_is_wrong(folder: Path) -> None:
    (folder / "03-last.md").write_text("nothing")
    last = entries(folder, "en", folder / "none")[-1]
    assert (last.title, last.lesson, last.is_own) == ("03-last.md", None, True)
    assert last.error is not None
    assert last.error.line == 1


def test_one_comes_after_the_other(folder: Path) -> None:
    found = entries(None, "de", folder)
    following = next_after(folder / "01-first.md", found)
    assert following is not None
    assert following.title == "Raten"
    assert next_after(folder / "03-last.md", found) is None


def test_a_folder_that_there_is_not_has_none(tmp_path: Path) -> None:
    assert entries(tmp_path / "none", "en", tmp_path / "none either") == ()


REACHED = Reached(2, 5, False, {0: 1, 1: 0.25, 3: DrawnCurve((1.0, 2.0), (0.5, 0.4))})


def test_progress_and_answers_are_there_at_the_next_start(tmp_path: Path) -> None:
    ProgressBook(tmp_path / "new" / "lessons.json").keep("03-rates", REACHED)
    book = ProgressBook(tmp_path / "new" / "lessons.json")
    assert book.reached("03-rates") == REACHED
    assert book.reached("04-batch") == Reached()


def test_a_lesson_that_was_finished_once_stays_so(tmp_path: Path) -> None:
    book = ProgressBook(tmp_path / "lessons.json")
    book.keep("03-rates", Reached(0, 5, True))
    book.keep("03-rates", Reached(1, 5, False))
    assert book.reached("03-rates") == Reached(1, 5, True)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{", '{"a": 3}', '{"a": {"step": -4, "steps": "x", "answers": {"0": [1]}}}',
     '{"a": {"answers": {"-1": 1, "0": {"steps": [1], "values": [1, NaN]}, "1": true}}}',
     '{"a": {"answers": {"0": ' + "1" + "0" * 400 + "}}}", "[" * 100_000],
)  # fmt: skip
def test_a_damaged_file_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "lessons.json"
    path.write_text(content)
    assert ProgressBook(path).reached("a") == Reached()
