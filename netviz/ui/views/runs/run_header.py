"""The headings of the table of runs: how wide they are, and which of them are shown."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QTableView

from netviz.ui.look.theme import Theme
from netviz.ui.views.runs.run_columns import COLUMNS, Column, place_of
from netviz.ui.views.runs.tree_painting import level_px


class RunHeader(QObject):
    """Shows as many columns as there is room for, but for those that the user chose or hid.

    Signals
    -------
    chosen
        The user chose other columns.

    Attributes
    ----------
    actions
        One for each column that can be hidden, and one that leaves the choice to the width again.
    tree_action
        Lets the runs stand as a tree again; to be seen only where they are sorted otherwise.
    has_eyes
        Whether it is known which runs the plots draw, so that there is a column for it.
    """

    chosen = Signal()

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table
        self._choice: dict[str, bool] = {}
        self.has_eyes = False
        header = table.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        self.tree_action = QAction("Show as a tree", self)
        self.tree_action.setToolTip("Each run below the one that it parted from, joined by lines.")
        self.tree_action.setVisible(False)
        self.tree_action.triggered.connect(self._on_tree_triggered)
        header.sortIndicatorChanged.connect(self._on_header_sort_indicator_changed)
        header.setHighlightSections(False)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._by_key: dict[str, QAction] = {}
        for column in COLUMNS:
            if column.from_px:
                self._by_key[column.key] = self._make_action(column)
        usual = QAction("As many as fit", self)
        usual.triggered.connect(self._on_usual_triggered)
        self.actions = [*self._by_key.values(), usual]
        header.addActions(self.actions)
        header.moveSection(place_of("eye"), 0)

    def _make_action(self, column: Column) -> QAction:
        action = QAction(column.heading, self)
        action.setCheckable(True)
        action.triggered.connect(self._on_action_triggered)
        return action

    @property
    def choice(self) -> str:
        """What the user chose, as a text that `restore` reads: ``+seconds -state``."""
        return " ".join(f"{'+' if shown else '-'}{key}" for key, shown in self._choice.items())

    def restore(self, text: str) -> None:
        """Choose as the user did; what is no column (any more) is left out."""
        self._choice = {
            each[1:]: each[0] == "+" for each in text.split() if each[1:] in self._by_key
        }

    def fit(self, theme: Theme, width_px: int, levels: int = 0) -> None:
        """Show what there is room for in a tab of such a width, with a tree of so many levels."""
        lines_px = levels * level_px(levels)
        width = width_px / theme.scale - lines_px
        for place, column in enumerate(COLUMNS):
            is_shown = self._choice.get(column.key, width >= column.from_px)
            if column.key == "eye":
                is_shown = self.has_eyes
            self._table.setColumnHidden(place, not is_shown)
            if column.key in self._by_key:
                self._by_key[column.key].setChecked(is_shown)
            if column.width_px:
                room = column.width_px + (lines_px if column.key == "name" else 0)
                self._table.setColumnWidth(place, theme.px(room))

    def _on_action_triggered(self) -> None:
        for key, action in self._by_key.items():
            if action.isChecked() == self._table.isColumnHidden(place_of(key)):
                self._choice[key] = action.isChecked()
        self.chosen.emit()

    def _on_tree_triggered(self) -> None:
        self._table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def _on_header_sort_indicator_changed(self, place: int) -> None:
        self.tree_action.setVisible(place >= 0)

    def _on_usual_triggered(self) -> None:
        self._choice = {}
        self.chosen.emit()
