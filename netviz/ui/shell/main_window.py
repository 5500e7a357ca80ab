"""The window: puts the widgets together, remembers its layout and closes in good order."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QCloseEvent, QIcon, QKeyEvent, QResizeEvent, QShowEvent, QStatusTipEvent
from PySide6.QtWidgets import QMainWindow, QToolButton, QVBoxLayout, QWidget

from netviz.bridge.controller import Controller
from netviz.bridge.downloads import Downloader
from netviz.engine.protocol.run_state import State
from netviz.ui.controls.control_panel import ControlPanel
from netviz.ui.lesson.lesson_panel import LessonPanel
from netviz.ui.look.icons import pixmap
from netviz.ui.look.style_sheet import dress_window, remeasure
from netviz.ui.look.theme import Theme
from netviz.ui.pad.pad_card import PadCard
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from netviz.ui.plots.shared_steps import share_steps
from netviz.ui.shell.centre import Centre
from netviz.ui.shell.fitted_splitter import GAP_PX
from netviz.ui.shell.garbage_collector import GarbageCollector
from netviz.ui.shell.lesson_room import LessonRoom
from netviz.ui.shell.menus import Actions
from netviz.ui.shell.message_bar import MessageBar
from netviz.ui.shell.modes import Modes
from netviz.ui.shell.settings import Settings
from netviz.ui.shell.stage.stage import Parts, Stage
from netviz.ui.shell.stage.stage_bar import StageBar
from netviz.ui.shell.status_line import StatusLine
from netviz.ui.shell.top_bar import TopBar
from netviz.ui.shell.view_tabs import ViewTabs
from netviz.ui.shell.workspace import Arranged, Workspace
from netviz.ui.views.view_spec import all_views

CLOSE_TIMEOUT_MS = 1500
"""The whole process shall have ended in 3 s, also on a slow machine."""
DOWNLOAD_TIMEOUT_S = 0.3
ICON_PX = 256
MENUS_BESIDE_FROM_PX = 1200
"""Width from which the menus stand in the line of the buttons, and not in one of their own."""
ACCURACY_EVERY = 3
"""Frames between two of the accuracy, which moves once an epoch, while the loss moves always."""


class MainWindow(QMainWindow):
    """All widgets of NetViz in one window; the presenters connect them with the training.

    Attributes
    ----------
    top_bar, panel, loss_plot, accuracy_plot, views, pad, message_bar
        The parts, from the top to the right.
    workspace
        Holds all of them below the top bar.
    actions_by_key
        Everything that has a menu entry.
    stage
        The same parts, arranged for a class.
    modes
        Stage and full screen.
    lesson_panel, lesson_room
        The lesson, and what makes room for it.
    """

    def __init__(
        self, theme: Theme, controller: Controller, downloader: Downloader, settings: Settings
    ) -> None:
        super().__init__()
        self.theme = theme
        self.controller = controller
        self.downloader = downloader
        self.settings = settings
        self.setWindowTitle("NetViz")
        dress_window(self, theme)
        # Before that of any part: what they measure are letters of the new size.
        theme.changed.connect(self._dress)
        self.setWindowIcon(QIcon(pixmap(theme, "netviz", size_px=ICON_PX)))
        self.actions_by_key = Actions(self)
        self._for_now: dict[str, object] = {}
        self._build_parts()
        self._build_status_bar()
        self._lay_out()
        self.modes = Modes(self, theme, self.workspace, self.stage)
        self.lesson_panel = LessonPanel(theme)
        self.lesson_panel.setParent(self)
        self.lesson_panel.hide()
        self.lesson_room = LessonRoom(
            self.panel, self.centre, self.views, self.modes, self.stage, self.lesson_panel
        )
        self.lesson_room.changed.connect(self._on_lesson_room_changed)
        self._on_lesson_room_changed()
        self._frames = 0
        controller.frames.ticked.connect(self._draw_plots)
        self._garbage = GarbageCollector(self)
        self._garbage.start()
        self.controller.prepared.connect(self._garbage.settle)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._restore()

    def restore_layout(self) -> None:
        """Put all panels back to where they were at first."""
        self.workspace.arrange(Arranged())

    def hold_for_now(self, *keys: str) -> None:
        """Do not remember what is set now: it was asked for once, for this process.

        Parameters
        ----------
        keys
            ``dark``, ``page`` or ``size``. What the user changes by hand is remembered again.
        """
        self._for_now = {key: self._present(key) for key in keys}

    def set_sentence(self, sentence: str) -> None:
        """Show in the status bar what holds of the run, in place of what was shown before."""
        self._status.set_sentence(sentence)

    def hold_sentence(self, sentence: str) -> None:
        """Show this in the status bar in place of what holds of the run, until it is empty."""
        self._status.hold_sentence(sentence)

    def show_status(self, text: str) -> None:
        """Show in the status bar what just happened, until there is news of the run.

        An empty text goes back to what holds of the run.
        """
        self._status.set_news(text)

    @property
    def status(self) -> str:
        """What the status bar says of the run."""
        return self._status.standing

    def event(self, event: QEvent) -> bool:
        is_override = event.type() is QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and self._is_for_lesson(event):
            # A digit chooses an answer also where it would bring a run of a race to the front.
            event.accept()
            return True
        if isinstance(event, QStatusTipEvent):
            self._status.set_help(event.tip())
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give a lesson the keys that nothing else takes."""
        if not any(face.take_key(event) for face in self.lesson_room.faces):
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save the layout, end the training and its thread, then close."""
        self._remember()
        self.downloader.close(DOWNLOAD_TIMEOUT_S)
        if self.controller.close(CLOSE_TIMEOUT_MS):
            self._garbage.stop()
        super().closeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.modes.open()
        # No control has the focus at first: Space belongs to Train.
        self.workspace.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_menus()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.WindowStateChange:
            # The desktop can fill the screen with the window, too.
            self.actions_by_key["fullscreen"].setChecked(self.isFullScreen())

    # -- building ----------------------------------------------------------------------------

    def _build_parts(self) -> None:
        theme = self.theme
        self.top_bar = TopBar(theme)
        self.message_bar = MessageBar(theme)
        self.panel = ControlPanel(theme, self.controller.config)
        self.loss_plot = LossPlot(theme)
        self.accuracy_plot = AccuracyPlot(theme)
        share_steps(self.loss_plot, self.accuracy_plot)
        self.pad = PadCard(theme)
        self.views = ViewTabs(theme, all_views())
        self.centre = Centre(theme, self.loss_plot, self.accuracy_plot, self.views)
        self.workspace = Workspace(theme, self.panel, self.centre, self.views, self.pad)
        self.message_bar.float_over(self.centre, self)

    def _build_status_bar(self) -> None:
        self._status = StatusLine()
        self.undo_button = QToolButton()
        self.undo_button.setProperty("kind", "quiet")
        self.undo_button.setDefaultAction(self.actions_by_key["undo"])
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(GAP_PX, 0, GAP_PX, 0)
        bar.addWidget(self._status, 1)
        self.actions_by_key["leave_lesson"].setIconText("Leave the lesson Esc")
        self.leave_button = QToolButton()
        self.leave_button.setProperty("kind", "quiet")
        self.leave_button.setDefaultAction(self.actions_by_key["leave_lesson"])
        self.leave_button.hide()
        bar.addPermanentWidget(self.undo_button)
        bar.addPermanentWidget(self.leave_button)

    def _lay_out(self) -> None:
        self._head = QVBoxLayout()
        self._head.setContentsMargins(0, 0, 0, 0)
        self._head.setSpacing(0)
        self._head.addWidget(self.actions_by_key.menu_bar)
        self._head.addWidget(self.top_bar)
        head = QWidget()
        head.setLayout(self._head)
        self._build_stage(head)
        self.setMenuWidget(_column(head, self.stage.bar))
        self.setCentralWidget(_column(self.workspace, self.stage.lesson_page, self.stage.foot))
        for key, show in (
            ("settings", self.workspace.show_settings),
            ("pad", self.workspace.show_pad),
            ("fold", self.views.set_folded),
        ):
            self.actions_by_key[key].toggled.connect(show)
        self.workspace.rearranged.connect(self._on_workspace_rearranged)
        self._on_workspace_rearranged()

    def _build_stage(self, head: QWidget) -> None:
        elsewhere = (head, self.statusBar())
        parts = Parts(
            self.workspace,
            self.loss_plot,
            self.accuracy_plot,
            self.views,
            self.pad,
            self.message_bar,
            elsewhere,
        )
        bar = StageBar(self.theme, self.top_bar)
        self.stage = Stage(self.theme, parts, bar, self)

    def _place_menus(self) -> None:
        """Put the menus beside the buttons where there is room, else above them."""
        menus = self.actions_by_key.menu_bar
        if menus.isNativeMenuBar():
            return
        is_beside = self.width() >= self.theme.px(MENUS_BESIDE_FROM_PX)
        if is_beside == (menus.parentWidget() is self.top_bar):
            return
        if is_beside:
            self.top_bar.hold_menus(menus)
        else:
            self.top_bar.hold_menus(None)
            self._head.insertWidget(0, menus)
            menus.show()

    def _on_workspace_rearranged(self) -> None:
        arranged, actions = self.workspace.arranged, self.actions_by_key
        actions["settings"].setChecked(arranged.has_settings)
        actions["pad"].setChecked(arranged.has_pad)
        actions["fold"].setChecked(arranged.is_folded)

    def _is_for_lesson(self, event: QKeyEvent) -> bool:
        return any(face.wants_key(event) for face in self.lesson_room.faces)

    def _on_lesson_room_changed(self) -> None:
        self.actions_by_key["leave_lesson"].setEnabled(self.lesson_room.is_on)

    def _draw_plots(self) -> None:
        self._frames += 1
        steps = self.loss_plot.canvas.x_range
        self.loss_plot.refresh()
        self.stage.refresh()
        # The same steps stand one below the other.
        has_moved = self.loss_plot.canvas.x_range != steps
        is_turn = self._frames % ACCURACY_EVERY == 0
        if is_turn or has_moved or self.controller.state is not State.RUNNING:
            self.accuracy_plot.refresh()

    def _dress(self) -> None:
        dress_window(self, self.theme)

    def _restyle(self) -> None:
        self.actions_by_key["theme"].setChecked(self.theme.dark)
        # All parts have the new look by now; they heard of it before.
        remeasure(self)
        self._place_menus()

    # -- what is remembered ------------------------------------------------------------------

    def _remember(self) -> None:
        self.settings.set("arrangement", self.lesson_room.arrangement.text())
        if not self._is_for_now("size"):
            self.settings.set("geometry", self.saveGeometry())
        for key in ("page", "dark"):
            if not self._is_for_now(key):
                self.settings.set(key, self._present(key))
        for name, is_open in self.panel.section_states().items():
            self.settings.set(f"section/{name}", is_open)
        self.settings.save()

    def _present(self, key: str) -> object:
        if key == "size":
            return self.size()
        return self.theme.dark if key == "dark" else self.lesson_room.front_tab

    def _is_for_now(self, key: str) -> bool:
        if key not in self._for_now:
            return False
        given = self._for_now[key]
        if isinstance(given, QSize) and (space := self.modes.keeper.space()) is not None:
            # As far as the screen had room for it, and the parts of the window fit into it.
            given = given.expandedTo(self.minimumSize()).boundedTo(space)
        return given == self._present(key)

    def _restore(self) -> None:
        self.resize(1440, 900)
        geometry = self.settings.bytes("geometry")
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)
            # A mode is for one demonstration.
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowFullScreen)
        self.workspace.arrange(Arranged.read(self.settings.text("arrangement")))
        page = self.settings.text("page")
        if page.isdigit():
            self.views.tabs.setCurrentIndex(min(int(page), self.views.tabs.count() - 1))
        states = self.panel.section_states()
        self.panel.set_section_states(
            {n: self.settings.flag(f"section/{n}", is_open) for n, is_open in states.items()}
        )


def _column(first: QWidget, *below: QWidget) -> QWidget:
    """Put widgets below each other; all but the last one take the room that is left."""
    whole = QWidget()
    layout = QVBoxLayout(whole)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for widget in (first, *below):
        layout.addWidget(widget, 0 if widget is below[-1] else 1)
    return whole
