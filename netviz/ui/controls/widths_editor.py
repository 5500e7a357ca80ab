"""The editor of the widths of the hidden layers."""

import re
from typing import Any

from PySide6.QtWidgets import QComboBox
from shiboken6 import isValid

from netviz.ui.controls.option_editor import OptionComboBox, OptionEditor


class WidthsEditor(OptionEditor):
    """Widths of hidden layers: shown between input and output, typed as ``64, 64``."""

    PRESETS: tuple[tuple[int, ...], ...] = ((64, 64, 64), (128, 64), (512, 512), (32,), ())

    def __init__(self) -> None:
        super().__init__()
        self._ends = (0, 0)
        self._value: tuple[int, ...] = ()
        self._box = OptionComboBox()
        self._box.setEditable(True)
        self._box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._box.setCompleter(None)  # type: ignore[arg-type]  # the stub forbids what Qt allows
        self._box.activated.connect(self._on_box_activated)
        line = self._box.lineEdit()
        assert line is not None
        self._line = line
        # Aligns the text with that of combo boxes that are not editable.
        self._line.setTextMargins(-2, 0, 0, 0)
        self._line.editingFinished.connect(self._on_line_editing_finished)
        self._hold(self._box)

    def set_ends(self, inputs: int, outputs: int) -> None:
        """Set the numbers of inputs and outputs to show; 0 where one is not known yet."""
        if (inputs, outputs) == self._ends:
            return
        self._ends = (inputs, outputs)
        self._box.clear()
        for widths in self.PRESETS:
            self._box.addItem(self._text(widths), widths)
        self.set_value(self._value)

    def set_value(self, value: Any) -> None:
        self._value = tuple(value)
        if not (self._box.hasFocus() and self._line.isModified()):
            self._box.setCurrentIndex(self._preset_index())
            self._line.setText(self._text(self._value))
            self._line.setCursorPosition(0)

    def _preset_index(self) -> int:
        return self.PRESETS.index(self._value) if self._value in self.PRESETS else -1

    def _text(self, widths: tuple[int, ...]) -> str:
        return " – ".join(str(width or "?") for width in (self._ends[0], *widths, self._ends[1]))

    def _on_box_activated(self, index: int) -> None:
        self._enter(self.PRESETS[index])

    def _on_line_editing_finished(self) -> None:
        if not isValid(self._line):  # A focused field emits this while it is being destroyed.
            return
        self._line.setModified(False)
        if self._line.text() != self._text(self._value):
            self._enter(self._parsed(self._line.text()))

    def _enter(self, entry: tuple[int, ...] | str) -> None:
        if entry != self._value:
            self.edited.emit(entry)

    def _parsed(self, text: str) -> str:
        """Return the hidden widths, comma separated; bad parts stay for the error message."""
        parts = [part for part in re.split(r"\s*[–,;]\s*|\s+", text.strip()) if part]
        first, last = (str(end or "?") for end in self._ends)
        if "–" in text and len(parts) > 1 and parts[0] == first and parts[-1] == last:
            parts = parts[1:-1]
        return ",".join(parts)
