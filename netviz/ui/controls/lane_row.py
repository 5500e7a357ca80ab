"""A run of a race as a line: its letter and colour, what differs, and its loss."""

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from netviz.bridge.race_lanes import LaneNow
from netviz.number_text import loss_text
from netviz.ui.look.branch_colors import branch_token
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.icon_button import quiet_button

_HEIGHT_PX = 30
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LaneRow(QAbstractButton):
    """A run of the race; a click shows it in the window.

    Signals
    -------
    drop_clicked
        It shall take part no longer.

    Attributes
    ----------
    lane
        What it shows.
    drop_button
        What emits `drop_clicked`.
    """

    drop_clicked = Signal()

    def __init__(self, theme: Theme, lane: LaneNow) -> None:
        super().__init__()
        self._theme = theme
        self.lane = lane
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.drop_button = quiet_button(
            "Take it out of the race", "Take this run out of the race; it is kept in Runs."
        )
        self.drop_button.setParent(self)
        self.drop_button.clicked.connect(self.drop_clicked)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.set_lane(lane)

    def set_lane(self, lane: LaneNow) -> None:
        """Show a run as it is now."""
        self.lane = lane
        self.drop_button.setVisible(not lane.is_shown)
        self.setText(f"{lane.letter}, {lane.name}")
        self.setAccessibleName(self.text())
        self.setToolTip(_tooltip(lane))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(_HEIGHT_PX))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        side = self._theme.px(22)
        top = (self.height() - side) // 2
        self.drop_button.setGeometry(self.width() - side - self._theme.px(3), top, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, px, lane = self._theme, self._theme.px, self.lane
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        is_marked = self.hasFocus() or self.underMouse()
        painter.setPen(theme.color("primary" if is_marked else "border"))
        painter.setBrush(theme.color("lit" if lane.is_shown else "raised"))
        painter.drawRoundedRect(frame, px(6), px(6))
        badge = QRectF(px(7), (self.height() - px(16)) / 2, px(16), px(16))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(branch_token(lane.line)))
        painter.drawRoundedRect(badge, px(4), px(4))
        painter.setPen(theme.color("surface"))
        painter.setFont(theme.font(11, QFont.Weight.Bold))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, lane.letter)
        self._paint_words(painter, QRect(px(30), 0, self.width() - px(30 + 28), self.height()))

    def _paint_words(self, painter: QPainter, place: QRect) -> None:
        theme, lane = self._theme, self.lane
        figure = lane.trouble or (loss_text(lane.loss) if lane.loss == lane.loss else "")
        font = theme.font(12, QFont.Weight.DemiBold if lane.leads else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(theme.color(_token(lane)))
        painter.drawText(place, _RIGHT, figure)
        taken = QFontMetrics(font).horizontalAdvance(figure) + theme.px(8)
        painter.setFont(theme.font(13))
        painter.setPen(theme.color("text"))
        room = place.width() - taken
        name = QFontMetrics(painter.font()).elidedText(lane.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(place, _LEFT, name)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.update()

    def _restyle(self) -> None:
        self.drop_button.setIcon(icon(self._theme, "x", "muted", 14))
        self.updateGeometry()
        self.update()


def _token(lane: LaneNow) -> str:
    if lane.trouble:
        return "wrong"
    return "right" if lane.leads else "muted"


def _tooltip(lane: LaneNow) -> str:
    shown = "The window shows this run." if lane.is_shown else "Click to show this run."
    if lane.trouble:
        return f"{lane.reason}\n{shown}"
    return f"Leads: its loss is the lowest.\n{shown}" if lane.leads else shown
