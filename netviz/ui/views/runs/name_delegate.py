"""The cell with the name of a run: the lines of the tree before it, and how a name is typed."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QHelpEvent, QIcon, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from netviz.engine.protocol.run_names import LONGEST
from netviz.ui.look.theme import Theme
from netviz.ui.views.row_table import AnyIndex
from netviz.ui.views.runs.run_model import TREE_ROLE, RunModel
from netviz.ui.views.runs.run_tree import TreeRow
from netviz.ui.views.runs.tree_painting import level_px, paint_tree

_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NameDelegate(QStyledItemDelegate):
    """Lines that join each run to the one that it parted from, and a field to type its name in.

    The keys of the field are its own: Return ends it and goes on with no run.
    """

    def __init__(self, theme: Theme, runs: RunModel, table: QTableView) -> None:
        super().__init__(table)
        self._theme, self._runs, self._table = theme, runs, table

    def initStyleOption(self, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        super().initStyleOption(option, index)
        # Qt would tint the dot of a chosen row, whose colour is that of the run.
        dot, side = QIcon(option.icon), self._theme.px(14)
        dot.addPixmap(
            option.icon.pixmap(QSize(side, side), self._table.devicePixelRatioF()),
            QIcon.Mode.Selected,
        )
        option.icon = dot

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        tree = index.data(TREE_ROLE)
        if not isinstance(tree, TreeRow):
            super().paint(painter, option, index)
            return
        panel = QStyle.PrimitiveElement.PE_PanelItemViewItem
        # Else a chosen row would have a gap where its name is moved to the right.
        self._table.style().drawPrimitive(panel, option, painter, self._table)
        beside = self._beside(option, tree)
        super().paint(painter, beside, index)
        dot = self._dot(beside, index)
        paint_tree(painter, self._theme, QRect(option.rect), dot, tree, self._step)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: AnyIndex
    ) -> None:
        tree = index.data(TREE_ROLE)
        beside = self._beside(option, tree) if isinstance(tree, TreeRow) else option
        super().updateEditorGeometry(editor, beside, index)

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Say of the line under the mouse which run parted from which, and where."""
        tree = index.data(TREE_ROLE)
        if event.type() == QEvent.Type.ToolTip and isinstance(tree, TreeRow) and tree.level:
            dot, x = self._dot(self._beside(option, tree), index), event.pos().x()
            back = max(1, round((dot.center().x() - x) / self._step))
            level = tree.level - back
            child = tree.leads_to[level] if x < dot.left() and level >= 0 else 0
            if child:
                is_other = level < tree.level - 1
                text = self._runs.parting(child, is_named=is_other)
                QToolTip.showText(event.globalPos(), text, view)
                return True
        return super().helpEvent(event, view, option, index)

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: AnyIndex
    ) -> QWidget:
        field = QLineEdit(parent)
        field.setMaxLength(LONGEST)
        return field

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        is_asked = event.type() is QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.key() in _RETURN:
            event.accept()
            return True
        return super().eventFilter(editor, event)

    def setEditorData(self, editor: QWidget, index: AnyIndex) -> None:
        # Only once: the table is told anew while the run trains, and the user is typing.
        if not editor.property("is_filled"):
            editor.setProperty("is_filled", True)
            super().setEditorData(editor, index)

    @property
    def _step(self) -> int:
        """How much farther right a run stands than the one that it parted from, in pixels."""
        return self._theme.px(level_px(self._runs.levels))

    def _beside(self, option: QStyleOptionViewItem, tree: TreeRow) -> QStyleOptionViewItem:
        """Return where the cell is painted beside the lines."""
        beside = QStyleOptionViewItem(option)
        beside.rect = option.rect.adjusted(tree.level * self._step, 0, 0, 0)
        return beside

    def _dot(self, option: QStyleOptionViewItem, index: AnyIndex) -> QRect:
        """Return where the dot of the run is painted."""
        filled = QStyleOptionViewItem(option)
        self.initStyleOption(filled, index)
        part = QStyle.SubElement.SE_ItemViewItemDecoration
        return self._table.style().subElementRect(part, filled, self._table)
