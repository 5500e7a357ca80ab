"""The button that holds what a bar has no room for."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QToolButton,
    QWidget,
)

from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme


class OverflowButton(QToolButton):
    """Offers hidden widgets in its menu: buttons to press, menus to open, figures to read."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._held: tuple[QWidget, ...] = ()
        self.setAccessibleName("More of this bar")
        self.setToolTip("What there is no room for.")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        # A click must not take the keyboard: Space trains.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)
        self.setMenu(menu)
        self.hide()
        theme.changed.connect(self._restyle)
        self._restyle()

    def hold(self, widgets: Sequence[QWidget]) -> None:
        """Offer these widgets, in this order; without any the button is hidden."""
        self._held = tuple(widgets)
        self.setVisible(bool(widgets))

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        for widget in self._held:
            if isinstance(widget, QAbstractButton):
                self._offer_button(menu, widget)
            elif isinstance(widget, QProgressBar):
                done = widget.value() / max(1, widget.maximum())
                menu.addAction(f"{done:.0%} of the run").setEnabled(False)
            elif isinstance(widget, QLabel) and widget.text():
                menu.addAction(widget.text()).setEnabled(False)

    def _offer_button(self, menu: QMenu, button: QAbstractButton) -> None:
        own = button.menu() if isinstance(button, QToolButton | QPushButton) else None
        if own is not None:
            own.setTitle(button.accessibleName())
            menu.addMenu(own)
            return
        action = menu.addAction(button.icon(), button.accessibleName())
        action.setToolTip(button.toolTip())
        action.setEnabled(button.isEnabled())
        action.triggered.connect(button.click)

    def _restyle(self) -> None:
        side = self._theme.px(16)
        self.setIcon(icon(self._theme, "ellipsis"))
        self.setIconSize(QSize(side, side))
        self.setFixedHeight(self._theme.px(34))
