"""What a lesson consists of, once its file has been read: plain values that never change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netviz.engine.options.run_config import RunConfig
from netviz.lessons.conditions import Condition

MOST_STEPS = 100_000
"""Steps that one action of a lesson may train."""

LEVELS = ("beginner", "intermediate", "advanced")

TABS = (
    "network",
    "weights",
    "gradients",
    "activations",
    "mistakes",
    "confusion",
    "learning rate",
    "loop",
    "data",
    "runs",
    "log",
)
"""The tabs that a lesson can name, by their titles in lower case."""

PARTS = {
    "learning rate": ("find", "next steps", "one step", "stability", "over time"),
    "loop": ("loop", "a weight", "the loss"),
}
"""What a lesson can bring into sight of a tab that has several parts, by their names there."""

CURVE_METRICS = ("loss", "accuracy")
"""Curves that can be drawn in advance: the train loss by step, the test accuracy by epoch."""


@dataclass(frozen=True)
class Set:
    """Change options of the run under way."""

    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Train:
    """Train so many steps, and wait until they are done."""

    steps: int


@dataclass(frozen=True)
class TrainEpochs:
    """Train so many epochs, and wait until they are done."""

    epochs: int


@dataclass(frozen=True)
class Pause:
    """Hold the run."""


@dataclass(frozen=True)
class Branch:
    """Go back to where the lesson's step began; the try so far stays as a ghost."""


@dataclass(frozen=True)
class BackTo:
    """Go back to a step of the run; the try so far stays as a ghost."""

    step: int


@dataclass(frozen=True)
class Race:
    """Train several runs in turn from the present weights, each with another value of one option.

    Attributes
    ----------
    option
        The option in which they differ.
    values
        Its value in each of them, two to six.
    steps
        How far each is trained.
    """

    option: str
    values: tuple[Any, ...]
    steps: int


@dataclass(frozen=True)
class NewRun:
    """Begin a fresh run with the lesson's settings and these changes.

    Attributes
    ----------
    changes
        Options, also those that take effect on Reset only.
    keep_weights
        Whether it takes over the weights of the run before, where the shapes fit.
    """

    changes: Mapping[str, Any]
    keep_weights: bool = False


@dataclass(frozen=True)
class Draw:
    """Put a test image on the pad, by its number."""

    image: int


@dataclass(frozen=True)
class OpenTab:
    """Bring a tab to the front, by its title in lower case, and one of its parts into sight."""

    tab: str
    part: str = ""


Action = Set | Train | TrainEpochs | Pause | Branch | BackTo | Race | NewRun | Draw | OpenTab


@dataclass(frozen=True)
class Choice:
    """A question with a few answers, of which one is chosen.

    Attributes
    ----------
    answers
        Two to six.
    right
        Which is right, from 0; None where the run decides or none is.
    right_when
        A condition for each answer: the first that holds is right. Empty for none.
    """

    question: str
    answers: tuple[str, ...]
    right: int | None = None
    right_when: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Number:
    """A question whose answer is a number.

    Attributes
    ----------
    truth
        The figure that is asked for.
    within
        How far off, relative to the truth, still counts as right.
    unit
        What is written behind the number; may be empty.
    percent
        Whether 95 is typed for 0.95.
    """

    question: str
    truth: str
    within: float = 0.1
    unit: str = ""
    percent: bool = False


@dataclass(frozen=True)
class Curve:
    """A curve to be drawn over the empty part of a plot.

    Attributes
    ----------
    metric
        One of `CURVE_METRICS`.
    steps, epochs
        How far it reaches from here: steps for the loss, epochs for the accuracy; the other is 0.
    """

    question: str
    metric: str
    steps: int = 0
    epochs: int = 0


Question = Choice | Number | Curve


@dataclass(frozen=True)
class Check:
    """A condition on the run, and what to say of it.

    Attributes
    ----------
    then, otherwise
        What is said when it is met, and when it is not; either may be empty.
    required
        Whether one cannot go on until it is met.
    """

    when: Condition
    then: str = ""
    otherwise: str = ""
    required: bool = False


@dataclass(frozen=True)
class Step:
    """One step of a lesson, shown at once.

    Attributes
    ----------
    text
        Markdown, cleaned: no HTML, no images, no addresses.
    do
        What is done as the step begins.
    ask
        What is asked; None for nothing.
    reveal
        What is done after the answer.
    is_revealed_on_request
        Whether there is a ``reveal`` without a question, for which there is a button.
    after
        Markdown that is shown after the reveal; at once where there is none.
    line
        The line of its heading in the file, from 1.
    """

    title: str
    text: str = ""
    do: tuple[Action, ...] = ()
    ask: Question | None = None
    reveal: tuple[Action, ...] = ()
    is_revealed_on_request: bool = False
    after: str = ""
    checks: tuple[Check, ...] = ()
    line: int = 0


@dataclass(frozen=True)
class Lesson:
    """A lesson as its file says it.

    Attributes
    ----------
    minutes
        About how long it takes.
    level
        One of `LEVELS`.
    summary
        One sentence for the list.
    controls
        Options whose editors can be seen; None for all.
    tabs
        Tabs that can be seen, by their titles in lower case; None for all.
    run
        The settings of its runs.
    name
        The file's name without its ending and language: ``03-rates``.
    language
        Its language, such as ``de``; empty for the one that all others come from.
    path
        The file; None where it was read from a text.
    """

    title: str
    minutes: int
    level: str
    summary: str
    run: RunConfig
    steps: tuple[Step, ...]
    controls: frozenset[str] | None = None
    tabs: frozenset[str] | None = None
    name: str = ""
    language: str = ""
    path: Path | None = field(default=None, compare=False)
