"""Carries out what a lesson does, one action after the other, by hands that only command."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from netviz.engine.errors import NetvizError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.run_state import State
from netviz.lessons import lesson
from netviz.lessons.lesson import Action
from netviz.lessons.run_figures import RunFigures


class Hands(Protocol):
    """What a lesson can do: in the window by the controller, in a test by a session."""

    def begin(self, config: RunConfig) -> None:
        """Prepare a run for the lesson; those that there are wait."""

    def new_run(self, config: RunConfig, *, keeps_weights: bool) -> None:
        """Prepare another one."""

    def change(self, changes: Mapping[str, Any]) -> None:
        """Change options of the run; raises `NetvizError` where one is refused."""

    def train_steps(self, steps: int) -> None:
        """Train so many steps, then hold."""

    def train_epoch(self) -> None:
        """Train to the end of the epoch under way, then hold."""

    def pause(self) -> None:
        """Hold the run."""

    def go_back(self, step: int) -> None:
        """Go back to a step."""

    def race(self, lanes: tuple[Mapping[str, Any], ...]) -> None:
        """Let runs race that differ in these options; they wait to be trained."""

    def draw(self, image: int) -> None:
        """Put a test image on the pad."""

    def open_tab(self, tab: str, part: str) -> None:
        """Bring a tab to the front, and this part of it into sight; an empty one is none."""


@dataclass(frozen=True)
class Wait:
    """What the lesson waits for: ``training``, so many of so many; a total of 0 is not known."""

    what: str
    done: int = 0
    total: int = 0
    unit: str = "steps"


Done = Callable[[str], None]
"""Is told that all is done; with a sentence where something was refused."""


class Conductor:
    """Does one sequence of actions at a time, and knows when it is done.

    Parameters
    ----------
    hands
        Do what is to be done.
    config
        The settings of the lesson's runs.

    Attributes
    ----------
    figures
        What is known of the runs.
    wait
        What it waits for; None where it does not.
    config
        The settings of the lesson's runs.
    """

    def __init__(self, hands: Hands, config: RunConfig) -> None:
        self.figures = RunFigures()
        self.wait: Wait | None = None
        self.config = config
        self._hands = hands
        self._work: Iterator[None] | None = None
        self._done: Done | None = None
        self._began = 0
        self._has_run = False
        self._refused: events.Refused | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something is under way."""
        return self._work is not None

    def begin(self, done: Done) -> None:
        """Prepare the lesson's first run."""
        self._start(self._begin(), done)

    def mark(self) -> None:
        """Let `Branch` lead back to here."""
        self._began = self.figures.step

    def carry_out(self, actions: Sequence[Action], done: Done) -> None:
        """Do these things one after the other, then call `done`; what is under way is dropped."""
        self._start(self._all(actions), done)

    def drop(self) -> None:
        """Wait no longer, and do nothing of what was to come."""
        self._work = self._done = self.wait = None

    def take(self, event: events.Event) -> None:
        """Take in what happened, and go on where it was waited for."""
        self.figures.take(event)
        if isinstance(event, events.StateChanged) and event.state is State.RUNNING:
            self._has_run = True
        if isinstance(event, events.Refused):
            self._refused = event
        self._advance()

    def _start(self, work: Iterator[None], done: Done) -> None:
        self.drop()
        self._refused = None
        self._work, self._done = work, done
        self._advance()

    def _advance(self) -> None:
        work = self._work
        if work is None:
            return
        problem = ""
        try:
            if self._refused is None:
                next(work)
                return
            problem = f"{self._refused.message} {self._refused.hint}".strip()
        except NetvizError as error:
            problem = str(error)
        except StopIteration:
            pass
        if self._work is work:
            done = self._done
            self.drop()
            if done:
                done(problem)

    # -- actions: each yields while it waits for news ----------------------------------------

    def _all(self, actions: Sequence[Action]) -> Iterator[None]:
        for action in actions:
            yield from self._do(action)

    def _do(self, action: Action) -> Iterator[None]:
        hands = self._hands
        if isinstance(action, lesson.Set):
            yield from self._change(action.changes)
        elif isinstance(action, lesson.Train):
            yield from self._train(action.steps)
        elif isinstance(action, lesson.TrainEpochs):
            yield from self._train_epochs(action.epochs)
        elif isinstance(action, lesson.Pause):
            hands.pause()
            yield from self._until_held()
        elif isinstance(action, lesson.Branch):
            yield from self._back_to(self._began)
        elif isinstance(action, lesson.BackTo):
            yield from self._back_to(action.step)
        elif isinstance(action, lesson.Race):
            yield from self._race(action)
        elif isinstance(action, lesson.NewRun):
            config = self.config.with_changes(action.changes)
            yield from self._prepare(
                lambda: hands.new_run(config, keeps_weights=action.keep_weights)
            )
        elif isinstance(action, lesson.Draw):
            hands.draw(action.image)
        else:
            hands.open_tab(action.tab, action.part)

    def _begin(self) -> Iterator[None]:
        yield from self._prepare(lambda: self._hands.begin(self.config))

    def _prepare(self, ask: Callable[[], None]) -> Iterator[None]:
        number = self.figures.number
        self.wait = Wait("preparing the run")
        ask()
        while self.figures.number == number or self.figures.step:
            yield
        yield  # its state is told after it
        self.wait = None

    def _change(self, changes: Mapping[str, Any]) -> Iterator[None]:
        wanted = self.figures.config.with_changes(changes)
        self._hands.change(changes)
        while any(getattr(self.figures.config, n) != getattr(wanted, n) for n in changes):
            yield

    def _until_held(self) -> Iterator[None]:
        while self.figures.state is State.RUNNING:
            yield

    def _train(self, steps: int) -> Iterator[None]:
        figures = self.figures
        yield from self._until_held()
        first = figures.step
        self._has_run = False
        self._hands.train_steps(steps)
        yield from self._until_trained(first, first + steps)

    def _until_trained(self, first: int, goal: int) -> Iterator[None]:
        """Wait until the run holds at a step; where a hand let it run on, hold it there."""
        figures, is_held = self.figures, False
        while True:
            self.wait = Wait("training", min(figures.step, goal) - first, goal - first)
            if figures.state is State.RUNNING:
                if figures.step > goal and not is_held:
                    self._hands.pause()
                    is_held = True
            elif self._has_run and (
                figures.step >= goal or figures.state in (State.FINISHED, State.FAILED)
            ):
                break
            yield
        self.wait = None

    def _train_epochs(self, epochs: int) -> Iterator[None]:
        figures = self.figures
        yield from self._until_held()
        first = figures.epochs
        for epoch in range(first + 1, first + epochs + 1):
            self._has_run = False
            self._hands.train_epoch()
            while True:
                self.wait = Wait("training", figures.epochs - first, epochs, "epochs")
                is_held = figures.state is not State.RUNNING and self._has_run
                is_over = figures.state in (State.FINISHED, State.FAILED)
                if is_held and (figures.epochs >= epoch or is_over):
                    break
                yield
            if figures.state in (State.FINISHED, State.FAILED):
                break
        self.wait = None

    def _back_to(self, step: int) -> Iterator[None]:
        figures = self.figures
        if figures.state is State.RUNNING:
            self._hands.pause()
            yield from self._until_held()
        if figures.step == step and figures.state is not State.FAILED:
            return
        number = figures.number
        self.wait = Wait("going back")
        self._hands.go_back(step)
        while figures.number == number:
            yield
        yield  # what it has behind it, and its state, are told after it
        while figures.state is State.IDLE and figures.step:
            yield
        self.wait = None

    def _race(self, race: lesson.Race) -> Iterator[None]:
        figures = self.figures
        if figures.state is State.RUNNING:
            self._hands.pause()
            yield from self._until_held()
        number, first = figures.number, figures.step
        self._hands.race(tuple({race.option: value} for value in race.values))
        while figures.number == number:
            yield
        goal = first + race.steps
        self._has_run = False
        self._hands.train_steps(race.steps)
        while not self._race_is_over(goal):
            self.wait = Wait("racing", min(figures.step, goal) - first, race.steps)
            yield
        self.wait = None

    def _race_is_over(self, goal: int) -> bool:
        figures = self.figures
        if not self._has_run or figures.state is State.RUNNING:
            return False
        return figures.race_is_done(goal) or figures.state in (State.FINISHED, State.FAILED)
