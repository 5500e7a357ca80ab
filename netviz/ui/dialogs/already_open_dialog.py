"""Asks, where a window is open already, whether that one is wanted or another."""

from enum import Enum, auto

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from netviz.ui.look.icons import pixmap
from netviz.ui.look.style_sheet import dress_window
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.card import Card
from netviz.ui.widgets.main_button import make_main

_WIDTH_PX = 460
_ICON_PX = 48


class Wanted(Enum):
    """What the user wants."""

    THAT_WINDOW = auto()
    NEW_WINDOW = auto()
    NOTHING = auto()


class AlreadyOpenDialog(QDialog):
    """A question before a window opens; Esc opens none.

    Parameters
    ----------
    title
        The title of the window that is open.
    run_name
        Name of the run that shall be opened; empty for none.

    Attributes
    ----------
    that_button, new_button
        The two ways to go on.
    wanted
        What was chosen.
    """

    def __init__(self, theme: Theme, title: str, run_name: str = "") -> None:
        super().__init__()
        self._theme = theme
        self.wanted = Wanted.NOTHING
        self.setWindowTitle("NetViz is open already")
        self.setWindowIcon(QIcon(pixmap(theme, "netviz", size_px=256)))
        self._build(title, run_name)
        dress_window(self, theme)
        self._arrange()

    def _build(self, title: str, run_name: str) -> None:
        where = f" Where shall {run_name} open?" if run_name else ""
        words = QLabel(f"A window of NetViz is open already.{where}")
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        words.setProperty("role", "strong")
        which = QLabel(title)
        which.setTextFormat(Qt.TextFormat.PlainText)
        which.setProperty("role", "muted")
        which.setWordWrap(True)
        picture = QLabel()
        picture.setPixmap(
            pixmap(self._theme, "netviz", size_px=_ICON_PX, ratio=self.devicePixelRatioF())
        )
        self.that_button = QPushButton("Open it there" if run_name else "Show that window")
        self.that_button.setToolTip(
            f"Open {run_name} in the window that is open, in place of its run."
            if run_name
            else "Bring the window that is open to the front."
        )
        self.new_button = QPushButton("Open a new window")
        self.new_button.setToolTip(
            "Open another window, with a run of its own; --new-window does so without asking."
        )
        self.that_button.clicked.connect(self._on_that_button_clicked)
        self.new_button.clicked.connect(self._on_new_button_clicked)
        texts = QVBoxLayout()
        texts.addWidget(words)
        texts.addWidget(which)
        texts.addStretch()
        self._row, self._buttons = QHBoxLayout(), QHBoxLayout()
        self._row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(texts, 1)
        self._buttons.addStretch()
        self._buttons.addWidget(self.new_button)
        self._buttons.addWidget(self.that_button)
        card = Card(self._theme)
        card.body.addLayout(self._row)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(card, 1)
        self._layout.addLayout(self._buttons)
        make_main(self, self.that_button)

    def _on_that_button_clicked(self) -> None:
        self.wanted = Wanted.THAT_WINDOW
        self.accept()

    def _on_new_button_clicked(self) -> None:
        self.wanted = Wanted.NEW_WINDOW
        self.accept()

    def _arrange(self) -> None:
        px = self._theme.px
        self._layout.setContentsMargins(px(12), px(12), px(12), px(12))
        self._layout.setSpacing(px(12))
        self._row.setSpacing(px(16))
        self._buttons.setSpacing(px(8))
        self.setMinimumWidth(px(_WIDTH_PX))
        self.that_button.setFocus()
