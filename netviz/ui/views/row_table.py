"""A table of rows that are read and chosen, and the model of one."""

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    Qt,
)
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from netviz.ui.look.theme import Theme

AnyIndex = QModelIndex | QPersistentModelIndex
CELL_GAP_PX = 8
_ROW_PX = 24


class RowModel(QAbstractTableModel):
    """The headings and the size of a table whose rows a subclass keeps.

    Attributes
    ----------
    headings
        What stands over the columns.
    """

    headings: ClassVar[Sequence[str]] = ()

    def row_total(self) -> int:
        """Return how many rows there are."""
        raise NotImplementedError

    def alignment(self, column: int) -> Qt.AlignmentFlag:
        """Return where the text of a column stands in its cells."""
        raise NotImplementedError

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self.row_total()

    def columnCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.headings)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.headings[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(section)
        return None


def row_table(model: QAbstractItemModel, name: str, stretched: int) -> QTableView:
    """Make a table without a grid, of which whole rows are chosen.

    Parameters
    ----------
    name
        Its accessible name.
    stretched
        The column that takes what room there is.
    """
    table = QTableView()
    table.setModel(model)
    table.setAccessibleName(name)
    table.setFrameShape(QFrame.Shape.NoFrame)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setTabKeyNavigation(False)
    table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
    table.verticalHeader().hide()
    header = table.horizontalHeader()
    header.setSectionsClickable(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)
    return table


def row_action(
    table: QTableView, text: str, key: Qt.Key | QKeySequence.StandardKey | None = None
) -> QAction:
    """Add to the menu of a table's rows what can be done with those that are chosen."""
    action = QAction(text, table)
    if key is not None:
        action.setShortcut(QKeySequence(key))
    action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
    table.addAction(action)
    return action


def restyle_rows(table: QTableView, theme: Theme) -> None:
    """Give a table of `row_table` the look of `theme`."""
    px = theme.px
    table.setFont(theme.font())
    table.verticalHeader().setDefaultSectionSize(px(_ROW_PX))
    table.setIconSize(QSize(px(14), px(14)))
    table.setStyleSheet(
        f"QTableView::item, QHeaderView::section {{ padding: 0 {px(CELL_GAP_PX)}px; }}"
        f"QTableView::item:selected {{ background: {theme.colors.raised}; }}"
        f"QHeaderView::section {{ padding-bottom: {px(4)}px; }}"
        "QLineEdit, QLineEdit:focus {"
        f" min-height: 0; border: 1px solid {theme.colors.primary}; border-radius: {px(3)}px;"
        f" padding: 0 {px(CELL_GAP_PX) - 3}px; }}"
    )
    table.viewport().update()
