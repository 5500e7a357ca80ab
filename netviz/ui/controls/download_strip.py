"""The download of a data set, below its choice in the control panel."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget


class DownloadStrip(QWidget):
    """A button that downloads a data set, and the progress of the download.

    Signals
    -------
    requested
        The user wants to download the data set of this name.
    cancelled
        The user wants the download to stop.
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
        """Offer the data set `name` on a button with `text`; hidden for None."""
        self._name = name or ""
        self._button.setText(text)
        self._show_running(False)
        self.setVisible(name is not None)

    def set_progress(self, received: int, total: int | None) -> None:
        """Show the bytes received, and of how many if that is known."""
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
