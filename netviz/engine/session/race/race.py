"""The runs of a race, and the order in which they have their turns."""

from collections.abc import Callable, Iterator, Mapping
from time import perf_counter
from typing import Any

from netviz.engine.protocol import events
from netviz.engine.protocol.commands import Predict
from netviz.engine.protocol.events import Event, LaneEvent
from netviz.engine.protocol.run_names import NO_TRY
from netviz.engine.run.run import Run
from netviz.engine.session.race.lane import Lane
from netviz.engine.session.replaced_run import ReplacedRun
from netviz.engine.session.state_room import StateRoom
from netviz.engine.session.training_loop import TrainingLoop
from netviz.engine.training.random_state import RandomState


class Race:
    """The lanes beside the run at hand.

    Parameters
    ----------
    emit
        Takes each `InLane`.
    front
        The run at hand.
    start
        The run from which the first lanes began, as it was then: others can join from there.
    drawing
        What is on the pad; None for nothing.
    room
        What the runs may take for their states along the way.

    Attributes
    ----------
    front
        The run at hand.
    start
        The run from which others can join.
    lanes
        By the numbers of their runs, in the order in which they joined.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        front: Run,
        start: ReplacedRun,
        drawing: Predict | None,
        room: StateRoom,
    ) -> None:
        self._emit, self._room = emit, room
        self.front, self.start = front, start
        self.lanes: dict[int, Lane] = {}
        self._drawing = drawing

    def add(self, left: ReplacedRun) -> None:
        """Let a run that was left take part."""
        line = left.origin.line
        self.lanes[line] = Lane(left, lambda event: self._tell(line, event), self._drawing)

    def change_front(self, line: int, behind: ReplacedRun | None) -> None:
        """Let a run leave its lane, to be put in front; `behind` becomes one, if it takes part."""
        self.lanes.pop(line, None)
        if behind:
            self.add(behind)

    def put_in_front(self, run: Run) -> None:
        """Take `run` as the run at hand."""
        self.front = run
        self.share_memory()

    def drop(self, line: int) -> None:
        """Let a run take part no longer."""
        self._room.share([self.lanes.pop(line).run])

    def share_memory(self) -> None:
        """Divide among all runs what states along the way may take."""
        self._room.share(self.runs)

    def end(self) -> None:
        """Let each run have what a run by itself has again."""
        for run in self.runs:
            self._room.share([run])

    @property
    def runs(self) -> list[Run]:
        """All that race, the one at hand first."""
        return [self.front, *(lane.run for lane in self.lanes.values())]

    def follow(self, loop: TrainingLoop) -> None:
        """Let the lanes train as far, and as fast, as `loop` trains the run at hand."""
        for lane in self.lanes.values():
            lane.follow(loop)

    def change(self, changes: Mapping[str, Any]) -> None:
        """Let the lanes take those changes of the run at hand that are no way of training."""
        common = {name: value for name, value in changes.items() if name in NO_TRY}
        for lane in self.lanes.values() if common else ():
            lane.change(common)

    def predict(self, command: Predict) -> None:
        """Let each lane predict the class of this drawing from now on."""
        self._drawing = command
        for lane in self.lanes.values():
            lane.predict(command)

    def hold(self) -> None:
        """Give the lanes no more turns."""
        for lane in self.lanes.values():
            lane.hold()

    def at_rest(self) -> list[ReplacedRun]:
        """Return the runs beside the one at hand as they are now."""
        return [lane.at_rest() for lane in self.lanes.values()]

    def rounds(self, loop: TrainingLoop) -> Iterator[None]:
        """Give each run a turn, until none has one to come; a run that is behind has them alone.

        Parameters
        ----------
        loop
            Trains the run at hand; where that fails its error is raised.
        """
        front = self.front
        for lane in self.lanes.values():
            lane.start(loop)
        work: Iterator[None] | None = loop.train(front)
        while True:
            training = [lane for lane in self.lanes.values() if lane.is_training]
            is_front_training = work is not None and front.divergence is None
            if not training and not is_front_training:
                return
            steps = [lane.step for lane in training]
            if is_front_training:
                steps.append(front.trainer.step)
            last = min(steps)
            if not is_front_training:
                loop.space_out()
            elif work is not None and front.trainer.step == last:
                try:
                    next(work)
                except StopIteration:
                    work = None
            began = perf_counter()
            self._take_turns([lane for lane in training if lane.step == last])
            loop.leave_out(perf_counter() - began)
            yield

    def _take_turns(self, lanes: list[Lane]) -> None:
        if not lanes:
            return
        present = RandomState.now(self.front.trainer.device)
        for lane in lanes:
            lane.turn()
        present.restore()

    def _tell(self, line: int, event: LaneEvent) -> None:
        self._emit(events.InLane(self.front.number, line, event))
