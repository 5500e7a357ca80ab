"""The modes of the window, stage and full screen, which leave no trace behind them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QEvent, QMargins, QObject, QRect, QSize, Qt, Slot
from PySide6.QtWidgets import QLayout, QMainWindow, QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.shell.screen_fit import choose_scale, frame_of
from netviz.ui.shell.screen_keeper import ScreenKeeper
from netviz.ui.shell.stage.stage import Stage, stage_scale
from netviz.ui.shell.workspace import Arranged, Workspace

_RETURNS = 20
"""How often a window that filled the screen is looked at until its frame is back."""


class Modes(QObject):
    """Enters and leaves modes in any order; after the last one the window is as it was.

    The letters are as large as the mode wants and as the room allows: of the screen when the
    window opens, of the window itself on the stage, which never makes it larger.

    Parameters
    ----------
    workspace
        Holds the parts; they are arranged after the last mode as they were before the first.
    stage
        Arranges them for a class.
    room
        Returns what the screen leaves to the window; None where there is no screen.

    Attributes
    ----------
    keeper
        Keeps the window within its screen, in a mode and out of it.
    """

    def __init__(
        self,
        window: QMainWindow,
        theme: Theme,
        workspace: Workspace,
        stage: Stage,
        room: Callable[[], QRect | None] | None = None,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._workspace = workspace
        self._stage = stage
        self._plain: Arranged | None = None
        self._plain_filled: QWidget | None = None
        self._plain_scale = 1.0
        self._plain_space: QSize | None = None
        self._normal, self._normal_frame = window.geometry(), QMargins()
        self._returns = 0
        # The layout would make the window larger as soon as its letters are.
        if (layout := window.layout()) is not None:
            layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.keeper = ScreenKeeper(window, room)
        self.keeper.settled.connect(self._on_keeper_settled)
        window.installEventFilter(self)

    @property
    def plain_arrangement(self) -> Arranged:
        """How the parts are arranged outside all modes."""
        return self._plain or self._workspace.arranged

    @property
    def plain_filled(self) -> QWidget | None:
        """The plot that fills the centre outside all modes; None for none."""
        return self._workspace.centre.filled if self._plain is None else self._plain_filled

    def arrange(self, arranged: Arranged, filled: QWidget | None = None) -> None:
        """Arrange the parts, and so after the last mode too; see `Workspace.arrange`."""
        if self._plain is not None:
            self._plain, self._plain_filled = arranged, filled
        self._workspace.arrange(arranged, filled)

    def set_staged(self, on: bool) -> None:
        """Show the stage, or the window as it was."""
        if on != self._stage.is_on:
            with self._without_trace():
                if on:
                    self._stage.enter()
                else:
                    self._stage.leave()
                self._choose_scale()

    def set_full_screen(self, on: bool) -> None:
        """Let the window fill the screen, or be as it was."""
        window, full = self._window, Qt.WindowState.WindowFullScreen
        if on == window.isFullScreen():
            return
        with self._without_trace():
            if on:
                self._normal, self._normal_frame = window.geometry(), frame_of(window)
                window.setWindowState(window.windowState() | full)
            else:
                window.setWindowState(window.windowState() & ~full)
                self._returns = _RETURNS
                self._return_to_normal()

    def open(self) -> None:
        """Fit the window to its screen before it is painted for the first time."""
        self.keeper.fit()
        self._choose_plain_scale()
        self.keeper.fit_soon()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self._bound_minimum()
        return False

    # -- sizes -------------------------------------------------------------------------------

    @property
    def _is_plain(self) -> bool:
        """Whether the window is in no mode."""
        return not self._stage.is_on and not self._window.isFullScreen()

    @contextmanager
    def _without_trace(self) -> Iterator[None]:
        """Keep the arrangement before the first mode is entered; give it back after the last."""
        if self._plain is None:
            self._plain, self._plain_filled = (
                self._workspace.arranged,
                self._workspace.centre.filled,
            )
        yield
        if self._is_plain:
            self._workspace.arrange(self._plain, self._plain_filled)
            self._plain = None
            self._bound_minimum()
            self.keeper.fit_soon()

    def _return_to_normal(self) -> None:
        """Put the window where it was before it filled the screen; not every system does."""
        window = self._window
        if window.isMaximized() or window.isFullScreen():
            self._returns = 0
        elif window.geometry() != self._normal:
            window.setGeometry(self._normal)

    @Slot()
    def _on_keeper_settled(self) -> None:
        if self._returns:
            # A window manager takes its time to put its frame around it, and moves it then.
            is_framed = frame_of(self._window) == self._normal_frame
            self._returns = self._returns - 1 if not is_framed else min(self._returns, 2) - 1
            self._return_to_normal()
            self.keeper.fit_soon()
            return
        if self._stage.is_on:
            self._choose_scale()
        elif self.keeper.space() != self._plain_space or not self._fits():
            self._choose_plain_scale()

    # -- scale -------------------------------------------------------------------------------

    def _choose_plain_scale(self) -> None:
        self._plain_space = space = self.keeper.space()
        if space is not None:
            choose_scale(self._theme, 1.0, self._smallest, space)
            self._plain_scale = self._theme.scale
        self._bound_minimum()

    def _choose_scale(self) -> None:
        if self._stage.is_on:
            space = self._window.size()
            wanted = stage_scale(space)
            least = min(wanted, self._plain_scale)
            choose_scale(self._theme, wanted, self._smallest, space, least)
        else:
            self._theme.set_scale(self._plain_scale)

    def _fits(self) -> bool:
        space = self.keeper.space()
        return space is None or self._smallest().boundedTo(space) == self._smallest()

    def _smallest(self) -> QSize:
        # What was restyled tells its parents of another least size only with this event.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        return self._window.minimumSizeHint()

    def _bound_minimum(self) -> None:
        """Let the window be as small as its parts allow.

        In a mode it keeps the bound that it had: the letters follow its size.
        """
        if self._is_plain:
            self.keeper.set_smallest(self._smallest())
