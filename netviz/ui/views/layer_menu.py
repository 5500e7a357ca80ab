"""The menu of the layers that a view shows."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme


class LayerMenu(QToolButton):
    """A button whose menu has an entry to tick for each layer.

    Signals
    -------
    chosen
        The ticks changed; `is_shown` returns them.
    """

    chosen = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names: tuple[str, ...] = ()
        self._actions: dict[str, QAction] = {}
        self.setProperty("kind", "quiet")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip("Choose which layers are shown.")
        self.setAccessibleName("Layers")
        self.setMenu(QMenu(self))
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_layers(self, names: tuple[str, ...], titles: tuple[str, ...]) -> None:
        """Offer other layers, all of them ticked; does nothing if they are the same."""
        if names == self._names:
            return
        self._names = names
        menu = self.menu()
        menu.clear()
        menu.addAction("Show all").triggered.connect(self._on_all_triggered)
        menu.addSeparator()
        self._actions = {}
        for name, title in zip(names, titles, strict=True):
            action = menu.addAction(title)
            action.setCheckable(True)
            action.setChecked(True)
            action.toggled.connect(self.chosen)
            self._actions[name] = action

    def is_shown(self, name: str) -> bool:
        """Whether a layer is ticked."""
        return self._actions[name].isChecked()

    def choose(self, name: str, is_shown: bool) -> None:
        """Tick or untick a layer."""
        self._actions[name].setChecked(is_shown)

    def _on_all_triggered(self) -> None:
        for action in self._actions.values():
            action.setChecked(True)

    def _restyle(self) -> None:
        side = self._theme.px(16)
        self.setIcon(icon(self._theme, "layers", "muted"))
        self.setIconSize(QSize(side, side))
