"""The tab Runs: the run at hand and those that were left, each to be gone on with."""

from dataclasses import replace

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QTableView,
    QWidget,
)

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.events import Prepared
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.run_state import Measurement
from netviz.ui.look.theme import Theme
from netviz.ui.views.page import Page
from netviz.ui.views.row_table import restyle_rows, row_table
from netviz.ui.views.runs.run_model import GO_COLUMN, SETTINGS_COLUMN, RunModel
from netviz.ui.views.runs.run_rows import rows_of
from netviz.ui.views.view_spec import ViewSpec

_WIDTHS_PX = {0: 80, 1: 124, 3: 70, 4: 78, 5: 108, 6: 66}


class RunView(Page):
    """A table of the runs of this session.

    Signals
    -------
    run_chosen
        The user wants to go on with a run that was left: its number.

    Attributes
    ----------
    table, model
        The table and its model.
    go_action
        Goes on with the run that is selected.
    """

    run_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "list",
            "Go back to a step, or press Reset: the run that you leave is kept here, to be compared"
            " and gone on with.",
            parent,
        )
        self._at_hand = LeftRun(Origin(), RunConfig(), 0, ())
        self._left: tuple[LeftRun, ...] = ()
        self.model = RunModel(theme, self)
        self.table = self._make_table()
        self.body.addWidget(self.table, 1)
        self._add_actions()
        self._restyle()
        self._offer()

    # -- what the run tells ------------------------------------------------------------------

    def begin_run(self, prepared: Prepared) -> None:
        measured = (prepared.untrained,)
        self._at_hand = LeftRun(prepared.origin, prepared.config, prepared.step, measured)
        self._left = prepared.left
        self._show_content(bool(self._left))
        self.count_changed.emit(len(self._left) + 1 if self._left else None)
        self._invalidate()

    def set_config(self, config: RunConfig) -> None:
        self._at_hand = replace(self._at_hand, config=config)
        self._invalidate()

    def show_measurement(self, measurement: Measurement) -> None:
        measured = (*self._at_hand.measurements, measurement)
        self._at_hand = replace(self._at_hand, measurements=measured)
        self.set_steps(max(measurement.step, self._at_hand.steps))

    def set_steps(self, steps: int) -> None:
        """Take on how many steps the run at hand has trained."""
        self._at_hand = replace(self._at_hand, steps=steps)
        self._invalidate()

    def truncate(self, step: int) -> None:
        measured = tuple(each for each in self._at_hand.measurements if each.step <= step)
        self._at_hand = replace(self._at_hand, measurements=measured, steps=step)
        self._invalidate()

    def _refresh(self) -> None:
        self.model.set_rows(rows_of(self._at_hand, self._left) if self._left else ())
        self._offer()

    # -- what the user does ------------------------------------------------------------------

    def _chosen_line(self) -> int | None:
        """Return the number of the selected run, unless it is at hand."""
        rows = self.table.selectionModel().selectedRows()
        row = self.model.rows[rows[0].row()] if rows else None
        return row.line if row and not row.is_at_hand else None

    def _on_go_requested(self) -> None:
        line = self._chosen_line()
        if line is not None:
            self.run_chosen.emit(line)

    def _on_table_clicked(self, index: QModelIndex) -> None:
        if index.column() == GO_COLUMN:
            self._on_go_requested()

    def _on_table_double_clicked(self, index: QModelIndex) -> None:
        # There the first click of the two has asked already.
        if index.column() != GO_COLUMN:
            self._on_go_requested()

    def _offer(self) -> None:
        self.go_action.setEnabled(self._chosen_line() is not None)

    # -- how it looks ------------------------------------------------------------------------

    def _make_table(self) -> QTableView:
        table = row_table(self.model, "Runs", SETTINGS_COLUMN)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.clicked.connect(self._on_table_clicked)
        table.doubleClicked.connect(self._on_table_double_clicked)
        table.selectionModel().selectionChanged.connect(self._offer)
        return table

    def _add_actions(self) -> None:
        self.go_action = QAction("Go on with this run", self.table)
        self.go_action.setShortcut(QKeySequence(Qt.Key.Key_Return))
        self.go_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.go_action.triggered.connect(self._on_go_requested)
        self.table.addAction(self.go_action)

    def _restyle(self) -> None:
        restyle_rows(self.table, self._theme)
        for column, width in _WIDTHS_PX.items():
            self.table.setColumnWidth(column, self._theme.px(width))


VIEW = ViewSpec(
    "Runs",
    "The runs of this session side by side: go on with any that you left.",
    90,
    RunView,
)
