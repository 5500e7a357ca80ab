"""Paints the drawing pad, which is black in every theme as the data are."""

from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QCursor,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
)
from PySide6.QtSvg import QSvgRenderer

from netviz.ui.look.icons import tinted_svg
from netviz.ui.look.theme import DARK, Theme

_ALIGN = Qt.AlignmentFlag


@dataclass(frozen=True)
class PadPicture:
    """What the pad shows.

    Attributes
    ----------
    image
        The drawing.
    label
        Label of the data set's image on the pad; empty for a drawing.
    invitation
        Text on an empty pad; empty once something is drawn.
    is_marked
        Whether the pad has the keyboard's focus or is the target of a drag.
    """

    image: QImage
    label: str
    invitation: str
    is_marked: bool


def paint_pad(painter: QPainter, square: QRectF, picture: PadPicture, theme: Theme) -> None:
    """Paint the pad into `square`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    outline = QPainterPath()
    radius = theme.px(8)
    outline.addRoundedRect(square.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
    painter.setClipPath(outline)
    painter.drawImage(square, picture.image)
    if picture.invitation:
        _paint_invitation(painter, square, picture, theme)
    if picture.label:
        painter.setFont(theme.font(12))
        painter.setPen(QColor(DARK.muted))
        inside = square.adjusted(theme.px(8), theme.px(6), -theme.px(8), 0)
        painter.drawText(inside, _ALIGN.AlignTop | _ALIGN.AlignLeft, picture.label)
    painter.setClipping(False)
    width = theme.px(2) if picture.is_marked else 1
    painter.setPen(QPen(theme.color("primary" if picture.is_marked else "border"), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(outline)


def brush_cursor(diameter: float) -> QCursor:
    """Return a circular cursor of the brush's size, `diameter` in pixels of the screen."""
    side = int(diameter) + 5
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    # Two rings, to be visible on black and on white.
    for radius, color in ((diameter / 2, "white"), (diameter / 2 + 1, "black")):
        painter.setPen(QColor(color))
        painter.drawEllipse(QPointF(side / 2, side / 2), radius, radius)
    painter.end()
    return QCursor(picture, side // 2, side // 2)


def _paint_invitation(painter: QPainter, square: QRectF, picture: PadPicture, theme: Theme) -> None:
    title, hint = picture.invitation, "or let ⋯ show you one"
    side = theme.px(28)
    top = square.center().y() - theme.px(42)
    place = QRectF(square.center().x() - side / 2, top, side, side)
    QSvgRenderer(QByteArray(tinted_svg("pencil", DARK.muted))).render(painter, place)
    margin = theme.px(12)
    line = QRectF(square.left() + margin, top + side + theme.px(8), square.width() - 2 * margin, 0)
    centred = _ALIGN.AlignHCenter | _ALIGN.AlignTop | Qt.TextFlag.TextWordWrap
    is_small = square.width() < theme.px(150)
    painter.setFont(theme.font(12 if is_small else 15))
    painter.setPen(QColor(DARK.muted))
    used = painter.drawText(line.adjusted(0, 0, 0, theme.px(60)), centred, title)
    if is_small:
        return
    painter.setFont(theme.font(12))
    painter.setPen(QColor(DARK.quiet))
    below = line.translated(0, used.height() + theme.px(4))
    painter.drawText(below.adjusted(0, 0, 0, theme.px(60)), centred, hint)
