"""A few exclusive choices side by side."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget


class SegmentedControl(ThemedWidget):
    """A row of buttons of which exactly one is checked.

    Parameters
    ----------
    choices
        Text and tooltip of each choice.

    Signals
    -------
    chosen
        The user chose another one: its index.
    """

    chosen = Signal(int)

    def __init__(
        self,
        theme: Theme,
        name: str,
        choices: tuple[tuple[str, str], ...],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self.setObjectName("segmentedControl")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        for index, (text, tooltip) in enumerate(choices):
            button = QToolButton()
            button.setText(text)
            button.setToolTip(tooltip)
            button.setAccessibleName(f"{name}: {text}")
            button.setCheckable(True)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            self._group.addButton(button, index)
            layout.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self.chosen)
        self._restyle()

    @property
    def index(self) -> int:
        """Index of the chosen one."""
        return self._group.checkedId()

    def button(self, index: int) -> QToolButton:
        """Return the button of a choice."""
        button = self._group.button(index)
        assert isinstance(button, QToolButton)
        return button

    def choose(self, index: int) -> None:
        """Choose another one; emits nothing."""
        self.button(index).setChecked(True)

    def _restyle(self) -> None:
        c, px = self._theme.colors, self._theme.px
        self.setStyleSheet(f"""
QWidget#segmentedControl {{
    background: {c.raised}; border: 1px solid {c.border}; border-radius: {px(6)}px;
}}
QToolButton {{
    background: transparent; border: 1px solid transparent; border-radius: {px(5)}px;
    color: {c.muted}; padding: {px(2)}px {px(8)}px; font-size: {px(12)}px; font-weight: 500;
}}
QToolButton:hover {{ color: {c.text}; }}
QToolButton:checked {{ background: {c.surface}; border-color: {c.border}; color: {c.text}; }}
QToolButton:focus {{ border-color: {c.primary}; padding: {px(2)}px {px(8)}px; }}
""")
