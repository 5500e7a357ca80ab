"""What was done is written down as a lesson, which does the same when it is played."""

from pathlib import Path

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.lessons import lesson as parts
from netviz.lessons.lesson import Lesson
from netviz.lessons.reading import parse_lesson
from netviz.lessons.recording import Recorder, RecordingError
from tests.lessons.headless import play

CONFIG = RunConfig.parse({"hidden": (8,), "optimizer": "sgd", "learning_rate": 0.1, "threads": 1})


def read(recorder: Recorder) -> Lesson:
    return parse_lesson(recorder.text("Mine"), Path("mine.md"))


def recorded() -> Recorder:
    recorder = Recorder(CONFIG)
    recorder.note_steps(10)
    recorder.note_changes(12, {"learning_rate": 1e-5, "threads": 4})
    recorder.note_changes(12, {"optimizer": "adam"})
    recorder.note_image(3)
    recorder.note_image(4)
    recorder.note_tab("weights")
    recorder.note_steps(20)
    recorder.note_back(12)
    recorder.note_steps(14)
    recorder.note_race([CONFIG, CONFIG.with_changes({"learning_rate": 0.3})])
    recorder.note_steps(16)
    recorder.note_steps(20)
    recorder.note_new_run(CONFIG.with_changes({"hidden": (4, 4)}))
    recorder.note_steps(5)
    return recorder


def test_a_recorded_lesson_is_read_as_it_was_done() -> None:
    lesson = read(recorded())
    assert lesson.title == "Mine"
    assert lesson.run == CONFIG.with_changes({"threads": 0})
    assert [step.do for step in lesson.steps] == [
        (parts.Train(12),),
        (
            parts.Set({"learning_rate": 1e-5, "optimizer": "adam"}),
            parts.Draw(4),
            parts.OpenTab("weights"),
            parts.Train(8),
        ),
        (parts.BackTo(12), parts.Train(2)),
        (parts.Race("learning_rate", (0.1, 0.3), 6),),
        (parts.NewRun({"hidden": (4, 4)}), parts.Train(5)),
    ]


@pytest.mark.usefixtures("few_digits")
def test_it_can_be_played() -> None:
    played = play(read(recorded()))
    assert [step.problem for step in played] == [""] * 5
    assert [step.figures["step"] for step in played] == [12, 20, 14, 20, 5]
    assert played[3].figures["b.learning_rate"] == 0.3


def test_a_run_in_its_midst_is_trained_as_it_was_first() -> None:
    now = CONFIG.with_changes({"learning_rate": 0.5})
    ledger = (LedgerEntry(7, 1, "learning_rate", 0.1, 0.5),)
    lesson = read(Recorder(now, 30, ledger))
    assert lesson.run.learning_rate == 0.1
    assert [step.do for step in lesson.steps] == [
        (parts.Train(7),),
        (parts.Set({"learning_rate": 0.5}), parts.Train(23)),
    ]


def test_very_long_training_is_written_in_several_steps() -> None:
    recorder = Recorder(CONFIG)
    recorder.note_steps(250_000)
    steps = [action.steps for step in read(recorder).steps for action in step.do]  # type: ignore[union-attr]
    assert (sum(steps), max(steps)) == (250_000, 100_000)


def test_what_no_lesson_can_do_is_said_in_words() -> None:
    recorder = Recorder(CONFIG)
    recorder.note_steps(3)
    recorder.note_new_run(CONFIG.with_changes({"dataset": "folder:/home/me/pictures"}))
    recorder.note_race([CONFIG, CONFIG.with_changes({"learning_rate": 0.3, "order": 2})])
    text = recorder.text("Mine")
    assert "cannot read folders" in text
    assert "differ in several settings" in text
    assert "/home/me" not in text


def test_every_kind_of_value_is_written_so_that_it_is_read() -> None:
    config = CONFIG.with_changes(
        {"model": "layers", "layers": ("conv 4 3", "flatten"), "nesterov": True, "momentum": 0.9,
         "schedule": "custom", "points": ((0.0, 1.0), (2.5, 1e-7)), "epochs": 77}
    )  # fmt: skip
    assert read(Recorder(config)).run == config.with_changes({"threads": 0})


def test_a_run_that_no_lesson_can_begin_with_is_refused() -> None:
    with pytest.raises(RecordingError, match="weights of a file"):
        Recorder(CONFIG, started_from="weights.pth")
    with pytest.raises(RecordingError, match="cannot read folders"):
        Recorder(CONFIG.with_changes({"dataset": "folder:/tmp"}))
    assert Recorder(CONFIG).is_empty
