"""The buttons in the corner of the table of runs: its menu, and the way back to the tree."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

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


class TreeButton(QToolButton):
    """Shows the runs as a tree again; only there while they are sorted otherwise.

    Parameters
    ----------
    action
        What it does, whose visibility it has.
    """

    def __init__(self, theme: Theme, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("kind", "quiet")
        self.setAccessibleName(action.text())
        self.setToolTip(f"{action.text()}: {action.toolTip()[0].lower()}{action.toolTip()[1:]}")
        self.clicked.connect(action.trigger)
        action.visibleChanged.connect(lambda: self.setVisible(action.isVisible()))
        self.setVisible(action.isVisible())
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        side = self._theme.px(14)
        self.setIcon(icon(self._theme, "run-tree", "muted", 14))
        self.setIconSize(QSize(side, side))


def corner_of(theme: Theme, *buttons: QToolButton) -> QHBoxLayout:
    """Return what lays buttons into the upper right corner of a table, beside its scroll bar."""
    corner = QHBoxLayout()
    corner.setContentsMargins(0, 0, theme.px(12), 0)
    corner.addStretch(1)
    for button in buttons:
        corner.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
    return corner
