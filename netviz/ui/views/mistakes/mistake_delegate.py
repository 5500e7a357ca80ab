"""Paints the mistakes of the list, without a widget for each of them."""

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from netviz.number_text import percent_text
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.views.mistakes.mistake_model import MISTAKE_ROLE, Mistake
from netviz.ui.widgets.image_painting import gray_image

_IMAGE_PX = 54
_LINE_PX = 16
_SHORT_NAME = 2
"""Letters of a class name that fits into one line with another one."""
_NAME_PX = 108
_AnyIndex = QModelIndex | QPersistentModelIndex


class MistakeDelegate(QStyledItemDelegate):
    """Paints a mistake: the image, its predicted and its true class, the confidence."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._classes: tuple[str, ...] = ()

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """Make room for the names of these classes."""
        self._classes = classes

    @property
    def item_size(self) -> QSize:
        """Size of every item."""
        px = self._theme.px
        lines = 2 if self._has_short_names else 3
        return QSize(self._width, px(_IMAGE_PX + lines * _LINE_PX + 10))

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        return self.item_size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        mistake = index.data(MISTAKE_ROLE)
        if not isinstance(mistake, Mistake):
            return
        theme = self._theme
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        self._paint_background(painter, area, state)
        side = theme.px(_IMAGE_PX)
        picture = QRect(area.center().x() - side // 2, area.top() + theme.px(4), side, side)
        painter.drawImage(picture, gray_image(mistake.image))
        self._paint_badge(painter, picture, mistake)
        line = QRect(area.left(), picture.bottom() + theme.px(3), area.width(), theme.px(_LINE_PX))
        for parts in self._lines(mistake):
            self._paint_line(painter, line, parts)
            line.translate(0, line.height())
        painter.restore()

    @property
    def _has_short_names(self) -> bool:
        return max((len(name) for name in self._classes), default=0) <= _SHORT_NAME

    @property
    def _width(self) -> int:
        px = self._theme.px
        if self._has_short_names:
            return px(72)
        metrics = QFontMetrics(self._theme.font(12, QFont.Weight.Bold))
        widest = max(metrics.horizontalAdvance(name) for name in self._classes)
        return max(px(72), min(px(_NAME_PX), widest + px(24)))

    def _paint_background(self, painter: QPainter, area: QRect, state: QStyle.StateFlag) -> None:
        inside = area.adjusted(1, 1, -1, -1)
        radius = self._theme.px(6)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(self._theme.color("primary"), max(1.0, self._theme.scale)))
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setBrush(self._theme.color("raised"))
            painter.drawRoundedRect(inside, radius, radius)

    def _paint_badge(self, painter: QPainter, picture: QRect, mistake: Mistake) -> None:
        """Say across the lower edge of the image that its prediction changed."""
        theme = self._theme
        if not (mistake.is_forgotten or mistake.is_learned):
            return
        text, token = ("forgotten", "wrong") if mistake.is_forgotten else ("learned", "right")
        strip = QRect(picture)
        strip.setTop(picture.bottom() - theme.px(13))
        painter.fillRect(strip, theme.color(token))
        painter.setFont(theme.font(10, QFont.Weight.DemiBold))
        painter.setPen(theme.color("ground" if theme.dark else "surface"))
        painter.drawText(strip, Qt.AlignmentFlag.AlignCenter, text)

    def _lines(self, mistake: Mistake) -> list[tuple[str, str, str]]:
        """Return each line as icon, bold coloured part and plain part."""
        confidence = ("", "", percent_text(mistake.confidence, 0))
        if mistake.is_correct:
            return [("check", mistake.true_name, ""), confidence]
        if self._has_short_names:
            return [("x", mistake.predicted_name, f" is {mistake.true_name}"), confidence]
        return [("x", mistake.predicted_name, ""), ("", "", f"is {mistake.true_name}"), confidence]

    def _paint_line(self, painter: QPainter, line: QRect, parts: tuple[str, str, str]) -> None:
        theme = self._theme
        name, bold, plain = parts
        bold_font, plain_font = theme.font(12, QFont.Weight.Bold), theme.font(12)
        sign = theme.px(12) if name else 0
        room = line.width() - sign - theme.px(4)
        elide = Qt.TextElideMode.ElideRight
        bold = QFontMetrics(bold_font).elidedText(bold, elide, room)
        plain = QFontMetrics(plain_font).elidedText(plain, elide, room)
        bold_width = QFontMetrics(bold_font).horizontalAdvance(bold)
        width = sign + bold_width + QFontMetrics(plain_font).horizontalAdvance(plain)
        left = line.center().x() - width // 2
        token = "right" if name == "check" else "wrong"
        if name:
            place = QRect(QPoint(left, line.center().y() - sign // 2 + 1), QSize(sign, sign))
            icon(theme, name, token, 12).paint(painter, place)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(bold_font)
        painter.setPen(theme.color(token))
        painter.drawText(line.adjusted(left + sign - line.left(), 0, 0, 0), middle, bold)
        painter.setFont(plain_font)
        painter.setPen(theme.color("text" if bold or plain.startswith("is") else "muted"))
        painter.drawText(
            line.adjusted(left + sign + bold_width - line.left(), 0, 99, 0), middle, plain
        )
