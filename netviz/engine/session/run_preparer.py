"""Prepares new runs, one at a time; a run that cannot be prepared leaves nothing behind."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor

from netviz.engine.errors import ConfigError
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.run.run import Run
from netviz.engine.session import reports
from netviz.engine.session.preparation import TrainerBuilder
from netviz.engine.session.rehearsal import rehearse
from netviz.engine.session.start_points import StartPoint
from netviz.engine.storage.tensor_file import refuse_unsaveable
from netviz.engine.training.random_state import RandomState


@dataclass(frozen=True, eq=False)
class PreparedRun:
    """A run that is ready to train.

    Attributes
    ----------
    described, opened
        The events that tell of it, the latter where it has a past: made before it takes the place
        of the run at hand, which can go on if that fails.
    test_logits
        The network's logits of all test images, ``[N, classes]``.
    before
        The random generators before it was prepared, which belong to the run that it replaces.
    """

    run: Run
    described: events.Prepared
    opened: events.Opened | None
    test_logits: Tensor
    before: RandomState


class RunPreparer:
    """Prepares new runs; a run that fails is refused, and the one before it can go on.

    Parameters
    ----------
    emit
        Takes each `Preparing`, `Loading` and `Refused`.

    Attributes
    ----------
    number
        Number of the newest run, whether it could be prepared or not; 0 before any.
    """

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self.number = 0
        self._emit = emit
        self._builder = TrainerBuilder()
        self._under_way: commands.Prepare | None = None
        self._last: commands.Prepare | None = None
        self._random_state: RandomState | None = None

    @property
    def is_preparing(self) -> bool:
        """Whether a run is being prepared."""
        return self._under_way is not None

    @property
    def data_dir(self) -> Path | None:
        """Folder of downloaded data sets that the last run was prepared with."""
        return self._last.data_dir if self._last else None

    def reset(self, command: commands.Reset, run: Run | None) -> commands.Prepare:
        """Return what prepares `run` anew, or the run that is being prepared in its place.

        Raises
        ------
        ConfigError
            When there has been no run yet, or its settings do not allow the changes.
        """
        basis = self._under_way or self._last
        if basis is None:
            raise ConfigError("There is no run to reset.")
        current = basis.config if self._under_way or run is None else run.trainer.config
        config = current.with_changes(command.changes)
        return commands.Prepare(config, command.data_dir or basis.data_dir)

    def prepare(
        self, command: commands.Prepare, start: StartPoint
    ) -> Generator[None, None, PreparedRun | None]:
        """Begin to prepare a run; one that is still being prepared is given up for it.

        Returns
        -------
        Generator
            Does the work; its value is the prepared run, or None when it was refused.
        """
        self._under_way = command
        return self._prepare(command, start)

    def next_number(self) -> int:
        """Return a number for a run that need not be prepared."""
        self.number += 1
        return self.number

    def give_up(self) -> None:
        """Prepare nothing any more."""
        self._under_way = None

    def _prepare(
        self, command: commands.Prepare, start: StartPoint
    ) -> Generator[None, None, PreparedRun | None]:
        number = self.next_number()
        self._emit(events.Preparing(number, command.config))
        yield
        if self._random_state is None:  # else of the run that was given up for this one
            self._random_state = RandomState.now()
        try:
            trainer = yield from self._builder.build(
                command.config,
                command.data_dir,
                lambda done, total: self._emit(events.Loading(number, done, total)),
            )
            refuse_unsaveable(trainer.model)
            # A saved run is opened in any case: else what it has learned would be lost.
            cautions = () if start.saved else (yield from rehearse(trainer))
            run, test_logits = yield from start.begin(number, trainer)
            described = reports.prepared(run, self._builder.notes, cautions)
            opened = None
            if start.saved:
                opened = reports.opened(run, start.folder, start.missing_device)
                opened = replace(opened, left_out=start.tree.left_out)
        except Exception as error:  # noqa: BLE001 - the run before this one must survive anything
            self._under_way = None
            self._last = self._last or command
            self._random_state.restore()
            self._random_state = None
            self._emit(reports.refused(number, error))
            return None
        before, self._random_state = self._random_state, None
        self._last, self._under_way = command, None
        return PreparedRun(run, described, opened, test_logits, before)
