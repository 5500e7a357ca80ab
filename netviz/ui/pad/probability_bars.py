"""The bars below the pad: a bar for each class, which scroll where there are many."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.widgets.class_bars import ROOMY, ClassBars

ROWS_WITHOUT_SCROLLING = 12

_SMALLEST_ROW_PX, _SCROLLING_ROW_PX = 13, 16
_SCROLL_BAR_PX = 4


class ProbabilityBars(QScrollArea):
    """A bar for each class, with its name and probability.

    Up to twelve classes share the height; more of them scroll.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bars = ClassBars(theme, ROOMY)
        self._bars.setObjectName("scrolled")
        self.setWidget(self._bars)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Probability of each class")
        theme.changed.connect(self._restyle)

    def set_classes(self, classes: tuple[str, ...]) -> None:
        """Name the classes; the bars are empty afterwards."""
        self._bars.set_classes(classes)
        self._restyle()

    def set_probabilities(self, probabilities: NDArray[np.float32] | None) -> None:
        """Show ``float32 [classes]``, or empty bars when there is no prediction."""
        before = self._bars.winner
        self._bars.set_probabilities(probabilities)
        winner = self._bars.winner
        is_cut_off = self._bars.height() > self.viewport().height()
        if winner is not None and winner != before and is_cut_off:
            row = self._bars.row_area(self._bars.rows.index(winner))
            self.ensureVisible(0, round(row.center().y()), 0, round(row.height()))

    def shown(self) -> list[float]:
        """Return the length of each bar, 0..1."""
        values = self._bars.probabilities
        return [0.0] * len(self._bars.classes) if values is None else values.tolist()

    def largest_height(self) -> int:
        """Return the height at which all rows are as far apart as they may be."""
        return len(self._bars.classes) * self._theme.px(ROOMY.row_px)

    def minimumSizeHint(self) -> QSize:
        rows = min(len(self._bars.classes), ROWS_WITHOUT_SCROLLING)
        return QSize(0, rows * self._theme.px(_SMALLEST_ROW_PX))

    def _restyle(self) -> None:
        count = len(self._bars.classes)
        scrolls = count > ROWS_WITHOUT_SCROLLING
        px = self._theme.px
        self._bars.setMinimumHeight(count * px(_SCROLLING_ROW_PX) if scrolls else 0)
        self._bars.setContentsMargins(0, 0, px(_SCROLL_BAR_PX) if scrolls else 0, 0)
        self.updateGeometry()
