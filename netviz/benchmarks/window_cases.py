"""The window while it trains: what it costs, how it stalls, how soon the pad shows a prediction."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from netviz.benchmarks.measuring import Outcome, Plan, compare, percentile
from netviz.benchmarks.sessions import BareSession
from netviz.benchmarks.window import TrainingWindow
from netviz.engine.protocol import commands, events

HEARTBEAT_MS = 5


def default_views(plan: Plan) -> list[Outcome]:
    """The window as it opens against the same session without one, by turns."""
    outcomes = []
    for batch_size, target in ((64, 0.93), (10, 0.90)):
        with _both(plan, batch_size) as (window, bare):
            where = QApplication.platformName()
            for views, is_folded in (("default views", False), ("tabs folded", True)):
                window.window.views.set_folded(is_folded)
                what = f"window / no window, {views}, batch {batch_size}, {where}"
                outcomes.append(_compare(what, window, bare, plan, target))
    return outcomes


def each_tab(plan: Plan) -> list[Outcome]:
    """The same with each tab in front, a drawing on the pad."""
    outcomes = []
    with _both(plan, 64) as (window, bare):
        tabs = window.window.views.tabs
        for index in range(tabs.count()):
            tabs.setCurrentIndex(index)
            name = tabs.tabText(index).split("  ")[0]
            what = f"window / no window, tab {name} in front, batch 64"
            outcomes.append(_compare(what, window, bare, plan, 0.90))
    return outcomes


def race(plan: Plan) -> list[Outcome]:
    """A race of three runs in the window as it opens against the same without one, by turns."""
    rates = tuple({"learning_rate": rate} for rate in (0.001, 0.002, 0.003))
    with _both(plan, 64) as (window, bare):
        bare.do(commands.Race(rates), events.RaceChanged)
        window.controller.submit(commands.Race(rates))
        window.serve_until(lambda: len(window.window.panel.race_card.rows) == len(rates))
        what = "a race of 3, window / no window, batch 64"
        return [_compare(what, window, bare, plan, 0.90)]


def _compare(
    what: str, window: TrainingWindow, bare: BareSession, plan: Plan, target: float
) -> Outcome:
    return compare(
        what, lambda: window.pace(plan.slice_s), lambda: bare.pace(plan.slice_s), plan, target
    )


@contextmanager
def _both(plan: Plan, batch_size: int) -> Iterator[tuple[TrainingWindow, BareSession]]:
    """Make a window and a bare session of the same settings.

    While the bare session trains, the window's thread sleeps and nothing is drawn.
    """
    config = plan.small(batch_size)
    window, bare = TrainingWindow(config, plan), BareSession(config, plan)
    try:
        yield window, bare
    finally:
        bare.close()
        window.close()


class Heartbeat(QObject):
    """Beats in the event loop and notes by how much each beat comes late."""

    def __init__(self) -> None:
        super().__init__()
        self.late_ms: list[float] = []
        self._last = perf_counter()
        self._timer = QTimer(self, interval=HEARTBEAT_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer_timeout)

    def start(self) -> None:
        """Begin to beat."""
        self._last = perf_counter()
        self._timer.start()

    def stop(self) -> None:
        """Beat no more."""
        self._timer.stop()

    @Slot()
    def _on_timer_timeout(self) -> None:
        now = perf_counter()
        self.late_ms.append(max(0.0, 1000 * (now - self._last) - HEARTBEAT_MS))
        self._last = now


def stall(plan: Plan) -> list[Outcome]:
    """How late a heartbeat of the GUI thread comes while training."""
    window, heartbeat = TrainingWindow(plan.small(), plan), Heartbeat()
    window.start()
    window.serve(0.5)
    heartbeat.start()
    window.serve(2.0 if plan.quick else 60.0)
    heartbeat.stop()
    window.close()
    late = heartbeat.late_ms
    p99, most = percentile(late, 99), max(late)
    spread = percentile(late, 50), most
    what = "stall of the event loop while training"
    note = f"{len(late):,} beats of {HEARTBEAT_MS} ms; from the median to the maximum"
    return [
        Outcome(f"{what}, 99th percentile", p99, *spread, "ms", 16, False, note),
        Outcome(f"{what}, maximum", most, *spread, "ms", 50, False, note),
    ]


def pad(plan: Plan) -> list[Outcome]:
    """How long it takes from pen up to bars that show the prediction, while training."""
    window = TrainingWindow(plan.small(64), plan)
    window.start()
    window.serve(0.5)
    waits_ms = [_stroke(window, number) for number in range(5 if plan.quick else 200)]
    window.close()
    what = "pen up to updated bars while training, 95th percentile"
    spread = percentile(waits_ms, 50), max(waits_ms)
    note = f"{len(waits_ms)} strokes; from the median to the maximum"
    return [Outcome(what, percentile(waits_ms, 95), *spread, "ms", 50, False, note)]


def _stroke(window: TrainingWindow, number: int) -> float:
    """Draw a stroke on the pad and return the milliseconds until the bars show its prediction."""
    pad_card = window.window.pad
    if number % 4 == 0:
        pad_card.clear()
        window.serve(0.05)
    canvas = pad_card.pad
    size = canvas.width()
    left = (0.25 + 0.15 * (number % 4)) * size
    place = QPointF(left, 0.2 * size)
    _mouse(canvas, QEvent.Type.MouseButtonPress, place)
    for part in range(1, 13):
        place = QPointF(left + 0.02 * size * part, (0.2 + 0.05 * part) * size)
        _mouse(canvas, QEvent.Type.MouseMove, place)
        window.serve(0.008)
    began = perf_counter()
    _mouse(canvas, QEvent.Type.MouseButtonRelease, place)
    window.serve_until(lambda: window.is_predicted)
    rows = pad_card.bars.widget()
    assert rows is not None
    rows.repaint()  # also where the prediction is the same, which paints nothing
    return 1000 * (perf_counter() - began)


def _mouse(widget: QWidget, kind: QEvent.Type, place: QPointF) -> None:
    button = Qt.MouseButton.LeftButton
    held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else button
    cause = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else button
    on_screen = QPointF(widget.mapToGlobal(QPoint(0, 0))) + place
    event = QMouseEvent(kind, place, on_screen, cause, held, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(widget, event)
