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


def test_only_the_lower_right_is_the_corner() -> None:
    geometry = PadGeometry(300, 300)
    assert geometry.is_corner(QPointF(250, 250))
    assert not geometry.is_corner(QPointF(250, 150))
    assert not geometry.is_corner(QPointF(-1, -1))
