"""What the tab Activations paints: every value in its place, its colour and its height."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.observations import ActivationsObserved, LayerActivation
from netviz.ui.look.theme import Theme
from netviz.ui.views.activations.activation_view import ActivationView
from netviz.ui.widgets.signed_legend import SignedLegend
from tests.ui.painting import Painting, Text, mixed, painted, rgb

NAMES = ("ant", "bee", "cat", "dog", "elk")
LOGITS = np.array([-1.5, 2.0, 0.5, -3.0, 1.25], np.float32)
CHANCES = np.array([0.02, 0.6, 0.1, 0.005, 0.275], np.float32)


def observed() -> ActivationsObserved:
    draw = np.random.default_rng(0)
    maps = draw.normal(size=(6, 4, 4)).astype(np.float32)
    units = draw.normal(size=20).astype(np.float32)
    seen = draw.random((1, 8, 8), dtype=np.float32)
    seen[0, :, :4] = 0
    saliency = draw.normal(size=(8, 8)).astype(np.float32)
    layers = (
        LayerActivation("0", "Conv 1 → 6", maps),
        LayerActivation("2", "Linear 96 → 20", units),
        LayerActivation("4", "Linear 20 → 5", LOGITS),
    )
    return ActivationsObserved(1, 40, "test image 17", seen, layers, CHANCES, saliency)


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> ActivationView:
    view = ActivationView(theme)
    qtbot.addWidget(view)
    view.set_classes(NAMES)
    view.resize(1100, 420)
    view.show()
    view.show_activations(observed())
    return view


def signed_color(theme: Theme, value: float, limit: float) -> tuple[float, ...]:
    """Return the colour of a value on the scale that the legend shows."""
    end = theme.color("positive" if value > 0 else "negative")
    return mixed(theme.color("surface"), end, min(abs(value) / limit, 1))


def tile_counts(image: QImage, border: QColor) -> tuple[int, int]:
    """Return rows and columns of tiles, each of which has a frame of one pixel."""
    across = sum(image.pixelColor(x, 1) == border for x in range(image.width()))
    down = sum(image.pixelColor(1, y) == border for y in range(image.height()))
    return down // 2, across // 2


@pytest.mark.parametrize("layer", [0, 1])
def test_each_value_has_its_own_place_and_colour(
    view: ActivationView, theme: Theme, layer: int
) -> None:
    values = observed().layers[layer].values
    values = values if values.ndim == 3 else values.reshape(-1, 1, 1)
    limit = float(abs(values).max())
    image = painted(view.strips).pictures[layer].image
    rows, columns = tile_counts(image, theme.color("border"))
    down, across = image.height() // rows, image.width() // columns
    height, width = values.shape[1:]
    for index, tile in enumerate(values):
        top, left = index // columns * down + 1, index % columns * across + 1
        for row in range(height):
            for column in range(width):
                x = left + int((column + 0.5) * (across - 2) / width)
                y = top + int((row + 0.5) * (down - 2) / height)
                color = image.pixelColor(x, y).getRgb()[:3]
                expected = signed_color(theme, float(tile[row, column]), limit)
                assert color == pytest.approx(expected, abs=2), (index, row, column)


def columns_of(painting: Painting, title: str) -> list[Text]:
    """Return the names below the columns of a strip."""
    head = painting.text(title).box
    below = [t for t in painting.texts if t.text in NAMES and t.box.top() > head.bottom()]
    left = min((t.box.left() for t in below if t.box.left() >= head.left() - 2), default=0)
    names = [t for t in below if t.box.left() >= left]
    return sorted(names, key=lambda t: t.box.left())[: len(NAMES)]


@pytest.mark.parametrize("title", ["Logits", "Probabilities"])
def test_each_class_has_a_column_as_high_as_its_value(
    view: ActivationView, theme: Theme, title: str
) -> None:
    painting = painted(view.strips)
    labels = columns_of(painting, title)
    assert [label.text for label in labels] == list(NAMES)
    values = LOGITS if title == "Logits" else CHANCES
    bars = []
    for label in labels:
        inside = label.box.center().x()
        (bar,) = (s for s in painting.shapes if s.fill and abs(s.box.center().x() - inside) < 1)
        bars.append(bar)
    reach = [
        bar.box.height() / abs(value) for bar, value in zip(bars, values.tolist(), strict=True)
    ]
    assert reach == pytest.approx([reach[0]] * len(reach), rel=0.02)
    if title == "Probabilities":
        tokens = ["faint", "right", "faint", "faint", "faint"]
        assert len({round(bar.box.bottom()) for bar in bars}) == 1
    else:
        tokens = ["positive" if value > 0 else "negative" for value in values]
        zero = bars[0].box.top()
        for bar, value in zip(bars, values, strict=True):
            assert (bar.box.bottom() if value > 0 else bar.box.top()) == pytest.approx(zero)
    assert [bar.fill for bar in bars] == [theme.color(token).name() for token in tokens]


def test_titles_tell_number_and_range_of_what_stands_below(view: ActivationView) -> None:
    words = painted(view.strips).words()
    maps, units, _ = (abs(layer.values).max() for layer in observed().layers)
    for title, note in (
        ("Layer 1 · Conv 1 → 6", f"6 maps · ±{maps:.2g}"),
        ("Layer 2 · Linear 96 → 20", f"20 units · ±{units:.2g}"),
        ("Logits", "Linear 20 → 5 · ±3"),
    ):
        assert words[words.index(title) + 1] == note


def test_the_image_its_saliency_and_the_three_likeliest_classes(
    view: ActivationView, theme: Theme
) -> None:
    painting = painted(view.image)
    assert painting.words() == [
        *("test image 17", "saliency"),
        *("bee", "60.0 %", "elk", "27.5 %", "cat", "10.0 %"),
    ]
    image, saliency = painting.pictures
    values, seen = observed().saliency, observed().seen[0]
    limit = float(abs(values).max())
    for row in range(8):
        for column in range(8):
            grey = image.image.pixelColor(column, row).red()
            assert grey == round(255 * float(seen[row, column]))
            if column < 4:  # where the image is black nothing is drawn over the saliency
                color = saliency.image.pixelColor(column, row).getRgb()[:3]
                expected = signed_color(theme, float(values[row, column]), limit)
                assert color == pytest.approx(expected, abs=2)


def test_the_legend_has_the_negative_end_at_the_left(qtbot: QtBot, theme: Theme) -> None:
    legend = SignedLegend(theme)
    qtbot.addWidget(legend)
    legend.resize(legend.sizeHint())
    painting = painted(legend)
    low, high = painting.text("−max").box, painting.text("+max").box
    (bar,) = (shape for shape in painting.shapes if shape.stops)
    assert low.right() <= bar.box.left() < bar.box.right() <= high.left()
    tokens = ("negative", "surface", "positive")
    assert tuple(map(rgb, bar.stops)) == tuple(rgb(theme.color(t).name()) for t in tokens)
