"""What the tab Loop does while the run trains at its own speed."""

import pytest
from pytestqt.qtbot import QtBot

from netviz.engine.protocol import commands
from netviz.engine.protocol.run_state import State
from netviz.ui.look.theme import Theme
from netviz.ui.views.loop.loop_view import LoopView
from tests.ui.views.loop.steps import a_step


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> LoopView:
    """The tab, which knows a step of a run that trains at full speed."""
    view = LoopView(theme)
    qtbot.addWidget(view)
    view.set_config(a_step().config)
    view.show_step(a_step())
    view.show()
    view.set_state(State.RUNNING)
    qtbot.waitUntil(lambda: view.sentence.text.startswith("The run trains at its own speed"))
    return view


def test_next_line_only_pauses_and_the_step_then_begins_at_its_batch(view: LoopView) -> None:
    asked: list[object] = []
    view.command_requested.connect(asked.append)
    view.next_button.click()
    assert asked == [commands.Pause()]
    view.set_state(State.PAUSED)
    view.show_step(a_step(70))
    assert view.sentence.text.startswith("Step 71.")
    view.next_button.click()
    assert view.sentence.text.startswith("Step 71, line 1 of 5.")
    assert asked == [commands.Pause()]


def test_no_line_is_lit_and_the_last_known_values_stay(view: LoopView) -> None:
    assert view.code.accessibleDescription() == ""
    assert "loss 1" in view.picture.accessibleDescription()


def test_another_speed_limit_than_that_of_the_lines_ends_slow_motion(view: LoopView) -> None:
    view.speeds.button(2).click()
    assert view.speeds.index == 2
    view.set_pace(20.0)
    assert view.speeds.index == 0


def test_a_step_that_was_refused_is_asked_for_again(view: LoopView) -> None:
    view.set_state(State.PAUSED)
    view.show_step(a_step(70))
    asked: list[object] = []
    view.command_requested.connect(asked.append)
    for _ in range(5):
        view.next_line()
    assert asked == [commands.Step()]
    view.next_line()
    assert asked == [commands.Step()]
    view.show_step(a_step(70))  # with other settings, since it was refused with these
    view.next_line()
    assert asked == [commands.Step(), commands.Step()]
