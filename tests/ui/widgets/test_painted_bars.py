"""What bars of classes paint: each bar as long as its own figure, in the colour it deserves."""

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from netviz.ui.look.theme import Theme
from netviz.ui.pad.probability_bars import ProbabilityBars
from netviz.ui.widgets.balance_bars import BalanceBars
from netviz.ui.widgets.class_bars import ClassBars
from netviz.ui.widgets.image_painting import image_pixels
from netviz.ui.widgets.sample_grid import SampleGrid
from tests.ui.painting import Painting, Shape, lines_of, painted

NAMES = ("ant", "bee", "cat", "dog", "elk", "fox")
CHANCES = np.array([0.05, 0.02, 0.31, 0.13, 0.45, 0.04], np.float32)


def bars_of(painting: Painting) -> dict[str, tuple[str, Shape, Shape]]:
    """Return of each class its percentage, its groove and its bar."""
    found = {}
    for line in lines_of(painting.texts):
        middle = line[0].box.center().y()
        groove, bar = (
            s for s in painting.shapes if s.fill and abs(s.box.center().y() - middle) < 2
        )
        found[line[0].text] = (line[-1].text, groove, bar)
    return found


@pytest.mark.parametrize("true", [None, 2, 4])
def test_each_bar_is_as_long_as_its_own_figure(
    qtbot: QtBot, theme: Theme, true: int | None
) -> None:
    bars = ClassBars(theme)
    qtbot.addWidget(bars)
    bars.resize(300, 150)
    bars.set_classes(NAMES)
    bars.set_probabilities(CHANCES, true)
    found = bars_of(painted(bars))
    assert tuple(found) == NAMES
    for index, (name, chance) in enumerate(zip(NAMES, CHANCES.tolist(), strict=True)):
        percent, groove, bar = found[name]
        assert percent == f"{100 * chance:.1f} %"
        assert bar.box.left() == groove.box.left()
        assert bar.box.width() == pytest.approx(chance * groove.box.width(), abs=0.5)
        token = "right" if index in (true, 4) else "faint"
        if true is not None:
            token = "right" if index == true else "wrong" if index == 4 else "faint"
        assert bar.fill == theme.color(token).name()


def test_the_bars_below_the_pad_are_those_of_the_prediction(qtbot: QtBot, theme: Theme) -> None:
    bars = ProbabilityBars(theme)
    qtbot.addWidget(bars)
    bars.resize(240, 150)
    bars.set_classes(NAMES)
    bars.show()
    bars.set_probabilities(CHANCES)
    percents = {name: percent for name, (percent, _, _) in bars_of(painted(bars)).items()}
    assert percents == {
        name: f"{100 * chance:.1f} %" for name, chance in zip(NAMES, CHANCES.tolist(), strict=True)
    }


def test_where_few_rows_fit_the_likeliest_stand_from_the_top(qtbot: QtBot, theme: Theme) -> None:
    bars = ClassBars(theme)
    qtbot.addWidget(bars)
    bars.resize(300, 35)
    bars.set_classes(NAMES)
    bars.set_probabilities(CHANCES, 1)
    assert [line[0].text for line in lines_of(painted(bars).texts)] == ["elk", "cat", "bee"]


def test_each_class_has_a_bar_as_high_as_its_images_are_many(qtbot: QtBot, theme: Theme) -> None:
    bars = BalanceBars(theme)
    qtbot.addWidget(bars)
    bars.resize(400, 100)
    counts = np.array([40, 7, 100, 61, 3, 25], np.int64)
    bars.set_counts(NAMES, counts, "test")
    painting = painted(bars)
    shapes = [shape for shape in painting.shapes if shape.fill == theme.color("test").name()]
    highest = max(shape.box.height() for shape in shapes)
    for name, count in zip(NAMES, counts.tolist(), strict=True):
        label = painting.text(name).box
        (bar,) = (s for s in shapes if abs(s.box.center().x() - label.center().x()) < 2)
        assert bar.box.height() == pytest.approx(highest * count / counts.max(), abs=0.5)
        assert bar.box.bottom() == pytest.approx(label.top(), abs=3)


def test_each_sample_stands_above_its_own_label(qtbot: QtBot, theme: Theme) -> None:
    grid = SampleGrid(theme)
    qtbot.addWidget(grid)
    grid.resize(240, 140)
    grid.set_classes(NAMES)
    pixels = np.random.default_rng(0).integers(0, 256, (6, 1, 5, 5), dtype=np.uint8)
    grid.set_samples(pixels, NAMES, NAMES)
    painting = painted(grid)
    assert painting.words() == list(NAMES)
    for picture, name, image in zip(painting.pictures, NAMES, pixels, strict=True):
        label = painting.text(name).box
        assert label.center().x() == pytest.approx(picture.box.center().x(), abs=2)
        assert 0 <= label.top() - picture.box.bottom() < 8
        np.testing.assert_array_equal(image_pixels(picture.image), image[0])
