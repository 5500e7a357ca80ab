"""How far a lesson has come: one short line for each step."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy

from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget

_HEIGHT_PX = 4
_GAP_PX = 5


class StepSegments(ThemedWidget):
    """Segments of which those up to the present step are filled."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._step, self._steps = 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_step(self, step: int, steps: int) -> None:
        """Fill the first `step` of `steps` segments."""
        self._step, self._steps = step, steps
        self.setAccessibleName(f"Step {step} of {steps}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(_HEIGHT_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._steps:
            return
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        # With very many steps the gaps would take all the room.
        gap = min(theme.px(_GAP_PX), self.width() / self._steps / 3)
        width = (self.width() - gap * (self._steps - 1)) / self._steps
        height = theme.px(_HEIGHT_PX)
        for number in range(self._steps):
            painter.setBrush(theme.color("primary_fill" if number < self._step else "pill"))
            box = QRectF(number * (width + gap), 0, width, height)
            painter.drawRoundedRect(box, height / 2, height / 2)
