"""What the control panel shows only at times: a download, and changes that wait for Reset."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)


class DownloadStrip(QWidget):
    """What a data set that is not on this machine offers: to fetch it, with progress.

    Signals
    -------
    requested
        The user wants the data set of this name.
    cancelled
        The user does not want it any more.
    """

    requested = Signal(str)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._name = ""
        self._button = QPushButton()
        self._button.setToolTip("Fetch this data set from the network into your cache folder.")
        self._button.clicked.connect(self._on_button_clicked)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Download progress")
        self._received = QLabel()
        self._received.setProperty("role", "fact")
        self._cancel = QPushButton("Cancel")
        self._cancel.setProperty("kind", "small")
        self._cancel.setToolTip("Stop the download; nothing half-written is left.")
        self._cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout()
        row.addWidget(self._received, 1)
        row.addWidget(self._cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._button)
        layout.addWidget(self._progress)
        layout.addLayout(row)
        self.offer(None, "")

    def offer(self, name: str | None, text: str) -> None:
        """Offer the data set `name` on a button with `text`, or nothing."""
        self._name = name or ""
        self._button.setText(text)
        self._show_running(False)
        self.setVisible(name is not None)

    def set_progress(self, received: int, total: int | None) -> None:
        """Show how many bytes have come, of how many if that is known."""
        self.show()
        self._show_running(True)
        # In kilobytes, since a progress bar counts in 32 bits.
        self._progress.setRange(0, total // 1024 if total else 0)
        self._progress.setValue(received // 1024)
        whole = f" of {total / 1e6:.1f} MB" if total else " MB"
        self._received.setText(f"{received / 1e6:.1f}{whole}")

    def _show_running(self, running: bool) -> None:
        self._button.setVisible(not running)
        for widget in (self._progress, self._received, self._cancel):
            widget.setVisible(running)

    def _on_button_clicked(self) -> None:
        self.requested.emit(self._name)


class PendingBanner(QFrame):
    """The panel's foot while changes wait for Reset.

    Signals
    -------
    apply_clicked, drop_clicked
        What shall become of them.
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
        """Say how many changes wait; hidden for none."""
        self._label.setText(
            "1 change waits for Reset" if count == 1 else f"{count} changes wait for Reset"
        )
        self.setVisible(count > 0)
