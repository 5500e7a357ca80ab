"""The changes that the user made, on a plot: dashed lines with small labels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from netviz.engine.curves.ticks import Range
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.ui.charts.axes import Axes, crisp
from netviz.ui.look.theme import Theme

_ONE_LINE_PX = 5
_ONE_LINE_OF_MANY_PX = 12
_ROOM_PX = 24
"""Width that each line has on average where there are not many."""
_NEAR_PX = 6
_ONE_LABEL_PX = 60
"""Distance of lines below which no label fits between them, so that they share one."""
_WIDEST_PX = 260
_LABELS_FROM_PX = 60
"""Height of a plot below which labels would cover the curve; the lines and the readout remain."""


@dataclass(frozen=True)
class Marker:
    """Changes so close to each other that they share a line.

    Attributes
    ----------
    x
        Place of the line in pixels of the scene.
    entries
        The changes, oldest first.
    """

    x: float
    entries: tuple[LedgerEntry, ...]


@dataclass(frozen=True)
class _Group:
    """Lines so close to each other that they share a label."""

    markers: tuple[Marker, ...]

    @property
    def left(self) -> float:
        return self.markers[0].x

    @property
    def right(self) -> float:
        return self.markers[-1].x

    @property
    def texts(self) -> tuple[str, str]:
        """The changes in words, and in fewer words; those of one option count as one change."""
        net: dict[str, LedgerEntry] = {}
        for entry in (entry for marker in self.markers for entry in marker.entries):
            first = net.get(entry.option, entry)
            net[entry.option] = replace(first, new=entry.new)
        changes = [entry for entry in net.values() if entry.old != entry.new]
        return (
            ", ".join(entry.label for entry in changes),
            ", ".join(entry.short_label for entry in changes),
        )


@dataclass(frozen=True)
class _Label:
    box: QRectF
    text: str


class MarkerLayer(QGraphicsItem):
    """Draws a line for every change, and beside it what was changed if there is space.

    Attributes
    ----------
    markers
        The lines in sight, from the left.
    labelled
        Whether the lines have labels.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._area = QRectF()
        self.markers: list[Marker] = []
        self.labelled = True
        self._labels: list[_Label] = []

    @property
    def labels(self) -> list[str]:
        """The labels in sight, newest first."""
        return [label.text for label in self._labels]

    @property
    def label_boxes(self) -> list[QRectF]:
        """Where the labels in sight are, in pixels of the scene."""
        return [label.box for label in self._labels]

    def arrange(self, entries: Sequence[LedgerEntry], axes: Axes) -> None:
        """Place lines and labels for those of `entries` whose steps are in sight."""
        self.prepareGeometryChange()
        self._area = axes.area
        low, high = axes.x_range
        shown = [entry for entry in entries if low <= entry.step <= high]
        self.markers = self._markers(shown, axes, _ONE_LINE_PX)
        if len(self.markers) * self._theme.px(_ROOM_PX) > axes.area.width():
            self.markers = self._markers(shown, axes, _ONE_LINE_OF_MANY_PX)
        self._labels = []
        if self.labelled and axes.area.height() >= self._theme.px(_LABELS_FROM_PX):
            self._place_labels()
        self.update()

    def entries_near(self, x: float) -> list[LedgerEntry]:
        """Return the changes whose lines are close to a horizontal position."""
        reach = self._theme.px(_NEAR_PX)
        near = [marker for marker in self.markers if abs(marker.x - x) <= reach]
        return [entry for marker in near for entry in marker.entries]

    def _markers(self, entries: Sequence[LedgerEntry], axes: Axes, near: float) -> list[Marker]:
        """Return the lines of changes, of which those within `near` pixels share one."""
        markers: list[Marker] = []
        for entry in entries:
            x = axes.x(entry.step)
            if markers and x - markers[-1].x < near * self._theme.scale:
                last = markers[-1]
                markers[-1] = replace(last, entries=(*last.entries, entry))
            else:
                markers.append(Marker(x, (entry,)))
        return markers

    def _place_labels(self) -> None:
        groups, gap = self._groups(), self._theme.px(4)
        ends = [*(group.left - gap for group in groups[1:]), self._area.right()]
        for index, group in reversed([*enumerate(groups)]):
            placed = self._place(group, (group.right + gap, ends[index]))
            if not placed and group is groups[-1]:
                # The newest change counts most, and is often close to the right edge.
                start = groups[-2].right + gap if index else self._area.left()
                self._place(group, (start, group.left - gap), is_before=True)

    def _groups(self) -> list[_Group]:
        groups: list[_Group] = []
        for marker in self.markers:
            if groups and marker.x - groups[-1].right < self._theme.px(_ONE_LABEL_PX):
                groups[-1] = _Group((*groups[-1].markers, marker))
            else:
                groups.append(_Group((marker,)))
        return groups

    def _place(self, group: _Group, space: Range, *, is_before: bool = False) -> bool:
        """Put a label into `space` beside its lines; return whether there is room for it."""
        px, area = self._theme.px, self._area
        metrics = QFontMetricsF(self._theme.font(12))
        for text in group.texts:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, px(_WIDEST_PX))
            width, height = metrics.horizontalAdvance(text) + px(12), metrics.height() + px(5)
            left = space[1] - width if is_before else space[0]
            box = QRectF(left, area.top() + px(2), width, height)
            fits = space[0] <= left and left + width <= space[1]
            if text and fits and not any(box.intersects(b) for b in self.label_boxes):
                self._labels.append(_Label(box, text))
                return True
        return False

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
            x = crisp(marker.x)
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setFont(theme.font(12))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for label in self._labels:
            painter.setPen(QPen(theme.color("ledger"), 1))
            painter.setBrush(theme.color("raised", 0.92))
            radius = theme.px(4)
            painter.drawRoundedRect(label.box, radius, radius)
            painter.drawText(label.box, _CENTERED, label.text)


_CENTERED: Any = Qt.AlignmentFlag.AlignCenter
