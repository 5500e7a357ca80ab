"""Lets the user fetch data sets beside the training."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from netviz.engine.dataset_names import dataset_label
from netviz.engine.errors import NetvizError

if TYPE_CHECKING:
    from netviz.engine.datasets.download import DownloadProgress
    from netviz.ui.shell.main_window import MainWindow


class DownloadPresenter(QObject):
    """Offers the download of a missing data set in the control panel, and follows it.

    Attributes
    ----------
    mirror
        Address of the user's own server of data sets, tried first; empty for none.
    """

    def __init__(self, window: "MainWindow", mirror: str = "") -> None:
        super().__init__(window)
        self._window = window
        self._controller = window.controller
        self._downloader = window.downloader
        self.mirror = mirror
        self._error: NetvizError | None = None
        self._name = ""
        self._connect_downloads()

    def _connect_downloads(self) -> None:
        panel = self._window.panel
        panel.download_requested.connect(self.download)
        panel.cancel_download_requested.connect(self._downloader.cancel)
        self._downloader.progressed.connect(self._on_downloader_progressed)
        self._downloader.completed.connect(self._on_downloader_completed)
        self._downloader.failed.connect(self._on_downloader_failed)
        self._downloader.ended.connect(self._offer)
        self._controller.settings_changed.connect(self._offer)
        self._controller.prepared.connect(self._offer)
        self._controller.refused.connect(self._offer)

    @Slot()
    def _offer(self) -> None:
        """Show the download button where a data set that is wanted is not there."""
        missing = self._controller.missing_dataset()
        if self._downloader.is_active:
            return
        if missing is None:
            self._window.panel.set_download(None)
        else:
            text = f"Download {missing.label} ({missing.total_bytes / 1e6:,.0f} MB)"
            self._window.panel.set_download(missing.name, text)

    @Slot(str)
    def download(self, name: str) -> None:
        """Fetch a data set, from the user's mirror first."""
        self._error, self._name = None, name
        self._window.message_bar.review()
        self._downloader.start(name, self._controller.data_dir, self.mirror or None)
        self._window.panel.set_download_progress(0, None)

    @Slot(object)
    def _on_downloader_progressed(self, progress: "DownloadProgress") -> None:
        self._window.panel.set_download_progress(progress.received_bytes, progress.total_bytes)

    @Slot(str)
    def _on_downloader_completed(self, name: str) -> None:
        self._window.message_bar.show_message("success", f"{dataset_label(name)} is here.")
        self._controller.apply_if_nothing_is_lost()

    @Slot(object)
    def _on_downloader_failed(self, error: NetvizError) -> None:
        self._error = error
        self._window.message_bar.show_message(
            "error",
            error.message,
            error.hint,
            actions=[("Try again", partial(self.download, self._name))],
            holds=lambda: self._error is error,
        )
