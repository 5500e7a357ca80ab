"""Connects the tab of the training loop with the menu, the speed limit and the clipboard."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from netviz.ui.views.loop.loop_view import LoopView

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow


class LoopPresenter(QObject):
    """Lets a key go on by a line, and the lines set the pace of the run."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._tab = window.views.view(LoopView)
        window.actions_by_key["next_line"].triggered.connect(self._on_next_line_triggered)
        window.top_bar.pace_chosen.connect(self._tab.set_pace)
        self._tab.pace_requested.connect(self._on_tab_pace_requested)
        self._tab.copied.connect(self._on_tab_copied)

    @Slot()
    def _on_next_line_triggered(self) -> None:
        """Go on by a line; the first time this brings the tab to the front."""
        views, tab = self._window.views, self._tab
        if tab.isVisible():
            tab.next_line()
        elif not self._window.stage.is_on:
            views.set_folded(False)
            views.show_view(tab)

    @Slot(object)
    def _on_tab_pace_requested(self, batches_per_second: float | None) -> None:
        self._window.controller.set_pace(batches_per_second)
        self._window.top_bar.pace_button.set_pace(batches_per_second)

    @Slot(str)
    def _on_tab_copied(self, text: str) -> None:
        self._window.message_bar.show_message("success", text)
