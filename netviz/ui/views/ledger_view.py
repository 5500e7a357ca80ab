"""The tab Log: what the user changed in a run, and what happened, as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from netviz.engine.protocol.findings import Finding
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.views.page import Page
from netviz.ui.views.view_spec import ViewSpec

_HEADINGS = ("Step", "Epoch", "What happened")
_TEXT_COLUMN = 2
_ROW_PX = 24
_AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Line:
    """A line of the log: a change by the user, something that was noticed, or a note.

    Attributes
    ----------
    entry, finding
        The change, or what was noticed; both None for a note, which has no epoch.
    """

    step: int
    text: str
    entry: LedgerEntry | None = None
    finding: Finding | None = None

    @property
    def cells(self) -> tuple[str, str, str]:
        """The texts of its three columns."""
        source = self.entry or self.finding
        return f"{self.step:,}", str(source.epoch) if source else "", self.text


class LedgerModel(QAbstractTableModel):
    """The lines in the order in which they were added."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: list[Line] = []

    @property
    def lines(self) -> Sequence[Line]:
        """All lines, the newest last."""
        return self._lines

    def append(self, lines: Sequence[Line]) -> None:
        """Add lines at the end."""
        if not lines:
            return
        first = len(self._lines)
        self.beginInsertRows(QModelIndex(), first, first + len(lines) - 1)
        self._lines.extend(lines)
        self.endInsertRows()

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Replace all lines by these."""
        self.beginResetModel()
        self._lines = list(lines)
        self.endResetModel()

    def rowCount(self, parent: _AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def columnCount(self, parent: _AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(_HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return _HEADINGS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        line, column = self._lines[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return line.cells[column]
        if role == Qt.ItemDataRole.ToolTipRole and column == _TEXT_COLUMN:
            return f"{line.text}\n{line.finding.hint}" if line.finding else line.text
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._color(line, column)
        if role == Qt.ItemDataRole.DecorationRole and column == _TEXT_COLUMN:
            name, token = ("sliders-horizontal", "ledger") if line.entry else ("info", "muted")
            if line.finding:
                token = "warning"
            return icon(self._theme, name, token, 14)
        return None

    def _color(self, line: Line, column: int) -> QColor:
        is_change = column == _TEXT_COLUMN and line.entry is not None
        return self._theme.color("ledger" if is_change else "muted")

    @staticmethod
    def _alignment(column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignLeft if column == _TEXT_COLUMN else Qt.AlignmentFlag.AlignRight
        return side | Qt.AlignmentFlag.AlignVCenter


class LedgerView(Page):
    """The log, newest line last; it scrolls along while the last line is visible.

    Attributes
    ----------
    table, model
        The table and its model.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "history",
            "Every change that you make while the network trains is noted here."
            " Press Train, then drag the learning rate.",
            parent,
        )
        self.model = LedgerModel(theme, self)
        self.table = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName("Log")
        self.table.setToolTip("What happened at which step; copy the selected lines with Ctrl+C.")
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(_TEXT_COLUMN, QHeaderView.ResizeMode.Stretch)
        self.body.addWidget(self.table, 1)
        self._follows = True
        bar = self.table.verticalScrollBar()
        bar.valueChanged.connect(self._on_scroll_bar_value_changed)
        bar.rangeChanged.connect(self._on_scroll_bar_range_changed)
        self._add_copy_action()
        self._restyle()

    def add_entries(self, entries: Sequence[LedgerEntry]) -> None:
        """Add changes that the user made."""
        self._append([line_of(entry) for entry in entries])

    def set_entries(self, entries: Sequence[LedgerEntry]) -> None:
        """Keep only these changes, since the run went back; the notes stay."""
        kept = [line for line in self.model.lines if line.entry is None or line.entry in entries]
        known = [line.entry for line in kept]
        self.model.set_lines(kept)
        self._append([line_of(entry) for entry in entries if entry not in known])

    def set_findings(self, findings: Sequence[Finding]) -> None:
        """List what was noticed, and no more of it: the run may have gone back before it."""
        lines = self.model.lines
        known = [line.finding for line in lines if line.finding]
        if any(finding not in findings for finding in known):
            self.model.set_lines([x for x in lines if not x.finding or x.finding in findings])
        new = [finding for finding in findings if finding not in known]
        self._append([Line(each.step, each.text, finding=each) for each in new])

    def add_note(self, step: int, text: str) -> None:
        """Add a note about something that happened."""
        self._append([Line(step, text)])

    def clear(self) -> None:
        """Remove all lines."""
        self.model.set_lines([])
        self._show_content(False)

    def copy_selection(self) -> None:
        """Copy the selected lines to the clipboard, with tabs between the columns."""
        rows = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        if rows:
            lines = ["\t".join(self.model.lines[row].cells) for row in rows]
            QGuiApplication.clipboard().setText("\n".join(lines))

    def _append(self, lines: Sequence[Line]) -> None:
        self.model.append(lines)
        self._show_content(bool(self.model.lines))

    def _on_scroll_bar_value_changed(self, value: int) -> None:
        self._follows = value == self.table.verticalScrollBar().maximum()

    def _on_scroll_bar_range_changed(self, _minimum: int, maximum: int) -> None:
        if self._follows:
            self.table.verticalScrollBar().setValue(maximum)

    def _add_copy_action(self) -> None:
        copy = QAction("Copy", self.table)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        copy.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        copy.triggered.connect(self.copy_selection)
        self.table.addAction(copy)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _restyle(self) -> None:
        px = self._theme.px
        self.table.setFont(self._theme.font())
        self.table.verticalHeader().setDefaultSectionSize(px(_ROW_PX))
        for column, width in enumerate((px(76), px(64))):
            self.table.setColumnWidth(column, width)
        self.table.setStyleSheet(
            f"QTableView::item, QHeaderView::section {{ padding: 0 {px(8)}px; }}"
            f"QTableView::item:selected {{ background: {self._theme.colors.raised}; }}"
            f"QHeaderView::section {{ padding-bottom: {px(4)}px; }}"
        )
        self.table.viewport().update()


def line_of(entry: LedgerEntry) -> Line:
    """Return the line of a change by the user."""
    return Line(entry.step, entry.label, entry)


VIEW = ViewSpec("Log", "Every change that you made, and at which step.", 80, LedgerView)
