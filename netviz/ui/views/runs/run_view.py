"""The tab Runs: the run at hand and those that were left, each to be gone on with."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.commands import MOST
from netviz.engine.protocol.events import LaneEvent, Prepared
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.lineage import origins_by_line
from netviz.engine.protocol.run_names import given_name, made_name
from netviz.engine.protocol.run_rows import RunRow, rows_of
from netviz.engine.protocol.run_state import Measurement, State
from netviz.ui.look.theme import Theme
from netviz.ui.views.page import Page
from netviz.ui.views.row_table import restyle_rows, row_action, row_table
from netviz.ui.views.runs.name_delegate import NameDelegate
from netviz.ui.views.runs.racing import gone_on
from netviz.ui.views.runs.run_adding import RunAdding
from netviz.ui.views.runs.run_header import RunHeader
from netviz.ui.views.runs.run_menu import RunMenu, TreeButton, corner_of
from netviz.ui.views.runs.run_model import (
    EYE_COLUMN,
    GO_COLUMN,
    NAME_COLUMN,
    SETTINGS_COLUMN,
    RunModel,
)
from netviz.ui.views.runs.run_order import RunOrder
from netviz.ui.views.runs.run_search import RunSearch
from netviz.ui.views.view_spec import ViewSpec

_ROWS = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


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
    comparison_requested
        The user wants to compare runs: their rows.
    export_requested
        The user wants the table in a file.
    shown_requested
        The user wants the plots to draw a run that was left, or not: its number, and whether.
    race_requested
        The user wants runs that were left to race with the one at hand: their numbers.

    Attributes
    ----------
    table, model
        The table and its model, which is sorted and searched.
    header
        Which columns are shown.
    search, adding
        The field to look for runs in; what lays saved runs beside those of the session.
    go_action, rename_action
        Goes on with the run that is selected; lets one type its name.
    delete_action
        Deletes the runs that are selected, but for that at hand.
    eye_action
        Shows the runs that are selected in the plots, or hides them.
    race_action
        Lets the runs that are selected race with the one at hand.
    compare_action
        Shows the runs that are selected side by side, and over each other.
    pin_action, unpin_action
        Lets the others be compared with the run that is selected; no longer.
    find_action, export_action
        Lets one look for runs; writes the table to a file.
    """

    run_chosen = Signal(int)
    renamed = Signal(int, str, str)
    deletion_requested = Signal(object)
    comparison_requested = Signal(object)
    export_requested = Signal()
    shown_requested = Signal(int, bool)
    race_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "list",
            "Go back to a step, or press Reset: the run that you leave is kept here, to be compared"
            " and gone on with. Drop the folder of a saved run here to lay it beside this one.",
            parent,
        )
        self.adding = RunAdding(theme, self)
        self._at_hand = LeftRun(Origin(), RunConfig(), 0, ())
        self._left: tuple[LeftRun, ...] = ()
        self._racing: frozenset[int] = frozenset()
        self._state = State.IDLE
        self._base: int | None = None
        self._shown: frozenset[int] | None = None
        self._origins: dict[int, Origin] = {}
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._runs = RunModel(theme, self)
        self._runs.renamed.connect(self._on_model_renamed)
        self.model = RunOrder(self._runs, self)
        self.table = self._make_table()
        self.header = RunHeader(self.table)
        self.header.chosen.connect(self._fit)
        self.search = RunSearch(theme)
        self.search.textChanged.connect(self._on_search_text_changed)
        self.search.left.connect(self.table.setFocus)
        self._nothing = QLabel()
        self._add_actions()
        self._lay_out()
        self._restyle()
        self._offer()

    # -- what the run tells ------------------------------------------------------------------

    def begin_run(self, prepared: Prepared) -> None:
        measured = (prepared.untrained,)
        line = prepared.origin.line
        was = next((run for run in self._left if run.origin.line == line), None)
        # A ruined network is one still where it is gone on with.
        has_diverged = was is not None and was.has_diverged
        self._at_hand = LeftRun(
            prepared.origin, prepared.config, prepared.step, measured, has_diverged=has_diverged
        )
        self._origins = origins_by_line(prepared.origins)
        self.set_left(prepared.left, self._racing if line in self._racing else ())

    def set_runs(self, origin: Origin, left: Sequence[LeftRun]) -> None:
        """Take on what the run at hand is called, and which runs were left."""
        self._at_hand = replace(self._at_hand, origin=origin)
        self.set_left(left, self._racing)

    def set_left(self, left: Sequence[LeftRun], racing: Collection[int] = ()) -> None:
        """Take on which runs were left, and the numbers of those that race."""
        self._left, self._racing = tuple(left), frozenset(racing)
        if not left and self.table.hasFocus():
            self.setFocus()  # else it would go to the pad, and Ctrl+Z undo a stroke
        self._show_content(bool(left))
        self.count_changed.emit(len(left) + 1 if left else None)
        self._invalidate()

    def follow(self, line: int, event: LaneEvent) -> None:
        """Take on what happened to a run that races and is not at hand."""
        self._left = tuple(
            gone_on(run, event) if run.origin.line == line else run for run in self._left
        )
        self._invalidate()

    def set_shown(self, lines: frozenset[int]) -> None:
        """Take on which of the runs that were left the plots draw; until then no eye is shown."""
        self._shown = lines
        self.header.has_eyes = True
        self._fit()
        self._invalidate()

    def set_config(self, config: RunConfig) -> None:
        self._at_hand = replace(self._at_hand, config=config)
        self._invalidate()

    def set_state(self, state: State) -> None:
        self._state = state
        self._invalidate()

    def set_diverged(self, has_diverged: bool) -> None:
        """Take on whether the loss says that the network at hand is ruined."""
        self._at_hand = replace(self._at_hand, has_diverged=has_diverged)
        self._invalidate()

    def show_measurement(self, measurement: Measurement) -> None:
        measured = (*self._at_hand.measurements, measurement)
        self._at_hand = replace(self._at_hand, measurements=measured)
        self.set_steps(max(measurement.step, self._at_hand.steps))

    def set_steps(self, steps: int) -> None:
        """Take on how many steps the run at hand has trained."""
        self._at_hand = replace(self._at_hand, steps=steps)
        self._invalidate()

    @property
    def runs(self) -> tuple[LeftRun, ...]:
        """The run at hand, as far as the table knows it, and those that were left."""
        return self._at_hand, *self._left

    @property
    def rows(self) -> tuple[RunRow, ...]:
        """All runs of the session, in the order of the tree."""
        rows = rows_of(
            self._at_hand, self._left, self._state, self._base, self._origins, self._racing
        )
        if self._shown is None:
            return rows
        shown = {self._at_hand.origin.line, *self._shown}
        return tuple(replace(row, is_shown=row.line in shown) for row in rows)

    def shown_rows(self) -> tuple[RunRow, ...]:
        """Return the runs as the table shows them at this moment, all where it shows none."""
        self._refresh()
        return tuple(self.model.rows) or self.rows

    def _refresh(self) -> None:
        current = self.table.currentIndex().row()
        selected = self._selected_lines()
        levels = self._runs.levels
        self.model.set_rows(self.rows if self._left else ())
        if self._runs.levels != levels:
            self._fit()
        self._select(selected, current)
        self._offer()

    def _select(self, lines: Collection[int], current: int) -> None:
        """Select the runs again that were, after the rows are others; else the row that was."""
        shown = self.model.rows
        rows = [row for row, each in enumerate(shown) if each.line in lines]
        selection = self.table.selectionModel()
        if selection.hasSelection() or current < 0 or not shown:
            return
        for row in rows or [min(current, len(shown) - 1)]:
            selection.setCurrentIndex(self.model.index(row, NAME_COLUMN), _ROWS)

    # -- what the user does ------------------------------------------------------------------

    def _selected_lines(self) -> tuple[int, ...]:
        rows = {index.row() for index in self.table.selectionModel().selectedRows(NAME_COLUMN)}
        shown = self.model.rows
        return tuple(shown[row].line for row in sorted(rows))

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
        elif index.column() == EYE_COLUMN:
            self._toggle_eyes((self.model.rows[index.row()],))

    def _on_table_double_clicked(self, index: QModelIndex) -> None:
        # Where one goes on the first click of the two has asked already; a name is edited.
        if index.column() not in (GO_COLUMN, NAME_COLUMN, EYE_COLUMN):
            self._on_go_requested()

    def _on_comparison_requested(self) -> None:
        lines = self._selected_lines()
        self.comparison_requested.emit([row for row in self.model.rows if row.line in lines])

    def _on_pin_requested(self) -> None:
        lines = self._selected_lines()
        self._base = lines[0] if len(lines) == 1 else None
        self._invalidate()

    def _on_unpin_requested(self) -> None:
        self._base = None
        self._invalidate()

    def _on_eye_requested(self) -> None:
        lines = self._left_lines()
        self._toggle_eyes([row for row in self.model.rows if row.line in lines])

    def _toggle_eyes(self, rows: Sequence[RunRow]) -> None:
        """Show runs in the plots if one of them is hidden; else hide them."""
        are_shown = all(row.is_shown for row in rows)
        for row in rows:
            if not row.is_at_hand:
                self.shown_requested.emit(row.line, not are_shown)

    def _on_race_requested(self) -> None:
        self.race_requested.emit(self._left_lines())

    def _on_find_requested(self) -> None:
        if self.has_content:
            self.search.open()

    def _on_search_text_changed(self, text: str) -> None:
        self.model.search(text)
        self.table.scrollToTop()
        self._offer()

    def _offer(self) -> None:
        """Offer what can be done with the runs that are selected."""
        lines = self._selected_lines()
        self.go_action.setEnabled(self._chosen_line() is not None)
        self.rename_action.setEnabled(len(lines) == 1)
        self.eye_action.setVisible(self._shown is not None)
        self.eye_action.setEnabled(bool(self._left_lines()))
        self.compare_action.setEnabled(len(lines) > 1)
        self.race_action.setEnabled(0 < len(self._left_lines()) < MOST)
        self.pin_action.setEnabled(len(lines) == 1 and lines != (self._base,))
        self.unpin_action.setEnabled(self._base is not None)
        self.delete_action.setEnabled(bool(self._left_lines()))
        is_none_found = self.model.is_searched and not self.model.rows
        self._nothing.setText(f"No run has “{self.search.text().strip()}” in name or settings.")
        self._nothing.setVisible(is_none_found)

    # -- how it looks ------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.header.fit(self._theme, self.width(), self._runs.levels)

    def _make_table(self) -> QTableView:
        table = row_table(self.model, "Runs", SETTINGS_COLUMN)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        table.setItemDelegateForColumn(NAME_COLUMN, NameDelegate(self._theme, self._runs, table))
        table.clicked.connect(self._on_table_clicked)
        table.doubleClicked.connect(self._on_table_double_clicked)
        table.selectionModel().selectionChanged.connect(self._offer)
        return table

    def _lay_out(self) -> None:
        self.bar.addWidget(self.search)
        # The button stands in the line of the headings, where it takes no room from the runs.
        self.menu_button = RunMenu(self._theme, self.header.actions)
        tree_button = TreeButton(self._theme, self.header.tree_action)
        shared = [
            self.header.tree_action,
            self.adding.action,
            self.find_action,
            self.unpin_action,
            self.export_action,
        ]
        self.menu_button.menu().insertActions(self.menu_button.before, shared)
        over_each_other = QGridLayout()
        over_each_other.addWidget(self.table, 0, 0)
        corner = corner_of(self._theme, tree_button, self.menu_button)
        over_each_other.addLayout(corner, 0, 0)
        self.body.addLayout(over_each_other, 1)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(self.table.viewport()).addWidget(self._nothing)

    def _add_actions(self) -> None:
        self.go_action = row_action(self.table, "Go on with this run", Qt.Key.Key_Return)
        self.go_action.triggered.connect(self._on_go_requested)
        self.rename_action = row_action(self.table, "Rename", Qt.Key.Key_F2)
        self.rename_action.triggered.connect(self._on_rename_requested)
        self.delete_action = row_action(self.table, "Delete", Qt.Key.Key_Delete)
        self.delete_action.triggered.connect(self._on_delete_requested)
        self.eye_action = row_action(self.table, "Show or hide in the plots", Qt.Key.Key_E)
        self.eye_action.triggered.connect(self._on_eye_requested)
        self.race_action = row_action(self.table, "Race with the run at hand")
        self.race_action.setToolTip("Train them in turn, each from where it was left.")
        self.race_action.triggered.connect(self._on_race_requested)
        self.compare_action = row_action(self.table, "Compare…")
        self.compare_action.setToolTip("Their settings side by side, and their curves in one plot.")
        self.compare_action.triggered.connect(self._on_comparison_requested)
        self.pin_action = row_action(self.table, "Pin as base")
        self.pin_action.setToolTip("The other runs show by how much they differ from this one.")
        self.pin_action.triggered.connect(self._on_pin_requested)
        self.unpin_action = row_action(self.table, "Unpin the base")
        self.unpin_action.triggered.connect(self._on_unpin_requested)
        self.find_action = row_action(self.table, "Find…", QKeySequence.StandardKey.Find)
        self.find_action.triggered.connect(self._on_find_requested)
        self.addAction(self.find_action)
        self.export_action = row_action(self.table, "Export the table…")
        self.export_action.setToolTip("Write the runs as they are shown to a CSV or Markdown file.")
        self.export_action.triggered.connect(self.export_requested)

    def _restyle(self) -> None:
        restyle_rows(self.table, self._theme)
        self._nothing.setStyleSheet(f"color: {self._theme.colors.muted};")
        self._fit()


VIEW = ViewSpec(
    "Runs",
    "The runs of this session side by side: go on with any that you left.",
    90,
    RunView,
)
