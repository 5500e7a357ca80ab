"""The runs of the session as a table."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont

from netviz.engine.protocol.run_rows import FROM_DISK, RunRow, best_rows
from netviz.ui.look.branch_colors import branch_token
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.views.row_table import AnyIndex, RowModel
from netviz.ui.views.runs.run_columns import COLUMNS, place_of
from netviz.ui.views.runs.run_tree import TreeRow, tree_rows

NAME_COLUMN = place_of("name")
SETTINGS_COLUMN = place_of("settings")
GO_COLUMN = place_of("go")
EYE_COLUMN = place_of("eye")
SORT_ROLE = Qt.ItemDataRole.UserRole
"""Where the model says what its cells are sorted by: numbers as numbers."""
TREE_ROLE = Qt.ItemDataRole.UserRole + 1
"""Where it says what is drawn of the tree in a row: a `TreeRow`."""

_EDITABLE = Qt.ItemFlag.ItemIsEditable
_GO = "Click Go on, or press Enter, to go on where it was left; the run at hand is kept."
_EYES = (
    "The plots do not draw it; a click shows it.",
    "The plots draw it; a click hides it.",
    "The plots always draw the run at hand.",
)
_SORTS = "A click sorts by it, a second one the other way round; a third brings the tree back."
_STATES = {"failed": "wrong", "diverged": "warning"}


class RunModel(RowModel):
    """A row for each run, in the order of the tree.

    Signals
    -------
    renamed
        The user gave a run another name: its number and the name, empty for the made one.
    """

    renamed = Signal(int, str)
    headings = tuple(column.heading for column in COLUMNS)

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: Sequence[RunRow] = ()
        self._base: RunRow | None = None
        self._best: dict[int, frozenset[int]] = {}
        self._tree: tuple[TreeRow, ...] = ()

    @property
    def rows(self) -> Sequence[RunRow]:
        """All runs."""
        return self._rows

    @property
    def levels(self) -> int:
        """How many runs at most parted from each other, one after the other."""
        return max((row.level for row in self._tree), default=0)

    def parting(self, line: int, *, is_named: bool = False) -> str:
        """Say of a run that it parted from another one, and where; by its name if it is named."""
        rows = {row.line: row for row in self._rows}
        row = rows[line]
        who = f"“{row.name}” parted" if is_named else "Parted"
        return f"{who} from {rows[row.joint.line].name} at step {row.joint.step:,}."

    def set_rows(self, rows: Sequence[RunRow]) -> None:
        """Show these; where the runs are the same ones, what is selected stays so."""
        if rows == self._rows:
            return
        is_same = [row.line for row in rows] == [row.line for row in self._rows]
        if not is_same:
            self.beginResetModel()
        self._rows = rows
        self._base = next((row for row in rows if row.is_base), None)
        self._best = {
            place: best_rows(rows, column.key)
            for place, column in enumerate(COLUMNS)
            if column.has_best
        }
        at_hand = next((row.line for row in rows if row.is_at_hand), 0)
        self._tree = tree_rows([(row.line, row.joint.line) for row in rows], at_hand)
        if not is_same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(
                self.index(0, 0), self.index(len(rows) - 1, self.columnCount() - 1)
            )

    def row_total(self) -> int:
        return len(self._rows)

    def alignment(self, column: int) -> Qt.AlignmentFlag:
        is_right = COLUMNS[column].is_figure or column == GO_COLUMN
        side = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            meaning = COLUMNS[section].meaning
            return f"{meaning}\n{_SORTS}" if meaning else ""
        return super().headerData(section, orientation, role)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        is_name = index.isValid() and index.column() == NAME_COLUMN
        return super().flags(index) | (_EDITABLE if is_name else Qt.ItemFlag.NoItemFlags)

    def setData(self, index: AnyIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for another name; it is shown as soon as the run has it."""
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.EditRole and value != row.name:
            self.renamed.emit(row.line, value)
        return False

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, place = self._rows[index.row()], index.column()
        column = COLUMNS[place]
        is_best = index.row() in self._best.get(place, ())
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return column.beside(row, self._base)
            case Qt.ItemDataRole.ToolTipRole:
                text = _tooltip(row, column.key, is_best=is_best)
                is_other = column.beside(row, self._base) != column.text(row)
                return f"{column.text(row)}\n{text}" if is_other else text
            case Qt.ItemDataRole.TextAlignmentRole:
                return self.alignment(place)
            case Qt.ItemDataRole.ForegroundRole:
                return QColor(self._theme.color(_token(row, column.key, is_best=is_best)))
            case Qt.ItemDataRole.FontRole if is_best or (row.is_at_hand and place == NAME_COLUMN):
                return self._theme.font(13, QFont.Weight.DemiBold)
            case Qt.ItemDataRole.DecorationRole if place == NAME_COLUMN:
                return icon(self._theme, *_icon(row), 14)
            case Qt.ItemDataRole.DecorationRole if row.is_base and place == SETTINGS_COLUMN:
                return icon(self._theme, "pin", "primary", 14)
            case Qt.ItemDataRole.DecorationRole if place == EYE_COLUMN:
                name, token = ("eye", "muted") if row.is_shown else ("eye-off", "faint")
                return icon(self._theme, name, token, 14)
            case _ if role == TREE_ROLE:
                return self._tree[index.row()]
            case _ if role == SORT_ROLE:
                return getattr(row, column.key) if column.is_figure else column.text(row).lower()
        return None


def _icon(row: RunRow) -> tuple[str, str]:
    """Return the icon of a run, and its colour: a dot, in a ring at hand, a cross if it failed."""
    shape = "run-dot-failed" if row.has_failed else "run-dot"
    return "run-dot-ring" if row.is_at_hand else shape, branch_token(row.color or row.line)


def _tooltip(row: RunRow, key: str, *, is_best: bool) -> str:
    if key == "name":
        # Also where it began: that column may be hidden, and there may be no room for the name.
        added = f"\nAdded from {row.added_from}." if row.added_from else ""
        from_ = "" if row.parted == FROM_DISK else f", from {row.parted}"
        return f"{row.name}\nRun {row.line} of this session{from_}.{added}"
    if key == "eye":
        return _EYES[2 if row.is_at_hand else row.is_shown]
    if key == "parted" and row.added_from:
        return f"{row.parted}\nAdded from {row.added_from}."
    if key in ("settings", "parted"):
        return str(getattr(row, key))
    what = "The run that the window shows." if row.is_at_hand else _GO
    if row.has_failed:
        what = f"It failed: training goes on from its last good state.\n{what}"
    return f"The best of all runs.\n{what}" if is_best else what


def _token(row: RunRow, key: str, *, is_best: bool) -> str:
    if key == "go":
        return "primary"
    if key == "state" and row.state in _STATES:
        return _STATES[row.state]
    return "right" if is_best else "text" if row.is_at_hand else "muted"
