"""The layout of the pad and what stands below it."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton

from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.pad.confidence_strip import ConfidenceStrip
from netviz.ui.pad.drawing_pad import DrawingPad
from netviz.ui.pad.lane_answers import LaneAnswers
from netviz.ui.pad.prediction_line import PredictionLine
from netviz.ui.pad.probability_bars import ProbabilityBars
from netviz.ui.pad.seen_image import SeenImage
from netviz.ui.widgets.icon_button import quiet_button

_SMALLEST_PAD_PX = 96


class PadColumn(ThemedWidget):
    """Places the pad as the largest square that leaves the parts below it their least height.

    Attributes
    ----------
    clear_button
        Beside the prediction; only where there is nothing but that below the pad.
    """

    def __init__(
        self,
        theme: Theme,
        pad: DrawingPad,
        prediction: PredictionLine,
        seen: SeenImage,
        bars: ProbabilityBars,
        strip: ConfidenceStrip,
        answers: LaneAnswers,
    ) -> None:
        super().__init__(theme)
        self._pad, self._prediction, self._seen = pad, prediction, seen
        self._bars, self._strip, self._answers = bars, strip, answers
        self._is_racing = False
        self.clear_button: QToolButton = quiet_button("Clear the pad", "Clear the pad (Delete).")
        self._is_brief = False
        for widget in (pad, prediction, seen, bars, strip, answers, self.clear_button):
            widget.setParent(self)
        self.clear_button.hide()
        answers.hide()

    def set_racing(self, is_racing: bool) -> None:
        """Show what each run of a race says in the place of the bars and the strip."""
        self._is_racing = is_racing
        self.set_brief(self._is_brief)

    def set_brief(self, is_brief: bool) -> None:
        """Show nothing but the prediction below the pad, or all parts."""
        self._is_brief = is_brief
        self._seen.setVisible(not is_brief)
        for widget in (self._bars, self._strip):
            widget.setVisible(not is_brief and not self._is_racing)
        self._answers.setVisible(not is_brief and self._is_racing)
        self.clear_button.setVisible(is_brief)
        self.place()

    def place(self) -> None:
        """Lay the parts out, after a change of size, theme or classes."""
        self.updateGeometry()
        if self._is_brief:
            self._place_brief()
            return
        gap, width = self._theme.px(8), self.width()
        line, seen = self._prediction.sizeHint().height(), self._seen.sizeHint()
        # Where height is short, what the network sees goes without its caption.
        spare = max(self.height() - self.minimumSizeHint().height(), 0)
        prediction = min(line + spare, seen.height())
        least = self._answers if self._is_racing else self._bars
        bars = least.minimumSizeHint().height()
        strip = 0 if self._is_racing else self._strip.minimumSizeHint().height()
        room = self.height() - prediction - bars - strip - 3 * gap
        side = max(min(width, room), self._smallest_pad())
        # A third of the remaining height goes to the strip, more once the bars have enough.
        extra = max(self.height() - side - prediction - bars - strip - 3 * gap, 0)
        if self._is_racing:
            self._answers.setGeometry(0, side + prediction + 2 * gap, width, bars + extra + gap)
        more = min(extra * 2 // 3, max(self._bars.largest_height() - bars, 0))
        bars += more
        strip += min(extra - more, 2 * strip)
        self._pad.setGeometry(0, 0, width, side)
        top = side + gap
        beside = width - seen.width()
        self._prediction.setGeometry(0, top, beside - gap, line)
        self._seen.setGeometry(beside, top, seen.width(), prediction)
        top += prediction + gap
        self._bars.setGeometry(0, top, width, bars)
        self._strip.setGeometry(0, top + bars + gap, width, strip)

    def _place_brief(self) -> None:
        gap, width = self._theme.px(8), self.width()
        below = self._prediction.sizeHint().height()
        side = max(min(width, self.height() - below - gap), self._smallest_pad())
        button = self.clear_button.sizeHint()
        top = side + gap + max(0, self.height() - side - gap - below) // 2
        self._pad.setGeometry(0, 0, width, side)
        self._prediction.setGeometry(0, top, width - button.width(), below)
        self.clear_button.setGeometry(
            width - button.width(),
            top + (below - button.height()) // 2,
            button.width(),
            button.height(),
        )

    def minimumSizeHint(self) -> QSize:
        if self._is_brief:
            height = self._prediction.sizeHint().height() + self._theme.px(8)
            return QSize(0, height + self._smallest_pad())
        parts = (self._answers,) if self._is_racing else (self._bars, self._strip)
        height = (
            sum(part.minimumSizeHint().height() for part in parts)
            + self._prediction.sizeHint().height()
        )
        return QSize(0, height + self._smallest_pad() + 3 * self._theme.px(8))

    def _smallest_pad(self) -> int:
        # A hand needs no larger pad because letters are large.
        return min(_SMALLEST_PAD_PX, self._theme.px(_SMALLEST_PAD_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.place()
