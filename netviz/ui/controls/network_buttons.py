"""Buttons beside the network in the control panel: edit its layers, or open a Python file."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.widgets.icon_button import quiet_button


class NetworkButtons(ThemedWidget):
    """Two small buttons in the heading of the network's section.

    Signals
    -------
    edit_requested, file_requested
        The user wants to edit the layers, or to open a network in a Python file.
    """

    edit_requested = Signal()
    file_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.edit_button = quiet_button(
            "Edit layers…", "<p>Edit layers: put the network together layer by layer.</p>"
        )
        self.edit_button.clicked.connect(self.edit_requested)
        self.file_button = quiet_button(
            "Open a Python file…",
            "<p>Open a Python file: train an nn.Module of your own. Opening a file runs its code, "
            "with all that it does: open only files that you trust.</p>",
        )
        self.file_button.clicked.connect(self.file_requested)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.edit_button)
        layout.addWidget(self.file_button)
        self._restyle()

    def _restyle(self) -> None:
        for button, name in ((self.edit_button, "pencil"), (self.file_button, "folder-open")):
            button.setIcon(icon(self._theme, name, "muted", 14))
            button.setFixedSize(self._theme.px(24), self._theme.px(20))
