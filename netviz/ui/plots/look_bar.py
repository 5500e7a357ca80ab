"""The bar over the loss that says which step is looked at, and leads away from it."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from netviz.ui.look.icons import pixmap
from netviz.ui.look.theme import Theme

_HEIGHT_PX = 32


class LookBar(QFrame):
    """Lies over the top of the curves while an earlier step is looked at; nothing moves for it.

    Signals
    -------
    now_clicked, back_clicked
        The user wants to see the present again, or to go back to the step.

    Attributes
    ----------
    now_button, back_button
        The buttons for that.
    """

    now_clicked = Signal()
    back_clicked = Signal()

    def __init__(self, theme: Theme, place: QWidget) -> None:
        """Lie over the top of `place`, a child of the same widget."""
        super().__init__(place.parentWidget())
        self._theme, self._place = theme, place
        self._is_shown = False
        self.setObjectName("look")
        self._picture, self._where, self._when = QLabel(), QLabel(), QLabel()
        self.now_button = QPushButton("Back to now")
        self.now_button.setToolTip("Show the run as it is at present (Esc).")
        self.back_button = QPushButton("Go back here")
        self.back_button.setToolTip(
            "Train on from this step. The run as it is stays whole: it is left in the tab Runs, "
            "and Ctrl+Z brings it back."
        )
        layout = QHBoxLayout(self)
        for widget in (self._picture, self._where, self._when):
            layout.addWidget(widget)
        layout.addStretch(1)
        for button in (self.now_button, self.back_button):
            button.setProperty("kind", "small")
            # The mouse leaves the focus where it was, so that Space goes on to train.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            layout.addWidget(button)
        self.now_button.setObjectName("now")
        self._layout = layout
        self.now_button.clicked.connect(self.now_clicked)
        self.back_button.clicked.connect(self.back_clicked)
        place.installEventFilter(self)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return f"{self._where.text()} {self._when.text()}"

    def show_step(self, step: int | None, when: str) -> None:
        """Say that a step is looked at, and `when` that was; None hides the bar."""
        self._is_shown = step is not None
        if step is None:
            self.hide()
            return
        self._where.setText(f"Looking at step {step:,}")
        self._when.setText(when)
        self._fit()
        self.show()
        self.raise_()

    def leave_out(self, left_out: bool) -> None:
        """Be hidden for a picture of the plot."""
        if self._is_shown:
            self.setVisible(not left_out)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._fit()
        return False

    def _fit(self) -> None:
        """Lie over the top of the place; what has no room there is left out."""
        place = self._place.geometry()
        for part in (self._picture, self._when):
            part.show()
        for part in (self._when, self._picture):
            self._layout.activate()
            if self._layout.sizeHint().width() > place.width():
                part.hide()
        self.setGeometry(place.left(), place.top(), place.width(), self._theme.px(_HEIGHT_PX))

    def _restyle(self) -> None:
        theme, px, c = self._theme, self._theme.px, self._theme.colors
        self.setStyleSheet(
            f"QFrame#look {{ background: {c.raised}; border: 1px solid {c.text};"
            f" border-radius: {px(8)}px; }}"
            f"QPushButton#now {{ background: {c.text}; color: {c.surface};"
            f" border-color: {c.text}; font-weight: 600; }}"
            f"QPushButton#now:hover {{ background: {c.muted}; }}"
        )
        self._picture.setPixmap(pixmap(theme, "history", "text", 16, self.devicePixelRatioF()))
        self._picture.setFixedSize(QSize(px(18), px(18)))
        self._where.setProperty("role", "strong")
        self._when.setProperty("role", "muted")
        self._layout.setContentsMargins(px(10), 0, px(4), 0)
        self._layout.setSpacing(px(8))
        if not self.isHidden():
            self._fit()
