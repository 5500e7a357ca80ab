"""The button of the settings that leads to the drawing of the schedule."""

from PySide6.QtWidgets import QPushButton

_DRAW = "Turn the schedule into points that you drag with the mouse, in the tab Learning rate."
_SHOW = "Show the points in the tab Learning rate, where they are dragged with the mouse."


class DrawScheduleButton(QPushButton):
    """Draws a schedule by hand, or shows the drawing where there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "small")
        self.set_schedule("constant")

    def set_schedule(self, schedule: str) -> None:
        """Offer what is of use with this schedule."""
        is_drawn = schedule == "custom"
        self.setText("Show the drawing" if is_drawn else "Draw by hand")
        self.setToolTip(_SHOW if is_drawn else _DRAW)
