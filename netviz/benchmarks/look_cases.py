"""How fluidly the playhead moves: positions a second, each with figures and the pad's answer."""

import random
from statistics import median
from time import perf_counter

from PySide6.QtWidgets import QApplication

from netviz.benchmarks.measuring import Outcome, Plan, percentile
from netviz.benchmarks.window import TrainingWindow
from netviz.engine.protocol.events import LookedBack
from netviz.engine.protocol.observations import Observation, Prediction

_TARGET = 30
"""Positions a second."""


def looking(plan: Plan) -> list[Outcome]:
    """Go to random kept steps of a run, at rest and while it trains, a digit on the pad."""
    window = TrainingWindow(plan.small(), plan)
    try:
        window.pace(0.5 if plan.quick else 10.0)
        look, count = _Look(window), 10 if plan.quick else 200
        window.window.views.set_folded(True)
        outcomes = [look.positions("the run held", count, _TARGET)]
        window.window.views.set_folded(False)
        outcomes.append(look.positions("the run held, Weights in front", count))
        window.window.views.set_folded(True)
        window.start()
        outcomes.append(look.positions("while it trains", count))
    finally:
        window.close()
    return outcomes


class _Look:
    """Moves the playhead of a window, and knows when its pad shows the answer."""

    def __init__(self, window: TrainingWindow) -> None:
        self._window = window
        self._answered: int | None = None
        self._steps: tuple[int, ...] = ()
        window.controller.observed.connect(self._on_observed)
        window.controller.looked_back.connect(self._on_looked_back)

    def positions(self, when: str, count: int, target: float | None = None) -> Outcome:
        """Go to random steps; return how many there are a second."""
        self._go_to(0)
        steps, chosen = self._steps, random.Random(0)
        rates = []
        for _ in range(count):
            step = chosen.choice([each for each in steps if each != self._answered])
            began = perf_counter()
            self._go_to(step)
            QApplication.processEvents()  # which paints what has come
            rates.append(1 / (perf_counter() - began))
        self._window.window.loss_plot.playhead.step_asked.emit(None)
        low, high = percentile(rates, 25), percentile(rates, 75)
        note = f"{count} positions of {len(steps)} kept steps; from the lower to the upper quarter"
        what = f"positions of the playhead with figures and pad, {when}, median"
        return Outcome(what, median(rates), low, high, "/s", target, note=note)

    def _go_to(self, step: int) -> None:
        self._window.window.loss_plot.playhead.step_asked.emit(step)
        self._window.serve_until(lambda: self._answered == step)

    def _on_observed(self, event: Observation) -> None:
        if isinstance(event, Prediction):
            self._answered = event.step

    def _on_looked_back(self, event: LookedBack) -> None:
        self._steps = event.steps
