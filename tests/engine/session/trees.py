"""Sessions with runs that were left, saved and opened again."""

from pathlib import Path

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.left_run import LeftRun
from netviz.engine.storage.branch_files import FOLDER
from tests.support import Driven, losses, only, when_step


def grown(config: RunConfig, autosaves: Path | None = None) -> Driven:
    """Three runs: one of 40 steps, one from its step 12 to 25, one from step 20 of that to 31."""
    driven = Driven(config, autosaves)
    driven.do(commands.Start(), answer=when_step(40, commands.Pause()))
    for back, until, changes in ((12, 25, {"learning_rate": 0.01}), (20, 31, {"batch_size": 20})):
        driven.do(commands.GoBack(back))
        driven.do(commands.Change(changes))
        driven.do(commands.Start(), answer=when_step(until, commands.Pause()))
    return driven


def left(driven: Driven) -> dict[int, LeftRun]:
    """What was told last of the runs that were left, by their numbers."""
    return {each.origin.line: each for each in only(driven.events, events.Prepared)[-1].left}


def family(driven: Driven) -> list[tuple[int, int, int]]:
    """Number, parent and parting step of each run, the one at hand last."""
    prepared = only(driven.events, events.Prepared)[-1]
    origins = [*(each.origin for each in prepared.left), prepared.origin]
    return [(each.line, each.parent, each.step) for each in origins]


def opened(folder: Path, driven: Driven | None = None) -> Driven:
    """A session in which the run in a folder was opened; a new one where none is given."""
    driven = driven or Driven()
    told = driven.do(commands.Open(folder))
    assert not only(told, events.Refused)
    return driven


def left_out(driven: Driven) -> tuple[str, ...]:
    """What is missing of the tree that was opened last, in sentences."""
    return only(driven.events, events.Opened)[-1].left_out


def branch_files(folder: Path) -> dict[int, Path]:
    """The files of the runs that were left, by the numbers in their names."""
    return {int(file.name.split("-")[1]): file for file in sorted((folder / FOLDER).iterdir())}


def futures(driven: Driven, lines: list[int]) -> dict[int, dict[int, float]]:
    """Go on with each of these runs to its end; return the losses that it had then."""
    found = {}
    for line in lines:
        told = driven.do(commands.GoOnWith(line), commands.Start())
        refused = [f"{each.message} {each.hint}" for each in only(told, events.Refused)]
        assert refused == []
        found[line] = losses(told)
        assert found[line]
    return found
