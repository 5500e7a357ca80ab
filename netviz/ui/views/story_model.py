"""The entries of the log as a table."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QColor, QFont

from netviz.engine.protocol.story import Kind, StoryEntry
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.views.row_table import AnyIndex, RowModel

HEADINGS = ("Step", "Epoch", "What happened")
TEXT_COLUMN = 2

_LOOKS: dict[Kind, tuple[str, str, str]] = {
    Kind.SETTINGS: ("settings", "muted", "text"),
    Kind.EPOCHS: ("chart-line", "muted", "muted"),
    Kind.BEST: ("check", "right", "text"),
    Kind.CHANGED: ("sliders-horizontal", "ledger", "ledger"),
    Kind.NOTICED: ("triangle-alert", "warning", "text"),
    Kind.FAILED: ("circle-x", "wrong", "text"),
    Kind.RECOVERED: ("circle-check", "right", "text"),
    Kind.WENT_BACK: ("undo-2", "primary", "text"),
    Kind.SAVED: ("save", "muted", "muted"),
}
"""Icon, its colour, and the colour of the words."""


def cells_of(entry: StoryEntry) -> tuple[str, str, str]:
    """Return the texts of an entry's columns."""
    return f"{entry.step:,}", entry.epochs, entry.text


class StoryModel(RowModel):
    """Entries in the order in which they are told."""

    headings = HEADINGS

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._entries: list[StoryEntry] = []

    @property
    def entries(self) -> Sequence[StoryEntry]:
        """All entries, the newest last."""
        return self._entries

    def set_entries(self, entries: Sequence[StoryEntry]) -> None:
        """Show these; what is the same at the beginning stays as it is, selected or not."""
        known = self._entries
        pairs = enumerate(zip(known, entries, strict=False))
        same = next((n for n, (a, b) in pairs if a != b), min(len(known), len(entries)))
        if same < len(known):
            self.beginRemoveRows(QModelIndex(), same, len(known) - 1)
            del known[same:]
            self.endRemoveRows()
        if same < len(entries):
            self.beginInsertRows(QModelIndex(), same, len(entries) - 1)
            known.extend(entries[same:])
            self.endInsertRows()

    def row_total(self) -> int:
        return len(self._entries)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry, column = self._entries[index.row()], index.column()
        is_text = column == TEXT_COLUMN
        name, token, words = _LOOKS[entry.kind]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cells_of(entry)[column]
            case Qt.ItemDataRole.ToolTipRole:
                link = f"Click to see step {entry.step:,} on the plots."
                return "\n".join(filter(None, (entry.text, entry.hint, link)))
            case Qt.ItemDataRole.TextAlignmentRole:
                return self.alignment(column)
            case Qt.ItemDataRole.ForegroundRole:
                return QColor(self._theme.color(words if is_text else "muted"))
            case Qt.ItemDataRole.FontRole if is_text and entry.kind is Kind.BEST:
                return self._theme.font(13, QFont.Weight.DemiBold)
            case Qt.ItemDataRole.DecorationRole if is_text:
                return icon(self._theme, name, token, 14)
        return None

    def alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignLeft if column == TEXT_COLUMN else Qt.AlignmentFlag.AlignRight
        return side | Qt.AlignmentFlag.AlignVCenter
