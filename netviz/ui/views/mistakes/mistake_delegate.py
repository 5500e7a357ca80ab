"""Paints the mistakes of the list, without a widget for each of them."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from netviz.number_text import percent_text
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.views.mistakes.mistake_model import MISTAKE_ROLE, Mistake
from netviz.ui.widgets.image_painting import gray_image

_IMAGE_PX = 68
_MARGIN_PX = 4
_GAP_PX = 8
"""Between the image and what is said of it."""
_LINE_PX = 20
_SIGN_PX = 16
_WORDS_PX = (64, 132)
"""Least and largest width of what is said, without the sign."""
_FONT_PX = 13
_AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class _Line:
    """One line of a tile: a sign, a plain word before a name, and the name itself."""

    plain: str
    name: str = ""
    sign: str = ""
    token: str = "text"


class MistakeDelegate(QStyledItemDelegate):
    """Paints a mistake: the image, and beside it what the network says and what it is."""

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
        width = px(_MARGIN_PX + _IMAGE_PX + _GAP_PX + _SIGN_PX) + self._words_width + px(_GAP_PX)
        return QSize(width, px(_IMAGE_PX + 2 * _MARGIN_PX))

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        return self.item_size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        mistake = index.data(MISTAKE_ROLE)
        if not isinstance(mistake, Mistake):
            return
        px = self._theme.px
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        self._paint_background(painter, area, state)
        side, margin = px(_IMAGE_PX), px(_MARGIN_PX)
        picture = QRect(area.left() + margin, area.top() + margin, side, side)
        painter.drawImage(picture, gray_image(mistake.image))
        self._paint_badge(painter, picture, mistake)
        lines = _lines(mistake)
        left, height = picture.right() + 1 + px(_GAP_PX), px(_LINE_PX)
        top = picture.center().y() - len(lines) * height // 2
        width = px(_SIGN_PX) + self._words_width
        for line in lines:
            place = QRect(left, top, width, height)
            self._paint_line(painter, place, line)
            top += height
        painter.restore()

    @property
    def _words_width(self) -> int:
        least, most = (self._theme.px(width) for width in _WORDS_PX)
        plain, bold = self._metrics
        names = max((bold.horizontalAdvance(f"{name},") for name in self._classes), default=0)
        sure = plain.horizontalAdvance("100 % sure")
        return max(least, sure + 1, min(most, plain.horizontalAdvance("says ") + names + 1))

    @property
    def _fonts(self) -> tuple[QFont, QFont]:
        return self._theme.font(_FONT_PX), self._theme.font(_FONT_PX, QFont.Weight.Bold)

    @property
    def _metrics(self) -> tuple[QFontMetrics, QFontMetrics]:
        plain, bold = self._fonts
        return QFontMetrics(plain), QFontMetrics(bold)

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
        strip.setTop(picture.bottom() - theme.px(16))
        painter.fillRect(strip, theme.color(token))
        painter.setFont(theme.font(12, QFont.Weight.DemiBold))
        painter.setPen(theme.color("ground" if theme.dark else "surface"))
        painter.drawText(strip, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_line(self, painter: QPainter, place: QRect, line: _Line) -> None:
        theme, middle = self._theme, Qt.AlignmentFlag.AlignVCenter
        if line.sign:
            side = theme.px(13)
            sign = QRect(place.left(), place.center().y() - side // 2 + 1, side, side)
            icon(theme, line.sign, line.token, 13).paint(painter, sign)
        words = place.adjusted(theme.px(_SIGN_PX), 0, 0, 0)
        (plain_font, bold_font), (plain, bold) = self._fonts, self._metrics
        painter.setFont(plain_font)
        painter.setPen(theme.color("text" if line.name else "muted"))
        painter.drawText(words, middle, line.plain)
        words.setLeft(words.left() + plain.horizontalAdvance(line.plain))
        painter.setFont(bold_font)
        painter.setPen(theme.color(line.token))
        name = bold.elidedText(line.name, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, middle, name)


def _lines(mistake: Mistake) -> list[_Line]:
    confidence = _Line(f"{percent_text(mistake.confidence, 0)} sure")
    if mistake.is_correct:
        return [_Line("", mistake.true_name, "check", "right"), confidence]
    says = _Line("says ", f"{mistake.predicted_name},", "x", "wrong")
    return [says, _Line("is ", mistake.true_name), confidence]
