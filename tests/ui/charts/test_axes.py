"""Where values lie on the axes of a painted chart, and which labels are painted."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from netviz.engine.curves.ticks import logarithmic_ticks, thinned_ticks
from netviz.ui.charts.axes import Axes, exponent
from netviz.ui.look.theme import Theme

AREA = QRectF(40, 10, 200, 100)


@pytest.fixture
def axes(theme: Theme) -> Axes:
    return Axes(theme, AREA, (0.0, 50.0), (-2.0, 0.0))


def painted(paint: Callable[[QPainter], None]) -> np.ndarray:
    """Return the opacity of what a function paints, ``[height, width]``."""
    image = QImage(300, 140, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint(painter)
    painter.end()
    return np.array(image.constBits()).reshape(140, 300, 4)[:, :, 3]


def test_values_lie_between_the_edges_of_the_area(axes: Axes) -> None:
    assert (axes.x(0), axes.x(25), axes.x(50)) == (40, 140, 240)
    assert (axes.y(-2), axes.y(-1), axes.y(0)) == (110, 60, 10)
    np.testing.assert_allclose(axes.x(np.array([0, 25, 50])), [40, 140, 240])


def test_a_pixel_leads_back_to_its_value(axes: Axes) -> None:
    assert axes.x_value(axes.x(12.5)) == pytest.approx(12.5)
    assert axes.y_value(axes.y(-0.3)) == pytest.approx(-0.3)


def test_what_has_no_logarithm_lies_at_the_lower_end() -> None:
    assert exponent(0.01, -4) == pytest.approx(-2)
    assert exponent(0.0, -4) == exponent(-1.0, -4) == -4


def test_each_tick_has_a_grid_line_inside_and_a_label_outside(axes: Axes) -> None:
    ticks = logarithmic_ticks(-2, 0)
    ink = painted(lambda painter: axes.paint_y_ticks(painter, ticks, gap_px=5))
    for value, _ in ticks:
        y = round(axes.y(value))
        assert ink[y, 40:240].all()
        assert ink[max(0, y - 6) : y + 7, :36].any()
    assert not ink[:, 241:].any()


def test_labels_stay_within_what_they_may_cover(axes: Axes) -> None:
    ticks = [(-2.0, "low"), (0.0, "high")]
    ink = painted(
        lambda painter: axes.paint_y_labels(painter, ticks, gap_px=5, within=(10.0, 110.0))
    )
    assert ink[10:24].any()
    assert ink[96:110].any()
    assert not ink[:10].any()
    assert not ink[110:].any()


def test_labels_below_end_at_the_right_edge(axes: Axes) -> None:
    ticks = [(0.0, "0"), (50.0, "50 steps")]
    ink = painted(lambda painter: axes.paint_x_labels(painter, ticks, right=250))
    assert ink[110:, 225:250].any()
    assert not ink[:, 251:].any()


def test_ticks_are_thinned_from_the_last_one_on() -> None:
    ticks = [(float(value), str(value)) for value in range(5)]
    assert [value for value, _ in thinned_ticks(ticks, 5)] == [0, 1, 2, 3, 4]
    assert [value for value, _ in thinned_ticks(ticks, 3)] == [0, 2, 4]
    assert [value for value, _ in thinned_ticks(ticks, 1)] == [0, 4]
