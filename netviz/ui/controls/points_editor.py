"""The editor of the points of a schedule drawn by hand."""

from typing import Any

from PySide6.QtWidgets import QLineEdit
from shiboken6 import isValid

from netviz.engine.options.rate_points import RatePoints, points_text
from netviz.ui.controls.option_editor import OptionEditor


class PointsEditor(OptionEditor):
    """Points, typed as ``0:1, 3:1, 10:0.01``."""

    def __init__(self) -> None:
        super().__init__()
        self._value: RatePoints = ()
        self._help = ""
        self._line = QLineEdit()
        self._line.editingFinished.connect(self._on_line_editing_finished)
        self._hold(self._line)

    def set_value(self, value: Any) -> None:
        self._value = tuple(value)
        if not (self._line.hasFocus() and self._line.isModified()):
            self._line.setText(points_text(self._value))
            self._line.setCursorPosition(0)
        self._explain()

    def describe(self, name: str, tooltip: str) -> None:
        super().describe(name, tooltip)
        self._help = tooltip
        self._explain()

    def _explain(self) -> None:
        """Show in the tooltip also what is too long for the field."""
        self._line.setToolTip(f"<p>{points_text(self._value)}</p>{self._help}")

    def _on_line_editing_finished(self) -> None:
        if not isValid(self._line):  # A focused field emits this while it is being destroyed.
            return
        self._line.setModified(False)
        if self._line.text() != points_text(self._value):
            self.edited.emit(self._line.text())
