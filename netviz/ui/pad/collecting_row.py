"""The row at the foot of the pad's card that collects drawings as training data."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget

_FREE = "Draw, choose what it is and add it; 0 to 9 add at once."


class CollectingRow(ThemedWidget):
    """A label to choose or type, a button that adds the drawing, and the number of drawings.

    Signals
    -------
    add_requested
        The user wants to keep the drawing on the pad, with this label.
    remove_requested, train_requested
        The user wants to remove the drawing added last, or to train on the drawings.

    Attributes
    ----------
    label, add_button, remove_button, train_button
        The controls.
    """

    add_requested = Signal(str)
    remove_requested = Signal()
    train_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.label = QComboBox()
        self.label.setEditable(True)
        self.label.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.label.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.label.setMinimumContentsLength(6)
        self.label.setAccessibleName("What the drawing is")
        self.label.setToolTip("What the drawing is: choose a class, or type a new one.")
        self.add_button = self._button("Add", "Keep the drawing, as the network sees it (0–9).")
        self.remove_button = self._button("Remove last", "Remove the drawing added last.")
        self.train_button = self._button(
            "Train on mine", "Train on the drawings that you collected, from a Reset on."
        )
        self._counts = QLabel()
        self._counts.setProperty("role", "fact")
        self._counts.setWordWrap(True)
        self._build()
        self.add_button.clicked.connect(self._on_add_button_clicked)
        line = self.label.lineEdit()
        assert line is not None
        line.returnPressed.connect(self._on_add_button_clicked)
        self.remove_button.clicked.connect(self.remove_requested)
        self.train_button.clicked.connect(self.train_requested)
        self._restyle()
        self.set_counts({}, can_remove=False)

    @property
    def facts(self) -> str:
        """The text on the drawings collected."""
        return self._counts.text()

    def set_labels(self, labels: tuple[str, ...]) -> None:
        """Offer these classes; the present choice stays if it is among them."""
        chosen = self.label.currentText()
        self.label.clear()
        self.label.addItems(labels)
        if chosen in labels:
            self.label.setCurrentText(chosen)

    def set_counts(self, counts: Mapping[str, int], *, can_remove: bool) -> None:
        """Show how many drawings each class has."""
        text = " · ".join(f"{label}: {count:,}" for label, count in counts.items())
        self._counts.setText(text or _FREE)
        self.remove_button.setEnabled(can_remove)
        self.train_button.setEnabled(len(counts) > 1)

    def set_possible(self, possible: bool) -> None:
        """Set whether the pad holds something that can be kept."""
        self.add_button.setEnabled(possible)

    def _button(self, text: str, tooltip: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("kind", "small")
        button.setAccessibleName(text)
        button.setToolTip(tooltip)
        # A click must not take the focus from the pad, where digits are often typed next.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _build(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self.label, 1)
        first.addWidget(self.add_button)
        second.addWidget(self.train_button, 1)
        second.addWidget(self.remove_button, 1)
        self._lines = (first, second)
        self._layout = QVBoxLayout(self)
        self._layout.addLayout(first)
        self._layout.addWidget(self._counts)
        self._layout.addLayout(second)

    def _on_add_button_clicked(self) -> None:
        self.add_requested.emit(self.label.currentText())

    def _restyle(self) -> None:
        px = self._theme.px
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(px(6))
        for line in self._lines:
            line.setSpacing(px(6))
