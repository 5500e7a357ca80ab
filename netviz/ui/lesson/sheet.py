"""What the widgets of a lesson show: plain values, one object for all that is in sight."""

from dataclasses import dataclass
from enum import Enum


class Primary(Enum):
    """What the blue button does; its value is what it says."""

    SHOW = "Show me"
    NEXT = "Next"
    FINISH = "Finish"


@dataclass(frozen=True)
class ChoiceQuestion:
    """A question with two to six answers.

    Attributes
    ----------
    text
        The question.
    answers
        What can be chosen.
    chosen
        The answer of the learner, from 0; None while there is none.
    right
        The right answer once it is revealed, from 0; None before, and where none is.
    counts
        How many of a class chose each answer; empty where nobody counts.
    is_open
        Whether the answer can still be changed.
    """

    text: str
    answers: tuple[str, ...]
    chosen: int | None = None
    right: int | None = None
    counts: tuple[int, ...] = ()
    is_open: bool = True


@dataclass(frozen=True)
class NumberQuestion:
    """A question for a number.

    Attributes
    ----------
    text
        The question.
    unit
        Written behind the field.
    percent
        Whether 95 is typed for 0.95; `given` is 0.95.
    given
        The answer of the learner; None while there is none.
    truth
        A sentence with the number as it turned out; empty before.
    is_right
        Whether the answer was near enough; None before, and where nothing is judged.
    is_open
        Whether the answer can still be changed.
    """

    text: str
    unit: str = ""
    percent: bool = False
    given: float | None = None
    truth: str = ""
    is_right: bool | None = None
    is_open: bool = True


@dataclass(frozen=True)
class CurveQuestion:
    """A question whose answer is drawn into a plot.

    Attributes
    ----------
    text
        The question.
    is_drawn
        Whether there is a guess.
    guess_words, truth_words
        One sentence each about the guess and about what happened; may be empty.
    is_revealed
        Whether the curve is shown beside the guess.
    is_open
        Whether it can still be drawn.
    is_tested
        Whether the curve is one of the test images, in whose colour it is drawn.
    """

    text: str
    is_drawn: bool = False
    guess_words: str = ""
    truth_words: str = ""
    is_revealed: bool = False
    is_open: bool = True
    is_tested: bool = False


Question = ChoiceQuestion | NumberQuestion | CurveQuestion


@dataclass(frozen=True)
class Note:
    """What became of a condition: one sentence, and whether it is met; None for a plain remark."""

    text: str
    is_met: bool | None = None


@dataclass(frozen=True)
class Waiting:
    """What the lesson waits for, such as ``training``: so many of so many `unit`."""

    what: str
    done: int
    total: int
    unit: str = "steps"

    @property
    def text(self) -> str:
        """The whole sentence."""
        if self.total <= 0:
            return f"Waiting: {self.what}"
        return f"Waiting: {self.what} {self.done:,} of {self.total:,} {self.unit}"


@dataclass(frozen=True)
class StepSheet:
    """A step of a lesson as it is at this moment.

    Attributes
    ----------
    lesson, title
        Names of the lesson and of the step.
    step, steps
        Number of the step, from 1, and of how many.
    text
        What is to be read, in Markdown.
    question
        What is asked; None for nothing.
    after
        What is to be read after the reveal, in Markdown; empty before.
    notes
        What became of the conditions of the step.
    waiting
        What the lesson waits for; the blue button waits too.
    primary
        What the blue button does.
    can_go_on
        Whether the blue button can be pressed.
    hint
        Why not, or what to do, in one sentence; may be empty.
    can_go_back
        Whether there is a step before this one.
    """

    lesson: str
    title: str
    step: int
    steps: int
    text: str = ""
    question: Question | None = None
    after: str = ""
    notes: tuple[Note, ...] = ()
    waiting: Waiting | None = None
    primary: Primary = Primary.NEXT
    can_go_on: bool = True
    hint: str = ""
    can_go_back: bool = False


@dataclass(frozen=True)
class EndSheet:
    """The end of a lesson.

    Attributes
    ----------
    lesson, steps
        Its name, and how many steps it had.
    text
        What was learned, in Markdown.
    next_lesson
        Name of the lesson that comes after it; empty for none.
    """

    lesson: str
    steps: int
    text: str = ""
    next_lesson: str = ""


@dataclass(frozen=True)
class ProblemSheet:
    """A lesson whose file cannot be read.

    Attributes
    ----------
    lesson
        Its name, or that of its file.
    message, hint
        What is wrong, and what to do.
    file, line
        Where; an empty name and 0 where that is not known.
    """

    lesson: str
    message: str
    hint: str = ""
    file: str = ""
    line: int = 0


Sheet = StepSheet | EndSheet | ProblemSheet
