"""By hand: the update of one weight, chosen here, with its numbers."""

from PySide6.QtCore import QSignalBlocker, QSize, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
)

from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.protocol.loop.arithmetic import digits
from netviz.engine.protocol.loop.step_traced import StepTraced, UpdateTraced, WeightPlace
from netviz.engine.protocol.loop.update_by_hand import update_by_hand, why_not
from netviz.number_text import rate_text
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.views.loop.arithmetic_table import ArithmeticTable
from netviz.ui.widgets.compact_combo import CompactCombo

_INDICES = (
    ("unit", "Which unit or map of the layer"),
    ("input", "Which of its inputs"),
    ("row", "Which row of the kernel"),
    ("column", "Which column of the kernel"),
)
_SAME = "What the optimizer did is the same."


class WeightPage(ThemedWidget):
    """Chooses a weight, and writes out how the next step changes it.

    Signals
    -------
    place_chosen
        The user wants to follow another weight: a `WeightPlace`.

    Attributes
    ----------
    parameter, fields, largest
        Where the weight is chosen: its tensor, its place in it, or the one that moves the most.
    facts
        Its value, its gradient and the rate.
    table
        The arithmetic.
    """

    place_chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._traced: StepTraced | None = None
        about = "The tensor of weights or biases that the weight is in."
        self.parameter = CompactCombo(theme, "Weights or biases", about, widest_px=260)
        self.parameter.activated.connect(self._on_parameter_activated)
        self.fields = tuple(QSpinBox() for _ in _INDICES)
        self.largest = QPushButton("Largest change")
        self.largest.setProperty("kind", "small")
        self.largest.setToolTip("Follow the weight that this step moves the most.")
        self.largest.clicked.connect(self._on_largest_clicked)
        self.facts = QLabel()
        self.facts.setWordWrap(True)
        self.table = ArithmeticTable(theme)
        self._build()
        self._restyle()

    def show_step(self, traced: StepTraced | None) -> None:
        """Write out the update of a step; None for nothing yet."""
        self._traced = traced
        if traced is None:
            self.table.show_lines(())
            self.facts.setText("")
            return
        self._show_place(traced)
        self.table.show_lines(update_by_hand(traced.update))
        self.facts.setText(_facts(traced))

    def minimumSizeHint(self) -> QSize:
        # The four fields of a convolution are for a window that is not a narrow one.
        return QSize(self._theme.px(360), self._theme.px(64))

    @property
    def place(self) -> WeightPlace | None:
        """The weight that is chosen."""
        if self._traced is None:
            return None
        chosen = self._traced.parameters[self.parameter.currentIndex()]
        index = [field.value() for field in self.fields[: len(chosen.shape)]]
        return WeightPlace(chosen.name, tuple(index))

    def _build(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.parameter)
        for number, field in enumerate(self.fields):
            field.setAccessibleName(f"Index {number + 1}")
            field.setKeyboardTracking(False)
            field.valueChanged.connect(self._on_field_value_changed)
            row.addWidget(field)
        row.addWidget(self.largest)
        row.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setObjectName("scrolled")
        area.setWidget(self.table)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addLayout(row)
        self._layout.addWidget(self.facts)
        self._layout.addWidget(area, 1)

    def _show_place(self, traced: StepTraced) -> None:
        names = [each.name for each in traced.parameters]
        titles = [each.title for each in traced.parameters]
        if titles != [self.parameter.itemText(n) for n in range(self.parameter.count())]:
            self.parameter.set_entries(titles)
        place = traced.update.weight.place
        number = names.index(place.parameter)
        self.parameter.choose(number)
        shape = traced.parameters[number].shape
        for axis, field in enumerate(self.fields):
            field.setVisible(axis < len(shape))
            if axis < len(shape):
                with QSignalBlocker(field):
                    field.setRange(0, shape[axis] - 1)
                    field.setValue(place.index[axis])
                word, about = _INDICES[axis]
                field.setPrefix(f"{word} ")
                field.setToolTip(f"{about}: 0 to {shape[axis] - 1:,}.")

    def _on_parameter_activated(self, number: int) -> None:
        if self._traced is not None:
            chosen = self._traced.parameters[number]
            self.place_chosen.emit(WeightPlace(chosen.name, (0,) * len(chosen.shape)))

    def _on_field_value_changed(self) -> None:
        if (place := self.place) is not None:
            self.place_chosen.emit(place)

    def _on_largest_clicked(self) -> None:
        if self._traced is not None:
            self.place_chosen.emit(self._traced.update.changed)

    def _restyle(self) -> None:
        px = self._theme.px
        self._layout.setSpacing(px(6))
        self.facts.setFont(self._theme.font(12))
        for field in self.fields:
            field.setFixedWidth(px(92))
            field.setStyleSheet(
                f"QSpinBox {{ font-size: {px(12)}px; min-height: {px(22)}px;"
                f" padding-left: {px(6)}px; }}"
                f"QSpinBox:focus {{ min-height: {px(22) - 2}px; padding-left: {px(6) - 1}px; }}"
            )


def _facts(traced: StepTraced) -> str:
    """Say what is known of the weight before the arithmetic."""
    update, weight = traced.update, traced.update.weight
    if reason := why_not(update):
        return f"w = {digits(weight.value)}. {reason}"
    title = OPTIMIZERS[update.optimizer].title
    return (
        f"Step {update.step:,}{_when(traced)}, {title}: weight w = {digits(weight.value)}, "
        f"gradient g = {digits(weight.gradient or 0.0)}, "
        f"rate {rate_text(float(update.arguments['lr']))}. {verdict(update)}"
    )


def verdict(update: UpdateTraced) -> str:
    """Say whether the optimizer did what the arithmetic by hand gives."""
    lines = update_by_hand(update)
    if not lines:
        return ""
    wrong = max(line.difference for line in lines)
    if all(line.agrees for line in lines):
        return _SAME
    return f"What the optimizer did differs by {digits(wrong)}."


def _when(traced: StepTraced) -> str:
    more = traced.update.step - traced.step - 1
    if not more:
        return ""
    return f" (after {more} more batch{'es' if more > 1 else ''})"
