"""The page of the stage that shows a lesson: its question fills the screen."""

from PySide6.QtWidgets import QVBoxLayout

from netviz.ui.lesson.lesson_panel import LessonPanel
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget

_SIZE_PX = 14
"""Size of the words, in the design's pixels: 25 on a stage of 1280 x 720."""


class LessonPage(ThemedWidget):
    """A lesson for a class.

    Attributes
    ----------
    panel
        What shows the sheets.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.panel = LessonPanel(theme, _SIZE_PX, is_for_class=True)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.panel)
        self._restyle()

    def _restyle(self) -> None:
        gap = self._theme.px(12)
        self._column.setContentsMargins(gap, gap, gap, self._theme.px(4))
