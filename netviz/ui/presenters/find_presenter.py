"""Begins a range test wherever the user asks for one, and shows it in its tab."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from netviz.engine.errors import NetvizError
from netviz.ui.views.learning_rate.find_picture import FindPicture
from netviz.ui.views.learning_rate.rate_view import RateView

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow


class FindPresenter(QObject):
    """Connects the menu and the button beside the rate with the row "Find" of the tab."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._tab = window.views.view(RateView)
        self._row = next(row for row in self._tab.pictures if isinstance(row, FindPicture))
        self._action = window.actions_by_key["find"]
        self._action.triggered.connect(self._on_find_triggered)
        # On the stage the tabs are not to be seen.
        window.actions_by_key["stage"].toggled.connect(self._action.setDisabled)
        window.panel.find_requested.connect(self._on_find_triggered)
        self._row.saved.connect(self._on_row_saved)
        self._row.failed.connect(self._on_row_failed)

    @Slot()
    def _on_find_triggered(self) -> None:
        """Bring the tab to the front and begin; without a run the tab says what is missing."""
        views = self._window.views
        views.set_folded(False)
        views.show_view(self._tab)
        if self._tab.has_content:
            self._row.start()

    @Slot(object)
    def _on_row_saved(self, path: Path) -> None:
        self._window.show_status(f"Saved {path}.")

    @Slot(object)
    def _on_row_failed(self, error: NetvizError) -> None:
        self._window.message_bar.show_message("warning", error.message, error.hint)
