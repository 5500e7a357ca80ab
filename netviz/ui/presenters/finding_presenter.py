"""Shows what was noticed in the run, each at its place, and does what its links say."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from netviz.engine.protocol import events
from netviz.engine.protocol.findings import (
    ActionKind,
    Finding,
    FindingAction,
    FindingKind,
    Where,
)
from netviz.engine.protocol.run_state import State
from netviz.ui.presenters.run_presenter import RunPresenter
from netviz.ui.shell.finding_callout import FindingCallout
from netviz.ui.views.ledger_view import LedgerView
from netviz.ui.views.mistakes.mistake_view import MistakeView
from netviz.ui.views.page import Page

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_SETTING = "findings"
Identity = tuple[FindingKind, str, int]


class FindingPresenter(QObject):
    """Shows one finding in the loss plot, and one on each tab: the newest that still holds.

    A finding that the user took away, or acted on, is not shown again. All are in the log. The
    menu entry "Point out findings" hides everything, and is remembered.

    Attributes
    ----------
    callout
        The frame in the loss plot.
    """

    def __init__(self, window: "MainWindow", run: RunPresenter) -> None:
        super().__init__(window)
        self._window = window
        self._controller = window.controller
        self._run = run
        self._ledger = window.views.view(LedgerView)
        self._found: tuple[Finding, ...] = ()
        self._holding: tuple[Finding, ...] = ()
        self._taken_away: set[Identity] = set()
        self._pages = _pages(window)
        self.callout = FindingCallout(window.theme, window.loss_plot)
        for note in (self.callout, *(p.finding_note for p in self._pages.values())):
            note.acted.connect(self._on_note_acted)
            note.dismissed.connect(self._take_away)
        self._action = window.actions_by_key[_SETTING]
        self._action.setChecked(window.settings.flag(_SETTING, True))
        self._action.toggled.connect(self._on_action_toggled)
        run_events = self._controller
        run_events.findings_changed.connect(self._on_run_findings_changed)
        run_events.prepared.connect(self._on_run_prepared)
        window.lesson_room.changed.connect(self._show)
        run_events.state_changed.connect(self._show)

    # -- what happened -----------------------------------------------------------------------

    @Slot(object)
    def _on_run_findings_changed(self, event: events.FindingsChanged) -> None:
        self._found, self._holding = event.found, event.holding
        self._show()

    @Slot(object)
    def _on_run_prepared(self, _: events.Prepared) -> None:
        self._found = self._holding = ()
        self._taken_away.clear()
        self._show()

    # -- what is shown of it -----------------------------------------------------------------

    @Slot()
    def _show(self) -> None:
        callout = self.callout
        finding, actions = self._newest(Where.LOSS)
        if (finding, actions) != (callout.finding, callout.offered):
            callout.set_finding(finding, actions)
        marked = set()
        for where, page in self._pages.items():
            finding, actions = self._newest(where)
            if (finding, actions) != (page.finding_note.finding, page.finding_note.offered):
                page.show_finding(finding, actions)
            if finding is not None:
                marked.add(where.value)
        self._window.views.mark(marked)
        self._ledger.set_findings(self._found if self._action.isChecked() else ())

    def _newest(self, where: Where) -> tuple[Finding | None, tuple[FindingAction, ...]]:
        """Return the newest finding to be shown somewhere, and what can be done about it now."""
        shown = [
            finding
            for finding in self._holding
            if finding.where is where and _identity(finding) not in self._taken_away
        ]
        # A lesson says what is to be seen in the plot, at its own time.
        is_told_by_lesson = where is Where.LOSS and self._window.lesson_room.is_on
        if not shown or not self._action.isChecked() or is_told_by_lesson:
            return None, ()
        newest = max(shown, key=lambda finding: finding.step)
        is_running = self._controller.state is State.RUNNING
        actions = newest.actions
        return newest, tuple(a for a in actions if is_running or a.kind is not ActionKind.PAUSE)

    # -- what the user did -------------------------------------------------------------------

    @Slot(bool)
    def _on_action_toggled(self, on: bool) -> None:
        self._window.settings.set(_SETTING, on)
        self._show()

    @Slot(object)
    def _take_away(self, finding: Finding) -> None:
        self._taken_away.add(_identity(finding))
        self._show()

    @Slot(object, object)
    def _on_note_acted(self, finding: Finding, action: FindingAction) -> None:
        # A look at a tab changes nothing: what was found is still to be read there.
        if action.kind is not ActionKind.SHOW or finding.where is Where.MISTAKES:
            self._take_away(finding)
        match action.kind:
            case ActionKind.CHANGE:
                self._run.change(action.changes)
            case ActionKind.RESET:
                self._controller.reset_with(action.changes)
            case ActionKind.PAUSE:
                self._controller.pause()
            case ActionKind.SHOW:
                self._show_tab(action)

    def _show_tab(self, action: FindingAction) -> None:
        views = self._window.views
        views.set_folded(False)
        views.show_named(action.view)
        if action.class_index is not None:
            views.view(MistakeView).set_filter(action.class_index, None)


def _pages(window: "MainWindow") -> dict[Where, Page]:
    """Return the tabs on which something can be noticed."""
    found = {}
    for where in Where:
        page = window.views.page(where.value)
        if isinstance(page, Page):
            found[where] = page
    return found


def _identity(finding: Finding) -> Identity:
    return (*finding.key, finding.step)
