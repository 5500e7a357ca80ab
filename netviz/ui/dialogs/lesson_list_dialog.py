"""Asks which lesson shall be opened."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedLayout,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from netviz.ui.look.icons import icon
from netviz.ui.look.style_sheet import dress_window
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.card import Card, heading_font
from netviz.ui.widgets.empty_state import EmptyState
from netviz.ui.widgets.main_button import make_main

_SIZE_PX = (640, 600)
_ROW_PX, _HEADING_PX = 52, 30
_ENTRY = Qt.ItemDataRole.UserRole
_EMPTY = "There are no lessons here. Put one into your folder: a text file that ends in .md."
_OURS, _YOURS = "Lessons", "In your folder"


@dataclass(frozen=True)
class LessonEntry:
    """One lesson of the list.

    Attributes
    ----------
    key
        What the lesson is known by; `opened` carries it.
    title, summary
        What it is called, and one sentence.
    minutes, level
        How long it takes, and for whom it is.
    step, steps
        How far the learner has come, 0 for not begun, and how many steps there are.
    is_done
        Whether the learner has come to its end.
    is_own
        Whether it lies in the user's own folder.
    error
        Why it cannot be read, in one sentence; empty where it can.
    """

    key: str
    title: str
    summary: str = ""
    minutes: int = 0
    level: str = ""
    step: int = 0
    steps: int = 0
    is_done: bool = False
    is_own: bool = False
    error: str = ""

    @property
    def progress(self) -> str:
        """How far the learner has come, in words; empty where the lesson was not begun."""
        if self.error:
            return "cannot be read"
        if self.is_done:
            return "done"
        return f"step {self.step} of {self.steps}" if self.step else ""

    @property
    def facts(self) -> str:
        """How long it takes, and for whom it is."""
        length = f"{self.minutes} min" if self.minutes else ""
        return " · ".join(word for word in (length, self.level) if word)


class LessonListDialog(QDialog):
    """The lessons that there are; not modal, so that training goes on behind it.

    Signals
    -------
    opened
        The user chose a lesson: its key. A lesson that cannot be read can be chosen too, to see
        what is wrong with it.
    folder_requested
        The user wants to see the folder of own lessons.
    file_requested
        The user wants to open the file of a lesson that lies elsewhere.

    Attributes
    ----------
    list, empty
        The lessons, and what is said where there are none.
    open_button, folder_button, file_button
        What emits the signals.
    """

    opened = Signal(str)
    folder_requested = Signal()
    file_requested = Signal()

    def __init__(
        self, theme: Theme, entries: Sequence[LessonEntry], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle("Lessons")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(False)
        self._build()
        self.set_entries(entries)
        dress_window(self, theme)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def chosen(self) -> LessonEntry | None:
        """The lesson that is marked; None where there is none."""
        item = self.list.currentItem()
        found = item.data(_ENTRY) if item else None
        return found if isinstance(found, LessonEntry) else None

    def set_entries(self, entries: Sequence[LessonEntry]) -> None:
        """Show these lessons; the one that is marked stays so."""
        marked = self.chosen
        self.list.clear()
        for heading, is_own in ((_OURS, False), (_YOURS, True)):
            group = [entry for entry in entries if entry.is_own is is_own]
            if group and any(entry.is_own for entry in entries):
                self._add(heading, None)
            for entry in group:
                self._add(entry.title, entry)
        keys = [self.list.item(row).data(_ENTRY) for row in range(self.list.count())]
        self.list.setCurrentRow(_row_to_mark(keys, marked))
        self._pages.setCurrentWidget(self.list if entries else self.empty)
        self._on_list_current_changed()

    def _add(self, text: str, entry: LessonEntry | None) -> None:
        item = QListWidgetItem(text)
        item.setData(_ENTRY, entry)
        if entry is None:
            item.setFlags(Qt.ItemFlag.NoItemFlags)
        else:
            said = (entry.title, entry.facts, entry.progress, entry.error or entry.summary)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ". ".join(filter(None, said)))
            item.setToolTip(entry.error or entry.summary)
        self.list.addItem(item)

    def _build(self) -> None:
        self.list = QListWidget()
        self.list.setAccessibleName("Lessons")
        self.list.setItemDelegate(_LessonDelegate(self._theme, self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.list.currentItemChanged.connect(self._on_list_current_changed)
        self.list.itemDoubleClicked.connect(self._open)
        self.empty = EmptyState(self._theme, "presentation", _EMPTY)
        self._card = Card(self._theme, margin_px=6)
        self._pages = QStackedLayout()
        for page in (self.list, self.empty):
            self._pages.addWidget(page)
        self._card.body.addLayout(self._pages)
        self.folder_button = QPushButton("Your folder")
        self.folder_button.setToolTip("Open the folder in which your own lessons lie.")
        self.folder_button.clicked.connect(self.folder_requested)
        self.file_button = QPushButton("Open a file…")
        self.file_button.setToolTip("Open a lesson that lies somewhere else.")
        self.file_button.clicked.connect(self.file_requested)
        cancel = QPushButton("Close")
        cancel.setToolTip("Open none (Esc).")
        cancel.clicked.connect(self.close)
        self.open_button = QPushButton("Open")
        self.open_button.clicked.connect(self._open)
        self._buttons = QHBoxLayout()
        self._buttons.addWidget(self.folder_button)
        self._buttons.addWidget(self.file_button)
        self._buttons.addStretch()
        self._buttons.addWidget(cancel)
        self._buttons.addWidget(self.open_button)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self._card, 1)
        self._layout.addLayout(self._buttons)
        make_main(self, self.open_button)
        self.list.setFocus()

    def _on_list_current_changed(self) -> None:
        entry = self.chosen
        self.open_button.setEnabled(entry is not None)
        is_begun = entry is not None and entry.step > 0 and not entry.is_done
        self.open_button.setText("Go on" if is_begun else "Open")
        self.open_button.setToolTip("Open the lesson that is marked (Return).")

    def _open(self) -> None:
        entry = self.chosen
        if entry is not None:
            self.opened.emit(entry.key)
            self.close()

    def _restyle(self) -> None:
        dress_window(self, self._theme)
        px = self._theme.px
        self._layout.setContentsMargins(px(12), px(12), px(12), px(12))
        self._layout.setSpacing(px(12))
        self._buttons.setSpacing(px(8))
        # Wide enough for "Go on" too, so that nothing moves.
        self.open_button.setMinimumWidth(px(84))
        self.resize(*(px(side) for side in _SIZE_PX))


def _row_to_mark(keys: Sequence[LessonEntry | None], marked: LessonEntry | None) -> int:
    """Return the row of the lesson that was marked; else one that was begun; else the first."""
    rows = {row: entry for row, entry in enumerate(keys) if entry is not None}
    same = [row for row, entry in rows.items() if marked and entry.key == marked.key]
    begun = [row for row, entry in rows.items() if entry.step and not entry.is_done]
    return next(iter([*same, *begun, *rows]), -1)


class _LessonDelegate(QStyledItemDelegate):
    """Paints a lesson in two lines: title and facts, summary and progress."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        is_heading = index.data(_ENTRY) is None
        return QSize(0, self._theme.px(_HEADING_PX if is_heading else _ROW_PX))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry, rect = index.data(_ENTRY), option.rect
        painter.save()
        if isinstance(entry, LessonEntry):
            state = option.state
            self._paint_entry(painter, rect, entry, bool(state & QStyle.StateFlag.State_Selected))
        else:
            painter.setFont(heading_font(self._theme))
            painter.setPen(self._theme.color("muted"))
            place = rect.adjusted(self._theme.px(10), self._theme.px(8), 0, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, str(index.data()))
        painter.restore()

    def _paint_entry(
        self, painter: QPainter, rect: QRect, entry: LessonEntry, is_marked: bool
    ) -> None:
        theme, px = self._theme, self._theme.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_marked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("lit"))
            painter.drawRoundedRect(rect.adjusted(px(1), px(1), -px(1), -px(1)), px(6), px(6))
        inside = rect.adjusted(px(10), px(6), -px(10), -px(6))
        upper = QRect(inside.left(), inside.top(), inside.width(), inside.height() // 2)
        lower = QRect(inside.left(), upper.bottom() + 1, inside.width(), inside.height() // 2)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        taken = self._write(painter, upper, entry.facts, "muted", right, 12)
        title = upper.adjusted(0, 0, -taken - px(12), 0)
        self._write(painter, title, entry.title, "text", left, 14, QFont.Weight.DemiBold)
        token = "wrong" if entry.error else ("right" if entry.is_done else "muted")
        taken = self._write(painter, lower, entry.progress, token, right, 12)
        name = "triangle-alert" if entry.error else "circle-check"
        if entry.error or entry.is_done:
            side = px(14)
            left_edge = lower.right() - taken - side - px(5)
            mark = QRect(left_edge, lower.center().y() - side // 2, side, side)
            icon(theme, name, token, 14).paint(painter, mark)
            taken += side + px(5)
        words = lower.adjusted(0, 0, -taken - px(16), 0)
        said = entry.error or entry.summary
        self._write(painter, words, said, "wrong" if entry.error else "muted", left, 13)

    def _write(
        self,
        painter: QPainter,
        room: QRect,
        text: str,
        token: str,
        side: Qt.AlignmentFlag,
        size_px: int,
        weight: QFont.Weight = QFont.Weight.Normal,
    ) -> int:
        """Write a line, cut where the room ends; return how wide it is."""
        font = self._theme.font(size_px, weight)
        metrics = QFontMetrics(font)
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, room.width()))
        painter.setFont(font)
        painter.setPen(self._theme.color(token))
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, text)
        return metrics.horizontalAdvance(text)
