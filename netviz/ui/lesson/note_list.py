"""What became of the conditions of a step: met, not met, or a plain remark."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from netviz.ui.lesson.sheet import Note
from netviz.ui.look.icons import pixmap
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget

_MARKS = {True: ("circle-check", "right"), False: ("circle-x", "wrong"), None: ("info", "muted")}
_SAID = {True: "Met: ", False: "Not met: ", None: ""}


class NoteList(ThemedWidget):
    """One line for each sentence, with a mark before it; hidden where there is none."""

    def __init__(self, theme: Theme, size_px: int = 13) -> None:
        super().__init__(theme)
        self._size_px = size_px
        self._notes: tuple[Note, ...] = ()
        self._rows: list[_NoteRow] = []
        self._column = QVBoxLayout(self)
        self._restyle()
        self.hide()

    @property
    def texts(self) -> list[str]:
        """What is said."""
        return [note.text for note in self._notes]

    def set_notes(self, notes: Sequence[Note]) -> None:
        """Show these sentences and no others."""
        if tuple(notes) != self._notes:
            self._notes = tuple(notes)
            for row in self._rows:
                self._column.removeWidget(row)
                row.hide()
                row.deleteLater()
            self._rows = [_NoteRow(self._theme, note, self._size_px) for note in notes]
            for row in self._rows:
                self._column.addWidget(row)
        self.setVisible(bool(notes))

    def _restyle(self) -> None:
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(self._theme.px(6))


class _NoteRow(ThemedWidget):
    """One sentence with its mark."""

    def __init__(self, theme: Theme, note: Note, size_px: int) -> None:
        super().__init__(theme)
        self._note, self._size_px = note, size_px
        self._mark, self._words = QLabel(), QLabel(note.text)
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setAccessibleName(_SAID[note.is_met] + note.text)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addWidget(self._words, 1)
        self._restyle()

    def _restyle(self) -> None:
        theme, (name, token) = self._theme, _MARKS[self._note.is_met]
        size = self._size_px + 3
        self._mark.setPixmap(pixmap(theme, name, token, size, self.devicePixelRatioF()))
        self._words.setFont(theme.font(self._size_px))
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(8))
