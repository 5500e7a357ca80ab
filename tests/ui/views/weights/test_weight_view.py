"""The weights: bars, the line for before training, history, and what the mouse is told."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from netviz.engine.protocol.layer_names import numbered_titles
from netviz.engine.protocol.layer_record import LayerRow
from netviz.engine.protocol.observations import Histogram, LayerWeights
from netviz.ui.look.theme import Theme
from netviz.ui.views.weights.histogram_chart import HistogramChart
from netviz.ui.views.weights.histogram_history import HistogramHistory, rebin
from netviz.ui.views.weights.weight_panel import WeightPanel
from netviz.ui.views.weights.weight_statistics import facts_of
from netviz.ui.views.weights.weight_view import WeightView
from tests.ui.observations import histogram, recorded, row, weights


@pytest.fixture
def view(qtbot) -> WeightView:
    view = WeightView(Theme())
    qtbot.addWidget(view)
    view.resize(660, 190)
    view.show()
    return view


def hover(panel: WeightPanel, across: float, up: float = 0.5) -> str:
    area = panel.chart_area()
    return panel.text_at(
        QPointF(area.left() + across * area.width(), area.bottom() - up * area.height())
    )


def test_each_layer_gets_a_panel_with_its_figures(view: WeightView) -> None:
    view.show_weights(weights(0))
    assert view.has_content
    assert [panel.accessibleName() for panel in view.panels] == [
        "Linear 1 64 → 64",
        "Linear 2 64 → 64",
    ]
    assert view.panels[0].accessibleDescription() == (
        "mean −0.001, std 0.066, near zero 3 %, dead 12 %"
    )
    assert "dead" not in view.panels[1].accessibleDescription()


def test_the_mouse_is_told_range_and_count_of_a_bin(view: WeightView) -> None:
    view.show_weights(weights(0))
    assert hover(view.panels[0], 0.6) == "0 to +0.5: 3 of 8 weights, 37.5 %"


def test_the_mouse_is_told_what_a_figure_means(view: WeightView) -> None:
    view.show_weights(weights(0))
    panel = view.panels[0]
    said = {
        panel.text_at(QPointF(x, y))
        for x in range(0, panel.width(), 4)
        for y in range(round(panel.chart_area().bottom()) + 15, panel.height(), 4)
    }
    assert {fact.tooltip for fact in facts_of(weights(0).layers[0])} <= said


def test_biases_are_shown_on_request_and_missed_in_words(qtbot, view: WeightView) -> None:
    view.show_weights(weights(0))
    qtbot.mouseClick(view.kind.button(1), Qt.MouseButton.LeftButton)
    assert hover(view.panels[0], 0.2) == "−1 to 0: 4 of 8 biases, 50.0 %"
    assert hover(view.panels[1], 0.2) == ""


def spreads(*counts: tuple[int, ...]) -> tuple[LayerRow, ...]:
    return tuple(
        row(10 * place, weights=(histogram(*each),) * 2, biases=(histogram(4, 4), None))
        for place, each in enumerate(counts)
    )


def test_history_tells_the_share_at_a_step(qtbot, view: WeightView) -> None:
    view.show_weights(weights(10))
    view.show_layers(recorded(*spreads((0, 1, 1, 0), (1, 0, 0, 1))))
    qtbot.mouseClick(view.time.button(1), Qt.MouseButton.LeftButton)
    assert hover(view.panels[0], 0.1, 0.5).startswith("Step 0: ")
    assert hover(view.panels[0], 0.1, 0.5).endswith(" of the weights lie in −0.0164 to +0.0164")
    assert " 0.0 % of the weights" in hover(view.panels[0], 1.0, 0.5)
    assert " 0.0 % of the weights" not in hover(view.panels[0], 1.0, 0.1)
    picture = view.grab().toImage()
    qtbot.mouseClick(view.time.button(0), Qt.MouseButton.LeftButton)
    assert view.grab().toImage() != picture


def test_history_of_biases_is_missed_in_words(qtbot, view: WeightView) -> None:
    view.show_weights(weights(10))
    view.show_layers(recorded(*spreads((0, 1, 1, 0), (1, 0, 0, 1))))
    qtbot.mouseClick(view.time.button(1), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(view.kind.button(1), Qt.MouseButton.LeftButton)
    assert hover(view.panels[0], 0.2).startswith("Step 0: ")
    assert hover(view.panels[1], 0.2) == ""


def test_what_was_not_recorded_is_said_to_be(qtbot, view: WeightView) -> None:
    view.show_weights(weights(100))
    rows = (row(0), row(90), row(100))
    view.show_layers(recorded(*rows, gaps=((0, 80),)))
    qtbot.mouseClick(view.time.button(1), Qt.MouseButton.LeftButton)
    assert hover(view.panels[0], 0.5) == "Step 50: not recorded"
    assert hover(view.panels[0], 0.99).startswith("Step 90: ")


def test_another_run_begins_anew(view: WeightView) -> None:
    view.show_weights(weights(0))
    view.show_weights(weights(5, run=2, layers=3))
    assert len(view.panels) == 3
    view.clear()
    assert not view.has_content


def test_layers_can_be_chosen(view: WeightView) -> None:
    view.show_weights(weights(0))
    view.layers.choose("0", False)
    assert [panel.isVisible() for panel in view.panels] == [False, True]
    view.show_weights(weights(10))
    assert [panel.isVisible() for panel in view.panels] == [False, True]


def test_weights_that_diverged_are_said_to_have_no_finite_value(view: WeightView) -> None:
    broken = weights(0).layers[0]
    empty = histogram(0, 0)
    layer = LayerWeights(
        "0", broken.title, empty, empty, empty, float("nan"), float("nan"), 0.0, 1.0
    )
    panel = WeightPanel(Theme(), "Linear 1", "")
    panel.resize(200, 140)
    panel.set_layer(layer)
    assert not panel.grab().isNull()
    panel.set_mode(biases=False, history=True)
    assert not panel.grab().isNull()
    assert "mean not finite" in panel.accessibleDescription()
    panel.deleteLater()


def test_a_hidden_page_draws_nothing_until_it_is_shown(view: WeightView, monkeypatch) -> None:
    view.show_weights(weights(0))
    drawn = []
    monkeypatch.setattr(view.panels[0], "update", lambda: drawn.append(1))
    view.hide()
    view.show_weights(weights(10))
    assert not drawn
    view.show()
    assert drawn == [1]


def test_rebinning_keeps_every_value() -> None:
    edges = np.linspace(-2, 2, 8)
    share = rebin(histogram(1, 2, 3, 4, low=-1.3, high=0.7), edges)
    np.testing.assert_allclose(share.sum(), 1)


def test_common_bins_reach_as_far_as_the_widest_row() -> None:
    history = HistogramHistory()
    narrow, wide = histogram(1, low=-0.1, high=0.1), histogram(1, low=-0.3, high=0.7)
    rows = (row(0, (1.0,), weights=(narrow,)), row(1, (1.0,), weights=(wide,)))
    history.set_record(recorded(*rows).record, 0, 1)
    assert history.limit >= 0.7
    for place in range(2):
        np.testing.assert_allclose(history.fractions(place).sum(), 1)


def test_a_row_from_before_a_gap_says_nothing_of_the_steps_after_it() -> None:
    history = HistogramHistory()
    rows = (row(0, (1.0,)), row(16, (1.0,)), row(32, (1.0,)))
    history.set_record(recorded(*rows, gaps=((0, 11), (16, 20))).record, 0, 40)
    places = history.rows_at(np.array([0, 1, 11, 13, 16, 17, 25, 32, 40]))
    assert places.tolist() == [0, -1, -1, -1, 1, -1, -1, 2, 2]


def test_a_row_without_a_finite_value_has_no_share_of_any_bin() -> None:
    history = HistogramHistory()
    rows = (row(0, (1.0,)), row(1, (1.0,), weights=(histogram(0, 0),)))
    history.set_record(recorded(*rows).record, 0, 1)
    assert history.fractions(0).sum() > 0
    assert not history.fractions(1).any()


def test_layers_are_counted_by_kind() -> None:
    titles = ("Conv 1 → 8, 3×3", "Conv 8 → 16, 3×3", "Linear 784 → 10")
    assert numbered_titles(titles) == (
        ("Conv 1", "1 → 8, 3×3"),
        ("Conv 2", "8 → 16, 3×3"),
        ("Linear 1", "784 → 10"),
    )


@pytest.mark.parametrize("std", [0.05, 1.0, 110.0, 1e20])
def test_weights_have_bars_however_far_they_have_exploded(theme: Theme, std: float) -> None:
    at_first = Histogram(np.full(64, 10), np.linspace(-0.05, 0.05, 65))
    now = Histogram(np.full(64, 10), np.linspace(-2 * std, 2 * std, 65))
    chart = HistogramChart(theme, "weights")
    chart.set_histogram(now, at_first)
    picture = QImage(200, 60, QImage.Format.Format_RGB32)
    picture.fill(theme.color("surface"))
    with QPainter(picture) as painter:
        chart.paint(painter, QRectF(0, 0, 200, 45))
    # A pixel of them may lie between two bars.
    across = {picture.pixelColor(x, 35).name() for x in range(28, 33)}
    assert across != {theme.color("surface").name()}
