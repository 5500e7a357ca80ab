"""The modes of the window, large type and full screen, which leave no trace behind them."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import QLayout, QMainWindow

from netviz.ui.look.theme import Theme
from netviz.ui.shell.screen_fit import choose_scale, keep_within, largest_size, room_of, share_of

PRESENTATION_SCALE = 1.4
_SETTLE_MS = 120
"""A window that is dragged by its edge chooses its letters when the hand rests."""


class Modes(QObject):
    """Keeps the window within its screen in every mode, and gives its sizes back after them.

    The letters are as large as the mode wants and as the room allows: of the screen when the
    window opens, of the window itself in presentation mode, which never makes it larger.

    Parameters
    ----------
    room
        Returns what the screen leaves to the window; None where there is no screen.
    """

    def __init__(
        self,
        window: QMainWindow,
        theme: Theme,
        room: Callable[[], QRect | None] | None = None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._room = room or (lambda: room_of(window))
        self._plain_scale = 1.0
        self._normal_size = window.size()
        self._plain_smallest = QSize(1, 1)
        self._is_presenting = False
        self._timer = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._timer.timeout.connect(self._settle)
        # The layout would make the window larger as soon as its letters are.
        if (layout := window.layout()) is not None:
            layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        window.installEventFilter(self)

    @property
    def is_presenting(self) -> bool:
        """Whether type and lines are large."""
        return self._is_presenting

    def set_presenting(self, on: bool) -> None:
        """Make type and lines large for a projector, or as they were."""
        if on == self._is_presenting:
            return
        self._is_presenting = on
        self._choose_scale()
        self._bound_minimum()
        self._timer.start()

    def set_full_screen(self, on: bool) -> None:
        """Let the window fill the screen, or be as it was."""
        window, full = self._window, Qt.WindowState.WindowFullScreen
        if on == window.isFullScreen():
            return
        if on:
            self._normal_size = window.size()
            window.setWindowState(window.windowState() | full)
        else:
            window.setWindowState(window.windowState() & ~full)
            if not window.isMaximized():
                # Not every window system remembers it.
                window.resize(self._normal_size)
        self._bound_minimum()
        self._timer.start()

    def open(self) -> None:
        """Fit the window to its screen before it is painted for the first time."""
        room = self._room()
        if room is not None:
            keep_within(self._window, room)
        self._choose_plain_scale()
        self._timer.start()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.Resize:
                self._on_window_resized()
            case QEvent.Type.LayoutRequest:
                self._bound_minimum()
            case QEvent.Type.ScreenChangeInternal | QEvent.Type.DevicePixelRatioChange:
                self._timer.start()
        return False

    # -- sizes -------------------------------------------------------------------------------

    def _on_window_resized(self) -> None:
        if self._window.isVisible():
            self._timer.start()

    @Slot()
    def _settle(self) -> None:
        room = self._room()
        if room is not None:
            keep_within(self._window, room)
            if not self._is_presenting and not self._fits(largest_size(self._window, room)):
                self._choose_plain_scale()
        if self._is_presenting:
            self._choose_scale()

    # -- scale -------------------------------------------------------------------------------

    def _choose_plain_scale(self) -> None:
        room = self._room()
        if room is not None:
            space = largest_size(self._window, room)
            choose_scale(self._theme, 1.0, self._smallest, space)
            self._plain_scale = self._theme.scale
        self._bound_minimum()

    def _choose_scale(self) -> None:
        if self._is_presenting:
            space = self._window.size()
            fitting = self._plain_scale * share_of(space, self._plain_smallest)
            wanted = max(self._plain_scale, min(PRESENTATION_SCALE, fitting))
            choose_scale(self._theme, wanted, self._smallest, space, self._plain_scale)
        else:
            self._theme.set_scale(self._plain_scale)

    def _fits(self, space: QSize) -> bool:
        need = self._smallest()
        return need.width() <= space.width() and need.height() <= space.height()

    def _smallest(self) -> QSize:
        # What was restyled tells its parents of another least size only with this event.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        return self._window.minimumSizeHint()

    def _bound_minimum(self) -> None:
        """Let the window be as small as its parts allow, and never larger than the screen.

        In a mode it keeps the bound that it had: the letters follow its size.
        """
        if self._is_presenting or self._window.isFullScreen():
            return
        room = self._room()
        smallest = self._plain_smallest = self._smallest()
        if room is not None:
            smallest = smallest.boundedTo(largest_size(self._window, room))
        self._window.setMinimumSize(smallest)
