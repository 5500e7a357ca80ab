"""The canvas is shown as the largest square in the middle of the widget."""

import pytest
from PySide6.QtCore import QPointF, QRectF

from netviz.ui.pad.canvas import SIDE
from netviz.ui.pad.pad_geometry import PadGeometry


@pytest.mark.parametrize(("width", "height"), [(560, 560), (600, 560), (560, 601)])
def test_the_way_to_the_canvas_and_back(width: int, height: int) -> None:
    geometry = PadGeometry(width, height)
    assert geometry.zoom == 2
    assert geometry.square == QRectF((width - 560) // 2, (height - 560) // 2, 560, 560)
    assert geometry.to_canvas(QRectF(geometry.square).center()) == QPointF(SIDE / 2, SIDE / 2)
    assert geometry.to_widget(QRectF(0, 0, SIDE, SIDE)) == geometry.square


@pytest.mark.parametrize(("width", "height"), [(300, 220), (137, 400)])
def test_an_area_of_the_canvas_is_shown_where_its_corners_are(width: int, height: int) -> None:
    geometry = PadGeometry(width, height)
    area = QRectF(30, 70, 110, 45)
    shown = geometry.to_widget(area)
    for corner, there in (
        (shown.topLeft(), area.topLeft()),
        (shown.bottomRight(), area.bottomRight()),
    ):
        found = geometry.to_canvas(corner)
        assert (found.x(), found.y()) == pytest.approx((there.x(), there.y()))
