"""Which curve is which run's: a piece of each line and its name, in as many rows as they need."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.plots.plot_curve import PATTERNS

_ROW_PX, _SAMPLE_PX, _GAP_PX, _BETWEEN_PX, _WIDEST_PX = 20, 22, 6, 18, 220
_LINE_PX = 2
_PLAIN, _STRONG = QFont.Weight.Normal, QFont.Weight.DemiBold


@dataclass(frozen=True)
class LegendEntry:
    """A run in the legend.

    Attributes
    ----------
    name
        What it is called.
    token, dash
        Colour and pattern of its curve, as in `CurveStyle`.
    is_strong
        Whether it is the run at hand.
    """

    name: str
    token: str
    dash: int = 0
    is_strong: bool = False


class OverlayLegend(ThemedWidget):
    """Entries side by side; a name that is too long is shortened, and whole in the tooltip."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._entries: tuple[LegendEntry, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def entries(self) -> tuple[LegendEntry, ...]:
        """What it shows."""
        return self._entries

    def set_entries(self, entries: Sequence[LegendEntry]) -> None:
        """Show these."""
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            self.setAccessibleName("Runs: " + ", ".join(entry.name for entry in entries))
            self.updateGeometry()
            self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        boxes = self._boxes(width)
        return round(boxes[-1].bottom()) if boxes else 0

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(400), self.heightForWidth(max(self.width(), 1)))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(120), self._theme.px(_ROW_PX) if self._entries else 0)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            pairs = zip(self._boxes(self.width()), self._entries, strict=True)
            name = next((each.name for box, each in pairs if box.contains(event.pos())), "")
            QToolTip.showText(event.globalPos(), name, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        sample, gap = theme.px(_SAMPLE_PX), theme.px(_GAP_PX)
        for box, entry in zip(self._boxes(self.width()), self._entries, strict=True):
            pen = QPen(theme.color(entry.token), theme.px(_LINE_PX + entry.is_strong))
            pen.setStyle(PATTERNS[entry.dash])
            painter.setPen(pen)
            middle = QRectF(box).center().y()
            left = float(box.left())
            painter.drawLine(QPointF(left, middle), QPointF(left + sample, middle))
            painter.setPen(theme.color("text" if entry.is_strong else "muted"))
            painter.setFont(self._font(entry))
            text = box.adjusted(sample + gap, 0, 0, 0)
            elided = QFontMetricsF(self._font(entry)).elidedText(
                entry.name, Qt.TextElideMode.ElideRight, text.width() + 1
            )
            painter.drawText(text, _MIDDLE, elided)

    def _font(self, entry: LegendEntry) -> QFont:
        return self._theme.font(12, _STRONG if entry.is_strong else _PLAIN)

    def _boxes(self, width: int) -> list[QRect]:
        """Return where each entry stands."""
        px, boxes = self._theme.px, list[QRect]()
        x = y = 0
        for entry in self._entries:
            letters = QFontMetricsF(self._font(entry)).horizontalAdvance(entry.name)
            wanted = px(_SAMPLE_PX) + px(_GAP_PX) + min(round(letters) + 2, px(_WIDEST_PX))
            if x and x + wanted > width:
                x, y = 0, y + px(_ROW_PX)
            boxes.append(QRect(x, y, min(wanted, width), px(_ROW_PX)))
            x += wanted + px(_BETWEEN_PX)
        return boxes


_MIDDLE = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
