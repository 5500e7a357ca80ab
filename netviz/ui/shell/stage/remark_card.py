"""The card of the stage that says what is to be seen now."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent

from netviz.ui.look.theme import Theme
from netviz.ui.shell.stage.type_size import CAPTION_PX
from netviz.ui.widgets.card import Card
from netviz.ui.widgets.elided_text import ElidedText


class RemarkCard(Card):
    """The newest remark on the run.

    Signals
    -------
    clicked
        The user clicked the remark; no arguments.
    """

    clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, margin_px=9)
        self._words = ElidedText(theme, CAPTION_PX)
        self.body.addWidget(self._words, 1)

    @property
    def text(self) -> str:
        """What it says."""
        return self._words.text

    def show_remark(self, text: str, token: str = "text") -> None:
        """Show a remark in place of the one before it.

        Parameters
        ----------
        token
            Colour of the words in the theme.
        """
        self._words.set_text(text, token)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()
