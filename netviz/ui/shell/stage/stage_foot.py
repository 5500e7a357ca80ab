"""What stands below the curve on the stage: the learning rate, the newest remark, the dots."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from netviz.ui.controls.learning_rate_control import LearningRateControl
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.shell.stage.page_dots import PageDots
from netviz.ui.shell.stage.remark_card import RemarkCard
from netviz.ui.shell.stage.type_size import CAPTION_PX
from netviz.ui.widgets.card import Card

HEIGHT_PX = 96
"""Of the card of the learning rate: 176 pixels on a stage of 1280 x 720."""
PAD_PX = 174
"""Width of the pad, and of the remark below it: 316 pixels there."""
_FIGURE_PX = 29


class RateCard(Card):
    """The learning rate: a figure that the last row can read, and a long slider.

    Attributes
    ----------
    control
        Figure and slider.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, margin_px=12)
        self._name = QLabel("Learning rate")
        self._note = QLabel()
        for label in (self._name, self._note):
            label.setProperty("role", "muted")
        self.control = LearningRateControl(theme, is_wide=True)
        self.control.describe(
            "Learning rate", "How far each step goes. Drag it, or press Ctrl+Up and Ctrl+Down."
        )
        head = QHBoxLayout()
        head.addWidget(self._name)
        head.addWidget(self._note)
        head.addStretch()
        self.body.addLayout(head)
        self.body.addWidget(self.control, 1)
        self._dress()

    def set_note(self, text: str) -> None:
        """Say beside the name what the schedule makes of the rate; empty for nothing."""
        self._note.setText(text)

    def _on_theme_changed(self) -> None:
        super()._on_theme_changed()
        self._dress()

    def _dress(self) -> None:
        theme, px = self._theme, self._theme.px
        for label in (self._name, self._note):
            label.setFont(theme.font(CAPTION_PX))
        height = px(38)
        self.setStyleSheet(
            f"QLineEdit#rate {{ font-size: {px(_FIGURE_PX)}px;"
            f" min-height: {height - 2}px; max-height: {height - 2}px; }}"
            'QLineEdit#rate:focus, QLineEdit#rate[invalid="true"] {'
            f" min-height: {height - 4}px; max-height: {height - 4}px; }}"
        )
        self.control.field.setFixedWidth(px(126))
        self.body.setSpacing(0)


class StageFoot(ThemedWidget):
    """The cards below the curve, and the dots below all pages.

    Attributes
    ----------
    rate, remark, dots
        The parts.
    """

    def __init__(self, theme: Theme, titles: tuple[str, ...]) -> None:
        super().__init__(theme)
        self.rate = RateCard(theme)
        self.remark = RemarkCard(theme)
        self.dots = PageDots(theme, titles)
        self._cards = QWidget()
        self._row = QHBoxLayout(self._cards)
        self._row.addWidget(self.rate, 1)
        self._row.addWidget(self.remark, 0, Qt.AlignmentFlag.AlignRight)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self._cards)
        self._column.addWidget(self.dots)
        self._restyle()

    def show_cards(self, shown: bool) -> None:
        """Show the cards, or leave their room to the page."""
        self._cards.setVisible(shown)

    def _restyle(self) -> None:
        px = self._theme.px
        for card in (self.rate, self.remark):
            card.setFixedHeight(px(HEIGHT_PX))
        self.remark.setFixedWidth(px(PAD_PX))
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(px(12))
        self._column.setContentsMargins(px(12), 0, px(12), 0)
        self._column.setSpacing(0)
