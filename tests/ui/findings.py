"""Findings as a run tells them, for the tests of what shows them."""

from netviz.engine.protocol import events
from netviz.engine.protocol.findings import (
    ActionKind,
    Finding,
    FindingAction,
    FindingKind,
    Where,
)
from netviz.ui.shell.finding_callout import FindingCallout
from netviz.ui.shell.main_window import MainWindow

RAISE = FindingAction(ActionKind.CHANGE, "Set the rate to 0.003", {"learning_rate": 0.003})
PAUSE = FindingAction(ActionKind.PAUSE, "Pause here")
AGAIN = FindingAction(ActionKind.RESET, "Reset with rate 0.0005", {"learning_rate": 0.0005})
CLASS_8 = FindingAction(ActionKind.SHOW, "Show class 8", view="Mistakes", class_index=8)


def slow(step: int = 20) -> Finding:
    """A rate that could be raised."""
    return Finding(
        FindingKind.RATE_COULD_RISE,
        step,
        1,
        "The rate could be higher",
        "The loss falls slowly.",
        "Each step is small.",
        Where.LOSS,
        (RAISE,),
    )


def overfitting(step: int = 30) -> Finding:
    """Overfitting, with an end offered."""
    return Finding(
        FindingKind.OVERFITTING,
        step,
        1,
        "Overfitting",
        "Test loss was best 6 epochs ago (0.247, now 0.304) while train loss still falls.",
        "The network learns by heart.",
        Where.LOSS,
        (RAISE, PAUSE),
    )


def dead(step: int = 40) -> Finding:
    """A dead layer."""
    return Finding(
        FindingKind.DEAD_LAYER,
        step,
        1,
        "Dead layer",
        "All 64 units of Linear 3 give 0 for every image tried.",
        "Nothing passes it.",
        Where.WEIGHTS,
        (AGAIN,),
        "5",
    )


def weak(step: int = 50) -> Finding:
    """A class that is behind."""
    return Finding(
        FindingKind.WEAK_CLASS,
        step,
        1,
        "A weak class",
        "21 % of the test images of 8 are predicted correctly, 93 % of all others.",
        "More of them would help.",
        Where.MISTAKES,
        (CLASS_8,),
        "8",
    )


def tell(window: MainWindow, *found: Finding, holding: tuple[Finding, ...] | None = None) -> None:
    """Let the run tell these findings; all of them hold where nothing else is said."""
    run = window.controller
    holds = found if holding is None else holding
    run.findings_changed.emit(events.FindingsChanged(run.run, found, holds))


def callout(window: MainWindow) -> FindingCallout:
    """Return what lies on the loss plot."""
    found = window.loss_plot.canvas.findChild(FindingCallout)
    assert found is not None
    return found
