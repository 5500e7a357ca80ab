"""How sure the network was of one drawing, step by step while it learned."""

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from netviz.engine.protocol.observations import Prediction
from netviz.ui.look.theme import Theme

_MOST_POINTS = 256
_CONTENDER = 0.2
_ALIGN = Qt.AlignmentFlag


class ConfidenceRecord:
    """The answers to one drawing over training steps; of many, every second is dropped.

    Another drawing, another run or a return to an earlier step starts it anew from there.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all answers."""
        self._key: tuple[int, int] | None = None
        self._spacing = 0
        self._steps: list[int] = []
        self._answers: list[NDArray[np.float32]] = []

    @property
    def steps(self) -> NDArray[np.int64]:
        """Steps that were answered at, rising, ``int64 [k]``."""
        return np.array(self._steps, np.int64)

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """The answers, ``float32 [k, classes]``."""
        return np.array(self._answers, np.float32)

    def add(self, prediction: Prediction) -> None:
        """Take in an answer."""
        if self._key != (prediction.run, prediction.request):
            self.clear()
            self._key = (prediction.run, prediction.request)
        while self._steps and self._steps[-1] >= prediction.step:
            self._drop_last()
        # The newest answer is always kept; the one before only if far enough from its own.
        if len(self._steps) > 1 and self._steps[-1] - self._steps[-2] < self._spacing:
            self._drop_last()
        self._steps.append(prediction.step)
        self._answers.append(prediction.probabilities)
        if len(self._steps) > _MOST_POINTS:
            self._thin_out()

    def _drop_last(self) -> None:
        self._steps.pop()
        self._answers.pop()

    def _thin_out(self) -> None:
        last = len(self._steps) - 1
        kept = [*range(0, last, 2), last]
        self._steps = [self._steps[k] for k in kept]
        self._answers = [self._answers[k] for k in kept]
        self._spacing = (self._steps[-1] - self._steps[0]) // (_MOST_POINTS // 2)


class ConfidenceStrip(QWidget):
    """The present winner's confidence over steps, and faintly that of its rivals."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._classes: tuple[str, ...] = ()
        self._record = ConfidenceRecord()
        self._hovered_x: float | None = None
        self.setMouseTracking(True)
        self.setAccessibleName("Confidence while it learned")
        self.setToolTip(
            "How sure the network was of this drawing at each step; classes that once came "
            "near are grey."
        )
        theme.changed.connect(self._on_theme_changed)

    @property
    def record(self) -> ConfidenceRecord:
        """The answers that are shown."""
        return self._record

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """Name the classes and forget all answers."""
        self._classes = classes
        self.clear()

    def add(self, prediction: Prediction) -> None:
        """Take in an answer."""
        self._record.add(prediction)
        self.update()

    def clear(self) -> None:
        """Forget all answers."""
        self._record.clear()
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._theme.px(46))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hovered_x = event.position().x()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered_x = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        painter.setFont(theme.font(11))
        line = painter.fontMetrics().height()
        area = QRectF(self.rect()).adjusted(1, line + theme.px(4), -theme.px(3), -theme.px(2))
        painter.setPen(theme.color("muted"))
        title = QRectF(0, 0, self.width(), line)
        steps, answers = self._record.steps, self._record.probabilities
        chosen = self._chosen(steps, area)
        note = self._note(steps, answers, chosen)
        painter.drawText(title, _ALIGN.AlignLeft, self._title(note, painter))
        painter.drawText(title, _ALIGN.AlignRight, note)
        painter.setPen(QPen(theme.color("grid"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if len(steps):
            self._paint_curves(painter, area, steps, answers, chosen)

    def _paint_curves(
        self,
        painter: QPainter,
        area: QRectF,
        steps: NDArray[np.int64],
        answers: NDArray[np.float32],
        chosen: int,
    ) -> None:
        theme = self._theme
        winner = int(answers[-1].argmax())
        x = _positions(steps, area)
        y = area.bottom() - answers.astype(np.float64) * area.height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("faint", 0.7), 1))
        for rival in np.flatnonzero(answers.max(axis=0) > _CONTENDER):
            if rival != winner:
                painter.drawPolyline(arrayToQPolygonF(x, y[:, rival]))
        painter.setPen(QPen(theme.color("right"), theme.px(2)))
        painter.drawPolyline(arrayToQPolygonF(x, y[:, winner]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("right"))
        radius = theme.px(3)
        painter.drawEllipse(QPointF(x[chosen], y[chosen, winner]), radius, radius)

    def _chosen(self, steps: NDArray[np.int64], area: QRectF) -> int:
        if self._hovered_x is None or not len(steps):
            return len(steps) - 1
        return int(np.abs(_positions(steps, area) - self._hovered_x).argmin())

    def _note(self, steps: NDArray[np.int64], answers: NDArray[np.float32], chosen: int) -> str:
        if not len(steps):
            return ""
        step = f"step {steps[chosen]:,}"
        if self._hovered_x is None:
            return step
        confidence = answers[chosen, int(answers[-1].argmax())]
        return f"{step}: {100 * confidence:.1f} %"

    def _title(self, note: str, painter: QPainter) -> str:
        metrics = painter.fontMetrics()
        room = self.width() - metrics.horizontalAdvance(note) - self._theme.px(8)
        title = "Confidence while it learned"
        return metrics.elidedText(title, Qt.TextElideMode.ElideRight, room)

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def _positions(steps: NDArray[np.int64], area: QRectF) -> NDArray[np.float64]:
    span = max(int(steps[-1] - steps[0]), 1)
    share: NDArray[np.float64] = (steps - steps[0]) / span
    return area.left() + share * area.width()
