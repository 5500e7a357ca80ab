"""A run with changes on its way, and all that it was at each of its steps, to go back to."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.run.run import Run
from netviz.engine.training.trainer import Snapshot
from tests.engine.session.portraits import differences, plain
from tests.support import Driven, only

Changes = dict[int, dict[str, Any]]
"""What is changed at which steps."""


def run_of(driven: Driven) -> Run:
    """The run at hand."""
    run = driven.session.run
    assert run is not None
    return run


def changing(changes: Changes, after: int = -1) -> "_Changing":
    """Answer the reports of steps that come after `after` with their changes."""
    return _Changing(changes, after)


class _Changing:
    def __init__(self, changes: Changes, after: int) -> None:
        self._waiting = {step: each for step, each in changes.items() if step > after}

    def __call__(self, event: events.Event) -> Command | None:
        if isinstance(event, events.Progress) and event.step in self._waiting:
            return commands.Change(self._waiting.pop(event.step))
        return None


class FirstRun:
    """A run that was trained to its end, each batch told.

    Attributes
    ----------
    driven
        The session.
    run
        Its run, as it is then.
    changes
        What was changed on the way.
    last
        Its last step.
    """

    def __init__(
        self, config: RunConfig, changes: Changes, *before: Command, states: Path | None = None
    ) -> None:
        self.changes = changes
        self._trained: dict[int, tuple[Snapshot, EpochTally]] = {}
        self._changing = changing(changes)
        self.driven = Driven(config, states=states)
        self.driven.do(*before)
        self._note()
        self.driven.do(commands.Start(), answer=self._answer)
        self.run = run_of(self.driven)
        self.last = self.run.trainer.step

    def _answer(self, event: events.Event) -> Command | None:
        if isinstance(event, events.Progress | events.EpochFinished):
            self._note()
        return self._changing(event)

    def _note(self) -> None:
        run = run_of(self.driven)
        self._trained[run.trainer.step] = run.trainer.snapshot(), replace(run.tally)

    def epochs_ends(self, until: int = 10**9) -> list[int]:
        """The steps at which an epoch ended."""
        ends = [each.step for each in self.run.measurements if each.epoch]
        return [step for step in ends if step <= until]

    def go_back(self, step: int, driven: Driven | None = None) -> list[events.Event]:
        """Go back, and compare what is reached with what it was the first time."""
        driven = driven or self.driven
        told = driven.do(commands.GoBack(step))
        assert not only(told, events.Refused), only(told, events.Refused)[0].details
        assert_no_difference(reached(run_of(driven)), self.was_at(step))
        return told

    def go_on(self, driven: Driven | None = None) -> list[events.Event]:
        """Train to the end with the changes of the first time, and compare what comes of it."""
        driven = driven or self.driven
        step = run_of(driven).trainer.step
        here = [commands.Change(self.changes[step])] if step in self.changes else []
        told = driven.do(*here, commands.Start(), answer=changing(self.changes, step))
        assert not only(told, events.Refused)
        run = run_of(driven)
        assert_no_difference(reached(run), reached(self.run))
        assert plain(run.ledger) == plain(self.run.ledger)
        return told

    def was_at(self, step: int) -> dict[str, Any]:
        """What `reached` returned at a step, with the settings that its batch was trained with."""
        snapshot, tally = self._trained[step]
        config = snapshot.config_in_effect if step else self.run.initial_config
        history = self.run.history
        return _plain(
            replace(snapshot, config=config),
            tally,
            [each for each in self.run.measurements if each.step <= step],
            [each for each in self.run.ledger if each.step < step],
            (history.losses[:step], history.learning_rates[:step]),
        )


def reached(run: Run) -> dict[str, Any]:
    """All that a run's future and its record are made of, where it is held."""
    columns = run.history.losses, run.history.learning_rates
    return _plain(run.trainer.snapshot(), run.tally, run.measurements, run.ledger, columns)


def _plain(snapshot: Snapshot, tally: EpochTally, *record: Any) -> dict[str, Any]:
    if snapshot.step == 0:  # no batch was trained with what the optimizer was made with
        snapshot = replace(snapshot, trained_with=None, optimizer={})
    names = ("measurements", "ledger", "history")
    seen = {"state": snapshot, "tally": tally, **dict(zip(names, record, strict=True))}
    return {name: plain(value) for name, value in seen.items()}


def assert_no_difference(seen: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Name what differs, if anything does."""
    found = differences(seen, wanted)
    assert not found, "\n".join(found)
