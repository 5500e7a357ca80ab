"""Asks for the folder in which the run is saved."""

import os
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from netviz.engine.storage.run_summary import RUN_FILE
from netviz.ui.dialogs.save_place import SavePlace, look_at
from netviz.ui.look.style_sheet import set_style_property
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.card import Card
from netviz.ui.widgets.main_button import make_main

_WIDTH_PX = 560
_LINES = 3
"""Of text under the field; a long question has as many."""


class SaveRunDialog(QDialog):
    """A dialog that takes any folder, new or not, and asks before it replaces a run; not modal.

    Parameters
    ----------
    suggestion
        The folder that it offers; a name without a path is one beside it.

    Signals
    -------
    chosen
        The ``Path`` of the folder in which the run shall be saved.

    Attributes
    ----------
    field, save_button, cancel_button, browse_button
        The parts of the dialog.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, suggestion: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._parent_folder = suggestion.parent
        self._asked: SavePlace | None = None
        self.setWindowTitle("Save the run")
        # Not modal: training goes on behind it.
        self.setModal(False)
        self._build()
        self.field.textChanged.connect(self._on_field_text_changed)
        self.field.setText(str(suggestion))
        # The name is what one would change.
        self.field.setSelection(len(str(suggestion)) - len(suggestion.name), len(suggestion.name))
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def folder(self) -> Path:
        """The folder that is named now."""
        # Not Path's own expanduser(), which raises where there is no such user.
        return self._parent_folder / os.path.expanduser(self.field.text().strip())

    @property
    def words(self) -> str:
        """What it says of the folder."""
        return self._words.text()

    def _build(self) -> None:
        self.field = QLineEdit()
        self.field.setAccessibleName("Folder")
        self.field.setToolTip("The folder of the run; it is made if it is not there.")
        self.browse_button = QPushButton("Browse…")
        self.browse_button.setToolTip("Choose where the folder lies, or a run to replace.")
        self.browse_button.clicked.connect(self._on_browse_button_clicked)
        self._words = QLabel()
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        card = Card(self._theme, "Folder of the run")
        self._row = QHBoxLayout()
        self._row.addWidget(self.field, 1)
        self._row.addWidget(self.browse_button)
        card.body.addLayout(self._row)
        card.body.addWidget(self._words)
        card.body.addStretch()
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(card, 1)
        self._layout.addLayout(self._build_buttons())
        make_main(self, self.save_button)

    def _build_buttons(self) -> QHBoxLayout:
        self.save_button = QPushButton()
        self.save_button.setToolTip("Write all it takes to continue the run.")
        self.save_button.clicked.connect(self._on_save_button_clicked)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setToolTip("Save nothing.")
        self.cancel_button.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.cancel_button)
        row.addWidget(self.save_button)
        return row

    def _on_field_text_changed(self) -> None:
        self._show(self._look())

    def _on_browse_button_clicked(self) -> None:
        # os.path knows of no name that it could not look for.
        nearest = (self.folder, *self.folder.parents)
        start = next((each for each in nearest if os.path.isdir(each)), Path.home())
        chosen = QFileDialog.getExistingDirectory(self, "Where the run is saved", str(start))
        if chosen:
            place = Path(chosen)
            is_run = os.path.isfile(place / RUN_FILE)
            self.field.setText(str(place if is_run else place / self.folder.name))

    def _on_save_button_clicked(self) -> None:
        # Looked at anew, since another process may have saved there meanwhile.
        place = self._look()
        if place.can_save and (not place.question or place == self._asked):
            self.chosen.emit(self.folder)
            self.close()
            return
        self._show(place)
        if place.can_save:
            self._ask(place)

    def _look(self) -> SavePlace:
        if not self.field.text().strip():
            return SavePlace("Name a folder.", can_save=False)
        return look_at(self.folder)

    def _show(self, place: SavePlace) -> None:
        """Say what is there; what was asked before is no longer agreed to."""
        self._asked = None
        self._words.setText(place.text)
        set_style_property(self._words, "role", "muted" if place.can_save else "problem")
        self.save_button.setText("Save")
        self.save_button.setEnabled(place.can_save)

    def _ask(self, place: SavePlace) -> None:
        self._asked = place
        self._words.setText(place.question)
        set_style_property(self._words, "role", "strong")
        self.save_button.setText(place.agreement)

    def _restyle(self) -> None:
        px = self._theme.px
        self._layout.setContentsMargins(px(12), px(12), px(12), px(12))
        self._layout.setSpacing(px(12))
        self._row.setSpacing(px(8))
        # Whatever is said there, nothing else moves.
        self._words.setMinimumHeight(_LINES * QFontMetrics(self._theme.font()).lineSpacing())
        self.resize(px(_WIDTH_PX), self.sizeHint().height())
