"""A calculation written out: a line each, in symbols and with numbers, and torch's own result."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from netviz.engine.protocol.loop.arithmetic import Working, digits
from netviz.engine.protocol.loop.update_by_hand import LETTERS
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.tooltip_widget import TooltipWidget

_ROW_PX, _NAME_PX, _PAD_PX = 34, 56, 10
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def check_text(line: Working) -> str:
    """Say whether torch came to the same; empty where torch keeps no such figure."""
    if line.actual is None:
        return ""
    return "✓ torch has the same" if line.agrees else f"✗ torch has {digits(line.actual)}"


class ArithmeticTable(TooltipWidget):
    """Paints the lines of a calculation.

    Attributes
    ----------
    lines
        From top to bottom.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.lines: tuple[Working, ...] = ()
        self.setAccessibleName("The arithmetic")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_lines(self, lines: tuple[Working, ...]) -> None:
        """Write out another calculation."""
        if len(lines) != len(self.lines):
            self.updateGeometry()
        self.lines = lines
        said = [f"{each.name} = {each.numbers} = {digits(each.result)}" for each in lines]
        self.setAccessibleDescription("; ".join(said))
        self.update()

    def sizeHint(self) -> QSize:
        px = self._theme.px
        return QSize(px(300), max(1, len(self.lines)) * px(_ROW_PX))

    def text_at(self, position: QPointF) -> str:
        """Say what a line computes."""
        row = int(position.y() // self._theme.px(_ROW_PX))
        if not 0 <= row < len(self.lines):
            return ""
        line = self.lines[row]
        meaning = LETTERS.get(line.name, "")
        found = f"{line.name}: {meaning}.\n" if meaning else ""
        return f"{found}{line.numbers} = {digits(line.result)}"

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, height = QPainter(self), self._theme.px(_ROW_PX)
        for row, line in enumerate(self.lines):
            self._paint_line(painter, QRectF(0, row * height, self.width(), height), line)

    def _paint_line(self, painter: QPainter, area: QRectF, line: Working) -> None:
        theme, px = self._theme, self._theme.px
        is_last = line is self.lines[-1]
        if is_last:
            painter.fillRect(area, theme.color("lit"))
        upper, lower = QRectF(area), QRectF(area)
        upper.setBottom(area.center().y())
        lower.setTop(area.center().y() - px(2))
        for half in (upper, lower):
            half.adjust(px(_PAD_PX + _NAME_PX), px(2), -px(_PAD_PX), 0)
        painter.setFont(theme.font(13, QFont.Weight.DemiBold))
        painter.setPen(theme.color("text"))
        name = QRectF(area.left() + px(_PAD_PX), area.top(), px(_NAME_PX), area.height())
        painter.drawText(name, _LEFT, line.name)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("muted"))
        painter.drawText(upper, _LEFT, f"= {line.formula}")
        painter.setPen(theme.color("right" if line.agrees else "wrong"))
        painter.drawText(upper, _RIGHT, check_text(line))
        painter.setFont(theme.code_font(12))
        painter.setPen(theme.color("text"))
        text = f"= {line.numbers} = {digits(line.result)}"
        metrics = painter.fontMetrics()
        # What is cut is in the middle: the result stays.
        cut = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, int(lower.width()))
        painter.drawText(lower, _LEFT, cut)
