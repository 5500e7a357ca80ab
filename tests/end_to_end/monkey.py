"""A monkey: it uses a window at random, but from a seed, and notes what should never be."""

import random
from collections.abc import Callable
from time import thread_time

from PySide6.QtCore import QEventLoop, QObject, QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from netviz.engine.protocol import events
from netviz.engine.protocol.run_state import State
from netviz.ui.shell.main_window import MainWindow

LONGEST_GAP_S = 1.0
"""Processor time of the window's thread between two heartbeats.

What it waits for beside that, on a machine that has more to do, says nothing of the window.
"""

HEARTBEAT_MS = 20

LEGAL = {
    State.IDLE: {State.IDLE, State.RUNNING, State.FAILED, State.PAUSED},
    State.RUNNING: set(State),
    State.PAUSED: set(State),
    State.FINISHED: {State.FINISHED, State.RUNNING, State.PAUSED, State.IDLE, State.FAILED},
    State.FAILED: {State.FAILED, State.PAUSED, State.IDLE, State.FINISHED},
}
"""Which states may follow each; to idle by a reset or by going back to step 0.

Going on with a run that was left leads to the state that it was left in.
"""

_KEYS = (
    *(Qt.Key.Key_Space, Qt.Key.Key_Space, Qt.Key.Key_Period, Qt.Key.Key_Return),
    *(Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Escape, Qt.Key.Key_Delete),
    *(Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home),
    *(Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Backspace),
    *(Qt.Key.Key_0, Qt.Key.Key_1, Qt.Key.Key_5, Qt.Key.Key_9, Qt.Key.Key_Minus, Qt.Key.Key_E),
    *(Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_N, Qt.Key.Key_R, Qt.Key.Key_S, Qt.Key.Key_Z),
    *(Qt.Key.Key_F1, Qt.Key.Key_F5, Qt.Key.Key_F10, Qt.Key.Key_F11, Qt.Key.Key_Menu),
)
_CONTROL, _SHIFT, _NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
_BUTTONS = (*(Qt.MouseButton.LeftButton,) * 5, Qt.MouseButton.RightButton)


class Monkey(QObject):
    """Uses one window; each event follows the one before through the event loop.

    Attributes
    ----------
    done
        What it did, in order.
    problems
        What it found that should not be.
    longest_gap_s
        Longest processor time between two heartbeats of the window.
    """

    def __init__(self, window: MainWindow, seed: int, count: int) -> None:
        super().__init__(window)
        self.done: list[str] = []
        self.problems: list[str] = []
        self.longest_gap_s = 0.0
        self._window = window
        self._random = random.Random(seed)
        self._left = count
        self._is_over = False
        self._kept: QWidget = window
        self._state = window.controller.state
        self._loop = QEventLoop()
        self._beat = thread_time()
        self._heart = QTimer(self, interval=HEARTBEAT_MS)
        self._heart.timeout.connect(self._on_heart_timeout)
        run = window.controller
        run.state_changed.connect(self._on_state_changed)
        run.failed.connect(self._on_failed)
        run.refused.connect(self._on_failed)

    def run(self) -> None:
        """Do everything; returns when it is done."""
        self._beat = thread_time()
        self._heart.start()
        QTimer.singleShot(0, self, self._act)
        self._loop.exec()
        self._is_over = True
        self._heart.stop()
        self._close_others()

    def _act(self) -> None:
        if self._is_over:
            return
        if self._left <= 0:
            # A menu waits in a loop of its own; a drag that opened it may open it once more.
            QTimer.singleShot(0, self, self._act)
            if (popup := _popup()) is not None:
                popup.close()
            else:
                self._loop.quit()
            return
        self._left -= 1
        # Now and not afterwards: what follows may wait in a loop of its own, as a menu does.
        QTimer.singleShot(0, self, self._act)
        deeds: tuple[tuple[Callable[[], str], int], ...] = (
            (self._click, 40),
            (self._press_key, 20),
            (self._wheel, 12),
            (self._drag, 10),
            (self._trigger, 6),
            (self._change_tab, 6),
            (self._resize, 3),
            (self._close_others, 3),
        )
        deed = self._random.choices([d for d, _ in deeds], [weight for _, weight in deeds])[0]
        self.done.append(deed.__name__)
        self.done[-1] = deed()

    # -- deeds -------------------------------------------------------------------------------

    def _target(self) -> QWidget | None:
        """Choose a widget that a hand could reach now."""
        popup = _popup()
        shown = [w for w in QApplication.topLevelWidgets() if _is_alive(w) and w.isVisible()]
        widgets = [popup] if popup else shown
        top = self._random.choice(widgets) if widgets else self._window
        self._kept = top  # PySide forgets the children of a widget that Python has let go
        if self._random.random() < 0.5:
            spot = QPoint(self._random.randrange(top.width()), self._random.randrange(top.height()))
            child = top.childAt(spot)
            return child if child is not None and _is_alive(child) else top
        below = [w for w in top.findChildren(QWidget) if _is_alive(w)]
        below = [w for w in below if w.isVisible() and not w.size().isEmpty()]
        below.sort(key=lambda w: (type(w).__name__, w.mapTo(top, QPoint()).toTuple()))
        return self._random.choice(below) if below else top

    def _spot(self, widget: QWidget) -> QPoint:
        area: QRect = widget.rect()
        x = self._random.randrange(max(1, area.width()))
        return QPoint(x, self._random.randrange(max(1, area.height())))

    def _click(self) -> str:
        widget = self._target()
        if widget is None or not widget.isEnabled():
            return "nothing"
        button, spot = self._random.choice(_BUTTONS), self._spot(widget)
        name = _name(widget)
        if self._random.random() < 0.1:
            QTest.mouseDClick(widget, button, _NONE, spot)
        else:
            QTest.mouseClick(widget, button, _NONE, spot)
        return f"click {button.name} {name} at {spot.toTuple()}"

    def _press_key(self) -> str:
        widget = _popup() or QApplication.focusWidget() or self._window
        key = self._random.choice(_KEYS)
        modifier = self._random.choices((_NONE, _CONTROL, _SHIFT), (8, 2, 1))[0]
        name = _name(widget)
        QTest.keyClick(widget, key, modifier)
        return f"key {modifier.name} {key.name} to {name}"

    def _wheel(self) -> str:
        widget = self._target()
        if widget is None:
            return "nothing"
        name, spot = _name(widget), QPointF(self._spot(widget))
        notches = self._random.choice((-3, -1, 1, 3))
        phase = Qt.ScrollPhase.NoScrollPhase
        where = widget.mapToGlobal(spot)
        modifier = self._random.choices((_NONE, _CONTROL, _SHIFT), (6, 1, 1))[0]
        turn = QPoint(0, 120 * notches)
        event = QWheelEvent(
            spot, where, QPoint(), turn, Qt.MouseButton.NoButton, modifier, phase, False
        )
        QApplication.sendEvent(widget, event)
        return f"wheel {notches} on {name}"

    def _drag(self) -> str:
        widget = self._target()
        if widget is None or not widget.isEnabled():
            return "nothing"
        name, left = _name(widget), Qt.MouseButton.LeftButton
        spots = [self._spot(widget) for _ in range(self._random.randint(2, 6))]
        QTest.mousePress(widget, left, _NONE, spots[0])
        for spot in spots[1:]:
            if not _is_alive(widget):
                return f"drag on {name}, which went"
            QTest.mouseMove(widget, spot)
        if _is_alive(widget):
            QTest.mouseRelease(widget, left, _NONE, spots[-1])
        return f"drag on {name}"

    def _trigger(self) -> str:
        actions = self._window.actions_by_key
        keys = sorted(key for key in actions if key != "quit")
        key = self._random.choice(keys)
        actions[key].trigger()
        return f"action {key}"

    def _change_tab(self) -> str:
        tabs = self._window.views.tabs
        index = self._random.randrange(tabs.count())
        tabs.setCurrentIndex(index)
        return f"tab {index}"

    def _resize(self) -> str:
        width, height = self._random.randint(640, 1920), self._random.randint(480, 1200)
        self._window.resize(width, height)
        return f"resize {width}x{height}"

    def _close_others(self) -> str:
        """Close what stands before the window, such as the list of shortcuts."""
        for widget in QApplication.topLevelWidgets():
            if widget is not self._window and widget.isVisible():
                widget.close()
        return "close others"

    # -- what it watches ---------------------------------------------------------------------

    def _on_heart_timeout(self) -> None:
        before, self._beat = self._beat, thread_time()
        gap_s = self._beat - before
        self.longest_gap_s = max(self.longest_gap_s, gap_s)
        if gap_s > LONGEST_GAP_S:
            self.problems.append(f"no heartbeat for {gap_s:.1f} s of work: {self.done[-2:]}")

    def _on_state_changed(self, event: events.StateChanged) -> None:
        if event.state not in LEGAL[self._state]:
            self.problems.append(f"{self._state} was followed by {event.state}")
        self._state = event.state
        if event.step < 0 or event.epoch < 1:
            self.problems.append(f"impossible: {event}")

    def _on_failed(self, event: events.Failed | events.Refused) -> None:
        if "unexpected" in event.message or "could not be computed" in event.message:
            self.problems.append(f"{event.message}\n{event.details}")


def _is_alive(widget: QWidget) -> bool:
    """Whether Qt has not deleted it while Python still has its shell."""
    return bool(isValid(widget))


def _popup() -> QWidget | None:
    """Return the open menu or list, if there is one that still lives."""
    popup = QApplication.activePopupWidget()
    return popup if popup is not None and _is_alive(popup) and popup.isVisible() else None


def _name(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.accessibleName() or widget.objectName()}".strip()
