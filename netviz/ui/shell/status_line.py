"""The line at the foot of the window: how the run stands, and what the part in question is for."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QApplication, QLabel, QSizePolicy, QWidget


class StatusLine(QLabel):
    """One line of fixed height, so that nothing moves for what it says.

    What the part under the mouse or with the keyboard's focus is for stands there until the run
    has news; what just happened goes before what holds of the run.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sentence, self._news, self._help, self._held = "", "", "", ""
        self.setProperty("role", "muted")
        # However long a sentence is, the window may be narrow.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_application_focus_changed)

    def set_sentence(self, sentence: str) -> None:
        """Say what holds of the run; news of before are over."""
        if sentence != self._sentence:
            self._sentence, self._news, self._help = sentence, "", ""
            self._show()

    def hold_sentence(self, sentence: str) -> None:
        """Say this in place of what holds of the run, until it is empty again."""
        self._held = sentence
        self._show()

    def set_news(self, text: str) -> None:
        """Say what just happened; empty for nothing."""
        self._news, self._help = text, ""
        self._show()

    def set_help(self, text: str) -> None:
        """Say what some part is for; empty where that is no longer in question."""
        self._help = text
        self._show()

    @property
    def standing(self) -> str:
        """What it says of the run, whether that is covered by a part's help or not."""
        return self._news or self._held or self._sentence

    def _show(self) -> None:
        text = self._help or self.standing
        self.setText(text)
        self.setToolTip(text)

    @Slot(QWidget, QWidget)
    def _on_application_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        part = new
        while part is not None and not part.statusTip():
            part = part.parentWidget()
        self.set_help(part.statusTip() if part and part.window() is self.window() else "")
