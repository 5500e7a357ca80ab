"""The square to draw on with mouse, pen or finger, and to put pictures on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QMimeData, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
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
    QPointingDevice,
    QResizeEvent,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QWidget

from netviz.engine.errors import StorageError
from netviz.ui.look.theme import Theme
from netviz.ui.pad.drawing import SIDE, Canvas, Example
from netviz.ui.pad.pad_painting import PadPicture, brush_cursor, paint_pad
from netviz.ui.pad.picture_files import picture_files, read_picture, write_picture
from netviz.ui.widgets.image_painting import gray_image

BRUSH_MIN_PX, BRUSH_MAX_PX, BRUSH_PX = 8, 48, 22
_BRUSH_STEP_PX = 2
_COALESCE_MS = 16
_KEYBOARD_FOCUS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class DrawingPad(QWidget):
    """A black square that is drawn on at any time.

    Signals
    -------
    drawing_changed
        The drawing, ``uint8 [280, 280]`` or in colour ``[3, 280, 280]``, and whether it is
        the data set's own image, unchanged since `show_example` (then in its own shape). Sent
        at most every 16 ms while the pen is down, and always when it is lifted.
    edited
        The history, the brush or the eraser changed; no arguments.
    failed
        A picture could not be read or written: what happened, and what to do.
    """

    drawing_changed = Signal(object, bool)
    edited = Signal()
    failed = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._canvas = Canvas()
        self._image_shape = (1, 28, 28)
        self._invitation = "Draw a digit"
        self._seen: QImage | None = None
        self._brush_px = BRUSH_PX
        self._erasing = False
        self._is_marked_for_drop = False
        self._shows_focus = False
        self._hides_seen = False
        self._timer = QTimer(self, singleShot=True, interval=_COALESCE_MS)
        self._timer.timeout.connect(self._announce)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setMinimumSize(96, 96)
        self.setAccessibleName("Drawing pad")
        theme.changed.connect(self._on_theme_changed)
        self._describe()

    @property
    def canvas(self) -> Canvas:
        """What is drawn; to be read, not painted on."""
        return self._canvas

    @property
    def brush_px(self) -> int:
        """Width of the brush in pixels of the canvas, 8 to 48."""
        return self._brush_px

    @property
    def is_erasing(self) -> bool:
        """Whether the brush wipes out."""
        return self._erasing

    @property
    def takes_strokes(self) -> bool:
        """Whether one can draw, which is so for grey data."""
        return self._image_shape[0] == 1

    def set_image_shape(self, shape: tuple[int, int, int]) -> None:
        """Say what an image of the data set is; another shape empties the pad.

        Parameters
        ----------
        shape
            Channels, height, width. Of more than one channel, the pad takes pictures only.
        """
        if shape == self._image_shape:
            return
        self._image_shape = shape
        self._canvas = Canvas(color=shape[0] != 1)
        self._seen = None
        self._describe()
        self._finish_edit()

    def set_invitation(self, text: str) -> None:
        """Choose what an empty pad says, such as ``Draw a digit``."""
        self._invitation = text
        self.update()

    def set_seen(self, seen: NDArray[np.float32] | None) -> None:
        """Show what the network got, ``float32 [C, H, W]`` in 0..1, in the corner."""
        pixels = None if seen is None else np.rint(np.clip(seen, 0, 1) * 255).astype(np.uint8)
        image = None if pixels is None else gray_image(pixels)
        # The answer changes many times a second while training, what is answered does not.
        if image != self._seen:
            self._seen = image
            self.update()

    def set_brush_px(self, width: int) -> None:
        """Choose the width of the brush, brought into 8 to 48."""
        self._brush_px = min(max(width, BRUSH_MIN_PX), BRUSH_MAX_PX)
        self._describe()
        self.edited.emit()

    def set_erasing(self, is_erasing: bool) -> None:
        """Choose whether the brush wipes out."""
        self._erasing = is_erasing
        self._describe()
        self.edited.emit()

    def undo(self) -> None:
        """Take back the last stroke, picture or clearing."""
        self._canvas.undo()
        self._finish_edit()

    def redo(self) -> None:
        """Bring back what was undone last."""
        self._canvas.redo()
        self._finish_edit()

    def clear(self) -> None:
        """Make the pad empty; this can be undone."""
        self._canvas.clear()
        self._finish_edit()

    def show_example(self, pixels: NDArray[np.uint8], label: str) -> None:
        """Put an image of the data set, ``uint8 [C, H, W]``, on the pad."""
        self._canvas.place_example(Example(pixels.copy(), label))
        self._finish_edit()

    def place_picture(self, picture: QImage) -> None:
        """Put any picture on the pad, scaled to it."""
        self._canvas.place_picture(picture)
        self._finish_edit()

    def copy(self) -> None:
        """Put the drawing on the clipboard."""
        QGuiApplication.clipboard().setImage(self._canvas.image.copy())

    def paste(self) -> None:
        """Put the clipboard's picture, or the file that was copied, on the pad."""
        # An empty clipboard has no data at all on some platforms, whatever the types say.
        data: QMimeData | None = QGuiApplication.clipboard().mimeData()
        if data is None or not self._take(data):
            self.failed.emit(
                "There is no picture on the clipboard.", "Copy a picture first, then paste it."
            )

    def open_file(self, path: Path) -> None:
        """Put the picture in a file on the pad; emits `failed` when there is none in it."""
        try:
            picture = read_picture(path)
        except StorageError as error:
            self.failed.emit(error.message, error.hint)
        else:
            self.place_picture(picture)

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
            # The window has the same keys for its own undo; here they mean the drawing.
            if self._command(event):
                event.accept()
                return True
        elif kind == QEvent.Type.ToolTip and not self._canvas.is_empty:
            return True  # it would cover the drawing
        elif isinstance(event, QTouchEvent) and self.takes_strokes:
            self._on_touch(event)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        command = self._command(event)
        if command:
            command()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._put_down(event.position(), 1.0, self._erasing)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._move_to(event.position(), 1.0)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._lift()

    def tabletEvent(self, event: QTabletEvent) -> None:
        # A pen that does not know pressure reports 0 or 1: both draw the brush's full width.
        pressure = 0.4 + 0.8 * event.pressure() if 0 < event.pressure() < 1 else 1.0
        if event.type() == QEvent.Type.TabletPress:
            wipes = event.pointerType() == QPointingDevice.PointerType.Eraser
            self._put_down(event.position(), pressure, self._erasing or wipes)
        elif event.type() == QEvent.Type.TabletRelease:
            self._lift()
        else:
            self._move_to(event.position(), pressure)
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasImage() or picture_files(event.mimeData()):
            event.acceptProposedAction()
            self._mark_for_drop(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark_for_drop(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._mark_for_drop(False)
        if self._take(event.mimeData()):
            event.acceptProposedAction()

    def leaveEvent(self, event: QEvent) -> None:
        self._uncover(QPointF(-1, -1))

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
            takes_strokes=self.takes_strokes,
            seen=None if canvas.is_empty or self._hides_seen else self._seen,
            is_marked=self._shows_focus or self._is_marked_for_drop,
        )
        paint_pad(QPainter(self), self._square(), picture, self._theme)

    def _on_touch(self, event: QTouchEvent) -> None:
        kind = event.type()
        if kind in (QEvent.Type.TouchEnd, QEvent.Type.TouchCancel):
            self._lift()
        elif event.points():
            # Of several fingers the first one draws, the others are a resting hand.
            position = event.points()[0].position()
            if kind == QEvent.Type.TouchBegin:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                self._put_down(position, 1.0, self._erasing)
            else:
                self._move_to(position, 1.0)
        event.accept()

    def _put_down(self, position: QPointF, pressure: float, erase: bool) -> None:
        if not self.takes_strokes or (erase and self._canvas.is_empty):
            return
        was_empty = self._canvas.is_empty or self._canvas.example is not None
        width = self._brush_px * pressure
        self._show_stroke(self._canvas.begin_stroke(self._mapped(position), width, erase=erase))
        if was_empty:
            self.update()
        self.edited.emit()

    def _move_to(self, position: QPointF, pressure: float) -> None:
        self._uncover(position)
        if self._canvas.is_stroking:
            width = self._brush_px * pressure
            self._show_stroke(self._canvas.extend_stroke(self._mapped(position), width))

    def _lift(self) -> None:
        if self._canvas.is_stroking:
            self._show_stroke(self._canvas.end_stroke())
            self._announce()

    def _show_stroke(self, changed: QRectF) -> None:
        square = self._square()
        zoom = square.width() / SIDE
        place = QRectF(changed.topLeft() * zoom, changed.size() * zoom)
        self.update(place.translated(square.topLeft()).toAlignedRect())
        if not self._timer.isActive():
            self._timer.start()

    def _finish_edit(self) -> None:
        self.update()
        self._announce()
        self.edited.emit()

    def _announce(self) -> None:
        self._timer.stop()
        self.drawing_changed.emit(self._canvas.array(), self._canvas.example is not None)

    def _take(self, mime: QMimeData) -> bool:
        """Put what was pasted or dropped on the pad; False when it is no picture."""
        if files := picture_files(mime):
            self.open_file(files[0])
        elif mime.hasImage():
            self.place_picture(QImage(mime.imageData()))
        return bool(files) or mime.hasImage()

    def _command(self, event: QKeyEvent) -> Callable[[], object] | None:
        """Return what a key does on the pad; Space and all the rest belong to the window."""
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
        # Where the brackets need a modifier (AltGr), the text tells them.
        if event.text() in ("[", "]"):
            step = _BRUSH_STEP_PX if event.text() == "]" else -_BRUSH_STEP_PX
            return lambda: self.set_brush_px(self._brush_px + step)
        if modifiers:
            return None
        if key == Qt.Key.Key_E:
            return lambda: self.set_erasing(not self._erasing)
        return self.clear if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) else None

    def _describe(self) -> None:
        if not self.takes_strokes:
            self.setCursor(Qt.CursorShape.ArrowCursor)
            self.setToolTip("Paste, open or drop a picture to see what the network makes of it.")
            return
        self.setCursor(brush_cursor(self._brush_px * self._square().width() / SIDE))
        verb = "Wipe out" if self._erasing else "Draw"
        self.setToolTip(f"{verb} with mouse, pen or finger; the network answers at once.")

    def _square(self) -> QRectF:
        side = min(self.width(), self.height())
        return QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def _mapped(self, position: QPointF) -> QPointF:
        square = self._square()
        return (position - square.topLeft()) * (SIDE / square.width())

    def _uncover(self, position: QPointF) -> None:
        """Take what the network sees out of the way while the pointer is over that corner."""
        square = self._square()
        corner = square.bottomRight() - QPointF(square.width(), square.height()) / 3
        hides = position.x() > corner.x() and position.y() > corner.y()
        if hides != self._hides_seen:
            self._hides_seen = hides
            self.update()

    def _mark_for_drop(self, is_marked: bool) -> None:
        self._is_marked_for_drop = is_marked
        self.update()

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
