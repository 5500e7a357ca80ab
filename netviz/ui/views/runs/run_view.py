"""The tab Runs: the run at hand and those that were left, each to be gone on with."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QTableView,
    QWidget,
)

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.events import Prepared
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.run_names import given_name, made_name
from netviz.engine.protocol.run_state import Measurement
from netviz.ui.look.theme import Theme
from netviz.ui.views.page import Page
from netviz.ui.views.row_table import restyle_rows, row_table
from netviz.ui.views.runs.name_delegate import NameDelegate
from netviz.ui.views.runs.run_model import GO_COLUMN, NAME_COLUMN, SETTINGS_COLUMN, RunModel
from netviz.ui.views.runs.run_rows import rows_of
from netviz.ui.views.view_spec import ViewSpec

_ROWS = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
_WIDTHS_PX = {0: 80, 1: 124, 3: 70, 4: 78, 5: 108, 6: 66}


class RunView(Page):
    """A table of the runs of this session.

    Signals
    -------
    run_chosen
        The user wants to go on with a run that was left: its number.
    renamed
        The user gave a run another name: its number, the name before, as the user gave it, and
        the new one; empty is the name that is made.
    deletion_requested
        The user wants runs that were left to be deleted: their numbers.

    Attributes
    ----------
    table, model
        The table and its model.
    go_action, rename_action
        Goes on with the run that is selected; lets one type its name.
    delete_action
        Deletes the runs that are selected, but for that at hand.
    """

    run_chosen = Signal(int)
    renamed = Signal(int, str, str)
    deletion_requested = Signal(object)

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
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.model = RunModel(theme, self)
        self.model.renamed.connect(self._on_model_renamed)
        self.table = self._make_table()
        self.body.addWidget(self.table, 1)
        self._add_actions()
        self._restyle()
        self._offer()

    # -- what the run tells ------------------------------------------------------------------

    def begin_run(self, prepared: Prepared) -> None:
        measured = (prepared.untrained,)
        self._at_hand = LeftRun(prepared.origin, prepared.config, prepared.step, measured)
        self.set_left(prepared.left)

    def set_runs(self, origin: Origin, left: Sequence[LeftRun]) -> None:
        """Take on what the run at hand is called, and which runs were left."""
        self._at_hand = replace(self._at_hand, origin=origin)
        self.set_left(left)

    def set_left(self, left: Sequence[LeftRun]) -> None:
        """Take on which runs were left."""
        self._left = tuple(left)
        if not left and self.table.hasFocus():
            self.setFocus()  # else it would go to the pad, and Ctrl+Z undo a stroke
        self._show_content(bool(left))
        self.count_changed.emit(len(left) + 1 if left else None)
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
        current = self.table.currentIndex().row()
        selected = self._selected_lines()
        self.model.set_rows(rows_of(self._at_hand, self._left) if self._left else ())
        self._select(selected, current)
        self._offer()

    def _select(self, lines: Collection[int], current: int) -> None:
        """Select the runs again that were, after the rows are others; else the row that was."""
        rows = [row for row, each in enumerate(self.model.rows) if each.line in lines]
        selection = self.table.selectionModel()
        if selection.hasSelection() or current < 0 or not self.model.rows:
            return
        for row in rows or [min(current, len(self.model.rows) - 1)]:
            selection.setCurrentIndex(self.model.index(row, 0), _ROWS)

    # -- what the user does ------------------------------------------------------------------

    def _selected_lines(self) -> tuple[int, ...]:
        rows = {index.row() for index in self.table.selectionModel().selectedRows()}
        return tuple(self.model.rows[row].line for row in sorted(rows))

    def _left_lines(self) -> tuple[int, ...]:
        """Return the numbers of the selected runs, but for that at hand."""
        at_hand = self._at_hand.origin.line
        return tuple(line for line in self._selected_lines() if line != at_hand)

    def _chosen_line(self) -> int | None:
        """Return the number of the one selected run, unless it is at hand."""
        lines = self._selected_lines()
        return lines[0] if len(lines) == 1 and self._left_lines() else None

    def _on_go_requested(self) -> None:
        line = self._chosen_line()
        if line is not None:
            self.run_chosen.emit(line)

    def _on_delete_requested(self) -> None:
        if lines := self._left_lines():
            self.deletion_requested.emit(lines)

    def _on_rename_requested(self) -> None:
        index = self.table.currentIndex()
        if index.isValid():
            self.table.edit(index.siblingAtColumn(NAME_COLUMN))

    def _on_model_renamed(self, line: int, text: str) -> None:
        run = next(run for run in (self._at_hand, *self._left) if run.origin.line == line)
        name = given_name(text)
        if name == made_name(run.origin, run.config):
            name = ""
        if name != run.origin.name:
            self.renamed.emit(line, run.origin.name, name)

    def _on_table_clicked(self, index: QModelIndex) -> None:
        if index.column() == GO_COLUMN:
            self._on_go_requested()

    def _on_table_double_clicked(self, index: QModelIndex) -> None:
        # Where one goes on the first click of the two has asked already; a name is edited.
        if index.column() not in (GO_COLUMN, NAME_COLUMN):
            self._on_go_requested()

    def _offer(self) -> None:
        self.go_action.setEnabled(self._chosen_line() is not None)
        self.rename_action.setEnabled(len(self._selected_lines()) == 1)
        self.delete_action.setEnabled(bool(self._left_lines()))

    # -- how it looks ------------------------------------------------------------------------

    def _make_table(self) -> QTableView:
        table = row_table(self.model, "Runs", SETTINGS_COLUMN)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        table.setItemDelegateForColumn(NAME_COLUMN, NameDelegate(table))
        table.clicked.connect(self._on_table_clicked)
        table.doubleClicked.connect(self._on_table_double_clicked)
        table.selectionModel().selectionChanged.connect(self._offer)
        return table

    def _add_actions(self) -> None:
        self.go_action = self._add_action("Go on with this run", Qt.Key.Key_Return)
        self.go_action.triggered.connect(self._on_go_requested)
        self.rename_action = self._add_action("Rename", Qt.Key.Key_F2)
        self.rename_action.triggered.connect(self._on_rename_requested)
        self.delete_action = self._add_action("Delete", Qt.Key.Key_Delete)
        self.delete_action.triggered.connect(self._on_delete_requested)

    def _add_action(self, text: str, key: Qt.Key) -> QAction:
        action = QAction(text, self.table)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.table.addAction(action)
        return action

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
