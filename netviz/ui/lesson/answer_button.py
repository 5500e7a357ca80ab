"""One answer of a question: a button whose words may take several lines, with a bar of counts."""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QEnterEvent,
    QFont,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme


class AnswerButton(QAbstractButton):
    """An answer that can be chosen; Space presses it, and so does its number on the keyboard.

    Parameters
    ----------
    number
        From 1; written before the words, and the key that chooses it.
    size_px, bar_px
        Size of the letters and height of the bar, in the design's pixels.
    """

    def __init__(
        self, theme: Theme, number: int, text: str, size_px: int = 13, bar_px: int = 4
    ) -> None:
        super().__init__()
        self._theme, self._number, self._size_px = theme, number, size_px
        self._bar_px = bar_px
        self._is_right: bool | None = None
        self._share: float | None = None
        self.setCheckable(True)
        self.setText(text)
        self.setToolTip(f"Choose this answer ({number}).")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        # The mouse leaves the focus where it was, so that Space goes on to train.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self._on_theme_changed)
        self._describe()

    def set_result(self, is_right: bool | None) -> None:
        """Mark the answer as right, or as wrong; None for neither."""
        self._is_right = is_right
        self._describe()

    def set_share(self, share: float | None) -> None:
        """Fill a bar up to this part of the width, 0..1; None shows none."""
        is_other = (share is None) != (self._share is None)
        self._share = share
        if is_other:
            self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(80), self.height())

    def _fit(self) -> None:
        """Be as high as the words are at this width."""
        px = self._theme.px
        words = self._layout().boundingRect().height()
        height = max(px(self._size_px + 21), round(words) + px(16))
        self.setFixedHeight(height + self._foot)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, px = QPainter(self), self._theme, self._theme.px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(self._outline())
        painter.setBrush(theme.color("lit" if self.isChecked() else "raised"))
        painter.drawRoundedRect(box, px(8), px(8))
        if self._share is not None:
            self._paint_bar(painter, box)
        self._paint_number(painter)
        painter.setPen(theme.color("text"))
        words = self._layout()
        top = (self.height() - self._foot - words.boundingRect().height()) / 2
        words.draw(painter, QPointF(self._left, top))
        if self._is_right is not None:
            side = px(self._size_px + 5)
            place = QRect(self.width() - self._right, 0, self._right, self.height() - self._foot)
            token = "right" if self._is_right else "wrong"
            name = "circle-check" if self._is_right else "circle-x"
            mark = QRect(0, 0, side, side)
            mark.moveCenter(place.center())
            icon(theme, name, token, self._size_px + 5).paint(painter, mark)

    def _outline(self) -> QPen:
        theme = self._theme
        if self._is_right is not None:
            return QPen(theme.color("right" if self._is_right else "wrong"), 2)
        if self.hasFocus() or self.isChecked():
            return QPen(theme.color("primary"), 2)
        return QPen(theme.color("faint" if self.underMouse() and self.isEnabled() else "border"), 1)

    def _paint_bar(self, painter: QPainter, box: QRectF) -> None:
        px, height = self._theme.px, self._theme.px(self._bar_px)
        whole = QRectF(box.left() + px(8), box.bottom() - height - px(3), 0, height)
        whole.setWidth(box.width() - px(16))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("pill"))
        painter.drawRoundedRect(whole, height / 2, height / 2)
        if self._share:
            whole.setWidth(max(height, whole.width() * min(1.0, self._share)))
            painter.setBrush(self._theme.color("primary"))
            painter.drawRoundedRect(whole, height / 2, height / 2)

    def _paint_number(self, painter: QPainter) -> None:
        px = self._theme.px
        radius = px(self._size_px) * 0.72
        center = QPointF(px(8) + radius, (self.height() - self._foot) / 2)
        chosen = self.isChecked()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("primary_fill" if chosen else "pill"))
        painter.drawEllipse(center, radius, radius)
        painter.setPen(self._theme.color("on_primary" if chosen else "muted"))
        painter.setFont(self._theme.font(max(12, self._size_px - 1), QFont.Weight.DemiBold))
        box = QRectF(center.x() - radius, center.y() - radius, 2 * radius, 2 * radius)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(self._number))

    def _layout(self) -> QTextLayout:
        """Return the words in lines; a word that is longer than a line is broken."""
        layout = QTextLayout(self.text(), self._theme.font(self._size_px, QFont.Weight.Medium))
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        top = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1, self.width() - self._left - self._right))
            line.setPosition(QPointF(0, top))
            top += line.height()
        layout.endLayout()
        return layout

    @property
    def _left(self) -> int:
        return round(self._theme.px(16) + 1.44 * self._theme.px(self._size_px))

    @property
    def _foot(self) -> int:
        """Height at the foot that the bar takes."""
        return 0 if self._share is None else self._theme.px(self._bar_px)

    @property
    def _right(self) -> int:
        """Room for the mark, which is kept free, so that no word moves when it comes."""
        return self._theme.px(self._size_px + 15)

    def _describe(self) -> None:
        verdict = {None: "", True: ", right", False: ", not right"}[self._is_right]
        self.setAccessibleName(f"Answer {self._number}: {self.text()}{verdict}")
        self.update()

    def _on_theme_changed(self) -> None:
        self._fit()
        self.update()
