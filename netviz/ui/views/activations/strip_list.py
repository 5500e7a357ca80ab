"""The strips of all layers, laid out in rows."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent

from netviz.ui.look.theme import Theme
from netviz.ui.views.activations.strips import Strip, Zoom
from netviz.ui.views.activations.value_tooltip import ValueTooltip

_ALIGN = Qt.AlignmentFlag


class StripList(ValueTooltip):
    """All strips, side by side as long as they fit, then in further rows."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setObjectName("scrolled")
        self._strips: list[Strip] = []
        self._places: list[tuple[QRectF, QRectF]] = []
        self._zoom = Zoom.fitting(0, theme)
        self.setAccessibleName("Activations of each layer")

    @property
    def strips(self) -> list[Strip]:
        """What is shown, in reading order."""
        return self._strips

    def show_strips(self, strips: list[Strip]) -> None:
        """Show other strips."""
        self._strips = strips
        self._arrange()

    def set_zoom(self, zoom: Zoom) -> None:
        """Choose how large everything is."""
        if zoom != self._zoom:
            self._zoom = zoom
            self._arrange()

    def area(self, index: int) -> QRectF:
        """Return the rectangle of the contents of a strip."""
        return self._places[index][1]

    def describe(self, point: QPointF) -> str:
        for strip, (_, area) in zip(self._strips, self._places, strict=True):
            if area.contains(point):
                return strip.describe(point, area, self._zoom)
        return ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for strip, (title, area) in zip(self._strips, self._places, strict=True):
            if title.united(area).intersects(QRectF(event.rect())):
                self._paint_title(painter, strip, title)
                strip.paint(painter, area, self._zoom, self._theme)

    def _paint_title(self, painter: QPainter, strip: Strip, area: QRectF) -> None:
        theme = self._theme
        painter.setFont(theme.font(12, QFont.Weight.Medium))
        painter.setPen(theme.color("text"))
        painter.drawText(area, _ALIGN.AlignLeft | _ALIGN.AlignTop, strip.title)
        used = painter.fontMetrics().horizontalAdvance(strip.title) + theme.px(8)
        ascent = painter.fontMetrics().ascent()
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("muted"))
        metrics = painter.fontMetrics()
        room = int(area.width()) - used
        note = metrics.elidedText(strip.note, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QPointF(area.left() + used, area.top() + ascent), note)

    def _restyle(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Place the strips from left to right, in as many rows as needed."""
        px = self._theme.px
        head, gap = px(18), px(12)
        x = y = row_height = 0
        self._places = []
        for strip in self._strips:
            width, height = strip.size(self.width(), self._zoom, self._theme)
            taken = max(width, self._title_width(strip))
            if x and x + taken > self.width():
                x, y, row_height = 0, y + row_height + gap, 0
            title = QRectF(x, y, min(taken, self.width() - x), head)
            self._places.append((title, QRectF(x, y + head, width, height)))
            x += taken + 2 * gap
            row_height = max(row_height, head + height)
        self.setMinimumHeight(y + row_height)
        self.update()

    def _title_width(self, strip: Strip) -> int:
        title = QFontMetrics(self._theme.font(12, QFont.Weight.Medium))
        note = QFontMetrics(self._theme.font(12))
        advance = title.horizontalAdvance(strip.title) + note.horizontalAdvance(strip.note)
        return advance + self._theme.px(10)
