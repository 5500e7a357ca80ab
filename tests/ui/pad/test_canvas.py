"""The canvas undoes strokes, and any picture becomes one that the network can read."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QApplication

from netviz.ui.pad.canvas import SIDE, Canvas, Example
from netviz.ui.pad.picture_fitting import light_on_dark


@pytest.fixture
def canvas(qapp: QApplication) -> Canvas:
    return Canvas()


def _stroke(canvas: Canvas, *, erase: bool = False, y: float = 140) -> None:
    canvas.begin_stroke(QPointF(60, y), 22, erase=erase)
    for x in (100, 140, 180, 220):
        canvas.extend_stroke(QPointF(x, y), 22)
    canvas.end_stroke()


def _picture(ground: str, ink: str) -> QImage:
    picture = QImage(200, 100, QImage.Format.Format_ARGB32)
    picture.fill(QColor(ground))
    painter = QPainter(picture)
    painter.setPen(QPen(QColor(ink), 12))
    painter.drawLine(40, 50, 160, 50)
    painter.end()
    return picture


def test_a_stroke_is_as_wide_as_the_brush_and_has_soft_edges(canvas: Canvas) -> None:
    _stroke(canvas)
    array = canvas.array()
    assert array.dtype == np.uint8
    assert array.shape == (SIDE, SIDE)
    assert 20 <= (array[:, 140] > 127).sum() <= 24
    assert array[140, 60:220].min() == 255
    assert len(np.unique(array)) > 8
    assert array[:, :40].max() == 0


def test_a_touch_leaves_a_dot(canvas: Canvas) -> None:
    canvas.begin_stroke(QPointF(140, 140), 22)
    canvas.end_stroke()
    assert 300 < (canvas.array() > 127).sum() < 460


def test_the_returned_area_covers_what_changed(canvas: Canvas) -> None:
    before = canvas.array()
    changed = canvas.begin_stroke(QPointF(60, 60), 22)
    for point in ((100, 90), (160, 60), (200, 200)):
        changed |= canvas.extend_stroke(QPointF(*point), 22)
    changed |= canvas.end_stroke()
    rows, columns = np.nonzero(canvas.array() != before)
    assert changed.left() <= columns.min()
    assert changed.right() >= columns.max() + 1
    assert changed.top() <= rows.min()
    assert changed.bottom() >= rows.max() + 1


def test_sixty_strokes_are_undone_and_brought_back(canvas: Canvas) -> None:
    states = [canvas.array()]
    for k in range(60):
        _stroke(canvas, y=20 + 4 * k)
        states.append(canvas.array())
    for state in reversed(states[:-1]):
        canvas.undo()
        np.testing.assert_array_equal(canvas.array(), state)
    assert canvas.is_empty
    assert not canvas.can_undo
    for state in states[1:]:
        canvas.redo()
        np.testing.assert_array_equal(canvas.array(), state)
    assert not canvas.can_redo


def test_the_history_has_an_end(canvas: Canvas) -> None:
    for _ in range(200):
        _stroke(canvas)
    steps = 0
    while canvas.can_undo:
        canvas.undo()
        steps += 1
    assert 50 <= steps <= 100


def test_a_new_stroke_ends_redo(canvas: Canvas) -> None:
    _stroke(canvas)
    canvas.undo()
    _stroke(canvas, y=60)
    assert not canvas.can_redo


def test_the_eraser_erases_and_can_be_undone(canvas: Canvas) -> None:
    _stroke(canvas)
    drawn = canvas.array()
    _stroke(canvas, erase=True)
    assert canvas.array()[140, 60:220].max() == 0
    canvas.undo()
    np.testing.assert_array_equal(canvas.array(), drawn)


def test_clearing_can_be_undone_and_does_nothing_twice(canvas: Canvas) -> None:
    _stroke(canvas)
    drawn = canvas.array()
    canvas.clear()
    canvas.clear()
    assert canvas.is_empty
    canvas.undo()
    np.testing.assert_array_equal(canvas.array(), drawn)


@pytest.mark.parametrize(
    ("ground", "ink"),
    [
        ("white", "black"),
        ("black", "white"),
        ("#C8C8C8", "#303030"),
        ("#00000000", "black"),
        ("#00000000", "white"),
    ],
)
def test_any_picture_becomes_light_strokes_on_black(canvas: Canvas, ground: str, ink: str) -> None:
    canvas.place_picture(_picture(ground, ink))
    array = canvas.array()
    assert array[140, 140] > 250
    assert array[90, 140] == 0
    assert array[10, 10] == 0
    rows, columns = np.nonzero(array > 127)
    assert abs((columns.min() + columns.max()) / 2 - 140) <= 2
    assert abs((rows.min() + rows.max()) / 2 - 140) <= 2


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (3000, 2)])
def test_pictures_of_any_form_fit(canvas: Canvas, size: tuple[int, int]) -> None:
    picture = QImage(*size, QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    canvas.place_picture(picture)
    assert canvas.array().shape == (SIDE, SIDE)


def test_a_picture_without_ink_is_black() -> None:
    assert light_on_dark(np.full((5, 6), 90, np.uint8)).max() == 0


def test_a_canvas_in_colour_is_filled_from_edge_to_edge(qapp: QApplication) -> None:
    canvas = Canvas(color=True)
    canvas.place_picture(_picture("#FF0000", "#FF0000"))
    array = canvas.array()
    assert array.shape == (3, SIDE, SIDE)
    assert array[0].min() == 255
    assert array[1:].max() == 0


def test_an_example_is_itself_until_it_is_drawn_on(canvas: Canvas) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1, 28, 28), dtype=np.uint8)
    canvas.place_example(Example(pixels, "test image 3"))
    np.testing.assert_array_equal(canvas.array(), pixels)
    _stroke(canvas)
    assert canvas.example is None
    assert canvas.array().shape == (SIDE, SIDE)
    canvas.undo()
    assert canvas.example is not None
    np.testing.assert_array_equal(canvas.array(), pixels)


@pytest.mark.parametrize(("paper", "ink"), [(230, 20), (20, 220), (60, 61)])
def test_greys_between_paper_and_ink_keep_their_share(paper: int, ink: int) -> None:
    gray = np.full((9, 9), paper, np.uint8)
    gray[4, 1:8] = np.rint(np.linspace(paper, ink, 7))
    share = abs(gray.astype(float) - paper) / abs(ink - paper)
    np.testing.assert_allclose(light_on_dark(gray), 255 * share, atol=1)
