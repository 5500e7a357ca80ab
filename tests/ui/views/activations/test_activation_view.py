"""The view shows every layer, tells each number under the pointer, and asks for other images."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.commands import LookAt
from netviz.engine.protocol.observations import ActivationsObserved, LayerActivation
from netviz.ui.look.style_sheet import dress_window
from netviz.ui.look.theme import Theme
from netviz.ui.views.activations.activation_strips import Grid, Zoom
from netviz.ui.views.activations.activation_view import ActivationView

FASHION = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker")
CLASSES = (*FASHION, "Bag", "Ankle boot")


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> ActivationView:
    view = ActivationView(theme)
    qtbot.addWidget(view)
    dress_window(view, theme)
    view.set_classes(CLASSES)
    view.set_test_count(1000)
    view.resize(660, 190)
    view.show()
    return view


def _observed(channels: int = 1, units: int = 64, filters: int = 512) -> ActivationsObserved:
    draw = np.random.default_rng(0)

    def values(*shape: int) -> np.ndarray:
        return draw.normal(size=shape).astype(np.float32)

    logits = values(10)
    logits[3] = 6
    layers = (
        LayerActivation("0", "Conv 1 → 16, 3×3", values(16, 28, 28)),
        LayerActivation("3", f"Linear 784 → {units}", values(units)),
        LayerActivation("5", f"Linear {units} → 10", logits),
    )
    shares = np.exp(logits) / np.exp(logits).sum()
    seen = draw.random((channels, 28, 28), dtype=np.float32)
    return ActivationsObserved(
        1,
        1240,
        "test image 17",
        seen,
        layers,
        shares,
        values(28, 28),
        values(filters, channels, 3, 3),
    )


def _middle_of(strips_area: QRectF, across: float, down: float, column: int, row: int) -> QPointF:
    return strips_area.topLeft() + QPointF((column + 0.5) * across, (row + 0.5) * down)


def test_without_an_image_the_view_says_what_to_do(view: ActivationView) -> None:
    assert view.empty.isVisible()
    assert view.empty.text.startswith("Draw a digit, or choose a mistake")
    view.show_activations(_observed())
    assert not view.empty.isVisible()
    view.clear()
    assert view.empty.isVisible()


def test_each_layer_has_its_strip(view: ActivationView) -> None:
    view.show_activations(_observed())
    titles = [strip.title for strip in view.strips.strips]
    assert titles == [
        "Layer 1 · Conv 1 → 16, 3×3",
        "Layer 2 · Linear 784 → 64",
        "Logits",
        "Probabilities",
        "First layer’s weights",
    ]
    assert "16 maps" in view.strips.strips[0].note
    assert "64 units" in view.strips.strips[1].note
    assert "64 of 512 shown" in view.strips.strips[-1].note


def test_the_pointer_reads_units_and_classes(qtbot: QtBot, view: ActivationView) -> None:
    observed = _observed()
    view.show_activations(observed)
    units = view.strips.area(1)
    unit = view.strips.describe(units.topLeft() + QPointF(3, 3))
    value = f"{observed.layers[1].values[0]:+.3g}".replace("-", "−")
    assert unit == f"Layer 2 · Linear 784 → 64 · unit 0: {value}"
    shares = view.strips.area(3)
    share = view.strips.describe(QPointF(shares.left() + 3.5 * shares.width() / 10, shares.top()))
    assert share == f"Probabilities · Dress: {100 * observed.probabilities[3]:.1f} %"
    logits = view.strips.area(2)
    assert "Logits · Ankle boot: " in view.strips.describe(logits.bottomRight() - QPointF(2, 2))


def test_each_pixel_of_a_map_is_read_where_it_is_painted(theme: Theme) -> None:
    values = np.zeros((3, 4, 4), np.float32)
    values[1, 2, 3] = 5
    grid = Grid("Conv", values, "map")
    zoom = Zoom.fitting(190, theme)
    width, height = grid.size(400, zoom, theme)
    area = QRectF(0, 0, width, height)
    texts = {grid.describe(QPointF(x, y), area, zoom) for x in range(width) for y in range(height)}
    assert "Conv · map 1, row 2, column 3: +5" in texts
    assert len(texts) == 3 * 16
    assert grid.describe(QPointF(width + 5, 5), area, zoom) == ""


def test_the_number_stands_beside_the_pointer(qtbot: QtBot, view: ActivationView) -> None:
    view.show_activations(_observed())
    qtbot.mouseMove(view.image, QPoint(10, 10))
    qtbot.waitUntil(lambda: QToolTip.text().startswith("image · row"), timeout=2000)
    qtbot.mouseMove(view.strips, view.strips.area(0).topLeft().toPoint() + QPoint(5, 5))
    qtbot.waitUntil(lambda: "map 0" in QToolTip.text(), timeout=2000)
    QToolTip.hideText()


def test_image_and_saliency_tell_their_pixels(view: ActivationView) -> None:
    observed = _observed(channels=3)
    view.show_activations(observed)
    text = view.image.describe(QPointF(1, 1))
    expected = " ".join(f"{value:.2f}" for value in observed.seen[:, 0, 0])
    assert text == f"image · row 0, column 0: {expected}"
    side = (view.image.width() - 8) // 2
    assert view.image.describe(QPointF(side + 9, 1)).startswith("saliency · row 0, column 0: ")
    assert view.image.describe(QPointF(side + 4, 1)) == ""


def test_another_image_is_asked_for(qtbot: QtBot, view: ActivationView) -> None:
    chosen: list[object] = []
    view.command_requested.connect(chosen.append)
    view.source.setFocus()
    qtbot.keyClick(view.source, Qt.Key.Key_Down)
    assert view.test_index.isVisible()
    view.test_index.setValue(17)
    qtbot.keyClick(view.source, Qt.Key.Key_Up)
    assert chosen == [LookAt(0), LookAt(17), LookAt(None)]
    assert not view.test_index.isVisible()


def test_an_image_chosen_elsewhere_is_shown_and_not_asked_for(
    qtbot: QtBot, view: ActivationView
) -> None:
    with qtbot.assertNotEmitted(view.command_requested):
        view.set_source(345)
    assert view.test_index.value() == 345
    assert view.source.currentIndex() == 1
    with qtbot.assertNotEmitted(view.command_requested):
        view.set_source(None)
    assert view.source.currentIndex() == 0


def test_classes_without_names_have_numbers(view: ActivationView) -> None:
    view.set_classes(("a", "b"))
    view.show_activations(_observed())
    shares = view.strips.area(3)
    assert "· 0: " in view.strips.describe(shares.topLeft() + QPointF(2, 2))


def test_a_low_view_scrolls_and_a_large_one_shows_more(
    qapp: QApplication, view: ActivationView
) -> None:
    view.show_activations(_observed())
    qapp.processEvents()
    assert view.strips.height() > 190
    low = view.strips.area(1).height()
    view.resize(1600, 700)
    qapp.processEvents()
    assert view.strips.area(1).height() != low
    places = [view.strips.area(index) for index in range(5)]
    assert not any(a.intersects(b) for a in places for b in places if a is not b)
    assert max(area.right() for area in places) <= view.strips.width()


@pytest.mark.parametrize(
    "values",
    [np.zeros(16, np.float32), np.full(16, np.nan, np.float32), np.zeros((3, 80, 50), np.float32)],
)
def test_silent_broken_and_large_layers_are_painted(
    view: ActivationView, values: np.ndarray
) -> None:
    good = _observed()
    silent, nothing = np.zeros_like(good.saliency), np.full(10, np.nan, np.float32)
    layers = (LayerActivation("0", "Layer", values), LayerActivation("1", "Linear", nothing))
    odd = ActivationsObserved(1, 0, "your drawing", good.seen, layers, nothing, silent)
    view.show_activations(odd)
    assert not view.grab().isNull()
    assert [strip.title for strip in view.strips.strips][-1] == "Probabilities"


def test_the_view_follows_the_theme(view: ActivationView, theme: Theme) -> None:
    view.show_activations(_observed())
    dark = view.grab().toImage()
    theme.set_dark(False)
    assert view.grab().toImage() != dark
    width = view.strips.area(1).width()
    theme.set_scale(1.5)
    assert view.strips.area(1).width() != width
