"""What a notice takes from the parts of the window, it gives back when it goes."""

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMainWindow

from netviz.ui.shell.arrangement import Arranged, Arrangement
from netviz.ui.shell.message_bar import MessageBar


class PanelArea(QMainWindow):
    """The area of panels and plots.

    Signals
    -------
    resized
        It has another size, and its parts are laid out in it; no arguments.
    """

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


class NoticeSpace(QObject):
    """Restores the sizes from before a notice, unless the user moved a part meanwhile.

    Qt takes the room for a notice from the views and gives it to the plots afterwards: a window
    that told something now and then would end with hardly any views.

    Parameters
    ----------
    notice
        The bar that comes and goes above the area.
    """

    def __init__(self, area: PanelArea, arrangement: Arrangement, notice: MessageBar) -> None:
        super().__init__(area)
        self._arrangement = arrangement
        self._notice = notice
        self._before: Arranged | None = None
        self._squeezed: Arranged | None = None
        notice.opening.connect(self._on_notice_opening)
        notice.closed.connect(self._on_notice_closed)
        area.resized.connect(self._on_area_resized)

    @property
    def arrangement_before(self) -> Arranged | None:
        """How the parts were before the notice that is shown; None if that is of no account."""
        if self._before is None or self._squeezed is None:
            return self._before
        present = self._arrangement.present()
        is_same = (present.docks, present.plots) == (self._squeezed.docks, self._squeezed.plots)
        return self._before if is_same else None

    @Slot()
    def _on_notice_opening(self) -> None:
        if self._before is None:
            self._before = self._arrangement.present()

    @Slot()
    def _on_notice_closed(self) -> None:
        self._before = self.arrangement_before

    @Slot()
    def _on_area_resized(self) -> None:
        if self._before is None:
            return
        if not self._notice.isHidden():
            self._squeezed = self._arrangement.present()
            return
        before, self._before, self._squeezed = self._before, None, None
        if before.size == self._arrangement.present().size:
            self._arrangement.restore(before)
