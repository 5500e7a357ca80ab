"""What is chosen of a plot of several runs: the metric, its axes, and what its menu offers."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.plots.overlay.overlay_metrics import METRICS, OverlayMetric
from netviz.ui.plots.plot_export import FORMATS
from netviz.ui.widgets.compact_combo import CompactCombo
from netviz.ui.widgets.segmented_control import SegmentedControl


class OverlayControls(ThemedWidget):
    """A row of controls.

    Signals
    -------
    changed
        Another metric or another axis was chosen.
    export_requested
        The user wants a file; carries ``png``, ``svg`` or ``csv``.

    Attributes
    ----------
    combo
        The choice of the metric.
    axis
        The choice of what lies along the plot: 0 steps, 1 epochs.
    log_action, copy_action, reset_action
        Makes the vertical axis logarithmic; copies a picture; shows all of the runs again.
    menu
        What can be done with the plot.
    """

    changed = Signal()
    export_requested = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.combo = CompactCombo(theme, "Metric", METRICS[0].meaning, 200)
        self.combo.set_entries([metric.name for metric in METRICS])
        for place, metric in enumerate(METRICS):
            self.combo.setItemData(place, metric.meaning, Qt.ItemDataRole.ToolTipRole)
        self.combo.currentIndexChanged.connect(self._on_combo_changed)
        self.axis = SegmentedControl(
            theme,
            "Horizontal axis",
            (
                ("Steps", "One step is one batch, of whatever size."),
                ("Epochs", "All training images once: the fair one where batch sizes differ."),
            ),
        )
        self.axis.chosen.connect(self.changed)
        self.log_action = QAction("log y", self, checkable=True)
        self.log_action.setToolTip("Give each power of ten the same height.")
        self.log_action.toggled.connect(self.changed)
        self.log_button = QToolButton()
        self.log_button.setDefaultAction(self.log_action)
        self.copy_action = QAction("Copy the picture", self)
        self.reset_action = QAction("Reset zoom", self)
        self.menu = self._make_menu()
        self.menu_button = QToolButton()
        self.menu_button.setText("⋯")
        self.menu_button.setAccessibleName("Plot menu")
        self.menu_button.setToolTip("Save or copy the plot, or show all of it again.")
        self.menu_button.setMenu(self.menu)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for button in (self.log_button, self.menu_button):
            button.setProperty("kind", "quiet")
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.combo)
        self._row.addWidget(self.axis)
        self._row.addStretch(1)
        self._row.addWidget(self.log_button)
        self._row.addWidget(self.menu_button)
        self._restyle()

    @property
    def chosen_metric(self) -> OverlayMetric:
        """The metric that is chosen."""
        return METRICS[max(0, self.combo.currentIndex())]

    def choose(self, place: int) -> None:
        """Choose another metric, by its place among all."""
        self.combo.setCurrentIndex(place)

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.addActions([self.copy_action, self.reset_action])
        menu.addSeparator()
        for ending, words in FORMATS.items():
            action = menu.addAction(f"Save as {words.split()[0]}…")
            action.setToolTip(f"Write the plot to a file as {words}.")
            action.triggered.connect(partial(self._on_save_triggered, ending))
        return menu

    def _on_combo_changed(self) -> None:
        self.combo.setToolTip(self.chosen_metric.meaning)
        self.log_button.setVisible(self.chosen_metric.has_log)
        self.changed.emit()

    def _on_save_triggered(self, ending: str) -> None:
        self.export_requested.emit(ending)

    def _restyle(self) -> None:
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(self._theme.px(8))
