"""Sessions brought into a state, and what they reported, for the tests of this folder."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.run_state import State
from tests.support import Answer, Driven, Loss, losses, when_step

EPOCH, LAST = 20, 60
"""Steps of one epoch, and of the whole run, with the `config` of these tests."""


def started(config: RunConfig, at_5: Command | None = None) -> Driven:
    """A run that was started, and given a command at step 5."""
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(5, at_5) if at_5 else None)
    return driven


def failed(config: RunConfig, loss: Loss) -> Driven:
    """A run that failed after step 5."""
    driven = Driven(config)
    driven.do(commands.Start(), answer=fail_after(5, loss))
    loss.error = None
    return driven


def fail_after(step: int, loss: Loss) -> Answer:
    """Let every step after `step` fail."""

    def answer(event: Event) -> None:
        if isinstance(event, events.Progress) and event.step >= step:
            loss.error = RuntimeError("no such luck")

    return answer


STATES: dict[str, Callable[[RunConfig, Loss], Driven]] = {
    "none": lambda config, loss: Driven(),
    "idle": lambda config, loss: Driven(config),
    "running": lambda config, loss: Driven(config),
    "paused": lambda config, loss: started(config, commands.Pause()),
    "finished": lambda config, loss: started(config),
    "stopped": lambda config, loss: started(config, commands.Stop()),
    "failed": failed,
}
"""How to bring a session into each state; one that shall be running is yet to be started."""

UNDISTURBED = {
    "none": None,
    "idle": (State.IDLE, 0),
    "running": (State.FINISHED, LAST),
    "paused": (State.PAUSED, 5),
    "finished": (State.FINISHED, LAST),
    "stopped": (State.FINISHED, 5),
    "failed": (State.FAILED, 5),
}
"""State and step that each of them reports last if nothing else happens."""


def reference(config: RunConfig) -> dict[int, float]:
    """The losses of an undisturbed run."""
    return losses(Driven(config).do(commands.Start()))


def event_names(told: list[Event]) -> list[str]:
    """The names of the events; several reports of progress in a row count as one."""
    names = [type(event).__name__ for event in told]
    return [
        name
        for name, before in zip(names, ["", *names], strict=False)
        if not name == before == "Progress"
    ]


def saved_ledger(driven: Driven, folder: Path) -> list[tuple[int, str, Any, Any]]:
    """The ledger that the run is saved with."""
    driven.do(commands.Save(folder))
    entries = json.loads((folder / "ledger.json").read_text(encoding="utf-8"))
    return [(entry["step"], entry["option"], entry["old"], entry["new"]) for entry in entries]
