"""How the name of a run is typed into its cell."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from netviz.engine.protocol.run_names import LONGEST
from netviz.ui.views.row_table import AnyIndex

_RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NameDelegate(QStyledItemDelegate):
    """A field in the cell, whose keys are its own: Return ends it and goes on with no run."""

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
