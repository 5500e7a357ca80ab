"""Shows the settings of several runs side by side."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.views.row_table import restyle_rows
from netviz.ui.widgets.main_button import make_main

_MOST_COLUMN_PX, _MOST_PX = 240, 900


class CompareRunsDialog(QDialog):
    """A table with a column for each run and a line for each setting that differs; not modal.

    Parameters
    ----------
    names
        Those of the runs.
    lines
        For each setting its name, and the value of each run.

    Attributes
    ----------
    table, copy_button
        The parts of the dialog.
    """

    def __init__(
        self,
        theme: Theme,
        names: Sequence[str],
        lines: Sequence[Sequence[str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cells = [("Setting", *names), *(tuple(line) for line in lines)]
        self.setWindowTitle("Compare settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Not modal: training goes on behind it.
        self.setModal(False)
        what = f"Settings in which these {len(names)} runs differ"
        text = QLabel(f"{what}:" if lines else "These runs have the same settings.")
        self.table = self._make_table()
        self.table.setVisible(bool(lines))
        self.copy_button = QPushButton("Copy")
        self.copy_button.setToolTip("Copy the table, to be pasted into a sheet (Ctrl+C).")
        self.copy_button.clicked.connect(self.copy)
        self.copy_button.setEnabled(bool(lines))
        QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self).activated.connect(self.copy)
        close = QPushButton("Close")
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy_button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.addWidget(text)
        layout.addWidget(self.table, 1)
        layout.addLayout(buttons)
        make_main(self, close)
        theme.changed.connect(self._restyle)
        self._restyle()

    def copy(self) -> None:
        """Copy the table to the clipboard, with tabs between the columns."""
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in self._cells))

    def sizeHint(self) -> QSize:
        px, header = self._theme.px, self.table.horizontalHeader()
        width = header.length() + 2 * px(16) if len(self._cells) > 1 else px(320)
        rows = min(len(self._cells), 16) * px(26)
        return QSize(min(max(width, px(320)), px(_MOST_PX)), rows + px(110))

    def _make_table(self) -> QTableWidget:
        headings, *lines = self._cells
        table = QTableWidget(len(lines), len(headings))
        table.setAccessibleName("Settings that differ")
        table.setHorizontalHeaderLabels(list(headings))
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                table.setItem(row, column, item)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        return table

    def _restyle(self) -> None:
        restyle_rows(self.table, self._theme)
        self.table.horizontalHeader().setMaximumSectionSize(self._theme.px(_MOST_COLUMN_PX))
        self.copy_button.setIcon(icon(self._theme, "copy", "muted", 14))
