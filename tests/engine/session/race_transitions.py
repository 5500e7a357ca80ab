"""Random commands for a session that may race, see `transitions`.

A race trains runs in turn, so batches cannot be counted apart: how far each run came is taken from
what is told of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import FEWEST, MOST
from tests.engine.session.transitions import Act, Aside, Batches, Recipe, Session
from tests.support import only


class RacingSession(Session):
    """A session to which random things are done, also those that a race takes."""

    def __init__(self, config: RunConfig, batches: Batches, folder: Path) -> None:
        super().__init__(config, batches, folder)
        self._start, self._start_floor = self.recipe, 0
        self._has_come = False

    @property
    def lanes(self) -> list[int]:
        """Numbers of the runs that race beside the one at hand."""
        return sorted(self.racing - {self._line})

    def act(self, act: Act) -> None:
        """Do one thing; races keep their epochs.

        A run alone that has ended goes on at once where it gets more of them, and a lane waits.
        """
        if self.racing or act.kind in ("race", "add_lane"):
            act = replace(act, value=_without_epochs(act.value))
        super().act(act)

    # -- batches -----------------------------------------------------------------------------

    def do(self, *wishes: commands.Command) -> list[events.Event]:
        self._has_come = False
        told = super().do(*wishes)
        if self.racing:
            self._follow(told)
        if self._has_come:
            self.told_at = only(told, events.StateChanged)[-1].step
        return told

    def count_batch(self) -> None:
        if not self.racing:
            super().count_batch()
            return
        self._left -= 1
        self._batches.error = self._error if self._left == 0 else None  # one run alone fails
        if self._left == 0:
            self._has_come = True
            for command in self._then or (commands.Pause(),):
                self.driven.session.submit(command)

    def _follow(self, told: Sequence[events.Event]) -> None:
        """Take from what was told how far each run came, and which of them failed."""
        front = self._line
        steps: dict[int, int] = {}
        for event in told:
            match event:
                case events.Prepared():
                    front = event.origin.line
                case events.Progress():
                    steps[front] = event.step
                case events.InLane(line=line, event=events.Progress(step=step)):
                    steps[line] = step
                case _:
                    pass
        for line, step in steps.items():
            recipe = self.recipe if line == self._line else self._asides[line].recipe
            recipe.step = step

    # -- what is done to a race --------------------------------------------------------------

    def race(self, running: int, lanes: list[dict[str, Any]]) -> None:
        configs = [self.recipe.settings.with_changes(lane) for lane in lanes]
        before = self.racing
        told = self._tell(running, commands.Race(tuple(lanes)))
        are_equal = any(config in configs[:i] for i, config in enumerate(configs))
        if self.has_failed or are_equal or self.run.divergence:
            assert len(only(told, events.Refused)) == 1
            assert self.racing == before
            return
        lines = only(told, events.RaceChanged)[-1].lanes
        assert len(lines) == len(lanes)
        start = self.recipe.copy()
        start.is_straight = start.is_unseen = False
        self._start, self._start_floor = start, self.floor
        recipes = [_changed(start, lane) for lane in lanes]
        for line, recipe in zip(lines[1:], recipes[1:], strict=True):
            self._asides[line] = Aside(recipe, self.floor, has_failed=False)
        self.racing = frozenset(lines)
        if start.step:
            self.lay_aside(told)
        self._asides = {
            line: left
            for line, left in self._asides.items()
            if left.recipe.step or line in self.racing
        }
        self._line, self.recipe = lines[0], recipes[0]
        self.recipe.is_due = self.run.is_measurement_due

    def show_lane(self, running: int, number: int) -> None:
        line = self._some_lane(number)
        told = self._tell(running, commands.ShowLane(line))
        if self.lanes:
            self._take_up(line, told)
        else:
            assert len(only(told, events.Refused)) == 1

    def add_lane(self, running: int, changes: dict[str, Any]) -> None:
        told = self._tell(running, commands.AddLane(changes))
        recipe = _changed(self._start, changes)
        others = [self.recipe, *(self._asides[line].recipe for line in self.lanes)]
        is_there = any(recipe.settings == other.settings for other in others)
        if not self.racing or is_there or len(self.racing) == MOST:
            assert len(only(told, events.Refused)) == 1
            return
        (joined,) = set(only(told, events.RaceChanged)[-1].lanes) - self.racing
        self.racing |= {joined}
        self._asides[joined] = Aside(recipe, self._start_floor, has_failed=False)

    def drop_lane(self, running: int, number: int) -> None:
        line = self._some_lane(number)
        told = self._tell(running, commands.DropLane(line))
        if not self.lanes:
            assert len(only(told, events.Refused)) == 1
            return
        self.racing -= {line}
        if len(self.racing) < FEWEST:
            self.racing = frozenset()
        assert only(told, events.RaceChanged)[-1].lanes == tuple(sorted(self.racing))

    def end_race(self, running: int, _: Any) -> None:
        told = self._tell(running, commands.GoOnWith(self._line))
        if self.racing:
            assert only(told, events.RaceChanged)[-1].lanes == ()
            self.racing = frozenset()
        else:
            assert len(only(told, events.Refused)) == 1

    def race_runs(self, running: int, _: Any) -> None:
        lines = [line for line, left in self._asides.items() if not left.is_in_file][-2:]
        told = self._tell(running, commands.RaceRuns(tuple(lines)))
        if refused := only(told, events.Refused):
            is_ruined = "diverged" in refused[0].message or "failed" in refused[0].message
            assert is_ruined or not lines
            return
        assert only(told, events.RaceChanged)[-1].lanes == tuple(sorted([*lines, self._line]))
        self.racing = frozenset([*lines, self._line])
        self._start, self._start_floor = self.recipe.copy(), self.floor
        self._start.is_straight = self._start.is_unseen = False
        for recipe in (self.recipe, *(self._asides[line].recipe for line in lines)):
            recipe.is_straight = recipe.is_unseen = False

    def go_on_with_all(self) -> Iterator[None]:
        """End the race, and go on with each of its runs in turn."""
        lines = [line for line in self.lanes if self._asides[line].recipe.step]
        if self.racing:
            self.act(Act("end_race"))
        for line in lines:
            trained = [each for each, left in self._asides.items() if left.recipe.step]
            self.act(Act("go_on_with", 0, trained.index(line)))
            if self.has_failed:
                self.act(Act("rewind", value={}))
            yield

    def _some_lane(self, number: int) -> int:
        return self.lanes[number % len(self.lanes)] if self.lanes else 1000

    # -- what is done to a run, in a race ----------------------------------------------------

    def fail(self, running: int, value: Any) -> None:
        if not self.racing:
            super().fail(running, value)
            return
        before = len(self.driven.events)
        super().fail(running, value)
        told = self.driven.events[before:]
        for event in only(told, events.InLane):
            if not isinstance(event.event, events.Failed):
                continue
            if event.line == self._line:  # another one was put in its place
                self._had_failed = True
                self._take_up(only(told, events.Prepared)[-1].origin.line, told)
            else:
                left = self._asides[event.line]
                self._asides[event.line] = Aside(left.recipe, left.floor, has_failed=True)

    def reopen(self, running: int, value: Any) -> None:
        self.save(running, None)
        self.racing = frozenset()
        super().reopen(0, value)

    def lay_aside(self, told: list[events.Event]) -> events.Prepared:
        changed = only(told, events.RaceChanged)
        line = only(told, events.Prepared)[-1].origin.line
        if line not in self.racing or (changed and not changed[-1].lanes):
            self.racing = frozenset()
        return super().lay_aside(told)


def _changed(recipe: Recipe, changes: dict[str, Any]) -> Recipe:
    """The recipe of a run that goes on from where another one is, with other settings."""
    changed = recipe.copy()
    _note(changed, changed.step, changes)
    return changed


def _without_epochs(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_epochs(each) for each in value]
    if isinstance(value, dict):
        return {name: each for name, each in value.items() if name != "epochs"}
    return value


def _note(recipe: Recipe, step: int, changes: dict[str, Any]) -> None:
    if step and changes:
        recipe.marks.append((step, changes))
    else:
        recipe.config = recipe.config.with_changes(changes)
