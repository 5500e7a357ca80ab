"""The banner at the foot of the control panel while changes wait for Reset."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout


class PendingBanner(QFrame):
    """The number of changes that wait for Reset, with buttons to apply or drop them.

    Signals
    -------
    apply_clicked, drop_clicked
        The user chose one of them.

    Attributes
    ----------
    apply_button, drop_button
        What emits the signals.
    """

    apply_clicked = Signal()
    drop_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("banner")
        self._label = QLabel()
        self._label.setProperty("role", "strong")
        self.apply_button = QPushButton("Reset and apply")
        self.apply_button.setToolTip("Start the run again from its beginning, with these changes.")
        self.apply_button.clicked.connect(self.apply_clicked)
        self.drop_button = QPushButton("Drop")
        self.drop_button.setToolTip("Forget these changes and keep the run as it is.")
        self.drop_button.clicked.connect(self.drop_clicked)
        row = QHBoxLayout()
        for button, stretch in ((self.apply_button, 1), (self.drop_button, 0)):
            button.setProperty("kind", "small")
            row.addWidget(button, stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 10)
        layout.setSpacing(6)
        layout.addWidget(self._label)
        layout.addLayout(row)
        self.set_count(0)

    def set_count(self, count: int) -> None:
        """Show how many changes wait; hidden for none."""
        self._label.setText(
            "1 change waits for Reset" if count == 1 else f"{count} changes wait for Reset"
        )
        self.setVisible(count > 0)
