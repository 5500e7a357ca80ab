"""One mistake in detail: the image, the probabilities, and what can be done with it."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from netviz.number_text import percent_text
from netviz.ui.look.icons import icon
from netviz.ui.look.style_sheet import set_style_property
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.views.mistakes.mistake_model import Mistake
from netviz.ui.widgets.class_bars import DENSE, ClassBars
from netviz.ui.widgets.image_painting import gray_image

_LOW_PX = 200


class MistakeDetail(ThemedWidget):
    """The pane beside the list that shows one mistake.

    Signals
    -------
    sent_to_pad, activations_requested
        The user asked for it; index of the test image.
    closed
        The user closed the pane.

    Attributes
    ----------
    pad_button, activations_button, close_button
        The buttons that emit the signals.
    bars
        The probabilities.
    """

    sent_to_pad = Signal(int)
    activations_requested = Signal(int)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._mistake: Mistake | None = None
        self._is_low = False
        self._picture = _Picture(theme)
        self._headline = QLabel()
        self._source = QLabel()
        self._source_text = ""
        self._source.setProperty("role", "fact")
        self.bars = ClassBars(theme, DENSE)
        self.pad_button = self._button(
            "Send to the pad", "Put this image on the pad, to change it by hand."
        )
        self.activations_button = self._button(
            "Show activations", "Show the activations of each layer for this image."
        )
        self.close_button = QToolButton()
        self.close_button.setProperty("kind", "quiet")
        self.close_button.setToolTip("Close this image (Esc).")
        self.close_button.setAccessibleName("Close this image")
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        self._escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._lay_out()
        self.pad_button.clicked.connect(self._on_pad_button_clicked)
        self.activations_button.clicked.connect(self._on_activations_button_clicked)
        self.close_button.clicked.connect(self.closed)
        self._escape.activated.connect(self.closed)
        self._restyle()

    @property
    def mistake(self) -> Mistake | None:
        """What is shown."""
        return self._mistake

    @property
    def headline(self) -> str:
        """The text above the bars."""
        return self._headline.text()

    def show_mistake(self, mistake: Mistake, classes: tuple[str, ...]) -> None:
        """Show a test image, even one that is predicted correctly by now."""
        self._mistake = mistake
        self._picture.set_image(gray_image(mistake.image))
        self._picture.setAccessibleDescription(mistake.sentence)
        if mistake.is_correct:
            news = "just learned" if mistake.is_learned else "correct by now"
            text = f"✓ {mistake.true_name}, {news}"
        else:
            text = f"✗ says {mistake.predicted_name}, is {mistake.true_name}"
        self._headline.setText(text)
        self._headline.setToolTip(mistake.sentence)
        news = " · just forgotten" if mistake.is_forgotten else ""
        sure = f"{percent_text(mistake.confidence, 0)} sure"
        self._source_text = f"image {mistake.index:,} · {sure}{news}"
        self._source.setText("" if self._is_low else self._source_text)
        self.bars.set_classes(classes)
        self.bars.set_probabilities(mistake.probabilities, mistake.true)
        self._restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_low = self.height() < self._theme.px(_LOW_PX)
        if is_low != self._is_low:
            self._is_low = is_low
            self._place_actions()

    def _button(self, text: str, tooltip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tooltip)
        button.setAccessibleName(text)
        set_style_property(button, "kind", "small")
        return button

    def _lay_out(self) -> None:
        grid = self._grid = QGridLayout(self)
        header = QHBoxLayout()
        header.addWidget(self._headline)
        header.addWidget(self._source, 1)
        header.addWidget(self.close_button)
        self._actions = QWidget()
        buttons = self._buttons = QHBoxLayout(self._actions)
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addWidget(self.pad_button)
        buttons.addWidget(self.activations_button)
        self._header = header
        grid.addLayout(header, 0, 0, 1, 2)
        grid.addWidget(self._picture, 1, 0)
        grid.addWidget(self.bars, 1, 1)
        grid.addWidget(self._actions, 2, 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(1, 1)

    def _place_actions(self) -> None:
        """Put the buttons into the header if the bars need all the height."""
        if self._is_low:
            self._header.insertWidget(2, self._actions)
        else:
            self._grid.addWidget(self._actions, 2, 0, 1, 2, Qt.AlignmentFlag.AlignLeft)
        self._source.setText("" if self._is_low else self._source_text)
        for button in (self.pad_button, self.activations_button):
            button.setText("" if self._is_low else button.accessibleName())

    def _on_pad_button_clicked(self) -> None:
        if self._mistake is not None:
            self.sent_to_pad.emit(self._mistake.index)

    def _on_activations_button_clicked(self) -> None:
        if self._mistake is not None:
            self.activations_requested.emit(self._mistake.index)

    def _restyle(self) -> None:
        theme = self._theme
        is_correct = self._mistake is not None and self._mistake.is_correct
        color = theme.colors.right if is_correct else theme.colors.wrong
        self._headline.setStyleSheet(
            f"color: {color}; font-size: {theme.px(14)}px; font-weight: 700;"
        )
        self.close_button.setIcon(icon(theme, "x", "muted", 14))
        self.pad_button.setIcon(icon(theme, "pencil", "text", 14))
        self.activations_button.setIcon(icon(theme, "activity", "text", 14))
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(12))
        self._grid.setVerticalSpacing(theme.px(4))
        self._header.setSpacing(theme.px(8))
        self._buttons.setSpacing(theme.px(8))


class _Picture(ThemedWidget):
    """An image in sharp pixels, as large as fits."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._image = QImage()
        self.setAccessibleName("The image")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def set_image(self, image: QImage) -> None:
        """Show another image."""
        self._image = image
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(96), self._theme.px(96))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(40), self._theme.px(40))

    def paintEvent(self, event: QPaintEvent) -> None:
        side = min(self.width(), self.height())
        QPainter(self).drawImage(QRect(0, 0, side, side), self._image)
