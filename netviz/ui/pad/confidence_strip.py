"""A chart of the network's confidence in its prediction of one drawing over training steps."""

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from netviz.engine.protocol.observations import Prediction
from netviz.number_text import percent_text
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget, fill_with_surface
from netviz.ui.pad.confidence_record import ConfidenceRecord, LookedRecord

_CONTENDER = 0.2
_ALIGN = Qt.AlignmentFlag


class ConfidenceStrip(ThemedWidget):
    """The confidence of the predicted class over steps, and faintly that of its rivals."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._classes: tuple[str, ...] = ()
        self._record = ConfidenceRecord()
        self._looked: LookedRecord | None = None
        self._hovered_x: float | None = None
        self.setMouseTracking(True)
        fill_with_surface(self)
        self.setAccessibleName("Confidence while it learned")
        self.setToolTip(
            "How sure the network was of this drawing at each step; classes that were likely "
            "at some step are grey."
        )

    @property
    def record(self) -> ConfidenceRecord:
        """The predictions that are shown."""
        return self._record

    @property
    def shown_step(self) -> int | None:
        """The step whose prediction is shown: the last, or that which is looked at."""
        steps = self._known()[0]
        return int(steps[self._present(steps)]) if len(steps) else None

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """Name the classes and forget all predictions."""
        self._classes = classes
        self.clear()

    def look_back(self, looking: bool) -> None:
        """Take the predictions that follow as those of earlier steps; they are forgotten after."""
        if looking != (self._looked is not None):
            self._looked = LookedRecord() if looking else None
            self.update()

    def add(self, prediction: Prediction) -> None:
        """Add a prediction."""
        if self._looked is None:
            self._record.add(prediction)
        else:
            self._looked.add(prediction)
        self.update()

    def clear(self) -> None:
        """Forget all predictions."""
        self._record.clear()
        if self._looked is not None:
            self._looked = LookedRecord()
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
        painter.setFont(theme.font(12))
        line = painter.fontMetrics().height()
        area = QRectF(self.rect()).adjusted(1, line + theme.px(4), -theme.px(3), -theme.px(2))
        painter.setPen(theme.color("muted"))
        title = QRectF(0, 0, self.width(), line)
        steps, probabilities = self._known()
        chosen = self._chosen(steps, area)
        note = self._note(steps, probabilities, chosen)
        painter.drawText(title, _ALIGN.AlignLeft, self._title(note, painter))
        painter.drawText(title, _ALIGN.AlignRight, note)
        painter.setPen(QPen(theme.color("grid"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        if len(steps):
            self._paint_curves(painter, area, steps, probabilities, chosen)

    def _paint_curves(
        self,
        painter: QPainter,
        area: QRectF,
        steps: NDArray[np.int64],
        probabilities: NDArray[np.float32],
        chosen: int,
    ) -> None:
        theme = self._theme
        present = self._present(steps)
        winner = int(probabilities[present].argmax())
        x = _positions(steps, area)
        y = area.bottom() - probabilities.astype(np.float64) * area.height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("faint", 0.7), 1))
        for rival in np.flatnonzero(probabilities.max(axis=0) > _CONTENDER):
            if rival != winner:
                painter.drawPolyline(arrayToQPolygonF(x, y[:, rival]))
        painter.setPen(QPen(theme.color("faint", 0.7), theme.px(2)))
        painter.drawPolyline(arrayToQPolygonF(x[present:], y[present:, winner]))
        painter.setPen(QPen(theme.color("right"), theme.px(2)))
        painter.drawPolyline(arrayToQPolygonF(x[: present + 1], y[: present + 1, winner]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("right"))
        radius = theme.px(3)
        painter.drawEllipse(QPointF(x[chosen], y[chosen, winner]), radius, radius)

    def _known(self) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return all steps of which a prediction is known, and the probabilities."""
        if self._looked is not None:
            return self._looked.beside(self._record)
        return self._record.steps, self._record.probabilities

    def _present(self, steps: NDArray[np.int64]) -> int:
        """Return the place of the step that is shown: the last, or that which is looked at."""
        step = self._looked.step if self._looked else None
        return len(steps) - 1 if step is None else int(np.searchsorted(steps, step))

    def _chosen(self, steps: NDArray[np.int64], area: QRectF) -> int:
        if self._hovered_x is None or not len(steps):
            return self._present(steps)
        return int(np.abs(_positions(steps, area) - self._hovered_x).argmin())

    def _note(
        self, steps: NDArray[np.int64], probabilities: NDArray[np.float32], chosen: int
    ) -> str:
        if not len(steps):
            return ""
        step = f"step {steps[chosen]:,}"
        if self._hovered_x is None:
            return step
        winner = int(probabilities[self._present(steps)].argmax())
        confidence = probabilities[chosen, winner]
        return f"{step}: {percent_text(float(confidence))}"

    def _title(self, note: str, painter: QPainter) -> str:
        metrics = painter.fontMetrics()
        room = self.width() - metrics.horizontalAdvance(note) - self._theme.px(8)
        title = "Confidence while it learned"
        return metrics.elidedText(title, Qt.TextElideMode.ElideRight, room)


def _positions(steps: NDArray[np.int64], area: QRectF) -> NDArray[np.float64]:
    span = max(int(steps[-1] - steps[0]), 1)
    fraction: NDArray[np.float64] = (steps - steps[0]) / span
    return area.left() + fraction * area.width()
