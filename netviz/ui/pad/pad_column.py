"""The layout of the pad and what stands below it."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent

from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.pad.confidence_strip import ConfidenceStrip
from netviz.ui.pad.drawing_pad import DrawingPad
from netviz.ui.pad.prediction_line import PredictionLine
from netviz.ui.pad.probability_bars import ProbabilityBars

_SMALLEST_PAD_PX = 96


class PadColumn(ThemedWidget):
    """Places the pad as the largest square that leaves the parts below it their least height."""

    def __init__(
        self,
        theme: Theme,
        pad: DrawingPad,
        prediction: PredictionLine,
        bars: ProbabilityBars,
        strip: ConfidenceStrip,
    ) -> None:
        super().__init__(theme)
        self._pad, self._prediction, self._bars, self._strip = pad, prediction, bars, strip
        for widget in (pad, prediction, bars, strip):
            widget.setParent(self)

    def place(self) -> None:
        """Lay the parts out, after a change of size, theme or classes."""
        self.updateGeometry()
        gap, width = self._theme.px(8), self.width()
        prediction = self._prediction.sizeHint().height()
        bars = self._bars.minimumSizeHint().height()
        strip = self._strip.minimumSizeHint().height()
        room = self.height() - prediction - bars - strip - 3 * gap
        side = max(min(width, room), self._smallest_pad())
        # A third of the remaining height goes to the strip, more once the bars have enough.
        extra = max(self.height() - side - prediction - bars - strip - 3 * gap, 0)
        more = min(extra * 2 // 3, max(self._bars.largest_height() - bars, 0))
        bars += more
        strip += min(extra - more, 2 * strip)
        top = 0
        parts = (
            (self._pad, side),
            (self._prediction, prediction),
            (self._bars, bars),
            (self._strip, strip),
        )
        for widget, height in parts:
            widget.setGeometry(0, top, width, height)
            top += height + gap

    def minimumSizeHint(self) -> QSize:
        others = (self._bars.minimumSizeHint(), self._strip.minimumSizeHint())
        height = sum(hint.height() for hint in others) + self._prediction.sizeHint().height()
        return QSize(0, height + self._smallest_pad() + 3 * self._theme.px(8))

    def _smallest_pad(self) -> int:
        # A hand needs no larger pad because letters are large.
        return min(_SMALLEST_PAD_PX, self._theme.px(_SMALLEST_PAD_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.place()
