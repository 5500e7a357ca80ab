"""Paints the drawing pad, which is black in every theme as the data are."""

from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QCursor,
    QFontMetrics,
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
    takes_strokes
        Whether one can draw.
    seen
        The network's input; None where it is not known or in the way.
    is_marked
        Whether the pad has the keyboard's focus or is the target of a drag.
    """

    image: QImage
    label: str
    invitation: str
    takes_strokes: bool
    seen: QImage | None
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
        painter.setFont(theme.font(11))
        painter.setPen(QColor(DARK.muted))
        inside = square.adjusted(theme.px(8), theme.px(6), -theme.px(8), 0)
        painter.drawText(inside, _ALIGN.AlignTop | _ALIGN.AlignLeft, picture.label)
    if picture.seen:
        _paint_seen(painter, square, picture.seen, theme)
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
    title, hint, name = picture.invitation, "or let ⋯ show you one", "pencil"
    if not picture.takes_strokes:
        title, name = "Paste, open or drop a picture", "image"
        hint = "Drawing is for grey images, these have colours."
    side = theme.px(28)
    top = square.center().y() - theme.px(42)
    place = QRectF(square.center().x() - side / 2, top, side, side)
    QSvgRenderer(QByteArray(tinted_svg(name, DARK.muted))).render(painter, place)
    margin = theme.px(12)
    line = QRectF(square.left() + margin, top + side + theme.px(8), square.width() - 2 * margin, 0)
    centred = _ALIGN.AlignHCenter | _ALIGN.AlignTop | Qt.TextFlag.TextWordWrap
    is_small = square.width() < theme.px(150)
    painter.setFont(theme.font(11 if is_small else 15))
    painter.setPen(QColor(DARK.muted))
    used = painter.drawText(line.adjusted(0, 0, 0, theme.px(60)), centred, title)
    if is_small:
        return
    painter.setFont(theme.font(11))
    painter.setPen(QColor(DARK.quiet))
    below = line.translated(0, used.height() + theme.px(4))
    painter.drawText(below.adjusted(0, 0, 0, theme.px(60)), centred, hint)


def _paint_seen(painter: QPainter, square: QRectF, seen: QImage, theme: Theme) -> None:
    caption = "network sees"
    width, pad = square.width() / 4, square.width() / 64
    font, least = theme.font(11), max(8, theme.least_type_px)
    while QFontMetrics(font).horizontalAdvance(caption) > width - pad and font.pixelSize() > least:
        font.setPixelSize(font.pixelSize() - 1)
    fits = QFontMetrics(font).horizontalAdvance(caption) < width
    line = QFontMetrics(font).height() if fits else 0
    side = width - 2 * pad
    box = QRectF(0, 0, width, pad + side + max(line, pad))
    box.moveBottomRight(square.bottomRight() - QPointF(2 * pad, 2 * pad))
    painter.setPen(QColor(DARK.faint))
    painter.setBrush(QColor(0, 0, 0, 225))
    painter.drawRoundedRect(box, 4, 4)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(QRectF(box.left() + pad, box.top() + pad, side, side), seen)
    if not fits:
        return
    painter.setFont(font)
    painter.setPen(QColor(DARK.muted))
    text = QRectF(box.left(), box.bottom() - line - 1, width, line)
    painter.drawText(text, _ALIGN.AlignCenter, caption)
