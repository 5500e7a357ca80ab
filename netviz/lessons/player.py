"""`Player`: where one is in a lesson, what was answered, and what may be done next."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from netviz.lessons.conductor import Conductor
from netviz.lessons.curves import DrawnCurve, off_by
from netviz.lessons.lesson import (
    Action,
    Choice,
    Draw,
    Lesson,
    Number,
    OpenTab,
    Question,
    Step,
)
from netviz.lessons.run_figures import Curve

Answer = int | float | DrawnCurve
"""The number of a choice, from 0; a number; a curve."""


class Phase(Enum):
    """How far a step has come."""

    DOING = "doing"
    ASKING = "asking"
    REVEALING = "revealing"
    DONE = "done"


@dataclass(frozen=True, eq=False)
class Prediction:
    """What was expected, and what happened.

    Attributes
    ----------
    guess
        What was expected; None where only a class was asked.
    truth
        What happened: the right choice, a number, or a curve; None where nothing is right.
    off_by
        How far off it was: relative for a number, the mean distance for a curve; NaN for a choice.
    is_right
        Whether it counts as right; None where that is not judged.
    counts
        How many of a class chose each answer; empty where nobody counted.
    """

    question: Question
    guess: Answer | None
    truth: int | float | Curve | None
    off_by: float = math.nan
    is_right: bool | None = None
    counts: tuple[int, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a check says at present."""

    text: str
    is_met: bool


@dataclass
class _Past:
    """What became of a step."""

    phase: Phase = Phase.DOING
    answer: Answer | None = None
    counts: tuple[int, ...] = ()
    prediction: Prediction | None = None
    figures: dict[str, float] = field(default_factory=dict)
    met: set[int] = field(default_factory=set)
    asked_at: int = 0


class Player:
    """Plays a lesson; whoever shows it is told when anything changed.

    Parameters
    ----------
    conductor
        Does what the lesson does.
    changed
        Is called after each change.

    Attributes
    ----------
    at
        The step that is shown, from 0; the number of steps when the lesson is over.
    problem
        Why something could not be done, in a sentence; empty where all went well.
    """

    def __init__(
        self, lesson: Lesson, conductor: Conductor, changed: Callable[[], None] = lambda: None
    ) -> None:
        self._lesson, self._conductor, self._changed = lesson, conductor, changed
        self._past = [_Past() for _ in lesson.steps]
        self._reached = -1
        self._catching_up_to: int | None = None
        self.at = 0
        self.problem = ""

    # -- what is so --------------------------------------------------------------------------

    @property
    def lesson(self) -> Lesson:
        """What is played."""
        return self._lesson

    @property
    def is_over(self) -> bool:
        """Whether the last step lies behind."""
        return self.at >= len(self._lesson.steps)

    @property
    def reached(self) -> int:
        """The furthest step that was begun, from 0."""
        return max(0, self._reached)

    @property
    def step(self) -> Step:
        """The step that is shown; the last one when the lesson is over."""
        return self._lesson.steps[min(self.at, len(self._lesson.steps) - 1)]

    @property
    def phase(self) -> Phase:
        """How far the step that is shown has come."""
        return self._now.phase

    @property
    def answer(self) -> Answer | None:
        """What was answered; None while there is nothing."""
        return self._now.answer

    @property
    def answers(self) -> dict[int, Answer]:
        """All that was answered, by step."""
        told = ((place, past.answer) for place, past in enumerate(self._past))
        return {place: answer for place, answer in told if answer is not None}

    @property
    def counts(self) -> tuple[int, ...]:
        """How many of a class chose each answer; empty where nobody counts."""
        return self._now.counts

    @property
    def prediction(self) -> Prediction | None:
        """What was expected and what happened; None before that is known."""
        return self._now.prediction

    @property
    def predictions(self) -> tuple[Prediction, ...]:
        """All that were made so far, in the order of the steps."""
        return tuple(past.prediction for past in self._past if past.prediction)

    @property
    def asked_at(self) -> int:
        """The step of the run at which the question was asked."""
        return self._now.asked_at

    @property
    def is_catching_up(self) -> bool:
        """Whether the steps before the one that is wanted are done again."""
        return self._catching_up_to is not None

    @property
    def figures(self) -> dict[str, float]:
        """The figures for the texts of the step that is shown: as they were when it was done."""
        past = self._now
        is_present = self.at == self._reached and past.phase is not Phase.DONE
        figures = self._conductor.figures.figures() if is_present else dict(past.figures)
        if past.prediction:
            figures["off_by"] = past.prediction.off_by
        guess = past.answer
        if isinstance(guess, DrawnCurve):
            figures["guess"] = guess.values[-1]
        elif guess is not None:
            figures["guess"] = float(guess)
        return figures

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What the checks of the step say, once all is done."""
        if self.phase is not Phase.DONE:
            return ()
        latest, then = self._latest(), self._now.figures
        found = []
        for place, check in enumerate(self.step.checks):
            # What was shown stays said of it, whatever one tries afterwards.
            is_of_reveal = bool(self.step.reveal) and not check.required
            figures = {**(then if is_of_reveal else latest), **self._own_figures()}
            is_met = place in self._now.met or check.when.holds(figures)
            if text := check.then if is_met else check.otherwise:
                found.append(Outcome(text, is_met))
        return tuple(found)

    @property
    def can_reveal(self) -> bool:
        """Whether the answer is there that a reveal waits for."""
        if self.phase is not Phase.ASKING or self._conductor.is_busy:
            return False
        past = self._now
        return self.step.ask is None or past.answer is not None or any(past.counts)

    @property
    def can_go_on(self) -> bool:
        """Whether the next step may be begun."""
        if self.is_over or self.phase is not Phase.DONE or self._conductor.is_busy:
            return False
        required = {place for place, check in enumerate(self.step.checks) if check.required}
        return self.at < self._reached or required <= self._met()

    # -- what one does -----------------------------------------------------------------------

    def begin(self, at: int = 0, answers: dict[int, Answer] | None = None) -> None:
        """Begin at a step; what the steps before it do is done first, without asking.

        Parameters
        ----------
        answers
            What was answered before, by step.
        """
        for place, answer in (answers or {}).items():
            if place < at and self._fits(place, answer):
                self._past[place].answer = answer
        at = min(at, len(self._lesson.steps) - 1)
        self._catching_up_to = at or None
        self._conductor.begin(self._on_begun)
        self._changed()

    def give_answer(self, answer: Answer | None) -> None:
        """Answer the question of the step, until it is revealed."""
        if self.phase is not Phase.ASKING or self.step.ask is None:
            return
        if answer is not None and not self._fits(self.at, answer):
            return
        self._now.answer = answer
        self._changed()

    def count(self, counts: tuple[int, ...]) -> None:
        """Say how many of a class chose each answer; empty where nobody counts any more."""
        asked = self.step.ask
        if self.phase is Phase.ASKING and isinstance(asked, Choice):
            if counts and len(counts) != len(asked.answers):
                return
            self._now.counts = tuple(min(999, max(0, count)) for count in counts)
            self._changed()

    def reveal(self) -> None:
        """Do what the step does after the answer."""
        if not self.can_reveal:
            return
        self._now.phase = Phase.REVEALING
        self._carry_out(self.step.reveal, self._on_revealed)

    def go_on(self) -> None:
        """Begin the next step, or show it again where it was begun already."""
        if not self.can_go_on:
            return
        if self.at == self._reached:
            self._now.figures = self._conductor.figures.figures()
            self._now.met |= self._met()
        self.at += 1
        if self.at > self._reached and not self.is_over:
            self._enter()
        else:
            self._changed()

    def go_back(self) -> None:
        """Show the step before; the run stays as it is."""
        if self.at > 0:
            self.at -= 1
            self._changed()

    def skip_wait(self) -> None:
        """Wait no longer for what is under way, such as a training that takes too long."""
        if not self._conductor.is_busy:
            return
        self._conductor.drop()
        if self.phase is Phase.DOING and self._reached >= 0:
            self._on_did("")
        elif self.phase is Phase.REVEALING:
            self._on_revealed("")

    def look(self) -> None:
        """See whether what the checks ask for is met by now."""
        if not self.is_over and self.phase is Phase.DONE and self.at == self._reached:
            self._now.met |= {p for p in self._met() if self.step.checks[p].required}

    def replace(self, lesson: Lesson) -> None:
        """Go on with the same lesson as it was saved anew; nothing is done again."""
        count = len(lesson.steps)
        changed = range(min(count, len(self._lesson.steps)))
        old, self._lesson = self._lesson, lesson
        for place in changed:
            if old.steps[place].ask != lesson.steps[place].ask:
                past = self._past[place]
                past.answer, past.counts, past.prediction = None, (), None
                is_open = past.phase is Phase.DONE and place == self._reached
                if is_open and lesson.steps[place].ask is not None:
                    past.phase = Phase.ASKING
        self._past = (self._past + [_Past() for _ in range(count)])[:count]
        self._reached = min(self._reached, count - 1)
        self.at = min(self.at, count - 1)
        self._changed()

    # -- what comes of it --------------------------------------------------------------------

    @property
    def _now(self) -> _Past:
        return self._past[min(self.at, len(self._past) - 1)]

    def _enter(self) -> None:
        self._reached = self.at
        self._conductor.mark()
        self._now.phase = Phase.DOING
        self._carry_out(self.step.do, self._on_did)

    def _carry_out(self, actions: tuple[Action, ...], done: Callable[[str], None]) -> None:
        self.problem = ""
        if self.is_catching_up:
            shown = (Draw, OpenTab)
            actions = tuple(each for each in actions if not isinstance(each, shown))
        self._conductor.carry_out(actions, done)
        self._changed()

    def _on_begun(self, problem: str) -> None:
        self.problem = problem
        if problem:
            self._catching_up_to = None
            self._changed()
        else:
            self._enter()

    def _on_did(self, problem: str) -> None:
        self.problem = problem
        figures, past = self._conductor.figures, self._now
        past.asked_at, past.figures = figures.step, figures.figures()
        if problem or (self._catching_up_to is not None and self.at >= self._catching_up_to):
            self._catching_up_to = None
        asks = self.step.ask is not None or self.step.is_revealed_on_request
        past.phase = Phase.ASKING if asks else Phase.DONE
        if self.is_catching_up:
            past.phase = Phase.REVEALING
            self._carry_out(self.step.reveal, self._on_revealed)
            return
        self._changed()

    def _on_revealed(self, problem: str) -> None:
        self.problem = problem
        if problem:
            self._catching_up_to = None
        past = self._now
        past.phase = Phase.DONE
        past.figures = self._conductor.figures.figures()
        asked = self.step.ask
        if asked and (past.answer is not None or any(past.counts)):
            past.prediction = self._judge(asked, past)
        past.met |= {place for place in self._met() if self.step.checks[place].required}
        if self.is_catching_up:
            self.at += 1
            self._enter()
            return
        self._changed()

    def _judge(self, asked: Question, past: _Past) -> Prediction:
        """Compare what was answered with what is so."""
        figures, guess = past.figures, past.answer
        if isinstance(asked, Choice):
            right = asked.right
            if asked.right_when:
                holding = (i for i, each in enumerate(asked.right_when) if each.holds(figures))
                right = next(holding, None)
            is_right = None if right is None or guess is None else guess == right
            return Prediction(asked, guess, right, is_right=is_right, counts=past.counts)
        if isinstance(asked, Number):
            truth = figures.get(asked.truth, math.nan)
            off = _relative(guess, truth)
            return Prediction(asked, guess, truth, off, off <= asked.within + 1e-9)
        curve = self._conductor.figures.curve(asked.metric, past.asked_at)
        off = off_by(guess, curve) if isinstance(guess, DrawnCurve) else math.nan
        return Prediction(asked, guess, curve, off)

    def _met(self) -> set[int]:
        """Return the checks of the step that are met, or were."""
        figures = {**self._latest(), **self._own_figures()}
        holding = {i for i, check in enumerate(self.step.checks) if check.when.holds(figures)}
        return holding | self._now.met

    def _latest(self) -> dict[str, float]:
        """Return the figures of the run, or those of then where the step lies behind."""
        if self.at < self._reached:
            return self._now.figures
        return self._conductor.figures.figures()

    def _own_figures(self) -> dict[str, float]:
        figures = self.figures
        return {name: figures[name] for name in ("guess", "off_by") if name in figures}

    def _fits(self, place: int, answer: Answer) -> bool:
        """Whether it is an answer to the question of a step."""
        asked = self._lesson.steps[place].ask
        if isinstance(asked, Choice):
            return isinstance(answer, int) and 0 <= answer < len(asked.answers)
        if isinstance(asked, Number):
            return isinstance(answer, int | float) and math.isfinite(answer)
        return asked is not None and isinstance(answer, DrawnCurve) and len(answer.steps) > 1


def _relative(guess: Answer | None, truth: float) -> float:
    """Return how far a number is off, relative to the truth; infinite where that is none."""
    if not isinstance(guess, int | float) or not np.isfinite(truth):
        return math.inf
    return abs(guess - truth) / max(abs(truth), 1e-12)
