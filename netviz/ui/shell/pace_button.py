"""The button whose menu limits the speed of training."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QFontMetrics
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from netviz.ui.look.theme import Theme

_PACES = (None, 100.0, 20.0, 5.0, 1.0)
_FULL_SPEED = "Full speed"
_SLOW_MOTION = "Slow motion"


class PaceButton(QToolButton):
    """Shows the speed limit, and offers others in its menu.

    Signals
    -------
    pace_chosen
        Batches per second (float), or None for full speed.
    """

    pace_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("kind", "menu")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip("Slow training down so that single batches can be watched.")
        self.setMenu(QMenu(self))
        group = QActionGroup(self.menu())
        for pace in _PACES:
            action = self.menu().addAction(_pace_text(pace))
            action.setCheckable(True)
            action.setData(pace)
            group.addAction(action)
        group.triggered.connect(self._on_group_triggered)
        self.set_pace(None)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_pace(self, batches_per_second: float | None) -> None:
        """Show the speed limit in force; emits nothing."""
        for action in self.menu().actions():
            action.setChecked(action.data() == batches_per_second)
        if batches_per_second is None:
            self.setText(_FULL_SPEED)
        elif batches_per_second in _PACES:
            self.setText(f"{batches_per_second:g} / s")
        else:  # as slow as the lines of the tab Loop
            self.setText(_SLOW_MOTION)
        self.setAccessibleName(f"Speed limit: {_pace_text(batches_per_second)}")

    def _on_group_triggered(self, action: QAction) -> None:
        self.set_pace(action.data())
        self.pace_chosen.emit(action.data())

    def _restyle(self) -> None:
        theme = self._theme
        metrics = QFontMetrics(theme.font(13))
        widest = max(map(metrics.horizontalAdvance, (_FULL_SPEED, _SLOW_MOTION)))
        self.setFixedSize(widest + theme.px(36), theme.px(34))


def _pace_text(batches_per_second: float | None) -> str:
    if batches_per_second is None:
        return _FULL_SPEED
    if batches_per_second not in _PACES:
        return "Slow motion, line by line"
    plural = "" if batches_per_second == 1 else "es"
    return f"{batches_per_second:g} batch{plural} per second"
