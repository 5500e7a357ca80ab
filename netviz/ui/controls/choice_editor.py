"""The editor of an option with declared choices."""

import re
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt

from netviz.ui.controls.option_editor import OptionComboBox, OptionEditor


class ChoiceEditor(OptionEditor):
    """A combo box over the choices of an option."""

    def __init__(
        self, choices: Mapping[str, str], choice_help: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self._value: str | None = None
        self._box = OptionComboBox()
        for value, label in choices.items():
            self._box.addItem(label, value)
            help_text = (choice_help or {}).get(value, "")
            # Qt wraps rich text only.
            tooltip = f"<p>{help_text}</p>" if help_text else None
            self._box.setItemData(self._box.count() - 1, tooltip, Qt.ItemDataRole.ToolTipRole)
        self._declared = self._box.count()
        self._box.activated.connect(self._on_box_activated)
        self._hold(self._box)

    def set_value(self, value: Any) -> None:
        self._value = value
        if value is not None and self._box.findData(value) < 0:
            self._add_undeclared(str(value))
        self._box.setCurrentIndex(self._box.findData(value))

    def _add_undeclared(self, value: str) -> None:
        """Offer one path after the declared choices, named by its last part."""
        if self._box.count() > self._declared:
            self._box.removeItem(self._declared)
        self._box.addItem(re.split(r"[\\/]", value)[-1], value)
        self._box.setItemData(self._declared, value, Qt.ItemDataRole.ToolTipRole)

    def _on_box_activated(self, index: int) -> None:
        value = self._box.itemData(index)
        if value != self._value:
            self._value = value
            self.edited.emit(value)
