"""`RaceControl`: what each command does to a race."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from netviz.engine.errors import ConfigError
from netviz.engine.observatory.observatory import Observatory
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands
from netviz.engine.protocol.commands import FEWEST, MOST
from netviz.engine.protocol.events import Event
from netviz.engine.run.run import Run, refuse_resets
from netviz.engine.session.race.race import Race
from netviz.engine.session.race.start import copied
from netviz.engine.session.replaced_run import ReplacedRun
from netviz.engine.session.run_control import RunControl
from netviz.engine.training.lone_image import refuse_lone_images
from netviz.engine.training.random_state import RandomState


class RaceControl:
    """Begins races, and lets runs join and leave them.

    Parameters
    ----------
    emit
        Takes each event of a lane.
    observatory
        Knows what is on the pad.
    control
        Has the run at hand, the race and the runs that were left.
    """

    def __init__(
        self, emit: Callable[[Event], None], observatory: Observatory, control: RunControl
    ) -> None:
        self._emit, self._observatory, self._control = emit, observatory, control

    # -- beginning ---------------------------------------------------------------------------

    def race(self, command: commands.Race) -> None:
        """Begin a race of runs that go on from here, each with other settings."""
        run = self._sound_run()
        configs = [self._allowed(run, changes) for changes in command.lanes]
        if any(config == other for i, config in enumerate(configs) for other in configs[:i]):
            raise ConfigError("Two of the runs have the same settings.", "Change one of them.")
        self._check_count(len(configs))
        start = self._start()
        lines = [
            self._keep_lane(start, changes, is_first=number == 0).origin.line
            for number, changes in enumerate(command.lanes)
        ]
        self._begin(start, lines)
        self._control.take_up(lines[0], leaves=start.steps > 0)

    def race_runs(self, command: commands.RaceRuns) -> None:
        """Begin a race of the run at hand with runs that were left."""
        self._sound_run()
        left = self._control.left
        lines = dict.fromkeys((left.at_hand, *command.lines))
        self._check_count(len(lines))
        for line in command.lines:
            _refuse_ruined(left.loaded(line))
        self._begin(self._start(), list(lines))
        self._control.tell_race()

    def _sound_run(self) -> Run:
        """Return the run at hand; raises `ConfigError` where it has failed or diverged."""
        run = self._control.sound_run()
        if run.divergence:
            raise ConfigError(
                "The run has diverged, and so have all that go on from here.",
                f"Go back to step {run.good_step:,} first.",
            )
        return run

    def _start(self) -> ReplacedRun:
        """Hold the run at hand, and return a copy of it."""
        control = self._control
        control.pause()
        start = control.at_rest(RandomState.now())
        assert start is not None  # there is a run
        return copied(start)

    def _allowed(self, run: Run, changes: Mapping[str, Any]) -> RunConfig:
        """Return the settings of a lane that begins where `run` is, or refuse them."""
        trainer = run.trainer
        config = trainer.config.with_changes(changes)
        refuse_resets(config, trainer.config)
        refuse_lone_images(trainer, config)
        return config

    def _check_count(self, count: int) -> None:
        if not FEWEST <= count <= MOST:
            raise ConfigError(f"{FEWEST} to {MOST} runs can race, not {count}.")

    def _keep_lane(
        self, start: ReplacedRun, changes: Mapping[str, Any], *, is_first: bool = False
    ) -> ReplacedRun:
        """Keep a run that goes on from `start` with other settings, and return it."""
        run = copied(start, changes)
        origin = self._control.left.parting(start, start.run, takes_its_number=is_first)
        run = replace(run, described=replace(run.described, origin=origin))
        self._control.left.keep(run)
        return run

    def _begin(self, start: ReplacedRun, lines: Sequence[int]) -> None:
        """Let runs race of which the first is the one at hand, or is about to be."""
        control = self._control
        control.forget_race()
        control.left.tell_apart(lines)
        drawing = self._observatory.drawing
        race = Race(self._emit, control.ready_run(), start, drawing, control.room)
        control.race, control.left.racing = race, frozenset(lines)
        for line in lines[1:]:
            race.add(control.left.loaded(line))
        race.share_memory()

    # -- while it is under way ---------------------------------------------------------------

    def show_lane(self, command: commands.ShowLane) -> None:
        """Put another run of the race in the place of the one at hand."""
        self._lane(command.line)
        with self._control.training_held():
            self._control.take_up(command.line)

    def add_lane(self, command: commands.AddLane) -> None:
        """Let a run join from where the first ones began."""
        race, control = self._running(), self._control
        self._check_count(len(race.lanes) + 2)
        config = self._allowed(race.start.run, command.changes)
        others = [control.ready_run(), *(lane.run for lane in race.lanes.values())]
        if any(config == other.trainer.config for other in others):
            raise ConfigError("A run of the race has these settings.", "Change one of them.")
        with control.training_held():
            run = self._keep_lane(race.start, command.changes)
            line = run.origin.line
            control.left.tell_apart([control.left.at_hand, *race.lanes, line])
            control.left.racing |= {line}
            race.add(run)
            race.share_memory()
            control.tell_race()

    def drop_lane(self, command: commands.DropLane) -> None:
        """Take a run out of the race; a race of one is none."""
        race, control = self._running(), self._control
        self._lane(command.line)
        with control.training_held():
            race.drop(command.line)
            control.left.racing -= {command.line}
            race.share_memory()
            if not race.lanes:
                control.forget_race()
            control.tell_race()

    def _running(self) -> Race:
        if self._control.race is None:
            raise ConfigError("There is no race.", "Begin one first.")
        return self._control.race

    def _lane(self, line: int) -> None:
        if line not in self._running().lanes:
            raise ConfigError(f"Run {line} is no other run of the race.")


def _refuse_ruined(left: ReplacedRun) -> None:
    if left.is_ruined:
        what = "failed" if left.failed else "diverged"
        raise ConfigError(
            f"Run {left.origin.line} has {what} and cannot race.",
            "Go on with it, and go back to its last good state first.",
        )
