"""Where the canvas lies in the widget of the pad."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from netviz.ui.pad.canvas import SIDE


@dataclass(frozen=True)
class PadGeometry:
    """The largest square in the middle of a widget of this size, in pixels."""

    width: int
    height: int

    @property
    def square(self) -> QRectF:
        """The square that shows the canvas."""
        side = min(self.width, self.height)
        return QRectF((self.width - side) // 2, (self.height - side) // 2, side, side)

    @property
    def zoom(self) -> float:
        """Pixels of the widget for one of the canvas."""
        return self.square.width() / SIDE

    def to_canvas(self, position: QPointF) -> QPointF:
        """Return the point of the canvas at a position of the widget."""
        square = self.square
        return (position - square.topLeft()) * (SIDE / square.width())

    def to_widget(self, area: QRectF) -> QRectF:
        """Return where in the widget an area of the canvas is shown."""
        zoomed = QRectF(area.topLeft() * self.zoom, area.size() * self.zoom)
        return zoomed.translated(self.square.topLeft())
