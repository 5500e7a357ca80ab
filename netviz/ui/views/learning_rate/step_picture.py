"""The row "One step": what the very next step does to the loss, whatever the rate is set to."""

import math

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QPushButton, QToolTip

from netviz.engine.options.rate_steps import RATE_MAX, RATE_MIN, rounded_rate
from netviz.engine.protocol import commands
from netviz.engine.protocol.step_curve import StepCurve
from netviz.engine.protocol.step_figures import in_words, loss_at
from netviz.number_text import loss_text, rate_text
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.rate_picture import PictureSpec, RatePicture
from netviz.ui.views.learning_rate.step_chart import StepChart

_SENTENCE = "The loss after the next step, with each rate."
_HOW = (
    "The next step is made on a copy with each rate, as the optimizer will make it, and the loss "
    "measured in evaluation mode: solid on the {images} images of its own batch, dashed on "
    "{sample} training images that stay the same. Drag the ball to set the rate."
)
_WAITS = "It takes {seconds:.1f} s with this network: while it trains only when you ask."
_REACH_PX = 12


class StepPicture(RatePicture):
    """The curve of one step; the ball on it follows the rate, and can be dragged.

    Attributes
    ----------
    refresh
        Asks for the curve of the present moment.
    """

    def __init__(self, theme: Theme) -> None:
        self.step = StepChart(theme)
        super().__init__(theme, "One step", _SENTENCE, self.step)
        self.refresh = QPushButton("Try a step")
        self.refresh.setProperty("kind", "small")
        self.refresh.setToolTip(
            "Make the next step with rates over the whole slider now, on a copy. "
            "The run stays as it is."
        )
        self.refresh.clicked.connect(self._on_refresh_clicked)
        self.tools.addWidget(self.refresh)
        self.tools.addStretch()
        self.step.setMouseTracking(True)
        self.step.installEventFilter(self)
        self._is_dragging = False

    def show_curve(self, curve: StepCurve) -> None:
        """Draw the curve of a step."""
        self.step.set_curve(curve)
        self._tell()

    def set_rate(self, rate: float) -> None:
        super().set_rate(rate)
        self._tell()

    def clear(self) -> None:
        self.step.set_curve(None)
        self._tell()

    def text_at(self, x: float) -> str:
        """Return what a step with the rate at a horizontal position does, in words."""
        curve = self.step.curve
        if curve is None:
            return ""
        rate = self._rate_at(x)
        loss = loss_at(curve, rate)
        if math.isfinite(loss):
            change = f"from {loss_text(curve.batch_start)} to {loss_text(loss)}"
            found = f"{rate_text(rate)}: the loss of the batch goes {change} in this step."
        else:
            found = f"{rate_text(rate)}: this step ruins the network."
        slow = "" if curve.is_quick else " " + _WAITS.format(seconds=curve.seconds)
        how = _HOW.format(images=curve.images, sample=curve.sample_images)
        return f"{found}\n\n{how}{slow}"

    def _tell(self) -> None:
        curve = self.step.curve
        self.set_sentence(in_words(curve, self.step.rate) if curve else _SENTENCE)
        self.step.setAccessibleDescription(self.sentence)

    def _rate_at(self, x: float) -> float:
        rate = rounded_rate(10.0 ** self.step.axes().x_value(x))
        return min(max(rate, RATE_MIN), RATE_MAX)

    # -- the mouse ---------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(event.pos().x()), self.step)
            return True
        if isinstance(event, QMouseEvent):
            self._follow(event)
        return False

    def _follow(self, event: QMouseEvent) -> None:
        """Let the ball be dragged."""
        place, ball = event.position(), self.step.ball()
        is_over = ball is not None and (place - ball).manhattanLength() < self._theme.px(_REACH_PX)
        match event.type():
            case QEvent.Type.MouseButtonPress if event.button() is Qt.MouseButton.LeftButton:
                self._is_dragging = is_over
            case QEvent.Type.MouseButtonRelease:
                self._is_dragging = False
            case QEvent.Type.MouseMove if self._is_dragging:
                rate = self._rate_at(place.x())
                if rate != self.step.rate:
                    self.rate_chosen.emit(rate)
        held = self._is_dragging or is_over
        self.step.setCursor(Qt.CursorShape.SizeHorCursor if held else Qt.CursorShape.ArrowCursor)

    def _on_refresh_clicked(self) -> None:
        self.command_requested.emit(commands.Refresh(StepCurve))


PICTURE = PictureSpec(30, StepPicture, {StepCurve: StepPicture.show_curve})
