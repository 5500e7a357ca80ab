"""The network's answer: the winner in large type, and a bar for each class."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QToolTip, QWidget

from netviz.number_text import percent_text
from netviz.ui.look.theme import Theme

ROWS_WITHOUT_SCROLLING = 12

_ROW_MIN_PX, _ROW_MAX_PX, _SCROLLING_ROW_PX = 13, 24, 16
_LABEL_SHARE = 0.4
_SURE, _UNSURE = 0.9, 0.5
_ALIGN = Qt.AlignmentFlag
_ABOUT_ANSWER = "What the network takes the drawing for, and how sure it is."


def confidence_word(confidence: float) -> str:
    """Say in one word how sure a confidence in 0..1 is."""
    if confidence >= _SURE:
        return "sure"
    return "unsure" if confidence >= _UNSURE else "guessing"


class PredictionLine(QWidget):
    """The winning class in large type with its confidence."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._name, self._confidence = "", 0.0
        self.setAccessibleName("The network's answer")
        self.setToolTip(_ABOUT_ANSWER)
        theme.changed.connect(self._on_theme_changed)

    def text(self) -> str:
        """Return the answer in words; empty when there is none."""
        if not self._name:
            return ""
        return f"{self._name} {percent_text(self._confidence)} {confidence_word(self._confidence)}"

    def set_prediction(self, name: str, confidence: float) -> None:
        """Show the winner and its probability; an empty name shows that there is no answer."""
        before = self.text()
        self._name, self._confidence = name, confidence
        if self.text() == before:
            return
        self.setToolTip(f"{name}. {_ABOUT_ANSWER}" if name else _ABOUT_ANSWER)
        self.setAccessibleDescription(self.text())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(46))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        if not self._name:
            painter.setFont(theme.font(40, QFont.Weight.Bold))
            painter.setPen(theme.color("faint"))
            painter.drawText(self.rect(), _ALIGN.AlignVCenter | _ALIGN.AlignLeft, "–")
            return
        figure, word = percent_text(self._confidence), confidence_word(self._confidence)
        figure_font, word_font = theme.font(22, QFont.Weight.DemiBold), theme.font(13)
        figure_width = QFontMetrics(figure_font).horizontalAdvance("100.0 %")
        word_width = QFontMetrics(word_font).horizontalAdvance("guessing")
        gap = theme.px(10)
        one_line = self.width() - figure_width - word_width - 2 * gap
        font = theme.font(40, QFont.Weight.Bold)
        beside = QFontMetrics(font).horizontalAdvance(self._name) <= one_line
        room = one_line if beside else self.width() - figure_width - gap
        font = _shrunk(font, self._name, room, theme.px(13))
        metrics = QFontMetrics(font)
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, room + 2)
        base = theme.px(38)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        painter.drawText(0, base, name)
        left = metrics.horizontalAdvance(name) + gap
        painter.setFont(figure_font)
        # A long name takes the word's place, which then stands below the figure.
        painter.drawText(left, base if beside else theme.px(24), figure)
        painter.setFont(word_font)
        painter.setPen(theme.color("muted"))
        if beside:
            left += QFontMetrics(figure_font).horizontalAdvance(figure) + gap
        painter.drawText(left, base if beside else theme.px(42), word)

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class ProbabilityBars(QScrollArea):
    """A bar for each class, with its name and probability.

    Up to twelve classes share the height; more of them scroll.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows = _Rows(theme)
        self.setWidget(self._rows)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Probability of each class")
        theme.changed.connect(self._on_theme_changed)

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """Name the classes; the bars are empty afterwards."""
        self._rows.set_classes(classes)
        self.updateGeometry()

    def set_probabilities(self, probabilities: NDArray[np.float32] | None) -> None:
        """Show ``float32 [classes]``, or empty bars when there is no answer."""
        winner = self._rows.set_probabilities(probabilities)
        if winner is not None and self._rows.height() > self.viewport().height():
            row = self._rows.row_area(winner)
            self.ensureVisible(0, round(row.center().y()), 0, round(row.height()))

    def shown(self) -> list[float]:
        """Return the length of each bar, 0..1."""
        values = self._rows.values
        return [0.0] * len(self._rows.classes) if values is None else values.tolist()

    def largest_height(self) -> int:
        """Return the height at which all rows are as far apart as they may be."""
        return len(self._rows.classes) * self._theme.px(_ROW_MAX_PX)

    def minimumSizeHint(self) -> QSize:
        rows = min(len(self._rows.classes), ROWS_WITHOUT_SCROLLING)
        return QSize(0, rows * self._theme.px(_ROW_MIN_PX))

    def _on_theme_changed(self) -> None:
        self.updateGeometry()


class _Rows(QWidget):
    """What scrolls."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("scrolled")
        self.classes: tuple[str, ...] = ()
        self.values: NDArray[np.float64] | None = None
        theme.changed.connect(self._on_theme_changed)

    def set_classes(self, classes: tuple[str, ...]) -> None:
        self.classes = classes
        self.values = None
        self._fix_height()
        self.update()

    def set_probabilities(self, probabilities: NDArray[np.float32] | None) -> int | None:
        """Show the bars; return the winner if it is another one than before."""
        shown = winner, _ = self._winner, self._figures()
        if probabilities is None or len(probabilities) != len(self.classes):
            self.values = None
        else:
            self.values = probabilities.astype(np.float64)
        if (self._winner, self._figures()) == shown:
            return None
        self.update()
        return self._winner if self._winner != winner else None

    def _figures(self) -> list[str] | None:
        """What stands beside the bars; where it is the same, so are the bars."""
        return (
            None if self.values is None else [percent_text(value) for value in self.values.tolist()]
        )

    @property
    def _winner(self) -> int | None:
        return None if self.values is None else int(self.values.argmax())

    def row_area(self, index: int) -> QRectF:
        height = self.height() / max(len(self.classes), 1)
        height = min(height, self._theme.px(_ROW_MAX_PX))
        scroll_bar = self._theme.px(4) if len(self.classes) > ROWS_WITHOUT_SCROLLING else 0
        return QRectF(0, index * height, self.width() - scroll_bar, height)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = int(event.pos().y() / self.row_area(0).height()) if self.classes else 0
            if index < len(self.classes):
                QToolTip.showText(event.globalPos(), self._hint(index), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        height = self.row_area(0).height()
        # Rows may be flatter than the text is high; figures have no descenders to lose.
        font = theme.font(12 if height >= theme.px(15) else 11)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        widest = max((metrics.horizontalAdvance(name) for name in self.classes), default=0)
        label_width = min(widest, int(self.width() * _LABEL_SHARE))
        figure_width = metrics.horizontalAdvance("100.0 %")
        winner = self._winner
        for index, name in enumerate(self.classes):
            area = self.row_area(index)
            if not area.intersects(QRectF(event.rect())):
                continue
            painter.setPen(theme.color("text" if index == winner else "muted"))
            label = QRectF(0, area.top(), label_width + 1, height)
            elided = metrics.elidedText(name, Qt.TextElideMode.ElideRight, label_width)
            painter.drawText(label, _ALIGN.AlignVCenter | _ALIGN.AlignLeft, elided)
            value = None if self.values is None else float(self.values[index])
            if value is not None:
                figure = area.adjusted(area.width() - figure_width, 0, 0, 0)
                text = percent_text(value)
                painter.drawText(figure, _ALIGN.AlignVCenter | _ALIGN.AlignRight, text)
            gap = theme.px(8)
            bar = area.adjusted(label_width + gap, 0, -figure_width - gap, 0)
            self._paint_bar(painter, bar, value, index == winner)

    def _paint_bar(self, painter: QPainter, area: QRectF, value: float | None, wins: bool) -> None:
        theme = self._theme
        thickness = min(theme.px(8), area.height() - 4)
        groove = QRectF(area.left(), 0, area.width(), thickness)
        groove.moveTop(area.center().y() - thickness / 2)
        radius = thickness / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised" if theme.dark else "grid"))
        painter.drawRoundedRect(groove, radius, radius)
        if value is None:
            return
        filled = QRectF(groove)
        filled.setWidth(max(value * groove.width(), theme.px(2)))
        painter.setBrush(theme.color("right" if wins else "faint"))
        radius = min(radius, filled.width() / 2)
        painter.drawRoundedRect(filled, radius, radius)

    def _hint(self, index: int) -> str:
        if self.values is None:
            return f"{self.classes[index]}: no answer yet."
        return f"{self.classes[index]}: {percent_text(float(self.values[index]))}"

    def _on_theme_changed(self) -> None:
        self._fix_height()
        self.update()

    def _fix_height(self) -> None:
        count = len(self.classes)
        scrolls = count > ROWS_WITHOUT_SCROLLING
        self.setMinimumHeight(count * self._theme.px(_SCROLLING_ROW_PX) if scrolls else 0)


def _shrunk(font: QFont, text: str, width: int, smallest_px: int) -> QFont:
    """Return `font`, smaller where `text` is wider than `width`."""
    while QFontMetrics(font).horizontalAdvance(text) > width and font.pixelSize() > smallest_px:
        font.setPixelSize(font.pixelSize() - 1)
    return font
