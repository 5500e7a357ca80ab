"""One row of the layer editor: a layer's kind, its numbers, its output and its parameters."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from netviz.engine.network.layer_plan import KINDS, PlannedLayer, describe
from netviz.ui.dialogs.layer_editor.layer_stack import empty_texts, fields_of, new_layer, text_of
from netviz.ui.look.icons import icon
from netviz.ui.look.style_sheet import set_style_property
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.widgets.icon_button import quiet_button

NUMBER_PX, KIND_PX, OUTPUT_PX, COUNT_PX = 20, 116, 112, 84
COLUMNS = (("Channels, units", 104), ("Kernel", 64), ("Stride", 64), ("Padding", 84))
"""Heading and width of the columns of numbers."""
COLUMN_GAP_PX = 4
_COLUMN_OF = {
    "units": 0,
    "channels": 0,
    "fraction": 0,
    "kernel": 1,
    "size": 1,
    "stride": 2,
    "padding": 3,
}
_TIPS = {
    "units": "How many units the layer has.",
    "channels": "How many channels the layer makes, one for each of its filters.",
    "fraction": "Which fraction of the units is zeroed in training.",
    "kernel": "Width and height of its filters, in pixels.",
    "size": "Width and height of the square that becomes one value, in pixels.",
    "stride": "How many pixels its filters move at a time.",
    "padding": "Pixels of zeros around the image. Left empty, it is half the kernel: "
    "with an odd one and stride 1 the image keeps its size.",
}
_NOTES = {"fraction": "of the units are dropped"}
"""What a number means where no heading says it."""
_BUTTONS = (
    ("up", "arrow-up", "Move this layer up."),
    ("down", "arrow-down", "Move this layer down."),
    ("add", "plus", "Add a layer below this one."),
    ("remove", "x", "Remove this layer."),
)


class LayerRow(ThemedWidget):
    """One layer; those that end every network are shown but cannot be changed.

    Signals
    -------
    edited
        The user changed the layer: its index, its text, and whether it is being typed.
    acted
        A button was pressed: the layer's index, and ``up``, ``down``, ``add`` or ``remove``.
    """

    edited = Signal(int, str, bool)
    acted = Signal(int, str)

    def __init__(self, theme: Theme, place: int) -> None:
        super().__init__(theme)
        self._place = place
        self._text = ""
        self._number = QLabel(
            str(place + 1), alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        self._number.setProperty("role", "hint")
        self.kind_box = self._build_kinds()
        self._columns = [self._build_field() for _ in COLUMNS]
        self._note = QLabel()
        self._note.setProperty("role", "hint")
        self.output = QLabel()
        self.count = QLabel(alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.problem = QLabel()
        self.problem.setProperty("role", "problem")
        self.problem.setWordWrap(True)
        self.buttons = {key: self._build_button(key, tip) for key, _, tip in _BUTTONS}
        self._lay_out()
        self._restyle()

    @property
    def fields(self) -> list[QLineEdit]:
        """The fields of this kind of layer, in the order of its numbers."""
        return [self._columns[_COLUMN_OF[name]] for name in self._names]

    @property
    def _names(self) -> tuple[str, ...]:
        kind = fields_of(self._text)[0]
        return KINDS[kind].numbers if kind in KINDS else ()

    def show_layer(self, planned: PlannedLayer, count: int) -> None:
        """Show a layer of a network whose first `count` layers can be changed."""
        own = self._place < count
        if planned.text != self._text:
            self._text = planned.text
            self._show_text()
        self.kind_box.setEnabled(own)
        for field in self._columns:
            field.setEnabled(own)
        for key, button in self.buttons.items():
            button.setVisible(own)
            button.setEnabled(not (key == "up" and self._place == 0))
        self.buttons["down"].setEnabled(self._place + 1 < count)
        is_known = planned.output is not None
        self.output.setText(describe(planned.output) if planned.output is not None else "–")
        self.count.setText(f"{planned.parameters:,}" if is_known else "–")
        self.problem.setText(f"{planned.problem[:1].upper()}{planned.problem[1:]}")
        self.problem.setVisible(bool(planned.problem))
        set_style_property(self.kind_box, "invalid", bool(planned.problem))

    def _show_text(self) -> None:
        kind, numbers = fields_of(self._text)
        self.kind_box.setCurrentIndex(self.kind_box.findData(kind))
        fields, names = self.fields, self._names
        for field in self._columns:
            field.setVisible(field in fields)
        self._note.setText(next((_NOTES[name] for name in names if name in _NOTES), ""))
        for index, (name, empty) in enumerate(zip(names, empty_texts(self._text), strict=True)):
            field = fields[index]
            field.setPlaceholderText(empty)
            field.setAccessibleName(f"Layer {self._place + 1}: {name}")
            field.setToolTip(_TIPS[name])
            if field.text() != numbers[index] and not self._is_same(field, numbers, index):
                field.setText(numbers[index])
        self.kind_box.setToolTip(KINDS[kind].help if kind in KINDS else "")

    def _is_same(self, field: QLineEdit, numbers: list[str], index: int) -> bool:
        """Whether the fields, one of which is being typed in, mean the same layer already."""
        if not field.hasFocus():
            return False
        kind = fields_of(self._text)[0]
        written = [each.text() for each in self.fields[: len(numbers)]]
        return text_of(kind, written) == self._text and index < len(numbers)

    def _build_kinds(self) -> QComboBox:
        box = QComboBox()
        for word, kind in KINDS.items():
            box.addItem(kind.title, word)
            box.setItemData(box.count() - 1, kind.help, Qt.ItemDataRole.ToolTipRole)
        box.setAccessibleName(f"Layer {self._place + 1}")
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box.activated.connect(self._on_kind_activated)
        return box

    def _build_field(self) -> QLineEdit:
        field = QLineEdit()
        field.textEdited.connect(self._on_field_text_edited)
        # Each stands under its heading, whichever others the layer has.
        policy = field.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        field.setSizePolicy(policy)
        return field

    def _build_button(self, key: str, tip: str) -> QToolButton:
        button = quiet_button(f"Layer {self._place + 1}: {key}", tip)
        button.clicked.connect(lambda: self.acted.emit(self._place, key))
        return button

    def _lay_out(self) -> None:
        self._line = QHBoxLayout()
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.addWidget(self._number)
        self._line.addWidget(self.kind_box)
        self._fields = QWidget()
        self._field_line = QHBoxLayout(self._fields)
        self._field_line.setContentsMargins(0, 0, 0, 0)
        for field in self._columns:
            self._field_line.addWidget(field)
        # Over the columns that a layer with a note leaves empty.
        self._note.setParent(self._fields)
        self._line.addWidget(self._fields)
        self._line.addWidget(self.output)
        self._line.addWidget(self.count)
        self._line.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        for button in self.buttons.values():
            buttons.addWidget(button)
        self._line.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self._line)
        column.addWidget(self.problem)

    def _on_kind_activated(self, index: int) -> None:
        kind = self.kind_box.itemData(index)
        if kind != fields_of(self._text)[0]:
            self.edited.emit(self._place, new_layer(kind), False)

    def _on_field_text_edited(self) -> None:
        kind, numbers = fields_of(self._text)
        written = [field.text() for field in self.fields[: len(numbers)]]
        self.edited.emit(self._place, text_of(kind, written), True)

    def _restyle(self) -> None:
        px = self._theme.px
        self._line.setSpacing(px(8))
        widths = ((self._number, NUMBER_PX), (self.kind_box, KIND_PX), (self.output, OUTPUT_PX))
        for widget, width in (*widths, (self.count, COUNT_PX)):
            widget.setFixedWidth(px(width))
        self._field_line.setSpacing(px(COLUMN_GAP_PX))
        first, gap = px(COLUMNS[0][1]), px(COLUMN_GAP_PX)
        rest = sum(px(width) + gap for _, width in COLUMNS[1:])
        self._note.setGeometry(first + 2 * gap, 0, rest, self._columns[0].sizeHint().height())
        for field, (_, width) in zip(self._columns, COLUMNS, strict=True):
            field.setFixedWidth(px(width))
            field.setFont(self._theme.font(12))
        for key, name, _ in _BUTTONS:
            self.buttons[key].setIcon(icon(self._theme, name, "muted", 14))
        self.problem.setContentsMargins(px(NUMBER_PX + 8), 0, 0, px(4))
