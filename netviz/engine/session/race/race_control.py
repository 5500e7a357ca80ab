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
from netviz.engine.protocol.left_run import Origin
from netviz.engine.protocol.run_state import State
from netviz.engine.run.run import refuse_resets
from netviz.engine.session.preparation import RandomState
from netviz.engine.session.race.race import Race
from netviz.engine.session.race.start import copied
from netviz.engine.session.replaced_run import ReplacedRun
from netviz.engine.session.run_control import RunControl
from netviz.engine.training.lone_image import refuse_lone_images


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
        start = self._start()
        configs = [self._allowed(start, changes) for changes in command.lanes]
        if any(config == other for i, config in enumerate(configs) for other in configs[:i]):
            raise ConfigError("Two of the runs have the same settings.", "Change one of them.")
        self._check_count(len(configs))
        left = self._control.left
        runs = [copied(start, changes) for changes in command.lanes]
        origins = [self._origin(start, is_first=run is runs[0]) for run in runs]
        for run, origin in zip(runs, origins, strict=True):
            left.keep(replace(run, described=replace(run.described, origin=origin)))
        self._begin(start, [origin.line for origin in origins])
        self._control.take_up(origins[0].line, leaves=start.run.trainer.step > 0)

    def race_runs(self, command: commands.RaceRuns) -> None:
        """Begin a race of the run at hand with runs that were left."""
        start = self._start()
        lines = dict.fromkeys((start.origin.line, *command.lines))
        self._check_count(len(lines))
        for line in command.lines:
            self._control.left.loaded(line)
        self._begin(start, list(lines))
        self._control.tell_race()

    def _start(self) -> ReplacedRun:
        """Hold the run at hand, and return it."""
        control = self._control
        control.ready_run()
        if control.state is State.FAILED:
            raise ConfigError(
                "The run has failed and cannot go on from here.",
                "Go back to the last good state, or reset.",
            )
        control.pause()
        start = control.at_rest(RandomState.now())
        assert start is not None  # there is a run
        return copied(start)

    def _allowed(self, start: ReplacedRun, changes: Mapping[str, Any]) -> RunConfig:
        """Return the settings of a lane, or refuse them."""
        trainer = start.run.trainer
        config = trainer.config.with_changes(changes)
        refuse_resets(config, trainer.config)
        refuse_lone_images(trainer, config)
        return config

    def _check_count(self, count: int) -> None:
        if not FEWEST <= count <= MOST:
            raise ConfigError(f"{FEWEST} to {MOST} runs can race, not {count}.")

    def _origin(self, start: ReplacedRun, *, is_first: bool = False) -> Origin:
        """Return the origin of a run that parts from `start`; one that is untrained is no parent.

        The first one takes the number of an untrained run, of which nothing else remains.
        """
        left = self._control.left
        if step := start.run.trainer.step:
            return left.new_origin(start.origin, step, left_for_it=start.run.trainer.config)
        return left.new_origin(line=start.origin.line if is_first else None)

    def _begin(self, start: ReplacedRun, lines: Sequence[int]) -> None:
        """Let runs race of which the first is the one at hand, or is about to be."""
        control = self._control
        race = Race(self._emit, control.ready_run(), start, self._observatory.drawing)
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
        config = self._allowed(race.start, command.changes)
        others = [control.ready_run(), *(lane.run for lane in race.lanes.values())]
        if any(config == other.trainer.config for other in others):
            raise ConfigError("A run of the race has these settings.", "Change one of them.")
        with control.training_held():
            run = copied(race.start, command.changes)
            run = replace(run, described=replace(run.described, origin=self._origin(race.start)))
            control.left.keep(run)
            control.left.racing |= {run.origin.line}
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
            control.tell_race()

    def _running(self) -> Race:
        if self._control.race is None:
            raise ConfigError("There is no race.", "Begin one first.")
        return self._control.race

    def _lane(self, line: int) -> None:
        if line not in self._running().lanes:
            raise ConfigError(f"Run {line} is no other run of the race.")
