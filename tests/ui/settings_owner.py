"""The owner of the settings, for tests of a panel without a controller."""

from typing import Any

from PySide6.QtCore import QObject

from netviz.bridge.run_settings import RunSettings
from netviz.engine.options.run_config import RunConfig
from netviz.ui.controls.control_panel import ControlPanel


class SettingsOwner(QObject):
    """Stands for the controller: remembers what was asked for, and shows it at once.

    Attributes
    ----------
    changes
        What was asked for, in its order.
    """

    def __init__(self, panel: ControlPanel) -> None:
        super().__init__(panel)
        self.changes: list[dict[str, Any]] = []
        self._settings = RunSettings(RunConfig())
        self._panel = panel
        panel.change_requested.connect(self._on_panel_change_requested)

    def answer(self, request: int) -> None:
        """Let the training confirm the changes up to this one, counted from 1."""
        config = RunConfig()
        for change in self.changes[:request]:
            config = config.with_changes(change)
        self._show(self._settings.confirm(config, request))

    def refuse(self, request: int) -> None:
        """Let the training refuse one."""
        self._show(self._settings.revert(request))

    def _on_panel_change_requested(self, change: dict[str, Any]) -> None:
        self.changes.append(change)
        self._show(self._settings.ask(change, len(self.changes)))

    def _show(self, settings: RunSettings) -> None:
        self._settings = settings
        self._panel.show_settings(settings)
