"""The runs of the session as a table."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont

from netviz.number_text import loss_text, percent_text
from netviz.ui.look.branch_colors import branch_token
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.views.row_table import AnyIndex, RowModel
from netviz.ui.views.runs.run_rows import RunRow, best_rows

HEADINGS = ("Run", "Began at", "What differs", "Steps", "Best loss", "Best accuracy", "")
_MEANINGS = (
    "Named by what differs from the run that it parted from. F2, or a double click, renames it.",
    "The run that it parted from, and the step at which it did.",
    "Settings that are not those of the run at hand.",
    "Batches trained.",
    "The lowest test loss after an epoch; the lowest of all runs is bold.",
    "The highest test accuracy after an epoch; the highest of all runs is bold.",
    "",
)
NAME_COLUMN = 0
GO_COLUMN = 6
SETTINGS_COLUMN = 2
_PARTED_COLUMN = 1
_FIRST_FIGURE = 3
_BEST_OF = {4: "test_loss", 5: "test_accuracy"}
_EDITABLE = Qt.ItemFlag.ItemIsEditable
_GO = "Click Go on, or press Enter, to go on where it was left; the run at hand is kept."


class RunModel(RowModel):
    """A row for each run, in the order in which they began.

    Signals
    -------
    renamed
        The user gave a run another name: its number and the name, empty for the made one.
    """

    renamed = Signal(int, str)
    headings = HEADINGS

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: Sequence[RunRow] = ()
        self._best: dict[int, frozenset[int]] = {}

    @property
    def rows(self) -> Sequence[RunRow]:
        """What the table shows."""
        return self._rows

    def set_rows(self, rows: Sequence[RunRow]) -> None:
        """Show these; where the runs are the same ones, what is selected stays so."""
        if rows == self._rows:
            return
        is_same = [row.line for row in rows] == [row.line for row in self._rows]
        if not is_same:
            self.beginResetModel()
        self._rows = rows
        self._best = {column: best_rows(rows, name) for column, name in _BEST_OF.items()}
        if not is_same:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(
                self.index(0, 0), self.index(len(rows) - 1, self.columnCount() - 1)
            )

    def row_total(self) -> int:
        return len(self._rows)

    def alignment(self, column: int) -> Qt.AlignmentFlag:
        is_figure = column >= _FIRST_FIGURE
        side = Qt.AlignmentFlag.AlignRight if is_figure else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return _MEANINGS[section]
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
        row, column = self._rows[index.row()], index.column()
        is_best = index.row() in self._best.get(column, ())
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return cells_of(row)[column]
            case Qt.ItemDataRole.ToolTipRole:
                return _tooltip(row, column, is_best=is_best)
            case Qt.ItemDataRole.TextAlignmentRole:
                return self.alignment(column)
            case Qt.ItemDataRole.ForegroundRole:
                return QColor(self._theme.color(_token(row, column, is_best=is_best)))
            case Qt.ItemDataRole.FontRole if is_best or (row.is_at_hand and column == NAME_COLUMN):
                return self._theme.font(13, QFont.Weight.DemiBold)
            case Qt.ItemDataRole.DecorationRole if column == NAME_COLUMN:
                return icon(self._theme, *_icon(row), 14)
        return None


def cells_of(row: RunRow) -> tuple[str, ...]:
    """Return the texts of a run's columns."""
    return (
        row.name,
        row.parted,
        row.settings,
        f"{row.steps:,}",
        loss_text(row.test_loss) if row.test_loss == row.test_loss else "–",
        percent_text(row.test_accuracy),
        "" if row.is_at_hand else "Go on",
    )


def _icon(row: RunRow) -> tuple[str, str]:
    """Return the icon of a run, and its colour: a dot, in a ring at hand, a cross if it failed."""
    shape = "run-dot-failed" if row.has_failed else "run-dot"
    return "run-dot-ring" if row.is_at_hand else shape, branch_token(row.line)


def _tooltip(row: RunRow, column: int, *, is_best: bool) -> str:
    if column in (NAME_COLUMN, SETTINGS_COLUMN, _PARTED_COLUMN):
        # In full: there may be no room for all of it.
        text = cells_of(row)[column]
        return f"{text}\nRun {row.line} of this session." if column == NAME_COLUMN else text
    what = "The run that the window shows." if row.is_at_hand else _GO
    if row.has_failed:
        what = f"It failed: it goes on from its last good state.\n{what}"
    return f"The best of all runs.\n{what}" if is_best else what


def _token(row: RunRow, column: int, *, is_best: bool) -> str:
    if column == GO_COLUMN:
        return "primary"
    return "right" if is_best else "text" if row.is_at_hand else "muted"
