"""The sheet of a lesson as its player stands: what is read, asked and offered."""

import math

import numpy as np

from netviz.engine.protocol.run_state import State
from netviz.lessons import lesson as parts
from netviz.lessons.conditions import figure_text
from netviz.lessons.conductor import Conductor
from netviz.lessons.curves import DrawnCurve
from netviz.lessons.lesson_error import LessonError
from netviz.lessons.player import Phase, Player
from netviz.lessons.prose import filled
from netviz.ui.lesson.sheet import (
    ChoiceQuestion,
    CurveQuestion,
    EndSheet,
    Note,
    NumberQuestion,
    Primary,
    ProblemSheet,
    Question,
    StepSheet,
    Waiting,
)

_HINTS = {
    parts.Choice: "Choose an answer first.",
    parts.Number: "Type a number first.",
    parts.Curve: "Draw your guess in the plot first.",
}
_TO_MEET = "This goes on as soon as what is asked for is reached."
_ONE = {True: "Your answer was right.", False: "Your answer was not right."}
_FAR = 100
"""A loss above this is told by its height: how far off a guess was says nothing then."""


def sheet_of(player: Player, conductor: Conductor, next_lesson: str) -> StepSheet | EndSheet:
    """Return what is to be shown of a lesson at this moment."""
    steps = len(player.lesson.steps)
    if player.is_over:
        return EndSheet(player.lesson.title, steps, _score(player), next_lesson)
    step, figures, phase = player.step, player.figures, player.phase
    is_done = phase is Phase.DONE
    notes = [Note(filled(each.text, figures), each.is_met) for each in player.outcomes]
    if player.problem:
        notes.append(Note(player.problem, is_met=False))
    is_last = player.at + 1 == steps
    return StepSheet(
        player.lesson.title,
        step.title,
        player.at + 1,
        steps,
        filled(step.text, figures),
        _question(player),
        filled(step.after, figures) if is_done else "",
        tuple(notes),
        _waiting(player, conductor),
        _primary(phase, is_last=is_last),
        player.can_go_on if is_done else player.can_reveal,
        _hint(player, conductor),
        player.at > 0,
    )


def _score(player: Player) -> str:
    """Say how the predictions compare with what happened."""
    judged = [each.is_right for each in player.predictions if each.is_right is not None]
    said = []
    if judged:
        count, right = len(judged), sum(judged)
        said.append(f"You answered {right} of {count} right." if count > 1 else _ONE[judged[0]])
    for each in player.predictions:
        if isinstance(each.question, parts.Curve) and each.off_by < _FAR:
            name = "loss" if each.question.metric == "loss" else "test_accuracy"
            far = figure_text(name, each.off_by)
            said.append(f"The {each.question.metric} that you drew was {far} off on average.")
    return " ".join(said)


def problem_sheet(error: LessonError, title: str) -> ProblemSheet:
    """Return what is shown of a lesson that cannot be read."""
    message = error.message.partition(": ")[2] or error.message
    return ProblemSheet(title, message, error.hint, error.file, error.line)


def _primary(phase: Phase, *, is_last: bool) -> Primary:
    if phase in (Phase.ASKING, Phase.REVEALING):
        return Primary.SHOW
    return Primary.FINISH if is_last else Primary.NEXT


def _hint(player: Player, conductor: Conductor) -> str:
    asked = player.step.ask
    if conductor.is_busy:
        return ""
    if player.phase is Phase.ASKING and asked and not player.can_reveal:
        return _HINTS[type(asked)]
    return _TO_MEET if player.phase is Phase.DONE and not player.can_go_on else ""


def _waiting(player: Player, conductor: Conductor) -> Waiting | None:
    if not conductor.is_busy:
        return None
    wait = conductor.wait
    if player.is_catching_up:
        return Waiting("the steps before this one are done again", 0, 0)
    if wait is None:
        return Waiting("a moment", 0, 0)
    is_held = wait.total > 0 and conductor.figures.state is State.PAUSED
    if is_held and wait.done:
        return Waiting("held; press Train to go on,", wait.done, wait.total, wait.unit)
    return Waiting(wait.what, wait.done, wait.total, wait.unit)


def _question(player: Player) -> Question | None:
    asked, answer, prediction = player.step.ask, player.answer, player.prediction
    is_open = player.phase is Phase.ASKING
    if isinstance(asked, parts.Choice):
        right = prediction.truth if prediction else None
        return ChoiceQuestion(
            asked.question,
            asked.answers,
            answer if isinstance(answer, int) else None,
            right if isinstance(right, int) else None,
            player.counts,
            is_open,
        )
    if isinstance(asked, parts.Number):
        truth, is_right = "", None
        if prediction and isinstance(prediction.truth, int | float):
            truth, is_right = _truth(asked, float(prediction.truth)), prediction.is_right
        given = float(answer) if isinstance(answer, int | float) else None
        return NumberQuestion(
            asked.question, asked.unit, asked.percent, given, truth, is_right, is_open
        )
    if isinstance(asked, parts.Curve):
        guess = answer if isinstance(answer, DrawnCurve) else None
        words = _curve_words(player, asked) if prediction else ("", "")
        return CurveQuestion(
            asked.question,
            guess is not None,
            *words,
            prediction is not None,
            is_open,
            is_tested=asked.metric == "accuracy",
        )
    return None


def _truth(asked: parts.Number, value: float) -> str:
    text = figure_text(asked.truth, value, "percent" if asked.percent else "")
    unit = f" {asked.unit}" if asked.unit and not asked.percent else ""
    return f"It was {text}{unit}."


def _curve_words(player: Player, asked: parts.Curve) -> tuple[str, str]:
    """Say where the guess ended, and where the truth did."""
    prediction = player.prediction
    name = "loss" if asked.metric == "loss" else "test_accuracy"
    assert prediction is not None  # else there is nothing to say
    guess, truth = prediction.guess, prediction.truth
    said = ""
    if isinstance(guess, DrawnCurve):
        said = f"It ends at {figure_text(name, guess.values[-1])}."
    values = truth[1] if isinstance(truth, tuple) else np.empty(0)
    if not len(values):
        return said, "There is nothing to compare it with."
    if not math.isfinite(values[-1]):
        return said, "It leapt away, until the loss was no number any more."
    if values.max() > _FAR:
        return said, f"It leapt to {figure_text(name, float(values.max()))}."
    happened = f"It ended at {figure_text(name, float(values[-1]))}."
    if math.isfinite(prediction.off_by):
        happened += f" Your guess was {figure_text(name, prediction.off_by)} off on average."
    return said, happened
