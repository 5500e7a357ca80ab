"""The curve that a lesson asks for, drawn over the plot that it belongs to."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from netviz.lessons.conductor import Conductor
from netviz.lessons.curves import DrawnCurve
from netviz.lessons.lesson import Curve
from netviz.lessons.player import Phase, Player
from netviz.ui.lesson.guess_drawing import GuessDrawing

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow


class LessonGuesses(QObject):
    """Lets a guess be drawn while one is asked for, and leaves it there until the step is over.

    Signals
    -------
    drawn
        The learner drew, or took back: a `DrawnCurve`, or None where nothing is left.
    """

    drawn = Signal(object)

    def __init__(self, window: "MainWindow", parent: QObject) -> None:
        super().__init__(parent)
        loss, accuracy = window.loss_plot, window.accuracy_plot
        self._window = window
        self._plots = {"loss": loss, "accuracy": accuracy}
        self._drawings = {
            "loss": GuessDrawing(window.theme, loss, (accuracy,)),
            "accuracy": GuessDrawing(window.theme, accuracy, (loss,)),
        }
        self._shown: GuessDrawing | None = None
        self._asked: tuple[int, int, Curve] | None = None
        for drawing in self._drawings.values():
            drawing.drawn.connect(self._on_drawing_drawn)

    def show(self, player: Player, conductor: Conductor) -> None:
        """Show what belongs to the step that is shown."""
        asked = player.step.ask
        is_present = not player.is_over and player.at == player.reached
        if not isinstance(asked, Curve) or not is_present or player.phase is Phase.DOING:
            self.clear()
            return
        drawing = self._drawings[asked.metric]
        key = (player.at, player.asked_at, asked)
        if player.phase is not Phase.ASKING:
            drawing.lock()
        elif key != self._asked:
            self.clear()
            self._asked, self._shown = key, drawing
            self._window.centre.enlarge(self._plots[asked.metric])
            figures = conductor.figures.figures()
            name = "loss" if asked.metric == "loss" else "test_accuracy"
            ahead = asked.steps or asked.epochs * conductor.figures.batches
            drawing.begin(player.asked_at, figures.get(name), ahead)

    def draw_again(self) -> None:
        """Take the guess away, and let another one be drawn."""
        if self._shown:
            self._shown.draw_again()

    def clear(self) -> None:
        """Show none."""
        if self._shown:
            self._shown.clear()
            self._window.centre.enlarge(None)
        self._shown = self._asked = None

    @Slot()
    def _on_drawing_drawn(self) -> None:
        drawing = self._shown
        if drawing is None or not drawing.is_open:
            return
        steps, values = drawing.curve
        guess = DrawnCurve(tuple(map(float, steps)), tuple(map(float, values)))
        self.drawn.emit(guess if drawing.is_drawn else None)
