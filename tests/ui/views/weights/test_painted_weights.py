"""What a layer's panel paints: bars and lines where the axis says, shades where the step was."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.observations import Histogram, LayerWeights, WeightsObserved
from netviz.ui.look.theme import Theme
from netviz.ui.views.weights.weight_panel import WeightPanel
from netviz.ui.views.weights.weight_view import WeightView
from tests.ui.observations import histogram, recorded, row
from tests.ui.painting import is_number, mixed, number, painted, scale_of

COUNTS = (3, 11, 0, 24, 40, 17, 9, 1)
FIRST = (1, 5, 30, 60, 44, 21, 2, 7)


def layer(
    counts: tuple[int, ...] = COUNTS, *, low: float = -0.8, high: float = 0.4
) -> LayerWeights:
    def histogram(counts: tuple[int, ...], low: float, high: float) -> Histogram:
        return Histogram(np.array(counts, np.int64), np.linspace(low, high, len(counts) + 1))

    return LayerWeights(
        name="1",
        title="Linear 784 → 64",
        weights=histogram(counts, low, high),
        biases=histogram((7, 2, 5), -0.2, 0.1),
        initial_weights=histogram(FIRST, -0.3, 0.5),
        mean=-0.123,
        std=0.456,
        near_zero=0.07,
        dead_units=0.29,
    )


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> WeightPanel:
    panel = WeightPanel(theme, "Linear 1", "784 → 64")
    qtbot.addWidget(panel)
    panel.resize(460, 240)
    panel.set_layer(layer())
    return panel


def densities(counts: tuple[int, ...], width: float) -> list[float]:
    return [count / sum(counts) / width for count in counts]


@pytest.mark.parametrize("biases", [False, True])
def test_each_bar_stands_over_its_values_and_is_as_high_as_they_are_many(
    panel: WeightPanel, theme: Theme, biases: bool
) -> None:
    panel.set_mode(biases=biases, history=False)
    painting = painted(panel)
    low, zero, high = (t for t in painting.texts if is_number(t.text))
    reach = 0.2 if biases else 0.8
    assert [number(text.text) for text in (low, zero, high)] == [-reach, 0, reach]
    ends = [(low.box.left(), -reach), (zero.box.center().x(), 0.0), (high.box.right(), reach)]
    value_at = scale_of(ends)
    counts, left = ((7, 2, 5), -0.2) if biases else (COUNTS, -0.8)
    width = (0.3 if biases else 1.2) / len(counts)
    bars = painting.filled(theme.color("train").name())
    expected = [place for place, count in enumerate(counts) if count]
    assert len(bars) == len(expected)
    per_pixel = densities(counts, width)[expected[0]] / bars[0].box.height()
    for bar, place in zip(bars, expected, strict=True):
        assert value_at(bar.box.left()) == pytest.approx(left + place * width, abs=0.01)
        assert value_at(bar.box.right()) == pytest.approx(left + (place + 1) * width, abs=0.01)
        height = densities(counts, width)[place]
        assert bar.box.height() * per_pixel == pytest.approx(height, rel=0.02)
        assert bar.box.bottom() == bars[0].box.bottom()


def test_the_line_of_before_training_has_the_scale_of_the_bars(
    panel: WeightPanel, theme: Theme
) -> None:
    painting = painted(panel)
    bars = painting.filled(theme.color("train").name())
    (line,) = painting.drawn(theme.color("faint").name())
    bottom = bars[0].box.bottom()
    per_pixel = densities(COUNTS, 0.15)[0] / bars[0].box.height()
    value_at = scale_of([(bars[0].box.left(), -0.8), (bars[1].box.left(), -0.65)])
    (first, *middle, last) = line.points
    assert [value_at(first[0]), value_at(last[0])] == pytest.approx([-0.3, 0.5], abs=0.01)
    assert first[1] == last[1] == bottom
    for place, (x, y) in enumerate(middle):
        assert value_at(x) == pytest.approx(-0.3 + (place + 0.5) * 0.1, abs=0.01)
        assert (bottom - y) * per_pixel == pytest.approx(densities(FIRST, 0.1)[place], rel=0.03)


def test_weights_far_narrower_before_training_do_not_run_over_the_title(
    panel: WeightPanel, theme: Theme
) -> None:
    narrow = Histogram(np.array(FIRST, np.int64), np.linspace(-0.001, 0.001, len(FIRST) + 1))
    panel.set_layer(replace(layer(), initial_weights=narrow))
    painting = painted(panel)
    (line,) = painting.drawn(theme.color("faint").name())
    assert line.box.top() >= painting.text("Linear 1").box.bottom()
    assert line.box.top() > min(y for _, y in line.points)


def test_title_and_figures_are_those_of_the_layer(panel: WeightPanel) -> None:
    words = painted(panel).words()
    assert words[:2] == ["Linear 1", "784 → 64"]
    assert "no finite weights" not in words
    facts = [text for text in words if text.split()[0] in ("mean", "std", "near", "dead")]
    assert facts == ["mean −0.123", "std 0.456", "near zero 7 %", "dead 29 %"]
    for width in (150, 300, 460):
        panel.resize(width, 240)
        assert painted(panel).collisions() == []


def test_where_there_is_nothing_to_draw_the_panel_says_so(panel: WeightPanel) -> None:
    diverged = Histogram(np.zeros(4, np.int64), np.linspace(-1, 1, 5))
    panel.set_layer(replace(layer(), weights=diverged, biases=None))
    for biases, words in ((False, "no finite weights"), (True, "no biases")):
        panel.set_mode(biases=biases, history=False)
        assert words in painted(panel).words()


def test_the_history_has_each_step_where_its_axis_says(qtbot: QtBot, theme: Theme) -> None:
    panel = WeightPanel(theme, "Linear 1", "784 → 64")
    qtbot.addWidget(panel)
    panel.resize(460, 240)
    draw = np.random.default_rng(0)
    rows = {step: tuple(draw.integers(1, 100, 61).tolist()) for step in (0, 100, 400)}
    recorded_rows = [
        row(step, (1.0,), weights=(histogram(*counts, low=-0.8, high=0.8),))
        for step, counts in rows.items()
    ]
    panel.set_record(recorded(*recorded_rows).record, 0, 400)
    panel.set_mode(biases=False, history=True)
    painting = painted(panel)
    (picture,) = painting.pictures
    labels = [text for text in painting.texts if is_number(text.text)]
    up = sorted(
        (t for t in labels if t.box.right() <= picture.box.left()), key=lambda t: t.box.top()
    )
    assert [text.text for text in up] == ["+0.80", "0", "−0.80"]
    assert up[1].box.center().y() == pytest.approx(picture.box.center().y(), abs=2)
    along = sorted((t for t in labels if t not in up), key=lambda t: t.box.left())
    assert [text.text for text in along] == ["0", "400 steps"]
    assert along[0].box.left() == pytest.approx(picture.box.left(), abs=2)
    assert along[1].box.right() == pytest.approx(picture.box.right(), abs=2)
    image = picture.image
    assert image.height() == 61
    surface, full = theme.color("surface"), theme.color("train")
    for (step, counts), (after, _) in pairwise([*rows.items(), (401, ())]):
        for part in (0.1, 0.5, 0.9):
            at = step + part * (after - step) if step < 400 else 400
            x = min(round(at / 400 * (image.width() - 1)), image.width() - 1)
            for place, count in enumerate(counts):
                color = image.pixelColor(x, 60 - place)
                expected = mixed(surface, full, (count / max(counts)) ** 0.5)
                assert color.getRgb()[:3] == pytest.approx(expected, abs=1.01)


@pytest.mark.parametrize("size", [0.8, 170.0, 30_000.0])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_ends_of_the_axis_are_not_cut_off_however_far_weights_explode(
    qtbot: QtBot, size: float, scale: float
) -> None:
    theme = Theme()
    theme.set_scale(scale)
    panel = WeightPanel(theme, "Linear 1", "784 → 64")
    qtbot.addWidget(panel)
    panel.resize(460, 240)
    rows = [
        row(step, (1.0,), weights=(histogram(1, 2, 1, low=-size, high=size),)) for step in (0, 9)
    ]
    panel.set_record(recorded(*rows).record, 0, 9)
    panel.set_mode(biases=False, history=True)
    painting = painted(panel)
    (picture,) = painting.pictures
    ends = [text for text in painting.texts if text.text[0] in "+−"]
    assert [text.box.right() <= picture.box.left() for text in ends] == [True, True]
    assert min(text.box.left() for text in ends) >= 0


def test_nothing_is_painted_over_what_was_not_recorded(qtbot: QtBot, theme: Theme) -> None:
    panel = WeightPanel(theme, "Linear 1", "784 → 64")
    qtbot.addWidget(panel)
    panel.resize(460, 240)
    rows = [row(step, (1.0,), weights=(histogram(*[1] * 8),)) for step in (0, 300, 400)]
    panel.set_record(recorded(*rows, gaps=((0, 290),)).record, 0, 400)
    panel.set_mode(biases=False, history=True)
    painting = painted(panel)
    (picture,) = painting.pictures
    assert painting.text("not recorded").box.center().x() == pytest.approx(
        picture.box.left() + 145 / 400 * picture.box.width(), abs=2
    )
    image = picture.image
    surface, full = theme.color("surface").name(), theme.color("train").name()
    for part, color in ((0.0, full), (0.1, surface), (0.7, surface), (0.78, full), (0.99, full)):
        pixel = image.pixelColor(round(part * (image.width() - 1)), 30).name()
        assert pixel == color, part


def test_the_legend_of_the_history_runs_from_few_to_many(qtbot: QtBot, theme: Theme) -> None:
    view = WeightView(theme)
    qtbot.addWidget(view)
    view.resize(900, 260)
    view.show()
    view.show_weights(WeightsObserved(1, 0, (layer(),)))
    assert "before training" in " ".join(painted(view).words())
    view.time.button(1).click()
    painting = painted(view)
    assert "before training" not in " ".join(painting.words())
    few, many = painting.text("few").box, painting.text("many").box
    (bar,) = (shape for shape in painting.shapes if shape.stops)
    assert bar.stops == (theme.color("surface").name(), theme.color("train").name())
    assert few.right() <= bar.box.left() < bar.box.right() <= many.left()
