"""The card on the right: a pad to draw on, the network's prediction, and how it developed."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QImageReader,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from netviz.bridge.race_lanes import LaneNow
from netviz.engine.protocol.observations import Prediction
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.pad.collecting_row import CollectingRow
from netviz.ui.pad.confidence_strip import ConfidenceStrip
from netviz.ui.pad.drawing_pad import DrawingPad
from netviz.ui.pad.ink_button import InkButton
from netviz.ui.pad.lane_answers import LaneAnswers
from netviz.ui.pad.pad_column import PadColumn
from netviz.ui.pad.prediction_line import PredictionLine
from netviz.ui.pad.probability_bars import ProbabilityBars
from netviz.ui.pad.seen_image import SeenImage
from netviz.ui.widgets.card import Card
from netviz.ui.widgets.icon_button import quiet_button

WIDTH_PX = 264

_BRUSHES = (("Finest", 8), ("Fine", 14), ("Medium", 22), ("Broad", 32), ("Broadest", 48))


class PadCard(Card):
    """The drawing pad with the network's prediction of the drawing.

    Signals
    -------
    drawing_changed
        The drawing (``uint8 [H, W]``, in colour ``[3, H, W]``), and whether it is an
        image of the data set, unchanged since `show_example`.
    example_requested
        The user asks for a random test image; call `show_example` with one.
    failed
        A picture could not be read or written: what happened, and what to do.
    digit_typed
        The user typed 0 to 9 on the pad.

    Attributes
    ----------
    pad, prediction, seen, bars, strip, collecting
        The parts, from top to bottom; the last one only while drawings are collected.
    answers
        What each run of a race says, in the place of the bars and the strip.
    ink_button
        The colour of the pen, where the data have colours.
    """

    drawing_changed = Signal(object, bool)
    example_requested = Signal()
    failed = Signal(str, str)
    digit_typed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Draw a digit", parent=parent)
        self.pad = DrawingPad(theme)
        self.prediction = PredictionLine(theme)
        self.seen = SeenImage(theme)
        self.bars = ProbabilityBars(theme)
        self.strip = ConfidenceStrip(theme)
        self.collecting = CollectingRow(theme)
        self.collecting.hide()
        self._classes: tuple[str, ...] = ()
        self._is_brief = self._is_looking = False
        self._buttons: list[tuple[QToolButton, str]] = []
        self._actions: list[tuple[QAction, str]] = []
        self._fill_header()
        self.answers = LaneAnswers(theme)
        self._column = PadColumn(
            theme, self.pad, self.prediction, self.seen, self.bars, self.strip, self.answers
        )
        self._column.clear_button.clicked.connect(self.pad.clear)
        self.body.addWidget(self._column, 1)
        self.body.addWidget(self.collecting)
        self.pad.drawing_changed.connect(self._on_pad_drawing_changed)
        self.pad.edited.connect(self._on_pad_edited)
        self.pad.failed.connect(self.failed)
        self._dress()
        self._on_pad_edited()

    def set_heading(self, text: str) -> None:
        """Choose the heading, such as ``Draw clothes``; an empty pad says the same."""
        if self.title:
            self.title.setText(text)
        self.pad.set_invitation(text)
        self._fit_title()

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """Name the classes of the data set and forget the last prediction."""
        self.bars.set_classes(classes)
        self.strip.set_classes(classes)
        self.answers.set_classes(classes)
        self._classes = classes
        self._forget_prediction()
        self._column.place()

    def set_image_shape(self, shape: tuple[int, int, int]) -> None:
        """Set the shape of the data set's images: channels, height, width.

        Another shape empties the pad. With colours there is a button for that of the pen.
        """
        self.pad.set_image_shape(shape)
        self.ink_button.setVisible(self.pad.canvas.is_color)
        self._fit_title()

    def look_back(self, looking: bool) -> None:
        """Take the predictions that follow as those of earlier steps, or of the present again.

        The other runs of a race are at the present, and are not set beside an earlier step.
        """
        if looking != self._is_looking:
            self._is_looking = looking
            self.strip.look_back(looking)
            self._column.set_racing(bool(self.answers.lanes) and not looking)

    def show_prediction(self, prediction: Prediction) -> None:
        """Show the network's prediction; an empty pad shows none."""
        if self.pad.canvas.is_empty or len(prediction.probabilities) != len(self._classes):
            return
        if not np.isfinite(prediction.probabilities).all():
            self._forget_prediction(with_record=not self._is_looking)  # the network has diverged
            return
        probabilities = prediction.probabilities
        winner = int(probabilities.argmax())
        self.seen.set_seen(prediction.seen)
        self.prediction.set_prediction(self._classes[winner], float(probabilities[winner]))
        self.bars.set_probabilities(probabilities)
        self.strip.add(prediction)

    def show_lanes(self, lanes: Sequence[LaneNow]) -> None:
        """Show the runs of a race, and what each says; none without a race."""
        before = len(self.answers.lanes)
        self.answers.set_lanes(lanes)
        if len(lanes) != before:
            self._column.set_racing(bool(lanes) and not self._is_looking)

    def show_answer(self, line: int, prediction: Prediction) -> None:
        """Show what a run of a race says of the drawing; an empty pad shows nothing."""
        if not self.pad.canvas.is_empty:
            self.answers.set_answer(line, prediction.probabilities)

    def show_example(self, pixels: NDArray[np.uint8], label: str) -> None:
        """Put an image of the data set, ``uint8 [C, H, W]``, on the pad, with its label."""
        self.pad.show_example(pixels, label)

    def clear(self) -> None:
        """Clear the pad; the user can undo this."""
        self.pad.clear()

    @property
    def is_collecting(self) -> bool:
        """Whether the row that collects drawings is shown."""
        return self.collecting.isVisibleTo(self)

    def set_collecting(self, is_collecting: bool) -> None:
        """Show or hide the row that collects drawings."""
        self._collect.setChecked(is_collecting)
        self.collecting.setVisible(is_collecting)

    def set_brief(self, is_brief: bool) -> None:
        """Show nothing but the pad and its prediction, or everything."""
        self._is_brief = is_brief
        for button, _ in self._buttons:
            button.setVisible(not is_brief)
        self.collecting.setVisible(not is_brief and self._collect.isChecked())
        self._column.set_brief(is_brief)
        self._fit_title()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # The pad ignores keys that it has no use for, so they arrive here.
        text = event.text()
        if self.pad.hasFocus() and len(text) == 1 and text in "0123456789":
            self.digit_typed.emit(int(text))
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(WIDTH_PX), self._theme.px(610))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_title()

    def _fill_header(self) -> None:
        pad = self.pad
        self.header.setSpacing(0)
        self._brush_menu = self._make_brush_menu()
        tip = "Draw; while drawing, choose the width of the pen ([ and ])."
        self._pen = self._add_button("pencil", tip, "Pen")
        self._pen.clicked.connect(self._on_pen_clicked)
        self.ink_button = InkButton(self._theme)
        self.ink_button.ink_chosen.connect(pad.set_ink)
        self.ink_button.fill_requested.connect(pad.fill)
        self.ink_button.hide()
        self.header.addWidget(self.ink_button)
        self._eraser = self._add_button("eraser", "Erase instead of drawing (E).", "Eraser")
        self._eraser.setCheckable(True)
        self._eraser.clicked.connect(pad.set_erasing)
        self._undo = self._add_button("undo-2", "Undo the last stroke (Ctrl+Z).", "Undo stroke")
        self._undo.clicked.connect(pad.undo)
        self._clear = self._add_button("trash-2", "Clear the pad (Delete).", "Clear the pad")
        self._clear.clicked.connect(pad.clear)
        more = self._add_button("ellipsis", "More actions for the pad.", "More")
        more.setMenu(self._make_more_menu())
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _add_button(self, name: str, tooltip: str, accessible_name: str) -> QToolButton:
        button = quiet_button(accessible_name, tooltip)
        # A click must not take the focus from the pad, whose Ctrl+Z is often used next.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.header.addWidget(button)
        self._buttons.append((button, name))
        return button

    def _make_brush_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        for name, width in _BRUSHES:
            action = menu.addAction(f"{name}, {width} px")
            action.setToolTip(f"Draw with a brush {width} pixels wide.")
            action.setCheckable(True)
            action.setData(width)
            group.addAction(action)
        group.triggered.connect(self._on_brush_triggered)
        return menu

    def _make_more_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._menu = menu
        pad, keys = self.pad, QKeySequence.StandardKey
        shuffle = "Put a random test image on the pad."
        self._add_action("shuffle", "Show me one", shuffle, self.example_requested.emit)
        menu.addSeparator()
        redo = "Redo what was undone last."
        self._redo = self._add_action("redo-2", "Redo", redo, pad.redo, keys.Redo)
        self._add_action("copy", "Copy", "Copy the drawing as a picture.", pad.copy, keys.Copy)
        paste = "Put the picture that was copied last on the pad."
        self._add_action("clipboard-paste", "Paste", paste, pad.paste, keys.Paste)
        menu.addSeparator()
        collect = "Keep drawings with their labels, to train on them."
        self._collect = self._add_action("pencil", "Collect drawings", collect, self._on_collect)
        self._collect.setCheckable(True)
        menu.addSeparator()
        open_tip = "Put a picture from a file on the pad."
        self._add_action("folder-open", "Open image…", open_tip, self._ask_for_picture)
        save = "Save the drawing as a PNG file."
        self._save = self._add_action("save", "Save drawing…", save, self._ask_where_to_save)
        return menu

    def _add_action(
        self,
        name: str,
        text: str,
        tooltip: str,
        act: Callable[[], object],
        key: QKeySequence.StandardKey | None = None,
    ) -> QAction:
        # The keys are only shown: the pad handles them itself while it has the focus.
        if key is not None:
            text += "\t" + QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
        action = self._menu.addAction(text)
        action.setToolTip(tooltip)
        action.triggered.connect(lambda: act())
        self._actions.append((action, name))
        return action

    def _on_collect(self) -> None:
        self.set_collecting(self._collect.isChecked())

    def _ask_for_picture(self) -> None:
        dialog = QFileDialog(self, "Open image")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        endings = sorted(
            bytes(kind.data()).decode() for kind in QImageReader.supportedImageFormats()
        )
        patterns = " ".join(f"*.{ending}" for ending in endings)
        dialog.setNameFilters([f"Images ({patterns})", "All files (*)"])
        dialog.fileSelected.connect(self._on_open_dialog_file_selected)
        self._show_dialog(dialog)

    def _ask_where_to_save(self) -> None:
        dialog = QFileDialog(self, "Save drawing")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("PNG image (*.png)")
        dialog.setDefaultSuffix("png")
        dialog.selectFile("drawing.png")
        dialog.fileSelected.connect(self._on_save_dialog_file_selected)
        self._show_dialog(dialog)

    def _show_dialog(self, dialog: QFileDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        # Not exec(), which would block: training goes on while the dialog is open.
        dialog.open()

    def _forget_prediction(self, *, with_record: bool = True) -> None:
        self.seen.set_seen(None)
        self.prediction.set_prediction("", 0.0)
        self.bars.set_probabilities(None)
        if with_record:
            self.strip.clear()

    def _fit_title(self) -> None:
        """Hide the heading where the buttons need its space."""
        if self.title:
            shown = [button for button, _ in self._buttons]
            shown += [self.ink_button] if self.pad.canvas.is_color else []
            buttons = sum(button.sizeHint().width() for button in shown)
            room = self.width() - 2 * self._theme.px(12) - buttons
            fits = self.title.sizeHint().width() <= room
            self.title.setVisible(fits and not self._is_brief)

    def _on_pad_drawing_changed(self, drawing: NDArray[np.uint8], prepared: bool) -> None:
        if self.pad.canvas.is_empty:
            self.answers.forget()
            self._forget_prediction()
        self.drawing_changed.emit(drawing, prepared)

    def _on_pad_edited(self) -> None:
        pad = self.pad
        self._undo.setEnabled(pad.canvas.can_undo)
        self._redo.setEnabled(pad.canvas.can_redo)
        self._clear.setEnabled(not pad.canvas.is_empty)
        self._save.setEnabled(not pad.canvas.is_empty)
        self.collecting.set_possible(not pad.canvas.is_empty)
        self.ink_button.set_ink(pad.ink)
        for action in self._brush_menu.actions():
            action.setChecked(action.data() == pad.brush_px)
        if self._eraser.isChecked() != pad.is_erasing:
            self._eraser.setChecked(pad.is_erasing)

    def _on_pen_clicked(self) -> None:
        if self.pad.is_erasing:
            self.pad.set_erasing(False)
        else:
            self._brush_menu.popup(self._pen.mapToGlobal(self._pen.rect().bottomLeft()))

    def _on_brush_triggered(self, action: QAction) -> None:
        self.pad.set_brush_px(action.data())

    def _on_open_dialog_file_selected(self, path: str) -> None:
        self.pad.open_file(Path(path))

    def _on_save_dialog_file_selected(self, path: str) -> None:
        self.pad.save_file(Path(path))

    def _on_theme_changed(self) -> None:
        super()._on_theme_changed()
        self._dress()
        self._fit_title()
        self._column.place()

    def _dress(self) -> None:
        theme = self._theme
        # Large letters need no more, but small ones let it be narrower.
        self.setMinimumWidth(min(WIDTH_PX - 14, theme.px(WIDTH_PX - 14)))
        side = theme.px(16)
        clear = self._column.clear_button
        for button, name in (*self._buttons, (clear, "trash-2")):
            button.setIcon(icon(theme, name, "muted"))
            button.setIconSize(QSize(side, side))
        self.ink_button.setIconSize(QSize(side, side))
        for action, name in self._actions:
            action.setIcon(icon(theme, name, "muted"))
        colors = theme.colors
        self._eraser.setStyleSheet(
            f"QToolButton:checked {{ background: {colors.raised}; "
            f"border: 1px solid {colors.primary}; }}"
        )
