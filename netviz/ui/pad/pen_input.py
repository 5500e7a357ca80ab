"""Mouse, pen and finger as one kind of input."""

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPointingDevice, QTabletEvent, QTouchEvent


class PenAction(Enum):
    """What the pen does."""

    DOWN = auto()
    MOVE = auto()
    UP = auto()


@dataclass(frozen=True)
class PenInput:
    """One event of a mouse, pen or finger.

    Attributes
    ----------
    action
        What it does.
    position
        Where, in the widget's pixels.
    width_factor
        Factor on the width of the brush, which the pen's pressure decides.
    is_eraser
        Whether it is the back end of a pen.
    """

    action: PenAction
    position: QPointF
    width_factor: float = 1.0
    is_eraser: bool = False


def mouse_input(event: QMouseEvent) -> PenInput | None:
    """Return what a mouse event means; None for buttons other than the left one."""
    if event.type() == QEvent.Type.MouseMove:
        return PenInput(PenAction.MOVE, event.position())
    if event.button() != Qt.MouseButton.LeftButton:
        return None
    is_release = event.type() == QEvent.Type.MouseButtonRelease
    return PenInput(PenAction.UP if is_release else PenAction.DOWN, event.position())


def tablet_input(event: QTabletEvent) -> PenInput:
    """Return what an event of a pen on a tablet means."""
    actions = {
        QEvent.Type.TabletPress: PenAction.DOWN,
        QEvent.Type.TabletRelease: PenAction.UP,
    }
    # A pen that does not know pressure reports 0 or 1: both draw the brush's full width.
    factor = 0.4 + 0.8 * event.pressure() if 0 < event.pressure() < 1 else 1.0
    is_eraser = event.pointerType() == QPointingDevice.PointerType.Eraser
    action = actions.get(event.type(), PenAction.MOVE)
    return PenInput(action, event.position(), factor, is_eraser)


def touch_input(event: QTouchEvent) -> PenInput | None:
    """Return what a touch means: of several fingers the first draws, the others rest."""
    kind = event.type()
    if kind in (QEvent.Type.TouchEnd, QEvent.Type.TouchCancel):
        return PenInput(PenAction.UP, QPointF())
    if not event.points():
        return None
    action = PenAction.DOWN if kind == QEvent.Type.TouchBegin else PenAction.MOVE
    return PenInput(action, event.points()[0].position())
