"""Predictions in words and curves, as a report tells them."""

import math

import numpy as np

from netviz.engine.protocol import lesson_predictions as told
from netviz.lessons.conditions import figure_text
from netviz.lessons.curves import DrawnCurve
from netviz.lessons.lesson import Choice, Number
from netviz.lessons.player import Prediction


def tell(prediction: Prediction) -> told.Prediction:
    """Return a prediction as a report has it."""
    asked, guess, truth = prediction.question, prediction.guess, prediction.truth
    if isinstance(asked, Choice):
        guessed = asked.answers[guess] if isinstance(guess, int) else ""
        if any(prediction.counts):
            hands = zip(prediction.counts, asked.answers, strict=True)
            guessed = ", ".join(f"{count} × {answer}" for count, answer in hands if count)
        came = asked.answers[truth] if isinstance(truth, int) else ""
        return told.Prediction(asked.question, guessed, came)
    if isinstance(asked, Number):
        style = "percent" if asked.percent else ""
        guessed, came = (
            figure_text(asked.truth, float(value), style) if isinstance(value, int | float) else ""
            for value in (guess, truth)
        )
        is_known = math.isfinite(prediction.off_by)
        off = f"{100 * prediction.off_by:.0f} % of the truth" if is_known else ""
        return told.Prediction(asked.question, guessed, came, off)
    name = "loss" if asked.metric == "loss" else "test_accuracy"
    if not isinstance(guess, DrawnCurve) or not isinstance(truth, tuple) or not len(truth[1]):
        return told.Prediction(asked.question, "", "")
    off = figure_text(name, prediction.off_by) if math.isfinite(prediction.off_by) else ""
    steps = np.array(guess.steps)
    came_then = np.interp(steps, *truth, left=np.nan, right=np.nan)
    return told.Prediction(
        asked.question,
        f"ends at {figure_text(name, guess.values[-1])}",
        f"ended at {figure_text(name, float(truth[1][-1]))}",
        f"{off} on average" if off else "",
        (steps, np.array(guess.values), np.where(np.isfinite(came_then), came_then, np.nan)),
    )
