"""Plays lessons without a window, on a training session in the test's own thread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.session.session import TrainingSession
from netviz.lessons.conductor import Conductor
from netviz.lessons.curves import DrawnCurve
from netviz.lessons.lesson import Choice, Lesson, Number
from netviz.lessons.player import Answer, Outcome, Phase, Player, Prediction
from tests.support import Driven

Guess = Callable[[Player], Answer | None]


def plain_guess(player: Player) -> Answer | None:
    """Answer a question somehow: the first choice, 0.5, a curve that stays where it is."""
    asked = player.step.ask
    if isinstance(asked, Choice):
        return 0
    if isinstance(asked, Number):
        return 0.5
    if asked is None:
        return None
    start, reach = float(player.asked_at), float(asked.steps or 100 * asked.epochs)
    level = player.figures.get("loss" if asked.metric == "loss" else "test_accuracy", 1.0)
    steps = tuple(start + reach * part / 20 for part in range(21))
    return DrawnCurve(steps, (level,) * 21)


class SessionHands:
    """Does with a session what the window does with its controller.

    Attributes
    ----------
    drawn, tabs
        What was put on the pad, and which tabs were opened, in order.
    """

    def __init__(self, session: TrainingSession) -> None:
        self._session = session
        self.drawn: list[int] = []
        self.tabs: list[str] = []

    def begin(self, config: RunConfig) -> None:
        self._session.submit(commands.Prepare(config))

    def new_run(self, config: RunConfig, *, keeps_weights: bool) -> None:
        self._session.submit(commands.Prepare(config, keeps_weights=keeps_weights))

    def change(self, changes: Mapping[str, Any]) -> None:
        self._session.submit(commands.Change(changes))

    def train_steps(self, steps: int) -> None:
        self._session.submit(commands.TrainSteps(steps))

    def train_epoch(self) -> None:
        self._session.submit(commands.RunEpoch())

    def pause(self) -> None:
        self._session.submit(commands.Pause())

    def go_back(self, step: int) -> None:
        self._session.submit(commands.GoBack(step))

    def race(self, lanes: tuple[Mapping[str, Any], ...]) -> None:
        self._session.submit(commands.Race(lanes))

    def draw(self, image: int) -> None:
        self.drawn.append(image)

    def open_tab(self, tab: str, part: str) -> None:
        self.tabs.append(tab)


class Headless:
    """A lesson on a session; each call returns when there is nothing left to do.

    Attributes
    ----------
    player
        The lesson.
    hands
        What it did beside training.
    """

    def __init__(self, lesson: Lesson, *, seed: int | None = None) -> None:
        changes = {"device": "cpu", "threads": 1}
        config = lesson.run.with_changes(changes if seed is None else {**changes, "seed": seed})
        self._driven = Driven(records_layers=False)
        self.hands = SessionHands(self._driven.session)
        self.conductor = Conductor(self.hands, config)
        self.player = Player(replace(lesson, run=config), self.conductor)

    def begin(self, at: int = 0) -> None:
        self.player.begin(at)
        self.serve()

    def reveal(self) -> None:
        self.player.reveal()
        self.serve()

    def go_on(self) -> None:
        self.player.go_on()
        self.serve()

    def do(self, *wishes: commands.Command) -> None:
        """Do what a learner does with the run, beside the lesson."""
        for wish in wishes:
            self._driven.do(wish, answer=self._take)

    def serve(self) -> None:
        self._driven.do(answer=self._take)

    def _take(self, event: events.Event) -> None:
        self.conductor.take(event)
        self.player.look()


@dataclass(frozen=True)
class PlayedStep:
    """What came of a step.

    Attributes
    ----------
    figures
        As they were when it was left.
    is_stuck
        Whether a required check was not met, so that a learner could not have gone on.
    """

    title: str
    problem: str
    prediction: Prediction | None
    outcomes: tuple[Outcome, ...]
    figures: Mapping[str, float] = field(default_factory=dict)
    is_stuck: bool = False


def play(
    lesson: Lesson,
    *,
    seed: int | None = None,
    guess: Guess = plain_guess,
    meanwhile: Callable[[Headless], None] = lambda _: None,
) -> list[PlayedStep]:
    """Play a whole lesson, and return what came of each step.

    Parameters
    ----------
    seed
        Instead of the lesson's own.
    guess
        Answers each question.
    meanwhile
        Is called at the end of each step, to do what a learner does in it by hand.
    """
    played: list[PlayedStep] = []
    headless = Headless(lesson, seed=seed)
    headless.begin()
    player = headless.player
    while not player.is_over:
        if player.phase is Phase.ASKING:
            player.give_answer(guess(player))
            headless.reveal()
        assert player.phase is Phase.DONE, (player.step.title, player.phase, player.problem)
        meanwhile(headless)
        played.append(
            PlayedStep(
                player.step.title,
                player.problem,
                player.prediction,
                player.outcomes,
                {**headless.conductor.figures.figures(), **player.figures},
                is_stuck=not player.can_go_on,
            )
        )
        if not player.can_go_on:
            break
        headless.go_on()
    return played
