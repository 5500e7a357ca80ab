"""Asks how much memory and disk a run's past may take."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from netviz.engine.protocol.state_budget import MB, StateBudget
from netviz.ui.look.style_sheet import dress_window
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.card import Card
from netviz.ui.widgets.main_button import make_main

_WIDTH_PX = 440
_FIELD_PX = 112
_MOST_MB = 1_000_000
_STEP_MB = 128
_WORDS = (
    "While it trains, states of the run are kept, so that any of its steps can be looked at and "
    "gone back to. The more there are, the sooner a step is reached."
)
_MEMORY = "For the run at hand; those that were left may take twice as much together."
_DISK = (
    "Files for what memory has no room for, of all runs together; they go when NetViz is closed. "
    "0 writes none."
)


class StateRoomDialog(QDialog):
    """Two numbers in megabytes; not modal.

    Parameters
    ----------
    budget
        The one that holds.

    Signals
    -------
    chosen
        The `StateBudget` that shall hold.

    Attributes
    ----------
    memory_field, disk_field, apply_button, usual_button
        The parts of the dialog.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, budget: StateBudget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle("Memory for going back")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Not modal: training goes on behind it.
        self.setModal(False)
        self.memory_field = _field("Memory for going back")
        self.disk_field = _field("Disk for going back")
        self._build()
        self._show(budget)
        dress_window(self, theme)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def budget(self) -> StateBudget:
        """What the fields say."""
        return StateBudget(self.memory_field.value() * MB, self.disk_field.value() * MB)

    def _build(self) -> None:
        self._card = Card(self._theme)
        self._card.body.addWidget(_muted(_WORDS))
        self._rows = QGridLayout()
        self._rows.setColumnStretch(0, 1)
        for row, (field, help_text) in enumerate(
            ((self.memory_field, _MEMORY), (self.disk_field, _DISK))
        ):
            label = QLabel(field.accessibleName())
            label.setBuddy(field)
            field.setToolTip(help_text)
            self._rows.addWidget(label, 2 * row, 0)
            self._rows.addWidget(field, 2 * row, 1)
            self._rows.addWidget(_muted(help_text), 2 * row + 1, 0, 1, 2)
        self._card.body.addLayout(self._rows)
        self.usual_button = QPushButton("Usual sizes")
        self.usual_button.setToolTip("Those that NetViz comes with; Apply makes them hold.")
        self.usual_button.clicked.connect(self._on_usual_button_clicked)
        self.apply_button = QPushButton("Apply")
        self.apply_button.setToolTip("Keep to these sizes from now on (Return).")
        self.apply_button.clicked.connect(self._on_apply_button_clicked)
        cancel = QPushButton("Cancel")
        cancel.setToolTip("Leave the sizes as they are (Esc).")
        cancel.clicked.connect(self.close)
        self._buttons = QHBoxLayout()
        self._buttons.addWidget(self.usual_button)
        self._buttons.addStretch()
        self._buttons.addWidget(cancel)
        self._buttons.addWidget(self.apply_button)
        self._layout = QVBoxLayout(self)
        self._layout.addWidget(self._card, 1)
        self._layout.addLayout(self._buttons)
        make_main(self, self.apply_button)

    def _show(self, budget: StateBudget) -> None:
        self.memory_field.setValue(budget.memory // MB)
        self.disk_field.setValue(budget.disk // MB)

    def _on_usual_button_clicked(self) -> None:
        self._show(StateBudget())

    def _on_apply_button_clicked(self) -> None:
        self.chosen.emit(self.budget)
        self.close()

    def _restyle(self) -> None:
        px = self._theme.px
        self._layout.setContentsMargins(px(12), px(12), px(12), px(12))
        self._layout.setSpacing(px(12))
        self._card.body.setSpacing(px(16))
        self._rows.setVerticalSpacing(px(4))
        self._rows.setRowMinimumHeight(2, px(38))  # the second number stands apart from the first
        self._buttons.setSpacing(px(8))
        for field in (self.memory_field, self.disk_field):
            field.setFixedWidth(px(_FIELD_PX))
            field.lineEdit().setTextMargins(px(6), 0, 0, 0)
        self.setFixedWidth(px(_WIDTH_PX))


def _field(name: str) -> QSpinBox:
    field = QSpinBox()
    field.setRange(0, _MOST_MB)
    field.setSingleStep(_STEP_MB)
    field.setSuffix(" MB")
    field.setGroupSeparatorShown(True)
    field.setAccessibleName(name)
    return field


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("role", "muted")
    return label
