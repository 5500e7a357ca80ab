"""`netviz train --race`: what races, and what is told of each run."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from netviz.cli.table import aligned
from netviz.engine.errors import ConfigError
from netviz.engine.options.option import Effect
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.commands import FEWEST, MOST
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.run_state import Measurement
from netviz.number_text import loss_text, percent_text

_HEADER = ("Run", "Steps", "Test loss", "Best test loss", "Best accuracy", "How it ended")


@dataclass(frozen=True)
class Lane:
    """One run of a race.

    Attributes
    ----------
    name
        What it is called, such as ``lr=0.03``.
    changes
        The option that it changes.
    """

    name: str
    changes: Mapping[str, Any]


def race_argument(text: str) -> tuple[Lane, ...]:
    """Read ``lr=0.01,0.03,0.1``.

    Raises
    ------
    ConfigError
        When there is no such option, a value is not allowed, or it cannot change during a run.
    """
    name, equals, values = text.partition("=")
    option = _option_names().get(name.strip().replace("-", "_"))
    if not equals or option is None:
        raise ConfigError(
            f"race: {text} names no option with its values.", "Write such as lr=0.01,0.03,0.1."
        )
    if OPTIONS[option].effect is Effect.RESET:
        raise ConfigError(
            f"race: {OPTIONS[option].label} cannot differ between runs that begin with the same "
            "weights.",
            "Choose an option of the training, such as lr, optimizer or batch.",
        )
    texts = [value.strip() for value in values.split(",")]
    parsed = [getattr(RunConfig.parse({option: text}), option) for text in texts]
    if not FEWEST <= len(parsed) <= MOST or len(set(parsed)) < len(parsed):
        raise ConfigError(f"race: {FEWEST} to {MOST} different values can race, not {values!r}.")
    return tuple(
        Lane(f"{name.strip()}={text}", {option: value})
        for text, value in zip(texts, parsed, strict=True)
    )


def _option_names() -> dict[str, str]:
    """Return the options by the names that they have on the command line."""
    shorts = {option.short: name for name, option in OPTIONS.items() if option.short}
    return {name: name for name in OPTIONS} | shorts


@dataclass
class _Standing:
    """What a run has come to."""

    steps: int = 0
    measurements: list[Measurement] = field(default_factory=list)
    trouble: str = ""


class Standings:
    """Knows which run of a race an event belongs to, and what each has come to.

    Parameters
    ----------
    lanes
        The runs, in the order in which the race was begun with them.
    """

    def __init__(self, lanes: Iterable[Lane]) -> None:
        lanes = tuple(lanes)
        self._names = [lane.name for lane in lanes]
        self._have_own_losses = any("loss" in lane.changes for lane in lanes)
        self._by_line: dict[int, str] = {}
        self._front = 0
        self._standings = {name: _Standing() for name in self._names}

    def lane_of(self, event: Event) -> tuple[Event, str]:
        """Return what happened, and the name of the run that it happened to; empty for none."""
        match event:
            case events.Prepared(origin=origin):
                self._front = origin.line
            case events.RaceChanged(lanes=lanes) if not self._by_line:
                self._by_line = dict(zip(lanes, self._names, strict=True))
            case events.InLane(line=line, event=inner):
                self._note(self._by_line[line], inner)
                return inner, self._by_line[line]
        name = self._by_line.get(self._front, "")
        if name:
            self._note(name, event)
        return event, name

    def _note(self, name: str, event: Event) -> None:
        standing = self._standings[name]
        match event:
            case events.Progress():
                standing.steps = event.step
            case events.EpochFinished(measurement=measurement):
                standing.measurements.append(measurement)
            case events.Diverging(step=step):
                standing.trouble = f"diverged at step {step:,}"
            case events.Failed(step=step):
                standing.trouble = f"failed after step {step:,}"
            case events.Recovered():
                standing.trouble = ""
            case _:
                pass

    def records(self) -> list[dict[str, Any]]:
        """Return what each run has come to, the best first.

        That is the one with the lowest test loss; where losses of several functions race, which
        cannot be compared, the one with the highest test accuracy.
        """
        records = [self._record(name, each) for name, each in self._standings.items()]
        if self._have_own_losses:
            return sorted(records, key=lambda record: -(record["best_test_accuracy"] or 0))
        return sorted(records, key=lambda record: _rank(record["best_test_loss"]))

    def _record(self, name: str, standing: _Standing) -> dict[str, Any]:
        measured = standing.measurements
        return {
            "lane": name,
            "steps": standing.steps,
            "test_loss": measured[-1].test_loss if measured else None,
            "best_test_loss": min((each.test_loss for each in measured), default=None),
            "best_test_accuracy": max((each.test_accuracy for each in measured), default=None),
            "trouble": standing.trouble,
        }

    def table(self) -> list[str]:
        """Return the same as lines of text; none without a race."""
        if not self._by_line:
            return []
        return aligned([_HEADER, *(_row(record) for record in self.records())])


def _rank(loss: float | None) -> float:
    return math.inf if loss is None else loss


def _row(record: Mapping[str, Any]) -> tuple[str, ...]:
    losses = (record["test_loss"], record["best_test_loss"])
    accuracy = record["best_test_accuracy"]
    return (
        record["lane"],
        f"{record['steps']:,}",
        *("–" if loss is None else loss_text(loss) for loss in losses),
        "–" if accuracy is None else percent_text(accuracy),
        record["trouble"] or "trained",
    )
