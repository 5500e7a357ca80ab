"""The line at the top of the stage: Train, the accuracy, the epoch, and the way out."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QToolButton, QWidget

from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.plots.accuracy import Accuracy
from netviz.ui.plots.metric import Figures
from netviz.ui.plots.plot_header import Readings
from netviz.ui.shell.stage.type_size import CAPTION_PX
from netviz.ui.shell.top_bar import TopBar
from netviz.ui.widgets.figure_label import FigureLabel
from netviz.ui.widgets.single_click import SingleClick

_BUTTON_PX = 28
_WIDEST_TRAIN = "Train 20 more"


class StageBar(ThemedWidget):
    """What the top bar says and does, in fewer and larger parts.

    Signals
    -------
    left
        The user wants the window back.

    Attributes
    ----------
    train_button, step_button, close_button
        The first two do what those of the top bar do; the last one leaves the stage.
    readings
        The accuracy.
    """

    left = Signal()

    def __init__(self, theme: Theme, top_bar: TopBar, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._top_bar = top_bar
        self.train_button = QPushButton()
        self.train_button.setProperty("kind", "primary")
        self.train_button.clicked.connect(top_bar.train_button.click)
        self.step_button = QToolButton()
        self.step_button.setAccessibleName("Step")
        self.step_button.setToolTip("Train a single batch, then pause (.).")
        self.step_button.clicked.connect(top_bar.step_button.click)
        self.readings = Readings(theme, Accuracy.name, Accuracy.readings, Accuracy.widest_reading)
        self._epoch = FigureLabel("muted", "Epoch 88 / 88", "The current epoch.")
        for figures in (self.readings, self._epoch):
            # They lie on the window here, on no card.
            figures.setBackgroundRole(QPalette.ColorRole.Window)
        self.close_button = QToolButton()
        self.close_button.setProperty("kind", "quiet")
        self.close_button.setAccessibleName("Leave the stage")
        self.close_button.setToolTip("Leave the stage (Esc, or F5).")
        self.close_button.clicked.connect(self.left)
        for button in self._buttons:
            # A click must not take the keyboard: Space trains.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        SingleClick(self.train_button)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.train_button)
        self._row.addWidget(self.step_button)
        self._row.addWidget(self.readings, 1)
        self._row.addWidget(self._epoch)
        self._row.addWidget(self.close_button)
        top_bar.restated.connect(self._on_top_bar_restated)
        self._restyle()

    @property
    def epoch(self) -> str:
        """What is written of the epoch, or of what is being prepared."""
        return self._epoch.text()

    def show_accuracy(self, figures: Figures) -> None:
        """Show the accuracy of this moment."""
        self.readings.set_values(figures.values, "", figures.old)

    @property
    def _buttons(self) -> tuple[QAbstractButton, ...]:
        return self.train_button, self.step_button, self.close_button

    def _on_top_bar_restated(self) -> None:
        if not self.isHidden():
            self._follow()

    def _follow(self) -> None:
        """Say and allow what the top bar does."""
        top = self._top_bar
        for mine, its in (
            (self.train_button, top.train_button),
            (self.step_button, top.step_button),
        ):
            mine.setEnabled(its.isEnabled())
        self.train_button.setText(top.train_button.text())
        self.train_button.setToolTip(top.train_button.toolTip())
        self.train_button.setIcon(top.train_button.icon())
        self._epoch.setText(top.busy or top.progress[0])

    def setVisible(self, visible: bool) -> None:
        super().setVisible(visible)
        if visible:
            self._follow()

    def _restyle(self) -> None:
        theme, px = self._theme, self._theme.px
        font = theme.font(CAPTION_PX, QFont.Weight.DemiBold)
        side = px(14)
        for button in self._buttons:
            button.setFont(font)
            button.setFixedHeight(px(_BUTTON_PX))
            button.setIconSize(QSize(side, side))
        self.step_button.setIcon(icon(theme, "step-forward", "text"))
        self.close_button.setIcon(icon(theme, "x", "muted"))
        self.train_button.setIconSize(QSize(px(22), side))
        widest = QFontMetrics(font).horizontalAdvance(_WIDEST_TRAIN)
        self.train_button.setMinimumWidth(widest + px(38))
        for button in (self.step_button, self.close_button):
            button.setFixedWidth(px(_BUTTON_PX))
        self._epoch.setFont(theme.font(CAPTION_PX))
        # On about one line with the large figures.
        self._epoch.setContentsMargins(0, px(7), 0, 0)
        self.readings.restyle()
        self._row.setContentsMargins(px(12), px(8), px(12), 0)
        self._row.setSpacing(px(8))
        if not self.isHidden():
            self._follow()
