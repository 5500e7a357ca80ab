"""The editor of an option that is on or off."""

from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox

from netviz.ui.controls.option_editor import OptionEditor
from netviz.ui.look.theme import Theme


class Toggle(QCheckBox):
    """A check box that looks like a switch."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self._restyle)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(34), self._theme.px(20))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: Any) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, is_on = self._theme, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        groove = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        radius = groove.height() / 2
        frame = "primary" if self.hasFocus() or is_on else "faint"
        painter.setPen(QPen(theme.color(frame), 2 if self.hasFocus() else 1))
        painter.setBrush(theme.color("primary_fill" if is_on else "raised"))
        painter.drawRoundedRect(groove, radius, radius)
        side = groove.height() - theme.px(6)
        left = groove.right() - side - theme.px(3) if is_on else groove.left() + theme.px(3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("on_primary" if is_on else "muted"))
        painter.drawEllipse(QRectF(left, groove.center().y() - side / 2, side, side))

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


class ToggleEditor(OptionEditor):
    """A switch for an option that is on or off."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._toggle = Toggle(theme)
        self._toggle.clicked.connect(self._on_toggle_clicked)
        self._hold(self._toggle)

    def set_value(self, value: Any) -> None:
        self._toggle.setChecked(bool(value))

    def _on_toggle_clicked(self, checked: bool) -> None:
        self.edited.emit(checked)
