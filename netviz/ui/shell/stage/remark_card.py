"""The card of the stage that says what is to be seen now."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QPushButton

from netviz.ui.look.theme import Theme
from netviz.ui.shell.stage.type_size import CAPTION_PX
from netviz.ui.widgets.card import Card
from netviz.ui.widgets.elided_text import ElidedText

Action = tuple[str, Callable[[], object]]


class RemarkCard(Card):
    """The newest remark on the run, with the button that does what is to be done.

    Signals
    -------
    clicked
        The user clicked the remark itself; no arguments.
    """

    clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, margin_px=9)
        self._act: Callable[[], object] = _nothing
        self._words = ElidedText(theme, CAPTION_PX)
        self.button = QPushButton()
        self.button.setProperty("kind", "small")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self._on_button_clicked)
        self.body.addWidget(self._words, 1)
        self.body.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_remark("")

    @property
    def text(self) -> str:
        """What it says."""
        return self._words.text

    def show_remark(self, text: str, action: Action | None = None, token: str = "text") -> None:
        """Show a remark in place of the one before it.

        Parameters
        ----------
        action
            What the button says and does; without one there is no button.
        token
            Colour of the words in the theme.
        """
        self._words.set_text(text, token)
        label, self._act = action or ("", _nothing)
        self.button.setText(label)
        self.button.setToolTip(label)
        self.button.setVisible(bool(label))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()

    def _on_button_clicked(self) -> None:
        self._act()

    def _restyle(self) -> None:
        super()._restyle()
        if hasattr(self, "button"):
            self.button.setFont(self._theme.font(CAPTION_PX))
        self.body.setSpacing(self._theme.px(2))


def _nothing() -> None:
    """Do nothing: the remark asks for nothing."""
