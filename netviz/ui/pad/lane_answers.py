"""What each run of a race says of the drawing."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from netviz.bridge.race_lanes import LaneNow
from netviz.number_text import percent_text
from netviz.ui.look.branch_colors import branch_token
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget

_LEAST_ROW_PX, _ROW_PX = 24, 64
_BARS_FROM_PX = 52
_BARS = 3
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LaneAnswers(ThemedWidget):
    """A row for each run: its letter, its class for the drawing, and how sure it is."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._lanes: Sequence[LaneNow] = ()
        self._classes: tuple[str, ...] = ()
        self._answers: dict[int, NDArray[np.float32]] = {}
        self.setAccessibleName("What each run of the race says of the drawing")

    @property
    def lanes(self) -> Sequence[LaneNow]:
        """The runs."""
        return self._lanes

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """Name the classes; where they are others, forget what was answered."""
        if classes != self._classes:
            self._classes = classes
            self.forget()

    def set_lanes(self, lanes: Sequence[LaneNow]) -> None:
        """Show these runs; the answers of those that stay do so, too."""
        if list(lanes) != list(self._lanes):
            self._lanes = tuple(lanes)
            lines = {lane.line for lane in lanes}
            self._answers = {line: each for line, each in self._answers.items() if line in lines}
            self.updateGeometry()
            self.update()

    def set_answer(self, line: int, probabilities: NDArray[np.float32]) -> None:
        """Show what a run says, ``float32 [classes]``; nothing where it is no number any more."""
        is_finite = len(probabilities) == len(self._classes) and np.isfinite(probabilities).all()
        if is_finite:
            self._answers[line] = probabilities
        else:
            self._answers.pop(line, None)
        self.update()

    def forget(self) -> None:
        """Show no answers: there is no drawing."""
        self._answers.clear()
        self.update()

    def said(self) -> Mapping[str, str]:
        """Return the class that each run predicts, by its letter."""
        return {
            lane.letter: self._classes[int(self._answers[lane.line].argmax())]
            for lane in self._lanes
            if lane.line in self._answers
        }

    def sizeHint(self) -> QSize:
        return QSize(0, len(self._lanes) * self._theme.px(_ROW_PX))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, len(self._lanes) * self._theme.px(_LEAST_ROW_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        count = max(1, len(self._lanes))
        height = min(self.height() / count, self._theme.px(_ROW_PX))
        for index, lane in enumerate(self._lanes):
            row = QRectF(0, index * height, self.width(), height - self._theme.px(4)).toRect()
            self._paint_row(painter, row, lane)

    def _paint_row(self, painter: QPainter, row: QRect, lane: LaneNow) -> None:
        theme, px = self._theme, self._theme.px
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(row, px(4), px(4))
        painter.setBrush(theme.color(branch_token(lane.color)))
        painter.drawRect(row.left(), row.top(), px(3), row.height())
        inner = row.adjusted(px(10), 0, -px(6), 0)
        answer = self._answers.get(lane.line)
        if row.height() >= px(_BARS_FROM_PX):
            self._paint_tall(painter, inner, lane, answer)
        else:
            self._paint_line(painter, inner, lane, answer)

    def _paint_line(
        self, painter: QPainter, place: QRect, lane: LaneNow, answer: NDArray[np.float32] | None
    ) -> None:
        theme, px = self._theme, self._theme.px
        winner, percent = self._winner(answer)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text" if answer is not None else "muted"))
        painter.drawText(place, _RIGHT, percent)
        painter.setFont(theme.font(15, QFont.Weight.Bold))
        column = place.adjusted(0, 0, -px(56), 0)
        painter.drawText(column, _RIGHT, winner)
        taken = QFontMetrics(painter.font()).horizontalAdvance(winner) + px(6)
        self._paint_name(painter, column.adjusted(0, 0, -taken, 0), lane)

    def _paint_tall(
        self, painter: QPainter, place: QRect, lane: LaneNow, answer: NDArray[np.float32] | None
    ) -> None:
        theme, px = self._theme, self._theme.px
        half = place.width() // 2
        left = QRect(place.left(), place.top() + px(4), half, px(18))
        self._paint_name(painter, left, lane)
        winner, percent = self._winner(answer)
        below = QRect(left.left(), left.bottom(), half, place.bottom() - left.bottom())
        painter.setPen(theme.color("text" if answer is not None else "muted"))
        painter.setFont(theme.font(24, QFont.Weight.Bold))
        painter.drawText(below, _LEFT, winner)
        offset = QFontMetrics(painter.font()).horizontalAdvance(winner) + px(8)
        painter.setFont(theme.font(14, QFont.Weight.DemiBold))
        painter.drawText(below.adjusted(offset, 0, 0, 0), _LEFT, percent)
        if answer is not None:
            right = QRect(place.left() + half, place.top(), place.width() - half, place.height())
            self._paint_bars(painter, right, lane, answer)

    def _paint_bars(
        self, painter: QPainter, place: QRect, lane: LaneNow, answer: NDArray[np.float32]
    ) -> None:
        theme, px = self._theme, self._theme.px
        painter.setFont(theme.font(11))
        height = place.height() / _BARS
        for index, which in enumerate(np.argsort(answer)[::-1][:_BARS].tolist()):
            line = QRectF(place.left(), place.top() + index * height, place.width(), height)
            name = line.adjusted(0, 0, -line.width() * 0.72, 0)
            painter.setPen(theme.color("muted"))
            metrics = QFontMetrics(painter.font())
            text = metrics.elidedText(
                self._classes[which], Qt.TextElideMode.ElideRight, int(name.width())
            )
            painter.drawText(name, _RIGHT, text)
            room = line.width() * 0.72 - px(8)
            groove = QRectF(name.right() + px(8), line.center().y() - px(3), room, px(6))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("grid"))
            painter.drawRoundedRect(groove, px(3), px(3))
            groove.setWidth(room * float(answer[which]))
            painter.setBrush(theme.color(branch_token(lane.color) if index == 0 else "muted"))
            painter.drawRoundedRect(groove, px(3), px(3))

    def _paint_name(self, painter: QPainter, place: QRect, lane: LaneNow) -> None:
        theme = self._theme
        painter.setFont(theme.font(12, QFont.Weight.DemiBold))
        painter.setPen(theme.color("text"))
        painter.drawText(place, _LEFT, lane.letter)
        offset = QFontMetrics(painter.font()).horizontalAdvance("M") + theme.px(6)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("muted"))
        room = place.width() - offset
        name = QFontMetrics(painter.font()).elidedText(
            lane.name, Qt.TextElideMode.ElideRight, max(0, room)
        )
        painter.drawText(place.adjusted(offset, 0, 0, 0), _LEFT, name)

    def _winner(self, answer: NDArray[np.float32] | None) -> tuple[str, str]:
        if answer is None:
            return "–", ""
        best = int(answer.argmax())
        return self._classes[best], percent_text(float(answer[best]), 0)
