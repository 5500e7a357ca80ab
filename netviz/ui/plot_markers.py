"""The changes that the user made, on a plot: dashed lines with small labels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from netviz.engine.ledger import LedgerEntry
from netviz.ui.theme import Theme

_NEAR_PX = 5
_WIDEST_PX = 220
_LABELS_FROM_PX = 60
"""Height of a plot below which labels would cover the curve; its lines and the hover remain."""


@dataclass(frozen=True)
class Marker:
    """Changes whose lines would fall together, and the label they share.

    Attributes
    ----------
    x
        Place of the line in pixels of the scene.
    entries
        The changes, oldest first.
    """

    x: float
    entries: tuple[LedgerEntry, ...]

    @property
    def label(self) -> str:
        """The changes in words; several of one option count as one from the first to the last."""
        net: dict[str, LedgerEntry] = {}
        for entry in self.entries:
            first = net.get(entry.option, entry)
            net[entry.option] = replace(first, new=entry.new)
        return ", ".join(entry.label for entry in net.values() if entry.old != entry.new)


@dataclass(frozen=True)
class _Label:
    box: QRectF
    text: str


class MarkerLayer(QGraphicsItem):
    """Draws a line for every change and as many labels as fit, the newest first."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._area = QRectF()
        self.markers: list[Marker] = []
        self._labels: list[_Label] = []

    @property
    def labels(self) -> list[str]:
        """The labels in sight, newest first."""
        return [label.text for label in self._labels]

    @property
    def label_boxes(self) -> list[QRectF]:
        """Where the labels in sight are, in pixels of the scene."""
        return [label.box for label in self._labels]

    def arrange(
        self, entries: Sequence[LedgerEntry], area: QRectF, x_range: tuple[float, float]
    ) -> None:
        """Place lines and labels for `entries` inside `area`, whose width shows `x_range`."""
        self.prepareGeometryChange()
        self._area = area
        low, high = x_range
        self.markers = []
        for entry in entries:
            if low <= entry.step <= high:
                x = area.left() + (entry.step - low) / (high - low) * area.width()
                self._add(x, entry)
        self._labels = []
        if area.height() >= self._theme.px(_LABELS_FROM_PX):
            for marker in reversed(self.markers):
                self._place(marker)
        self.update()

    def _add(self, x: float, entry: LedgerEntry) -> None:
        if self.markers and x - self.markers[-1].x < _NEAR_PX * self._theme.scale:
            last = self.markers[-1]
            self.markers[-1] = replace(last, entries=(*last.entries, entry))
        else:
            self.markers.append(Marker(x, (entry,)))

    def _place(self, marker: Marker) -> None:
        """Put the marker's label where it touches no other; leave it out if there is no place."""
        px, area = self._theme.px, self._area
        metrics = QFontMetricsF(self._theme.font(11))
        widest = min(px(_WIDEST_PX), area.width() - px(24))
        text = metrics.elidedText(marker.label, Qt.TextElideMode.ElideRight, widest)
        if not text:
            return
        width, height = metrics.horizontalAdvance(text) + px(12), metrics.height() + px(5)
        rows = int(area.height() * 0.7 // (height + px(3)))
        for left in (marker.x + px(4), marker.x - px(4) - width):
            for row in range(rows):
                top = area.top() + px(2) + row * (height + px(3))
                box = QRectF(left, top, width, height)
                if area.contains(box) and not any(box.intersects(b) for b in self.label_boxes):
                    self._labels.append(_Label(box, text))
                    return

    def boundingRect(self) -> QRectF:
        return self._area

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        theme, area = self._theme, self._area
        line = QPen(theme.color("ledger"), theme.px(1), Qt.PenStyle.CustomDashLine)
        line.setDashPattern([3, 3])
        painter.setPen(line)
        for marker in self.markers:
            x = round(marker.x) + 0.5
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setFont(theme.font(11))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for label in self._labels:
            painter.setPen(QPen(theme.color("ledger"), 1))
            painter.setBrush(theme.color("raised", 0.92))
            radius = theme.px(4)
            painter.drawRoundedRect(label.box, radius, radius)
            painter.drawText(label.box, _CENTERED, label.text)


_CENTERED: Any = Qt.AlignmentFlag.AlignCenter
