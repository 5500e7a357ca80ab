"""The layer editor: a list of layers whose shapes and sizes follow every keystroke."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from netviz.engine.errors import ModelError
from netviz.engine.network.layer_plan import describe
from netviz.ui.dialogs.layer_editor.layer_row import (
    COLUMN_GAP_PX,
    COLUMNS,
    COUNT_PX,
    KIND_PX,
    NUMBER_PX,
    OUTPUT_PX,
    LayerRow,
)
from netviz.ui.dialogs.layer_editor.layer_stack import PRESETS, LayerStack, new_layer
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.card import Card
from netviz.ui.widgets.icon_button import quiet_button
from netviz.ui.widgets.main_button import make_main


class LayerEditor(QDialog):
    """A window that builds a network layer by layer; not modal.

    The run changes only with Apply, which is enabled while the layers fit together.

    Signals
    -------
    layers_chosen
        The layers to train: a tuple of texts in the form that `layer_plan` reads.
    reset_requested
        The user wants to train them at once, from a Reset on; follows `layers_chosen`.
    """

    layers_chosen = Signal(tuple)
    reset_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle("Edit layers")
        self.setModal(False)
        self._stack = LayerStack(PRESETS["64 – 64 – 64"], (1, 28, 28), 10)
        self.rows: list[LayerRow] = []
        self._build()
        for keys, slot in (
            (QKeySequence.StandardKey.Undo, self._on_undo_clicked),
            (QKeySequence.StandardKey.Redo, self._on_redo_clicked),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._refresh()

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers in the editor."""
        return self._stack.texts

    def edit(self, texts: tuple[str, ...], image_shape: tuple[int, ...], classes: int) -> None:
        """Edit these layers, for such images; clears the undo history."""
        self._stack = LayerStack(texts, image_shape, classes)
        self._refresh()

    def set_data(self, image_shape: tuple[int, ...], classes: int) -> None:
        """Compute the shapes for other images."""
        self._stack.image_shape, self._stack.classes = image_shape, classes
        self._refresh()

    # -- building ----------------------------------------------------------------------------

    def _build(self) -> None:
        self._card = Card(self._theme)
        self._card.body.addLayout(self._build_head())
        self._card.body.addLayout(self._build_titles())
        scrolled = QWidget()
        scrolled.setObjectName("scrolled")
        self._column = QVBoxLayout(scrolled)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(scrolled)
        self._card.body.addWidget(area, 1)
        self._card.body.addLayout(self._build_foot())
        layout = self._layout = QVBoxLayout(self)
        layout.addWidget(self._card)
        make_main(self, self.reset_button)

    def _build_head(self) -> QHBoxLayout:
        self.presets = QToolButton()
        self.presets.setText("Start from")
        self.presets.setProperty("kind", "menu")
        self.presets.setToolTip("Replace these layers by a network from the courses.")
        self.presets.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.presets)
        for name in PRESETS:
            menu.addAction(name).setData(name)
        menu.triggered.connect(self._on_preset_triggered)
        self.presets.setMenu(menu)
        self.undo_button = self._head_button("Undo", self._on_undo_clicked)
        self.redo_button = self._head_button("Redo", self._on_redo_clicked)
        self.add_button = self._head_button("Add", self._on_add_clicked)
        self.add_button.setToolTip("Add a layer before all others.")
        self._input = QLabel()
        self._input.setProperty("role", "muted")
        head = QHBoxLayout()
        head.addWidget(self.presets)
        head.addWidget(self.undo_button)
        head.addWidget(self.redo_button)
        head.addWidget(self.add_button)
        head.addStretch(1)
        head.addWidget(self._input)
        return head

    def _head_button(self, word: str, slot: Callable[[], None]) -> QToolButton:
        button = quiet_button(word, f"{word} the last change of these layers.")
        button.clicked.connect(slot)
        return button

    def _build_titles(self) -> QHBoxLayout:
        self._titles, self._headings = QHBoxLayout(), QHBoxLayout()
        self._title_labels: list[tuple[QLabel, int]] = []
        for text, width in (("", NUMBER_PX), ("Layer", KIND_PX)):
            self._titles.addWidget(self._title(text, width))
        for text, width in COLUMNS:
            self._headings.addWidget(self._title(text, width))
        self._titles.addLayout(self._headings)
        count = self._title("Parameters", COUNT_PX)
        count.setAlignment(Qt.AlignmentFlag.AlignRight)
        for label in (self._title("Output", OUTPUT_PX), count):
            self._titles.addWidget(label)
        self._titles.addStretch(1)
        return self._titles

    def _title(self, text: str, width: int) -> QLabel:
        label = QLabel(text)
        label.setProperty("role", "hint")
        self._title_labels.append((label, width))
        return label

    def _build_foot(self) -> QHBoxLayout:
        self.total = QLabel()
        self.total.setProperty("role", "strong")
        self.total.setWordWrap(True)
        self.apply_button = QPushButton("Apply")
        self.apply_button.setToolTip("Train this network from the next Reset on.")
        self.apply_button.clicked.connect(self._on_apply_clicked)
        self.reset_button = QPushButton("Apply and reset")
        self.reset_button.setToolTip("End the run at hand, and begin one with this network.")
        self.reset_button.clicked.connect(self._on_reset_button_clicked)
        close = QPushButton("Close")
        close.setToolTip("Close the editor; the run keeps its network.")
        close.clicked.connect(self.close)
        foot = QHBoxLayout()
        foot.addWidget(self.total, 1)
        for button in (close, self.apply_button, self.reset_button):
            foot.addWidget(button)
        return foot

    # -- what the user did -------------------------------------------------------------------

    def _on_preset_triggered(self, action: object) -> None:
        self._stack.put(PRESETS[action.data()])  # type: ignore[attr-defined]
        self._refresh()

    def _on_undo_clicked(self) -> None:
        self._stack.undo()
        self._refresh()

    def _on_redo_clicked(self) -> None:
        self._stack.redo()
        self._refresh()

    def _on_add_clicked(self) -> None:
        self._stack.insert(0, new_layer("relu"))
        self._refresh()

    def _on_row_edited(self, place: int, text: str, typing: bool) -> None:
        self._stack.write(place, text, typing=typing)
        self._refresh()

    def _on_row_acted(self, place: int, key: str) -> None:
        match key:
            case "up":
                self._stack.move(place, -1)
            case "down":
                self._stack.move(place, 1)
            case "add":
                self._stack.insert(place + 1, new_layer("relu"))
            case "remove":
                self._stack.remove(place)
        self._refresh()
        if key == "add":
            self.rows[place + 1].kind_box.setFocus()

    def _on_apply_clicked(self) -> None:
        self.layers_chosen.emit(self._stack.texts)

    def _on_reset_button_clicked(self) -> None:
        self.layers_chosen.emit(self._stack.texts)
        self.reset_requested.emit()

    # -- showing -----------------------------------------------------------------------------

    def _refresh(self) -> None:
        planned = self._stack.plan()
        while len(self.rows) < len(planned):
            row = LayerRow(self._theme, len(self.rows))
            row.edited.connect(self._on_row_edited)
            row.acted.connect(self._on_row_acted)
            self._column.insertWidget(len(self.rows), row)
            self.rows.append(row)
        while len(self.rows) > len(planned):
            row = self.rows.pop()
            row.hide()
            row.deleteLater()
        for row, layer in zip(self.rows, planned, strict=True):
            row.show_layer(layer, len(self._stack.texts))
        shape, classes = self._stack.image_shape, self._stack.classes
        self._input.setText(f"Images {describe(shape)}, {classes} classes")
        self._show_total(sum(layer.parameters for layer in planned))
        self.undo_button.setEnabled(self._stack.can_undo)
        self.redo_button.setEnabled(self._stack.can_redo)

    def _show_total(self, total: int) -> None:
        try:
            self._stack.check()
        except ModelError as error:
            has_mark = any(layer.problem for layer in self._stack.plan())
            self.total.setText("These layers do not fit yet." if has_mark else error.message)
            self._allow(False)
            return
        self.total.setText(f"{total:,} parameters")
        self._allow(True)

    def _allow(self, fits: bool) -> None:
        for button in (self.apply_button, self.reset_button):
            button.setEnabled(fits)

    def _restyle(self) -> None:
        px = self._theme.px
        self.resize(px(880), px(560))
        for layout, gap in ((self._layout, 12), (self._card.body, 8), (self._titles, 8)):
            layout.setSpacing(px(gap))
        self._headings.setSpacing(px(COLUMN_GAP_PX))
        self._column.setSpacing(px(6))
        for label, width in self._title_labels:
            label.setFixedWidth(px(width))
        self.undo_button.setIcon(icon(self._theme, "undo-2", "muted"))
        self.redo_button.setIcon(icon(self._theme, "redo-2", "muted"))
        self.add_button.setIcon(icon(self._theme, "plus", "muted"))
