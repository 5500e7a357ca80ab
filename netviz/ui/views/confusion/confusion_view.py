"""The tab Confusion: which class is taken for which."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from netviz.engine.protocol.events import Prepared
from netviz.engine.protocol.observations import TestPredictions
from netviz.engine.protocol.run_state import State
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.views.confusion.cell_colors import cell_color
from netviz.ui.views.confusion.confusion_matrix import ConfusionMatrix
from netviz.ui.views.evaluation_words import awaited
from netviz.ui.views.page import Page
from netviz.ui.views.view_spec import ViewSpec
from netviz.ui.widgets.segmented_control import SegmentedControl

_SIDE_PX = (168, 236)
"""Least and usual width of what stands beside the matrix."""
_HINT = "Point at a cell; a click lists its images."


class ConfusionView(Page):
    """The confusion matrix with its legend.

    Signals
    -------
    cell_clicked
        True and predicted class of the cell that the user chose.

    Attributes
    ----------
    numbers
        Switch between counts and percentages.
    matrix
        The matrix.
    """

    cell_clicked = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme, "grid-3x3", "Press Train to see which class is taken for which.", parent
        )
        self._classes: tuple[str, ...] = ()
        self._predictions: TestPredictions | None = None
        self.matrix = ConfusionMatrix(theme)
        self.numbers = SegmentedControl(
            theme,
            "Numbers",
            (
                ("Counts", "Write the number of test images in each cell."),
                ("Percent", "Write the percentage of each true class in its row."),
            ),
        )
        self._sentence = QLabel(_HINT)
        self._sentence.setWordWrap(True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._when = QLabel()
        self._when.setProperty("role", "fact")
        self._legend = _Legend(theme)
        self._side = QVBoxLayout()
        head = QHBoxLayout()
        head.addWidget(self.numbers)
        # Where it is narrow, the rest of it is in its tooltip.
        self._when.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        head.addWidget(self._when, 1)
        self._side.addLayout(head)
        self._side.addWidget(self._sentence, 1)
        self._side.addWidget(self._legend)
        self._row = QHBoxLayout()
        self._row.addWidget(self.matrix, 1)
        self._row.addLayout(self._side)
        self.body.addLayout(self._row, 1)
        self.numbers.chosen.connect(self._on_numbers_chosen)
        self.matrix.cell_clicked.connect(self.cell_clicked)
        self.matrix.cell_pointed.connect(self._on_matrix_cell_pointed)
        self._restyle()

    @property
    def sentence(self) -> str:
        """What is written about the cell that is pointed at."""
        return self._sentence.text().replace("\n", ": ")

    @property
    def measured_at(self) -> str:
        """What is written about the step of the evaluation."""
        return self._when.text()

    def begin_run(self, prepared: Prepared) -> None:
        self.set_classes(prepared.classes)

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """Use the classes of a run."""
        self._classes = classes
        self.clear()

    def set_state(self, state: State) -> None:
        self.empty.set_text(awaited(state))

    def show_predictions(self, predictions: TestPredictions) -> None:
        """Show the confusion of an evaluation."""
        if len(self._classes) != len(predictions.confusion):
            return
        self._predictions = predictions
        self._show_content(True)
        self._invalidate()

    def clear(self) -> None:
        """Forget the predictions; the classes stay."""
        self._predictions = None
        self._show_content(False)

    def _refresh(self) -> None:
        if self._predictions is not None:
            self.matrix.set_counts(self._predictions.confusion, self._classes)
            step = self._predictions.step
            self._when.setText(f"at step {step:,}" if step else "before training")
            self._when.setToolTip(f"The test images were evaluated {self._when.text()}.")

    def _on_numbers_chosen(self, index: int) -> None:
        self.matrix.set_fractions(index == 1)

    def _on_matrix_cell_pointed(self, true: int, predicted: int) -> None:
        sentence = self.matrix.sentence(true, predicted)
        # The numbers get a line of their own, however long the class names are.
        self._sentence.setText("\n".join(sentence.rsplit(": ", 1)) or _HINT)

    def _restyle(self) -> None:
        px = self._theme.px
        self._row.setSpacing(px(16))
        self._side.setSpacing(px(4))
        self._sentence.setMinimumWidth(px(_SIDE_PX[0]))
        self._sentence.setMaximumWidth(px(_SIDE_PX[1]))
        self._sentence.setFont(self._theme.font(12))


class _Legend(ThemedWidget):
    """The colour scales of the diagonal and of the mistakes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setAccessibleName("Colour scales")
        self.setToolTip(
            "The diagonal is coloured by its fraction of the row, the mistakes by the square root"
            " of theirs, so that rare ones can be seen."
        )
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(_SIDE_PX[0]), self._theme.px(32))

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(_SIDE_PX[1]), self._theme.px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        rows = ((True, "✓ correct"), (False, "✗ wrong (root)"))
        for row, (is_correct, text) in enumerate(rows):
            top = row * theme.px(16)
            bar = QRectF(0, top + theme.px(4), theme.px(44), theme.px(8))
            gradient = QLinearGradient(bar.topLeft(), QPointF(bar.right(), bar.top()))
            for level in (0, 1):
                gradient.setColorAt(level, cell_color(theme, is_correct=is_correct, level=level))
            painter.fillRect(bar, gradient)
            painter.setPen(theme.color("muted"))
            area = QRectF(bar.right() + theme.px(6), top, self.width(), theme.px(16))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)


VIEW = ViewSpec(
    "Confusion",
    "Which class is taken for which.",
    40,
    ConfusionView,
    {TestPredictions: ConfusionView.show_predictions},
)
