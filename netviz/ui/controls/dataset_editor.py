"""The editor of the data set: the catalogue, own pictures, and entries to open more."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal

from netviz.engine.dataset_names import dataset_label, is_own
from netviz.ui.controls.choice_editor import ChoiceEditor

_OPEN = {"folder": "Open a folder of pictures…", "csv": "Open a CSV of pictures…"}
_TIPS = {
    "folder": "Your own pictures: a folder with one subfolder for each class.",
    "csv": "Your own pictures: a table of file_name and label beside the pictures.",
}


class DatasetEditor(ChoiceEditor):
    """A combo box over the data sets; own pictures are added once they are chosen.

    Signals
    -------
    own_requested
        The user wants to open own pictures: ``folder`` or ``csv``.
    """

    own_requested = Signal(str)

    def __init__(self, choices: Mapping[str, str]) -> None:
        super().__init__(choices)
        self._own_place = self._box.count()
        self._box.insertSeparator(self._box.count())
        for kind, text in _OPEN.items():
            self._box.addItem(text, kind)
            self._box.setItemData(self._box.count() - 1, _TIPS[kind], Qt.ItemDataRole.ToolTipRole)

    def set_value(self, value: Any) -> None:
        """Show a data set; own pictures are added to the list."""
        if is_own(value) and self._box.findData(value) < 0:
            self._box.insertItem(self._own_place, dataset_label(value), value)
            path = value.partition(":")[2]
            self._box.setItemData(self._own_place, path, Qt.ItemDataRole.ToolTipRole)
            self._own_place += 1
        super().set_value(value)

    def _on_box_activated(self, index: int) -> None:
        kind = self._box.itemData(index)
        if kind in _OPEN:
            self._box.setCurrentIndex(self._box.findData(self._value))
            self.own_requested.emit(kind)
        else:
            super()._on_box_activated(index)
