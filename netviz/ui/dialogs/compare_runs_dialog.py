"""Shows several runs side by side: their settings, and their curves over each other."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from netviz.engine.errors import StorageError
from netviz.ui.dialogs.overlay_controls import OverlayControls
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.plots.overlay.overlaid_run import OverlaidRun
from netviz.ui.plots.overlay.overlay_plot import OverlayPlot
from netviz.ui.plots.plot_export import ask_for_file
from netviz.ui.views.row_table import restyle_rows
from netviz.ui.widgets.main_button import make_main

_MOST_COLUMN_PX, _LEAST_PX, _MOST_PX = 240, 720, 900
_MOST_LINES = 5
"""Settings that are in sight at first; more are scrolled to."""
_LINE_PX, _PLOT_PX, _REST_PX = 26, 340, 110


class CompareRunsDialog(QDialog):
    """A table with a line for each setting that differs, and a plot of the runs; not modal.

    Parameters
    ----------
    names
        Those of the runs.
    lines
        For each setting its name, and the value of each run.

    Signals
    -------
    plot_saved, plot_failed
        The plot was written to a file, or could not be: its `Path`, the `StorageError`.

    Attributes
    ----------
    table, copy_button
        The settings, and what copies them.
    controls, plot
        The choice of what is drawn, and the curves.
    """

    plot_saved = Signal(object)
    plot_failed = Signal(object)

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
        self.setWindowTitle("Compare runs")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Not modal: training goes on behind it.
        self.setModal(False)
        self._is_new = True
        what = f"Settings in which these {len(names)} runs differ"
        self._heading = QLabel(f"{what}:" if lines else "These runs have the same settings.")
        self.table = self._make_table()
        self.table.setVisible(bool(lines))
        self.copy_button = QPushButton("Copy")
        self.copy_button.setToolTip("Copy the table, to be pasted into a sheet (Ctrl+C).")
        self.copy_button.clicked.connect(self.copy)
        self.copy_button.setEnabled(bool(lines))
        QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self).activated.connect(self.copy)
        self.controls = OverlayControls(theme)
        self.plot = OverlayPlot(theme)
        self.controls.changed.connect(self._on_controls_changed)
        self.controls.copy_action.triggered.connect(self.copy_picture)
        self.controls.reset_action.triggered.connect(self.plot.show_all)
        self.controls.export_requested.connect(self._on_controls_export_requested)
        self.plot.canvas.menu_requested.connect(self.controls.menu.popup)
        close = QPushButton("Close")
        close.clicked.connect(self.close)
        self._lay_out(close)
        make_main(self, close)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _lay_out(self, close: QPushButton) -> None:
        upper, lower = QWidget(), QWidget()
        for part, widgets in (
            (upper, (self._heading, self.table)),
            (lower, (self.controls, self.plot)),
        ):
            column = QVBoxLayout(part)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(widgets[0])
            column.addWidget(widgets[1], 1)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(upper)
        self._splitter.addWidget(lower)
        self._splitter.setStretchFactor(1, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy_button)
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.addWidget(self._splitter, 1)
        layout.addLayout(buttons)

    def show_runs(self, runs: Sequence[OverlaidRun], half_life: float) -> None:
        """Draw these runs; see `OverlayPlot.set_runs`. They may be told again as they grow."""
        self.plot.set_runs(runs, half_life)
        if self._is_new and self.plot.has_other_batch_sizes:
            self.controls.axis.choose(1)
            self._on_controls_changed()
        self._is_new = False

    def copy_picture(self) -> None:
        """Copy the plot to the clipboard as a picture."""
        picture = QImage.fromData(self.plot.picture(".png"))
        QGuiApplication.clipboard().setImage(picture)

    def copy(self) -> None:
        """Copy the table to the clipboard, with tabs between the columns."""
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in self._cells))

    def sizeHint(self) -> QSize:
        px, header = self._theme.px, self.table.horizontalHeader()
        width = header.length() + 2 * px(16) if len(self._cells) > 1 else 0
        height = px(_PLOT_PX) + px(_REST_PX) + self._table_height
        return QSize(min(max(width, px(_LEAST_PX)), px(_MOST_PX)), height)

    @property
    def _table_height(self) -> int:
        """Height of the settings that are in sight at first, with the line that names the runs."""
        lines = min(len(self._cells), _MOST_LINES + 1) if len(self._cells) > 1 else 0
        return lines * self._theme.px(_LINE_PX)

    def _on_controls_changed(self) -> None:
        controls = self.controls
        self.plot.show_metric(
            controls.chosen_metric,
            in_epochs=controls.axis.index == 1,
            log_y=controls.log_action.isChecked(),
        )

    def _on_controls_export_requested(self, ending: str) -> None:
        stem = f"runs-{self.plot.shown_metric.key.replace('_', '-')}"
        path = ask_for_file(self, stem, ending)
        if path is None:
            return
        try:
            self.plot.export(path)
        except StorageError as error:
            self.plot_failed.emit(error)
        else:
            self.plot_saved.emit(path)

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
        heading = self._theme.px(_LINE_PX)
        self._splitter.setSizes([heading + self._table_height, self._theme.px(_PLOT_PX)])
        self.copy_button.setIcon(icon(self._theme, "copy", "muted", 14))
