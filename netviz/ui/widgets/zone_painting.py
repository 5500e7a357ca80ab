"""How the zones of learning rates are painted: by patterns that tell them apart without colour."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from netviz.engine.protocol.rate_zones import ZoneKind
from netviz.ui.look.theme import Theme

TOKENS = {ZoneKind.SLOW: "muted", ZoneKind.GOOD: "right", ZoneKind.UNSTABLE: "wrong"}
"""Colour of each zone in the theme."""

_PATTERNS = {
    ZoneKind.SLOW: Qt.BrushStyle.Dense6Pattern,
    ZoneKind.GOOD: Qt.BrushStyle.SolidPattern,
    ZoneKind.UNSTABLE: Qt.BrushStyle.BDiagPattern,
}
_TINTS = {ZoneKind.SLOW: 0.16, ZoneKind.GOOD: 0.1, ZoneKind.UNSTABLE: 0.3}
"""How much of its colour a zone has as the ground of a picture."""

_OLD = 0.4


def paint_zone(
    painter: QPainter, theme: Theme, kind: ZoneKind, box: QRectF, *, is_ground: bool, is_old: bool
) -> None:
    """Fill a box as a zone: dotted, solid or hatched.

    Parameters
    ----------
    is_ground
        Whether curves are drawn over it.
    is_old
        Whether the zones were measured too long ago; they are pale then.
    """
    opacity = (_TINTS[kind] if is_ground else 1.0) * (_OLD if is_old else 1.0)
    color = QColor(theme.color(TOKENS[kind]))
    color.setAlphaF(opacity)
    painter.fillRect(box, QBrush(color, _PATTERNS[kind]))
