"""The drawing pad: a square to draw on with mouse, pen or finger, and to put pictures on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QWidget

from netviz.engine.errors import StorageError
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.pad.canvas import WHITE, Canvas, Example
from netviz.ui.pad.pad_geometry import PadGeometry
from netviz.ui.pad.pad_painting import PadPicture, brush_cursor, paint_pad
from netviz.ui.pad.pen_input import PenAction, PenInput, mouse_input, tablet_input, touch_input
from netviz.ui.pad.picture_exchange import (
    clipboard_picture,
    has_picture,
    picture_in,
    read_picture,
    write_picture,
)

BRUSH_MIN_PX, BRUSH_MAX_PX, BRUSH_PX = 8, 48, 22
_BRUSH_STEP_PX = 2
_ERASER_FACTOR, _ERASER_MARGIN_PX = 1.25, 4
"""How much broader the eraser is: it takes a stroke's soft edge away with it, at one go."""
_COALESCE_MS = 16
_KEYBOARD_FOCUS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class DrawingPad(ThemedWidget):
    """A black square to draw on, also while the network trains.

    Signals
    -------
    drawing_changed
        The drawing, ``uint8 [280, 280]`` or in colour ``[3, 280, 280]``, and whether it is
        an image of the data set, unchanged since `show_example` (then in its own shape).
        Emitted at most every 16 ms while the pen is down, and always when it is lifted.
    edited
        The history, the brush, its colour or the eraser changed; no arguments.
    failed
        A picture could not be read or written: what happened, and what to do.
    """

    drawing_changed = Signal(object, bool)
    edited = Signal()
    failed = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._canvas = Canvas()
        self._image_shape = (1, 28, 28)
        self._invitation = "Draw a digit"
        self._brush_px = BRUSH_PX
        self._ink = WHITE
        self._stroke_px = float(BRUSH_PX)
        self._erasing = False
        self._is_marked_for_drop = False
        self._shows_focus = False
        self._timer = QTimer(self, singleShot=True, interval=_COALESCE_MS)
        self._timer.timeout.connect(self._announce)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setAccessibleName("Drawing pad")
        self._describe()

    @property
    def canvas(self) -> Canvas:
        """What is drawn; for reading only."""
        return self._canvas

    @property
    def brush_px(self) -> int:
        """Width of the brush in pixels of the canvas, 8 to 48."""
        return self._brush_px

    @property
    def is_erasing(self) -> bool:
        """Whether the brush erases."""
        return self._erasing

    @property
    def ink(self) -> QColor:
        """The colour of the brush, for data in colour; grey ones are drawn in white."""
        return self._ink

    def set_image_shape(self, shape: tuple[int, int, int]) -> None:
        """Set the shape of the data set's images; another shape empties the pad.

        Parameters
        ----------
        shape
            Channels, height, width. With more than one channel strokes have the ink's colour.
        """
        if shape == self._image_shape:
            return
        self._image_shape = shape
        self._canvas = Canvas(color=shape[0] != 1)
        self._describe()
        self._finish_edit()

    def exchange_canvas(self, canvas: Canvas | None) -> Canvas:
        """Draw on another canvas, an empty one for None; return the one before, as it is."""
        before = self._canvas
        self._canvas = canvas or Canvas(color=before.is_color)
        self._finish_edit()
        return before

    def set_invitation(self, text: str) -> None:
        """Choose what an empty pad says, such as ``Draw a digit``."""
        self._invitation = text
        self.update()

    def set_brush_px(self, width: int) -> None:
        """Choose the width of the brush, limited to 8 to 48."""
        self._brush_px = min(max(width, BRUSH_MIN_PX), BRUSH_MAX_PX)
        self._describe()
        self.edited.emit()

    def set_erasing(self, is_erasing: bool) -> None:
        """Choose whether the brush erases."""
        self._erasing = is_erasing
        self._describe()
        self.edited.emit()

    def set_ink(self, ink: QColor) -> None:
        """Choose the colour of the brush, and take it."""
        self._ink = QColor(ink)
        self.set_erasing(False)

    def fill(self) -> None:
        """Paint the whole pad in the colour of the brush."""
        self._canvas.fill(self._ink)
        self._finish_edit()

    def undo(self) -> None:
        """Undo the last stroke, picture or clearing."""
        self._canvas.undo()
        self._finish_edit()

    def redo(self) -> None:
        """Redo what was undone last."""
        self._canvas.redo()
        self._finish_edit()

    def clear(self) -> None:
        """Clear the pad and take the pen; the clearing can be undone."""
        self._canvas.clear()
        self.set_erasing(False)
        self._finish_edit()

    def show_example(self, pixels: NDArray[np.uint8], label: str) -> None:
        """Replace the drawing by an image of the data set, ``uint8 [C, H, W]``."""
        self._canvas.place_example(Example(pixels.copy(), label))
        self._finish_edit()

    def place_picture(self, picture: QImage) -> None:
        """Replace the drawing by any picture, scaled to the pad."""
        self._canvas.place_picture(picture)
        self._finish_edit()

    def copy(self) -> None:
        """Copy the drawing to the clipboard."""
        QGuiApplication.clipboard().setImage(self._canvas.image.copy())

    def paste(self) -> None:
        """Replace the drawing by the clipboard's picture; emits `failed` when there is none."""
        self._place(clipboard_picture)

    def open_file(self, path: Path) -> None:
        """Replace the drawing by the picture in a file; emits `failed` when it cannot be read."""
        self._place(lambda: read_picture(path))

    def save_file(self, path: Path) -> None:
        """Write the drawing as PNG, whole or not at all; emits `failed` when it cannot be."""
        try:
            write_picture(self._canvas.image, path)
        except StorageError as error:
            self.failed.emit(error.message, error.hint)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(240), self._theme.px(240))

    def event(self, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # The window uses the same keys for its own undo; here they undo strokes.
            if self._command(event):
                event.accept()
                return True
        elif kind == QEvent.Type.ToolTip and not self._canvas.is_empty:
            return True  # it would cover the drawing
        elif isinstance(event, QTouchEvent):
            if event.type() == QEvent.Type.TouchBegin:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._follow(touch_input(event))
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        command = self._command(event)
        if command:
            command()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._follow(mouse_input(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._follow(mouse_input(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._follow(mouse_input(event))

    def tabletEvent(self, event: QTabletEvent) -> None:
        self._follow(tablet_input(event))
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if has_picture(event.mimeData()):
            event.acceptProposedAction()
            self._mark_for_drop(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark_for_drop(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._mark_for_drop(False)
        mime = event.mimeData()
        if has_picture(mime):
            self._place(lambda: picture_in(mime))
            event.acceptProposedAction()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = event.reason() in _KEYBOARD_FOCUS
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = False
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._describe()

    def paintEvent(self, event: QPaintEvent) -> None:
        canvas = self._canvas
        picture = PadPicture(
            image=canvas.image,
            label=canvas.example.label if canvas.example else "",
            invitation=self._invitation if canvas.is_empty else "",
            is_marked=self._shows_focus or self._is_marked_for_drop,
        )
        paint_pad(QPainter(self), self._geometry.square, picture, self._theme)

    @property
    def _geometry(self) -> PadGeometry:
        return PadGeometry(self.width(), self.height())

    def _follow(self, pen: PenInput | None) -> None:
        if pen is None:
            return
        match pen.action:
            case PenAction.DOWN:
                self._begin_stroke(pen)
            case PenAction.MOVE:
                self._extend_stroke(pen)
            case PenAction.UP:
                self._end_stroke()

    def _begin_stroke(self, pen: PenInput) -> None:
        if self._canvas.is_empty and self._erasing:
            # There is nothing to erase: whoever draws here means to draw.
            self.set_erasing(False)
        erase = self._erasing or pen.is_eraser
        if erase and self._canvas.is_empty:
            return
        was_empty = self._canvas.is_empty or self._canvas.example is not None
        point = self._geometry.to_canvas(pen.position)
        self._stroke_px = self._width_of(erase=erase)
        width = self._stroke_px * pen.width_factor
        self._show_stroke(self._canvas.begin_stroke(point, width, erase=erase, ink=self._ink))
        if was_empty:
            self.update()
        self.edited.emit()

    def _extend_stroke(self, pen: PenInput) -> None:
        if self._canvas.is_stroking:
            point = self._geometry.to_canvas(pen.position)
            width = self._stroke_px * pen.width_factor
            self._show_stroke(self._canvas.extend_stroke(point, width))

    def _end_stroke(self) -> None:
        if self._canvas.is_stroking:
            self._show_stroke(self._canvas.end_stroke())
            self._announce()

    def _width_of(self, *, erase: bool) -> float:
        width = float(self._brush_px)
        return width * _ERASER_FACTOR + _ERASER_MARGIN_PX if erase else width

    def _show_stroke(self, changed: QRectF) -> None:
        self.update(self._geometry.to_widget(changed).toAlignedRect())
        if not self._timer.isActive():
            self._timer.start()

    def _finish_edit(self) -> None:
        self.update()
        self._announce()
        self.edited.emit()

    def _announce(self) -> None:
        self._timer.stop()
        self.drawing_changed.emit(self._canvas.array(), self._canvas.example is not None)

    def _place(self, read: Callable[[], QImage]) -> None:
        try:
            picture = read()
        except StorageError as error:
            self.failed.emit(error.message, error.hint)
        else:
            self.place_picture(picture)

    def _command(self, event: QKeyEvent) -> Callable[[], object] | None:
        """Return what a key does on the pad; other keys, such as Space, are the window's."""
        key = event.key()
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
        if modifiers == control:
            return {
                Qt.Key.Key_Z: self.undo,
                Qt.Key.Key_Y: self.redo,
                Qt.Key.Key_C: self.copy,
                Qt.Key.Key_V: self.paste,
            }.get(Qt.Key(key))
        if modifiers == control | shift:
            return self.redo if key == Qt.Key.Key_Z else None
        # By text, since some keyboards need a modifier (AltGr) for brackets.
        if event.text() in ("[", "]"):
            step = _BRUSH_STEP_PX if event.text() == "]" else -_BRUSH_STEP_PX
            return lambda: self.set_brush_px(self._brush_px + step)
        if modifiers:
            return None
        if key == Qt.Key.Key_E:
            return lambda: self.set_erasing(not self._erasing)
        return self.clear if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) else None

    def _describe(self) -> None:
        self.setCursor(brush_cursor(self._width_of(erase=self._erasing) * self._geometry.zoom))
        verb = "Erase" if self._erasing else "Draw"
        self.setToolTip(f"{verb} with mouse, pen or finger; the prediction follows at once.")

    def _mark_for_drop(self, is_marked: bool) -> None:
        self._is_marked_for_drop = is_marked
        self.update()
