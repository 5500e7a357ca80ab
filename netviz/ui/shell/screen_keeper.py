"""Keeps a window within what its screen leaves to it, whatever becomes of either."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QMargins, QObject, QRect, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

from netviz.ui.shell.screen_fit import frame_of, keep_within, largest_size, room_of

_SETTLE_MS = 120
"""A window that is dragged by its edge is looked at when the hand rests."""


class ScreenKeeper(QObject):
    """Fits a window into its screen whenever it, its frame or the screen has changed.

    Nothing here depends on what the window shows. A window manager puts its frame around a
    window some time after that was shown; only then is known how much room is left inside.

    Signals
    -------
    settled
        The window has its size, frame and place for now; no arguments.

    Parameters
    ----------
    room
        Returns what the screen leaves to the window; None where there is no screen.
    """

    settled = Signal()

    def __init__(self, window: QWidget, room: Callable[[], QRect | None] | None = None) -> None:
        super().__init__(window)
        self._window = window
        self._room = room or partial(room_of, window)
        self._frame = QMargins()
        self._smallest = QSize(0, 0)
        self._timer = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        window.installEventFilter(self)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenAdded.connect(self._on_application_screen_added)
        for screen in QGuiApplication.screens():
            self._on_application_screen_added(screen)

    def space(self) -> QSize | None:
        """Return how large the window can be without its frame; None where there is no screen."""
        room = self._room()
        return None if room is None else largest_size(self._window, room)

    def set_smallest(self, size: QSize) -> None:
        """Let the window be as small as this, and smaller where the screen leaves less."""
        self._smallest = size
        self._bound_minimum()

    def fit(self) -> None:
        """Shrink and move the window now, if it reaches beyond its screen."""
        self._frame = frame_of(self._window)
        self._bound_minimum()
        if (room := self._room()) is not None:
            keep_within(self._window, room)

    def fit_soon(self) -> None:
        """Fit the window as soon as nothing moves any more."""
        self._timer.start()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.Resize if self._window.isVisible():
                self.fit_soon()
            case QEvent.Type.ScreenChangeInternal | QEvent.Type.DevicePixelRatioChange:
                self.fit_soon()
            # A frame tells of itself by nothing but moving what it holds, or by the focus.
            case QEvent.Type.Move | QEvent.Type.WindowActivate:
                if frame_of(self._window) != self._frame:
                    self.fit_soon()
        return False

    def _bound_minimum(self) -> None:
        space = self.space()
        self._window.setMinimumSize(self._smallest.boundedTo(space) if space else self._smallest)

    @Slot()
    def _on_timer_timeout(self) -> None:
        self.fit()
        self.settled.emit()

    @Slot(QScreen)
    def _on_application_screen_added(self, screen: QScreen) -> None:
        # Also a panel that comes or goes changes what is left.
        screen.availableGeometryChanged.connect(self._on_screen_changed)

    @Slot()
    def _on_screen_changed(self) -> None:
        if self._window.isVisible():
            self.fit_soon()
