"""The tab Log: the story of the run, entry by entry; each leads to its step on the plots."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QPushButton,
    QTableView,
    QWidget,
)

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.events import Prepared
from netviz.engine.protocol.findings import Finding
from netviz.engine.protocol.happening import Happening
from netviz.engine.protocol.layer_facts import LayerFacts
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.protocol.story import RunTold, StoryEntry, story
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.views.page import Page
from netviz.ui.views.row_table import CELL_GAP_PX, restyle_rows, row_table
from netviz.ui.views.story_model import TEXT_COLUMN, StoryModel, cells_of
from netviz.ui.views.view_spec import ViewSpec

_WIDEST_STEP, _WIDEST_EPOCHS = "8,888,888", "8,888–8,888"
"""The widest that is expected of a column; what is wider is cut off."""
_TOGETHER_MS = 200
"""What comes within this time is shown at once: an opened run brings all of its epochs."""


class LedgerView(Page):
    """The story of a run, newest entry last; it scrolls along while the last one is visible.

    It is told anew from what the run holds whenever that has changed.

    Signals
    -------
    step_chosen
        The user wants to see a step on the plots; None for none any more.
    export_requested
        The user wants the story in a file.
    back_requested
        The user wants to go back to a step.

    Attributes
    ----------
    table, model
        The table and its model.
    export_button
        Writes the story to a file.
    """

    step_chosen = Signal(object)
    export_requested = Signal()
    back_requested = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "history",
            "Press Train: here the story of the run is told, with its settings, every change"
            " and its epochs.",
            parent,
        )
        self._config, self._started_from = RunConfig(), ""
        self._layers: tuple[LayerFacts, ...] = ()
        self._measurements: list[Measurement] = []
        self._ledger: tuple[LedgerEntry, ...] = ()
        self._happenings: tuple[Happening, ...] = ()
        self._findings: tuple[Finding, ...] = ()
        self.model = StoryModel(theme, self)
        self._timer = QTimer(self, singleShot=True, interval=_TOGETHER_MS)
        self._timer.timeout.connect(self._invalidate)
        self.export_button = QPushButton("Export…")
        self.export_button.setProperty("kind", "small")
        self.export_button.setToolTip("Write the log to a file, as Markdown.")
        self.export_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.export_button.clicked.connect(self.export_requested)
        self.table = self._make_table()
        # The button stands in the line of the headings, where it takes no room from the entries.
        over_each_other = QGridLayout()
        over_each_other.addWidget(self.table, 0, 0)
        corner = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight
        over_each_other.addWidget(self.export_button, 0, 0, corner)
        self.body.addLayout(over_each_other, 1)
        self._follows = True
        bar = self.table.verticalScrollBar()
        bar.valueChanged.connect(self._on_scroll_bar_value_changed)
        bar.rangeChanged.connect(self._on_scroll_bar_range_changed)
        self._add_actions()
        self._restyle()

    # -- what the run tells ------------------------------------------------------------------

    def begin_run(self, prepared: Prepared) -> None:
        self.clear()
        self._config, self._started_from = prepared.config, prepared.started_from
        self._layers = prepared.network
        self.show_measurement(prepared.untrained)

    def set_config(self, config: RunConfig) -> None:
        self._config = config
        self._retell()

    def show_measurement(self, measurement: Measurement) -> None:
        self._measurements.append(measurement)
        self._show_content(True)
        self._retell()

    def set_entries(self, entries: Sequence[LedgerEntry]) -> None:
        """Tell of these changes of settings, and of no others."""
        self._ledger = tuple(entries)
        self._retell()

    def set_happenings(self, happenings: Sequence[Happening]) -> None:
        """Tell of these happenings, and of no others."""
        self._happenings = tuple(happenings)
        self._retell()

    def set_findings(self, findings: Sequence[Finding]) -> None:
        """Tell of what was noticed, and of no more: the run may have gone back before it."""
        if tuple(findings) != self._findings:
            self._findings = tuple(findings)
            self._retell()

    def clear(self) -> None:
        """Forget the run."""
        self._config, self._started_from = RunConfig(), ""
        self._measurements, self._ledger, self._happenings = [], (), ()
        self._findings = ()
        self.model.set_entries(())
        self._show_content(False)

    @property
    def told(self) -> RunTold:
        """What the run holds that its story is told from."""
        return RunTold(
            self._config,
            self._measurements,
            self._ledger,
            self._happenings,
            self._findings,
            self._started_from,
            self._layers,
        )

    @property
    def entries(self) -> tuple[StoryEntry, ...]:
        """The story as it is at this moment; the table may lag behind."""
        return story(self.told) if self._measurements else ()

    # -- what the user does ------------------------------------------------------------------

    def copy_selection(self) -> None:
        """Copy the selected entries to the clipboard, with tabs between the columns."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        if rows:
            lines = ["\t".join(cells_of(self.model.entries[row])) for row in rows]
            QGuiApplication.clipboard().setText("\n".join(lines))

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        index = self.table.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self._on_table_clicked(index)
            return True
        if event.key() == Qt.Key.Key_Escape:
            self.table.clearSelection()
            self.step_chosen.emit(None)
            return True
        return False

    def _on_table_clicked(self, index: QModelIndex) -> None:
        self.step_chosen.emit(self.model.entries[index.row()].step)

    def _on_back_triggered(self) -> None:
        index = self.table.currentIndex()
        if index.isValid():
            self.back_requested.emit(self.model.entries[index.row()].step)

    def _on_scroll_bar_value_changed(self, value: int) -> None:
        self._follows = value == self.table.verticalScrollBar().maximum()

    def _on_scroll_bar_range_changed(self, _minimum: int, maximum: int) -> None:
        if self._follows:
            self.table.verticalScrollBar().setValue(maximum)

    # -- how it looks ------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._timer.isActive():
            self._timer.stop()
            self._refresh()

    def _retell(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _refresh(self) -> None:
        self.model.set_entries(self.entries)

    def _make_table(self) -> QTableView:
        table = row_table(self.model, "Log", TEXT_COLUMN)
        table.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.clicked.connect(self._on_table_clicked)
        table.installEventFilter(self)
        return table

    def _add_actions(self) -> None:
        back = QAction("Go back to this step", self.table)
        back.triggered.connect(self._on_back_triggered)
        self.table.addAction(back)
        copy = QAction("Copy", self.table)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        copy.triggered.connect(self.copy_selection)
        self.table.addAction(copy)

    def _restyle(self) -> None:
        theme, px = self._theme, self._theme.px
        restyle_rows(self.table, theme)
        digits = QFontMetrics(theme.font())
        for column, widest in enumerate((_WIDEST_STEP, _WIDEST_EPOCHS)):
            width = digits.horizontalAdvance(widest) + 2 * px(CELL_GAP_PX) + px(10)
            self.table.setColumnWidth(column, width)
        self.export_button.setIcon(icon(theme, "download", "muted", 14))
        self.export_button.setIconSize(QSize(px(14), px(14)))


VIEW = ViewSpec(
    "Log",
    "The story of the run: its settings, every change, its epochs, and what was noticed.",
    80,
    LedgerView,
)
