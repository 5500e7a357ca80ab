"""What the confusion matrix paints: each figure where its two classes meet, each in its colour."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.observations import TestPredictions
from netviz.ui.look.theme import Theme
from netviz.ui.views.confusion.cell_colors import ink_on
from netviz.ui.views.confusion.confusion_matrix import ConfusionMatrix
from netviz.ui.views.confusion.confusion_view import ConfusionView
from tests.ui.painting import Painting, mixed, painted, rgb

NAMES = ("ant", "bee", "cat", "dog", "elk")
CLASSES = range(len(NAMES))


def confusion(seed: int) -> np.ndarray:
    """Return counts of which no two are equal, nor any two of their recalls and precisions."""
    draw = np.random.default_rng(seed)
    while True:
        counts = draw.permutation(np.arange(1, 1 + len(NAMES) ** 2)).reshape(len(NAMES), -1)
        counts += 40 * np.eye(len(NAMES), dtype=np.int64)
        figures = {f"{100 * part:.0f}" for part in (*recalls(counts), *precisions(counts))}
        if len(figures) == 2 * len(NAMES) and len(np.unique(counts)) == counts.size:
            return counts.astype(np.int64)


def recalls(counts: np.ndarray) -> list[float]:
    return [counts[i, i] / sum(counts[i, j] for j in CLASSES) for i in CLASSES]


def precisions(counts: np.ndarray) -> list[float]:
    return [counts[i, i] / sum(counts[j, i] for j in CLASSES) for i in CLASSES]


def opened(qtbot: QtBot, theme: Theme, counts: np.ndarray) -> ConfusionView:
    view = ConfusionView(theme)
    qtbot.addWidget(view)
    view.resize(700, 320)
    view.set_classes(NAMES)
    nothing = np.zeros(0, np.float32)
    view.show_predictions(
        TestPredictions(1, 1, 1, nothing, nothing, nothing > 0, nothing > 0, counts)
    )
    view.show()
    return view


def heads(painting: Painting) -> tuple[list[float], list[float]]:
    """Return where the columns and the rows are, by the names beside and above them."""
    columns, rows = [], []
    for name in NAMES:
        found = [text.box.center() for text in painting.texts if text.text == name]
        left, above = sorted(found, key=lambda place: place.x() - place.y())
        columns.append(above.x())
        rows.append(left.y())
    return columns, rows


def figure_at(painting: Painting, x: float, y: float) -> str:
    near = [
        text.text
        for text in painting.texts
        if abs(text.box.center().x() - x) < 5 and abs(text.box.center().y() - y) < 5
    ]
    return near[0] if near else ""


@pytest.mark.parametrize("percent", [False, True])
@pytest.mark.parametrize("seed", [0, 1])
def test_each_figure_stands_where_its_classes_meet(
    qtbot: QtBot, theme: Theme, seed: int, percent: bool
) -> None:
    counts = confusion(seed)
    view = opened(qtbot, theme, counts)
    if percent:
        view.numbers.button(1).click()
    painting = painted(view.matrix)
    columns, rows = heads(painting)
    assert columns == sorted(columns)
    assert rows == sorted(rows)
    for true in CLASSES:
        for predicted in CLASSES:
            share = 100 * counts[true, predicted] / sum(counts[true, j] for j in CLASSES)
            text = (
                f"{share:.{0 if share >= 10 else 1}f}" if percent else str(counts[true, predicted])
            )
            assert figure_at(painting, columns[predicted], rows[true]) == text


def test_recall_stands_beside_the_rows_and_precision_below_the_columns(
    qtbot: QtBot, theme: Theme
) -> None:
    counts = confusion(0)
    view = opened(qtbot, theme, counts)
    painting = painted(view.matrix)
    columns, rows = heads(painting)
    right, below = painting.text("recall").box, painting.text("precision").box
    for i, (recall, precision) in enumerate(zip(recalls(counts), precisions(counts), strict=True)):
        (beside,) = (
            text.text
            for text in painting.texts
            if abs(text.box.center().y() - rows[i]) < 5 and abs(text.box.left() - right.left()) < 2
        )
        assert beside == f"{100 * recall:.0f} %"
        assert figure_at(painting, columns[i], below.center().y()) == f"{100 * precision:.0f} %"


def test_where_columns_are_narrow_the_heading_has_the_percent_sign(
    qtbot: QtBot, theme: Theme
) -> None:
    counts = confusion(1)
    view, headings = opened(qtbot, theme, counts), set()
    for width in range(200, 420, 20):
        view.matrix.resize(width, 200)
        words = painted(view.matrix).words()
        heading = next((word for word in words if word.startswith("precision")), "")
        headings.add(heading)
        sign = "" if heading.endswith("%") else " %"
        figures = [f"{100 * precision:.0f}{sign}" for precision in precisions(counts)]
        assert not heading or words[words.index(heading) + 1 :] == figures
    assert headings >= {"precision %", "precision"}


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("classes", [2, 7, 26, 47])
def test_no_name_and_no_figure_is_written_over_another(
    qtbot: QtBot, theme: Theme, classes: int, long: bool
) -> None:
    matrix = ConfusionMatrix(theme)
    qtbot.addWidget(matrix)
    names = tuple(f"class number {i}" if long else str(i) for i in range(classes))
    matrix.set_counts(np.full((classes, classes), 1234, np.int64), names)
    for width, height in ((260, 120), (520, 190), (1100, 700)):
        matrix.resize(width, height)
        painting = painted(matrix)
        assert painting.collisions() == []
        inside = QRectF(matrix.rect()).adjusted(-1, -1, 1, 1)
        assert all(inside.contains(text.box) for text in painting.texts)
        assert long or not any("…" in text.text for text in painting.texts), "short names are whole"


def test_a_figure_wider_than_its_cell_is_left_out(qtbot: QtBot, theme: Theme) -> None:
    matrix = ConfusionMatrix(theme)
    qtbot.addWidget(matrix)
    matrix.set_counts(np.full((7, 7), 1234, np.int64), tuple("abcdefg"))
    shown = set()
    for width in range(300, 420, 3):
        matrix.resize(width, 190)
        figures = [text.box for text in painted(matrix).texts if text.text == "1234"]
        assert all(box.width() <= matrix.cell_area(0, 0).width() for box in figures)
        shown.add(len(figures))
    assert shown == {0, 49}


@pytest.mark.parametrize("dark", [False, True])
def test_a_cell_is_coloured_by_its_share_of_the_row(qtbot: QtBot, theme: Theme, dark: bool) -> None:
    theme.set_dark(dark)
    counts = confusion(2)
    counts[1, 2] = 0
    view = opened(qtbot, theme, counts)
    painting = painted(view.matrix)
    columns, rows = heads(painting)
    shares = [[counts[i, j] / counts[i].sum() for j in CLASSES] for i in CLASSES]
    worst = max(shares[i][j] for i in CLASSES for j in CLASSES if i != j)
    for i in CLASSES:
        for j in CLASSES:
            level = shares[i][j] if i == j else (shares[i][j] / worst) ** 0.5
            full = theme.color("right" if i == j else "wrong")
            expected = mixed(theme.color("raised"), full, level)
            color = painting.fill_at(columns[j] + 12, rows[i])
            assert rgb(color) == pytest.approx(expected, abs=1), (i, j)
    assert figure_at(painting, columns[2], rows[1]) == ""


def test_the_scales_beside_it_run_from_empty_to_full(qtbot: QtBot, theme: Theme) -> None:
    view = opened(qtbot, theme, confusion(0))
    painting = painted(view)
    for words, token in (("✓ correct", "right"), ("✗ wrong (root)", "wrong")):
        box = painting.text(words).box
        (bar,) = (
            shape
            for shape in painting.shapes
            if shape.stops and abs(shape.box.center().y() - box.center().y()) < 3
        )
        assert bar.stops == (theme.color("raised").name(), theme.color(token).name())
        assert bar.box.right() < box.left()


def _luminance(color: QColor) -> float:
    parts = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3]
    ]
    return float(np.dot((0.2126, 0.7152, 0.0722), parts))


def test_figures_are_written_in_the_ink_with_more_contrast() -> None:
    draw = np.random.default_rng(0)
    for red, green, blue in draw.integers(0, 256, (300, 3)).tolist():
        ground = QColor(red, green, blue)
        contrasts = {}
        for ink in ("#0b0f14", "#ffffff"):
            light, dark = sorted((_luminance(QColor(ink)), _luminance(ground)), reverse=True)
            contrasts[ink] = (light + 0.05) / (dark + 0.05)
        assert contrasts[ink_on(ground).name()] > 0.94 * max(contrasts.values())
