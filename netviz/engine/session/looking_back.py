"""Shows the network as it was at a step, by a copy, while the run itself goes on as it is."""

import copy
from collections.abc import Callable
from time import perf_counter

from netviz.engine.observatory.observatory import Observatory
from netviz.engine.protocol import events
from netviz.engine.protocol.commands import LookBack
from netviz.engine.protocol.events import Event
from netviz.engine.run.run import Run
from netviz.engine.run.state import State
from netviz.engine.session import reports
from netviz.engine.training.random_state import undisturbed
from netviz.engine.training.trainer import Trainer


class LookingBack:
    """Lets the observatory see a copy of the network in the place of the run's own.

    The copy is made at the first look and then takes over one kept state after the other, so that
    a look costs little more than to copy the weights. Nothing of the run is changed, and neither
    are torch's random generators.

    Parameters
    ----------
    emit
        Takes each `LookedBack`, and `Refused` where no copy can be made.
    observatory
        Observes what is looked at.
    """

    def __init__(self, emit: Callable[[Event], None], observatory: Observatory) -> None:
        self._emit, self._observatory = emit, observatory
        self._wanted: LookBack | None = None
        self._run: Run | None = None
        self._copy: Trainer | None = None
        self._step: int | None = None
        self._told: tuple[int, ...] = ()
        self._request = 0

    def want(self, command: LookBack) -> None:
        """Look at another step at the next `update`; of several wishes the last one counts."""
        self._wanted = command

    def update(self, run: Run) -> float:
        """Look where it was last asked for, and return how many seconds that took.

        `run` is the one at hand. Where that is another one by now the look ends and nothing is
        told: what is told of the run says so.
        """
        began = perf_counter()
        if self._run is not run:
            self._turn_to(run)
        wanted, self._wanted = self._wanted, None
        if wanted is not None and wanted.run == run.number:
            self._request = wanted.request
            self._look(run, wanted.step)
        elif self._step is not None and _steps(run) != self._told:
            self._tell(run)
        return perf_counter() - began

    def _turn_to(self, run: Run) -> None:
        self._run, self._copy = run, None
        if self._step is not None:
            self._step = None
            self._observatory.look_back(None)

    def _look(self, run: Run, step: int | None) -> None:
        refused = None
        if step is None or step >= run.trainer.step:
            self._end()
        else:
            try:
                self._show(run, run.states.last_until(max(0, step)))
            except Exception as error:  # noqa: BLE001 - the run itself is well, and goes on
                refused = reports.refused(run.number, error)
                self._copy = None
                self._end()
        self._tell(run)
        if refused:
            self._emit(refused)

    def _show(self, run: Run, state: State) -> None:
        if state.step == self._step:
            return
        if self._copy is None:
            self._copy = _copy_of(run)
        self._copy.show(state.snapshot)
        past = copy.copy(run)
        past.trainer, past.layers = self._copy, run.layers.until(state.step)
        self._step = state.step
        self._observatory.look_back(past)

    def _end(self) -> None:
        if self._step is not None:
            self._step = None
            self._observatory.look_back(None)

    def _tell(self, run: Run) -> None:
        self._told = _steps(run)
        self._emit(events.LookedBack(run.number, self._step, self._told, self._request))


def _steps(run: Run) -> tuple[int, ...]:
    """Return the steps that can be looked at; the present is no past."""
    return tuple(step for step in run.states.steps if step < run.trainer.step)


def _copy_of(run: Run) -> Trainer:
    """Copy the network; torch's random generators are left as they were."""
    with undisturbed(run.trainer.device):
        return run.trainer.twin()
