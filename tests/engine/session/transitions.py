"""Random commands for a session, and the run that came to the same point directly.

What is done is kept apart as a plain list: the settings that the run began with, and the changes at
their steps. From it `Direct` trains another session to the same point, without going back, saving,
opening, failing or stopping on the way. Whatever the first one shows that differs is left over from
something that is no longer so.
"""

import itertools
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command, ExportKind
from netviz.engine.protocol.left_run import LeftRun
from netviz.engine.protocol.run_state import State
from netviz.engine.run.run import Run
from netviz.engine.storage.run_folder import read_run
from tests.support import ALL_OBSERVATIONS, Driven, only, wait_for_autosave

LossFunction = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Act:
    """Something that is done to a run.

    Attributes
    ----------
    kind
        Name of a method of `Session`.
    running
        Batches that are trained before it, so that it comes in mid-run; 0 where the run is held.
    value
        What it is done with.
    """

    kind: str
    running: int = 0
    value: Any = None


@dataclass
class Recipe:
    """What led to where a run is.

    Attributes
    ----------
    config, weights
        The settings at step 0, and a file of weights to begin with.
    marks
        Changes in their order, each with its step.
    step
        Batches trained.
    is_due
        Whether an epoch was trained to its end and not yet measured.
    is_straight
        Whether nothing was gone back to, and nothing was opened.
    is_unseen
        Whether no view asked for an evaluation: what was learned since the last one depends on it.
    """

    config: RunConfig
    weights: Path | None = None
    marks: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    step: int = 0
    is_due: bool = False
    is_straight: bool = True
    is_unseen: bool = True

    @property
    def settings(self) -> RunConfig:
        """The settings that all changes together give."""
        return self.after(len(self.marks))

    def after(self, count: int) -> RunConfig:
        """The settings after the first changes."""
        config = self.config
        for _, changes in self.marks[:count]:
            config = config.with_changes(changes)
        return config

    def copy(self) -> "Recipe":
        return replace(self, marks=list(self.marks))

    def gone_back(self, step: int, config: RunConfig) -> "Recipe":
        """The recipe of a run that went back; fails if it had not had these settings there."""
        before = sum(at < step for at, _ in self.marks)
        until = sum(at <= step for at, _ in self.marks)
        fitting = [n for n in range(before, until + 1) if self.after(n) == config]
        assert step <= self.step
        assert fitting, f"the run never had {config} at step {step}"
        return replace(self, marks=self.marks[: fitting[0]], step=step, is_straight=False)


class Batches:
    """Stands before the losses, and knows when a batch is trained.

    Attributes
    ----------
    on_training
        Called at each batch.
    error
        Raised in place of the loss of a batch, if there is one.
    """

    def __init__(self) -> None:
        self.on_training: Callable[[], object] = lambda: None
        self.error: Exception | None = None

    def before(self, loss: LossFunction) -> LossFunction:
        """Return a loss function that tells of itself."""

        def told(logits: Tensor, labels: Tensor) -> Tensor:
            if torch.is_grad_enabled():
                self.on_training()
                if self.error:
                    raise self.error
            return loss(logits, labels)

        return told


class Trained:
    """A session that trains a counted number of batches before it is told something.

    Attributes
    ----------
    driven
        The session.
    recipe
        What led to where its run is.
    told_at
        The step at which it was told something last.
    """

    def __init__(self, config: RunConfig, batches: Batches, autosaves: Path | None = None) -> None:
        self.told_at = 0
        self._batches = batches
        self._left = 0
        self._then: tuple[Command, ...] = ()
        self._error: Exception | None = None
        self.recipe = Recipe(config)
        self.driven = Driven(config, autosaves)

    @property
    def run(self) -> Run:
        run = self.driven.session.run
        assert run is not None
        return run

    def do(self, *wishes: Command) -> list[events.Event]:
        """Handle commands, and count the batches that are trained meanwhile."""
        self._batches.on_training = self.count_batch
        told = self.driven.do(*wishes)
        self._batches.on_training = lambda: None
        self._batches.error = None
        self.recipe.is_due = self.run.is_measurement_due
        return told

    def train(self, batches: int, *then: Command, error: Exception | None = None) -> bool:
        """Train, and hand in commands while the last of these batches is under way.

        Returns
        -------
        bool
            Whether it came so far: the run may have ended before.
        """
        self.arm(batches, *then, error=error)
        self.do(commands.Start())
        return self.disarm()

    def arm(self, batches: int, *then: Command, error: Exception | None = None) -> None:
        """Hand in commands, or raise `error`, as soon as so many more batches were begun."""
        self._left, self._then, self._error = batches, then, error

    def disarm(self) -> bool:
        """Wait for no more batches; return whether as many came as were waited for."""
        has_come, self._left = self._left <= 0, 0
        return has_come

    def count_batch(self) -> None:
        """Note that a batch is trained, and do then what was asked for."""
        self._left -= 1
        if self._left == 0 and self._error:
            self._batches.error = self._error
            return
        self.recipe.step += 1
        if self._left == 0:
            self.told_at = self.recipe.step
            for command in self._then:
                self.driven.session.submit(command)


class Direct(Trained):
    """A session that comes to the end of a recipe without detours."""

    def __init__(self, recipe: Recipe, batches: Batches) -> None:
        super().__init__(recipe.config, batches)
        if recipe.weights:
            self.do(commands.LoadWeights(recipe.weights))
        stops = [*(step for step, _ in recipe.marks), recipe.step]
        for (step, changes), next_stop in zip(recipe.marks, stops[1:], strict=True):
            self._train_to(step, recipe)
            self.arm(next_stop - step, commands.Pause())  # a finished run may go on by itself
            self.do(commands.Change(changes))
            self.disarm()
            self.recipe.marks.append((step, changes))
        self._train_to(recipe.step, recipe)

    def _train_to(self, step: int, recipe: Recipe) -> None:
        # A single batch that ends an epoch is followed by its measurement, a pause is not.
        measured = step == recipe.step and not recipe.is_due
        batches = step - self.recipe.step - measured
        if batches > 0:
            assert self.train(batches, commands.Pause())
        if measured and self.recipe.step < step:
            self.do(commands.Step())


@dataclass(frozen=True)
class Aside:
    """A run that was replaced: its recipe, where it was put, and whether it lies in a file."""

    recipe: Recipe
    floor: int
    has_failed: bool
    is_in_file: bool = False


def _in_file(aside: Aside, left: LeftRun) -> Aside:
    recipe = replace(aside.recipe, is_straight=False)
    if aside.has_failed:
        recipe = recipe.gone_back(left.steps, left.config)
    assert (left.steps, left.config) == (recipe.step, recipe.settings)
    return Aside(recipe, recipe.step, aside.has_failed, is_in_file=True)


class Session(Trained):
    """A session to which random things are done.

    Attributes
    ----------
    floor
        The run never goes back before this step: it was put there.
    racing
        Numbers of the runs of a race, that at hand among them.
    """

    def __init__(self, config: RunConfig, batches: Batches, folder: Path) -> None:
        self._autosaves = folder / "autosaves"
        super().__init__(config, batches, self._autosaves)
        self.floor = 0
        self._folder = folder
        self._saved: list[tuple[Path, Recipe]] = []
        self._asides: dict[int, Aside] = {}
        self._line = 1
        self.racing: frozenset[int] = frozenset()
        self._had_failed = False
        self._names = (folder / f"{number}" for number in itertools.count())

    @property
    def has_failed(self) -> bool:
        return self.driven.state is State.FAILED

    def act(self, act: Act) -> None:
        """Do one thing, in mid-run if it asks for that."""
        self._had_failed = self.has_failed
        perform: Callable[[int, Any], None] = getattr(self, act.kind)
        perform(act.running, act.value)

    def _tell(self, running: int, *wishes: Command) -> list[events.Event]:
        """Hand in commands after `running` batches, where the run can be trained at all."""
        before = len(self.driven.events)
        if running == 0 or not self.train(running, *wishes, commands.Pause()):
            before = len(self.driven.events)
            self.told_at = self.recipe.step
            self.do(*wishes)
        return self.driven.events[before:]

    # -- what is done ------------------------------------------------------------------------

    def hold(self, running: int, _: Any) -> None:
        self._tell(running, commands.Pause())

    def step(self, running: int, _: Any) -> None:
        self._tell(running, commands.Step())

    def epoch(self, running: int, _: Any) -> None:
        self._tell(running, commands.Pause())
        self.do(commands.RunEpoch())

    def stop(self, running: int, _: Any) -> None:
        self._tell(running, commands.Stop())

    def fail(self, running: int, _: Any) -> None:
        self.train(running + 1, error=RuntimeError("no such luck"))

    def change(self, running: int, changes: dict[str, Any]) -> None:
        told = self._tell(running, commands.Change(changes))
        assert not only(told, events.Refused)
        self._note(self.told_at, changes)

    def _note(self, step: int, changes: dict[str, Any]) -> None:
        """Note changes; a run begins with those before its first step."""
        if step and changes:
            self.recipe.marks.append((step, changes))
        else:
            self.recipe.config = self.recipe.config.with_changes(changes)

    def bad_change(self, running: int, changes: dict[str, Any]) -> None:
        told = self._tell(running, commands.Change(changes))
        assert len(only(told, events.Refused)) == 1

    def rewind(self, running: int, changes: dict[str, Any]) -> None:
        told = self._tell(running, commands.Rewind(changes))
        back = only(told, events.Prepared)[0]
        assert back.step >= self.floor
        self._begin(self.recipe.gone_back(back.step, back.config), told)
        self._note(back.step, changes)

    def go_back(self, running: int, part: float) -> None:
        self._tell(running, commands.Pause())
        last = self.recipe.step - self.has_failed
        step = int(part * last)
        if step == self.run.trainer.step:
            return
        self._had_failed = self.has_failed
        told = self.driven.do(commands.GoBack(step))  # batches that are not counted
        (prepared,) = only(told, events.Prepared)
        assert prepared.step == step == only(told, events.StateChanged)[-1].step
        self._begin(self.recipe.gone_back(step, prepared.config), told)
        self.floor = 0  # there are good states before it

    def reset(self, running: int, changes: dict[str, Any]) -> None:
        told = self._tell(running, commands.Reset(changes))
        assert only(told, events.Prepared)
        self._begin(Recipe(self.recipe.settings.with_changes(changes)), told)

    def bad_reset(self, running: int, _: Any) -> None:
        told = self._tell(running, commands.Reset({"dataset": "mnist"}, self._folder / "none"))
        assert len(only(told, events.Refused)) == 1

    def load_weights(self, running: int, _: Any) -> None:
        path = next(self._names).with_suffix(".safetensors")
        self.do(commands.Export(ExportKind.WEIGHTS, path))
        settings = self.recipe.settings
        told = self._tell(running, commands.LoadWeights(path))
        self._begin(Recipe(settings, path), told)

    def save(self, running: int, _: Any) -> None:
        folder = next(self._names)
        told = self._tell(running, commands.Save(folder))
        (saved,) = only(told, events.Saved)
        recipe = self.recipe.copy()
        if saved.good_step is not None:
            recipe = recipe.gone_back(saved.good_step, read_run(folder).snapshot.config)
        self._saved.append((folder, recipe))

    def open(self, running: int, number: int) -> None:
        if not self._saved:
            self.save(running, None)
        folder, recipe = self._saved[number % len(self._saved)]
        shutil.rmtree(folder / "branches", ignore_errors=True)  # those come with `reopen`
        told = self._tell(running, commands.Open(folder))
        assert only(told, events.Opened)
        self._begin(replace(recipe.copy(), is_straight=False), told)

    def reopen(self, running: int, _: Any) -> None:
        """Save all runs, and go on with them in a session that knows nothing but the files."""
        self.save(running, None)
        folder, recipe = self._saved.pop()
        self.do(commands.Close())
        self._autosaves = next(self._names)
        self.driven = Driven(None, self._autosaves)
        torch.manual_seed(99)
        told = self.do(commands.Open(folder))
        (prepared,), (opened,) = only(told, events.Prepared), only(told, events.Opened)
        assert (prepared.origin.line, opened.left_out) == (self._line, ())
        self.recipe, self.floor = replace(recipe, is_straight=False), recipe.step
        self.recipe.is_due = self.run.is_measurement_due
        left = {each.origin.line: each for each in prepared.left}
        trained = {line for line, aside in self._asides.items() if aside.recipe.step}
        assert left.keys() <= trained  # one that failed at its first step has nothing to go on with
        assert all(self._asides[line].has_failed for line in trained - left.keys())
        self._asides = {line: _in_file(self._asides[line], left[line]) for line in left}

    def bad_open(self, running: int, _: Any) -> None:
        told = self._tell(running, commands.Open(self._folder / "nothing here"))
        assert len(only(told, events.Refused)) == 1

    def export(self, running: int, kind: ExportKind) -> None:
        told = self._tell(running, commands.Export(kind, next(self._names)))
        assert only(told, events.Exported)

    def look(self, running: int, _: Any) -> None:
        self.recipe.is_unseen = False
        self._tell(running, commands.Watch(ALL_OBSERVATIONS), commands.LookAt(1))
        self.do(commands.Watch(frozenset()))

    def bring_back(self, running: int, _: Any) -> None:
        told = self._tell(running, commands.BringBack())
        lines = [line for line, left in self._asides.items() if not left.is_in_file]
        if not lines:
            assert len(only(told, events.Refused)) == 1
            return
        self._take_up(lines[-1], told)

    def go_on_with(self, running: int, number: int) -> None:
        lines = [line for line, left in self._asides.items() if left.recipe.step] or [1000]
        line = lines[number % len(lines)]
        told = self._tell(running, commands.GoOnWith(line))
        if line not in self._asides:
            assert len(only(told, events.Refused)) == 1
            return
        self._take_up(line, told)

    def _take_up(self, line: int, told: list[events.Event]) -> None:
        back = self._asides.pop(line)
        prepared = self.lay_aside(told)
        assert prepared.origin.line == line
        self.recipe, self.floor = back.recipe, back.floor
        self.recipe.is_due = self.run.is_measurement_due

    def _begin(self, recipe: Recipe, told: list[events.Event]) -> None:
        self.lay_aside(told)
        self.recipe, self.floor = recipe, recipe.step
        self.recipe.is_due = self.run.is_measurement_due

    def lay_aside(self, told: list[events.Event]) -> events.Prepared:
        """Lay the run aside, and compare what is told of all that were left."""
        prepared = only(told, events.Prepared)[-1]
        self._asides[self._line] = Aside(self.recipe, self.floor, self._had_failed)
        self._line = prepared.origin.line
        trained = {
            line: left
            for line, left in self._asides.items()
            if left.recipe.step or line in self.racing
        }
        if not prepared.is_back:
            self._asides = trained
        told_of = {each.origin.line: (each.steps, each.config) for each in prepared.left}
        failed = {line for line, left in trained.items() if left.has_failed}
        assert told_of.keys() == trained.keys()
        assert all(
            told_of[line] == (left.recipe.step, left.recipe.settings)
            for line, left in trained.items()
            if line not in failed
        )
        return prepared

    def autosaved_in(self) -> Path:
        """End the session; return where another process would recover its run from."""
        self.do(commands.Close())
        wait_for_autosave()
        (folder,) = self._autosaves.iterdir()
        return folder
