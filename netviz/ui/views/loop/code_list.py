"""The lines of the loop, each with its values beside it; the line that has just run is lit."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.loop.loop_code import EVALUATION, CodeLine, Does, loop_code
from netviz.ui.look.theme import Theme
from netviz.ui.views.loop.line_values import Beside, Piece, plain
from netviz.ui.views.loop.name_words import words_for
from netviz.ui.widgets.tooltip_widget import TooltipWidget

ROW_PX = 23
_SIGN_PX, _NUMBER_PX, _PAD_PX = 30, 18, 10
_CODE_LETTERS = 42
"""So long a line of code is shown whole, where there is room for its values, too."""
_KEYWORDS = frozenset({"for", "in", "if", "or", "with"})
_TOKENS = re.compile(r'#.*|"[^"]*"|[A-Za-z_]\w*|\d+|\s+|.')
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Shown:
    """What of the lines is shown.

    Attributes
    ----------
    lit
        Lines that have just run.
    done
        All that have run in this step.
    values
        What stands beside them.
    """

    lit: Collection[Does] = ()
    done: Collection[Does] = ()
    values: Mapping[Does, Beside] = field(default_factory=dict)


class CodeList(TooltipWidget):
    """Paints code with a line's values beside it.

    Attributes
    ----------
    lines
        From top to bottom.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._config = RunConfig()
        self._shown = Shown()
        self.lines: tuple[CodeLine, ...] = loop_code(self._config)
        self.setAccessibleName("The training loop")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_config(self, config: RunConfig) -> None:
        """Show the loop of a run with these settings."""
        self._config, before = config, self.lines
        self.lines = loop_code(config)
        if self.lines != before:
            self.updateGeometry()
        self.update()

    def show_values(self, shown: Shown) -> None:
        """Light lines, and write values beside others."""
        self._shown = shown
        lit = [line.text.strip() for line in self.lines if line.does in shown.lit]
        self.setAccessibleDescription(f"Now: {'; '.join(lit)}" if lit else "")
        self.update()

    def row_of(self, does: Does) -> QRectF:
        """Return where a line is."""
        row = next((n for n, line in enumerate(self.lines) if line.does is does), 0)
        height = self._theme.px(ROW_PX)
        return QRectF(0, row * height, self.width(), height)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(300), len(self.lines) * self._theme.px(ROW_PX))

    def text_at(self, position: QPointF) -> str:
        """Explain the name at a place of the code; elsewhere return the values of the row."""
        row = int(position.y() // self._theme.px(ROW_PX))
        if not 0 <= row < len(self.lines):
            return ""
        line = self.lines[row]
        for token, left, right in self._placed(line.text):
            if left <= position.x() < right:
                return words_for(token.strip('"'), self._config)
        if position.x() > self._values_left() and line.does in self._shown.values:
            beside = self._shown.values[line.does]
            return ", ".join(filter(None, (plain(beside.pieces), beside.last)))
        return ""

    # -- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height, number = self._theme.px(ROW_PX), 0
        for row, line in enumerate(self.lines):
            counts = line.does not in (Does.NOTHING, Does.BATCH) and line.does not in EVALUATION
            number += counts
            area = QRectF(0, row * height, self.width(), height)
            self._paint_row(painter, area, line, str(number) if counts else "")

    def _paint_row(self, painter: QPainter, area: QRectF, line: CodeLine, number: str) -> None:
        theme, px, shown = self._theme, self._theme.px, self._shown
        is_lit = line.does in shown.lit
        if is_lit:
            painter.fillRect(area, theme.color("lit"))
            bar = QRectF(area.left(), area.top(), px(3), area.height())
            painter.fillRect(bar, theme.color("train"))
        self._paint_sign(painter, area, is_lit=is_lit, is_done=line.does in shown.done)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text" if is_lit else "quiet"))
        place = QRectF(px(_SIGN_PX), area.top(), px(_NUMBER_PX) - px(8), area.height())
        painter.drawText(place, _LEFT, number)
        has_run = is_lit or line.does in shown.done or line.does is Does.NOTHING
        has_values = line.does in shown.values
        self._paint_code(painter, area, line.text, is_cut=has_values, is_strong=has_run)
        if has_values:
            self._paint_values(painter, area, shown.values[line.does], is_strong=has_run)

    def _paint_sign(self, painter: QPainter, area: QRectF, *, is_lit: bool, is_done: bool) -> None:
        """Paint a triangle beside the line that is lit, and a tick beside those that have run."""
        theme, px = self._theme, self._theme.px
        x, y, size = px(16), area.center().y(), px(4)
        if is_lit:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("train"))
            tip = QPointF(x + size, y)
            painter.drawPolygon(
                QPolygonF([QPointF(x - size, y - size), tip, QPointF(x - size, y + size)])
            )
        elif is_done:
            painter.setPen(QPen(theme.color("right"), px(1.5)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            corner = QPointF(x - size / 3, y + size * 0.8)
            painter.drawPolyline(
                QPolygonF([QPointF(x - size, y), corner, QPointF(x + size, y - size)])
            )

    def _paint_code(
        self, painter: QPainter, area: QRectF, text: str, *, is_cut: bool, is_strong: bool
    ) -> None:
        """Paint a line; where it `is_cut` it ends before the values."""
        painter.setFont(self._code_font())
        placed = self._placed(text)
        limit = self._values_left() - self._theme.px(8) if is_cut else float(self.width())
        dots = painter.fontMetrics().horizontalAdvance("…")
        is_long = placed[-1][2] > limit
        for token, left, right in placed:
            if is_long and right > limit - dots:
                painter.drawText(QRectF(left, area.top(), dots + 1, area.height()), _LEFT, "…")
                break
            painter.setPen(self._theme.color(_color(token) if is_strong else "muted"))
            place = QRectF(left, area.top(), right - left + 1, area.height())
            painter.drawText(place, _LEFT, token)

    def _paint_values(
        self, painter: QPainter, area: QRectF, beside: Beside, *, is_strong: bool
    ) -> None:
        theme, px = self._theme, self._theme.px
        left, right = self._values_left(), self.width() - px(_PAD_PX)
        width = sum(_width(theme, piece) for piece in beside.pieces)
        painter.setFont(theme.font(12))
        last = QFontMetricsF(painter.font()).horizontalAdvance(beside.last)
        if beside.last and left + width + px(12) + last <= right:
            painter.setPen(theme.color("quiet"))
            painter.drawText(area.adjusted(0, 0, -px(_PAD_PX), 0), _RIGHT, beside.last)
        for piece in beside.pieces if is_strong else ():
            painter.setFont(_font(theme, piece))
            painter.setPen(theme.color("text" if piece.is_figure else "muted"))
            room = right - left
            metrics = QFontMetricsF(painter.font())
            text = metrics.elidedText(piece.text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(left, area.top(), room, area.height()), _LEFT, text)
            left += metrics.horizontalAdvance(piece.text)
            if left >= right:
                break

    # -- places ------------------------------------------------------------------------------

    def _code_font(self) -> QFont:
        return self._theme.code_font(12)

    def _values_left(self) -> float:
        """Return where the values begin: near the middle, if possible behind the usual lines."""
        advance = QFontMetricsF(self._code_font()).horizontalAdvance("m")
        code = self._theme.px(_SIGN_PX + _NUMBER_PX) + _CODE_LETTERS * advance
        return max(self.width() * 0.47, min(code, self.width() * 0.56))

    def _placed(self, text: str) -> list[tuple[str, float, float]]:
        """Return the parts of a line and where each begins and ends."""
        advance = QFontMetricsF(self._code_font()).horizontalAdvance("m")
        left: float = self._theme.px(_SIGN_PX + _NUMBER_PX)
        placed = []
        for token in _TOKENS.findall(text):
            right = left + len(token) * advance
            placed.append((token, left, right))
            left = right
        return placed


def _color(token: str) -> str:
    if token in _KEYWORDS:
        return "ledger"
    if token.startswith(('"', "#")):
        return "muted" if token.startswith("#") else "right"
    return "text"


def _font(theme: Theme, piece: Piece) -> QFont:
    return theme.font(12, QFont.Weight.DemiBold if piece.is_figure else QFont.Weight.Normal)


def _width(theme: Theme, piece: Piece) -> float:
    return QFontMetricsF(_font(theme, piece)).horizontalAdvance(piece.text)
