"""The button in the corner of the table of runs, with all that can be done with the table."""

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme


class RunMenu(QToolButton):
    """A button that opens a menu.

    Parameters
    ----------
    columns
        Entries that choose which columns are shown.

    Attributes
    ----------
    before
        The entry of the columns, which stands last.
    """

    def __init__(
        self, theme: Theme, columns: Sequence[QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("kind", "quiet")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip("Find runs, add saved ones, choose columns, export the table.")
        self.setAccessibleName("What can be done with the runs")
        menu = QMenu(self)
        shown = menu.addMenu("&Columns")
        shown.addActions(list(columns))
        self.before = shown.menuAction()
        self.setMenu(menu)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        side = self._theme.px(14)
        self.setIcon(icon(self._theme, "ellipsis", "muted", 14))
        self.setIconSize(QSize(side, side))
