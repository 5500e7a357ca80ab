"""A lesson's file is read, and each error is said with its line."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.lessons import lesson as parts
from netviz.lessons.lesson import Lesson
from netviz.lessons.lesson_error import LessonError
from netviz.lessons.reading import MOST_BYTES, parse_lesson, read_lesson
from tests.lessons.damaged import DAMAGED, GOOD, Damaged

PATH = Path("03-rates.de.md")


def read(text: str) -> Lesson:
    return parse_lesson(text, PATH)


def with_step(body: str) -> parts.Step:
    (step,) = read(f'+++\ntitle = "a"\n+++\n## Step\n{body}').steps
    return step


def done(body: str) -> tuple[parts.Action, ...]:
    return with_step(f"```do\n{body}\n```").do


def test_the_head_and_the_steps_are_read() -> None:
    lesson = read(GOOD)
    assert (lesson.title, lesson.minutes, lesson.level) == ("Too small, too large", 10, "beginner")
    assert (lesson.name, lesson.language) == ("03-rates", "de")
    assert (lesson.controls, lesson.tabs) == ({"learning_rate"}, {"weights"})
    assert (lesson.run.optimizer, lesson.run.hidden, lesson.run.epochs) == ("sgd", (8,), 8)
    first, second = lesson.steps
    assert (first.title, first.line, first.do) == ("At a rate of 0.03", 18, (parts.Train(20),))
    assert isinstance(second.ask, parts.Curve)
    assert second.reveal == (parts.Set({"learning_rate": 3.0}), parts.Train(20))
    assert second.after == "It went to {loss}, off by {off_by}."
    assert [check.then for check in second.checks] == ["It leapt."]


def test_what_the_head_leaves_out_has_its_default() -> None:
    lesson = read('+++\ntitle = "a"\n+++\n## Step\n')
    assert (lesson.level, lesson.controls, lesson.tabs) == ("beginner", None, None)


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_any_line_end_is_read(newline: str) -> None:
    assert read(GOOD.replace("\n", newline)) == read(GOOD)


def test_every_action_is_read_in_its_order() -> None:
    assert done(
        "new_run = { hidden = [4, 4] }\nkeep_weights = true\nset = { learning_rate = 1 }\n"
        "train_epochs = 2\npause = true\nback_to = 0\nbranch = true\ndraw = 17\ntab = 'loop'\n"
        "part = 'a weight'\n"
        "race = { optimizer = ['sgd', 'adam'], steps = 30 }"
    ) == (
        parts.NewRun({"hidden": (4, 4)}, keep_weights=True),
        parts.Set({"learning_rate": 1.0}),
        parts.TrainEpochs(2),
        parts.Pause(),
        parts.BackTo(0),
        parts.Branch(),
        parts.Draw(17),
        parts.OpenTab("loop", "a weight"),
        parts.Race("optimizer", ("sgd", "adam"), 30),
    )


def test_a_question_may_have_an_answer_that_the_run_decides() -> None:
    step = with_step(
        "```ask\nkind = 'choice'\nquestion = 'Which?'\nanswers = ['a', 'b']\n"
        "right_when = ['a.loss < b.loss', 'not b.diverged and b.loss <= a.loss']\n```"
    )
    assert isinstance(step.ask, parts.Choice)
    assert step.ask.right is None
    assert [each.text for each in step.ask.right_when] == [
        "a.loss < b.loss",
        "not b.diverged and b.loss <= a.loss",
    ]


def test_code_stays_as_it_is_and_links_become_their_words() -> None:
    step = with_step(
        "See [the paper](http://a.b/c_(d)) or <https://a.b>, `<b>{x}` and:\n\n"
        "```python\nx = '<img>' # {nothing}\n```\n"
    )
    assert step.text == (
        "See the paper or https://a.b, `<b>{x}` and:\n\n```python\nx = '<img>' # {nothing}\n```"
    )


def test_a_reveal_without_a_question_is_shown_on_request() -> None:
    step = with_step("Before.\n```reveal\ntrain = 3\n```\nAfter.")
    assert (step.is_revealed_on_request, step.text, step.after) == (True, "Before.", "After.")


@pytest.mark.parametrize("damaged", DAMAGED, ids=lambda each: each.name)
def test_a_damaged_file_is_refused_with_its_line(damaged: Damaged, tmp_path: Path) -> None:
    path = tmp_path / "mine.md"
    path.write_bytes(damaged.content)
    with pytest.raises(LessonError) as caught:
        read_lesson(path)
    error = caught.value
    where = f"mine.md, line {damaged.line}: " if damaged.line else "mine.md: "
    assert error.message.startswith(where)
    assert damaged.says in str(error)
    assert len(error.message) < 400


def test_there_are_60_of_them() -> None:
    assert len(DAMAGED) >= 60


def test_nothing_in_a_file_reaches_outside(tmp_path: Path) -> None:
    (tmp_path / "000.md").write_text(GOOD)
    for number, damaged in enumerate(DAMAGED, 1):
        (tmp_path / f"{number:03}.md").write_bytes(damaged.content)
    child = [sys.executable, "-m", "tests.lessons.audited_child", str(tmp_path)]
    told = subprocess.run(child, capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.strip() == ""


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.md", tmp_path, Path("a\0b.md")):
        with pytest.raises(LessonError, match="cannot be read"):
            read_lesson(path)


@given(st.data())
def test_whatever_is_in_a_file_it_is_read_or_refused(data: st.DataObject) -> None:
    lines = GOOD.split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        kept = data.draw(st.sampled_from(["cut", "twice", "else"]))
        if kept == "cut":
            del lines[place]
        else:
            lines[place:place] = [
                lines[place] if kept == "twice" else data.draw(st.text(max_size=30))
            ]
    try:
        read("\n".join(lines))
        line = 1
    except LessonError as error:
        line = error.line
    assert 1 <= line <= len("\n".join(lines).splitlines()) + 1


def test_a_file_of_the_largest_size_is_read_quickly(tmp_path: Path) -> None:
    path = tmp_path / "large.md"
    path.write_text(GOOD + "[a](" * ((MOST_BYTES - len(GOOD)) // 4))
    assert read_lesson(path).title == "Too small, too large"
