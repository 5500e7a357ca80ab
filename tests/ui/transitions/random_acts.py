"""Random things that are done in a window, and the window that came to the same point directly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from netviz.engine.options.option import Effect
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol.run_state import State
from tests.ui.transitions.driven_window import DrivenWindow

Changes = Mapping[str, Any]
REPLACED: Changes = {"": "the run at hand and the other change places"}


@dataclass
class Undoable:
    """What undo and redo shall do, by the model.

    Attributes
    ----------
    pairs
        Values before and after each change.
    index
        How many of them are in force.
    """

    pairs: list[tuple[Changes, Changes]] = field(default_factory=list)
    index: int = 0

    @classmethod
    def at_first(cls, *, has_replaced: bool) -> "Undoable":
        """Of a run to which nothing was done but that it may have taken the place of another."""
        return cls([(REPLACED, REPLACED)], 1) if has_replaced else cls()

    def push(self, before: Changes, after: Changes) -> None:
        """Note a change; those that were undone are gone."""
        self.pairs = [*self.pairs[: self.index], (before, after)]
        self.index += 1

    def forget_undone(self) -> None:
        """Forget what could be made again: something else was done."""
        self.pairs = self.pairs[: self.index]

    def undo(self) -> Changes:
        """Take a change back; nothing where there is none."""
        if not self.index:
            return {}
        self.index -= 1
        return self.pairs[self.index][0]

    def redo(self) -> Changes:
        """Make it again."""
        if self.index == len(self.pairs):
            return {}
        self.index += 1
        return self.pairs[self.index - 1][1]


@dataclass
class Story:
    """What led to where a window is.

    Attributes
    ----------
    config
        The settings at step 0.
    steps
        What was done, in order: a batch (None), changes, or `LANDED`.
    held
        Step at which the plots are held; None where they follow.
    is_opened
        Whether the run was opened, and views lack what they saw before.
    """

    config: RunConfig
    steps: list[Changes | str | None] = field(default_factory=list)
    held: int | None = None
    is_opened: bool = False

    @property
    def step(self) -> int:
        """Batches trained."""
        return self.steps.count(None)

    @property
    def settings(self) -> RunConfig:
        """The settings that all changes together give."""
        config = self.config
        for done in self.steps:
            if isinstance(done, Mapping):
                config = config.with_changes(done)
        return config

    def until(self, count: int) -> "Story":
        """The story up to so many of its steps."""
        return Story(self.config, self.steps[:count], self.held, self.is_opened)

    def gone_back(self, step: int, config: RunConfig) -> "Story":
        """The story of a run that went back; fails if it was never so."""
        stories = (self.until(count) for count in range(len(self.steps) + 1))
        found = next((s for s in stories if s.step == step and s.settings == config), None)
        assert found, f"the run never had {config} at step {step}"
        found.steps.append(LANDED)
        found.is_opened, found.held = True, None
        return found


LANDED = "landed"
"""The plots choose their ranges anew, by what was known at this step."""


class Actor:
    """A window to which random things are done, with the model of what it shall show.

    Attributes
    ----------
    driven
        The window.
    story, undoable, waiting, replaced
        The model; the last is the run that undo brings back.
    """

    def __init__(self, app: QApplication, config: RunConfig, folder: Path) -> None:
        self.driven = DrivenWindow(app, config, folder)
        self.story = Story(config)
        self.undoable = Undoable()
        self.waiting: dict[str, Any] = {}
        self.replaced: Story | None = None
        self._has_replaced = False
        self._folder = folder
        self._saved: tuple[Path, Story] | None = None

    def act(self, kind: str, value: Any) -> None:
        """Do one thing."""
        perform: Callable[[Any], None] = getattr(self, kind)
        perform(value)
        self.driven.settle()

    def train(self, batches: int) -> None:
        """Train batch after batch, as far as there are any."""
        for _ in range(batches):
            before = self.driven.controller.step
            self.driven.controller.train_one_batch()
            self.driven.settle()
            if self.driven.controller.step == before:
                return
            self.story.steps.append(None)

    def stop(self, _: Any) -> None:
        self.driven.controller.stop()

    def change(self, changes: Changes) -> None:
        config = self.story.settings
        live = {n: v for n, v in changes.items() if v != getattr(config, n)}
        if live:
            self.undoable.push({n: getattr(config, n) for n in live}, live)
        self.driven.controller.change(changes)
        self._changed(live)

    def bad_change(self, changes: Changes) -> None:
        """Ask for what the training refuses; nothing is left of it."""
        before = len(self.driven.refused)
        self.undoable.forget_undone()
        self.driven.controller.change(changes)
        self.driven.settle()
        assert len(self.driven.refused) == before + 1
        assert self.driven.controller.undo_stack.count() == len(self.undoable.pairs)

    def late_change(self, changes: Changes) -> None:
        assert all(OPTIONS[name].effect is Effect.RESET for name in changes)
        self.driven.controller.change(changes)
        self.driven.settle()
        config = self.story.settings
        self.waiting |= changes
        self.waiting = {n: v for n, v in self.waiting.items() if v != getattr(config, n)}
        self._apply_waiting()

    def _apply_waiting(self) -> None:
        """Reset where nothing is lost by it."""
        if self._is_untouched and self.waiting:
            self._begin(Story(self.story.settings.with_changes(self.waiting)))

    def drop_waiting(self, _: Any) -> None:
        self.driven.controller.drop_waiting()
        self.waiting = {}

    def undo(self, _: Any) -> None:
        self.driven.controller.undo_stack.undo()
        self._undone(self.undoable.undo())

    def redo(self, _: Any) -> None:
        self.driven.controller.undo_stack.redo()
        self._undone(self.undoable.redo())

    def _undone(self, done: Changes) -> None:
        if done is not REPLACED:
            self._changed(done)
            return
        self.driven.settle()
        assert self.replaced
        back = self.replaced.until(len(self.replaced.steps))
        back.steps.append(LANDED)
        back.is_opened, back.held = True, None
        self.story, self.replaced = back, self.story
        self.waiting, self._has_replaced = {}, False

    def hold(self, _: Any) -> None:
        if self.story.held is None and self.story.step:
            self._set_held(held=True)
            self.story.held = self.story.step

    def release(self, _: Any) -> None:
        self._set_held(held=False)
        self.story.held = None

    def rewind(self, _: Any) -> None:
        self.driven.controller.rewind_with({})
        self.driven.settle()
        controller, waiting = self.driven.controller, self.waiting
        self._begin(self.story.gone_back(controller.step, controller.settings.confirmed))
        self.waiting = waiting
        self._apply_waiting()

    def reset(self, _: Any) -> None:
        self.driven.controller.reset()
        self._begin(Story(self.story.settings.with_changes(self.waiting)))

    def save(self, _: Any) -> None:
        folder = self._folder / "saved"
        self.driven.controller.save(folder)
        story = self.story.until(len(self.story.steps))
        story.held = None
        self._saved = folder, story

    def open(self, _: Any) -> None:
        if self._saved is None:
            return
        folder, story = self._saved
        self.driven.controller.open_run(folder)
        story = story.until(len(story.steps))
        story.steps.append(LANDED)
        story.is_opened = True
        self.waiting = {}
        self._begin(story)

    def bad_open(self, _: Any) -> None:
        before = len(self.driven.refused)
        self.driven.controller.open_run(self._folder / "nothing here")
        self.driven.settle()
        assert len(self.driven.refused) == before + 1
        assert self.driven.controller.waiting == self.waiting

    def detail(self, _: Any) -> None:
        """Open a mistake, if there is one to be seen."""
        mistakes = self.driven.mistakes
        if mistakes.isVisible() and mistakes.has_content and mistakes.model.rowCount():
            index = mistakes.model.index(0)
            mistakes.list_view.clicked.emit(index)

    def look(self, part: float) -> None:
        """Look at an earlier step; the run is what it was."""
        window = self.driven.window
        window.loss_plot.playhead.step_asked.emit(int(part * self.story.step))

    def look_now(self, _: Any) -> None:
        """Come back from it."""
        self.driven.window.actions_by_key["look_now"].trigger()
        self.driven.settle()
        self.driven.window.loss_plot.look_bar.now_button.click()

    @property
    def _is_untouched(self) -> bool:
        return self.story.step == 0

    def _set_held(self, *, held: bool) -> None:
        for plot in (self.driven.window.loss_plot, self.driven.window.accuracy_plot):
            plot.set_view_paused(held)

    def _changed(self, changes: Changes) -> None:
        if not changes:
            return
        if self.story.step == 0:
            if "loss" in changes:  # the untrained network is measured again
                self._forget_changes()
            self.story.config = self.story.config.with_changes(changes)
        else:
            self.story.steps.append(dict(changes))

    def _forget_changes(self) -> None:
        self._has_replaced = self.replaced is not None and self.replaced.step > 0
        self.undoable = Undoable.at_first(has_replaced=self._has_replaced)

    def _begin(self, story: Story) -> None:
        self.driven.settle()
        if self.story.step:
            self.replaced = self.story
        self._forget_changes()
        self.story, self.waiting = story, {}
        assert not self.driven.mistakes.detail.isVisible()


def directly(app: QApplication, story: Story, tab: str, folder: Path) -> DrivenWindow:
    """Open a window and bring its run to the end of `story` without detours."""
    driven = DrivenWindow(app, story.config, folder)
    driven.show_tab(tab)
    controller, plots = driven.controller, (driven.window.loss_plot, driven.window.accuracy_plot)
    trained = 0
    for done in story.steps:
        if done is None:
            controller.train_one_batch()
            trained += 1
        elif done == LANDED:
            for plot in plots:
                plot.reset_zoom()
        elif isinstance(done, Mapping):
            controller.submit_change(done)
        driven.settle()
        if done is None and trained == story.held:
            for plot in plots:
                plot.set_view_paused(True)
    assert driven.controller.step == story.step
    assert driven.controller.state in (State.IDLE, State.PAUSED, State.FINISHED)
    return driven
