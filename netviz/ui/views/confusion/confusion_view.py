"""Which class is taken for which."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from netviz.engine.protocol.events import Prepared
from netviz.engine.protocol.observations import TestPredictions
from netviz.ui.look.theme import Theme
from netviz.ui.views.confusion.confusion_matrix import ConfusionMatrix, blend
from netviz.ui.views.page import Page
from netviz.ui.views.view_spec import ViewSpec
from netviz.ui.widgets.segmented_control import SegmentedControl

_SIDE_PX = 168
_HINT = "Point at a cell for its numbers; click it to see the images."


class ConfusionView(Page):
    """The confusion matrix with its legend.

    Signals
    -------
    cell_clicked
        True and predicted class of the cell that the user chose.

    Attributes
    ----------
    numbers
        Switch between counts and shares.
    matrix
        The matrix.
    """

    cell_clicked = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme, "grid-3x3", "Press Train to see which class is taken for which.", parent
        )
        self._classes: tuple[str, ...] = ()
        self._answers: TestPredictions | None = None
        self.matrix = ConfusionMatrix(theme)
        self.numbers = SegmentedControl(
            theme,
            "Numbers",
            (
                ("Counts", "Write the number of test images in each cell."),
                ("Shares", "Write the percentage of each true class in its row."),
            ),
        )
        self._sentence = QLabel(_HINT)
        self._sentence.setWordWrap(True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._when = QLabel()
        self._when.setProperty("role", "fact")
        self._when.setToolTip("The moment at which the test images were answered.")
        self._legend = _Legend(theme)
        self._side = QVBoxLayout()
        self._side.addWidget(self.numbers, 0, Qt.AlignmentFlag.AlignLeft)
        self._side.addWidget(self._sentence, 1)
        self._side.addWidget(self._when)
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
        """What is said of the cell that is pointed at."""
        return self._sentence.text().replace("\n", ": ")

    @property
    def measured_at(self) -> str:
        """What is said of the moment of the measurement."""
        return self._when.text()

    def begin_run(self, prepared: Prepared) -> None:
        self.set_classes(prepared.classes)

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """Take on the classes of a run."""
        self._classes = classes
        self.clear()

    def show_predictions(self, answers: TestPredictions) -> None:
        """Show the confusion of a measurement."""
        if len(self._classes) != len(answers.confusion):
            return
        self._answers = answers
        self._show_content(True)
        self._invalidate()

    def clear(self) -> None:
        """Forget the answers; the classes stay."""
        self._answers = None
        self._show_content(False)

    def _refresh(self) -> None:
        if self._answers is not None:
            self.matrix.set_counts(self._answers.confusion, self._classes)
            step = self._answers.step
            self._when.setText(f"at step {step:,}" if step else "before training")

    def _on_numbers_chosen(self, index: int) -> None:
        self.matrix.set_fractions(index == 1)

    def _on_matrix_cell_pointed(self, true: int, predicted: int) -> None:
        sentence = self.matrix.sentence(true, predicted)
        # The figures stand below what they are figures of, whatever the names' length.
        self._sentence.setText("\n".join(sentence.rsplit(": ", 1)) or _HINT)

    def _restyle(self) -> None:
        px = self._theme.px
        self._row.setSpacing(px(16))
        self._side.setSpacing(px(8))
        self._sentence.setFixedWidth(px(_SIDE_PX))
        self._sentence.setFont(self._theme.font(12))


class _Legend(QWidget):
    """The two colour scales and what they mean."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName("Colour scales")
        self.setToolTip(
            "The diagonal is coloured by its share of the row, the mistakes by the square root"
            " of theirs, so that rare ones can be seen."
        )
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(_SIDE_PX), self._theme.px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setFont(theme.font(11))
        rows = (("right", "✓ right"), ("wrong", "✗ wrong, square root"))
        for row, (token, text) in enumerate(rows):
            top = row * theme.px(16)
            bar = QRectF(0, top + theme.px(4), theme.px(44), theme.px(8))
            gradient = QLinearGradient(bar.topLeft(), QPointF(bar.right(), bar.top()))
            gradient.setColorAt(0, blend(theme, token, 0))
            gradient.setColorAt(1, blend(theme, token, 1))
            painter.fillRect(bar, gradient)
            painter.setPen(theme.color("muted"))
            area = QRectF(bar.right() + theme.px(6), top, self.width(), theme.px(16))
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


VIEW = ViewSpec(
    "Confusion",
    "Which class is taken for which.",
    40,
    ConfusionView,
    {TestPredictions: ConfusionView.show_predictions},
)
