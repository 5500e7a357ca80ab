"""Drawing, erasing, pasting and dropping change the drawing and announce it."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QPainter,
    QPen,
    QPointingDevice,
    QShortcut,
    QTabletEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.pad.drawing_pad import BRUSH_MAX_PX, BRUSH_MIN_PX, DrawingPad

LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class Emitted:
    """What the pad emitted."""

    def __init__(self, pad: DrawingPad) -> None:
        self.drawings: list[tuple[np.ndarray, bool]] = []
        self.failures: list[tuple[str, str]] = []
        pad.drawing_changed.connect(self._on_pad_drawing_changed)
        pad.failed.connect(self._on_pad_failed)

    def _on_pad_drawing_changed(self, drawing: np.ndarray, prepared: bool) -> None:
        self.drawings.append((drawing, prepared))

    def _on_pad_failed(self, message: str, hint: str) -> None:
        self.failures.append((message, hint))

    @property
    def drawing(self) -> np.ndarray:
        return self.drawings[-1][0]


@pytest.fixture
def pad(qtbot) -> DrawingPad:
    pad = DrawingPad(Theme())
    qtbot.addWidget(pad)
    pad.resize(240, 240)
    pad.show()
    pad.setFocus()
    return pad


@pytest.fixture
def emitted(pad: DrawingPad) -> Emitted:
    return Emitted(pad)


def _draw(qtbot, pad: DrawingPad, y: int = 120) -> None:
    qtbot.mousePress(pad, LEFT, pos=QPoint(60, y))
    for x in range(70, 190, 10):
        qtbot.mouseMove(pad, QPoint(x, y))
    qtbot.mouseRelease(pad, LEFT, pos=QPoint(180, y))


def _picture(path: Path | None = None) -> QImage:
    picture = QImage(60, 60, QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    painter.setPen(QPen(QColor("black"), 8))
    painter.drawLine(30, 10, 30, 50)
    painter.end()
    if path:
        assert picture.save(str(path))
    return picture


def test_a_stroke_of_the_mouse_comes_as_an_array(qtbot, pad: DrawingPad, emitted: Emitted) -> None:
    _draw(qtbot, pad)
    assert emitted.drawing.shape == (280, 280)
    assert emitted.drawing.dtype == np.uint8
    rows, columns = np.nonzero(emitted.drawing > 127)
    assert abs(rows.mean() - 140) < 2
    assert columns.min() < 75
    assert columns.max() > 200
    assert not emitted.drawings[-1][1]


def test_many_moves_are_announced_together_and_lifting_the_pen_at_once(
    qtbot, pad: DrawingPad, emitted: Emitted
) -> None:
    qtbot.mousePress(pad, LEFT, pos=QPoint(60, 60))
    for x in range(60, 180):
        qtbot.mouseMove(pad, QPoint(x, 60))
    assert len(emitted.drawings) < 60
    count = len(emitted.drawings)
    qtbot.mouseRelease(pad, LEFT, pos=QPoint(180, 60))
    assert len(emitted.drawings) == count + 1


def test_a_stroke_is_announced_while_it_is_drawn(qtbot, pad: DrawingPad) -> None:
    with qtbot.waitSignal(pad.drawing_changed, timeout=1000):
        qtbot.mousePress(pad, LEFT, pos=QPoint(60, 60))
    assert pad.canvas.is_stroking


def test_keys_undo_and_redo(qtbot, pad: DrawingPad, emitted: Emitted) -> None:
    _draw(qtbot, pad)
    drawn = emitted.drawing
    qtbot.keyClick(pad, Qt.Key.Key_Z, CONTROL)
    assert emitted.drawing.max() == 0
    qtbot.keyClick(pad, Qt.Key.Key_Z, CONTROL | SHIFT)
    np.testing.assert_array_equal(emitted.drawing, drawn)
    qtbot.keyClick(pad, Qt.Key.Key_Z, CONTROL)
    qtbot.keyClick(pad, Qt.Key.Key_Y, CONTROL)
    np.testing.assert_array_equal(emitted.drawing, drawn)


def test_delete_empties_the_pad(qtbot, pad: DrawingPad, emitted: Emitted) -> None:
    _draw(qtbot, pad)
    qtbot.keyClick(pad, Qt.Key.Key_Delete)
    assert pad.canvas.is_empty
    assert emitted.drawing.max() == 0


def test_the_eraser_erases(qtbot, pad: DrawingPad, emitted: Emitted) -> None:
    _draw(qtbot, pad)
    qtbot.keyClick(pad, Qt.Key.Key_E)
    assert pad.is_erasing
    _draw(qtbot, pad)
    assert emitted.drawing[140, 90:190].max() == 0


@pytest.mark.parametrize("brush", [8, 22, 48])
def test_erasing_along_a_stroke_leaves_nothing_of_it(
    qtbot, pad: DrawingPad, emitted: Emitted, brush: int
) -> None:
    pad.set_brush_px(brush)
    _draw(qtbot, pad)
    assert emitted.drawing.max() == 255
    pad.set_erasing(True)
    _draw(qtbot, pad)
    assert emitted.drawing.max() == 0


def test_clearing_goes_back_to_the_pen(qtbot, pad: DrawingPad) -> None:
    _draw(qtbot, pad)
    pad.set_erasing(True)
    pad.clear()
    assert not pad.is_erasing


def test_whoever_draws_on_an_empty_pad_draws(qtbot, pad: DrawingPad, emitted: Emitted) -> None:
    _draw(qtbot, pad)
    pad.undo()
    pad.set_erasing(True)
    _draw(qtbot, pad)
    assert emitted.drawing.max() == 255
    assert not pad.is_erasing


def test_brackets_change_the_brush_within_its_range(qtbot, pad: DrawingPad) -> None:
    before = pad.brush_px
    qtbot.keyClicks(pad, "]")
    assert pad.brush_px == before + 2
    qtbot.keyClicks(pad, "[" * 40)
    assert pad.brush_px == BRUSH_MIN_PX
    qtbot.keyClicks(pad, "]" * 40)
    assert pad.brush_px == BRUSH_MAX_PX


def test_a_pen_draws_broader_when_pressed_and_its_back_erases(
    qapp: QApplication, pad: DrawingPad, emitted: Emitted
) -> None:
    widths = []
    for y, pressure in ((60.0, 0.2), (180.0, 0.9)):
        _send_pen(pad, QEvent.Type.TabletPress, 60, y, pressure)
        _send_pen(pad, QEvent.Type.TabletMove, 180, y, pressure)
        _send_pen(pad, QEvent.Type.TabletRelease, 180, y, 0.0)
        widths.append(int((emitted.drawing[:, 140] > 127).sum()))
    assert widths[1] - widths[0] > widths[0]
    back = QPointingDevice.PointerType.Eraser
    for kind, x in ((QEvent.Type.TabletPress, 60), (QEvent.Type.TabletRelease, 60)):
        _send_pen(pad, kind, x, 180, 1.0, back)
    assert emitted.drawing[210, 70] == 0


def _send_pen(
    pad: DrawingPad,
    kind: QEvent.Type,
    x: float,
    y: float,
    pressure: float,
    tip: QPointingDevice.PointerType = QPointingDevice.PointerType.Pen,
) -> None:
    device = QPointingDevice(
        "pen", 1, QPointingDevice.DeviceType.Stylus, tip, QPointingDevice.Capability.Pressure, 1, 1
    )
    where = QPointF(x, y)
    none = Qt.KeyboardModifier.NoModifier
    event = QTabletEvent(kind, device, where, where, pressure, 0, 0, 0, 0, 0, none, LEFT, LEFT)
    pad.tabletEvent(event)
    assert event.isAccepted()


def test_a_finger_draws(qapp: QApplication, pad: DrawingPad, emitted: Emitted) -> None:
    finger = QTest.createTouchDevice()
    QTest.touchEvent(pad, finger).press(0, QPoint(60, 120), pad).commit()
    QTest.touchEvent(pad, finger).move(0, QPoint(180, 120), pad).commit()
    QTest.touchEvent(pad, finger).release(0, QPoint(180, 120), pad).commit()
    assert emitted.drawing[140, 90:190].min() > 250
    pad.undo()
    assert pad.canvas.is_empty


def test_a_pasted_picture_is_inverted(qtbot, pad: DrawingPad, emitted: Emitted) -> None:
    QGuiApplication.clipboard().setImage(_picture())
    qtbot.keyClick(pad, Qt.Key.Key_V, CONTROL)
    assert emitted.drawing[140, 140] > 250
    assert emitted.drawing[140, 20] == 0
    qtbot.keyClick(pad, Qt.Key.Key_Z, CONTROL)
    assert pad.canvas.is_empty


def test_a_copied_drawing_is_pasted_as_it_was(qtbot, pad: DrawingPad, emitted: Emitted) -> None:
    _draw(qtbot, pad)
    drawn = emitted.drawing
    qtbot.keyClick(pad, Qt.Key.Key_C, CONTROL)
    pad.clear()
    qtbot.keyClick(pad, Qt.Key.Key_V, CONTROL)
    np.testing.assert_array_equal(emitted.drawing, drawn)


def test_pasting_a_text_fails_with_a_sentence(pad: DrawingPad, emitted: Emitted) -> None:
    QGuiApplication.clipboard().setText("not a picture")
    pad.paste()
    assert emitted.failures == [
        ("There is no picture on the clipboard.", "Copy a picture first, then paste it.")
    ]
    assert not emitted.drawings


def test_a_broken_file_fails_with_a_sentence_and_changes_nothing(
    qtbot, pad: DrawingPad, emitted: Emitted, tmp_path: Path
) -> None:
    _draw(qtbot, pad)
    count = len(emitted.drawings)
    broken = tmp_path / "digit.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
    for path in (broken, tmp_path / "absent.png", tmp_path):
        pad.open_file(path)
        message, hint = emitted.failures[-1]
        assert message == f"{path.name} could not be read as a picture."
        assert hint
    assert len(emitted.drawings) == count


@pytest.mark.parametrize("kind", ["file", "picture"])
def test_a_dropped_picture_is_placed_on_the_pad(
    pad: DrawingPad, emitted: Emitted, tmp_path: Path, kind: str
) -> None:
    mime = QMimeData()
    if kind == "file":
        _picture(tmp_path / "digit.png")
        mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "digit.png"))])
    else:
        mime.setImageData(_picture())
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(50, 50), copy, mime, LEFT, none)
    pad.dragEnterEvent(entering)
    assert entering.isAccepted()
    pad.dropEvent(QDropEvent(QPointF(50, 50), copy, mime, LEFT, none))
    assert emitted.drawing[140, 140] > 250


def test_text_cannot_be_dropped(pad: DrawingPad) -> None:
    mime = QMimeData()
    mime.setText("seven")
    copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(QPoint(50, 50), copy, mime, LEFT, none)
    entering.ignore()
    pad.dragEnterEvent(entering)
    assert not entering.isAccepted()


def test_a_saved_drawing_is_opened_as_it_was(
    qtbot, pad: DrawingPad, emitted: Emitted, tmp_path: Path
) -> None:
    _draw(qtbot, pad)
    drawn = emitted.drawing
    pad.save_file(tmp_path / "drawing")
    pad.clear()
    pad.open_file(tmp_path / "drawing.png")
    np.testing.assert_array_equal(emitted.drawing, drawn)


def test_a_folder_that_cannot_be_written_fails_with_a_sentence(
    pad: DrawingPad, emitted: Emitted, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    pad.save_file(tmp_path / "file" / "drawing.png")
    message, hint = emitted.failures[-1]
    assert "could not be written" in message
    assert hint


def test_an_example_is_prepared_until_edited(qtbot, pad: DrawingPad, emitted: Emitted) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1, 28, 28), dtype=np.uint8)
    pad.show_example(pixels, "test image 17")
    drawing, prepared = emitted.drawings[-1]
    assert prepared
    np.testing.assert_array_equal(drawing, pixels)
    _draw(qtbot, pad)
    drawing, prepared = emitted.drawings[-1]
    assert not prepared
    assert drawing.shape == (280, 280)
    pad.undo()
    assert emitted.drawings[-1][1]


def test_on_colour_data_one_draws_in_the_colour_that_was_chosen(
    qtbot, pad: DrawingPad, emitted: Emitted
) -> None:
    pad.set_image_shape((3, 32, 32))
    pad.set_ink(QColor(215, 58, 49))
    _draw(qtbot, pad)
    drawn = emitted.drawing
    assert drawn.shape == (3, 280, 280)
    inked = drawn.reshape(3, -1).max(axis=1)
    np.testing.assert_array_equal(inked, (215, 58, 49))
    pad.set_ink(QColor(0, 0, 255))
    pad.fill()
    np.testing.assert_array_equal(emitted.drawing[:, 5, 5], (0, 0, 255))
    assert emitted.drawing[0].max() == 0
    pad.undo()
    np.testing.assert_array_equal(emitted.drawing, drawn)
    pad.place_picture(_picture())
    assert emitted.drawing.shape == (3, 280, 280)
    pad.show_example(np.full((3, 32, 32), 9, np.uint8), "test image 1")
    assert emitted.drawings[-1][1]


def test_grey_data_are_drawn_in_white_whatever_colour_was_chosen(
    qtbot, pad: DrawingPad, emitted: Emitted
) -> None:
    pad.set_image_shape((3, 32, 32))
    pad.set_ink(QColor(215, 58, 49))
    pad.set_image_shape((1, 28, 28))
    assert pad.canvas.is_empty
    _draw(qtbot, pad)
    assert emitted.drawing.shape == (280, 280)
    assert emitted.drawing.max() == 255


def test_choosing_a_colour_takes_the_pen(pad: DrawingPad) -> None:
    pad.set_image_shape((3, 32, 32))
    pad.set_erasing(True)
    pad.set_ink(QColor(215, 58, 49))
    assert not pad.is_erasing


def test_space_reaches_the_window_and_undo_only_without_the_pad_s_focus(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    pad, other = DrawingPad(Theme()), QWidget()
    other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    layout = QVBoxLayout(window)
    layout.addWidget(pad)
    layout.addWidget(other)
    heard: list[str] = []
    for keys in ("Space", "Ctrl+Z"):
        QShortcut(keys, window).activated.connect(lambda keys=keys: heard.append(keys))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    pad.setFocus()
    _draw(qtbot, pad)
    qtbot.keyClick(pad, Qt.Key.Key_Space)
    qtbot.keyClick(pad, Qt.Key.Key_Z, CONTROL)
    assert heard == ["Space"]
    assert pad.canvas.is_empty
    other.setFocus()
    qtbot.keyClick(other, Qt.Key.Key_Z, CONTROL)
    assert heard == ["Space", "Ctrl+Z"]


def test_space_is_ignored_for_the_parent_to_handle(pad: DrawingPad) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ")
    pad.keyPressEvent(event)
    assert not event.isAccepted()


def test_an_empty_pad_says_what_to_do(pad: DrawingPad) -> None:
    empty = pad.grab().toImage()
    pad.set_invitation("Draw clothes")
    assert pad.grab().toImage() != empty
    assert pad.accessibleName()
    assert pad.toolTip().endswith(".")
