"""Makes room for a lesson in the window, and gives back exactly what was there before."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from netviz.ui.controls.control_panel import ControlPanel
from netviz.ui.lesson.lesson_panel import LessonPanel
from netviz.ui.lesson.sheet import CurveQuestion, Sheet, StepSheet
from netviz.ui.shell.centre import Centre
from netviz.ui.shell.modes import Modes
from netviz.ui.shell.stage.stage import Stage
from netviz.ui.shell.view_tabs import ViewTabs
from netviz.ui.shell.workspace import Arranged


@dataclass(frozen=True)
class _Before:
    """How the window was before the lesson."""

    arranged: Arranged
    filled: QWidget | None
    tab: int


class LessonRoom(QObject):
    """The place of a lesson: the panel in the settings, a page on the stage, and what is hidden.

    Signals
    -------
    changed
        A lesson has come or gone.

    Attributes
    ----------
    faces
        The panel and the page of the stage, which show the same sheet.
    tells
        Whether the lesson does something just now, and tells itself what becomes of the run.
    """

    changed = Signal()

    def __init__(
        self,
        settings: ControlPanel,
        centre: Centre,
        views: ViewTabs,
        modes: Modes,
        stage: Stage,
        panel: LessonPanel,
    ) -> None:
        super().__init__(settings)
        self._settings, self._centre, self._views = settings, centre, views
        self._modes, self._stage, self._panel = modes, stage, panel
        self._before: _Before | None = None
        self.tells = False
        self.faces = (panel, stage.lesson_page.panel)
        page = stage.lesson_page.panel
        for signal in (page.plot_requested, page.reveal_requested):
            signal.connect(self._show_plot)

    @property
    def is_on(self) -> bool:
        """Whether there is a lesson."""
        return self._before is not None

    @property
    def arrangement(self) -> Arranged:
        """How the parts are arranged outside of modes and lessons."""
        return self._before.arranged if self._before else self._modes.plain_arrangement

    @property
    def front_tab(self) -> int:
        """The tab that is in front outside of the stage and of lessons."""
        return self._before.tab if self._before else self._stage.front_tab

    def begin(self, controls: Collection[str] | None, tabs: Collection[str] | None) -> None:
        """Show the lesson; call it again for other controls or tabs.

        Parameters
        ----------
        controls
            The options whose editors can be seen; None for all.
        tabs
            Titles of the tabs that can be seen, in any case of letters; None for all.
        """
        is_staged = self._stage.is_on
        self._modes.set_staged(False)
        is_new = self._before is None
        if self._before is None:
            arranged, filled = self._modes.plain_arrangement, self._modes.plain_filled
            self._before = _Before(arranged, filled, self._stage.front_tab)
        self._settings.make_place(self._panel, controls)
        self._views.show_only(tabs)
        is_folded = self._modes.plain_arrangement.is_folded and tabs is None
        arranged = replace(self._modes.plain_arrangement, has_settings=True, is_folded=is_folded)
        self._centre.show_tabs(tabs is None or len(tabs) > 0)
        self._modes.arrange(arranged)
        self._stage.have_lesson(True)
        self._modes.set_staged(is_staged)
        if is_new:
            self.changed.emit()

    def show_sheet(self, sheet: Sheet) -> None:
        """Show a sheet of the lesson wherever the lesson is shown."""
        for face in self.faces:
            face.show_sheet(sheet)

    def _show_plot(self) -> None:
        """Show on the stage the plot that a guess is drawn into, and then the curve itself."""
        sheet = self._panel.sheet
        asked = sheet.question if isinstance(sheet, StepSheet) else None
        if isinstance(asked, CurveQuestion):
            self._stage.show_plot(is_accuracy=asked.is_tested)

    def end(self) -> None:
        """Show the window as it was before the lesson."""
        before = self._before
        if before is None:
            return
        is_staged = self._stage.is_on
        self._modes.set_staged(False)
        self._before = None
        self._settings.take_place()
        self._views.show_only(None)
        self._views.tabs.setCurrentIndex(before.tab)
        self._centre.show_tabs(True)
        self._centre.enlarge(None)
        self._modes.arrange(before.arranged, before.filled)
        self._stage.have_lesson(False)
        self._modes.set_staged(is_staged)
        self.changed.emit()
