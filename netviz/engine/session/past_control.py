"""`PastControl`: goes back in the run at hand, and goes on with runs that were left."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from netviz.engine.errors import ConfigError, NetvizError
from netviz.engine.observatory.observatory import Observatory
from netviz.engine.protocol import commands
from netviz.engine.protocol.events import Event
from netviz.engine.run.run import Run, refuse_resets
from netviz.engine.session import reports
from netviz.engine.session.going_back import reach
from netviz.engine.session.run_control import RunControl
from netviz.engine.session.run_keeper import RunKeeper
from netviz.engine.session.saved_left_run import SavedLeftRun
from netviz.engine.session.start_points import left_run
from netviz.engine.training.random_state import RandomState


class PastControl:
    """Puts an earlier state, or a run that was left, in the place of the run at hand.

    Parameters
    ----------
    emit
        Takes each event.
    observatory
        Observes the run.
    keeper
        Knows the files of runs that were left.
    control
        Has the run at hand, and those that were left.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        observatory: Observatory,
        keeper: RunKeeper,
        control: RunControl,
    ) -> None:
        self._emit, self._observatory = emit, observatory
        self._keeper, self._control = keeper, control

    def bring_back(self, _: commands.BringBack) -> None:
        """Let the run at hand and the one that was left last change places."""
        back = self._control.left.last
        if back is None:
            raise ConfigError("There is no run to bring back.", "None was left that was trained.")
        self._control.take_up(back.origin.line, is_back=True)

    def go_on_with(self, command: commands.GoOnWith) -> None:
        """Go on with a run that was left, or with the one at hand alone: a race ends."""
        control = self._control
        if control.race and control.described and command.line == control.described.origin.line:
            with control.training_held():
                control.forget_race()
                control.tell_race()
            return
        left = control.left.find(command.line)
        if isinstance(left, SavedLeftRun):
            self._open_left(left, command)
            return
        control.hold()
        is_racing = control.race is not None
        control.forget_race()
        control.take_up(command.line)
        if is_racing:
            control.tell_race()

    def set_aside(self, command: commands.SetAside) -> None:
        """Set all runs aside, and prepare one to try things with."""
        self._control.ready_run()
        prepare = commands.Prepare(command.config, command.data_dir)
        self._control.set_aside(prepare)

    def take_back(self, _: commands.TakeBack) -> None:
        """Go on with the run that was set aside, and keep no other that began since."""
        control = self._control
        if not control.left.waits_for:
            raise ConfigError("No run was set aside.", "This is the only one there is.")
        control.hold()
        control.forget_race()
        control.take_up(control.left.take_back(), leaves=False)

    def _open_left(self, left: SavedLeftRun, command: commands.GoOnWith) -> None:
        """Prepare a run that was left and lies in a file to go on."""
        file = self._keeper.tree.file_of(left)
        start, config = left_run(left, file, trust_model=command.trust_model)
        self._control.begin(config, start)

    def go_back(self, command: commands.GoBack) -> None:
        """Go back to a step; the run as it is can be brought back.

        The test images are evaluated there when somebody looks, and the run can be trained
        meanwhile: of a network with convolutions it takes longer than to go back.
        """
        control = self._control
        run = control.ready_run()
        control.pause()
        last = run.history.last_step
        if not 0 <= command.step <= last or command.step == run.trainer.step:
            raise ConfigError(f"Step {command.step:,} is not in the past of this run.")
        self._begin(run, command.step)

    def rewind(self, command: commands.Rewind) -> None:
        """Go back to the last good state; what has gone wrong since is a run of its own."""
        control = self._control
        run = control.ready_run()
        config = run.good_config
        refuse_resets(config.with_changes(command.changes), config)
        control.pause()
        self._begin(run, run.good_step, command.changes)

    def _begin(self, run: Run, step: int, changes: Mapping[str, Any] | None = None) -> None:
        self._observatory.interrupt()
        self._control.work = self._go_back(run, step, changes or {})

    def _go_back(self, run: Run, step: int, changes: Mapping[str, Any]) -> Iterator[None]:
        control = self._control
        control.is_going_back = True
        try:
            reached = yield from reach(run, step, self._emit)
        finally:
            control.is_going_back = False
        if reached is None:
            return
        left, known = control.leave(RandomState.now()), self._observatory.known
        assert left is not None  # there is a run to go back in
        reached.random_state.restore()
        back = run.at(step, reached.trainer, reached.tally, control.next_number())
        described = replace(
            reports.goes_on(left.described, back), origin=control.left.parting(left, back)
        )
        control.take_place(back, described, reports.opened(back, control.folder))
        control.enter_held(back)
        self._observatory.take_up(back, known)
        if not changes:
            return
        try:
            control.change(commands.Change(changes))
        except NetvizError as error:
            self._emit(reports.refused(back.number, error))
