"""What stands on and below the pad is painted where it belongs."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.observations import Prediction
from netviz.ui.look.theme import Theme
from netviz.ui.pad.confidence_strip import ConfidenceStrip
from netviz.ui.pad.pad_card import PadCard
from netviz.ui.pad.pad_painting import brush_cursor
from netviz.ui.pad.prediction_line import PredictionLine
from netviz.ui.pad.seen_image import SeenImage
from netviz.ui.widgets.image_painting import image_pixels
from tests.ui.painting import Painting, Shape, painted

STEPS = (10, 30, 40, 90)
CHANCES = np.array(
    [
        [0.25, 0.5, 0.2, 0.05],
        [0.1, 0.6, 0.15, 0.15],
        [0.04, 0.3, 0.6, 0.06],
        [0.05, 0.05, 0.8, 0.1],
    ],
    np.float32,
)


@pytest.fixture
def strip(qtbot: QtBot, theme: Theme) -> ConfidenceStrip:
    strip = ConfidenceStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(260, 60)
    strip.set_classes(("ant", "bee", "cat", "dog"))
    strip.show()
    for step, chances in zip(STEPS, CHANCES, strict=True):
        seen = np.zeros((1, 8, 8), np.float32)
        strip.add(Prediction(1, 1, step, seen, chances))
    return strip


def heights(shape: Shape, top: float, bottom: float) -> list[float]:
    return [(bottom - y) / (bottom - top) for _, y in shape.points]


def base_line(painting: Painting, theme: Theme) -> Shape:
    return painting.drawn(theme.color("grid").name())[-1]


def test_the_winner_is_drawn_over_the_steps_and_rivals_faintly(
    strip: ConfidenceStrip, theme: Theme
) -> None:
    painting = painted(strip)
    base = base_line(painting, theme)
    (winner,) = painting.drawn(theme.color("right").name())
    bottom = base.box.bottom()
    left, right = base.box.left(), base.box.right()
    parts = [(x - left) / (right - left) for x, _ in winner.points]
    assert parts == pytest.approx([(step - 10) / 80 for step in STEPS], abs=0.01)
    # The last point has a probability of 0.8, so that it tells where 1 is.
    top = bottom - (bottom - winner.points[-1][1]) / 0.8
    assert top > painting.texts[0].box.bottom() - 2
    assert heights(winner, top, bottom) == pytest.approx(CHANCES[:, 2].tolist(), abs=0.02)
    rivals = painting.drawn(theme.color("faint").name())
    found = [heights(rival, top, bottom) for rival in rivals]
    assert found == [pytest.approx(CHANCES[:, index].tolist(), abs=0.02) for index in (0, 1)]
    dot = painting.filled(theme.color("right").name())[-1].box.center()
    assert (dot.x(), dot.y()) == pytest.approx(winner.points[-1])
    assert painting.words() == ["Confidence while it learned", "step 90"]


def test_the_mouse_is_told_the_winners_chance_at_the_nearest_step(
    strip: ConfidenceStrip, theme: Theme
) -> None:
    base = base_line(painted(strip), theme)
    for step, chance in zip(STEPS, CHANCES[:, 2].tolist(), strict=True):
        x = base.box.left() + (step - 10) / 80 * base.box.width()
        QTest.mouseMove(strip, QPoint(round(x), 30))
        painting = painted(strip)
        assert painting.words()[-1] == f"step {step}: {100 * chance:.1f} %"
        dot = painting.filled(theme.color("right").name())[-1].box.center()
        assert dot.x() == pytest.approx(x, abs=1)


@pytest.mark.parametrize("width", [240, 400])
def test_the_prediction_has_name_figure_and_word(qtbot: QtBot, theme: Theme, width: int) -> None:
    line = PredictionLine(theme)
    qtbot.addWidget(line)
    line.resize(width, 46)
    line.set_prediction("7", 0.734)
    painting = painted(line)
    assert painting.words() == ["7", "73.4 %", "unsure"]
    colors = [text.color for text in painting.texts]
    assert colors == [theme.color(token).name() for token in ("text", "text", "muted")]
    line.set_prediction("", 0.0)
    assert painted(line).words() == ["–"]


def test_what_the_network_sees_stands_beside_the_drawing(qtbot: QtBot, theme: Theme) -> None:
    card = PadCard(theme)
    qtbot.addWidget(card)
    card.set_classes(("0", "1"))
    card.resize(270, 610)
    card.show()
    assert not painted(card.seen).pictures
    card.pad.show_example(np.full((1, 28, 28), 9, np.uint8), "test image 17, a 3")
    seen = np.random.default_rng(1).random((1, 28, 28), dtype=np.float32)
    probabilities = np.array([0.9, 0.1], np.float32)
    card.show_prediction(Prediction(1, 1, 1, seen, probabilities))
    assert painted(card.pad).words() == ["test image 17, a 3"]
    painting = painted(card.seen)
    assert painting.words() == ["as 28 × 28"]
    (shown,) = painting.pictures
    np.testing.assert_array_equal(image_pixels(shown.image), np.rint(255 * seen[0]))
    for part in (card.pad, card.prediction, card.bars, card.strip):
        assert not part.geometry().intersects(card.seen.geometry())
    assert card.rect().contains(QRect(card.seen.mapTo(card, QPoint()), card.seen.size()))


@pytest.mark.parametrize("shape", [(3, 12, 12), (1, 20, 40)])
def test_an_input_of_any_shape_keeps_its_proportions(
    qtbot: QtBot, theme: Theme, shape: tuple[int, int, int]
) -> None:
    part = SeenImage(theme)
    qtbot.addWidget(part)
    part.resize(part.sizeHint())
    part.set_seen(np.ones(shape, np.float32))
    (shown,) = painted(part).pictures
    assert shown.box.width() / shown.box.height() == pytest.approx(shape[2] / shape[1], rel=0.05)


@pytest.mark.parametrize("diameter", [12.0, 22.0, 61.0])
def test_the_cursor_is_as_wide_as_the_brush(qapp: QApplication, diameter: float) -> None:
    image = brush_cursor(diameter).pixmap().toImage()
    middle = image.height() // 2
    row = [image.pixelColor(x, middle) for x in range(image.width())]
    white = [x for x, color in enumerate(row) if color.alpha() > 60 and color.red() > 128]
    assert white[-1] - white[0] == pytest.approx(diameter, abs=2)


@pytest.mark.parametrize("name", ["7", "Ankle boot", "a class of a very long name indeed"])
def test_however_long_the_name_is_nothing_is_written_over_it(
    qtbot: QtBot, theme: Theme, name: str
) -> None:
    line = PredictionLine(theme)
    qtbot.addWidget(line)
    line.set_prediction(name, 1.0)
    for width in (226, 240, 330, 500):
        line.resize(width, 46)
        painting = painted(line)
        assert painting.collisions() == []
        assert all(text.box.right() <= width + 3 for text in painting.texts)
