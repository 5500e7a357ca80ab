"""Lessons are played on runs of their own, and the window is as it was before afterwards."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.lessons.lesson import PARTS, TABS
from netviz.ui.dialogs.lesson_list_dialog import LessonListDialog
from netviz.ui.lesson.sheet import ChoiceQuestion, EndSheet, Primary, ProblemSheet, StepSheet
from netviz.ui.presenters.file_presenter import FilePresenter
from netviz.ui.presenters.lesson_presenter import LessonPresenter
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.learning_rate.rate_view import RateView
from netviz.ui.views.loop.loop_view import LoopView
from netviz.ui.views.view_spec import all_views
from tests.engine.conftest import few_digits  # noqa: F401
from tests.lessons.damaged import DAMAGED
from tests.ui.conftest import OpenWindow, draw_line

pytestmark = pytest.mark.usefixtures("few_digits")

LESSON = """\
+++
title = "How big a step?"
controls = ["learning_rate"]
tabs = ["gradients"]
[run]
hidden = [8]
optimizer = "sgd"
learning_rate = 0.1
batch_size = 20
+++

## Begin

Some **text**.

```do
train = 10
draw = 3
```

## Guess

```ask
kind = "choice"
question = "Will it fall?"
answers = ["Yes", "No"]
right_when = ["loss < 2.4", "loss >= 2.4"]
```

```reveal
set = { learning_rate = 0.2 }
train = 10
```

The loss is {loss}.

```check
when = "step == 20"
```
""".replace(
    '```check\nwhen = "step == 20"\n```\n', '```check\nwhen = "step > 15"\nthen = "Far."\n```\n'
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "mine" / "steps.md"
    file.parent.mkdir()
    file.write_text(LESSON)
    return file


def lessons(window: MainWindow) -> LessonPresenter:
    found = window.findChild(LessonPresenter)
    assert found is not None
    return found


def sheet(window: MainWindow) -> StepSheet:
    shown = window.lesson_panel.sheet
    assert isinstance(shown, StepSheet)
    return shown


def wait_for(qtbot: QtBot, window: MainWindow, primary: Primary, step: int) -> None:
    """Wait until the blue button says this, and no more is under way."""

    def is_there() -> bool:
        shown = window.lesson_panel.sheet
        return isinstance(shown, StepSheet) and (shown.primary, shown.step, shown.waiting) == (
            primary,
            step,
            None,
        )

    qtbot.waitUntil(is_there, timeout=30_000)


def press(window: MainWindow) -> None:
    window.lesson_panel.foot.primary_button.click()


def train(qtbot: QtBot, window: MainWindow, steps: int) -> None:
    goal = window.controller.step + steps
    window.controller.train_steps(steps)
    qtbot.waitUntil(lambda: window.controller.step == goal, timeout=30_000)
    qtbot.waitUntil(lambda: window.controller.state is State.PAUSED, timeout=30_000)


def wait_for_step(qtbot: QtBot, window: MainWindow, step: int) -> None:
    """Wait until the user's own run is there again."""
    run = window.controller
    qtbot.waitUntil(
        lambda: (run.step, run.is_preparing, run.config.hidden) == (step, False, (64, 64, 64)),
        timeout=30_000,
    )


def test_a_lesson_is_played_to_its_end_and_everything_comes_back(
    open_window: OpenWindow, qtbot: QtBot, path: Path
) -> None:
    window = open_window()
    train(qtbot, window, 7)
    draw_line(qtbot, window)
    drawn = window.pad.pad.canvas.array()
    tab, arranged = window.views.tabs.currentIndex(), window.workspace.arranged
    lessons(window).open(path)
    wait_for(qtbot, window, Primary.NEXT, 1)
    assert window.controller.step == 10
    assert window.pad.pad.canvas.example is not None
    assert "waits at step 7" in window.status
    assert window.panel.row("optimizer").isHidden()
    assert [window.views.titles[i] for i in window.views.offered] == ["Gradients"]
    press(window)
    wait_for(qtbot, window, Primary.SHOW, 2)
    assert not window.lesson_panel.foot.primary_button.isEnabled()
    window.lesson_panel.parts.choices.pick(0)
    press(window)
    wait_for(qtbot, window, Primary.FINISH, 2)
    asked = sheet(window).question
    assert isinstance(asked, ChoiceQuestion)
    assert (asked.chosen, asked.right, asked.is_open) == (0, 0, False)
    assert sheet(window).after.startswith("The loss is ")
    assert [note.text for note in sheet(window).notes] == ["Far."]
    press(window)
    assert isinstance(window.lesson_panel.sheet, EndSheet)
    window.lesson_panel.close_button.click()
    wait_for_step(qtbot, window, 7)
    assert (window.views.tabs.currentIndex(), window.workspace.arranged) == (tab, arranged)
    assert not window.panel.row("optimizer").isHidden()
    assert (window.pad.pad.canvas.array() == drawn).all()
    assert not window.lesson_room.is_on
    assert "lesson" not in window.status.lower()
    train(qtbot, window, 2)


def test_the_class_is_counted_before_the_reveal(
    open_window: OpenWindow, qtbot: QtBot, path: Path
) -> None:
    window = open_window()
    lessons(window).open(path)
    wait_for(qtbot, window, Primary.NEXT, 1)
    press(window)
    wait_for(qtbot, window, Primary.SHOW, 2)
    window.stage.lesson_page.panel.counted.emit((4, 11))
    asked = sheet(window).question
    assert isinstance(asked, ChoiceQuestion)
    assert (asked.counts, asked.right) == ((4, 11), None)
    press(window)
    wait_for(qtbot, window, Primary.FINISH, 2)
    asked = sheet(window).question
    assert isinstance(asked, ChoiceQuestion)
    assert (asked.counts, asked.right) == ((4, 11), 0)
    files = window.findChild(FilePresenter)
    assert files is not None
    (told,) = files.predictions
    assert (told.guess, told.truth) == ("4 × Yes, 11 × No", "Yes")
    lessons(window).leave()
    assert files.predictions == ()
    wait_for_step(qtbot, window, 0)


def test_a_lesson_is_left_by_menu_key_and_undo(
    open_window: OpenWindow, qtbot: QtBot, path: Path
) -> None:
    window = open_window()
    window.controller.change({"learning_rate": 0.02})
    train(qtbot, window, 3)
    window.controller.change({"hidden": (5,)})  # waits for a reset
    for leave in (
        window.actions_by_key["leave_lesson"].trigger,
        window.actions_by_key["undo"].trigger,
        lambda: QTest.keyClick(window, Qt.Key.Key_Escape),
    ):
        lessons(window).open(path)
        wait_for(qtbot, window, Primary.NEXT, 1)
        assert not window.controller.waiting
        window.activateWindow()
        leave()
        assert not lessons(window).is_on
        wait_for_step(qtbot, window, 3)
        qtbot.waitUntil(lambda: dict(window.controller.waiting) == {"hidden": (5,)})
        assert window.controller.config.learning_rate == 0.02


def test_a_damaged_or_hostile_lesson_is_a_sentence_and_the_window_goes_on(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window()
    train(qtbot, window, 3)
    for number, damaged in enumerate(DAMAGED):
        path = tmp_path / f"{number}.md"
        path.write_bytes(damaged.content)
        lessons(window).open(path)
        shown = window.lesson_panel.sheet
        assert isinstance(shown, ProblemSheet)
        assert (shown.file, shown.line) == (path.name, damaged.line)
        assert damaged.says in f"{shown.message} {shown.hint}"
    lessons(window).leave()
    train(qtbot, window, 2)
    assert window.controller.step == 5


def test_a_lesson_is_read_again_when_it_is_saved(
    open_window: OpenWindow, qtbot: QtBot, path: Path
) -> None:
    window = open_window()
    lessons(window).open(path)
    wait_for(qtbot, window, Primary.NEXT, 1)
    for text in ("Other text.", "And again."):
        other = path.with_suffix(".new")
        other.write_text(LESSON.replace("Some **text**.", text))
        other.replace(path)
        qtbot.waitUntil(lambda text=text: sheet(window).text == text, timeout=10_000)
    path.write_text(LESSON.replace("train = 10\ndraw", "trian = 10\ndraw"))
    qtbot.waitUntil(lambda: isinstance(window.lesson_panel.sheet, ProblemSheet), timeout=10_000)
    assert window.controller.step == 10
    path.write_text(LESSON)
    wait_for(qtbot, window, Primary.NEXT, 1)
    assert sheet(window).text == "Some **text**."


def test_one_goes_on_where_one_left(open_window: OpenWindow, qtbot: QtBot, path: Path) -> None:
    window = open_window()
    lessons(window).open(path)
    wait_for(qtbot, window, Primary.NEXT, 1)
    press(window)
    wait_for(qtbot, window, Primary.SHOW, 2)
    lessons(window).leave()
    wait_for_step(qtbot, window, 0)
    lessons(window).open(path)
    wait_for(qtbot, window, Primary.SHOW, 2)
    assert window.controller.step == 10


def test_a_lesson_is_left_at_once_or_for_another_and_a_race_waits_for_it(
    open_window: OpenWindow, qtbot: QtBot, path: Path
) -> None:
    window = open_window()
    run = window.controller
    with qtbot.waitSignal(run.race_changed, timeout=30_000):
        run.race(({"learning_rate": 0.01}, {"learning_rate": 0.05}), starts=False)
    train(qtbot, window, 4)
    run.start()  # it is held for the lesson, wherever it is then
    lessons(window).open(path)
    lessons(window).leave()
    qtbot.waitUntil(lambda: not run.is_preparing and run.state is State.PAUSED, timeout=30_000)
    step = run.step
    assert step >= 4
    lessons(window).open(path)
    lessons(window).open(path)
    wait_for(qtbot, window, Primary.NEXT, 1)
    with qtbot.waitSignal(run.race_changed, timeout=30_000) as told:
        lessons(window).leave()
    assert len(told.args[0].lanes) == 2
    wait_for_step(qtbot, window, step)


def test_the_window_closes_in_a_lesson(open_window: OpenWindow, qtbot: QtBot, path: Path) -> None:
    window = open_window()
    train(qtbot, window, 3)
    lessons(window).open(path)
    wait_for(qtbot, window, Primary.NEXT, 1)
    arranged = window.lesson_room.arrangement
    window.close()
    assert window.settings.text("arrangement") == arranged.text()


def test_what_a_lesson_does_on_purpose_is_no_notice(
    open_window: OpenWindow, qtbot: QtBot, path: Path
) -> None:
    window = open_window()
    path.write_text(
        LESSON.replace("train = 10\ndraw", "set = { learning_rate = 1000 }\ntrain = 40\ndraw")
    )
    lessons(window).open(path)
    wait_for(qtbot, window, Primary.NEXT, 1)
    assert window.message_bar.isHidden()
    window.controller.change({"batch_size": 200})
    with qtbot.waitSignal(window.controller.refused):
        window.controller.go_back(4000)
    assert "4,000" in window.message_bar.text


def test_the_list_offers_own_lessons_with_how_far_one_came(
    open_window: OpenWindow, qtbot: QtBot, path: Path
) -> None:
    window = open_window()
    window.settings.set("lesson_folder", str(path.parent))
    window.actions_by_key["lessons"].trigger()
    dialog = window.findChild(LessonListDialog)
    assert dialog is not None
    entries = [
        dialog.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(dialog.list.count())
    ]
    own = [entry for entry in entries if entry and entry.is_own]
    assert [(entry.title, entry.progress) for entry in own] == [("How big a step?", "")]
    dialog.opened.emit(own[0].key)
    dialog.close()
    wait_for(qtbot, window, Primary.NEXT, 1)
    lessons(window).leave()
    window.actions_by_key["lessons"].trigger()
    told = [each for each in lessons(window).entries() if each.is_own]
    assert lessons(window).book.reached(told[0].key).steps == 2
    again = window.findChild(LessonListDialog)
    assert again is not None
    again.close()
    wait_for_step(qtbot, window, 0)


def test_a_lesson_whose_data_are_not_there_is_not_begun(
    open_window: OpenWindow, qtbot: QtBot, path: Path
) -> None:
    window = open_window()
    path.write_text(LESSON.replace("[run]", '[run]\ndataset = "kmnist"'))
    lessons(window).open(path)
    assert "This lesson needs" in window.message_bar.text
    assert not lessons(window).is_on
    assert not window.lesson_room.is_on


def test_a_lesson_can_name_every_tab_there_is() -> None:
    assert {spec.title.lower() for spec in all_views()} == set(TABS)


def test_a_lesson_brings_each_part_of_a_tab_into_sight(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    rates, loop = window.views.view(RateView), window.views.view(LoopView)
    rows = {row.title.lower(): row for row in (*rates.pictures, rates.over_time)}
    assert tuple(rows) == PARTS["learning rate"]
    for part in reversed(PARTS["learning rate"]):
        window.views.show_named("learning rate", part)
        qtbot.waitUntil(lambda row=rows[part]: not row.visibleRegion().isEmpty())
        assert not rows[part].is_folded
    for part in reversed(PARTS["loop"]):
        window.views.show_named("loop", part)
        assert loop.pages.button(loop.pages.index).text().lower() == part
    assert loop.code.isVisible()
